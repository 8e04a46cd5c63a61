"""A timer in the browser: it runs here, not there, so a reload or another machine finds it again.

It measures the world's time with the database's clock. In the sandbox the one clock stands still: there a timer that
has run for an hour has worked an hour from when it was started, and whoever stops it moves the clock on accordingly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from amicable.contracts.perform import role_of, up_to_date
from amicable.diary import segments
from amicable.diary.reading import Logged
from amicable.rules import diary
from amicable.rules.contract import Contract
from amicable.rules.diary import ACTIVITY_MAX, SEGMENT, Segment
from amicable.rules.outcome import Refused, invalid
from amicable.rules.week import SEGMENT_MINUTES
from amicable.rules.wording import Sentence, say

LONGEST = timedelta(hours=12)
"""A timer that was forgotten counts no longer than this."""

_COLUMNS = "t.contract_id::text, c.title, t.memo, t.started_at, t.active, t.ran_seconds, t.really_started_at"
_RUNNING = f"""
SELECT {_COLUMNS}, clock_timestamp() FROM diary_timer t JOIN contracts_contract c ON c.id = t.contract_id
WHERE t.freelancer_id = %s
"""
_START = """
INSERT INTO diary_timer (freelancer_id, contract_id, memo, started_at, really_started_at, active)
VALUES (%s, %s, %s, %s, clock_timestamp(), '[]') ON CONFLICT (freelancer_id) DO NOTHING RETURNING 1
"""
_BEAT = """
UPDATE diary_timer t SET active = t.active || minute
FROM (SELECT to_jsonb(floor(extract(epoch FROM clock_timestamp() - really_started_at) / 60)::int) AS minute
      FROM diary_timer WHERE freelancer_id = %s) AS now
WHERE t.freelancer_id = %s AND t.ran_seconds IS NULL AND NOT t.active @> minute
"""
_HALT = """
UPDATE diary_timer SET ran_seconds = %s, active = %s::jsonb WHERE freelancer_id = %s AND ran_seconds IS NULL
"""
_CLEAR = "DELETE FROM diary_timer WHERE freelancer_id = %s"

RUNS_ALREADY = "A timer runs on “{title}” already. Stop it first: nobody works twice at the same time."
NO_TIMER = Refused("no_timer", say("No timer runs. Start one first."))


@dataclass(frozen=True, slots=True)
class Timer:
    """A timer as it stands."""

    contract: str
    title: str
    """Of the contract."""
    memo: str
    started_at: datetime
    """On the one clock."""
    ran: timedelta
    """For how long it has run, or had when it was stopped."""
    is_stopped: bool
    """Stopped, and what it measured not logged yet, because that was refused."""
    active: frozenset[int]
    """The minutes since the start, from 0, in which there was input."""

    @property
    def ends_at(self) -> datetime:
        """When what it measured ends, on the one clock."""
        return self.started_at + min(self.ran, LONGEST)

    @property
    def was_forgotten(self) -> bool:
        """Whether it ran for longer than is counted."""
        return self.ran > LONGEST

    def segments(self) -> list[Segment]:
        """What it measured, as segments: those of which at least five minutes were worked."""
        return [
            Segment(start, self.memo, self._activity(start))
            for start in diary.worked_slots([(self.started_at, self.ends_at)])
        ]

    def _activity(self, start: datetime) -> int:
        begins = (self.started_at + timedelta(minutes=minute) for minute in self.active)
        return min(ACTIVITY_MAX, sum(start <= at < start + SEGMENT for at in begins))


@dataclass(frozen=True, slots=True)
class Stopped:
    """What came of stopping a timer."""

    timer: Timer
    logged: Sequence[Logged]
    left_out: Sequence[tuple[datetime, Sentence]]
    """Segments that were not logged, and why."""


def timer_of(person: str) -> Timer | None:
    """The timer that `person` (an id) has, if any."""
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, [person])
        row = cursor.fetchone()
    return _timer(*row) if row else None


def start(contract_id: str, person: str, memo: str, at: datetime) -> Refused | None:
    """Start a timer on the contract at `at`; why not, where it cannot be. Raises NoSuchContractError."""
    contract = up_to_date(contract_id, at)
    no = diary.may_log(contract, role_of(contract, person)) or _wrong_with(contract, memo, at)
    if no:
        return no
    with connection.cursor() as cursor:
        cursor.execute(_START, [person, contract_id, memo.strip(), at])
        if cursor.fetchone():
            return None
    running = timer_of(person)
    return Refused("timer_runs", say(RUNS_ALREADY, title=running.title)) if running else None


def beat(person: str) -> None:
    """There was input in the minute that is now."""
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, [person, person])


def halt(person: str, as_if: timedelta | None = None) -> Timer | None:
    """Have the person's timer run no longer; None where there is none.

    `as_if` takes it to have run for so long, with input all the while. What it measured is kept until `log` has logged
    it or `discard` throws it away.
    """
    timer = timer_of(person)
    if timer is None or timer.is_stopped:
        return timer
    ran = timer.ran if as_if is None else as_if
    active = timer.active if as_if is None else range(int(as_if.total_seconds()) // 60)
    with connection.cursor() as cursor:
        cursor.execute(_HALT, [int(ran.total_seconds()), json.dumps(sorted(active)), person])
    return timer_of(person)


def log(person: str, at: datetime) -> Stopped | Refused:
    """Log what the person's halted timer measured, and clear it.

    What was worked on other contracts at the time, or is not taken for another reason, is left out and told. When the
    contract takes no time at all now, nothing is logged and the timer is kept.
    """
    timer = timer_of(person)
    if timer is None or not timer.is_stopped:
        return NO_TIMER
    contract = up_to_date(timer.contract, at)
    no = diary.may_log(contract, role_of(contract, person))
    if no:
        return no
    wanted, left_out = _sorted_out(contract, timer.segments(), at)
    batch = segments.log(timer.contract, person, wanted, at) if wanted else segments.Batch((), 0)
    if isinstance(batch, Refused):
        return batch
    discard(person)
    return Stopped(timer, batch.segments, left_out)


def discard(person: str) -> None:
    """Throw the person's timer away with what it measured."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, [person])


def _sorted_out(
    contract: Contract, measured: Sequence[Segment], at: datetime
) -> tuple[list[Segment], list[tuple[datetime, Sentence]]]:
    """What of the measured segments can be logged, and the rest with why not."""
    refused = {one.start: no.reason for one in measured if (no := diary.problem_of(contract, one, at))}
    refused |= segments.elsewhere(contract, [one.start for one in measured if one.start not in refused])
    return [one for one in measured if one.start not in refused], sorted(refused.items())


def _wrong_with(contract: Contract, memo: str, at: datetime) -> Refused | None:
    if not memo.strip():
        return invalid("memo", "Say what you are going to do: both sides read it beside the time.")
    if contract.ending:
        return Refused("contract_ended", say("The contract has ended: there is nothing more to do on it."))
    mark = at - timedelta(minutes=at.minute % SEGMENT_MINUTES, seconds=at.second, microseconds=at.microsecond)
    problem = diary.problem_of(contract, Segment(mark, memo.strip()), at)
    if problem and problem.field == "memo":
        return invalid("memo", problem.reason.tell())
    return None


def _timer(
    contract: str,
    title: str,
    memo: str,
    started_at: datetime,
    active: Any,
    ran_seconds: int | None,
    really_started_at: datetime,
    now: datetime,
) -> Timer:
    minutes = json.loads(active) if isinstance(active, str) else active
    ran = now - really_started_at if ran_seconds is None else timedelta(seconds=ran_seconds)
    return Timer(contract, title, memo, started_at, ran, ran_seconds is not None, frozenset(minutes))
