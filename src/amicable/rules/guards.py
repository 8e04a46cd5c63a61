"""What has to hold before an action: small conditions, each with its own words for no."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from amicable.rules.contract import Contract, Status
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused
from amicable.rules.parts import MilestoneStatus, PauseCause, Role
from amicable.rules.policy import days
from amicable.rules.registry import Guard
from amicable.rules.wording import say

WHY_NOT_STATUS = {
    Status.OFFERED: say("The offer has not been accepted yet. {freelancer} can accept or decline it."),
    Status.DECLINED: say("{freelancer} declined the offer. A new offer can be made."),
    Status.WITHDRAWN: say("{client} withdrew the offer. A new offer can be made."),
    Status.EXPIRED: say("The offer expired before it was accepted. A new offer can be made."),
    Status.ACTIVE: say("The contract is active: the offer has been accepted."),
    Status.PAUSED: say("The contract is paused. {client} can resume it."),
    Status.ENDING: say(
        "The contract has been ended and its money waits for an answer. See what lies ahead on the contract."
    ),
    Status.ENDED: say(
        "The contract has ended. {client} can still pay on it, {freelancer} can give a refund, and both together can "
        "reopen it for some time."
    ),
}


def hours_are_paid(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """The card was not declined for any week that has been billed."""
    del by, at
    amount = sum(week.amount + week.fee for week in contract.weeks if week.status == WeekStatus.UNPAID)
    if not amount:
        return None
    goes_on_by_itself = contract.pause is not None and contract.pause.cause == PauseCause.UNPAID
    said = _PAUSED_UNPAID if goes_on_by_itself else _UNPAID
    return Refused("hours_unpaid", say(said, amount=contract.money(amount)))


_PAUSED_UNPAID = (
    "The contract is paused because {client}'s card was declined: {amount} for hours is not paid. It goes on by itself "
    "when {client} has changed the card and it has paid."
)
_UNPAID = (
    "{client}'s card was declined: {amount} for hours is not paid. The contract can be resumed when {client} has "
    "changed the card and it has paid."
)


def every(*guards: Guard) -> Guard:
    """All of them, asked in order."""

    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        for one in guards:
            refused = one(contract, by, at)
            if refused:
                return refused
        return None

    return guard


def status_is(*allowed: Status) -> Guard:
    """The contract stands at one of these."""

    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        del by, at
        if contract.status in allowed:
            return None
        return Refused(f"contract_{contract.status}", WHY_NOT_STATUS[contract.status])

    return guard


def all_is_frozen(contract: Contract, amount: int) -> Refused:
    """The refusal where `amount` is in dispute and nothing else is there."""
    return Refused(
        "in_dispute",
        say("{amount} is in dispute and frozen until the dispute is settled.", amount=contract.money(amount)),
    )


def no_charge(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """One card payment at a time, and no money goes back while one is on its way: else the two could cross."""
    if not contract.is_charging:
        return None
    waiting = sum(week.amount + week.fee for week in contract.weeks if week.status == WeekStatus.CHARGING)
    return no_payment_asked(contract, by, at) or _waits_for_card(contract, waiting)


def no_payment_asked(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """The card is not being asked for a milestone or a payment; a week's bill may be on its way."""
    del by, at
    charge = contract.charge
    return _waits_for_card(contract, charge.amount + charge.fee) if charge else None


def _waits_for_card(contract: Contract, amount: int) -> Refused:
    return Refused(
        "charge_in_progress",
        say(
            "A payment of {amount} is waiting for {client}'s card. Try again when the card has answered.",
            amount=contract.money(amount),
        ),
    )


def is_hourly(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """The contract is paid by the hour."""
    del by, at
    if contract.hourly:
        return None
    return Refused(
        "not_hourly",
        say(
            "This contract has a fixed price: what is not funded costs nothing, and there are no hours to bill or to "
            "stop. End it, or agree on other terms."
        ),
    )


NOT_FIXED = Refused(
    "not_fixed",
    say("This contract is paid by the hour; it has no milestones. {client} can also pay without hours, as a bonus."),
)


def has_milestone(statuses: Collection[MilestoneStatus], code: str, template: str) -> Guard:
    """There is a milestone at one of these that is not in dispute; else the refusal says `template`."""

    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        del by, at
        if contract.hourly:
            return NOT_FIXED
        found = [milestone for milestone in contract.milestones if milestone.status in statuses]
        if not found:
            return Refused(code, say(template))
        if all(map(contract.is_frozen, found)):
            return all_is_frozen(contract, sum(milestone.escrow for milestone in found))
        return None

    return guard


def within_payment_window(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """An ended contract can be paid on for a year."""
    del by
    last = contract.ended_at and contract.ended_at + days(contract.policy.payment_after_end_days)
    if last is None or at < last:
        return None
    return Refused(
        "payment_window_over",
        say("Payments on this contract were possible until {last}. Make a new offer instead.", last=last),
    )
