"""Everything that can be done to a contract: what it would come to first, and then the button. What needs more choices
than a field or two has a page of its own."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amicable.contracts.perform import Done, Replayed, preview
from amicable.rules.clocks import OPENING
from amicable.rules.contract import Contract
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.parts import ProposalKind
from amicable.rules.registry import ACTIONS, Action
from amicable.talk.files import can_be_work
from amicable.talk.handing_in import TAKES, perform
from amicable.talk.messages import message_of
from amicable.talk.models import Message
from amicable.talk.picked import EVIDENCE_PARAM
from amicable.web import actions
from amicable.web.agreements import Compared, compare
from amicable.web.ahead import ahead, dispute_branches, escrow_branches, proposal_branches
from amicable.web.files import shown, uploads
from amicable.web.looking import as_shown, is_looking
from amicable.web.outcome import show, show_clock
from amicable.web.picking import SEARCH, pickable
from amicable.web.refusals import nothing_done, status_of
from amicable.web.seen import Seen
from amicable.web.viewer import Sight, look

WORDS_MOST = 5_000
MESSAGE = "message"
"""The field of the message with whose files work is handed in."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, contract_id: UUID, name: str) -> HttpResponse:
    """Show what the action would come to; POST does it."""
    if name not in ACTIONS or ACTIONS[name].is_automatic:
        raise Http404("There is no such action.")
    sight = look(request, contract_id)
    if own := _page_of_its_own(request, sight.contract, name):
        return HttpResponseNotAllowed(["GET", "HEAD"]) if request.method == "POST" else redirect(own)
    if request.method == "POST" and is_looking(request.POST):
        return _look_again(request, sight, ACTIONS[name])
    if request.method == "POST":
        return _do(request, sight, ACTIONS[name])
    return _show(request, sight, ACTIONS[name])


def _page_of_its_own(request: HttpRequest, contract: Contract, name: str) -> str:
    """The address of the page on which more can be chosen than here; empty where this one does."""
    if name in ("end", "propose_terms"):
        return reverse(f"web:{name}", args=[contract.id])
    if name == "dispute_hours":
        query = f"?{urlencode({'week': request.GET['week']})}" if "week" in request.GET else ""
        return f"{reverse('web:dispute_hours', args=[contract.id])}{query}"
    if name == "decide" and request.method != "POST":
        asked = request.GET.get("dispute")
        meant = next((dispute for dispute in contract.open_disputes if asked in (None, dispute.id)), None)
        return reverse("web:decide_hours", args=[contract.id, meant.id]) if meant and meant.segments else ""
    return ""


def _show(request: HttpRequest, sight: Sight, action: Action) -> HttpResponse:
    is_part = "HX-Request" in request.headers
    message = _message(sight, action, request.GET)
    said = request.GET.copy()
    if message:
        said.setdefault("note", message.text[:WORDS_MOST])
    page = _page(sight, action, said, message=message) | {"is_part": is_part}
    template = "web/action_outcome.html" if is_part else "web/action.html"
    return render(request, template, page, status=status_of(page["refused"]))


def _do(request: HttpRequest, sight: Sight, action: Action) -> HttpResponse:
    params = actions.chosen(action, sight, _as_shown(request, action))
    seen, key = Seen.read(request.POST), request.POST.get("key", "")
    command = sight.command(action.name, params, seen=seen, key=key)
    message = _message(sight, action, request.POST)
    result = perform(command, sight.now, uploads(request), message)
    if isinstance(result, Refused):
        return _refuse(request, look(request, UUID(sight.contract.id)), action, result, seen)
    return to_the_contract(request, sight, result)


def to_the_contract(request: HttpRequest, sight: Sight, result: Done | Replayed) -> HttpResponse:
    """The contract's page, which says what was done."""
    done = show(result.outcome if isinstance(result, Done) else result.event, sight.people)
    messages.success(request, format_html_join(" ", "{}", ((point,) for point in done.points)))
    return redirect("web:contract", sight.contract.id)


def _look_again(request: HttpRequest, sight: Sight, action: Action) -> HttpResponse:
    """The page anew, with what the person wrote and what they look for to pick in."""
    page = _page(sight, action, request.POST, message=_message(sight, action, request.POST))
    page |= {"files_lost": bool(request.FILES)}
    return render(request, "web/action.html", page, status=status_of(page["refused"]))


def _refuse(request: HttpRequest, sight: Sight, action: Action, refused: Refused, seen: Seen) -> HttpResponse:
    """The page anew, with what the person wrote, why nothing was done, and what happened since they looked."""
    said = _as_shown(request, action)
    page = _page(sight, action, said, dict(refused.errors), _message(sight, action, said))
    page |= nothing_done(refused, seen, sight.contract, sight.people) | {
        "files_lost": bool(request.FILES),
        "again": f"{request.path}?{urlencode(page['settled'])}" if refused.kind == Kind.PAYMENT else None,
    }
    return render(request, "web/action.html", page, status=status_of(refused))


def _as_shown(request: HttpRequest, action: Action) -> QueryDict:
    return as_shown(request.POST, (*actions.written(action), MESSAGE, SEARCH))


def _message(sight: Sight, action: Action, said: QueryDict) -> Message | None:
    """The message whose files are to be handed in as work, where the person wrote one."""
    message = message_of(sight.contract.id, said.get(MESSAGE, "")) if action.name == "submit" else None
    return message if message and message.author_id == sight.person.pk else None


def _page(
    sight: Sight,
    action: Action,
    said: QueryDict,
    errors: dict[str, str] | None = None,
    message: Message | None = None,
) -> dict[str, Any]:
    params = actions.chosen(action, sight, said)
    decided = _decide(sight, action, params)
    refused = decided if isinstance(decided, Refused) else None
    errors = (dict(refused.errors) if refused else {}) | (errors or {})
    called = actions.label(action.name, actions.kind_of_proposal(sight.contract, params))
    fields, settled = actions.choices(action, sight, params, errors), actions.settled(action, params)
    asked = [name for field in fields for name in (field.name, *(row.field for row in field.rows))]
    return {
        "sight": sight,
        "now": sight.now,
        "action": action,
        "does": actions.in_general(action),
        "label": called,
        "choices": fields,
        "compared": _compared(sight.contract) if action.name == "accept_terms" else [],
        "in_part": actions.in_part(action, sight, params),
        "left_out": actions.left_out(action, sight),
        "words": actions.words(action, sight, params, errors),
        "errors": errors,
        "settled": settled,
        "given": {name: value for name, value in settled.items() if name not in asked},
        "chosen": urlencode(settled),
        "takes_files": TAKES.get(action.name, ""),
        "pickable": pickable(sight, said) if EVIDENCE_PARAM in action.params else None,
        "message": message,
        "handed_in": shown(can_be_work(message), sight) if message else [],
        "key": secrets.token_urlsafe(16),
        "refused": refused,
        "can_be_done": action.why_not(sight.contract, sight.role, sight.now, sight.actor) is None,
        "why_not": sight.people.tell(refused.reason) if refused and not refused.errors else "",
        "wrong": [message for _, message in refused.errors] if refused else [],
        **(_outcome(sight, action, decided, called) if isinstance(decided, Outcome) else _stake(sight, action, params)),
    }


def _compared(contract: Contract) -> list[Compared]:
    """What the change of terms that waits would change, side by side."""
    asked = contract.proposal(ProposalKind.TERMS)
    return compare(contract, asked.was, asked.terms) if asked and asked.was and asked.terms else []


def _stake(sight: Sight, action: Action, params: dict[str, Any]) -> dict[str, Any]:
    """Before an amount is written: which sum of a dispute it is about, and what comes of it as things stand."""
    open_ = sight.contract.open_disputes if "dispute" in action.params else ()
    dispute = next((one for one in open_ if params.get("dispute") in (None, one.id)), None)
    if dispute is None:
        return {}
    branches = dispute_branches(sight.contract, dispute, sight.now, sight.people)
    return {"stake": sight.contract.money(dispute.amount), "as_it_stands": branches}


def _decide(sight: Sight, action: Action, params: dict[str, Any]) -> Outcome | Refused | None:
    """What the action would come to; None as long as an amount is missing. Why it is not possible comes first."""
    why_not = action.why_not(sight.contract, sight.role, sight.now, sight.actor)
    if why_not or actions.asks_for_amount(action, params):
        return why_not
    return preview(sight.command(action.name, actions.complete(action, params)), sight.now)


def _waits(sight: Sight, outcome: Outcome) -> dict[str, Any]:
    """What waits after it, and what comes of each answer: the dispute that it changes, else what is in escrow."""
    contract, people = outcome.contract, sight.people
    if asked := proposal_branches(outcome, sight.contract, people):
        return {"branches": asked}
    changed = [dispute for dispute in contract.open_disputes if dispute not in sight.contract.disputes]
    if not changed:
        left = contract.money(contract.free_escrow)
        return {"branches": escrow_branches(contract, outcome.at, people), "left": (left, "in escrow")}
    left = contract.money(changed[-1].amount)
    return {"branches": dispute_branches(contract, changed[-1], outcome.at, people), "left": (left, "in dispute")}


def _outcome(sight: Sight, action: Action, outcome: Outcome, called: str) -> dict[str, Any]:
    return what_follows(sight, outcome) | {
        "deed": actions.deed(action.name, sight.contract, outcome, called),
        "taken_back": actions.taken_back(sight, action, outcome),
    }


def what_follows(sight: Sight, outcome: Outcome) -> dict[str, Any]:
    """What a page shows of an outcome: what happens at once, what waits then, and what comes by itself."""
    return {
        "shown": show(outcome, sight.people),
        **_waits(sight, outcome),
        "ahead": ahead(outcome, sight.people),
        "opens": [show_clock(clock, sight.people) for clock in outcome.deadlines if clock.action == OPENING],
    }
