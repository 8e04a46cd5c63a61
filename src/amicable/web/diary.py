"""The week of a diary as a reader sees it: days of their own zone, cells of ten minutes, blocks of the same work.

A billing week is Monday to Sunday in UTC. In another zone it begins and ends at another hour, so it may touch eight
days there; and where clocks change in it, an hour of a day is missing or is there twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby

from django.utils.safestring import SafeString

from amicable.contracts.weeks import weeks_at
from amicable.diary.reading import Logged, segments_of
from amicable.diary.segments import without
from amicable.rules import diary
from amicable.rules.contract import Contract
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.week import hours_text, locks, minutes_of, monday_of, opens, segments_text, slot_of
from amicable.web.outcome import People
from amicable.web.wall import comes_twice, wall_time

MINUTES_A_DAY = 24 * 60
WORDS = {
    "covered": "Covered",
    "manual": "By hand",
    "uncovered": "Not covered",
    "over": "Over the limit",
}
"""What a segment is, from best to worst for its freelancer."""
TONES = {"covered": "success", "manual": "info", "uncovered": "warning", "over": "problem"}


FATES = {"disputed": "In dispute", "returned": "Returned", "settled": "Dispute settled"}
"""What a dispute has done to a segment: it is in one; its money has gone back; or it was in one that is over, and is
paid, or was settled by a sum for all of them."""
FATE_TONES = {"disputed": "problem", "returned": "neutral", "settled": "neutral"}
MARKS = {"disputed": (0.7, 0.3), "returned": (0.4, 0.2)}
"""The fates that are marked in the grid, with a bar: how far down a segment, and how high, as parts of its height."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment is in the grid of a zone: on which day, at which minute of it by the clock on the wall, and
    whether in the first or second of two hours of the same name."""

    day: date
    minute: int
    is_repeated: bool = False
    fold: int = 0


def place(start: datetime, zone: tzinfo) -> Place:
    """Where the segment that begins at `start` (UTC) is."""
    local = start.astimezone(zone)
    is_repeated = comes_twice(local)
    return Place(local.date(), local.hour * 60 + local.minute, is_repeated, local.fold if is_repeated else 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """A segment as a rectangle: minutes from the left, tenths from the top."""

    x: int
    y: int
    height: int
    kind: str
    fate: str
    says: str

    @property
    def mark(self) -> tuple[str, str] | None:
        """Where the bar begins that tells its fate, and how high it is; None where it has none."""
        if self.fate not in MARKS:
            return None
        begins, height = MARKS[self.fate]
        return f"{self.y + begins * self.height:g}", f"{height * self.height:g}"


@dataclass(frozen=True, slots=True)
class Block:
    """Segments that follow each other, of the same work, equally covered and of one fate."""

    begin: datetime
    end: datetime
    memo: str
    kind: str
    late: bool
    why: tuple[SafeString, ...]
    segments: tuple[Logged, ...]
    off: Money
    """What deleting all of it takes off the bill."""
    fate: str = ""
    """One of FATES; empty where no dispute was about it, or where that goes without saying."""

    @property
    def hours(self) -> str:
        """How long, as 1:20."""
        return segments_text(len(self.segments))

    @property
    def pictures(self) -> list[datetime]:
        """When the segments begin that have a screenshot."""
        return [one.segment.start for one in self.segments if one.has_screenshot]

    @property
    def words(self) -> str:
        """What it is."""
        return WORDS[self.kind]

    @property
    def tone(self) -> str:
        """The colour of what it is."""
        return TONES[self.kind]

    @property
    def fate_words(self) -> str:
        """What a dispute has done to it."""
        return FATES.get(self.fate, "")

    @property
    def fate_tone(self) -> str:
        """The colour of that."""
        return FATE_TONES.get(self.fate, "")

    @property
    def says(self) -> str:
        """The block in the words of the grid."""
        return f"{wall_time(self.begin)} to {wall_time(self.end)}, {_in_words(self.kind, self.fate)}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week in the reader's zone."""

    date: date
    is_today: bool
    cells: tuple[Cell, ...]
    outside: tuple[tuple[int, int], ...]
    """(from, how long) in minutes: what does not belong to the week, or is not there because clocks went forward."""
    blocks: tuple[Block, ...]

    @property
    def hours(self) -> str:
        """What was worked on it, as 7:10."""
        return segments_text(sum(len(block.segments) for block in self.blocks))

    @property
    def says(self) -> str:
        """The day's cells in words, for those who do not see them."""
        return "; ".join(block.says for block in self.blocks) or "Nothing logged"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The week of a contract's diary."""

    start: date
    days: tuple[Day, ...]
    week: Week
    is_open: bool
    locks_at: datetime
    rate: Money
    limit: str | None
    """As 30:00."""
    logged: str
    billed: str
    covered: str
    over: str
    """Empty when nothing is."""
    amount: Money
    in_dispute: Money
    gone_back: Money

    @property
    def disputed(self) -> str:
        """How much is in dispute, as 2:00."""
        return hours_text(minutes_of(self.week.disputed))

    @property
    def returned(self) -> str:
        """How much was returned by segment, as 2:00; empty when nothing was."""
        return hours_text(minutes_of(self.week.returned)) if self.week.returned else ""

    @property
    def fates(self) -> list[tuple[str, str]]:
        """The marks there are in the grid, with what they mean."""
        there = {cell.fate for day in self.days for cell in day.cells}
        return [(fate, FATES[fate]) for fate in MARKS if fate in there]

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return opens(self.start)

    @property
    def previous(self) -> date:
        """The Monday before."""
        return self.start - timedelta(days=7)

    @property
    def next(self) -> date:
        """The Monday after."""
        return self.start + timedelta(days=7)


def sheet(contract: Contract, start: date, now: datetime, zone: tzinfo, people: People) -> Sheet:
    """The week of the Monday `start` of an hourly contract, as a reader in `zone` sees it at `now`."""
    logged, week = segments_of(contract, week=start), weeks_at(contract, [start])[start]
    terms, over = contract.terms_of(start), diary.over_limit(week, contract.terms_of(start))
    is_open = not diary.is_locked(contract, start, now)
    minutes, amount = contract.bill(week) if week.status == WeekStatus.OPEN else (week.minutes, week.amount)
    return Sheet(
        start=start,
        days=tuple(_days(contract, week, logged, now, zone, people)),
        week=week,
        is_open=is_open,
        locks_at=locks(start, contract.policy),
        rate=contract.money(terms.rate if week.status == WeekStatus.OPEN else week.rate),
        limit=None if terms.limit_hours is None else hours_text(terms.limit_hours * 60),
        logged=hours_text(minutes_of(week.logged)),
        billed=hours_text(minutes),
        covered=hours_text(minutes_of(week.covered & ~over)),
        over=hours_text(minutes_of(over)) if over else "",
        amount=contract.money(amount),
        in_dispute=contract.money(week.in_dispute),
        gone_back=contract.money(week.refunded),
    )


def kind_of(logged: Logged) -> str:
    """What a segment is, one of WORDS."""
    if logged.is_over_limit:
        return "over"
    if logged.segment.manual:
        return "manual"
    return "uncovered" if logged.why_not else "covered"


def fate_of(week: Week, start: datetime) -> str:
    """What a dispute has done to the segment of `week` that begins at `start`, one of FATES; empty without any."""
    bits = (("disputed", week.disputed), ("returned", week.returned), ("settled", week.decided))
    return next((fate for fate, among in bits if among >> slot_of(start) & 1), "")


def _in_words(kind: str, fate: str) -> str:
    return ", ".join(said.lower() for said in (WORDS[kind], FATES.get(fate, "")) if said)


def days_of(start: date, zone: tzinfo) -> list[date]:
    """The days that the week touches in the zone: seven, or eight."""
    first = opens(start).astimezone(zone).date()
    last = (opens(start) + timedelta(days=7) - timedelta(seconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _days(
    contract: Contract, week: Week, logged: Sequence[Logged], now: datetime, zone: tzinfo, people: People
) -> Iterator[Day]:
    by_day = {day: tuple(found) for day, found in groupby(logged, key=lambda one: place(one.segment.start, zone).day)}
    for day in days_of(week.start, zone):
        found = by_day.get(day, ())
        yield Day(
            day,
            day == now.astimezone(zone).date(),
            tuple(_cell(one, week, zone) for one in found),
            tuple(_outside(day, week.start, zone)),
            tuple(blocks(contract, week.start, found, zone, people, week)),
        )


def _cell(logged: Logged, week: Week, zone: tzinfo) -> Cell:
    begin, end = logged.segment.start.astimezone(zone), logged.segment.end.astimezone(zone)
    where, kind, fate = place(logged.segment.start, zone), kind_of(logged), fate_of(week, logged.segment.start)
    says = f"{wall_time(begin)}–{wall_time(end)} {_in_words(kind, fate)}: {logged.segment.memo or 'no memo'}"
    return Cell(where.minute, 5 * where.fold, 5 if where.is_repeated else 10, kind, fate, says)


def _outside(day: date, start: date, zone: tzinfo) -> Iterator[tuple[int, int]]:
    """The minutes of a day by the clock on the wall that are no moments of the week."""
    begin: int | None = None
    for minute in range(0, MINUTES_A_DAY + 5, 5):
        if minute < MINUTES_A_DAY and not _is_in_week(day, minute, start, zone):
            begin = minute if begin is None else begin
        elif begin is not None:
            yield begin, minute - begin
            begin = None


def _is_in_week(day: date, minute: int, start: date, zone: tzinfo) -> bool:
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    moments = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return any(at.astimezone(zone).replace(tzinfo=None) == wall and monday_of(at) == start for at in moments)


def blocks(
    contract: Contract,
    start: date,
    logged: Sequence[Logged],
    zone: tzinfo,
    people: People,
    week: Week | None = None,
) -> list[Block]:
    """Segments of the week of the Monday `start`, in order, as blocks of the same work; and of one fate, where `week`
    tells theirs."""

    def fate(one: Logged) -> str:
        return fate_of(week, one.segment.start) if week else ""

    return [_block(contract, start, run, fate(run[0]), zone, people) for run in _runs(logged, fate)]


def _block(contract: Contract, start: date, run: Sequence[Logged], fate: str, zone: tzinfo, people: People) -> Block:
    first, last = run[0], run[-1]
    return Block(
        first.segment.start.astimezone(zone),
        last.segment.end.astimezone(zone),
        first.segment.memo,
        kind_of(first),
        first.segment.late,
        tuple(people.tell(why) for why in first.why_not),
        tuple(run),
        _off(contract, start, [one.segment.start for one in run]),
        fate,
    )


def _runs(logged: Sequence[Logged], fate: Callable[[Logged], str]) -> Iterator[list[Logged]]:
    run: list[Logged] = []
    for one in logged:
        if run and not (_goes_on(run[-1], one) and fate(run[-1]) == fate(one)):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _goes_on(before: Logged, after: Logged) -> bool:
    same = (before.segment.memo, before.why_not, before.is_over_limit, before.segment.manual) == (
        after.segment.memo, after.why_not, after.is_over_limit, after.segment.manual,
    )  # fmt: skip
    return same and before.segment.end == after.segment.start


def _off(contract: Contract, start: date, starts: Sequence[datetime]) -> Money:
    week = contract.week(start)
    if week is None:
        return contract.money(0)
    left = without(contract, starts).week(start)
    assert left is not None, "a week that is there stays"
    return contract.money(contract.bill(week)[1] - contract.bill(left)[1])
