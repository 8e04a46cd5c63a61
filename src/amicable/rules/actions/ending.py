"""Ending a contract, by either side, without anybody's consent; what happens to money is decided with it.

RULEBOOK sections 2.1 and 2.2, rows 4 and 5 of the first table.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from amicable.rules.actions.billing import tell_over_limit
from amicable.rules.actions.escrow import release
from amicable.rules.actions.offer import NOTE
from amicable.rules.asking_back import ask_escrow_back, give_back_milestone
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.disputing import not_handed_in
from amicable.rules.guards import all_is_frozen, every, no_payment_asked, status_is
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused, invalid
from amicable.rules.params import EscrowChoice, Reason
from amicable.rules.parts import Ending, MilestoneStatus, ProposalKind, Role
from amicable.rules.registry import action
from amicable.rules.standing import effect_of_ending
from amicable.rules.week import (
    SEGMENT_MINUTES,
    available_at,
    day_of,
    first,
    hours_text,
    locks,
    minutes_of,
    monday_of,
    review_ends,
    week_text,
)

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
    """A live contract; or one that is ending, of which the client asks back what is under review: the freelancer ended
    it, or all was in dispute when the client did, so that there was nothing to choose."""
    if contract.status != Status.ENDING or contract.hourly:
        return status_is(Status.ACTIVE, Status.PAUSED)(contract, by, at)
    if not contract.free_escrow:
        return all_is_frozen(contract, contract.escrow)
    if by == Role.CLIENT and not contract.proposal(ProposalKind.ESCROW_REFUND):
        return None
    return status_is(Status.ACTIVE)(contract, by, at)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="ends the contract; the client says what happens to money in escrow",
    guard=every(no_payment_asked, _can_end),
    params={"reason": Reason(REASONS), "note": NOTE, "escrow": EscrowChoice()},
)
def end(change: Change, reason: str, note: str = "", escrow: int | None = None) -> Refused | None:
    """Nobody has to agree to the end itself."""
    contract = change.contract
    if change.by == Role.CLIENT and contract.free_escrow and escrow is None:
        return invalid(
            "escrow",
            f"{contract.money(contract.free_escrow)} is in escrow. Say what happens to it: "
            '"release", "refund" or {"release": AMOUNT}.',
        )
    if contract.ending is None:
        change.set(ending=Ending(change.by, change.at, reason, note))
    change.set(status=Status.ENDING)
    if contract.hourly:
        tell_hours(change)
    elif not contract.escrow:
        change.say("The contract ends at once. No money is in escrow, so none moves.")
    elif not contract.free_escrow:
        change.say("The contract is being ended: no more work is done. All that is in escrow is in dispute.")
    elif change.by == Role.CLIENT:
        _settle_for_client(change, escrow or 0)
    else:
        _settle_for_freelancer(change)
    if any(m.status == MilestoneStatus.UNFUNDED for m in contract.milestones):
        change.say("Milestones that were not funded lapse; nothing is owed for them.")
    change.end_if_settled()
    change.standing(effect_of_ending)
    return None


def tell_hours(change: Change) -> None:
    """What becomes of the hours: those logged are billed, reviewed and paid as if the contract lived."""
    contract = change.contract
    this = monday_of(change.at)
    frozen = sum(week.in_dispute for week in contract.weeks)
    if frozen:
        change.say(
            "The contract is being ended: no work after this is billed. {amount} stays frozen, and the dispute about "
            "it goes on as it was; the contract has ended when that is over.",
            amount=contract.money(frozen),
        )
    else:
        change.say("The contract ends at once: no work after this is billed. No money moves now.")
    open_weeks = [week.start for week in contract.weeks if week.status == WeekStatus.OPEN]
    committed = contract.committed
    for start in sorted({this, *open_weeks}):
        committed += _tell_open_week(change, start, committed)
    for week in contract.weeks:
        if week.status in (WeekStatus.CHARGING, WeekStatus.UNPAID):
            change.say(
                "{amount} for {hours} hours of the week of {week} and a fee of {fee} are billed and not paid yet. The "
                "end changes nothing about that: when {client}'s card has paid the hours can be disputed, and after "
                "that they are paid to {freelancer}.",
                amount=contract.money(week.amount),
                hours=hours_text(week.minutes),
                week=week_text(week.start),
                fee=contract.money(week.fee),
            )
        if week.status == WeekStatus.IN_REVIEW and week.review_ends and week.in_review > week.in_dispute:
            change.say(
                "{amount} for the week of {week} stays in review: {client} can dispute hours of it until {until}, and "
                "{freelancer} can withdraw it from {at}.",
                amount=contract.money(week.in_review - week.in_dispute),
                week=week_text(week.start),
                until=week.review_ends,
                at=available_at(week.review_ends, contract.policy),
            )
    if contract.ending and contract.ending.takes_hours:
        _tell_late_hours(change, this)


def _tell_late_hours(change: Change, this: date) -> None:
    """Row 11 of the rulebook's first table."""
    policy = change.contract.policy
    if change.contract.terms_of(this).manual:
        change.say("{freelancer} can still enter hours worked before now, until {until}.", until=locks(this, policy))
    else:
        change.say(
            "{freelancer} can still enter hours that a timer measured before now, until {until}.",
            until=locks(this, policy),
        )
    last_week = this - timedelta(weeks=1)
    before = locks(last_week, policy)
    if change.at < before and _began_before(change.contract, this):
        change.say("Hours of the week of {week} are taken until {until} only.", week=week_text(last_week), until=before)
    change.say("They are marked as entered after the end, and hourly protection does not cover them.")


def _began_before(contract: Contract, monday: date) -> bool:
    return contract.accepted_at is not None and monday_of(contract.accepted_at) < monday


def _tell_open_week(change: Change, start: date, committed: int) -> int:
    """Returns what the hours of the week come to; `committed` is what the fee on them is charged on top of."""
    contract = change.contract
    week = contract.week(start)
    minutes, amount = contract.bill(week) if week else (0, 0)
    if not week or not week.logged:
        change.say("No hours are logged in the week of {week}, so nothing is billed for it.", week=week_text(start))
        return 0
    if not amount:
        change.say("Nothing is billed for the week of {week}.", week=week_text(start))
        tell_over_limit(change, week, minutes)
        return 0
    ends, billed = review_ends(start, contract.policy), first(week.logged, minutes // SEGMENT_MINUTES)
    change.say(
        "{hours} hours are logged in the week of {week} so far, {today} of them today: {amount}, and a fee of {fee}.",
        hours=hours_text(minutes),
        week=week_text(start),
        today=hours_text(minutes_of(billed & day_of(change.at, start))),
        amount=contract.money(amount),
        fee=contract.money(contract.client_fee(committed + amount) - contract.client_fee(committed)),
    )
    tell_over_limit(change, week, minutes)
    change.say(
        "They are billed to {client}'s card on {locks}. {client} can dispute them from then until {ends}; {freelancer} "
        "can withdraw what is not disputed from {at}.",
        locks=locks(start, contract.policy),
        ends=ends,
        at=available_at(ends, contract.policy),
    )
    return amount


def _settle_for_client(change: Change, released: int) -> None:
    """Release what the client chose, work handed in first, and ask the rest back."""
    if change.contract.escrow == released:
        change.say("The contract ends at once.")
    else:
        change.say("The contract is being ended: no more work is done, and the money in escrow waits for an answer.")
    release_in_turn(change, released)
    if change.contract.free_escrow:
        ask_escrow_back(change)
    _tell_what_is_disputed(change)


def _settle_for_freelancer(change: Change) -> None:
    """What nothing was handed in for goes back; what was handed in stays in review and is settled as if the
    contract lived."""
    contract = change.contract
    money = contract.money
    free = [milestone for milestone in contract.milestones if contract.free(milestone)]
    in_review = [milestone for milestone in free if milestone.status == MilestoneStatus.SUBMITTED]
    nothing_handed_in = [milestone for milestone in free if milestone.status == MilestoneStatus.FUNDED]
    is_over = not in_review and contract.escrow == contract.free_escrow
    change.say("The contract ends at once." if is_over else "The contract is being ended: no more work is done.")
    for milestone in nothing_handed_in:
        give_back_milestone(change, milestone)
    for milestone in in_review:
        assert milestone.release_at is not None, "work in review has a clock"
        change.say(
            "What is handed in for “{title}” is not lost: {amount} stays in review. {client} can release it, in whole "
            "or in part, or ask the rest back; without an answer it is released to {freelancer} on {until}.",
            title=milestone.title,
            amount=money(contract.free(milestone)),
            until=milestone.release_at,
        )
    _tell_what_is_disputed(change)


def _tell_what_is_disputed(change: Change) -> None:
    contract = change.contract
    if contract.free_escrow < contract.escrow:
        change.say(
            "{amount} stays frozen: the dispute about it goes on as it was.",
            amount=contract.money(contract.escrow - contract.free_escrow),
        )


def release_in_turn(change: Change, amount: int) -> None:
    """Release `amount` of the escrow that is not in dispute: milestones with work handed in first, then in order."""
    for milestone in sorted(change.contract.milestones, key=not_handed_in):
        part = min(amount, change.contract.free(milestone))
        if part:
            release(change, milestone, part, rest_is_told=False)
            amount -= part
