"""A dispute opened by either side: answered or not, conceded, withdrawn. RULEBOOK sections 4 and 5.1."""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.escrow_dispute import (
    escrow_cannot_be_disputed,
    milestone_cannot_be_disputed,
    open_about_escrow,
)
from amicable.rules.actions.offer import NOTE
from amicable.rules.actions.paid_dispute import open_about_paid, paid_cannot_be_disputed
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.dispute import About, Dispute
from amicable.rules.dispute_clocks import dispute_clock, division
from amicable.rules.disputing import (
    a_dispute,
    about_dispute,
    divide,
    is_open,
    name_claim,
    restore,
    set_dispute,
    state,
    struck,
    tell_missing,
    too_much,
)
from amicable.rules.evidence import EVIDENCE
from amicable.rules.guards import every, no_charge, status_is
from amicable.rules.outcome import Kind, Refused
from amicable.rules.params import Amount, Choice, DisputeRef, MilestoneRef, Share, Text, stands_at
from amicable.rules.parts import MilestoneStatus, Role
from amicable.rules.registry import action
from amicable.rules.wording import say

DISPUTE = DisputeRef()
_CLAIM = Share(
    "How much of the sum the freelancer should have. Left empty, you claim all of it for yourself.", required=False
)
_HOLDING = stands_at(MilestoneStatus.FUNDED, MilestoneStatus.SUBMITTED)
ALREADY_DECIDED = "already_decided"


def _there_is_money_to_dispute(contract: Contract, by: Role, at: datetime) -> Refused | None:
    escrow, paid = escrow_cannot_be_disputed(contract, by), paid_cannot_be_disputed(contract, by, at)
    if escrow is None or paid is None:
        return None
    return paid if escrow.code == "nothing_in_escrow" else escrow


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="opens a dispute about money in escrow or paid lately, which freezes it and nothing else; it costs nothing",
    guard=every(status_is(Status.ACTIVE, Status.PAUSED, Status.ENDING, Status.ENDED), _there_is_money_to_dispute),
    params={
        "reason": Text("What has happened and what you want. The other side and mediators read it."),
        "about": Choice("Money in escrow, or money that was paid.", (About.ESCROW, About.REFUND)),
        "amount": Amount("How much of it is in dispute; all when left out.", required=False),
        "release": _CLAIM,
        "milestone": MilestoneRef(_HOLDING, required=False, why_not=milestone_cannot_be_disputed),
        "evidence": EVIDENCE,
    },
    undone_by="withdraw_dispute",
)
def open_dispute(
    change: Change,
    reason: str,
    about: str,
    amount: int | None = None,
    release: int | None = None,
    milestone: str | None = None,
    evidence: tuple[str, ...] = (),
) -> Refused | None:
    """The sum is frozen and the clocks on it stop. The other side is to answer; silence gives it to who opened it."""
    if about == About.ESCROW:
        opened = open_about_escrow(change, reason, amount, milestone)
    else:
        opened = open_about_paid(change, reason, amount)
    if isinstance(opened, Refused):
        return opened
    refused = too_much(change.contract, opened, release)
    if refused:
        return refused
    _tell_what_follows(change, name_claim(change, set_dispute(change, opened, evidence=evidence), release))
    return None


def _tell_what_follows(change: Change, dispute: Dispute) -> None:
    contract = change.contract
    change.say(
        "An answer is possible until {until}. After it a mediator decides within {days} days of the last word; without "
        "a ruling by then the sum is divided in the middle of the two claims. The two can settle at any time before.",
        until=dispute.answer_by,
        days=contract.policy.dispute_ruling_days,
    )
    change.tell(dispute_clock(contract, dispute).explanation)
    tell_missing(change, dispute, dispute.by_default)


# Answering


def _is_mine_to_answer(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    """The other side answers once; and both answer what a mediator asks."""
    del contract, at
    if dispute.is_asked(by):
        return None
    if by == dispute.opened_by:
        return Refused("other_side", say("You opened the dispute; the other side answers it."), Kind.ROLE)
    if dispute.answered_at:
        return Refused("already_answered", say("The dispute has been answered. A mediator decides it now."))
    return None


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="answers a dispute that the other side opened, or a mediator's question",
    guard=a_dispute(_is_mine_to_answer),
    params={
        "note": Text("How you see it. The other side and mediators read it."),
        "release": _CLAIM,
        "dispute": DISPUTE,
        "evidence": EVIDENCE,
    },
)
@about_dispute(_is_mine_to_answer)
def answer_dispute(
    change: Change, note: str, dispute: Dispute, release: int | None = None, evidence: tuple[str, ...] = ()
) -> None:
    """A mediator can decide from now on."""
    answered = state(change, dispute, note, release, evidence)
    clock = dispute_clock(change.contract, answered)
    change.say(
        "The dispute is answered. {amount} stays frozen until a mediator decides or the two settle, at the latest on "
        "{until}.",
        amount=change.contract.money(dispute.amount),
        until=clock.at,
    )
    change.tell(clock.explanation)
    tell_missing(change, answered, answered.middle)


@action(
    Role.NOBODY,
    does="the dispute was not answered; who opened it gets what they claim",
    guard=every(a_dispute(is_open), no_charge),
    params={"dispute": DISPUTE},
)
@struck
def dispute_unanswered(change: Change, dispute: Dispute) -> None:
    """Silence in a dispute gives it to the side that opened it."""
    change.say("The dispute was not answered in time.")
    divide(change, dispute, dispute.by_default)


# Giving in, and taking back


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="gives in: the whole sum in dispute goes to the other side at once",
    guard=every(a_dispute(is_open), no_charge),
    params={"note": NOTE, "dispute": DISPUTE},
)
@about_dispute(is_open)
def concede_dispute(change: Change, dispute: Dispute, note: str = "") -> None:
    """The dispute is over. It cannot be taken back."""
    del note
    released = dispute.amount if change.by == Role.CLIENT else 0
    if change.by == Role.CLIENT:
        change.say("{client} concedes the dispute.")
    else:
        change.say("{freelancer} concedes the dispute.")
    change.tell(division(change.contract, dispute, released))
    divide(change, dispute, released)


def _is_mine_to_withdraw(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    del contract, at
    if by != dispute.opened_by:
        return Refused("other_side", say("Only the side that opened the dispute can withdraw it."), Kind.ROLE)
    if dispute.at_bank:
        return Refused(
            "opened_by_bank",
            say("{client}'s bank has taken the money back, which cannot be withdrawn here. Settle it or concede it."),
        )
    if dispute.ruling or dispute.appeal:
        return Refused(
            ALREADY_DECIDED,
            say("A ruling has been given, so the dispute cannot be withdrawn. Settle it or concede it."),
        )
    return None


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="takes back a dispute that one opened; things go on as before it",
    guard=a_dispute(_is_mine_to_withdraw),
    params={"note": NOTE, "dispute": DISPUTE},
)
@about_dispute(_is_mine_to_withdraw)
def withdraw_dispute(change: Change, dispute: Dispute, note: str = "") -> None:
    """Clocks go on with the time that was left."""
    del note
    change.say(
        "The dispute is withdrawn: {amount} is no longer frozen, and things go on as before it.",
        amount=change.contract.money(dispute.amount),
    )
    change.tell(_ONCE[dispute.about])
    restore(change, dispute)


_ONCE = {
    About.ESCROW: say(
        "Whoever withdraws a dispute can open no other about the same money until something new is handed in."
    ),
    About.REFUND: say("Whoever withdraws a dispute can open no other about the same money."),
    About.HOURS: say("These hours cannot be disputed again."),
}
