"""A person's week: the hours by day and contract, what is billed of them, and what they come to.

Days are those of UTC, like the billing week that they make up.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from datetime import date, datetime, timedelta
from operator import add
from typing import TextIO

from django.db.models import Q

from amicable.contracts.models import Week as Row
from amicable.contracts.queries import in_order
from amicable.contracts.sheets import as_text
from amicable.contracts.weeks import week_of
from amicable.rules import diary
from amicable.rules.contract import Contract
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.rules.week import SEGMENTS, hours_text, minutes_of

DAYS = 7
_A_DAY = SEGMENTS // DAYS
_FIRST_DAY = (1 << _A_DAY) - 1
SIDES = (Role.FREELANCER, Role.CLIENT)
COLUMNS = ("week", "side", "contract", "title", "with")
FIGURES = ("logged", "billed", "over_limit", "covered", "rate", "amount", "refunded", "currency", "status")


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of work."""

    logged: int = 0
    billed: int = 0
    """Those within the weekly limit."""
    covered: int = 0
    """Those of the billed ones that hourly protection covers."""
    disputed: int = 0
    """Those of the billed ones that are in dispute."""
    returned: int = 0
    """Those of the billed ones that were returned after a dispute, where it was decided by segment."""
    contested_and_covered: int = 0
    """Those of these two that hourly protection covers."""

    @property
    def over_limit(self) -> int:
        """What is kept and shown, but not billed."""
        return self.logged - self.billed

    def __add__(self, other: Hours) -> Hours:
        return Hours(*map(add, astuple(self), astuple(other)))


@dataclass(frozen=True, slots=True)
class ContractWeek:
    """One contract's hours in the week."""

    contract: Contract
    other: str
    """The name of the other side."""
    week: Week
    rate: Money
    """For an hour, in this week."""
    amount: Money
    """What is billed for the hours, or would be if the week closed now."""
    days: tuple[Hours, ...]
    """From Monday to Sunday."""

    @property
    def hours(self) -> Hours:
        """All of the week."""
        return sum(self.days, Hours())

    @property
    def in_dispute(self) -> Money:
        """What of the amount is frozen."""
        return replace(self.amount, amount=self.week.in_dispute)

    @property
    def refunded(self) -> Money:
        """What of the amount the client has back."""
        return replace(self.amount, amount=self.week.refunded)


@dataclass(frozen=True, slots=True)
class SideWeek:
    """The person's week as a freelancer, or as a client."""

    side: Role
    contracts: tuple[ContractWeek, ...]
    """In which time was logged, in order of their titles."""

    @property
    def days(self) -> tuple[Hours, ...]:
        """Of all contracts together, from Monday to Sunday."""
        return tuple(sum((one.days[day] for one in self.contracts), Hours()) for day in range(DAYS))

    @property
    def hours(self) -> Hours:
        """Of all contracts together."""
        return sum(self.days, Hours())

    @property
    def amounts(self) -> list[Money]:
        """What is billed in all, in each currency."""
        sums: dict[str, int] = {}
        for one in self.contracts:
            sums[one.amount.currency] = sums.get(one.amount.currency, 0) + one.amount.amount
        return [Money(amount, currency) for currency, amount in sorted(sums.items())]


@dataclass(frozen=True, slots=True)
class WeekSummary:
    """A person's week. It has a side for each on which the person has logged hours or has had them logged."""

    start: date
    """Its Monday."""
    sides: tuple[SideWeek, ...]

    @property
    def dates(self) -> list[date]:
        """The seven days."""
        return [self.start + timedelta(days=day) for day in range(DAYS)]

    @property
    def is_open(self) -> bool:
        """Whether any of it can still change: amounts are what it would come to now."""
        return any(one.week.status == WeekStatus.OPEN for side in self.sides for one in side.contracts)


def summary_of(person: str, start: date, at: datetime) -> WeekSummary:
    """The week of the Monday `start` for `person` (an id), as it stands at `at`. A fixed number of queries."""
    mine = Q(contract__client=person) | Q(contract__freelancer=person)
    rows = Row.objects.filter(mine, start=start).select_related("contract__client", "contract__freelancer")
    known = {str(row.contract_id): row for row in rows}
    found: dict[Role, list[ContractWeek]] = {side: [] for side in SIDES}
    for contract in in_order(known, at):
        row = known[contract.id]
        week = week_of(contract, row)
        names = {Role.CLIENT: row.contract.client.name, Role.FREELANCER: row.contract.freelancer.name}
        for side in SIDES if week.logged else ():
            if _who(contract, side) == person:
                found[side].append(_of_contract(contract, week, names[side.other]))
    sides = (SideWeek(side, tuple(sorted(weeks, key=_by_title))) for side, weeks in found.items() if weeks)
    return WeekSummary(start, tuple(sides))


def write_csv(summary: WeekSummary, out: TextIO) -> None:
    """Write the week as comma-separated values: a line a contract, hours as `7:10`, with a header."""
    sheet = csv.writer(out)
    sheet.writerow([*COLUMNS, *(f"{day:%a %Y-%m-%d}" for day in summary.dates), *FIGURES])
    for side in summary.sides:
        for one in side.contracts:
            sheet.writerow(_cells(summary, side, one))


def _cells(summary: WeekSummary, side: SideWeek, one: ContractWeek) -> Iterable[str]:
    yield from (str(summary.start), side.side, one.contract.id, as_text(one.contract.title), as_text(one.other))
    yield from (hours_text(day.logged) for day in one.days)
    hours = one.hours
    yield from map(hours_text, (hours.logged, hours.billed, hours.over_limit, hours.covered))
    yield from (one.rate.decimal, one.amount.decimal, one.refunded.decimal, one.amount.currency, one.week.shown_status)


def _of_contract(contract: Contract, week: Week, other: str) -> ContractWeek:
    terms = contract.terms_of(week.start)
    billed = week.logged & ~diary.over_limit(week, terms)
    is_open = week.status == WeekStatus.OPEN
    return ContractWeek(
        contract,
        other,
        week,
        rate=contract.money(terms.rate if is_open else week.rate),
        amount=contract.money(contract.bill(week)[1] if is_open else week.amount),
        days=tuple(_hours(week, billed, n) for n in range(DAYS)),
    )


def _day(bits: int, day: int) -> int:
    return bits >> day * _A_DAY & _FIRST_DAY


def _hours(week: Week, billed: int, day: int) -> Hours:
    covered = week.covered & billed
    contested = covered & (week.disputed | week.returned)
    bitmaps = (week.logged, billed, covered, week.disputed, week.returned, contested)
    return Hours(*(minutes_of(_day(bits, day)) for bits in bitmaps))


def _who(contract: Contract, side: Role) -> str:
    return contract.client if side == Role.CLIENT else contract.freelancer


def _by_title(one: ContractWeek) -> tuple[str, str]:
    return one.contract.title.casefold(), one.contract.id
