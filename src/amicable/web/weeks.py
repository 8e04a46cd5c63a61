"""The weeks of an hourly contract as people see them: this week so far, and the table of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from amicable.rules.contract import Contract
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome
from amicable.rules.week import available_at, day_of, minutes_of, monday_of, review_ends
from amicable.web.hourly import Cycle, cycle_of

_LAST_DAY = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Row:
    """A week in the table. Until it is billed, its figures are those so far and its dates those to be expected."""

    start: date
    last_day: date
    status: WeekStatus
    minutes: int
    over: int
    """The minutes over the weekly limit."""
    rate: Money
    amount: Money
    fee: Money
    """The client's; none before the week is billed."""
    frozen: Money
    refunded: Money
    review_ends: datetime | None
    available_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether hours still come."""
        return self.status == WeekStatus.OPEN

    @property
    def can_be_disputed(self) -> bool:
        """Whether it is in review and nothing of it in dispute."""
        return self.status == WeekStatus.IN_REVIEW


@dataclass(frozen=True, slots=True)
class SoFar:
    """A week that is not billed yet."""

    cycle: Cycle
    last_day: date
    minutes: int
    """Those that will be billed."""
    today: int
    """Of them, those of today."""
    over: int
    covered: int
    """The minutes of those billed that hourly protection covers."""
    limit: int | None
    """In minutes."""
    rate: Money
    amount: Money
    fee: Money
    is_this_week: bool

    @property
    def total(self) -> Money:
        """What the card will be asked for."""
        return self.amount + self.fee

    @property
    def uncovered(self) -> int:
        """The minutes of those billed that hourly protection does not cover."""
        return self.minutes - self.covered


def row(contract: Contract, week: Week) -> Row:
    """The week as a row."""
    money = contract.money
    minutes, amount = contract.bill(week) if week.status == WeekStatus.OPEN else (week.minutes, week.amount)
    rate = contract.terms_of(week.start).rate if week.status == WeekStatus.OPEN else week.rate
    ends = week.review_ends or (review_ends(week.start, contract.policy) if week.status == WeekStatus.OPEN else None)
    return Row(
        week.start,
        week.start + _LAST_DAY,
        week.shown_status,
        minutes,
        minutes_of(week.logged) - minutes,
        money(rate),
        money(amount),
        money(week.fee),
        money(week.in_dispute),
        money(week.refunded),
        ends,
        available_at(ends, contract.policy) if ends and amount else None,
    )


def so_far(contract: Contract, ahead: Iterable[Outcome], at: datetime) -> list[SoFar]:
    """This week, and before the last one is billed that too; `ahead` is all that happens to the contract by itself."""
    this = monday_of(at)
    bills = {later.params["week"]: later.contract for later in ahead if later.action == "week_closes"}
    starts = {this} if contract.is_live else set()
    starts |= {week.start for week in contract.weeks if week.status == WeekStatus.OPEN}
    return [_so_far(contract, bills.get(start.isoformat()), start, at) for start in sorted(starts)]


def _so_far(contract: Contract, billed: Contract | None, start: date, at: datetime) -> SoFar:
    now, then = contract.week(start) or Week(start), (billed.week(start) if billed else None) or Week(start)
    terms = contract.terms_of(start)
    return SoFar(
        cycle_of(contract, start),
        start + _LAST_DAY,
        then.minutes,
        minutes_of(then.billed & day_of(at, start)),
        minutes_of(now.logged) - then.minutes,
        minutes_of(now.covered & then.billed),
        None if terms.limit_hours is None else terms.limit_hours * 60,
        contract.money(terms.rate),
        contract.money(then.amount),
        contract.money(then.fee),
        start == monday_of(at),
    )
