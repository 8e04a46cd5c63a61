"""Notices: what others, or nobody, did to the person's contracts; how they want to be told; and mails that are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amicable.contracts import clock
from amicable.rules.outcome import Refused
from amicable.talk.choices import Kind, Ways, choices_of, choose, kinds_for
from amicable.talk.kept import mails_of
from amicable.talk.letters import can_still, done_by, in_words, place_of, quoted, whose_dispute
from amicable.talk.models import KeptMail
from amicable.talk.notices import Told, mark_read, notices_of
from amicable.web.outcome import People, Shown, show
from amicable.web.viewer import person_of

PAGE = 30
TEXT_SHOWN = 300
"""So much of a message is shown with its notice; the rest is in the workroom."""


@dataclass(frozen=True, slots=True)
class Row:
    """A notice in the list."""

    url: str
    about: str
    """What the link to it says."""
    is_unread: bool
    at: datetime
    title: str
    points: tuple[SafeString | str, ...]
    until: datetime | None = None
    """Until when the person can still do something about it."""
    can_still: str = ""
    """What that is, up to the word before the time."""
    words: tuple[str, ...] = ()
    """What somebody wrote."""
    by: str = ""
    """Who did it; empty where nobody did, or the title says so."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of news, and how the person wants to be told of it."""

    kind: Kind
    ways: Ways


@never_cache
@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, the newest first, page by page."""
    before = request.GET.get("before", "")
    told = notices_of(
        str(person_of(request).pk),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE + 1,
    )
    shown = told[:PAGE]
    page = {
        "rows": [_row(one) for one in shown],
        "has_unread": any(one.notice.read_at is None for one in shown),
        "older": f"?before={shown[-1].notice.pk}" if len(told) > PAGE else "",
        "is_first": not before,
        "now": clock.now(),
        "keeps_mail": _keeps_mail(),
    }
    return render(request, "web/notices.html", page)


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """The person has read all of them."""
    mark_read(str(person_of(request).pk), clock.now())
    return redirect("web:notices")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """How the person wants to be told; a POST keeps what is ticked."""
    person = str(person_of(request).pk)
    kinds = {kind.name: kind for kind in kinds_for(person_of(request).roles)}
    if request.method == "POST":
        ticked = {
            name: Ways(app=kind.always_in_app or f"{name}.app" in request.POST, email=f"{name}.email" in request.POST)
            for name, kind in kinds.items()
        }
        chosen = choose(person, ticked)
        assert not isinstance(chosen, Refused), "what the form can say can be chosen"
        messages.success(request, "From now on you are told as you chose.")
        return redirect("web:notice_settings")
    ways = choices_of([person])[person]
    page = {
        "choices": [Choice(kind, ways[name]) for name, kind in kinds.items()],
        "sends_mail": settings.SENDS_MAIL,
        "keeps_mail": _keeps_mail(),
    }
    return render(request, "web/notice_settings.html", page)


@never_cache
@login_required
@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The person's mails, where mails are kept instead of sent."""
    if not _keeps_mail():
        raise Http404("Mails are sent.")
    before = request.GET.get("before", "")
    found = mails_of(
        str(person_of(request).pk),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE + 1,
    )
    page = {
        "mails": found[:PAGE],
        "older": f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
        "is_first": not before,
        "now": clock.now(),
    }
    return render(request, "web/mails.html", page)


@never_cache
@login_required
@require_safe
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One of the person's mails, as text."""
    return render(request, "web/mail.html", {"mail": _mail(request, mail_id), "now": clock.now()})


@never_cache
@login_required
@require_safe
def mail_html(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One of the person's mails, as the HTML that a mail program shows."""
    return HttpResponse(_mail(request, mail_id).html)


def _mail(request: HttpRequest, mail_id: int) -> KeptMail:
    return get_object_or_404(KeptMail, id=mail_id, person=person_of(request))


def _keeps_mail() -> bool:
    return settings.SANDBOX and settings.SENDS_MAIL


def _row(told: Told) -> Row:
    notice, contract = told.notice, told.notice.contract
    new = notice.read_at is None, notice.at
    if told.week:
        url = f"{reverse('web:my_hours')}?week={told.week}"
        return Row(url, "Your hours", *new, "The week is billed", (in_words(told),))
    assert contract is not None, "every other notice is about a contract"
    people = People.called(contract.client.name, contract.freelancer.name)
    about = (place_of(told), contract.title, *new)
    if told.event:
        return _event(told, show(told.event, people), about)
    if told.clock:
        told_again = (people.tell(told.clock.explanation),)
        still = can_still(told) if told.clock.at > clock.now() else "This was possible until"
        return Row(*about, "Reminder", told_again, told.clock.at, still)
    if notice.file:
        return Row(*about, f"{notice.file.author.name} sent evidence", (notice.file.name,))
    assert notice.message is not None, "there is nothing else to tell of"
    return Row(*about, f"{notice.message.author.name} wrote to you", (notice.message.text[:TEXT_SHOWN],))


def _event(told: Told, event: Shown, about: tuple[str, str, bool, datetime]) -> Row:
    assert told.event is not None, "it is shown"
    words = tuple(text[:TEXT_SHOWN] for text in quoted(told.event))
    if not told.to_mediator:
        return Row(*about, event.title, event.points, words=words, by=done_by(told))
    title = event.title if told.is_taken else "A dispute waits for a mediator"
    return Row(*about, title, (whose_dispute(told), *event.points), words=words, by=done_by(told))
