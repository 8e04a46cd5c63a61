"""What of an export would be logged on a contract, what not and why, and what that does to its weeks. Pure.

A ten-minute segment is taken when at least half of it was worked, by all the entries together. It counts as entered by
hand, for no timer of ours measured it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from amicable.diary.imports.moments import Placed
from amicable.diary.imports.reading import Entry, Export, remarks_of
from amicable.rules import diary
from amicable.rules.contract import Contract
from amicable.rules.diary import SEGMENT, Problem, Segment
from amicable.rules.hourly import Week
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from amicable.rules.week import SEGMENT_MINUTES, minutes_of, monday_of, opens, slot_begins, slot_of
from amicable.rules.week import slots as slots_in
from amicable.rules.wording import Sentence, say

Elsewhere = Callable[[Sequence[datetime]], Mapping[datetime, Sentence]]
"""At which of the starts of segments the freelancer worked on other contracts, and in words on which."""

SNAPPING = say("A ten-minute segment is taken when at least five minutes of it were worked, by all entries together.")
BY_HAND = say("Imported time counts as entered by hand: it is billed, but hourly protection does not cover it.")
OTHER_PROJECT = say("It belongs to another project.")
TOO_SHORT = say("Of no ten-minute segment it makes up the half, so nothing is left of it.")
ALREADY = say("It is logged on this contract already, and counts once.")


@dataclass(frozen=True, slots=True)
class Taken:
    """A segment that would be logged."""

    segment: Segment
    is_over_limit: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What would not be logged for one reason: entries that have no place, entries of a week that is closed or to come,
    or segments of a day."""

    code: str
    why: Sentence
    """Of the first of them."""
    lines: tuple[int, ...]
    minutes: int = 0
    """Of the segments, or of the entries as they are; 0 for what has no place."""
    begin: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class WeekAfter:
    """A week before the import and after it. Amounts are minor units."""

    start: date
    minutes_before: int
    minutes_after: int
    over_limit_before: int
    over_limit_after: int
    """Minutes that are not billed."""
    amount_before: int
    amount_after: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an import would do."""

    export: Export
    project: str | None
    """The only project whose entries are meant; None for all."""
    contract: Contract
    taken: tuple[Taken, ...]
    left_out: tuple[LeftOut, ...]
    weeks: tuple[WeekAfter, ...]
    remarks: tuple[tuple[Sentence, tuple[int, ...]], ...]

    @property
    def minutes(self) -> int:
        """How much would be logged."""
        return len(self.taken) * SEGMENT_MINUTES

    @property
    def segments(self) -> list[Segment]:
        """What would be logged, oldest first."""
        return [one.segment for one in self.taken]

    @property
    def digest(self) -> str:
        """Another one for everything that would be done otherwise, or told otherwise."""
        said = [
            self.contract.id,
            [(one.segment.start.isoformat(), one.segment.memo, one.is_over_limit) for one in self.taken],
            [(one.code, one.lines, one.minutes) for one in self.left_out],
            [(one.start.isoformat(), one.over_limit_after, one.amount_before, one.amount_after) for one in self.weeks],
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


@dataclass(slots=True)
class _Slot:
    """A segment that was worked for at least half: by which lines, and the memo of that which worked most of it."""

    lines: list[int] = field(default_factory=list)
    memo: str = ""
    most: timedelta = timedelta()

    def add(self, entry: Entry, worked: timedelta) -> None:
        self.lines.append(entry.line)
        if worked > self.most:
            self.most, self.memo = worked, entry.memo


def takes_imports(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """Why `by` can import nothing at all on the contract; None when they can."""
    refused = diary.may_log(contract, by)
    if refused:
        return refused
    by_hand = [diary.by_hand(contract, opens(monday)) for monday in _open_weeks(contract, at)]
    return None if None in by_hand else by_hand[0]


def _open_weeks(contract: Contract, at: datetime) -> list[date]:
    """The Mondays of the weeks that are not locked at `at`, the latest first."""
    mondays = [monday_of(at)]
    while not diary.is_locked(contract, mondays[-1] - WEEK, at):
        mondays.append(mondays[-1] - WEEK)
    return mondays


def plan(contract: Contract, export: Export, elsewhere: Elsewhere, at: datetime, project: str | None = None) -> Plan:
    """What importing would come to at `at`, on a contract that takes imports; `project` is the only one in the export
    that is meant. `elsewhere` is asked once."""
    meant = [entry for entry in export.entries if project is None or entry.project == project]
    near, far = _apart(contract, meant, at)
    slots = _slots(near)
    taken, problems = _sorted_out(contract, slots, elsewhere, at)
    left_out = [*_without_place(export.entries, meant, near, slots), *_by_week(far), *_by_day(problems, slots)]
    weeks, over = _weeks(contract, taken)
    return Plan(
        export,
        project,
        contract,
        tuple(Taken(one, one.start in over) for one in taken),
        tuple(left_out),
        weeks,
        tuple(remarks_of(meant)),
    )


def _apart(
    contract: Contract, entries: Iterable[Entry], at: datetime
) -> tuple[list[Entry], list[tuple[Entry, Problem]]]:
    """The entries of which something may be taken; and those of weeks that are closed, or of the future, each with why
    not: in those a long file mostly consists, and its segments need not be looked at one by one."""
    monday = _open_weeks(contract, at)[-1]
    near, far = [], []
    for entry in entries:
        no = None
        if entry.placed and (entry.placed.end <= opens(monday) or entry.placed.start >= at + SEGMENT):
            no = diary.problem_of(contract, Segment(_mark(entry.placed.start), entry.memo, manual=True), at)
        if no:
            far.append((entry, no))
        else:
            near.append(entry)
    return near, far


def _by_week(far: Iterable[tuple[Entry, Problem]]) -> Iterator[LeftOut]:
    """Those entries by why and by week."""
    found: dict[tuple[str, date], list[tuple[Placed, int, Problem]]] = {}
    for entry, no in far:
        if entry.placed:
            found.setdefault((no.code, monday_of(entry.placed.start)), []).append((entry.placed, entry.line, no))
    for (code, _), entries in sorted(found.items(), key=lambda one: one[0][1]):
        length = sum((placed.end - placed.start for placed, *_ in entries), timedelta())
        begin, end = min(placed.start for placed, *_ in entries), max(placed.end for placed, *_ in entries)
        lines = tuple(line for _, line, _ in entries)
        yield LeftOut(code, entries[0][2].reason, lines, length // timedelta(minutes=1), begin, end)


def _mark(at: datetime) -> datetime:
    """When the segment begins in which `at` lies."""
    return at - (at - EPOCH) % SEGMENT


def _slots(entries: Iterable[Entry]) -> dict[datetime, _Slot]:
    """The segments that the entries come to, by their starts and in order."""
    placed = [(entry, entry.placed) for entry in entries if entry.placed]
    slots = {start: _Slot() for start in diary.worked_slots((at.start, at.end) for _, at in placed)}
    for entry, at in placed:
        start = _mark(at.start)
        while start < at.end:
            if start in slots:
                slots[start].add(entry, min(at.end, start + SEGMENT) - max(at.start, start))
            start += SEGMENT
    return slots


WEEK = timedelta(days=7)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _sorted_out(
    contract: Contract, slots: Mapping[datetime, _Slot], elsewhere: Elsewhere, at: datetime
) -> tuple[list[Segment], dict[datetime, tuple[str, Sentence]]]:
    """What can be logged, and of the rest (code, why) by when it starts."""
    fitting: list[Segment] = []
    problems: dict[datetime, tuple[str, Sentence]] = {}
    for start, slot in slots.items():
        segment = Segment(start, slot.memo, manual=True, late=contract.ending is not None)
        no = diary.problem_of(contract, segment, at)
        if no:
            problems[start] = no.code, no.reason
        elif _is_logged(contract, start):
            problems[start] = "already_logged", ALREADY
        else:
            fitting.append(segment)
    occupied = elsewhere([segment.start for segment in fitting])
    problems |= {start: ("overlap", why) for start, why in occupied.items()}
    return [segment for segment in fitting if segment.start not in occupied], problems


def _is_logged(contract: Contract, start: datetime) -> bool:
    week = contract.week(monday_of(start))
    return week is not None and bool(week.logged >> slot_of(start) & 1)


def _without_place(
    entries: Iterable[Entry], meant: Sequence[Entry], near: Sequence[Entry], slots: Mapping[datetime, _Slot]
) -> Iterator[LeftOut]:
    """The entries of which no segment comes, by why."""
    lines_of_slots = {line for slot in slots.values() for line in slot.lines}
    lines_meant, lines_near = {entry.line for entry in meant}, {entry.line for entry in near}
    found: dict[str, tuple[Sentence, list[int]]] = {}
    for entry in entries:
        if entry.line not in lines_meant:
            code, why = "other_project", OTHER_PROJECT
        elif entry.why_not:
            code, why = entry.code, entry.why_not
        elif entry.line in lines_near - lines_of_slots:
            code, why = "too_short", TOO_SHORT
        else:
            continue
        found.setdefault(code, (why, []))[1].append(entry.line)
    for code, (why, lines) in found.items():
        yield LeftOut(code, why, tuple(lines))


def _by_day(problems: Mapping[datetime, tuple[str, Sentence]], slots: Mapping[datetime, _Slot]) -> Iterator[LeftOut]:
    """The segments that are not taken, by why and by day of UTC."""
    found: dict[tuple[str, date], list[datetime]] = {}
    for start, (code, _) in problems.items():
        found.setdefault((code, start.date()), []).append(start)
    for (code, _), starts in found.items():
        lines = sorted({line for start in starts for line in slots[start].lines})
        minutes = len(starts) * SEGMENT_MINUTES
        yield LeftOut(code, problems[starts[0]][1], tuple(lines), minutes, starts[0], starts[-1] + SEGMENT)


def _weeks(contract: Contract, taken: Sequence[Segment]) -> tuple[tuple[WeekAfter, ...], set[datetime]]:
    """The weeks in which something is taken, and the starts of what is over their limits."""
    found: dict[date, int] = {}
    for segment in taken:
        monday = monday_of(segment.start)
        found[monday] = found.get(monday, 0) | 1 << slot_of(segment.start)
    weeks, over = [], set()
    for monday, bits in found.items():
        before = contract.week(monday) or Week(monday)
        after = replace(before, logged=before.logged | bits)
        (billed_before, amount_before), (billed, amount) = contract.bill(before), contract.bill(after)
        logged_before, logged = minutes_of(before.logged), minutes_of(after.logged)
        weeks.append(
            WeekAfter(
                monday,
                minutes_before=logged_before,
                minutes_after=logged,
                over_limit_before=logged_before - billed_before,
                over_limit_after=logged - billed,
                amount_before=amount_before,
                amount_after=amount,
            )
        )
        not_billed = diary.over_limit(after, contract.terms_of(monday))
        over |= {slot_begins(monday, slot) for slot in slots_in(bits & not_billed)}
    return tuple(weeks), over
