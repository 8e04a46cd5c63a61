"""Disputing hours of a week in review: what it comes to, for what was chosen, before there is a button to press."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amicable.contracts.perform import preview
from amicable.rules.hourly import Week
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.registry import ACTIONS
from amicable.talk.handing_in import TAKES, perform
from amicable.talk.picked import EVIDENCE_PARAM
from amicable.web.ahead import ahead, branches
from amicable.web.disputing_hours import Picked, choosable, in_review
from amicable.web.files import uploads
from amicable.web.looking import as_shown, is_looking
from amicable.web.outcome import show
from amicable.web.picking import STATED, pickable
from amicable.web.refusals import nothing_done, status_of
from amicable.web.seen import Seen
from amicable.web.typed import UNWRITTEN
from amicable.web.viewer import Sight, look
from amicable.web.views.actions import to_the_contract


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dispute(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Choose hours and show what disputing them comes to; a POST disputes them."""
    sight = look(request, contract_id)
    if request.method == "POST" and is_looking(request.POST):
        page = _page(sight, request.POST) | {"files_lost": bool(request.FILES)}
        return render(request, "web/dispute_hours.html", page)
    if request.method == "POST":
        return _dispute(request, sight)
    is_part = "HX-Request" in request.headers
    page = _page(sight, request.GET) | {"is_part": is_part}
    return render(request, "web/dispute_hours_outcome.html" if is_part else "web/dispute_hours.html", page)


def _dispute(request: HttpRequest, sight: Sight) -> HttpResponse:
    form = as_shown(request.POST, STATED)
    picked = Picked.read(form)
    week = in_review(sight.contract, form.get("week", ""))
    chosen = picked.params(week.start) if week else {"week": form.get("week", "")}
    params = {**chosen, "reason": form.get("reason", ""), EVIDENCE_PARAM: form.getlist(EVIDENCE_PARAM)}
    seen = Seen.read(request.POST)
    command = sight.command("dispute_hours", params, seen=seen, key=request.POST.get("key"))
    result = perform(command, sight.now, uploads(request))
    if isinstance(result, Refused):
        return _refuse(request, look(request, UUID(sight.contract.id)), result, seen)
    return to_the_contract(request, sight, result)


def _refuse(request: HttpRequest, sight: Sight, refused: Refused, seen: Seen) -> HttpResponse:
    """The page anew, with what the person wrote, why nothing was done, and what happened since they looked."""
    page = _page(sight, as_shown(request.POST, STATED)) | {"files_lost": bool(request.FILES)}
    page |= nothing_done(refused, seen, sight.contract, sight.people)
    return render(request, "web/dispute_hours.html", page, status=status_of(refused))


def _page(sight: Sight, said: QueryDict) -> dict[str, Any]:
    contract, picked, asked = sight.contract, Picked.read(said), said.get("week", "")
    week = in_review(contract, asked)
    if week and asked not in ("", week.start.isoformat()):
        picked = Picked()
    why_not = ACTIONS["dispute_hours"].why_not(contract, sight.role, sight.now)
    page = {
        "sight": sight,
        "now": sight.now,
        "why_not": why_not and sight.people.tell(why_not.reason),
        "week": week,
        "picked": picked,
        "reason": said.get("reason", ""),
        "key": secrets.token_urlsafe(16),
    }
    if why_not or week is None:
        return page
    return page | {
        "days": choosable(contract, week, sight.people, picked),
        "takes_files": TAKES["dispute_hours"],
        "pickable": pickable(sight, said),
        **_outcome(sight, week, picked),
    }


def _outcome(sight: Sight, week: Week, picked: Picked) -> Mapping[str, Any]:
    if not picked.is_made:
        return {}
    params = {**picked.params(week.start), "reason": UNWRITTEN}
    decided = preview(sight.command("dispute_hours", params), sight.now)
    if not isinstance(decided, Outcome):
        return {"wrong": decided.errors[0][1] if decided.errors else sight.people.tell(decided.reason)}
    frozen = decided.contract.week(week.start)
    return {
        "chosen": picked.query(week.start),
        "shown": show(decided, sight.people),
        "frozen": sight.contract.money(frozen.in_dispute if frozen else 0),
        "branches": branches(decided, sight.people),
        "ahead": ahead(decided, sight.people),
    }
