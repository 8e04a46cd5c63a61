"""A dispute about escrow: answered or not, decided by a mediator or divided by default. RULEBOOK section 5.1."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from amicable.rules.actions.ending import release_in_turn
from amicable.rules.actions.refund import give_back_escrow
from amicable.rules.change import Change
from amicable.rules.clocks import middle_of_claims
from amicable.rules.contract import Contract, Dispute, Role, Ruling
from amicable.rules.guards import every, no_charge
from amicable.rules.outcome import Kind, Refused
from amicable.rules.params import Part, Text
from amicable.rules.policy import days
from amicable.rules.registry import action
from amicable.rules.wording import say


def _in_dispute(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    if contract.dispute:
        return None
    return Refused("no_dispute", say("There is no dispute on this contract."))


def _is_mine_to_answer(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del at
    dispute = _dispute(contract)
    if by == dispute.opened_by:
        return Refused("other_side", say("You opened the dispute; the other side answers it."), Kind.ROLE)
    if dispute.answered_at:
        return Refused("already_answered", say("The dispute has been answered. A mediator decides it now."))
    return None


def _is_ready_to_decide(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    dispute = _dispute(contract)
    if dispute.ruling:
        return Refused(
            "already_decided",
            say("A ruling has been given; it takes effect on {at}.", at=dispute.ruling.takes_effect_at),
        )
    if not dispute.answered_at:
        return Refused(
            "awaiting_answer",
            say(
                "The other side has until {until} to answer the dispute. Decide after that.",
                until=dispute.answer_by,
            ),
        )
    return None


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="answers a dispute that the other side opened",
    guard=every(_in_dispute, _is_mine_to_answer),
    params={"note": Text("How you see it. The other side and the mediator read it.")},
)
def answer_dispute(change: Change, note: str) -> None:
    """A mediator can decide from now on."""
    dispute = _dispute(change.contract)
    change.set(dispute=replace(dispute, answered_at=change.at, answer=note))
    change.say(
        "The dispute is answered. {amount} stays frozen until a mediator decides, at the latest on {until}: then it "
        "is divided in the middle of the two claims.",
        amount=change.contract.money(dispute.amount),
        until=change.at + days(change.contract.policy.dispute_ruling_days),
    )


@action(
    Role.MEDIATOR,
    does="decides a dispute: what of the sum goes to the freelancer, the rest to the client",
    guard=every(_in_dispute, _is_ready_to_decide),
    params={
        "release": Part("What of the sum in dispute goes to the freelancer; the rest goes back to the client."),
        "reason": Text("The reasons, with the evidence they rest on."),
    },
)
def decide(change: Change, release: int, reason: str) -> None:
    """The ruling takes effect when the days for an appeal are over."""
    dispute = _dispute(change.contract)
    effect_at = change.at + days(change.contract.policy.dispute_appeal_days)
    ruling = Ruling(release, reason, change.at, effect_at, change.actor or "")
    change.set(dispute=replace(dispute, ruling=ruling))
    change.say(
        "The mediator decides: {released} to {freelancer} before the service fee, {returned} back to {client}'s card "
        "with the fee on it. It takes effect on {at}.",
        released=change.contract.money(release),
        returned=change.contract.money(dispute.amount - release),
        at=effect_at,
    )


@action(
    Role.NOBODY,
    does="the days for an appeal are over; the ruling takes effect",
    guard=every(_in_dispute, no_charge),
)
def ruling_takes_effect(change: Change) -> None:
    """The sum is divided as the mediator decided."""
    ruling = _dispute(change.contract).ruling
    assert ruling is not None, "a ruling takes effect only once it was given"
    change.say("The mediator's ruling takes effect.")
    divide(change, ruling.release)


@action(Role.NOBODY, does="no mediator ruled in time; the sum is divided", guard=every(_in_dispute, no_charge))
def ruling_overdue(change: Change) -> None:
    """Neither side wins by waiting: the middle of the two claims."""
    change.say("No ruling was given in time, so the sum is divided in the middle of the two claims.")
    divide(change, middle_of_claims(_dispute(change.contract)))


@action(Role.NOBODY, does="the dispute was not answered; who opened it gets the money", guard=_in_dispute)
def dispute_unanswered(change: Change) -> None:
    """Silence in a dispute gives it to the side that opened it."""
    dispute = _dispute(change.contract)
    change.say("The dispute was not answered in time.")
    divide(change, dispute.amount if dispute.opened_by == Role.FREELANCER else 0)


def divide(change: Change, released: int) -> None:
    """End the dispute: `released` goes to the freelancer, the rest of the escrow back to the client."""
    change.set(dispute=None)
    release_in_turn(change, released)
    if change.contract.escrow:
        give_back_escrow(change)
    change.end_if_settled()


def _dispute(contract: Contract) -> Dispute:
    assert contract.dispute is not None, "the guard made sure that there is a dispute"
    return contract.dispute
