"""Escrow that is asked back, or goes back, because the contract is ended. RULEBOOK section 2.1, row 5 of the first
table."""

from __future__ import annotations

from amicable.rules.change import Change
from amicable.rules.contract import Status
from amicable.rules.disputing import let_dispute_again
from amicable.rules.parts import Milestone, MilestoneStatus, Proposal, ProposalKind, Role
from amicable.rules.policy import days


def ask_escrow_back(change: Change) -> None:
    """Ask the freelancer for all that is in escrow: one clock runs, and the reviews' clocks stop."""
    contract = change.contract
    amount = contract.free_escrow
    answer_by = change.at + days(contract.policy.escrow_refund_answer_days)
    for milestone in contract.milestones:
        if milestone.release_at:
            change.set_milestone(milestone, release_at=None)
    fee = contract.client_fee(contract.committed) - contract.client_fee(contract.committed - amount)
    proposal = Proposal(change.new_id(), ProposalKind.ESCROW_REFUND, Role.CLIENT, amount, change.at, answer_by)
    change.open(proposal)
    let_dispute_again(change, *contract.milestones)
    change.say(
        "{freelancer} is asked to agree that {amount} goes back, and has until {until} to answer.",
        amount=contract.money(amount),
        until=answer_by,
    )
    change.say(
        "If {freelancer} agrees, {amount} and the fee of {fee} on it go back to {client}'s card at once. If nothing "
        "is said, the same happens on {until}. If {freelancer} contests it, a dispute opens, the money stays "
        "frozen in escrow, and {client} has {days} days to answer.",
        amount=contract.money(amount),
        fee=contract.money(fee),
        until=answer_by,
        days=contract.policy.dispute_answer_days,
    )


def give_back_milestone(change: Change, milestone: Milestone) -> None:
    """What nothing was handed in for goes back when the freelancer has ended the contract."""
    amount = change.contract.free(milestone)
    fee = change.give_back_escrow(milestone, amount)
    change.say(
        "Nothing is handed in for “{title}”: {amount} goes back to {client}'s card at once, with the fee of {fee} "
        "on it.",
        title=milestone.title,
        amount=change.contract.money(amount),
        fee=change.contract.money(fee),
    )


def leave_nothing_without_a_clock(change: Change) -> None:
    """On a contract that has been ended every sum waits for somebody. What nothing was handed in for goes back where
    the freelancer ended it. Otherwise it is asked back, once nothing is in review any more: as long as something is,
    the client has the choice, and what was handed in keeps its clock unless they ask for it.

    RULEBOOK row 5 of the first table.
    """
    contract = change.contract
    free = [milestone for milestone in contract.milestones if contract.free(milestone)]
    idle = [milestone for milestone in free if not milestone.release_at]
    if contract.status != Status.ENDING or contract.proposal(ProposalKind.ESCROW_REFUND) or not idle:
        return
    assert contract.ending is not None, "a contract that is ending was ended by somebody"
    if contract.ending.by == Role.FREELANCER and all(m.status == MilestoneStatus.FUNDED for m in idle):
        for milestone in idle:
            give_back_milestone(change, milestone)
    elif idle == free:
        ask_escrow_back(change)
    else:
        change.say(
            "{amount} is not in review and waits for {client}, who can say what happens to it. When nothing is in "
            "review any more, it is asked back.",
            amount=contract.money(sum(contract.free(milestone) for milestone in idle)),
        )
