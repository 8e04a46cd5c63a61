"""What a dispute about escrow freezes, and how that is divided or given free again. RULEBOOK section 5.1."""

from __future__ import annotations

from amicable.rules.actions.escrow import release
from amicable.rules.actions.refund import join_request, resume_request, suspend_request
from amicable.rules.asking_back import leave_nothing_without_a_clock
from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.dispute import About, Dispute, Frozen
from amicable.rules.disputing import (
    SUBJECTS,
    WITHDRAWN_BEFORE,
    Subject,
    disputable,
    disputable_escrow,
    dispute_escrow,
    parts_of_escrow,
)
from amicable.rules.guards import all_is_frozen
from amicable.rules.outcome import Refused, invalid
from amicable.rules.parts import Milestone, MilestoneStatus, ProposalKind, Role
from amicable.rules.wording import say


def escrow_cannot_be_disputed(contract: Contract, by: Role) -> Refused | None:
    """Why `by` cannot open a dispute about escrow; None when they can."""
    if not contract.escrow:
        return Refused("nothing_in_escrow", say("No money is in escrow, so there is none to disagree about."))
    if not contract.free_escrow:
        return all_is_frozen(contract, contract.escrow)
    asked = contract.proposal(ProposalKind.ESCROW_REFUND)
    if asked and by == Role.CLIENT:
        return Refused(
            "refund_already_asked",
            say(
                "{client} has asked for {amount} back and waits for {freelancer}: contested, it becomes a dispute; "
                "without an answer the money comes back.",
                amount=contract.money(asked.amount),
            ),
        )
    return None if disputable_escrow(contract, by) else WITHDRAWN_BEFORE[by]


def milestone_cannot_be_disputed(contract: Contract, milestone: Milestone, by: Role) -> Refused | None:
    """Why `by` cannot open a dispute about what this milestone holds; None when they can."""
    refused = escrow_cannot_be_disputed(contract, by)
    if refused:
        return refused
    if not milestone.escrow:
        return Refused(
            "nothing_in_escrow",
            say("“{title}” holds no money, so there is none to disagree about.", title=milestone.title),
        )
    if not contract.free(milestone):
        return all_is_frozen(contract, milestone.escrow)
    return None if disputable(contract, milestone, by) else WITHDRAWN_BEFORE[by]


def open_about_escrow(change: Change, reason: str, wanted: int | None, milestone: str | None) -> Dispute | Refused:
    """Freeze `wanted` minor units of what is free in escrow, of one milestone or in turn; all where it is None.

    What the client asks back of it waits until the dispute is over.
    """
    contract = change.contract
    chosen = contract.milestone(milestone) if milestone else None
    refused = (
        milestone_cannot_be_disputed(contract, chosen, change.by)
        if chosen
        else escrow_cannot_be_disputed(contract, change.by)
    )
    if refused:
        return refused
    free = disputable(contract, chosen, change.by) if chosen else disputable_escrow(contract, change.by)
    amount = free if wanted is None else wanted
    if amount > free:
        return invalid("amount", f"There is {contract.money(free)} that you can dispute, no more.")
    frozen = parts_of_escrow(contract, amount, change.by, milestone)
    opened = dispute_escrow(change, frozen, reason, request=suspend_request(change, amount))
    change.say(
        "A dispute opens about {amount} in escrow. It is frozen, and nothing else is; a dispute costs nothing.",
        amount=contract.money(amount),
    )
    leave_nothing_without_a_clock(change)
    return opened


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
        change.say_back(sum(amount for _, amount in back), fee)
    leave_nothing_without_a_clock(change)


def _restore_escrow(change: Change, dispute: Dispute) -> None:
    """Clocks go on with the time that was left of them: the request's, which is about all that is free, or reviews'."""
    if change.contract.proposal(ProposalKind.ESCROW_REFUND):
        join_request(change)
    elif dispute.request:
        resume_request(change, dispute.request, dispute.opened_at)
    else:
        for frozen in dispute.frozen:
            _resume_review(change, frozen, dispute)
        leave_nothing_without_a_clock(change)


def _resume_review(change: Change, frozen: Frozen, dispute: Dispute) -> None:
    """With the time that was left of it. Where the rest of the milestone is still in review, the client gains no time
    by a dispute of their own, and loses none by one of the freelancer's."""
    milestone = change.contract.milestone(frozen.id)
    if frozen.release_at is None or milestone.status != MilestoneStatus.SUBMITTED:
        return
    until, runs = change.at + (frozen.release_at - dispute.opened_at), milestone.release_at
    if runs:
        until = runs if dispute.opened_by == Role.CLIENT else max(until, runs)
    change.set_milestone(milestone, release_at=until)
    change.say(
        "“{title}” is in review again: {client} has until {until} to answer; without an answer it is released.",
        title=milestone.title,
        until=until,
    )


SUBJECTS[About.ESCROW] = Subject(divide=_divide_escrow, restore=_restore_escrow)
