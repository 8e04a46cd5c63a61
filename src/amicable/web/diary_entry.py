"""Time that somebody enters by hand: read from a form in their own zone, and what it would come to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TypeVar

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from amicable.diary.segments import as_if_logged, elsewhere, with_segments
from amicable.rules import diary
from amicable.rules.diary import SEGMENT, Segment
from amicable.rules.money import Money
from amicable.rules.week import locks, monday_of, segments_text
from amicable.rules.wording import Sentence
from amicable.web.outcome import People
from amicable.web.viewer import Sight, searched

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed, what is wrong with it, and the segments that it comes to."""

    on: str
    begins: str
    ends: str
    memo: str
    errors: dict[str, str] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether nobody has said yet when it was."""
        return not (self.begins or self.ends)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What logging an entry would come to; or `problems` for which it cannot be logged."""

    hours: str = ""
    new: str = ""
    """As `hours`, without what is in the diary already; empty when that is all of it."""
    adds: Money | None = None
    closes_at: datetime | None = None
    over: str = ""
    why_not: tuple[SafeString, ...] = ()
    problems: tuple[SafeString | str, ...] = ()


def read_entry(data: QueryDict, zone: tzinfo, today: date, *, is_late: bool) -> Entry:
    """The entry in a form; its times are those of `zone`."""
    on, begins_at, ends_at, memo = (searched(data, name) for name in ("on", "begins", "ends", "memo"))
    entry = Entry(on or today.isoformat(), begins_at, ends_at, memo)
    if entry.is_blank:
        return entry
    errors: dict[str, str] = {}
    day = _read(errors, "on", entry.on, _day, "Write a day of this century as YYYY-MM-DD.")
    begins = _read(errors, "begins", entry.begins, _time, "Write the time as HH:MM.")
    ends = _read(errors, "ends", entry.ends, _time, "Write the time as HH:MM.")
    if not memo:
        errors["memo"] = "Say what was done: both sides read it beside the time."
    if day is None or begins is None or ends is None:
        return Entry(*_typed(entry), errors)
    begin = _moment(errors, "begins", day, begins, zone)
    end = _moment(errors, "ends", day, ends, zone)
    if begin is None or end is None:
        return Entry(*_typed(entry), errors)
    errors |= _wrong(begin, end, zone)
    segments = () if errors else tuple(_segments(begin, end, entry.memo, is_late=is_late))
    return Entry(*_typed(entry), errors, segments)


def outcome_of(entry: Entry, sight: Sight) -> Outcome | None:
    """What logging the entry would come to now; None while it is not whole."""
    if not entry.segments:
        return None
    contract, people = sight.contract, sight.people
    problems = [no.reason for one in entry.segments if (no := diary.problem_of(contract, one, sight.now))]
    problems += elsewhere(contract, [one.start for one in entry.segments]).values()
    if problems:
        return Outcome(problems=tuple(_each_once(problems, people)))
    monday = monday_of(entry.segments[0].start)
    before, after = contract.week(monday), with_segments(contract, entry.segments).week(monday)
    assert after is not None, "a week has the segments that are put into it"
    new = after.logged.bit_count() - (before.logged.bit_count() if before else 0)
    logged = as_if_logged(contract, entry.segments, sight.now)
    over = sum(one.is_over_limit for one in logged)
    return Outcome(
        segments_text(len(entry.segments)),
        segments_text(new) if new else "",
        contract.money(contract.bill(after)[1] - (contract.bill(before)[1] if before else 0)),
        locks(monday, contract.policy),
        segments_text(over) if over else "",
        tuple(people.tell(reason) for reason in logged[0].why_not if reason != diary.OVER_THE_LIMIT),
    )


def _each_once(problems: Sequence[Sentence], people: People) -> Iterator[SafeString]:
    """Each kind of reason in words, with the first segment that it holds for and how much more it holds for."""
    kinds: dict[str, list[Sentence]] = {}
    for reason in problems:
        kinds.setdefault(reason.template, []).append(reason)
    for first, *more in kinds.values():
        told, hours = people.tell(first), segments_text(len(more))
        yield told if all(one == first for one in more) else format_html("{} So it is with {} more.", told, hours)


def _typed(entry: Entry) -> tuple[str, str, str, str]:
    return entry.on, entry.begins, entry.ends, entry.memo


def _read(errors: dict[str, str], name: str, text: str, read: Callable[[str], T], message: str) -> T | None:
    try:
        return read(text)
    except ValueError:
        errors[name] = message
        return None


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not 2000 <= day.year < 2200:
        raise ValueError(text)
    return day


def _time(text: str) -> timedelta:
    """How far into the day; the end of it is 24:00, or 00:00 as an end."""
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)(?::00)?", text, re.ASCII)
    if match is None or (length := timedelta(hours=int(match[1]), minutes=int(match[2]))) > timedelta(days=1):
        raise ValueError(text)
    return length


def _moment(errors: dict[str, str], name: str, day: date, at: timedelta, zone: tzinfo) -> datetime | None:
    """The moment of that time by the clock on the wall, in UTC: of two the first as a beginning, the last as an end."""
    whole = timedelta(days=1) if name == "ends" and not at else at
    wall = datetime.combine(day, time()) + whole
    utc = wall.replace(tzinfo=zone, fold=int(name == "ends")).astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != wall:
        errors[name] = "There is no such time on that day: clocks went forward."
        return None
    return utc


def _wrong(begin: datetime, end: datetime, zone: tzinfo) -> dict[str, str]:
    errors = {}
    for name, at in (("begins", begin), ("ends", end)):
        if not diary.on_mark(at):
            near = at - (at - datetime(2000, 1, 1, tzinfo=UTC)) % SEGMENT
            errors[name] = (
                f"Time is logged in ten-minute segments: write {near.astimezone(zone):%H:%M} or "
                f"{(near + SEGMENT).astimezone(zone):%H:%M}."
            )
    if not errors and end <= begin:
        errors["ends"] = "The end comes after the beginning. Enter work past midnight day by day."
    if not errors and monday_of(begin) != monday_of(end - SEGMENT):
        errors["ends"] = "A billing week ends at Sunday midnight UTC in between. Enter the two parts by themselves."
    return errors


def _segments(begin: datetime, end: datetime, memo: str, *, is_late: bool) -> list[Segment]:
    count = (end - begin) // SEGMENT
    return [Segment(begin + n * SEGMENT, memo, manual=True, late=is_late) for n in range(count)]
