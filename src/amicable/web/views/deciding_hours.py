"""A mediator decides disputed hours, segment by segment: what that comes to is shown before there is a button."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amicable.contracts.perform import preview
from amicable.rules.contract import Contract
from amicable.rules.dispute import Dispute
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.registry import ACTIONS
from amicable.rules.wording import say
from amicable.talk.handing_in import perform
from amicable.talk.picked import EVIDENCE_PARAM
from amicable.web.deciding_hours import VERDICTS, Decided, days, in_dispute, read
from amicable.web.looking import as_shown, is_looking
from amicable.web.picking import STATED, pickable
from amicable.web.refusals import nothing_done, status_of
from amicable.web.seen import Seen
from amicable.web.typed import UNWRITTEN
from amicable.web.viewer import Sight, look
from amicable.web.views.actions import to_the_contract, what_follows

DECIDE = "decide"
STILL_OPEN = Refused("invalid", say("Say of every hour in dispute whether it is paid or returned."), Kind.INVALID)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, contract_id: UUID, dispute_id: str) -> HttpResponse:
    """Say of each segment in dispute whether it is paid, and show what that comes to; a POST decides."""
    sight = look(request, contract_id)
    dispute = _about_hours(sight.contract, dispute_id)
    if request.method == "POST" and is_looking(request.POST):
        return render(request, "web/decide_hours.html", _page(sight, dispute, request.POST))
    if request.method == "POST":
        return _decide(request, sight, dispute)
    is_part = "HX-Request" in request.headers
    page = _page(sight, dispute, request.GET) | {"is_part": is_part}
    return render(request, "web/decide_hours_outcome.html" if is_part else "web/decide_hours.html", page)


def _about_hours(contract: Contract, dispute_id: str) -> Dispute:
    for dispute in contract.disputes:
        if dispute.id == dispute_id and dispute.segments:
            return dispute
    raise Http404("There is no such dispute about hours.")


def _decide(request: HttpRequest, sight: Sight, dispute: Dispute) -> HttpResponse:
    form = as_shown(request.POST, STATED)
    decided = read(form, dispute, in_dispute(sight.contract, dispute, sight.people))
    seen = Seen.read(request.POST)
    if decided.open:
        return _refuse(request, sight, dispute, _why_not(sight, dispute) or STILL_OPEN, seen)
    params = _params(dispute, decided, form.get("reason", "")) | {EVIDENCE_PARAM: form.getlist(EVIDENCE_PARAM)}
    command = sight.command(DECIDE, params, seen=seen, key=request.POST.get("key"))
    result = perform(command, sight.now)
    if isinstance(result, Refused):
        return _refuse(request, look(request, UUID(sight.contract.id)), dispute, result, seen)
    return to_the_contract(request, sight, result)


def _refuse(request: HttpRequest, sight: Sight, dispute: Dispute, refused: Refused, seen: Seen) -> HttpResponse:
    """The page anew, with what was chosen and written, why nothing was done, and what happened meanwhile."""
    page = _page(sight, _about_hours(sight.contract, dispute.id), as_shown(request.POST, STATED))
    page |= nothing_done(refused, seen, sight.contract, sight.people)
    return render(request, "web/decide_hours.html", page, status=status_of(refused))


def _page(sight: Sight, dispute: Dispute, said: QueryDict) -> dict[str, Any]:
    found = in_dispute(sight.contract, dispute, sight.people)
    decided = read(said, dispute, found)
    why_not = _why_not(sight, dispute)
    return {
        "sight": sight,
        "now": sight.now,
        "dispute": dispute,
        "days": days(found, decided),
        "verdicts": VERDICTS,
        "zone": timezone.get_current_timezone_name(),
        "decided": decided,
        "reason": said.get("reason", ""),
        "pickable": pickable(sight, said),
        "why_not": why_not and sight.people.tell(why_not.reason),
        "key": secrets.token_urlsafe(16),
        **({} if why_not or decided.open else _outcome(sight, dispute, decided)),
    }


def _why_not(sight: Sight, dispute: Dispute) -> Refused | None:
    """Why this dispute cannot be decided by this person now."""
    refused = ACTIONS[DECIDE].why_not(sight.contract, sight.role, sight.now, sight.actor)
    if refused:
        return refused
    tried = preview(sight.command(DECIDE, _params(dispute, Decided(dispute.segments or 0), UNWRITTEN)), sight.now)
    return tried if isinstance(tried, Refused) else None


def _outcome(sight: Sight, dispute: Dispute, decided: Decided) -> dict[str, Any]:
    outcome = preview(sight.command(DECIDE, _params(dispute, decided, UNWRITTEN)), sight.now)
    assert isinstance(outcome, Outcome), "what can be decided at all can be decided either way"
    ruled = next(one for one in outcome.contract.disputes if one.id == dispute.id)
    assert ruled.ruling is not None, "a decision is a ruling"
    money = sight.contract.money
    return what_follows(sight, outcome) | {
        "release": money(ruled.ruling.release),
        "back": money(dispute.amount - ruled.ruling.release),
    }


def _params(dispute: Dispute, decided: Decided, reason: str) -> dict[str, object]:
    assert dispute.week is not None, "a dispute about hours names its week"
    return {"dispute": dispute.id, "segments": decided.starts(dispute.week), "reason": reason}
