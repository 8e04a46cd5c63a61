"""The terms of a contract: a change proposed, and all versions there were."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from amicable.contracts.perform import perform, preview
from amicable.contracts.versions import versions_of
from amicable.rules.contract import Contract
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.parts import Proposal, Role
from amicable.rules.registry import ACTIONS
from amicable.web.agreements import compare
from amicable.web.ahead import ahead, proposal_branches
from amicable.web.outcome import show
from amicable.web.refusals import nothing_done, status_of
from amicable.web.seen import Seen
from amicable.web.terms_form import TermsForm, can_go, is_done
from amicable.web.typed import Row, by_row, fields, in_words
from amicable.web.viewer import Sight, look
from amicable.web.views.actions import to_the_contract

PROPOSE = "propose_terms"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Write over the terms, see the difference, then put it to the other side."""
    sight = look(request, contract_id)
    if request.method != "POST":
        return _page(request, sight, TermsForm.of(sight.contract))
    form = TermsForm.read(request.POST)
    if "add" in request.POST:
        return _page(request, sight, form.with_row(), focus="row")
    if "remove" in request.POST:
        return _page(request, sight, form.without_row(request.POST["remove"]), focus="add")
    if "propose" in request.POST:
        return _propose(request, sight, form)
    return _page(request, sight, form)


def _propose(request: HttpRequest, sight: Sight, form: TermsForm) -> HttpResponse:
    params, key = form.params(sight.contract), request.POST.get("key", "")
    seen = Seen.read(request.POST)
    result = perform(sight.command(PROPOSE, params, seen=seen, key=key), sight.now)
    if isinstance(result, Refused):
        return _refuse(request, look(request, UUID(sight.contract.id)), form, result, seen)
    return to_the_contract(request, sight, result)


def _refuse(request: HttpRequest, sight: Sight, form: TermsForm, refused: Refused, seen: Seen) -> HttpResponse:
    """The page anew, with what the person wrote, why nothing was done, and what happened since they looked."""
    told = nothing_done(refused, seen, sight.contract, sight.people)
    return _page(request, sight, form, told, status=status_of(refused))


def _page(
    request: HttpRequest,
    sight: Sight,
    form: TermsForm,
    told: Mapping[str, Any] | None = None,
    focus: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    contract, told = sight.contract, told or {}
    why_not = ACTIONS[PROPOSE].why_not(contract, sight.role, sight.now)
    seen = why_not or preview(sight.command(PROPOSE, form.look(contract)), sight.now)
    errors = dict(seen.errors) if request.method == "POST" and isinstance(seen, Refused) else {}
    errors = by_row(form.rows, errors | told.get("errors", {}))
    page: dict[str, Any] = {
        "sight": sight,
        "contract": contract,
        "now": sight.now,
        "form": form,
        "rows": [_row(number, row, contract, {} if focus else errors) for number, row in enumerate(form.rows)],
        "focus": focus,
        "why_not": sight.people.tell(why_not.reason) if why_not else "",
        "key": secrets.token_urlsafe(16),
        **_seen(sight, seen, errors),
        **told,
        "errors": errors,
    }
    return render(request, "web/terms.html", page, status=status)


def _seen(sight: Sight, seen: Outcome | Refused, errors: Mapping[str, str]) -> dict[str, Any]:
    """What is proposed, beside what is; or what is wrong with it."""
    if isinstance(seen, Refused):
        is_same = seen.code == "nothing_changes"
        return {"wrong": [] if is_same else in_words(errors) or [sight.people.tell(seen.reason)], "is_same": is_same}
    asked = seen.contract.proposals[-1]
    return {
        "compared": _compare(sight.contract, asked),
        "shown": show(seen, sight.people),
        "branches": proposal_branches(seen, sight.contract, sight.people),
        "ahead": ahead(seen, sight.people),
    }


def _compare(contract: Contract, asked: Proposal) -> list[Any]:
    assert asked.was is not None, "a change of terms says what it changes"
    assert asked.terms is not None, "a change of terms says into what"
    return list(compare(contract, asked.was, asked.terms))


def _row(number: int, row: Row, contract: Contract, errors: Mapping[str, str]) -> dict[str, Any]:
    stands = {"is_done": is_done(row, contract), "can_go": can_go(row, contract), "is_new": not row.id}
    return fields(number, row, errors) | stands


@never_cache
@login_required
@require_safe
def versions(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """All that was agreed, the newest first."""
    sight = look(request, contract_id)
    contract = sight.contract
    found = [
        (one, sight.people.name(Role(one.proposed_by)), compare(contract, one.was, one.terms) if one.was else [])
        for one in reversed(versions_of(contract.id))
    ]
    page = {"sight": sight, "contract": contract, "versions": found, "now": sight.now}
    return render(request, "web/terms_versions.html", page)
