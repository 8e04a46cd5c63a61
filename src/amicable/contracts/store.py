"""Rows to snapshots: one query loads contracts, however old they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db import connection
from msgspec.json import decode

from amicable.contracts import record
from amicable.contracts.models import Policy as PolicyRow
from amicable.contracts.names import feedback_of
from amicable.rules.contract import Contract, Status
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.parts import Milestone, MilestoneStatus, Payment
from amicable.rules.policy import Policy
from amicable.rules.week import from_text

T = TypeVar("T")
REFUNDABLE = timedelta(days=730)
"""Older payments are no part of the snapshot: no policy lets refunds be given for longer."""

LOAD = """
SELECT c.id::text, c.version, c.kind, c.title, c.description, c.currency, c.provider,
       c.client_id::text, c.freelancer_id::text, c.policy_id, c.status, c.created_at::text, c.accepted_at::text,
       c.active_at::text, c.terms_version, c.change_rounds, c.review_days, c.dormant, c.ended_at::text, c.paid,
       c.refunded, c.ending, c.charge, c.proposals, c.disputes, c.chargebacks, c.extended, c.hourly, c.pause,
       c.pauses, c.diary_version, c.seals, c.record,
       coalesce(a.balance, 0),
       (SELECT json_agg(json_build_array(m.id, m.title, m.amount, m.due, m.status, m.escrow, m.paid, m.submitted_at,
                                         m.release_at, m.changes, m.answer_days) ORDER BY m.position)::text
        FROM contracts_milestone m WHERE m.contract_id = c.id),
       (SELECT json_agg(json_build_array(p.id, p.paid_at, p.gross, p.left, p.held, p.available_at)
                        ORDER BY p.paid_at, p.id)::text
        FROM contracts_payment p WHERE p.contract_id = c.id AND (p.held > 0 OR p.left > 0 AND p.paid_at > %s)),
       CASE c.kind WHEN 'hourly' THEN (
           SELECT json_agg(json_build_array(w.start, w.logged, nullif(w.covered, w.logged), w.status, w.rate, w.minutes,
                                            w.amount, w.fee, w.asked_at, w.disputed, w.decided, w.returned, w.paid,
                                            w.refunded, w.review_ends) ORDER BY w.start)::text
           FROM contracts_week w WHERE w.contract_id = c.id AND w.status NOT IN ('paid', 'refunded')
       ) END,
       (SELECT json_agg(json_build_array(f.by, f.left_at, f.stars, f.comment, f.private_score, f.private_reason,
                                         f.opened_at, f.response, f.responded_at, f.unlocked_at, f.edited_at)
                        ORDER BY f.left_at, f.by)::text
        FROM contracts_feedback f WHERE f.contract_id = c.id)
FROM contracts_contract c
LEFT JOIN books_account a ON a.name = 'available:' || c.freelancer_id AND a.currency = c.currency
"""
# By one id the plan is made once and kept; by many it depends on how many.
LOAD_ONE = LOAD + "WHERE c.id = %s"
LOAD_MANY = LOAD + "WHERE c.id = ANY(%s)"


@cache
def policy(version: int) -> Policy:
    """A version of the operator's figures. It never changes, so it is read once."""
    figures = PolicyRow.objects.get(version=version).figures
    known = {field.name for field in fields(Policy)}
    values: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in figures.items() if name in known
    }
    return Policy(**{**values, "version": version})


def load(contract_id: str, at: datetime) -> Contract | None:
    """The contract's snapshot at `at`, or None when there is no such contract. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD_ONE, [at - REFUNDABLE, contract_id])
        row = cursor.fetchone()
    return _contract(row) if row else None


def load_many(ids: Iterable[str], at: datetime) -> list[Contract]:
    """The snapshots, at `at`, of the contracts with those ids; those that do not exist are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD_MANY, [at - REFUNDABLE, list(ids)])
        return [_contract(row) for row in cursor.fetchall()]


def _contract(row: Sequence[Any]) -> Contract:
    (
        id_, version, kind, title, description, currency, provider, client, freelancer, policy_version, status,
        created_at, accepted_at, active_at, terms_version, change_rounds, review_days, dormant, ended_at, paid,
        refunded, ending, charge, proposals, disputes, chargebacks, extended, hourly, pause, pauses, diary_version,
        seals, past, available, milestones, payments, weeks, feedback,
    ) = row  # fmt: skip
    return Contract(
        id=id_,
        version=version,
        kind=kind,
        title=title,
        description=description,
        currency=currency,
        provider=provider,
        client=client,
        freelancer=freelancer,
        policy=policy(policy_version),
        status=Status(status),
        created_at=datetime.fromisoformat(created_at),
        accepted_at=record.instant_or_none(accepted_at),
        active_at=record.instant_or_none(active_at),
        terms_version=terms_version,
        change_rounds=change_rounds,
        review_days=review_days,
        dormant=_value(dormant, record.dormancy_from_json),
        ended_at=record.instant_or_none(ended_at),
        paid=paid,
        refunded=refunded,
        ending=_value(ending, record.ending_from_json),
        charge=_value(charge, record.charge_from_json),
        proposals=_values(proposals, record.proposal_from_json),
        disputes=_values(disputes, record.dispute_from_json),
        chargebacks=_values(chargebacks, record.chargeback_from_json),
        extended=_values(extended, str),
        hourly=_values(hourly, record.hourly_from_json),
        pause=_value(pause, record.pause_from_json),
        pauses=_values(pauses, record.past_pause_from_json),
        diary_version=diary_version,
        feedback=tuple(map(feedback_of, _rows(feedback))),
        seals=seals,
        record=_value(past, record.record_from_json),
        freelancer_available=available,
        milestones=tuple(map(_milestone, _rows(milestones))),
        payments=tuple(map(_payment, _rows(payments))),
        weeks=tuple(map(_week, _rows(weeks))),
    )


@lru_cache(maxsize=4_096)
def _value(text: str | None, read: Callable[[Any], T]) -> T:
    """A part of a contract from its JSON. Parts are values, and many contracts have equal ones."""
    return read(decode(text) if text else None)


@lru_cache(maxsize=4_096)
def _values(text: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    """Parts of a contract from their JSON."""
    return tuple(map(read, decode(text)))


def _rows(text: str | None) -> Sequence[Any]:
    return decode(text) if text else ()


def _milestone(row: Sequence[Any]) -> Milestone:
    id_, title, amount, due_on, status, escrow, paid, submitted_at, release_at, changes, answer_days = row
    return Milestone(
        id_,
        title,
        amount,
        due_on and date.fromisoformat(due_on),
        MilestoneStatus(status),
        escrow,
        paid,
        record.instant_or_none(submitted_at),
        record.instant_or_none(release_at),
        changes,
        answer_days,
    )


def _payment(row: Sequence[Any]) -> Payment:
    id_, paid_at, gross, left, held, available_at = row
    return Payment(id_, datetime.fromisoformat(paid_at), gross, left, held, datetime.fromisoformat(available_at))


def _week(row: Sequence[Any]) -> Week:
    start, logged, covered, status, rate, minutes, amount, fee, asked_at = row[:9]
    disputed, decided, returned, paid, refunded, ends = row[9:]
    segments = from_text(logged)
    return Week(
        date.fromisoformat(start),
        segments,
        from_text(covered) if covered else segments,
        WeekStatus(status),
        rate,
        minutes,
        amount,
        fee,
        record.instant_or_none(asked_at),
        from_text(disputed) if disputed else 0,
        from_text(decided) if decided else 0,
        from_text(returned) if returned else 0,
        paid,
        refunded,
        record.instant_or_none(ends),
    )
