"""Logging time: what the rules take is written with the weeks it lies in, in one statement, all of it or nothing.

The statement holds only if the contract and its diary still are as they were read; else they are read and decided on
again. So nothing is logged into a week that is being closed, nor after a pause or an end, and a segment that comes
twice at once counts once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from django.db import IntegrityError, OperationalError, connection
from psycopg.errors import DeadlockDetected, ExclusionViolation

from amicable.contracts.perform import MAX_TRIES, BusyContractError, role_of, savepoint, up_to_date
from amicable.contracts.weeks import RECORD, WeekChange, billed_of, rows
from amicable.diary.reading import Logged, logged_at, with_limits
from amicable.rules import diary
from amicable.rules.contract import Contract
from amicable.rules.diary import Segment
from amicable.rules.hourly import Week
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from amicable.rules.wording import Sentence, say

T = TypeVar("T")

_INSERT = f"""
WITH {RECORD}, written AS (
    INSERT INTO diary_segment (contract_id, start, freelancer_id, during, memo, activity, manual, late, logged_at)
    SELECT weeks.contract_id, s.start, %s, tstzrange(s.start, s.start + interval '10 minutes'), s.memo, s.activity,
           s.manual, s.late, %s
    FROM json_to_recordset(%s) AS s(week date, start timestamptz, memo text, activity smallint, manual bool, late bool)
    JOIN weeks ON weeks.start = s.week
    ORDER BY s.start
)
SELECT count(*) FROM weeks
"""

_DELETE = f"""
WITH {RECORD}, gone AS (
    DELETE FROM diary_segment d USING weeks, json_to_recordset(%s) AS s(week date, start timestamptz)
    WHERE d.contract_id = weeks.contract_id AND s.week = weeks.start AND d.start = s.start
)
SELECT count(*) FROM weeks
"""

_REWRITE = f"""
WITH {RECORD}, rewritten AS (
    UPDATE diary_segment d SET memo = s.memo
    FROM weeks, json_to_recordset(%s) AS s(week date, start timestamptz, memo text)
    WHERE d.contract_id = weeks.contract_id AND s.week = weeks.start AND d.start = s.start
)
SELECT count(*) FROM weeks
"""

_ELSEWHERE = """
SELECT d.start, c.title FROM diary_segment d JOIN contracts_contract c ON c.id = d.contract_id
WHERE d.freelancer_id = %s AND d.contract_id <> %s AND d.start = ANY(%s) ORDER BY d.start
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Segments that were logged: all that were asked for, as they now stand, and how many of them are new."""

    segments: Sequence[Logged]
    new: int


def log(
    contract_id: str, person: str, segments: Sequence[Segment], at: datetime, *, most: int = diary.BATCH_MAX
) -> Batch | Refused:
    """Log the segments, at `most` so many, for `person` at `at`: all of them, or say why not.

    A segment that is there already stays as it is. Raises NoSuchContractError and BusyContractError.
    """

    def attempt(contract: Contract, by: Role) -> Batch | Refused | None:
        taken = diary.log(contract, segments, by, at, most=most)
        if isinstance(taken, Refused):
            return taken
        new = [one for one in taken if not _is_logged(contract, one.start)]
        if not new:
            return Batch(logged_at(contract, [one.start for one in taken]), 0)
        changes = _logging(new)
        try:
            written = _write(_INSERT, contract, changes, at, contract.freelancer, at, _json(new))
        except IntegrityError as error:
            if not isinstance(error.__cause__, ExclusionViolation):
                raise
            return _overlap(contract, segments)
        if not written:
            # The week may have been billed with others of the client's, of which this contract does not learn.
            billed = billed_of(contract, [change.start for change in changes])
            return diary.week_locked(contract, billed) if billed else None
        return Batch(_as_they_stand(_after(contract, changes), taken, new, at), len(new))

    return _insisting(contract_id, person, at, attempt)


def delete(contract_id: str, person: str, starts: Sequence[datetime], at: datetime) -> int | Refused:
    """Delete the segments that begin at `starts`; how many there were. Raises as `log` does."""

    def attempt(contract: Contract, by: Role) -> int | Refused | None:
        asked = diary.changeable(contract, starts, by, at)
        if isinstance(asked, Refused):
            return asked
        known = [start for start in asked if _is_logged(contract, start)]
        if not known:
            return 0
        changes = [WeekChange(week, cleared=bits) for week, bits in _by_week(known).items()]
        rows_ = json.dumps(
            [{"week": diary.place_of(start)[0].isoformat(), "start": start.isoformat()} for start in known]
        )
        return len(known) if _write(_DELETE, contract, changes, at, rows_) else None

    return _insisting(contract_id, person, at, attempt)


def describe(contract_id: str, person: str, memos: dict[datetime, str], at: datetime) -> list[Logged] | Refused:
    """Give the segments that begin then these memos; those that there are, as they now stand. Raises as `log` does."""

    def attempt(contract: Contract, by: Role) -> list[Logged] | Refused | None:
        asked = [Segment(start, memo.strip()) for start, memo in memos.items()]
        no = diary.rewrite(contract, asked, by, at)
        if no:
            return no
        before = logged_at(contract, [start for start in memos if _is_logged(contract, start)])
        after = [one.with_memo(memos[one.segment.start].strip()) for one in before]
        if not after:
            return []
        segments = [one.segment for one in after]
        return after if _write(_REWRITE, contract, _logging(segments), at, _json(segments)) else None

    return _insisting(contract_id, person, at, attempt)


def elsewhere(contract: Contract, starts: Sequence[datetime]) -> dict[datetime, Sentence]:
    """At which of the starts the freelancer worked on other contracts, and in words on which."""
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE, [contract.freelancer, contract.id, list(starts)])
        return {start: say(TAKEN, start=start, title=title) for start, title in cursor.fetchall()}


TAKEN = (
    "{start} is logged on “{title}” already, and nobody works twice at the same time. Delete it there, or leave it out "
    "here."
)


def with_segments(contract: Contract, segments: Sequence[Segment]) -> Contract:
    """The contract as it would be if the segments were logged on it."""
    return _after(contract, _logging(segments))


def without(contract: Contract, starts: Sequence[datetime]) -> Contract:
    """The contract as it would be if its segments that begin then were deleted."""
    gone = _by_week(starts)
    weeks = tuple(replace(week, logged=week.logged & ~gone.get(week.start, 0)) for week in contract.weeks)
    return replace(contract, weeks=weeks)


def as_if_logged(contract: Contract, segments: Sequence[Segment], at: datetime) -> list[Logged]:
    """The segments as they would stand if they were logged on the contract at `at`."""
    return with_limits(with_segments(contract, segments), [Logged(one, at) for one in segments])


def _overlap(contract: Contract, segments: Sequence[Segment]) -> Refused | None:
    """The refusal of segments at which the freelancer worked on other contracts; None when there are none any more."""
    taken = elsewhere(contract, [segment.start for segment in segments])
    problems = [
        diary.Problem(index, "start", "overlap", taken[segment.start])
        for index, segment in enumerate(segments)
        if segment.start in taken
    ]
    return diary.refusal(problems) if problems else None


def _insisting(
    contract_id: str, person: str, at: datetime, attempt: Callable[[Contract, Role], T | Refused | None]
) -> T | Refused:
    """What the attempt comes to on the contract as it stands; tried anew while it says None, because it changed."""
    for _ in range(MAX_TRIES):
        contract = up_to_date(contract_id, at)
        try:
            result = attempt(contract, role_of(contract, person))
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
            continue
        if result is not None:
            return result
    raise BusyContractError(contract_id)


def _as_they_stand(contract: Contract, taken: Sequence[Segment], new: Sequence[Segment], at: datetime) -> list[Logged]:
    """The segments that were asked for: those that are new, and those that were there before as they are."""
    written = {one.start: Logged(one, at) for one in new}
    there = [one.start for one in taken if one.start not in written]
    before = logged_at(contract, there) if there else []
    return sorted([*with_limits(contract, written.values()), *before], key=lambda one: one.segment.start)


def _after(contract: Contract, changes: Sequence[WeekChange]) -> Contract:
    """The contract with segments added to its weeks."""
    weeks = {week.start: week for week in contract.weeks}
    for change in changes:
        week = weeks.get(change.start, Week(change.start))
        weeks[change.start] = replace(week, logged=week.logged | change.logged)
    return replace(contract, weeks=tuple(weeks.values()))


def _write(
    statement: str, contract: Contract, changes: Sequence[WeekChange], at: datetime, *more: str | datetime
) -> bool:
    with savepoint(), connection.cursor() as cursor:
        cursor.execute(statement, [rows(contract, changes, at), *more])
        (weeks,) = cursor.fetchone()
    return bool(weeks)


def _is_logged(contract: Contract, start: datetime) -> bool:
    if not diary.on_mark(start):
        return False
    monday, slot = diary.place_of(start)
    week = contract.week(monday)
    return week is not None and bool(week.logged >> slot & 1)


def _logging(segments: Sequence[Segment]) -> list[WeekChange]:
    """The changes to weeks that logging the segments, or logging them again, comes to."""
    covered = _by_week(one.start for one in segments if not diary.uncovered(one))
    logged = _by_week(one.start for one in segments)
    return [WeekChange(week, bits, covered.get(week, 0)) for week, bits in logged.items()]


def _by_week(starts: Iterable[datetime]) -> dict[date, int]:
    bits: dict[date, int] = {}
    for start in starts:
        monday, slot = diary.place_of(start)
        bits[monday] = bits.get(monday, 0) | 1 << slot
    return bits


def _json(segments: Iterable[Segment]) -> str:
    return json.dumps(
        [
            {
                "week": diary.place_of(one.start)[0].isoformat(),
                "start": one.start.isoformat(),
                "memo": one.memo,
                "activity": one.activity,
                "manual": one.manual,
                "late": one.late,
            }
            for one in segments
        ]
    )
