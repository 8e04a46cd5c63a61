"""What a person can do to a contract, as buttons and as forms: both are made from the registry of actions."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from amicable.rules.actions.escrow_dispute import escrow_cannot_be_disputed
from amicable.rules.actions.extension import ClockRef, waiting_for
from amicable.rules.actions.paid_dispute import paid_and_disputable, paid_cannot_be_disputed
from amicable.rules.actions.refund import paid_lately, refundable
from amicable.rules.contract import Contract
from amicable.rules.dispute import WITHDRAWN
from amicable.rules.disputing import ALREADY_DISPUTED, disputable_escrow
from amicable.rules.evidence import Evidence
from amicable.rules.feedback import CATEGORIES, MOST_STARS
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome, Refused, Why
from amicable.rules.params import (
    Amount,
    Choice,
    Hours,
    MilestoneRef,
    Param,
    Part,
    ProposalRef,
    Score,
    Share,
    Stars,
    Text,
)
from amicable.rules.parts import Milestone, MilestoneStatus, ProposalKind, Role
from amicable.rules.registry import ACTIONS, Action, act
from amicable.rules.timeline import buttons, foresee
from amicable.web import stars
from amicable.web.stars import StarRow
from amicable.web.templatetags.display import in_words
from amicable.web.typed import UNWRITTEN, whole_number
from amicable.web.viewer import Sight

LABELS = {
    "accept": "Accept the offer",
    "decline": "Decline the offer",
    "withdraw": "Take the offer back",
    "fund": "Fund a milestone",
    "submit": "Hand in work",
    "request_changes": "Ask for changes",
    "approve": "Release money",
    "end": "End contract",
    "accept_refund": "Agree to the refund",
    "decline_refund": "Contest the refund",
    "open_dispute": "Open a dispute",
    "answer_dispute": "Answer the dispute",
    "concede_dispute": "Concede the dispute",
    "withdraw_dispute": "Withdraw the dispute",
    "offer_settlement": "Offer a settlement",
    "accept_settlement": "Accept the settlement",
    "extend_clock": "Give more time",
    "ask": "Ask both sides",
    "propose_split": "Propose a split",
    "accept_split": "Accept the split",
    "decide": "Decide the dispute",
    "appeal": "Appeal",
    "pay": "Make a payment",
    "give_refund": "Give a refund",
    "dispute_hours": "Dispute hours",
    "accept_hours_dispute": "Agree: these hours are not paid",
    "contest_hours_dispute": "Contest the dispute about hours",
    "withdraw_hours_dispute": "Withdraw the dispute about hours",
    "set_weekly_limit": "Set the weekly limit",
    "allow_manual_time": "Allow time by hand",
    "forbid_manual_time": "Allow no more time by hand",
    "pause": "Pause the contract",
    "resume": "Resume the contract",
    "leave_feedback": "Leave feedback",
    "respond_feedback": "Answer the feedback",
    "unlock_feedback": "Let the feedback be changed",
    "edit_feedback": "Change your feedback",
    "propose_terms": "Propose a change of terms",
    "accept_terms": "Accept the new terms",
    "decline_terms": "Decline the new terms",
    "withdraw_terms": "Take back the change of terms",
    "propose_cancellation": "Offer to end it together",
    "accept_cancellation": "End it together",
    "decline_cancellation": "Decline, and go on",
    "withdraw_cancellation": "Take back the offer to end it",
    "request_refund": "Ask for money back",
    "withdraw_refund": "Take back the request for money",
    "propose_reopening": "Ask to reopen the contract",
    "accept_reopening": "Reopen the contract",
    "decline_reopening": "Leave it ended",
    "withdraw_reopening": "Take back the request to reopen",
    "keep_escrow": "Keep the escrow",
}
FORWARD = ("accept", "fund", "submit", "approve", "answer_dispute", "decide")
"""What moves the work on, and so is what most people come for."""


UNDER_SEAL = ("leave_feedback",)
"""What is filled in for these is in no address, for addresses are kept in logs; nothing that is shown depends on it."""


OF_ANOTHER_KIND = ("not_fixed", "not_hourly")
"""Codes of what can only be done to contracts by milestones, or only to those by the hour."""


def label(action: str, kind: ProposalKind | None = None) -> str:
    """What a button is called, and the page that it leads to; `kind` is that of the proposal that it answers."""
    if (action, kind) == ("decline_refund", ProposalKind.REFUND):
        return "Decline the refund"
    return LABELS.get(action) or in_words(action)


def kind_of_proposal(contract: Contract, params: Mapping[str, Any]) -> ProposalKind | None:
    """The kind of the proposal that the parameters name, where it is open."""
    return next((one.kind for one in contract.proposals if one.id == params.get("proposal")), None)


@dataclass(frozen=True, slots=True)
class Button:
    """Something that people can do; `text` says what it would come to now, or why it cannot be done."""

    action: str
    label: str
    text: SafeString | str
    is_forward: bool


def possible(sight: Sight) -> list[Button]:
    """What can be done now, what moves the work on first."""
    names = [name for name, refused in buttons(sight.contract, sight.role, sight.now, sight.actor) if refused is None]
    found = [Button(name, label(name), what_it_does(sight, name), name in FORWARD) for name in names]
    return sorted(found, key=lambda button: not button.is_forward)


def impossible(sight: Sight) -> dict[SafeString, list[str]]:
    """By the reason for it, what cannot be done now; without what is never this person's to do, or for no contract of
    this kind."""
    found: dict[SafeString, list[str]] = defaultdict(list)
    for name, no in buttons(sight.contract, sight.role, sight.now, sight.actor):
        if no and no.code not in OF_ANOTHER_KIND and sight.role in ACTIONS[name].by:
            found[sight.people.tell(no.reason)].append(label(name))
    return dict(found)


def what_it_does(sight: Sight, name: str, said: Mapping[str, str] | None = None) -> SafeString | str:
    """What the action comes to where that depends on no amount; else what it does in general. `said` are parameters
    that are known already."""
    action = ACTIONS[name]
    outcome = _at_first_sight(sight, action, said or {})
    if outcome is None:
        return in_general(action)
    return format_html_join(" ", "{}", ((sight.people.tell(sentence),) for sentence in outcome.explanation))


def in_general(action: Action) -> str:
    """What the action does, whatever is written and chosen."""
    return f"{action.does[:1].upper()}{action.does[1:]}."


def taken_back(sight: Sight, action: Action, outcome: Outcome) -> str:
    """Whether the person who does it can take it back alone, and how."""
    undo = action.undone_by
    opens_none = undo == WITHDRAWN and outcome.contract.open_disputes == sight.contract.open_disputes
    if not undo or opens_none or ACTIONS[undo].why_not(outcome.contract, sight.role, sight.now, sight.actor):
        return "You cannot take this back alone."
    if undo == action.name:
        return "You can do it again, which replaces it."
    return f"You can take it back as long as it stands: “{label(undo)}”."


def _at_first_sight(sight: Sight, action: Action, said: Mapping[str, str]) -> Outcome | None:
    params = complete(action, chosen(action, sight, said))
    if asks_for_amount(action, params):
        return None
    outcome = act(sight.contract, action.name, params, by=sight.role, at=sight.now, actor=sight.actor)
    return foresee(outcome) if isinstance(outcome, Outcome) else None


# What an action is given


def chosen(action: Action, sight: Sight, said: Mapping[str, str]) -> dict[str, Any]:
    """What was said about the parameters, and where nothing was, the milestone or proposal that comes first."""
    listed = _picks(action, said)
    params: dict[str, Any] = {
        name: said[name].strip() for name in action.params if name not in listed and said.get(name, "").strip()
    }
    params |= {name: picks for name, picks in listed.items() if picks}
    params |= _stars_and_numbers(action, sight, said)
    for name, param in action.params.items():
        if name not in params and param.required and (first := next(_choices(action, param, sight), None)):
            params[name] = first
    return params


def _picks(action: Action, said: Mapping[str, str]) -> dict[str, list[str]]:
    """What is picked in as evidence: a box each, all of one name."""
    names = [name for name, param in action.params.items() if isinstance(param, Evidence)]
    return {name: said.getlist(name) if isinstance(said, QueryDict) else [] for name in names}


def _stars_and_numbers(action: Action, sight: Sight, said: Mapping[str, str]) -> dict[str, Any]:
    """Stars as they are given, before that as they were left; scores and hours as numbers."""
    found: dict[str, Any] = {}
    for name, param in action.params.items():
        if isinstance(param, Stars):
            left = None if action.name in UNDER_SEAL else sight.contract.feedback_by(sight.role)
            found[name] = stars.read(name, said) or (stars.of(left) if left else {})
        elif isinstance(param, Score | Hours) and (typed := said.get(name, "").strip()):
            found[name] = whole_number(typed)
    return {name: value for name, value in found.items() if value != {}}


def complete(action: Action, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters for a look at the outcome, before the words are written."""
    unwritten: dict[str, Any] = {}
    for name, param in action.params.items():
        if isinstance(param, Text) and param.required:
            unwritten[name] = UNWRITTEN
        elif isinstance(param, Stars):
            unwritten[name] = dict.fromkeys(CATEGORIES, MOST_STARS)
    return unwritten | {name: value for name, value in params.items() if action.name not in UNDER_SEAL}


def asks_for_amount(action: Action, params: Mapping[str, Any]) -> bool:
    """Whether an amount, or a number of hours, is still missing, so that there is no outcome to show yet."""
    return any(
        isinstance(param, Amount | Part | Share | Hours) and _is_needed(action, name) and name not in params
        for name, param in action.params.items()
    )


def _is_needed(action: Action, name: str) -> bool:
    """Whether people have to fill it in: of the ways to decide, there is a field for the amount alone."""
    return action.params[name].required or (action.name, name) == ("decide", "release")


def _choices(action: Action, param: Param, sight: Sight) -> Iterator[str]:
    """The ids that a reference can have, the likeliest first."""
    if isinstance(param, MilestoneRef):
        yield from (milestone.id for milestone in _milestones(param, sight))
    elif isinstance(param, Choice | ClockRef):
        yield from (choice.value for choice in _kinds(param, sight))
    elif isinstance(param, ProposalRef):
        is_own = action.name.startswith("withdraw_")
        found = [proposal for proposal in sight.contract.proposals if proposal.kind in param.kinds]
        yield from (proposal.id for proposal in found if (proposal.by == sight.role) == is_own)


@dataclass(frozen=True, slots=True)
class Card:
    """Something that can be chosen, with what it means."""

    value: str
    title: str
    text: SafeString | str


def _kinds(param: Choice | ClockRef, sight: Sight) -> list[Card]:
    """What can be chosen now: of the clocks those on which the person waits, of money what can be disputed."""
    contract = sight.contract
    if isinstance(param, ClockRef):
        return [
            Card(clock.subject or clock.action, in_words(clock.action), sight.people.tell(clock.explanation))
            for clock in waiting_for(contract, sight.role)
            if clock.key not in contract.extended
        ]
    free, paid = disputable_escrow(contract, sight.role), paid_and_disputable(contract, sight.role, sight.now)
    found = []
    if escrow_cannot_be_disputed(contract, sight.role) is None:
        found.append(Card("escrow", "Money in escrow", f"{contract.money(free)} that you can dispute"))
    if paid:
        found.append(Card("refund", "Money that was paid", f"{contract.money(paid)}, paid lately or asked back"))
    return found


def _milestones(param: MilestoneRef, sight: Sight) -> list[Milestone]:
    """The client looks first at what was handed in, the freelancer at what is still to be done."""
    found = param.open_to(sight.contract, sight.role)
    handed_in_first = sight.role == Role.CLIENT
    return sorted(found, key=lambda m: (m.status == MilestoneStatus.SUBMITTED) != handed_in_first)


def left_out(action: Action, sight: Sight) -> list[SafeString]:
    """Why what one might look for cannot be chosen: milestones, and money that was paid; each reason once."""
    found = defaultdict[SafeString, list[str]](list)
    for param in action.params.values():
        if isinstance(param, MilestoneRef):
            for milestone, no in _barred(param, sight):
                found[sight.people.tell(no.reason)].append(f"“{milestone.title}”")
    told = [format_html("{} cannot be chosen. {}", " and ".join(titles), why) for why, titles in found.items()]
    if action.name != "open_dispute":
        return told
    paid = paid_cannot_be_disputed(sight.contract, sight.role, sight.now)
    return [*told, sight.people.tell(paid.reason)] if paid and paid.code == ALREADY_DISPUTED else told


def _barred(param: MilestoneRef, sight: Sight) -> Iterator[tuple[Milestone, Refused]]:
    """The milestones for which it makes sense, and yet that side cannot; with the reason."""
    for milestone in sight.contract.milestones:
        if param.makes_sense(milestone) and (no := param.why_not(sight.contract, milestone, sight.role)):
            yield milestone, no


# The form of an action


@dataclass(frozen=True, slots=True)
class Option:
    """A milestone that can be chosen."""

    milestone: Milestone
    money: Money
    """What it holds that is in no dispute; or costs, as long as it holds nothing."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as people fill it in."""

    name: str
    kind: str
    """`amount`, `hours`, `text`, `milestone`, `choice`, `stars` or `score`."""
    label: str
    help: str
    value: str
    error: str
    optional: bool
    options: tuple[Option, ...] = ()
    rows: tuple[StarRow, ...] = ()
    cards: tuple[Card, ...] = ()


def choices(action: Action, sight: Sight, params: Mapping[str, Any], errors: Mapping[str, str]) -> list[Field]:
    """The fields on which the outcome depends."""
    return [
        _field(action, name, sight, params, errors)
        for name, param in action.params.items()
        if isinstance(param, Amount | Part | Share | Hours)
        or (isinstance(param, MilestoneRef) and len(_milestones(param, sight)) > 1)
        or (isinstance(param, Choice | ClockRef) and len(_kinds(param, sight)) > 1)
        or (isinstance(param, Stars) and action.name not in UNDER_SEAL)
    ]


def words(action: Action, sight: Sight, params: Mapping[str, Any], errors: Mapping[str, str]) -> list[Field]:
    """The fields in which one person writes to the other."""
    return [
        _field(action, name, sight, params, errors)
        for name, param in action.params.items()
        if _is_word(action, param) and name not in action.unrecorded
    ]


def settled(action: Action, params: Mapping[str, Any]) -> dict[str, str]:
    """The parameters of which the outcome is shown; the button does exactly this."""
    found: dict[str, str] = {}
    for name, value in params.items():
        if isinstance(value, dict):
            found |= {} if _is_word(action, action.params[name]) else stars.fields(name, value)
        elif not (_is_word(action, action.params[name]) or isinstance(action.params[name], Evidence)):
            found[name] = value
    return found


def written(action: Action) -> Iterator[str]:
    """The names of the fields on which the outcome does not depend."""
    for name, param in action.params.items():
        if isinstance(param, Stars) and _is_word(action, param):
            yield from stars.fields(name, dict.fromkeys(CATEGORIES, MOST_STARS))
        elif _is_word(action, param) or isinstance(param, Evidence):
            yield name


def _is_word(action: Action, param: Param) -> bool:
    return isinstance(param, Text) or (isinstance(param, Stars | Score) and action.name in UNDER_SEAL)


def _field(action: Action, name: str, sight: Sight, params: Mapping[str, Any], errors: Mapping[str, str]) -> Field:
    param = action.params[name]
    if isinstance(param, Stars):
        rows = stars.rows(name, sight.contract, params.get(name, {}))
        return Field(name, "stars", "Stars", "", "", errors.get(name, ""), optional=False, rows=rows)
    value, error, optional = params.get(name, ""), errors.get(name, ""), not _is_needed(action, name)
    if isinstance(param, Choice | ClockRef):
        legend = "What is it about?" if isinstance(param, Choice) else "More time for what?"
        cards = tuple(_kinds(param, sight))
        return Field(name, "choice", legend, "", value, error, optional, cards=cards)
    if isinstance(param, MilestoneRef):
        options = tuple(_option(milestone, sight.contract) for milestone in _milestones(param, sight))
        return Field(name, "milestone", "Which milestone?", "", value, error, optional, options)
    assert isinstance(param, Amount | Part | Share | Hours | Text | Score), "nothing else is filled in"
    title, help_text = _label_and_help(param.does)
    if isinstance(param, Amount | Part | Share) and (most := _most(action, sight)):
        help_text = f"{help_text} At most {most}.".lstrip()
    return Field(name, _kind(param), title, help_text, value, error, optional)


def _most(action: Action, sight: Sight) -> Money | None:
    """The most that can be written as the amount of an action about money that is paid or in escrow; None of others."""
    contract, at = sight.contract, sight.now
    amounts: dict[str, Callable[[], int]] = {
        "request_refund": lambda: paid_lately(contract, at),
        "give_refund": lambda: refundable(contract, at),
        "propose_cancellation": lambda: contract.free_escrow,
    }
    return contract.money(amounts[action.name]()) if action.name in amounts else None


def _kind(param: Amount | Part | Share | Hours | Text | Score) -> str:
    if isinstance(param, Text):
        return "text"
    if isinstance(param, Hours):
        return "hours"
    return "score" if isinstance(param, Score) else "amount"


def _label_and_help(does: str) -> tuple[str, str]:
    """A description's first part is the label of its field: "What it is for." or "How much; all when left out."."""
    title, *rest = re.split(r"[;.] ", does.rstrip("."), maxsplit=1)
    return title, f"{rest[0][:1].upper()}{rest[0][1:]}." if rest else ""


def _option(milestone: Milestone, contract: Contract) -> Option:
    return Option(milestone, contract.money(contract.free(milestone) or milestone.amount))


DEEDS = {
    "fund": "Pay {charged} by card",
    "pay": "Pay {charged} by card",
    "approve": "Release {paid}",
    "accept_refund": "Let {refunded} go back",
    "give_refund": "Give {refunded} back",
}


def in_part(action: Action, sight: Sight, params: Mapping[str, Any]) -> datetime | None:
    """Where only a part of what is asked back from escrow can be contested too, by a dispute about that part: until
    when the rest then waits for an answer."""
    if action.name != "decline_refund" or kind_of_proposal(sight.contract, params) != ProposalKind.ESCROW_REFUND:
        return None
    asked = sight.contract.proposal(ProposalKind.ESCROW_REFUND)
    can = asked and escrow_cannot_be_disputed(sight.contract, sight.role) is None
    return asked.answer_by if asked and can else None


def deed(name: str, contract: Contract, outcome: Outcome, called: str) -> str:
    """What the button that does it says: with the amount where money moves, else as the action is `called`."""
    after = outcome.contract
    amounts = {
        "charged": sum(transfer.amount for transfer in outcome.transfers if transfer.why == Why.CARD_CHARGE),
        "paid": after.paid - contract.paid,
        "refunded": after.refunded - contract.refunded,
    }
    told = {what: contract.money(amount) for what, amount in amounts.items()}
    return DEEDS.get(name, called).format(**told)
