"""A person's week on a page: figures, a chart and tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from amicable.diary.summary import ContractWeek, Hours, SideWeek, WeekSummary
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.rules.week import hours_text

TITLES = {Role.FREELANCER: "Your hours", Role.CLIENT: "Hours worked for you"}
KINDS = {
    "covered": "Billed, and covered by hourly protection",
    "billed": "Billed, not covered",
    "disputed": "In dispute",
    "returned": "Returned after a dispute",
    "over": "Over the weekly limit: not billed",
}
DISPUTES = ("disputed", "returned")
"""The kinds that are told of only where there are some."""

# The chart, in units of its own
BASE, TOP = 164, 24
LEFT, STEP, BAR = 34, 45, 30
HOUR = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar, one of KINDS; `y` is its upper edge."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A day in the chart."""

    day: date
    x: int
    top: float
    hours: str
    parts: tuple[Part, ...]

    @property
    def middle(self) -> float:
        """Where its words are centred."""
        return self.x + BAR / 2

    @property
    def above(self) -> float:
        """Where the words above it stand."""
        return self.top - 5


@dataclass(frozen=True, slots=True)
class Line:
    """A full number of hours in the chart."""

    y: float
    hours: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The days of a week as bars."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    says: str
    """In words what it shows."""

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The kinds of hours it shows, with what they are."""
        there = {part.kind for bar in self.bars for part in bar.parts}
        return [(kind, words) for kind, words in KINDS.items() if kind in there or kind not in DISPUTES]


@dataclass(frozen=True, slots=True)
class Figures:
    """Hours as they are read: `7:10`."""

    logged: str
    billed: str
    over: str
    covered: str
    disputed: str
    """Empty when nothing is."""
    returned: str
    """The same."""

    @classmethod
    def of(cls, hours: Hours) -> Figures:
        """From minutes."""
        told = map(hours_text, (hours.logged, hours.billed, hours.over_limit, hours.covered))
        return cls(*told, *(hours_text(some) if some else "" for some in (hours.disputed, hours.returned)))


@dataclass(frozen=True, slots=True)
class Row:
    """A contract in the tables."""

    of: ContractWeek
    days: tuple[tuple[date, str], ...]
    hours: Figures


@dataclass(frozen=True, slots=True)
class Side:
    """The person's week as a freelancer or as a client."""

    name: str
    title: str
    hours: Figures
    amounts: list[Money]
    days: tuple[tuple[date, str], ...]
    rows: tuple[Row, ...]
    chart: Chart


def sides_of(summary: WeekSummary) -> list[Side]:
    """The sides of the week, as the page shows them."""
    return [_side(side, summary.dates) for side in summary.sides]


def _side(side: SideWeek, dates: list[date]) -> Side:
    return Side(
        name=side.side.value,
        title=TITLES[side.side],
        hours=Figures.of(side.hours),
        amounts=side.amounts,
        days=_days(side.days, dates),
        rows=tuple(Row(one, _days(one.days, dates), Figures.of(one.hours)) for one in side.contracts),
        chart=_chart(side.days, dates),
    )


def _days(days: tuple[Hours, ...], dates: list[date]) -> tuple[tuple[date, str], ...]:
    return tuple((day, hours_text(hours.logged)) for day, hours in zip(dates, days, strict=True))


def _chart(days: tuple[Hours, ...], dates: list[date]) -> Chart:
    most = max(HOUR, *(hours.logged for hours in days))
    top_hour = -(-most // HOUR)
    scale = (BASE - TOP) / (top_hour * HOUR)
    bars = tuple(_bar(n, day, hours, scale) for n, (day, hours) in enumerate(zip(dates, days, strict=True)))
    every = -(-top_hour // 4)
    lines = tuple(Line(BASE - hour * HOUR * scale, str(hour)) for hour in range(0, top_hour + 1, every))
    says = ", ".join(f"{bar.day:%A} {bar.hours}{_of_it(one)}" for bar, one in zip(bars, days, strict=True))
    return Chart(bars, lines, f"Hours logged on each day: {says}.")


def _of_it(hours: Hours) -> str:
    """What disputes have done to some of a day's hours, in brackets."""
    found = ((hours.disputed, "in dispute"), (hours.returned, "returned"))
    told = " and ".join(f"{hours_text(some)} {what}" for some, what in found if some)
    return f" ({told})" if told else ""


def _bar(number: int, day: date, hours: Hours, scale: float) -> Bar:
    parts = tuple(_parts(hours, scale))
    top = parts[-1].y if parts else BASE
    return Bar(day, LEFT + number * STEP, top, hours_text(hours.logged), parts)


def _parts(hours: Hours, scale: float) -> Iterator[Part]:
    """From the ground up."""
    y = float(BASE)
    covered = hours.covered - hours.contested_and_covered
    billed = hours.billed - hours.disputed - hours.returned - covered
    for kind, minutes in zip(KINDS, (covered, billed, hours.disputed, hours.returned, hours.over_limit), strict=True):
        if minutes:
            y -= minutes * scale
            yield Part(kind, round(y, 2), round(minutes * scale, 2))
