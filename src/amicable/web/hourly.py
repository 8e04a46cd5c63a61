"""What people see of an hourly contract: the terms, what a full week comes to, and the days on which a week is billed,
reviewed and paid out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from amicable.rules.contract import Contract
from amicable.rules.hourly import HourlyTerms, to_come
from amicable.rules.money import Money
from amicable.rules.week import available_at, locks, monday_of, opens, price_of, review_ends


@dataclass(frozen=True, slots=True)
class Cost:
    """What hours come to for both sides, where nothing was billed before."""

    amount: Money
    """Minutes times the rate."""
    fee: Money
    """The client's, on top."""
    total: Money
    """What the client's card is asked for."""
    service_fee: Money
    net: Money
    """What the freelancer receives."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """The days of a week: it is billed when it locks, then reviewed, then paid out."""

    start: date
    opens: datetime
    locks: datetime
    review_ends: datetime
    available_at: datetime


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for hours of the weeks from a Monday on."""

    since: date
    rate: Money
    limit: int | None
    """Hours a week; None is no limit."""
    manual: bool
    hour: Cost
    full_week: Cost | None
    """All the hours of the limit; None where there is no limit, or it is zero."""


def terms_now(contract: Contract, at: datetime) -> Terms:
    """What holds for hours that are worked at `at`."""
    return _shown(contract, contract.terms_of(monday_of(at)))


def terms_to_come(contract: Contract, at: datetime) -> Terms | None:
    """What holds from a Monday after `at` on, where that is something else."""
    later = to_come(contract.hourly, monday_of(at))
    return _shown(contract, later) if later else None


def cycle_of(contract: Contract, start: date) -> Cycle:
    """The days of the week of the Monday `start`, as long as its card pays in time."""
    ends = review_ends(start, contract.policy)
    return Cycle(start, opens(start), locks(start, contract.policy), ends, available_at(ends, contract.policy))


def cost(contract: Contract, minutes: int, rate: int) -> Cost:
    """What so many minutes at `rate` minor units an hour come to."""
    amount, money = price_of(minutes, rate), contract.money
    fee, service_fee = contract.client_fee(amount), contract.service_fee(amount)
    return Cost(money(amount), money(fee), money(amount + fee), money(service_fee), money(amount - service_fee))


def _shown(contract: Contract, terms: HourlyTerms) -> Terms:
    hours = terms.limit_hours
    return Terms(
        terms.since,
        contract.money(terms.rate),
        hours,
        terms.manual,
        hour=cost(contract, 60, terms.rate),
        full_week=cost(contract, hours * 60, terms.rate) if hours else None,
    )
