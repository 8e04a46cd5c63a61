"""The weeks of a contract as they stand, those that are settled included."""

from __future__ import annotations

from datetime import date

from amicable.contracts.models import Week as WeekRow
from amicable.rules.contract import Contract
from amicable.rules.hourly import Week, WeekStatus


def weeks_of(contract: Contract, *, before: date | None = None, limit: int = 50) -> list[Week]:
    """Up to `limit` weeks in which time was logged, the newest first; with `before`, those earlier than that Monday.

    What is not settled is as the snapshot has it, the rest as it was settled.
    """
    rows = WeekRow.objects.filter(contract_id=contract.id)
    if before:
        rows = rows.filter(start__lt=before)
    return [contract.week(row.start) or _settled(row) for row in rows.order_by("-start")[:limit]]


def _settled(row: WeekRow) -> Week:
    return Week(
        row.start,
        logged=row.logged,
        covered=row.covered,
        status=WeekStatus(row.status),
        rate=row.rate,
        minutes=row.minutes,
        amount=row.amount,
        fee=row.fee,
        asked_at=row.asked_at,
        decided=row.decided or 0,
        returned=row.returned or 0,
        paid=row.paid,
        refunded=row.refunded,
        review_ends=row.review_ends,
    )
