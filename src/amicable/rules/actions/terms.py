"""Changes of terms: proposed by either side, and nothing changes before the other agrees.

RULEBOOK sections 1 and 2, rows 7, 8 and 10 of the first table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from amicable.rules.actions.offer import NOTE
from amicable.rules.actions.proposing import answers, has_put, is_asked, put, takes_back
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.differences import differences, in_words
from amicable.rules.guards import every, no_charge, status_is
from amicable.rules.milestone_list import Listed, MilestoneList
from amicable.rules.offering import DESCRIPTION, RATE
from amicable.rules.outcome import Refused, invalid
from amicable.rules.params import (
    CHANGE_ROUNDS,
    REVIEW_DAYS,
    UNLIMITED,
    Number,
    ProposalRef,
    Text,
)
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.proposals import not_possible
from amicable.rules.registry import action
from amicable.rules.terms import MilestoneTerms, Terms
from amicable.rules.week import HOURS, monday_of, opens
from amicable.rules.wording import say

_TERMS = ProposalKind.TERMS
_PROPOSAL = ProposalRef((_TERMS,))
LIMIT = Number("The most hours that would be billed of a week.", 0, HOURS, UNLIMITED)
_OF_HOURS = ("rate", "weekly_limit_hours")
_OF_MILESTONES = ("milestones", "change_rounds", "review_days")
_PRICED = {"fixed": "for a fixed price", "hourly": "by the hour"}
NOTHING_CHANGES = "These are the terms as they are. Send what should be different, and leave out what stays."
_OPEN = status_is(Status.OFFERED, Status.ACTIVE, Status.PAUSED)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="proposes other terms, such as scope, prices and dates; nothing changes before the other side accepts",
    guard=_OPEN,
    params={
        "note": Text("What should change, and why."),
        "milestones": MilestoneList(),
        "rate": replace(
            RATE,
            does="What an hour would cost, before fees: from the next Monday on, of an offer at once.",
            required=False,
        ),
        "weekly_limit_hours": LIMIT,
        "description": replace(DESCRIPTION, does="The scope as it would be."),
        "change_rounds": CHANGE_ROUNDS,
        "review_days": REVIEW_DAYS,
    },
    undone_by="withdraw_terms",
)
def propose_terms(
    change: Change, note: str, milestones: Sequence[Listed] | None = None, **figures: Any
) -> Refused | None:
    """The other side is asked. No money moves, and the work goes on by the terms as they are."""
    contract = change.contract
    unfit = _unfit(contract, {**figures, "milestones": milestones})
    if unfit:
        return unfit
    terms = _proposed(change, contract.terms, milestones, figures)
    found = differences(contract.terms, terms)
    if not found:
        return replace(invalid("", NOTHING_CHANGES), code="nothing_changes")
    wrong = not_possible(contract, terms)
    if wrong:
        return invalid("milestones", wrong.tell())
    put(change, _TERMS, note, terms=terms, was=contract.terms)
    change.say("{who} proposes to change the terms.", who=change.by)
    for difference in found:
        change.tell(in_words(contract, difference))
    _say_what_is_in_review(change, contract.terms, terms)
    change.say(
        "Nothing changes unless {other} accepts. There is no time limit: without an answer the terms stay as they are.",
        other=change.by.other,
    )
    return None


def _unfit(contract: Contract, said: dict[str, Any]) -> Refused | None:
    """What a contract of its kind has no terms about."""
    of_kind = {"fixed": _OF_HOURS, "hourly": _OF_MILESTONES}[contract.kind]
    for name in of_kind:
        if said.get(name) is not None:
            return invalid(name, f"This contract is {_PRICED[contract.kind]}; its terms have no {name}.")
    return None


def _proposed(change: Change, now: Terms, milestones: Sequence[Listed] | None, figures: dict[str, Any]) -> Terms:
    """The whole terms as they would be: what is not said stays."""
    said: dict[str, Any] = {name: None if value == UNLIMITED else value for name, value in figures.items()}
    if milestones is not None:
        said["milestones"] = tuple(
            MilestoneTerms(one.id or change.new_id(), one.title, one.amount, one.due) for one in milestones
        )
    return replace(now, **said)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="accepts the other side's terms; they hold from then on",
    guard=every(_OPEN, is_asked(_TERMS), no_charge),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@answers(_TERMS)
def accept_terms(change: Change, proposal: Proposal, note: str = "") -> Refused | None:
    """The terms change. What a milestone then holds above its price goes back to the card at once."""
    del note
    terms = proposal.terms
    assert terms is not None, "a change of terms has terms"
    before = change.contract
    if any(amount > before.free(before.milestone(one)) for one, amount in _surplus(before, terms).items()):
        return Refused(
            "in_dispute",
            say("Money in dispute is frozen, and this change would send some of it back. Settle the dispute first."),
        )
    change.agree(terms, proposed_by=proposal.by, note=proposal.note)
    change.say("The new terms hold from now on.")
    for difference in differences(before.terms, terms):
        change.tell(in_words(before, difference))
    _say_from_when(change, before)
    _say_what_is_in_review(change, before.terms, terms)
    _give_surplus_back(change)
    _say_what_can_be_funded(change)
    if before.status == Status.OFFERED:
        change.say("The offer stands with these terms, and {freelancer} can accept it.")
    return None


def _say_from_when(change: Change, before: Contract) -> None:
    """What of the hours' terms changes at once, and what only with the next week."""
    contract, this = change.contract, monday_of(change.at)
    if not contract.hourly or contract.status == Status.OFFERED:
        return
    following = this + timedelta(days=7)
    was, now, then = before.terms_of(this), contract.terms_of(this), contract.terms_of(following)
    if now.rate != then.rate:
        change.say(
            "The rate changes on {at}; the hours of this week go by the rate that it began with.", at=opens(following)
        )
    if now.limit_hours != was.limit_hours:
        change.say("The limit changes at once, for the hours of this week so far too.")
    elif now.limit_hours != then.limit_hours:
        change.say("The limit changes on {at}; the hours of this week go by the limit as it was.", at=opens(following))


def _say_what_is_in_review(change: Change, was: Terms, becomes: Terms) -> None:
    """A clock that runs goes by the days that were agreed when it began."""
    if was.review_days == becomes.review_days:
        return
    for milestone in change.contract.milestones:
        if milestone.release_at:
            change.say(
                "“{title}” is in review, and its clock runs on until {until}. Other days to answer count for what is "
                "handed in after the change.",
                title=milestone.title,
                until=milestone.release_at,
            )


def _surplus(contract: Contract, terms: Terms) -> dict[str, int]:
    """What milestones hold above the price that they would have, by their ids."""
    prices = {one.id: one.amount for one in terms.milestones}
    above = {m.id: m.escrow + m.paid - prices[m.id] for m in contract.milestones if m.escrow}
    return {milestone: amount for milestone, amount in above.items() if amount > 0}


def _give_surplus_back(change: Change) -> None:
    for milestone_id, amount in _surplus(change.contract, change.contract.terms).items():
        milestone = change.contract.milestone(milestone_id)
        fee = change.give_back_escrow(milestone, amount)
        money = change.contract.money
        change.say(
            "“{title}” holds {amount} more than its price: it goes back to {client}'s card with the fee of {fee} on "
            "it.",
            title=milestone.title,
            amount=money(amount),
            fee=money(fee),
        )


def _say_what_can_be_funded(change: Change) -> None:
    for milestone in change.contract.milestones:
        if milestone.escrow and milestone.to_fund:
            change.say(
                "{client} can fund “{title}” with the {amount} by which its price is raised; until then only what it "
                "holds is secured.",
                title=milestone.title,
                amount=change.contract.money(milestone.to_fund),
            )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="declines the other side's terms; everything stays as it was, and the request is on the record",
    guard=every(_OPEN, is_asked(_TERMS)),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@answers(_TERMS)
def decline_terms(change: Change, proposal: Proposal, note: str = "") -> None:
    """The terms stay. A review that is left later shows that a change was declined."""
    del proposal, note
    change.say("{who} declines the change of terms. The contract goes on as it was agreed.", who=change.by)
    change.say("What was asked and declined stays in the history, where both sides and a mediator can see it.")


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="takes back one's own proposal of other terms",
    guard=every(_OPEN, has_put(_TERMS)),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@takes_back(_TERMS)
def withdraw_terms(change: Change, proposal: Proposal, note: str = "") -> None:
    """The terms stay."""
    del proposal, note
    change.say("The proposed change of terms is withdrawn. The contract goes on as it was agreed.")
