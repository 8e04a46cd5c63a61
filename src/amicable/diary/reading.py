"""What is in the diary: segments as both sides see them, and hours by day and contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from amicable.contracts.weeks import weeks_at
from amicable.rules import diary
from amicable.rules.contract import Contract
from amicable.rules.diary import Segment
from amicable.rules.week import opens
from amicable.rules.wording import Sentence

_SEGMENTS = """
SELECT d.start, d.memo, d.activity, d.manual, d.late, d.logged_at,
       EXISTS (SELECT FROM diary_screenshot s WHERE s.contract_id = d.contract_id AND s.start = d.start)
FROM diary_segment d WHERE d.contract_id = %s
"""
_AT = f"{_SEGMENTS} AND d.start = ANY(%s) ORDER BY d.start"
_BETWEEN = f"{_SEGMENTS} AND d.start >= %s AND d.start < %s ORDER BY d.start LIMIT %s"
_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Logged:
    """A segment in the diary."""

    segment: Segment
    logged_at: datetime
    is_over_limit: bool = False
    has_screenshot: bool = False

    @property
    def why_not(self) -> tuple[Sentence, ...]:
        """Why hourly protection does not cover it; empty when it does."""
        return diary.uncovered(self.segment, is_over_limit=self.is_over_limit)

    def with_memo(self, memo: str) -> Logged:
        """The same with another memo."""
        return replace(self, segment=replace(self.segment, memo=memo))


def logged_at(contract: Contract, starts: Sequence[datetime]) -> list[Logged]:
    """The contract's segments that begin at `starts`, those that there are, oldest first."""
    return _read(contract, _AT, [contract.id, list(starts)])


def segments_of(
    contract: Contract, *, week: date | None = None, after: datetime | None = None, limit: int = diary.BATCH_MAX
) -> list[Logged]:
    """Up to `limit` segments of the contract, oldest first: those of the week of that Monday, or all; those that begin
    later than `after`."""
    begin, end = (opens(week), opens(week) + timedelta(days=7)) if week else _EVER
    if after:
        begin = max(begin, after + diary.SEGMENT)
    return _read(contract, _BETWEEN, [contract.id, begin, end, limit])


def with_limits(contract: Contract, segments: Iterable[Logged]) -> list[Logged]:
    """The segments, each knowing whether it is over the limit of its week on the contract as it stands."""
    found = list(segments)
    over = {
        start: bits
        for start, week in weeks_at(contract, {diary.place_of(one.segment.start)[0] for one in found}).items()
        if (bits := diary.over_limit(week, contract.terms_of(start)))
    }
    return [replace(one, is_over_limit=True) if _is_in(over, one.segment.start) else one for one in found]


def _is_in(bitmaps: Mapping[date, int], start: datetime) -> bool:
    monday, slot = diary.place_of(start)
    return bool(bitmaps.get(monday, 0) >> slot & 1)


def _read(contract: Contract, query: str, values: Sequence[Any]) -> list[Logged]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found = [Logged(Segment(*row[:5]), row[5], has_screenshot=row[6]) for row in cursor.fetchall()]
    return with_limits(contract, found)
