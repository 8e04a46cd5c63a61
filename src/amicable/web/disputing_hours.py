"""Disputing hours: which of a week in review can be disputed, and what was chosen of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.http import QueryDict
from django.utils import timezone
from django.utils.http import urlencode

from amicable.diary.reading import Logged, segments_of
from amicable.rules.contract import Contract
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.week import bitmap, slot_begins, slot_of, slots
from amicable.web.diary import Block, blocks
from amicable.web.outcome import People
from amicable.web.spans import bits_of, spans_of

_HOURS = re.compile("([0-9]{1,3}):([0-5]?[0-9])", re.ASCII)
_MINUTES = re.compile("[0-9]{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Picked:
    """The segments that were chosen, as a bitmap of the week; or how much, as it was typed."""

    bits: int = 0
    much: str = ""

    @classmethod
    def read(cls, data: QueryDict) -> Picked:
        """What was chosen in a query or a form: `pick` is a slot of the week, or the first and the last of a span."""
        return cls(bits_of(data.getlist("pick")), data.get("much", "").strip())

    @property
    def is_made(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.bits or self.much)

    def query(self, start: date) -> str:
        """The choice in the week of the Monday `start` as a query or a form says it."""
        return urlencode({"week": start.isoformat(), "pick": list(spans_of(self.bits)), "much": self.much}, doseq=True)

    def params(self, start: date) -> dict[str, object]:
        """The choice as the action `dispute_hours` takes it, about the week of the Monday `start`."""
        chosen: dict[str, object] = {"week": start.isoformat()}
        if self.bits:
            chosen["segments"] = [slot_begins(start, slot).isoformat() for slot in slots(self.bits)]
        if self.much:
            chosen["minutes"] = _minutes_of(self.much)
        return chosen


@dataclass(frozen=True, slots=True)
class Choosable:
    """Segments that follow each other, of the same work, as they are chosen: all of them or single ones."""

    block: Block
    span: str
    """All of them, as the form sends them."""
    is_picked: bool
    """Whether all of them are chosen."""
    parts: tuple[tuple[datetime, str, bool], ...]
    """(when it begins, its slot, whether it is chosen by itself)"""


def in_review(contract: Contract, asked: str) -> Week | None:
    """The week that was asked for by its Monday, else the first, of those in review."""
    weeks = [week for week in contract.weeks if week.status == WeekStatus.IN_REVIEW]
    return next((week for week in weeks if week.start.isoformat() == asked), weeks[0] if weeks else None)


def choosable(contract: Contract, week: Week, people: People, picked: Picked) -> Iterator[tuple[date, list[Choosable]]]:
    """What of a week can be disputed, by days of the reader's zone."""
    for day, found in by_day(contract, week.start, week.billed & ~week.decided, people):
        yield day, [_choosable(block, picked) for block in found]


def by_day(contract: Contract, start: date, among: int, people: People) -> Iterator[tuple[date, list[Block]]]:
    """Those of a week's segments, given as a bitmap, by days of the reader's zone and in blocks of the same work."""
    zone = timezone.get_current_timezone()
    logged = [one for one in segments_of(contract, week=start) if among >> slot_of(one.segment.start) & 1]

    def day_of(one: Logged) -> date:
        return one.segment.start.astimezone(zone).date()

    for day, found in groupby(logged, key=day_of):
        yield day, blocks(contract, start, list(found), zone, people)


def _choosable(block: Block, picked: Picked) -> Choosable:
    bits = bitmap(slot_of(one.segment.start) for one in block.segments)
    whole = bits & ~picked.bits == 0
    return Choosable(block, next(spans_of(bits)), whole, tuple(_parts(block.segments, 0 if whole else picked.bits)))


def _parts(segments: Sequence[Logged], bits: int) -> Iterator[tuple[datetime, str, bool]]:
    for one in segments:
        slot = slot_of(one.segment.start)
        yield one.segment.start, str(slot), bool(bits >> slot & 1)


def _minutes_of(much: str) -> int | str:
    """`2:00` or `120` as minutes; anything else as it is, for the rules to complain of."""
    if found := _HOURS.fullmatch(much):
        return int(found[1]) * 60 + int(found[2])
    return int(much) if _MINUTES.fullmatch(much) else much
