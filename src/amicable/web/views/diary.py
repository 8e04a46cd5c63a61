"""The diary of an hourly contract: its weeks, time entered by hand, and the timer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amicable.diary import segments, timers
from amicable.diary.screenshots import screenshot_of
from amicable.paper.pictures import MEDIA_TYPE
from amicable.payments.sandbox import advance
from amicable.rules import diary as rules
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused, invalid
from amicable.rules.parts import Role
from amicable.rules.week import hours_text, monday_of, opens, segments_text
from amicable.rules.wording import say
from amicable.web.actions import possible
from amicable.web.diary import TONES, WORDS, sheet
from amicable.web.diary_entry import Entry, outcome_of, read_entry
from amicable.web.refusals import answers_posts, status_of
from amicable.web.screenshots import NO_PICTURE, Picture
from amicable.web.viewer import Sight, look, why

PRETEND_MINUTES = (30, 60, 240)
"""So long a timer can be taken to have run, where time is a sandbox's."""
NOTHING_CHOSEN = invalid("start", "No segment was chosen. Tick those that you mean.")
NO_LONGER_LOGGED = Refused(
    "not_logged", say("None of these segments is in the diary any more. It is shown here as it is now.")
)
NOT_RUNNING = Refused("no_timer", say("No timer runs on this contract. Start one first."))


@never_cache
@login_required
@require_safe
def diary(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Show a week; for a part of the page, what the time that is typed would come to, or what the timer measured."""
    sight = _look(request, contract_id)
    part = request.GET.get("part") if "HX-Request" in request.headers else None
    if part == "timer":
        return render(request, "web/diary_timer_outcome.html", _timer(sight))
    entry = _entry(request.GET, sight)
    if part == "entry":
        page = {"entry": entry, "outcome": outcome_of(entry, sight), "now": sight.now, "is_part": True}
        return render(request, "web/diary_entry.html", page)
    return render(request, "web/diary.html", _page(request, sight, entry))


@never_cache
@login_required
@answers_posts("web:diary")
def log(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Log time that was entered by hand."""
    sight = _look(request, contract_id)
    entry, picture = _entry(request.POST, sight), Picture.read(request)
    told = {"entry": entry, "outcome": outcome_of(entry, sight), "picture_error": picture.error}
    refused = rules.may_log(sight.contract, sight.role) or picture.refused or _incomplete(entry)
    if refused:
        return _refuse(request, sight, refused, **told)
    logged = segments.log(sight.contract.id, sight.actor, entry.segments, sight.now)
    if isinstance(logged, Refused):
        return _refuse(request, sight, logged, **told)
    messages.success(request, f"{segments_text(logged.new)} logged.")
    _keep(request, sight, picture, entry.segments[0].start, sight.now)
    return _to_week(sight, monday_of(entry.segments[0].start))


def _incomplete(entry: Entry) -> Refused | None:
    """What is missing in an entry, or wrong with it."""
    if entry.segments:
        return None
    return invalid(*(next(iter(entry.errors.items()), None) or ("begins", "Write when the work began and ended.")))


@never_cache
@login_required
@answers_posts("web:diary")
def change(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Delete segments, or give them another memo."""
    sight, starts, memo = _look(request, contract_id), _starts(request), request.POST.get("memo", "")
    done = _change(sight, starts, None if request.POST.get("do") == "delete" else memo)
    if isinstance(done, Refused):
        changing = {"of": request.POST.get("of"), "memo": memo, "starts": starts}
        return _refuse(request, sight, done, changing=changing)
    messages.success(request, done)
    return _to_week(sight, monday_of(starts[0]))


def _change(sight: Sight, starts: list[datetime], memo: str | None) -> str | Refused:
    """Give the segments that begin then another memo, or delete them where there is none; what was done, in words."""
    contract, person = sight.contract.id, sight.actor
    no = rules.freelancer_only(sight.role)
    if no:
        return no
    if not starts:
        return NOTHING_CHOSEN
    if memo is None:
        deleted = segments.delete(contract, person, starts, sight.now)
        gone = deleted if isinstance(deleted, Refused) else f"{segments_text(deleted)} deleted."
        return gone if deleted else NO_LONGER_LOGGED
    described = segments.describe(contract, person, dict.fromkeys(starts, memo), sight.now)
    if isinstance(described, Refused):
        return described
    return "The memo is changed." if described else NO_LONGER_LOGGED


@never_cache
@login_required
@answers_posts("web:diary")
def add_screenshot(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Add a picture to a segment, in place of one that there was."""
    sight, picture, starts = _look(request, contract_id), Picture.read(request), _starts(request)
    refused = rules.freelancer_only(sight.role) or picture.refused
    if not refused and not (picture.image and starts):
        refused = NO_PICTURE
    refused = refused or picture.keep(sight, starts[0], sight.now)
    if refused:
        return _refuse(request, sight, refused)
    messages.success(request, "The screenshot is kept. Both of you see it.")
    return _to_week(sight, monday_of(starts[0]))


@never_cache
@login_required
@answers_posts("web:diary")
def timer(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Start the timer, tell it of input, stop it and log what it measured, or throw that away."""
    sight, do = _look(request, contract_id), request.POST.get("do", "")
    if no := rules.freelancer_only(sight.role):
        return _refuse(request, sight, no)
    if do == "start":
        return _start(request, sight)
    if do not in ("beat", "stop", "discard"):
        return _refuse(request, sight, invalid("do", "Start the timer, stop it, or throw away what it measured."))
    running = timers.timer_of(sight.actor)
    if running is None or running.contract != sight.contract.id:
        return _refuse(request, sight, NOT_RUNNING)
    if do == "stop":
        return _stop(request, sight)
    if do == "beat":
        timers.beat(sight.actor)
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    timers.discard(sight.actor)
    messages.info(request, "The timer is gone, and what it measured with it.")
    return _to_week(sight, monday_of(sight.now))


@never_cache
@login_required
@require_safe
def screenshot(request: HttpRequest, contract_id: UUID, start: str) -> HttpResponse:
    """The screenshot of a segment; a small version of it where that is enough."""
    sight = _look(request, contract_id)
    found = screenshot_of(sight.contract.id, at) if (at := _moment(start)) else None
    if found is None:
        raise Http404("There is no such screenshot.")
    if "small" in request.GET and found.small:
        return HttpResponse(bytes(found.small), content_type=MEDIA_TYPE)
    return HttpResponse(bytes(found.image), content_type=found.media_type)


def _look(request: HttpRequest, contract_id: UUID) -> Sight:
    sight = look(request, contract_id)
    if sight.contract.kind != "hourly":
        raise Http404("This contract has no diary: its price is fixed.")
    return sight


def _page(request: HttpRequest, sight: Sight, entry: Entry) -> dict[str, Any]:
    contract, week = sight.contract, _week(request, sight)
    shown = sheet(contract, week, sight.now, timezone.get_current_timezone(), sight.people)
    is_own = sight.role == Role.FREELANCER
    no = rules.may_log(contract, sight.role) if is_own else None
    by_hand = no or rules.by_hand(contract, shown.begins)
    return {
        "sight": sight,
        "contract": contract,
        "now": sight.now,
        "sheet": shown,
        "kinds": [(kind, TONES[kind], words) for kind, words in WORDS.items()],
        "is_own": is_own,
        "can_start": is_own and not no and contract.ending is None,
        "can_change": is_own and shown.is_open,
        "can_describe": is_own and shown.is_open and contract.ending is None,
        "has_next": opens(shown.next) <= sight.now,
        "zone": timezone.get_current_timezone_name(),
        "no_time": sight.people.tell(no.reason) if no else None,
        "not_by_hand": sight.people.tell(by_hand.reason) if by_hand else None,
        "entry": entry,
        "outcome": outcome_of(entry, sight),
        "disputes": [button for button in possible(sight) if button.action == "dispute_hours"]
        if shown.week.status == WeekStatus.IN_REVIEW
        else [],
        **(_timer(sight) if is_own else {}),
    }


def _timer(sight: Sight) -> dict[str, Any]:
    """The person's timer, and what stopping it now would come to."""
    running = timers.timer_of(str(sight.person.pk))
    here = running if running and running.contract == sight.contract.id else None
    measured = segments.as_if_logged(sight.contract, here.segments(), sight.now) if here else []
    return {
        "timer": running,
        "timer_is_here": here is not None,
        "measured": segments_text(len(measured)),
        "measured_covered": segments_text(sum(not one.why_not for one in measured)),
        "ran": hours_text(int(running.ran.total_seconds()) // 60) if running else "",
        "ran_seconds": int(running.ran.total_seconds()) if running else 0,
        "is_sandbox": settings.SANDBOX,
        "pretend": [(minutes, hours_text(minutes)) for minutes in PRETEND_MINUTES],
        "now": sight.now,
    }


def _refuse(request: HttpRequest, sight: Sight, refused: Refused, **told: object) -> HttpResponse:
    """The diary anew, with why nothing was done; `told` is what else the page says, and what was typed."""
    sight = _look(request, UUID(sight.contract.id))
    page = _page(request, sight, _entry(QueryDict(), sight)) | {"nothing_done": why(refused, sight.people), **told}
    return render(request, "web/diary.html", page, status=status_of(refused))


def _start(request: HttpRequest, sight: Sight) -> HttpResponse:
    doing = request.POST.get("doing", "")
    no = timers.start(sight.contract.id, sight.actor, doing, sight.now)
    if no:
        return _refuse(request, sight, no, doing=doing, doing_error=no.errors[0][1] if no.errors else "")
    return _to_week(sight, monday_of(sight.now))


def _stop(request: HttpRequest, sight: Sight) -> HttpResponse:
    """Stop the timer, which runs on this contract, and log what it measured."""
    picture, person, pretend = Picture.read(request), sight.actor, request.POST.get("pretend", "")
    if picture.refused:
        return _refuse(request, sight, picture.refused, timer_picture_error=picture.error)
    is_pretended = settings.SANDBOX and pretend in map(str, PRETEND_MINUTES)
    halted = timers.halt(person, timedelta(minutes=int(pretend)) if is_pretended else None)
    if halted is None:
        return _refuse(request, sight, NOT_RUNNING)
    now = sight.now
    if settings.SANDBOX and halted.ends_at > now:
        now = halted.ends_at
        advance(now)
    stopped = timers.log(person, now)
    if isinstance(stopped, Refused):
        return _refuse(request, sight, stopped)
    logged = segments_text(len(stopped.logged))
    messages.success(
        request, f"The timer ran for {hours_text(int(halted.ran.total_seconds()) // 60)}. {logged} logged."
    )
    _keep(request, sight, picture, stopped.logged[-1].segment.start if stopped.logged else None, now)
    for reason in dict.fromkeys(sight.people.tell(reason) for _, reason in stopped.left_out):
        messages.warning(request, reason)
    return _to_week(sight, monday_of(halted.started_at))


def _keep(request: HttpRequest, sight: Sight, picture: Picture, start: datetime | None, at: datetime) -> None:
    """Keep the picture, if there is one, with the segment that begins then; or say that only this was not done."""
    refused = picture.keep(sight, start, at)
    if refused:
        messages.error(request, why(refused, sight.people))


def _entry(typed: QueryDict, sight: Sight) -> Entry:
    today = timezone.localtime(sight.now).date()
    return read_entry(typed, timezone.get_current_timezone(), today, is_late=sight.contract.ending is not None)


def _week(request: HttpRequest, sight: Sight) -> date:
    """The week that is asked for; else the one in which the contract stands, its last where it has ended."""
    asked = request.POST.get("week") or request.GET.get("week", "")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        day = None
    if day and abs(day.year - sight.now.year) < 100:
        return monday_of(opens(day))
    ended = sight.contract.ending
    return monday_of(ended.at if ended else sight.now)


def _to_week(sight: Sight, week: date) -> HttpResponse:
    return redirect(f"{reverse('web:diary', args=[sight.contract.id])}?week={week}")


def _starts(request: HttpRequest) -> list[datetime]:
    return [at for text in request.POST.getlist("start")[: rules.BATCH_MAX] if (at := _moment(text))]


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
