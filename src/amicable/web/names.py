"""Feedback and standing as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from amicable.contracts.standing import Effect, Review, effect_of
from amicable.people.models import Person
from amicable.people.profiles import Point, author_of, authors_of
from amicable.rules.contract import Contract, Status
from amicable.rules.feedback import CATEGORIES, Mark, closes_at, marks, rating, readable, tell_rating
from amicable.rules.parts import Feedback, Role
from amicable.rules.standing import SIDES, Class, Verdict, tell_weight, verdict
from amicable.web.viewer import Sight

MARKS = {
    Mark.MONEY_RETURNED: "Money was returned on this contract",
    Mark.DISPUTED: "A mediator ruled in a dispute on this contract",
    Mark.DECLINED_CHANGE_ORDER: "A change of the terms was declined before",
}
CLASSES = {
    Class.GOOD: ("Good", "success"),
    Class.BAD: ("Bad", "problem"),
    Class.NEUTRAL: ("Neutral, left out", "neutral"),
    Class.OPEN: ("Open", "info"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """Feedback as it is read; `about` and `by` are names."""

    feedback: Feedback
    rating: str
    stars: tuple[tuple[str, int], ...]
    marks: tuple[str, ...]

    @classmethod
    def of(cls, contract: Contract, feedback: Feedback) -> Said:
        """What was left on a contract."""
        return cls(
            feedback,
            tell_rating(rating(feedback.stars, contract.policy)),
            tuple(zip(CATEGORIES, feedback.stars, strict=True)),
            tuple(MARKS[mark] for mark in marks(contract)),
        )


@dataclass(frozen=True, slots=True)
class Counts:
    """What a contract does to the standing of who looks at it."""

    effect: Effect
    label: str
    tone: str
    weight: str
    because: tuple[SafeString, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class FeedbackRoom:
    """The feedback on a contract as one person may see it."""

    until: datetime
    is_open: bool
    """Whether it can still be left."""
    mine: Said | None
    theirs: Said | None
    other: str
    is_party: bool
    can_leave: bool
    counts: Counts | None
    others: tuple[tuple[str, Said], ...]
    """For who is no party: (who left it, what), as far as it has opened."""


def feedback_room(sight: Sight) -> FeedbackRoom | None:
    """The feedback on the contract, None before it has ended."""
    contract, role = sight.contract, sight.role
    until = closes_at(contract)
    if until is None or contract.status != Status.ENDED:
        return None
    is_party = role in SIDES
    mine, theirs = (_said(contract, side, role) if is_party else None for side in (role, _other(role)))
    opened = [] if is_party else [(sight.people.name(side), _said(contract, side, role)) for side in SIDES]
    return FeedbackRoom(
        until=until,
        is_open=sight.now < until,
        mine=mine,
        theirs=theirs,
        other=sight.people.name(_other(role)) if is_party else "",
        is_party=is_party,
        can_leave=is_party and mine is None and sight.now < until,
        counts=counts_of(sight) if is_party else None,
        others=tuple((who, said) for who, said in opened if said),
    )


def counts_of(sight: Sight) -> Counts:
    """What the contract counts for in the standing of the side that looks."""
    found: Verdict = verdict(sight.contract, sight.role, sight.now)
    label, tone = CLASSES[found.kind]
    return Counts(
        effect_of(sight.contract, sight.role, sight.now),
        label,
        tone,
        tell_weight(found.weight),
        tuple(map(sight.people.tell, found.because)),
        found.kind == Class.OPEN,
    )


def _said(contract: Contract, side: Role, reader: Role) -> Said | None:
    feedback = readable(contract, side, reader)
    return Said.of(contract, feedback) if feedback else None


def _other(role: Role) -> Role:
    return role.other if role in SIDES else role


@dataclass(frozen=True, slots=True)
class PublicReview:
    """A review on a public profile; `author` is who wrote it, if they agreed to be named."""

    said: Said
    title: str
    author: Person | None
    by: str


def public_reviews(reviews: Sequence[Review]) -> list[PublicReview]:
    """The reviews, the newest first."""
    authors = authors_of(reviews)
    return [
        PublicReview(
            Said.of(review.contract, review.feedback),
            review.contract.title,
            author_of(review, authors),
            f"A {review.feedback.by}",
        )
        for review in reversed(reviews)
    ]


# The chart

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 200, 44, 36, 12, 32


@dataclass(frozen=True, slots=True)
class Dot:
    """A point of the chart, in its own units."""

    x: int
    y: int
    point: Point


@dataclass(frozen=True, slots=True)
class Chart:
    """The standing over time as a picture: `lines` are runs of dots without a gap."""

    dots: tuple[Dot, ...]
    lines: tuple[str, ...]
    ticks: tuple[tuple[int, int], ...]
    """(score, y) of the horizontal lines."""
    months: tuple[tuple[int, datetime], ...]
    """(x, time) of what is written below."""
    told: str
    """The same in words."""


def chart_of(course: Sequence[Point]) -> Chart | None:
    """The picture of a course; None where there never was a standing."""
    shown = [point for point in course if point.standing]
    if not shown:
        return None
    step = (WIDTH - LEFT - RIGHT) / max(len(course) - 1, 1)
    places = [(LEFT + round(step * place), point) for place, point in enumerate(course)]
    runs: list[list[str]] = [[]]
    dots = []
    for x, point in places:
        if point.standing is None:
            runs.append([])
            continue
        y = _height(point.standing.score)
        dots.append(Dot(x, y, point))
        runs[-1].append(f"{x},{y}")
    first, last = shown[0].standing, shown[-1].standing
    assert first is not None, "only points with a standing are shown"
    assert last is not None, "only points with a standing are shown"
    every = max(1, len(places) // 6)
    return Chart(
        tuple(dots),
        tuple(" ".join(run) for run in runs if len(run) > 1),
        tuple((score, _height(score)) for score in (0, 50, 100)),
        tuple((x, point.at) for x, point in places[::-every]),
        f"From {first.score} in {shown[0].at:%B %Y} to {last.score} in {shown[-1].at:%B %Y}.",
    )


def _height(score: int) -> int:
    return TOP + round((100 - score) * (HEIGHT - TOP - BOTTOM) / 100)
