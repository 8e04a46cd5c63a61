"""Weeks as the diary writes them: which segments are logged and covered, so that Monday's bill can count them.

A week's row is made with its first segment, and with it the client's open invoice of that week and currency. Whoever
logs must have read the contract before and names the versions that were seen, its own and its diary's, so everything
decided on that reading (it is active, the week is not closed, time by hand is allowed, a segment is new) still holds
when it is written. Nobody else writes `logged` and `covered`.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from uuid_utils.compat import uuid7

from amicable.contracts.models import Invoice
from amicable.contracts.models import Week as WeekRow
from amicable.rules.contract import Contract
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.policy import before_the_end
from amicable.rules.week import SEGMENTS, locks, to_text


@dataclass(frozen=True, slots=True)
class WeekChange:
    """What the diary does to one week: bitmaps of `rules.week`.

    `logged` are segments that are there now, new ones and those written again; `covered` those of them that hourly
    protection covers; `cleared` those that are deleted. A segment written again is covered as this says.
    """

    start: date
    logged: int = 0
    covered: int = 0
    cleared: int = 0


RECORD = f"""
changes AS (
    SELECT * FROM json_to_recordset(%s) AS u(
        contract uuid, seen int, diary_seen int, start date, locks timestamptz, reminds timestamptz, invoice uuid,
        logged bit({SEGMENTS}), covered bit({SEGMENTS}), cleared bit({SEGMENTS}))
), invoices AS (
    -- For a week without a row. The invoice is locked before the contract is, as the run that bills it does, and an
    -- invoice that is not open any more gives no row.
    INSERT INTO contracts_invoice (id, client_id, currency, provider, week, status, closes_at, amount, fee, attempts)
    SELECT u.invoice, c.client_id, c.currency, c.provider, u.start, 'open', u.locks, 0, 0, 0
    FROM changes u JOIN contracts_contract c ON c.id = u.contract AND c.version = u.seen
    WHERE NOT EXISTS (SELECT FROM contracts_week w WHERE w.contract_id = u.contract AND w.start = u.start)
    ORDER BY u.start
    ON CONFLICT (client_id, currency, provider, week) DO UPDATE SET status = 'open'
    WHERE contracts_invoice.status = 'open'
    RETURNING id, week
), known AS (
    SELECT id, week FROM invoices
    UNION ALL
    SELECT w.invoice_id, w.start FROM changes u
    JOIN contracts_week w ON w.contract_id = u.contract AND w.start = u.start AND w.status = 'open'
), counted AS (
    SELECT count(*) = (SELECT count(*) FROM changes) AS is_complete FROM known
), contract AS (
    SELECT c.id FROM contracts_contract c
    JOIN (SELECT DISTINCT contract, seen, diary_seen FROM changes) AS u
      ON c.id = u.contract AND c.version = u.seen AND c.diary_version = u.diary_seen
    WHERE (SELECT is_complete FROM counted)
    FOR NO KEY UPDATE OF c
), weeks AS (
    INSERT INTO contracts_week AS w (contract_id, start, invoice_id, logged, covered)
    SELECT u.contract, u.start, known.id, u.logged, u.covered
    FROM contract JOIN changes u ON u.contract = contract.id JOIN known ON known.week = u.start
    ORDER BY u.start
    ON CONFLICT (contract_id, start) DO UPDATE
    SET (logged, covered) = (
        SELECT (w.logged | u.logged) & ~u.cleared, (w.covered & ~(u.logged | u.cleared)) | u.covered
        FROM changes u WHERE u.start = w.start
    )
    RETURNING w.contract_id, w.start
), due AS (
    -- While the card is asked for something else the week is not due; the card's answer sets when it is.
    UPDATE contracts_contract c
    SET diary_version = c.diary_version + 1,
        due_at = CASE WHEN c.charge IS NULL AND NOT EXISTS (
            SELECT FROM contracts_week w WHERE w.contract_id = c.id AND w.status = 'charging'
        ) THEN least(c.due_at, u.locks) ELSE c.due_at END,
        remind_at = least(c.remind_at, u.reminds)
    FROM (SELECT contract_id, min(start) AS start FROM weeks GROUP BY contract_id) AS earliest
    JOIN changes u ON u.contract = earliest.contract_id AND u.start = earliest.start
    WHERE c.id = earliest.contract_id
)
"""
"""Records changes to weeks of one contract, given as the JSON of `rows`: a piece of a WITH, so that one statement can
write segments too. Let these join `weeks`: it has a row for each week when the change was taken, and none when the
contract or its diary has another version by now or a week is closed. Then nothing is written; read the contract again
and decide anew."""


def rows(contract: Contract, changes: Sequence[WeekChange], at: datetime) -> str:
    """The parameter of RECORD: the changes at `at` to weeks of `contract` as it was read, each week once, as JSON."""
    return json.dumps([_row(contract, change, at) for change in changes])


def record(contract: Contract, changes: Sequence[WeekChange], at: datetime) -> bool:
    """Record the changes and nothing else; whether they were taken. All or none."""
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {RECORD} SELECT count(*) FROM weeks", [rows(contract, changes, at)])
        (written,) = cursor.fetchone()
    return bool(written)


def billed_of(contract: Contract, weeks: Collection[date]) -> date | None:
    """The first of the weeks (Mondays) whose invoice, which is one for all contracts of the client, is closed."""
    invoices = Invoice.objects.filter(
        client=UUID(contract.client), currency=contract.currency, provider=contract.provider, week__in=weeks
    )
    closed = invoices.exclude(status=Invoice.Status.OPEN)
    return closed.order_by("week").values_list("week", flat=True).first()


def weeks_of(
    contract: Contract, *, after: date | None = None, limit: int = 50, newest_first: bool = False
) -> list[Week]:
    """Up to `limit` weeks of the contract, settled ones too, oldest first unless `newest_first`, from the one after the
    Monday `after` on: those that are not settled as `contract` has them."""
    stored = WeekRow.objects.filter(contract_id=contract.id).order_by("-start" if newest_first else "start")
    if after:
        stored = stored.filter(start__gt=after)
    return [week_of(contract, row) for row in stored[:limit]]


def weeks_at(contract: Contract, starts: Collection[date]) -> dict[date, Week]:
    """The contract's weeks of those Mondays, by them, settled or not; one without hours where none were logged. One
    query where some are no part of the snapshot."""
    known = {start: week for start in starts if (week := contract.week(start))}
    missing = [start for start in starts if start not in known]
    settled = WeekRow.objects.filter(contract_id=contract.id, start__in=missing) if missing else ()
    known |= {row.start: week_of(contract, row) for row in settled}
    return {start: known.get(start) or Week(start) for start in starts}


def week_of(contract: Contract, row: WeekRow) -> Week:
    """The week of a row: as `contract` has it or, where it is settled and so no part of the snapshot, as it is
    stored."""
    return contract.week(row.start) or _stored(row)


def _stored(row: WeekRow) -> Week:
    """Bitmaps with nothing in them are not written."""
    return Week(
        row.start,
        row.logged,
        row.covered,
        WeekStatus(row.status),
        row.rate,
        row.minutes,
        row.amount,
        row.fee,
        row.asked_at,
        row.disputed or 0,
        row.decided or 0,
        row.returned or 0,
        row.paid,
        row.refunded,
        row.review_ends,
    )


def _row(contract: Contract, change: WeekChange, at: datetime) -> dict[str, Any]:
    reminds = before_the_end(locks(change.start, contract.policy), contract.policy)
    return {
        "contract": contract.id,
        "seen": contract.version,
        "diary_seen": contract.diary_version,
        "start": change.start.isoformat(),
        "locks": locks(change.start, contract.policy).isoformat(),
        "reminds": reminds.isoformat() if reminds > at else None,
        "invoice": str(uuid7()),
        "logged": to_text(change.logged),
        "covered": to_text(change.covered),
        "cleared": to_text(change.cleared),
    }
