"""The public profile: what everybody may know of a person's contracts, and how their standing came about.

Titles, dates and what a contract counts for are public once it counts; the name of the other side is not, unless that
person agreed to be named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.offers import current_policy
from amicable.contracts.standing import Review, track
from amicable.people.models import Person
from amicable.rules.money import Money, exponent
from amicable.rules.parts import Role
from amicable.rules.standing import Counted, Standing, is_within, months_before, standing

MOST_PAST = 50
MONTHS = 24
INSTANT = timedelta(microseconds=1)
BANDS = (1_000, 10_000, 50_000, 100_000)
"""Whole units of the currency, hundreds of them where it has no decimals."""


@dataclass(frozen=True, slots=True)
class Past:
    """A contract that is over, as everybody may see it. `other` is who agreed to be named."""

    title: str
    began_at: datetime
    counted: Counted
    other: Person | None


@dataclass(frozen=True, slots=True)
class Move:
    """A contract that moved the standing: it came to count, or left the longest window."""

    title: str
    counted: Counted
    came: bool


@dataclass(frozen=True, slots=True)
class Point:
    """The standing at one time, and what moved it since the point before."""

    at: datetime
    standing: Standing | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """Roughly what somebody earned or spent in a currency: at least `least`, less than `below` where there is more."""

    least: Money
    below: Money | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A person on one of their sides, for everybody to see."""

    side: Role
    standing: Standing | None
    past: tuple[Past, ...]
    course: tuple[Point, ...]
    bands: tuple[Band, ...]


def profile_of(person: Person, side: Role, at: datetime) -> Profile:
    """The person's profile on that side, as of `at`. A fixed number of queries."""
    rows = track(str(person.pk), side)
    counts = [one for one in rows if one.counts_at(at)]
    contracts = _contracts(counts)
    return Profile(
        side,
        standing(counts, at, current_policy()),
        tuple(_past(one, contracts) for one in reversed(counts[-MOST_PAST:])),
        tuple(_course(rows, at, contracts)),
        tuple(_bands(person, side)),
    )


def authors_of(reviews: Sequence[Review]) -> dict[str, Person]:
    """Who wrote the reviews and agreed to be named, by their ids. One query."""
    ids = {_author(review) for review in reviews}
    return {str(person.pk): person for person in Person.objects.filter(id__in=ids, is_named=True)}


def author_of(review: Review, authors: dict[str, Person]) -> Person | None:
    """Who wrote the review, if they agreed to be named."""
    return authors.get(_author(review))


def _author(review: Review) -> str:
    contract = review.contract
    return contract.client if review.feedback.by == Role.CLIENT else contract.freelancer


def _contracts(counts: Sequence[Counted]) -> dict[str, ContractRow]:
    ids = [one.contract for one in counts]
    rows = ContractRow.objects.filter(id__in=ids).select_related("client", "freelancer")
    return {str(row.pk): row for row in rows}


def _past(one: Counted, contracts: dict[str, ContractRow]) -> Past:
    row = contracts[one.contract]
    other = row.freelancer if one.side == Role.CLIENT else row.client
    return Past(row.title, row.accepted_at or row.created_at, one, other if other.is_named else None)


def _course(rows: Sequence[Counted], at: datetime, contracts: dict[str, ContractRow]) -> list[Point]:
    """The standing at the end of each month of two years, and now; nothing before the first contract counts."""
    policy, longest = current_policy(), max(current_policy().standing_windows_months)
    month = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = [months_before(month, count) - INSTANT for count in range(MONTHS, -1, -1)]
    before, times = ends[0], [*ends[1:], at]
    points: list[Point] = []
    for now in times:
        moves = [Move(contracts[one.contract].title, one, came=True) for one in rows if _came(one, before, now)]
        moves += [
            Move(contracts[one.contract].title, one, came=False)
            for one in rows
            if one.counts_at(before) and is_within(one, before, longest) and not is_within(one, now, longest)
        ]
        points.append(Point(now, standing(rows, now, policy), tuple(moves)))
        before = now
    first = next((place for place, point in enumerate(points) if point.moves or point.standing), len(points))
    return points[first:]


def _came(one: Counted, since: datetime, until: datetime) -> bool:
    return one.counts_from is not None and since < one.counts_from <= until


def _bands(person: Person, side: Role) -> list[Band]:
    whose = {"freelancer": person} if side == Role.FREELANCER else {"client": person}
    sums = ContractRow.objects.filter(**whose, paid__gt=0).values_list("currency").annotate(paid=Sum("paid"))
    return [_band(currency, paid) for currency, paid in sums.order_by("currency")]


def _band(currency: str, paid: int) -> Band:
    unit = 10 ** exponent(currency) if exponent(currency) else 100
    steps = [0, *(step * unit for step in BANDS)]
    place = max(place for place, step in enumerate(steps) if paid >= step)
    above = steps[place + 1] if place + 1 < len(steps) else None
    return Band(Money(steps[place], currency), None if above is None else Money(above, currency))
