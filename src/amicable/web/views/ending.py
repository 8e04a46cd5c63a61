"""Ending a contract: what happens to the money, for each choice and to the end, before there is a button to press."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amicable.payments.commands import perform
from amicable.rules.outcome import Refused
from amicable.web.ending import REASONS, Choice, Ending
from amicable.web.looking import as_shown, is_looking
from amicable.web.refusals import nothing_done, status_of
from amicable.web.seen import Seen
from amicable.web.viewer import Sight, look
from amicable.web.views.actions import to_the_contract


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def end(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Show what ending the contract comes to; a POST ends it."""
    if request.method == "POST" and is_looking(request.POST):
        ending = _ending(look(request, contract_id), Choice.read(request.POST))
        return render(request, "web/ending.html", _context(ending, request.POST))
    if request.method == "POST":
        return _end(request, contract_id)
    ending = _ending(look(request, contract_id), Choice.read(request.GET))
    template = "web/ending_outcome.html" if "HX-Request" in request.headers else "web/ending.html"
    return render(request, template, _context(ending))


def _end(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    form, sight = request.POST, look(request, contract_id)
    choice = Choice.read(as_shown(form))
    params = {"reason": _reason(form), "note": form.get("note", ""), **choice.params}
    seen = Seen.read(form)
    result = perform(sight.command("end", params, seen=seen, key=form.get("key")), sight.now)
    if isinstance(result, Refused):
        return _refuse(request, _ending(look(request, contract_id), choice), result, seen)
    return to_the_contract(request, sight, result)


def _refuse(request: HttpRequest, ending: Ending, refused: Refused, seen: Seen) -> HttpResponse:
    """The page anew, with what the person wrote, why nothing was done, and what happened since they looked."""
    page = _context(ending, request.POST) | nothing_done(refused, seen, ending.contract, ending.people)
    return render(request, "web/ending.html", page, status=status_of(refused))


def _ending(sight: Sight, choice: Choice) -> Ending:
    return Ending(sight.contract, sight.people, sight.role, sight.now, choice)


def _context(ending: Ending, said: QueryDict | None = None) -> dict[str, Any]:
    return {
        "ending": ending,
        "now": ending.at,
        "why_not": ending.why_not and ending.people.tell(ending.why_not.reason),
        "said": said or {},
        "reasons": REASONS,
        "key": secrets.token_urlsafe(16),
    }


def _reason(form: QueryDict) -> str:
    reason = form.get("reason", "")
    return form.get("other", "").strip() or reason if reason == "other" else reason
