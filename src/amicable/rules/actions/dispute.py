"""A dispute about escrow: answered or not, decided by a mediator or divided by default. RULEBOOK section 5.1."""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.escrow import release
from amicable.rules.actions.offer import NOTE
from amicable.rules.actions.refund import ask_escrow_back, give_back_milestone, join_request, resume_request
from amicable.rules.change import Change
from amicable.rules.contract import (
    About,
    Contract,
    Dispute,
    Frozen,
    MilestoneStatus,
    ProposalKind,
    Role,
    Ruling,
    Statement,
    Status,
)
from amicable.rules.disputing import SUBJECTS, Subject, a_dispute, divide, restore, set_dispute, which
from amicable.rules.guards import every, no_charge
from amicable.rules.outcome import Kind, Refused, invalid
from amicable.rules.params import DisputeRef, Share, Text
from amicable.rules.policy import days
from amicable.rules.registry import action
from amicable.rules.wording import say

DISPUTE = DisputeRef()


def _is_mine_to_answer(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    del contract, at
    if by == dispute.opened_by:
        return Refused("other_side", say("You opened the dispute; the other side answers it."), Kind.ROLE)
    if dispute.answered_at:
        return Refused("already_answered", say("The dispute has been answered. A mediator decides it now."))
    return None


def _is_ready_to_decide(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    del contract, by
    if dispute.ruling:
        return Refused(
            "already_decided",
            say("A ruling has been given; it takes effect on {at}.", at=dispute.ruling.takes_effect_at),
        )
    if not dispute.answered_at and at < dispute.answer_by:
        return Refused(
            "awaiting_answer",
            say(
                "The other side has until {until} to answer the dispute. Decide after that.",
                until=dispute.answer_by,
            ),
        )
    return None


def _is_mine_to_withdraw(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    del contract, at
    if by != dispute.opened_by:
        return Refused(
            "other_side", say("The other side opened the dispute; only who opened it withdraws it."), Kind.ROLE
        )
    if dispute.ruling or dispute.appeal:
        return Refused(
            "already_decided", say("A ruling has been given, so the dispute cannot be withdrawn. Concede it or settle.")
        )
    return None


def _is_open(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    del contract, dispute, by, at
    return None


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="answers a dispute that the other side opened",
    guard=a_dispute(_is_mine_to_answer),
    params={"note": Text("How you see it. The other side and the mediator read it."), "dispute": DISPUTE},
)
def answer_dispute(change: Change, note: str, dispute: str | None = None) -> Refused | None:
    """A mediator can decide from now on."""
    found = which(change, dispute, _is_mine_to_answer)
    if isinstance(found, Refused):
        return found
    answer = Statement(change.by, change.actor, change.at, change.action, note)
    set_dispute(change, found, answered_at=change.at, statements=(*found.statements, answer))
    change.say(
        "The dispute is answered. {amount} stays frozen until a mediator decides, at the latest on {until}: then it "
        "is divided in the middle of the two claims.",
        amount=change.contract.money(found.amount),
        until=change.at + days(change.contract.policy.dispute_ruling_days),
    )
    return None


@action(
    Role.MEDIATOR,
    does="decides a dispute: what of the sum goes to the freelancer, the rest to the client",
    guard=a_dispute(_is_ready_to_decide),
    params={
        "release": Share("What of the sum in dispute goes to the freelancer; the rest goes back to the client."),
        "reason": Text("The reasons, with the evidence they rest on."),
        "dispute": DISPUTE,
    },
)
def decide(change: Change, release: int, reason: str, dispute: str | None = None) -> Refused | None:
    """The ruling takes effect when the days for an appeal are over."""
    found = which(change, dispute, _is_ready_to_decide)
    if isinstance(found, Refused):
        return found
    if release > found.amount:
        amount = change.contract.money(found.amount)
        return invalid("release", f"{amount} is in dispute; no more than that can be divided.")
    effect_at = change.at + days(change.contract.policy.dispute_appeal_days)
    ruling = Ruling(release, reason, change.at, effect_at, change.actor or "")
    set_dispute(change, found, ruling=ruling)
    change.say(
        "The mediator decides: {released} to {freelancer} before the service fee, {returned} back to {client}'s card "
        "with the fee on it. It takes effect on {at}.",
        released=change.contract.money(release),
        returned=change.contract.money(found.amount - release),
        at=effect_at,
    )
    return None


@action(
    Role.NOBODY,
    does="the days for an appeal are over; the ruling takes effect",
    guard=every(a_dispute(_is_open), no_charge),
    params={"dispute": DISPUTE},
)
def ruling_takes_effect(change: Change, dispute: str) -> None:
    """The sum is divided as the mediator decided."""
    found = _struck(change, dispute)
    assert found.ruling is not None, "a ruling takes effect only once it was given"
    change.say("The mediator's ruling takes effect.")
    divide(change, found, found.ruling.release)


@action(
    Role.NOBODY,
    does="no mediator ruled in time; the sum is divided",
    guard=every(a_dispute(_is_open), no_charge),
    params={"dispute": DISPUTE},
)
def ruling_overdue(change: Change, dispute: str) -> None:
    """Neither side wins by waiting: the middle of the two claims."""
    found = _struck(change, dispute)
    change.say("No ruling was given in time, so the sum is divided in the middle of the two claims.")
    divide(change, found, found.middle)


@action(
    Role.NOBODY,
    does="the dispute was not answered; who opened it gets the money",
    guard=every(a_dispute(_is_open), no_charge),
    params={"dispute": DISPUTE},
)
def dispute_unanswered(change: Change, dispute: str) -> None:
    """Silence in a dispute gives it to the side that opened it."""
    found = _struck(change, dispute)
    change.say("The dispute was not answered in time.")
    divide(change, found, found.amount if found.opened_by == Role.FREELANCER else 0)


def _struck(change: Change, dispute: str) -> Dispute:
    found = which(change, dispute, _is_open)
    assert isinstance(found, Dispute), "a clock strikes only on a dispute that is open"
    return found


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="takes back a dispute that one opened; things go on as before it",
    guard=a_dispute(_is_mine_to_withdraw),
    params={"note": NOTE, "dispute": DISPUTE},
)
def withdraw_dispute(change: Change, note: str = "", dispute: str | None = None) -> Refused | None:
    """Clocks go on with the time that was left."""
    del note
    found = which(change, dispute, _is_mine_to_withdraw)
    if isinstance(found, Refused):
        return found
    change.say(
        "The dispute is withdrawn: {amount} is no longer frozen, and things go on as before it.",
        amount=change.contract.money(found.amount),
    )
    restore(change, found)
    return None


# Escrow


def _divide_escrow(change: Change, dispute: Dispute, released: int) -> None:
    """Of what is frozen `released` goes to the freelancer, in turn, and the rest back to the client."""
    returned = []
    for frozen in dispute.frozen:
        part = min(released, frozen.amount)
        released -= part
        if part:
            release(change, change.contract.milestone(frozen.id), part, rest_is_told=False)
        returned.append((frozen.id, frozen.amount - part))
    back = [(change.contract.milestone(milestone), amount) for milestone, amount in returned if amount]
    fee = sum(change.give_back_escrow(milestone, amount) for milestone, amount in back)
    if back:
        change.say(
            "{amount} goes back to {client}'s card, and the fee of {fee} on it too.",
            amount=change.contract.money(sum(amount for _, amount in back)),
            fee=change.contract.money(fee),
        )


def _restore_escrow(change: Change, dispute: Dispute) -> None:
    """Clocks go on with the time that was left of them: the request's, which is about all that is free, or reviews'."""
    if dispute.request:
        resume_request(change, dispute.request, dispute.opened_at)
    elif change.contract.proposal(ProposalKind.ESCROW_REFUND):
        join_request(change)
    else:
        for frozen in dispute.frozen:
            _resume_review(change, frozen, dispute.opened_at)
        _settle_what_nothing_was_handed_in_for(change)


def _resume_review(change: Change, frozen: Frozen, since: datetime) -> None:
    milestone = change.contract.milestone(frozen.id)
    if frozen.release_at is None or milestone.status != MilestoneStatus.SUBMITTED:
        return
    until = change.at + (frozen.release_at - since)
    change.set_milestone(milestone, release_at=max(until, milestone.release_at or until))
    change.say(
        "“{title}” is in review again: {client} has until {until} to answer; without an answer it is released.",
        title=milestone.title,
        until=until,
    )


def _settle_what_nothing_was_handed_in_for(change: Change) -> None:
    """On a contract that has been ended no money may be left for which no clock runs."""
    contract = change.contract
    idle = [m for m in contract.milestones if contract.free(m) and m.status == MilestoneStatus.FUNDED]
    if contract.status != Status.ENDING or not idle:
        return
    assert contract.ending is not None, "a contract that is ending was ended by somebody"
    if contract.ending.by == Role.CLIENT:
        ask_escrow_back(change)
    else:
        for milestone in idle:
            give_back_milestone(change, milestone)


SUBJECTS[About.ESCROW] = Subject(divide=_divide_escrow, restore=_restore_escrow)
