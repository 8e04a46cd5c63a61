"""What of a contract's past counts for people's names, noted as it happens, whatever family it belongs to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from amicable.rules.contract import Contract
from amicable.rules.dispute import Dispute
from amicable.rules.hourly import WeekStatus
from amicable.rules.parts import Record, Role

MONTHS_IN_A_QUARTER = 3


def noted(before: Contract, after: Contract, action: str, at: datetime) -> Record:
    """The record of `after`, which came of doing `action` to `before`."""
    record = _payment(before, after, at)
    if action == "decline_terms":
        record = replace(record, declined_terms=True)
    elif action == "week_unpaid":
        record = replace(record, late_weeks=_late(record, after))
    elif action == "dispute_hours":
        record = replace(record, hours_disputes=record.hours_disputes + 1)
    return record


def _payment(before: Contract, after: Contract, at: datetime) -> Record:
    record = after.record
    paid = after.paid - before.paid
    if paid <= 0:
        return record
    quarter = whole_months(after.accepted_at or after.created_at, at) // MONTHS_IN_A_QUARTER
    is_new = quarter > record.last_quarter
    return replace(
        record,
        paid=record.paid + paid,
        quarters=record.quarters + is_new,
        last_quarter=max(quarter, record.last_quarter),
    )


def _late(record: Record, after: Contract) -> tuple[str, ...]:
    """The late weeks, each once, however often the card was asked for it."""
    unpaid = {week.start.isoformat() for week in after.weeks if week.status == WeekStatus.UNPAID}
    return tuple(sorted(unpaid.union(record.late_weeks)))


IN_EFFECT = ("ruling_takes_effect", "decide", "appeal_overdue")
"""What ends a dispute as a mediator ruled: the days for an appeal are over, a second mediator rules, or none does."""


def rulings(contract: Contract) -> list[Dispute]:
    """The disputes that a mediator's ruling ended."""
    return [dispute for dispute in contract.disputes if dispute.closing and dispute.closing.action in IN_EFFECT]


def losers(contract: Contract) -> set[Role]:
    """Who got the smaller part of what was in dispute by a ruling; a half is lost by nobody."""
    return {loser for dispute in rulings(contract) if (loser := loser_of(dispute))}


def loser_of(dispute: Dispute) -> Role | None:
    """Who gets the smaller part by the ruling of this dispute; None for a half."""
    assert dispute.ruling is not None, "a ruling was given"
    released, returned = dispute.ruling.release, dispute.amount - dispute.ruling.release
    if released == returned:
        return None
    return Role.FREELANCER if released < returned else Role.CLIENT


def last_settled_at(contract: Contract) -> datetime | None:
    """When the last dispute came to its end; None where there was none."""
    return max((dispute.closing.at for dispute in contract.disputes if dispute.closing), default=None)


def whole_months(since: datetime, until: datetime) -> int:
    """The calendar months that have passed from one instant to a later one."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - ((until.day, until.time()) < (since.day, since.time()))
