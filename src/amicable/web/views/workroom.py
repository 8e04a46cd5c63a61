"""The workroom: one contract, with all that can be known about it and done to it."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amicable.contracts.history import latest
from amicable.contracts.weeks import weeks_of
from amicable.people.models import Person
from amicable.rules.diary import late_until
from amicable.rules.outcome import Refused
from amicable.rules.timeline import timeline
from amicable.rules.week import monday_of
from amicable.talk.files import files_of
from amicable.talk.messages import latest_messages, write
from amicable.talk.models import Notice
from amicable.talk.notices import mark_seen
from amicable.web import workroom as rooms
from amicable.web.actions import impossible, possible
from amicable.web.agreements import waiting
from amicable.web.deciding_hours import as_it_stands
from amicable.web.disputes import closed_rooms, dispute_rooms
from amicable.web.dormancy import dormancy_of
from amicable.web.files import SHOWN, shown, uploads
from amicable.web.hourly import cycle_of, terms_now, terms_to_come
from amicable.web.names import feedback_room
from amicable.web.pause import pause_of
from amicable.web.refusals import answers_posts, status_of
from amicable.web.viewer import Sight, look, one_time, why
from amicable.web.waiting import waits_for
from amicable.web.weeks import row, so_far

RECENT, ALL = 6, 1000
"""How much of the history is shown at first, and at most."""


@never_cache
@login_required
@require_safe
def workroom(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Show the contract."""
    sight = look(request, contract_id)
    mark_seen(str(sight.person.pk), sight.contract.id, sight.now, Notice.What.MESSAGE, Notice.What.FILE)
    return render(request, "web/workroom.html", _page(sight, whole="history" in request.GET))


@never_cache
@login_required
@answers_posts("web:contract")
def message(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Write to the others in the workroom."""
    sight = look(request, contract_id)
    text, key = request.POST.get("text", ""), one_time(request.POST.get("key"))
    written = write(sight.contract.id, str(sight.person.pk), text, sight.now, key, uploads=uploads(request))
    if isinstance(written, Refused):
        error = written.errors[0][1] if written.errors else why(written, sight.people)
        if request.FILES:
            error = f"{error} Choose the files again: nothing was sent."
        page = _page(sight) | {"message_text": text, "message_error": error}
        return render(request, "web/workroom.html", page, status=status_of(written))
    return redirect(f"{reverse('web:contract', args=[contract_id])}#messages")


def _page(sight: Sight, *, whole: bool = False) -> dict[str, Any]:
    contract = sight.contract
    limit = ALL if whole else RECENT
    events = latest(contract.id, limit=limit + 1)
    actors = {event.actor for event in events if event.actor} | {contract.client, contract.freelancer}
    people = {str(person.pk): person for person in Person.objects.filter(id__in=actors)}
    question = rooms.question(sight)
    disputes = dispute_rooms(sight)
    answering = {button.action for button in question.buttons} if question else set()
    proposals = waiting(sight)
    answering |= {one.withdraw for one in proposals} | {reply.action for one in proposals for reply in one.replies}
    answering |= {button.action for room in disputes for button in room.buttons}
    feedback = feedback_room(sight)
    answering |= {"leave_feedback"} if feedback and feedback.can_leave else set()
    can_do = rooms.besides(question, [one for one in possible(sight) if one.action not in answering], sight)
    return {
        "sight": sight,
        "contract": contract,
        "now": sight.now,
        "client": people[contract.client],
        "freelancer": people[contract.freelancer],
        "question": question,
        "proposals": proposals,
        "disputes": disputes,
        "closed_disputes": closed_rooms(sight),
        "can_end": contract.is_live and any(button.action == "end" for button in can_do),
        "answering": bool(answering),
        "can_do": [button for button in can_do if button.action != "end"],
        "waits_for": sight.people.tell(waits_for(contract)),
        "cannot_do": impossible(sight),
        "ended_how": rooms.ended_how(sight),
        "milestones": rooms.stakes(contract),
        **(_hours(sight, whole=whole) if contract.kind == "hourly" else {}),
        "money": rooms.money(contract),
        "dormancy": dormancy_of(sight),
        "ahead": rooms.ahead(sight),
        "behind": rooms.behind(events[:limit], sight, people),
        "has_more_behind": len(events) > limit,
        "talk": rooms.talk(latest_messages(contract.id), sight),
        "files": shown(files_of(contract.id, limit=SHOWN), sight),
        "room": feedback,
        "key": secrets.token_urlsafe(16),
    }


def _hours(sight: Sight, *, whole: bool) -> dict[str, Any]:
    """What there is of a contract by the hour: its terms, its weeks and why it is paused."""
    contract, now = sight.contract, sight.now
    limit = ALL if whole else RECENT
    disputed_week = rooms.disputed_week(contract)
    weeks = weeks_of(contract, limit=limit + 1, newest_first=True)
    return {
        "terms": terms_now(contract, now),
        "terms_to_come": terms_to_come(contract, now),
        "cycle": cycle_of(contract, monday_of(now)),
        "pause": pause_of(sight),
        "late_until": late_until(contract, now),
        "disputed": as_it_stands(contract, disputed_week, sight.people) if disputed_week else [],
        "hours": so_far(contract, timeline(contract), now),
        "weeks": [row(contract, week) for week in weeks[:limit]],
        "has_more_weeks": len(weeks) > limit,
    }
