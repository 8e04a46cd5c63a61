"""Money into escrow, work handed in, money released. RULEBOOK section 2."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from amicable.rules.actions.offer import NOTE
from amicable.rules.asking_back import leave_nothing_without_a_clock
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.disputing import let_dispute_again
from amicable.rules.guards import NOT_FIXED, all_is_frozen, every, has_milestone, no_charge, status_is
from amicable.rules.outcome import Refused, invalid
from amicable.rules.params import Amount, MilestoneRef, Text, stands_at
from amicable.rules.parts import Charge, Milestone, MilestoneStatus, ProposalKind, Role
from amicable.rules.policy import days
from amicable.rules.registry import action
from amicable.rules.wording import say

_HOLDING = (MilestoneStatus.FUNDED, MilestoneStatus.SUBMITTED)
_SUBMITTED = (MilestoneStatus.SUBMITTED,)


def _can_be_funded(milestone: Milestone) -> bool:
    return milestone.to_fund > 0


def _has_something_to_fund(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    if contract.hourly:
        return NOT_FIXED
    if any(milestone.to_fund for milestone in contract.milestones):
        return None
    return Refused("nothing_to_fund", say("Every milestone has been funded. There is nothing left to fund."))


def _room_for_another(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """Milestones are funded one after the other; one from which a part was released no longer counts. What is funded
    already can always be brought up to its price."""
    del by, at
    if any(m.to_fund and m.escrow for m in contract.milestones):
        return None
    return _another_is_funded(contract)


def _another_is_funded(contract: Contract) -> Refused | None:
    running = [m for m in contract.milestones if m.status in _HOLDING and not m.paid and not contract.is_frozen(m)]
    if len(running) < contract.policy.milestones_funded_at_once:
        return None
    return Refused(
        "another_milestone_funded",
        say(
            "“{title}” is funded. Release it, or a part of it, before the next milestone is funded.",
            title=running[0].title,
        ),
    )


@action(
    Role.CLIENT,
    does="charges the client's card for the milestone, or what its price was raised by, and the client's fee",
    guard=every(status_is(Status.ACTIVE), no_charge, _has_something_to_fund, _room_for_another),
    params={"milestone": MilestoneRef(_can_be_funded)},
)
def fund(change: Change, milestone: str) -> Refused | None:
    """The card is asked; a milestone that holds nothing is `funding` until it answers."""
    chosen = change.contract.milestone(milestone)
    if not chosen.to_fund:
        return _not_in(chosen, "be funded", "already_funded")
    if not chosen.escrow:
        refused = _another_is_funded(change.contract)
        if refused:
            return refused
        change.set_milestone(chosen, status=MilestoneStatus.FUNDING)
    charge = change.ask_card("fund", chosen.to_fund, chosen.id)
    change.say(
        "{client}'s card is asked for {total}: {amount} for “{title}” and a fee of {fee}.",
        total=change.contract.money(charge.amount + charge.fee),
        amount=change.contract.money(charge.amount),
        fee=change.contract.money(charge.fee),
        title=chosen.title,
    )
    return None


@action(
    Role.FREELANCER,
    does="hands work in; the milestone is released by itself if the client does not answer",
    guard=every(
        status_is(Status.ACTIVE),
        has_milestone(
            _HOLDING,
            "nothing_funded",
            "No milestone is funded, so there is nothing to hand work in for. Ask {client} to fund one first.",
        ),
    ),
    params={"milestone": MilestoneRef(stands_at(*_HOLDING)), "note": Text("What was done, and where to find it.")},
)
def submit(change: Change, milestone: str, note: str) -> Refused | None:
    """The review clock starts, or starts again."""
    del note
    chosen = change.contract.milestone(milestone)
    if chosen.status not in _HOLDING:
        return _not_in(chosen, "take work", "not_funded")
    if change.contract.is_frozen(chosen):
        return all_is_frozen(change.contract, chosen.escrow)
    count = _days_to_answer(change.contract)
    release_at = change.at + days(count)
    change.set_milestone(
        chosen, status=MilestoneStatus.SUBMITTED, submitted_at=change.at, release_at=release_at, answer_days=count
    )
    let_dispute_again(change, chosen)
    _forget_extension(change, chosen)
    change.say(
        "Work for “{title}” is handed in. {client} has until {until} to approve it or ask for changes; "
        "without an answer {amount} is released to {freelancer} then.",
        title=chosen.title,
        until=release_at,
        amount=change.contract.money(change.contract.free(chosen)),
    )
    return None


def _forget_extension(change: Change, milestone: Milestone) -> None:
    """The clock that begins is another one than that which ran before, also where both began at one time."""
    of_it = f"submission_unanswered {milestone.id} "
    change.set(extended=tuple(key for key in change.contract.extended if not key.startswith(of_it)))


def _days_to_answer(contract: Contract) -> int:
    """As long as was agreed; work handed in on dormant escrow is a last call."""
    return contract.policy.dormant_answer_days if contract.dormancy else contract.days_of_review


def _rounds_are_left(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """The terms may cap how often changes can be asked for; after that the clock runs on."""
    del by, at
    in_review = [milestone for milestone in contract.milestones if milestone.status in _SUBMITTED]
    if any(not _rounds_are_used(contract, milestone) for milestone in in_review):
        return None
    return _no_rounds_left(contract, in_review[0])


def _rounds_are_used(contract: Contract, milestone: Milestone) -> bool:
    return contract.change_rounds is not None and milestone.changes >= contract.change_rounds


def _no_rounds_left(contract: Contract, milestone: Milestone) -> Refused:
    assert milestone.release_at is not None, "work in review has a clock"
    return Refused(
        "change_rounds_used",
        say(
            "By the terms, changes to a milestone can be asked for {rounds} times, and for “{title}” that is used up. "
            "The clock runs on: approve it, or propose a change of terms, before {until}.",
            rounds=contract.change_rounds or 0,
            title=milestone.title,
            until=milestone.release_at,
        ),
    )


@action(
    Role.CLIENT,
    does="asks for changes; the review clock stops until work is handed in again",
    guard=every(
        status_is(Status.ACTIVE),
        has_milestone(_SUBMITTED, "nothing_submitted", "No work is handed in, so there is nothing to send back."),
        _rounds_are_left,
    ),
    params={"milestone": MilestoneRef(stands_at(*_SUBMITTED)), "note": Text("What should be different.")},
)
def request_changes(change: Change, milestone: str, note: str) -> Refused | None:
    """The milestone is the freelancer's again. No money moves."""
    del note
    chosen = change.contract.milestone(milestone)
    if chosen.status not in _SUBMITTED:
        return _not_in(chosen, "be sent back", "not_submitted")
    if change.contract.is_frozen(chosen):
        return all_is_frozen(change.contract, chosen.escrow)
    if _rounds_are_used(change.contract, chosen):
        return _no_rounds_left(change.contract, chosen)
    change.set_milestone(chosen, status=MilestoneStatus.FUNDED, release_at=None, changes=chosen.changes + 1)
    change.say(
        "“{title}” is with {freelancer} again and the review clock has stopped. {amount} stays in escrow. No clock "
        "runs until work is handed in again; then {client} has {days} days to answer.",
        title=chosen.title,
        amount=change.contract.money(chosen.escrow),
        days=change.contract.days_of_review,
    )
    if change.contract.change_rounds is not None:
        change.say(
            "By the terms, changes to a milestone can be asked for {rounds} times; this was number {number}.",
            rounds=change.contract.change_rounds,
            number=chosen.changes + 1,
        )
    return None


@action(
    Role.CLIENT,
    does="releases all of a milestone or a part; a part leaves the rest as it was",
    guard=every(
        status_is(Status.ACTIVE, Status.ENDING),
        has_milestone(_HOLDING, "nothing_in_escrow", "No milestone has money in escrow. Fund one first."),
    ),
    params={
        "milestone": MilestoneRef(stands_at(*_HOLDING)),
        "amount": Amount("How much to release; all when left out.", required=False),
        "note": NOTE,
    },
)
def approve(change: Change, milestone: str, amount: int | None = None, note: str = "") -> Refused | None:
    """Money goes from escrow to the freelancer, with or without a submission. It cannot be taken back."""
    del note
    chosen = change.contract.milestone(milestone)
    if chosen.status not in _HOLDING:
        return _not_in(chosen, "be released", "nothing_in_escrow")
    if change.contract.is_frozen(chosen):
        return all_is_frozen(change.contract, chosen.escrow)
    free = change.contract.free(chosen)
    released = free if amount is None else amount
    if released > free:
        in_dispute = " that are not in dispute" if free < chosen.escrow else ""
        holds = f"{change.contract.money(free)}{in_dispute}"
        return invalid("amount", f"The milestone holds {holds}; no more than that can be released.")
    release(change, chosen, released)
    _shrink_refund_request(change)
    leave_nothing_without_a_clock(change)
    change.end_if_settled()
    return None


@action(
    Role.NOBODY,
    does="work handed in was not answered, so it is released",
    guard=status_is(Status.ACTIVE, Status.PAUSED, Status.ENDING),
    params={"milestone": MilestoneRef(stands_at(*_SUBMITTED))},
)
def submission_unanswered(change: Change, milestone: str) -> None:
    """Silence after a submission pays the freelancer."""
    chosen = change.contract.milestone(milestone)
    change.say("{client} did not answer the work handed in for “{title}” in time.", title=chosen.title)
    release(change, chosen, change.contract.free(chosen))
    leave_nothing_without_a_clock(change)
    change.end_if_settled()


def fund_milestone(change: Change, charge: Charge) -> None:
    """The card paid for a milestone: it is funded."""
    assert charge.milestone is not None, "a charge for a milestone names it"
    milestone = change.contract.milestone(charge.milestone)
    change.put_in_escrow(milestone, charge.amount)
    money = change.contract.money
    change.say(
        "{client}'s card is charged {total}: {amount} into escrow for “{title}” and a fee of {fee}, held beside it "
        "and earned only with what is released.",
        total=money(charge.amount + charge.fee),
        amount=money(charge.amount),
        fee=money(charge.fee),
        title=milestone.title,
    )


def release(change: Change, milestone: Milestone, amount: int, *, rest_is_told: bool = True) -> None:
    """Pay `amount` of a milestone's escrow to the freelancer and say what each gets, and when.

    `rest_is_told=False` where the caller says what becomes of the rest.
    """
    money = change.contract.money
    payment = change.release(milestone, amount)
    change.say(
        "{amount} for “{title}” is released: {net} to {freelancer} after a service fee of {fee}. "
        "It can be withdrawn from {at}.",
        amount=money(amount),
        title=milestone.title,
        net=money(payment.held),
        fee=money(amount - payment.held),
        at=payment.available_at,
    )
    left = change.contract.free(change.contract.milestone(milestone.id))
    if left and rest_is_told:
        change.say("{left} of the milestone stays in escrow, on the same clock as before.", left=money(left))


def _shrink_refund_request(change: Change) -> None:
    """What the client releases after all is no longer asked back."""
    proposal = change.contract.proposal(ProposalKind.ESCROW_REFUND)
    if proposal is None:
        return
    left = min(proposal.amount, change.contract.free_escrow)
    change.close(proposal)
    if left:
        change.open(replace(proposal, amount=left))


def _not_in(milestone: Milestone, verb: str, code: str) -> Refused:
    return Refused(
        code,
        say(
            "“{title}” is {status}, so it cannot {verb} now. See on the contract what it waits for.",
            title=milestone.title,
            status=str(milestone.status),
            verb=verb,
        ),
    )
