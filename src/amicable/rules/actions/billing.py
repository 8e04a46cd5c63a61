"""Monday's bill: a week is closed, the card is asked once for all of a client's contracts, the review runs, the
freelancer is paid. All of it happens by itself. RULEBOOK section 3 and "Fees and rounding".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.guards import every, no_charge
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.outcome import Refused
from amicable.rules.params import Text, WeekRef
from amicable.rules.parts import Pause, PauseCause, Role
from amicable.rules.pausing import go_on
from amicable.rules.policy import days
from amicable.rules.registry import Do, Guard, action, given
from amicable.rules.week import available_at, hours_text, minutes_of, week_text
from amicable.rules.week import review_ends as end_of_review
from amicable.rules.wording import say

WEEK = WeekRef()


def _has_week(*statuses: WeekStatus) -> Guard:
    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        del by, at
        if any(week.status in statuses for week in contract.weeks):
            return None
        return NO_SUCH_WEEK

    return guard


NO_SUCH_WEEK = Refused("no_such_week", say("No week of this contract waits for this any more."))


def _of_week(*statuses: WeekStatus) -> Callable[[Do], Do]:
    """The action is given, as `week`, the one that stands at one of these, by its Monday."""

    def find(change: Change, params: Mapping[str, Any]) -> Week | Refused:
        week = change.contract.week(params["week"])
        return week if week and week.status in statuses else NO_SUCH_WEEK

    return given("week", find)


@action(
    Role.NOBODY,
    does="the week takes no more time and is billed",
    guard=_has_week(WeekStatus.OPEN),
    params={"week": WEEK},
)
@_of_week(WeekStatus.OPEN)
def week_closes(change: Change, week: Week) -> None:
    """Minutes within the limit times the rate, half up once; the card is asked for it and the client's fee."""
    contract = change.contract
    minutes, amount = contract.bill(week)
    rate = contract.terms_of(week.start).rate
    closed = {"rate": rate, "minutes": minutes, "amount": amount}
    if not amount:
        change.set_week(week, status=WeekStatus.PAID, **closed)
        change.say("The week of {week} is closed. There is nothing to bill.", week=week_text(week.start))
        tell_over_limit(change, week, minutes)
        return
    fee = _fee(contract, amount)
    change.set_week(week, status=WeekStatus.CHARGING, fee=fee, asked_at=change.at, **closed)
    change.waits_for_card = True
    change.say(
        "The week of {week} is closed: {hours} hours at {rate} come to {amount}. {client}'s card is asked for it and a "
        "fee of {fee}, in one sum with {client}'s other contracts.",
        week=week_text(week.start),
        hours=hours_text(minutes),
        rate=contract.money(rate),
        amount=contract.money(amount),
        fee=contract.money(fee),
    )
    tell_over_limit(change, week, minutes)


def tell_over_limit(change: Change, week: Week, minutes: int) -> None:
    """Say what was logged over the weekly limit, if anything was; `minutes` are billed."""
    over = minutes_of(week.logged) - minutes
    if over:
        change.say("{hours} hours over the weekly limit are kept and not billed.", hours=hours_text(over))


@action(
    Role.NOBODY,
    does="the card paid for the week; its review begins",
    guard=_has_week(WeekStatus.CHARGING),
    params={"week": WEEK},
)
@_of_week(WeekStatus.CHARGING)
def week_charged(change: Change, week: Week) -> None:
    """The money lies in review, where the client can dispute hours until Friday."""
    contract = change.contract
    ends = end_of_review(week.start, contract.policy, change.at)
    change.receive_week(week)
    change.set_week(week, status=WeekStatus.IN_REVIEW, review_ends=ends)
    change.say(
        "{client}'s card is charged {amount} for {hours} hours of the week of {week}, and a fee of {fee}. {client} can "
        "dispute hours until {until}; {freelancer} can withdraw the rest from {at}.",
        amount=contract.money(week.amount),
        hours=hours_text(week.minutes),
        week=week_text(week.start),
        fee=contract.money(week.fee),
        until=ends,
        at=available_at(ends, contract.policy),
    )
    _go_on_if_paid(change)


def _go_on_if_paid(change: Change) -> None:
    """What was paused because a card was declined goes on when nothing is unpaid any more."""
    contract = change.contract
    is_unpaid = any(week.status == WeekStatus.UNPAID for week in contract.weeks)
    pause = contract.pause if contract.status == Status.PAUSED else None
    if pause and pause.cause == PauseCause.UNPAID and not is_unpaid:
        go_on(change)


@action(
    Role.NOBODY,
    does="the card was declined for the week; the contract is paused until it has paid",
    guard=_has_week(WeekStatus.CHARGING),
    params={"week": WEEK, "reason": Text("What the card said.", required=False)},
)
@_of_week(WeekStatus.CHARGING)
def week_unpaid(change: Change, week: Week, reason: str = "") -> None:
    """A paused contract says why, since when, what is at risk, and what ends it."""
    contract = change.contract
    change.set_week(week, status=WeekStatus.UNPAID)
    change.say(
        "{client}'s card was declined ({reason}): {amount} for {hours} hours of the week of {week} and a fee of {fee} "
        "are not paid.",
        reason=reason or "no reason given",
        amount=contract.money(week.amount),
        hours=hours_text(week.minutes),
        week=week_text(week.start),
        fee=contract.money(week.fee),
    )
    if contract.status == Status.ACTIVE:
        change.set(status=Status.PAUSED, pause=Pause(Role.NOBODY, change.at, PauseCause.UNPAID))
        change.say("The contract is paused: no time can be logged. It goes on by itself when the card has paid.")
    change.say(
        "Hourly protection covers {covered} of these hours. {client} can change the card; then it is asked again at "
        "once.",
        covered=hours_text(minutes_of(week.covered & week.billed)),
    )


@action(
    Role.NOBODY,
    does="the card is asked again for an unpaid week",
    guard=every(_has_week(WeekStatus.UNPAID), no_charge),
    params={"week": WEEK},
)
@_of_week(WeekStatus.UNPAID)
def week_retried(change: Change, week: Week) -> None:
    """The fee is that on what is paid by now."""
    contract = change.contract
    fee = _fee(contract, week.amount)
    change.set_week(week, status=WeekStatus.CHARGING, fee=fee, asked_at=change.at)
    change.waits_for_card = True
    change.say(
        "{client}'s card is asked again for {amount} for the week of {week} and a fee of {fee}.",
        amount=contract.money(week.amount),
        week=week_text(week.start),
        fee=contract.money(fee),
    )


def _fee(contract: Contract, amount: int) -> int:
    """The client's fee on `amount` more."""
    committed = contract.committed
    return contract.client_fee(committed + amount) - contract.client_fee(committed)


@action(
    Role.NOBODY,
    does="the review of the week is over; what is not in dispute goes to the freelancer",
    guard=_has_week(WeekStatus.IN_REVIEW),
    params={"week": WEEK},
)
@_of_week(WeekStatus.IN_REVIEW)
def review_ends(change: Change, week: Week) -> None:
    """Silence accepts the hours. The money is in the hold until Wednesday."""
    contract = change.contract
    frozen = week.in_dispute
    change.say("The review of the week of {week} is over.", week=week_text(week.start))
    if week.in_review > frozen:
        pay_week(change, week, week.in_review - frozen)
    if frozen:
        change.set_week(as_it_is(change, week.start), status=WeekStatus.DISPUTED)
        change.say("{amount} stays frozen: it is in dispute.", amount=contract.money(frozen))
    settle_week(change, week.start)


def pay_week(change: Change, week: Week, amount: int, *, is_in_cycle: bool = False) -> None:
    """`amount` of a week's money in review goes to the freelancer, to be withdrawn on the week's Wednesday; what was
    settled after the review, when its own hold ends if that is later, unless it `is_in_cycle` all the same."""
    contract = change.contract
    assert week.review_ends is not None, "a week is paid for before it is paid out"
    wednesday = available_at(week.review_ends, contract.policy)
    is_late = change.at > week.review_ends and not is_in_cycle
    hold = change.at + days(contract.policy.security_hold_days) if is_late else change.at
    payment = change.pay_hours(week, amount, max(wednesday, hold))
    change.say(
        "{amount} goes to {freelancer}: {net} after a service fee of {fee}. It can be withdrawn from {at}.",
        amount=contract.money(amount),
        net=contract.money(payment.held),
        fee=contract.money(amount - payment.held),
        at=payment.available_at,
    )


def settle_week(change: Change, start: date) -> None:
    """A week of which nothing is left in review is settled."""
    week = as_it_is(change, start)
    if not week.in_review:
        change.set_week(week, status=WeekStatus.PAID if week.paid else WeekStatus.REFUNDED)


def as_it_is(change: Change, start: date) -> Week:
    """The week after what was done to it so far."""
    week = change.contract.week(start)
    assert week is not None, "a week does not go away"
    return week
