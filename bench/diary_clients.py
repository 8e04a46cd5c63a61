"""Clients who log time, a day's 144 segments at once: through the diary's own function, or by COPY into a table with
the same constraints."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import django

from bench.clients import Share, Turn, run

BATCH = 144
DAYS = 7
CONTRACTS = int(os.environ.get("BENCH_CONTRACTS", "2000"))
COPY = """COPY bench_segment (contract_id, start, freelancer_id, during, memo, activity, manual, late, logged_at)
FROM STDIN"""
MEMO = "Checkout page: address form"
FIRST_MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def main() -> None:
    """Run the clients of one process; BENCH_WEEK says which week they log, BENCH_BY how."""
    django.setup()
    share = Share.from_arguments()
    monday = FIRST_MONDAY + timedelta(weeks=int(os.environ["BENCH_WEEK"]))
    client = {"log": _logging, "copy": _copying}[os.environ["BENCH_BY"]]
    run(share, lambda number: client(range(number + 1, CONTRACTS + 1, share.stride), monday))


def _batch(own: range, done: int, monday: datetime) -> tuple[int, datetime]:
    """Whose day it is: each contract of the client's in turn, then their next days."""
    day, index = divmod(done, len(own))
    if day == DAYS:
        raise RuntimeError("the week is full: run fewer seconds, or more contracts")
    return own[index], monday + timedelta(days=day)


def _logging(own: range, monday: datetime) -> Turn:
    from amicable.diary.segments import Batch, log
    from amicable.rules.diary import SEGMENT, Segment

    at = monday + timedelta(days=7, hours=11)

    def turn(done: int) -> None:
        number, day = _batch(own, done, monday)
        segments = [Segment(day + n * SEGMENT, MEMO, n % 11) for n in range(BATCH)]
        logged = log(contract_id(number), person_id(number), segments, at)
        if not isinstance(logged, Batch) or logged.new != BATCH:
            raise RuntimeError(f"logging came to {logged}")

    return turn


def _copying(own: range, monday: datetime) -> Turn:
    from django.db import connection, transaction

    ten_minutes = timedelta(minutes=10)

    def turn(done: int) -> None:
        number, day = _batch(own, done, monday)
        contract, person, now = contract_id(number), person_id(number), monday.isoformat()
        lines = []
        for n in range(BATCH):
            start, end = day + n * ten_minutes, day + (n + 1) * ten_minutes
            cells = (contract, start, person, f"[{start},{end})", MEMO, n % 11, "f", "f", now)
            lines.append("\t".join(map(str, cells)))
        with transaction.atomic(), connection.cursor() as cursor, cursor.copy(COPY) as copy:
            copy.write("\n".join(lines) + "\n")

    return turn


def contract_id(number: int) -> str:
    """The id of the market's contract of that number."""
    return f"00000000-0000-7000-9000-{number:012x}"


def person_id(number: int) -> str:
    """The id of its freelancer."""
    return f"00000000-0000-7000-8000-{number:012x}"


if __name__ == "__main__":
    main()
