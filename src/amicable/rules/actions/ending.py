"""Ending a contract, by either side, without anybody's consent; what happens to money is decided with it.

RULEBOOK sections 2.1 and 2.2, rows 4 and 5 of the first table.
"""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.escrow import release
from amicable.rules.actions.offer import NOTE
from amicable.rules.actions.refund import ask_escrow_back
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Ending, Milestone, MilestoneStatus, ProposalKind, Role, Status
from amicable.rules.guards import every, no_charge, no_dispute, status_is
from amicable.rules.outcome import Refused, invalid
from amicable.rules.params import EscrowChoice, Reason
from amicable.rules.registry import action

REASONS = (
    "completed",
    "not_completed",
    "no_longer_needed",
    "scope_changed",
    "not_responsive",
    "quality",
    "deadline_missed",
    "mutual",
    "other",
)


def _can_end(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """A live contract; or one that the freelancer ended, of which the client asks back what is under review."""
    if contract.status != Status.ENDING:
        return status_is(Status.ACTIVE, Status.PAUSED)(contract, by, at)
    ended_by_freelancer = contract.ending is not None and contract.ending.by == Role.FREELANCER
    if by == Role.CLIENT and ended_by_freelancer and not contract.proposal(ProposalKind.ESCROW_REFUND):
        return None
    return status_is(Status.ACTIVE)(contract, by, at)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="ends the contract; the client says what happens to money in escrow",
    guard=every(no_dispute, no_charge, _can_end),
    params={"reason": Reason(REASONS), "note": NOTE, "escrow": EscrowChoice()},
)
def end(change: Change, reason: str, note: str = "", escrow: int | None = None) -> Refused | None:
    """Nobody has to agree to the end itself."""
    contract = change.contract
    if change.by == Role.CLIENT and contract.escrow and escrow is None:
        return invalid(
            "escrow",
            f"{contract.money(contract.escrow)} is in escrow. Say what happens to it: "
            '"release", "refund" or {"release": AMOUNT}.',
        )
    if contract.ending is None:
        change.set(ending=Ending(change.by, change.at, reason, note))
    change.set(status=Status.ENDING)
    if not contract.escrow:
        change.say("The contract ends at once. No money is in escrow, so none moves.")
    elif change.by == Role.CLIENT:
        _settle_for_client(change, escrow or 0)
    else:
        _settle_for_freelancer(change)
    if any(m.status == MilestoneStatus.UNFUNDED for m in contract.milestones):
        change.say("Milestones that were not funded lapse; nothing is owed for them.")
    change.end_if_settled()
    change.standing(
        "Ending the contract has no effect on {freelancer}'s standing by itself. Feedback can have one; giving none "
        "has none."
    )
    return None


def _settle_for_client(change: Change, released: int) -> None:
    """Release what the client chose, work handed in first, and ask the rest back."""
    if change.contract.escrow == released:
        change.say("The contract ends at once.")
    else:
        change.say("The contract is being ended: no more work is done, and the money in escrow waits for an answer.")
    release_in_turn(change, released)
    if change.contract.escrow:
        ask_escrow_back(change)


def _settle_for_freelancer(change: Change) -> None:
    """What nothing was handed in for goes back; what was handed in stays in review and is settled as if the
    contract lived."""
    contract = change.contract
    money = contract.money
    in_review = [m for m in contract.milestones if m.status == MilestoneStatus.SUBMITTED]
    nothing_handed_in = [m for m in contract.milestones if m.status == MilestoneStatus.FUNDED]
    change.say("The contract is being ended: no more work is done." if in_review else "The contract ends at once.")
    for milestone in nothing_handed_in:
        fee = change.give_back_escrow(milestone, milestone.escrow)
        change.say(
            "Nothing is handed in for “{title}”: {amount} goes back to {client}'s card at once, with the fee of {fee} "
            "on it.",
            title=milestone.title,
            amount=money(milestone.escrow),
            fee=money(fee),
        )
    for milestone in in_review:
        assert milestone.release_at is not None, "work in review has a clock"
        change.say(
            "What is handed in for “{title}” is not lost: {amount} stays in review. {client} can release it, in whole "
            "or in part, or ask the rest back; without an answer it is released to {freelancer} on {until}.",
            title=milestone.title,
            amount=money(milestone.escrow),
            until=milestone.release_at,
        )


def release_in_turn(change: Change, amount: int) -> None:
    """Release `amount` of the escrow: milestones with work handed in first, then in the contract's order."""
    for milestone in sorted(change.contract.milestones, key=_not_handed_in):
        part = min(amount, milestone.escrow)
        if part:
            release(change, milestone, part, rest_is_told=False)
            amount -= part


def _not_handed_in(milestone: Milestone) -> bool:
    return milestone.status != MilestoneStatus.SUBMITTED
