"""Rows to snapshots and outcomes to rows: one query to load contracts however old they are, one statement to commit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db import connection

from amicable.books.ledger import POST
from amicable.contracts import record
from amicable.contracts.models import Policy as PolicyRow
from amicable.contracts.names import NAMES, feedback_of, names_rows
from amicable.rules.clocks import due_unseen
from amicable.rules.contract import Contract, Status
from amicable.rules.hourly import HourlyTerms, Week, WeekStatus
from amicable.rules.outcome import Outcome
from amicable.rules.parts import Milestone, MilestoneStatus, Payment
from amicable.rules.policy import Policy
from amicable.rules.reminders import next_reminder
from amicable.rules.timeline import RulesFault
from amicable.rules.week import SEGMENTS, from_text, to_text

T = TypeVar("T")
REFUNDABLE = timedelta(days=730)
"""Older payments are no part of the snapshot: no policy lets refunds be given for longer."""

LOAD = """
SELECT c.id::text, c.version, c.kind, c.title, c.description, c.currency, c.provider,
       c.client_id::text, c.freelancer_id::text, c.policy_id, c.status, c.created_at, c.accepted_at, c.active_at,
       c.terms_version, c.change_rounds, c.review_days, c.dormant, c.ended_at, c.paid, c.refunded, c.ending, c.charge,
       c.proposals, c.disputes, c.chargebacks, c.extended, c.hourly, c.pause, c.pauses, c.diary_version, c.seals,
       c.record,
       coalesce(a.balance, 0),
       (SELECT json_agg(json_build_array(m.id, m.title, m.amount, m.due, m.status, m.escrow, m.paid, m.submitted_at,
                                         m.release_at, m.changes) ORDER BY m.position)
        FROM contracts_milestone m WHERE m.contract_id = c.id),
       (SELECT json_agg(json_build_array(p.id, p.paid_at, p.gross, p.left, p.held, p.available_at)
                        ORDER BY p.paid_at, p.id)
        FROM contracts_payment p WHERE p.contract_id = c.id AND (p.held > 0 OR p.left > 0 AND p.paid_at > %s)),
       CASE c.kind WHEN 'hourly' THEN (
           SELECT json_agg(json_build_array(w.start, w.logged, w.covered, w.status, w.rate, w.minutes, w.amount, w.fee,
                                            w.asked_at, w.disputed, w.decided, w.returned, w.paid, w.refunded,
                                            w.review_ends) ORDER BY w.start)
           FROM contracts_week w WHERE w.contract_id = c.id AND w.status NOT IN ('paid', 'refunded')
       ) END,
       (SELECT json_agg(json_build_array(f.by, f.left_at, f.stars, f.comment, f.private_score, f.private_reason,
                                         f.opened_at, f.response, f.responded_at, f.unlocked_at, f.edited_at)
                        ORDER BY f.left_at, f.by)
        FROM contracts_feedback f WHERE f.contract_id = c.id)
FROM contracts_contract c
LEFT JOIN books_account a ON a.name = 'available:' || c.freelancer_id AND a.currency = c.currency
"""
# By one id the plan is made once and kept; by many it depends on how many.
LOAD_ONE = LOAD + "WHERE c.id = %s"
LOAD_MANY = LOAD + "WHERE c.id = ANY(%s)"


# What people say does not change the version, so it may have been written since: activity only moves ahead.
_ROWS = """
WITH guard AS (
    UPDATE contracts_contract c
    SET version = u.version, status = u.status, description = u.description, accepted_at = u.accepted_at,
        active_at = greatest(c.active_at, u.active_at), terms_version = u.terms_version,
        change_rounds = u.change_rounds, review_days = u.review_days, dormant = u.dormant, ended_at = u.ended_at,
        due_at = u.due_at, remind_at = u.remind_at, paid = u.paid, refunded = u.refunded, ending = u.ending,
        charge = u.charge, proposals = u.proposals, disputes = u.disputes, chargebacks = u.chargebacks,
        extended = u.extended, hourly = u.hourly, pause = u.pause, pauses = u.pauses, seals = u.seals, record = u.record
    FROM json_to_recordset(%s) AS u(
        id uuid, seen int, diary_seen int, version int, status text, description text, accepted_at timestamptz,
        active_at timestamptz, terms_version int, change_rounds int, review_days int, dormant jsonb,
        ended_at timestamptz, due_at timestamptz, remind_at timestamptz, paid bigint, refunded bigint, ending jsonb,
        charge jsonb, proposals jsonb, disputes jsonb, chargebacks jsonb, extended jsonb, hourly jsonb, pause jsonb,
        pauses jsonb, seals_seen int, seals int, record jsonb)
    WHERE c.id = u.id AND c.version = u.seen AND c.diary_version = u.diary_seen AND c.seals = u.seals_seen
    RETURNING c.id
), {milestones}
), payments AS (
    INSERT INTO contracts_payment (id, contract_id, paid_at, gross, "left", held, available_at)
    SELECT u.id, u.contract, u.paid_at, u.gross, u."left", u.held, u.available_at
    FROM json_to_recordset(%s) AS u(
        contract uuid, id uuid, paid_at timestamptz, gross bigint, "left" bigint, held bigint, available_at timestamptz)
    JOIN guard ON guard.id = u.contract
    ON CONFLICT (id) DO UPDATE SET "left" = excluded."left", held = excluded.held
), weeks AS (
    UPDATE contracts_week w
    SET status = u.status, rate = u.rate, minutes = u.minutes, amount = u.amount, fee = u.fee, asked_at = u.asked_at,
        disputed = u.disputed, decided = u.decided, returned = u.returned, paid = u.paid, refunded = u.refunded,
        review_ends = u.review_ends
    FROM json_to_recordset(%s) AS u(
        contract uuid, start date, status text, rate bigint, minutes int, amount bigint, fee bigint,
        asked_at timestamptz, disputed bit({segments}), decided bit({segments}), returned bit({segments}),
        paid bigint, refunded bigint, review_ends timestamptz)
    JOIN guard ON guard.id = u.contract
    WHERE w.contract_id = u.contract AND w.start = u.start
), transfers AS (
    {post} JOIN guard ON guard.id = u.contract
), events AS (
    INSERT INTO contracts_event (contract_id, version, at, action, by, actor, key, params, outcome)
    SELECT u.contract, u.version, u.at, u.action, u.by, u.actor, u.key, u.params, u.outcome
    FROM json_to_recordset(%s) AS u(
        contract uuid, version int, at timestamptz, action text, by text, actor uuid, key text, params jsonb,
        outcome jsonb)
    JOIN guard ON guard.id = u.contract
), outbox AS (
    INSERT INTO contracts_outbox (topic, contract, version, payload)
    SELECT u.topic, u.contract, u.version, u.payload
    FROM json_to_recordset(%s) AS u(topic text, contract uuid, version int, payload jsonb)
    JOIN guard ON guard.id = u.contract
)"""
WRITTEN = " SELECT count(*) FROM guard"
_MILESTONES = """milestones AS (
    UPDATE contracts_milestone m
    SET status = u.status, escrow = u.escrow, paid = u.paid, submitted_at = u.submitted_at, release_at = u.release_at,
        changes = u.changes
    FROM json_to_recordset(%s) AS u(
        contract uuid, id uuid, status text, escrow bigint, paid bigint, submitted_at timestamptz,
        release_at timestamptz, changes int)
    JOIN guard ON guard.id = u.contract
    WHERE m.id = u.id"""
# Where terms change, milestones come, go, and are written anew.
_AGREED = """listed AS (
    INSERT INTO contracts_milestone (
        id, contract_id, position, title, amount, due, status, escrow, paid, submitted_at, release_at, changes)
    SELECT u.id, u.contract, u.position, u.title, u.amount, u.due, u.status, u.escrow, u.paid, u.submitted_at,
           u.release_at, u.changes
    FROM json_to_recordset(%s) AS u(
        contract uuid, id uuid, position int, title text, amount bigint, due date, status text, escrow bigint,
        paid bigint, submitted_at timestamptz, release_at timestamptz, changes int)
    JOIN guard ON guard.id = u.contract
    ON CONFLICT (id) DO UPDATE
    SET position = excluded.position, title = excluded.title, amount = excluded.amount, due = excluded.due,
        status = excluded.status, escrow = excluded.escrow, paid = excluded.paid,
        submitted_at = excluded.submitted_at, release_at = excluded.release_at, changes = excluded.changes
), left_out AS (
    DELETE FROM contracts_milestone m
    USING json_to_recordset(%s) AS u(contract uuid, id uuid) JOIN guard ON guard.id = u.contract
    WHERE m.id = u.id
), versions AS (
    INSERT INTO contracts_terms (contract_id, number, since, proposed_by, accepted_by, note, terms, was)
    SELECT u.contract, u.number, u.since, u.proposed_by, u.accepted_by, u.note, u.terms, u.was
    FROM json_to_recordset(%s) AS u(
        contract uuid, number int, since timestamptz, proposed_by text, accepted_by text, note text, terms jsonb,
        was jsonb)
    JOIN guard ON guard.id = u.contract"""


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be committed to one contract: outcomes that follow from each other, from the snapshot `seen` on."""

    seen: Contract
    outcomes: Sequence[Outcome]
    key: str | None = None
    """The idempotency key of the actor: of the last outcome, or of the one under seal."""


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


def commit(deeds: Sequence[Deed]) -> int:
    """Write the deeds, each only if its contract still has the version that was seen; returns how many were.

    One statement, so all that belongs to a deed is written or nothing of it. Guards of the database raise
    IntegrityError.
    """
    with connection.cursor() as cursor:
        cursor.execute(*_statement(deeds))
        (written,) = cursor.fetchone()
    return int(written)


def commit_locked(deeds: Sequence[Deed]) -> None:
    """Write deeds to contracts that are locked, so all of them; raises RulesFault when one was not written."""
    written = commit(deeds)
    if written != len(deeds):
        raise RulesFault(f"{len(deeds)} contracts were locked, {written} were written")


def _statement(deeds: Sequence[Deed]) -> tuple[str, list[str]]:
    """The statement that commits the deeds, with its parameters; what concerns terms and names is in it where it has
    to be."""
    names = names_rows([(deed.seen, deed.outcomes, deed.key) for deed in deeds])
    is_agreed = any(outcome.agreed for deed in deeds for outcome in deed.outcomes)
    contracts, *others = _rows(deeds)
    milestones = _listed(deeds) if is_agreed else [_changed_milestones(deeds)]
    rows = [contracts, *milestones, *others, *(names if any(names) else ())]
    statement = _longer(is_agreed=is_agreed, has_names=any(names)) if is_agreed or any(names) else COMMIT
    return statement, [json.dumps(part) for part in rows]


@cache
def _longer(*, is_agreed: bool, has_names: bool) -> str:
    return _rows_of(_AGREED if is_agreed else _MILESTONES) + (NAMES if has_names else "") + WRITTEN


def _rows_of(milestones: str) -> str:
    return _ROWS.format(milestones=milestones, post=POST, segments=SEGMENTS)


COMMIT = _rows_of(_MILESTONES) + WRITTEN
"""Commits deeds by which no terms change and in which no names are concerned, as most are."""


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
        created_at=created_at,
        accepted_at=accepted_at,
        active_at=active_at,
        terms_version=terms_version,
        change_rounds=change_rounds,
        review_days=review_days,
        dormant=record.dormancy_from_json(_json(dormant)),
        ended_at=ended_at,
        paid=paid,
        refunded=refunded,
        ending=record.ending_from_json(_json(ending)),
        charge=record.charge_from_json(_json(charge)),
        proposals=_values(proposals, record.proposal_from_json),
        disputes=_values(disputes, record.dispute_from_json),
        chargebacks=_values(chargebacks, record.chargeback_from_json),
        extended=tuple(_json(extended)),
        hourly=_values(hourly, record.hourly_from_json),
        pause=record.pause_from_json(_json(pause)),
        pauses=tuple(map(record.past_pause_from_json, _json(pauses))),
        diary_version=diary_version,
        feedback=tuple(map(feedback_of, feedback or ())),
        seals=seals,
        record=_value(past, record.record_from_json),
        freelancer_available=available,
        milestones=tuple(map(_milestone, milestones or ())),
        payments=tuple(map(_payment, payments or ())),
        weeks=tuple(map(_week, weeks or ())),
    )


@lru_cache(maxsize=4_096)
def _value(text: str, read: Callable[[Any], T]) -> T:
    """A part of a contract from its JSON. Parts are values, and many contracts have equal ones."""
    return read(json.loads(text))


@lru_cache(maxsize=4_096)
def _values(text: str, read: Callable[[Any], T]) -> tuple[T, ...]:
    """Parts of a contract from their JSON."""
    return tuple(map(read, json.loads(text)))


def _json(value: Any) -> Any:
    """Django leaves jsonb of raw queries as text."""
    return json.loads(value) if isinstance(value, str) else value


def _milestone(row: Sequence[Any]) -> Milestone:
    id_, title, amount, due_on, status, escrow, paid, submitted_at, release_at, changes = row
    return Milestone(
        id_,
        title,
        amount,
        due_on and date.fromisoformat(due_on),
        MilestoneStatus(status),
        escrow,
        paid,
        submitted_at and datetime.fromisoformat(submitted_at),
        release_at and datetime.fromisoformat(release_at),
        changes,
    )


def _payment(row: Sequence[Any]) -> Payment:
    id_, paid_at, gross, left, held, available_at = row
    return Payment(id_, datetime.fromisoformat(paid_at), gross, left, held, datetime.fromisoformat(available_at))


def _week(row: Sequence[Any]) -> Week:
    start, logged, covered, status, rate, minutes, amount, fee, asked_at = row[:9]
    disputed, decided, returned, paid, refunded, ends = row[9:]
    return Week(
        date.fromisoformat(start),
        from_text(logged),
        from_text(covered),
        WeekStatus(status),
        rate,
        minutes,
        amount,
        fee,
        asked_at and datetime.fromisoformat(asked_at),
        from_text(disputed) if disputed else 0,
        from_text(decided) if decided else 0,
        from_text(returned) if returned else 0,
        paid,
        refunded,
        ends and datetime.fromisoformat(ends),
    )


def _rows(deeds: Sequence[Deed]) -> tuple[list[Any], ...]:
    """The rows of COMMIT's parameters, in its order, without those of milestones."""
    contracts: list[Any] = []
    payments: list[Any] = []
    weeks: list[Any] = []
    transfers: list[Any] = []
    events: list[Any] = []
    outbox: list[Any] = []
    for deed in deeds:
        last = deed.outcomes[-1]
        after = last.contract
        is_sealed = any(outcome.is_sealed for outcome in deed.outcomes)
        contracts.append(_contract_row(deed.seen, last))
        payments += _changed(deed.seen.payments, after.payments, after.id)
        if after.weeks is not deed.seen.weeks:
            weeks += _week_rows(deed.seen.weeks, after.weeks, after.id)
        for outcome in deed.outcomes:
            if not outcome.is_sealed:
                events.append(_event_row(outcome, deed.key if outcome is last and not is_sealed else None))
            transfers += _transfer_rows(outcome)
            outbox += _outbox_rows(outcome)
    return contracts, payments, weeks, transfers, events, outbox


def _changed_milestones(deeds: Sequence[Deed]) -> list[dict[str, Any]]:
    """The milestones that are not what they were."""
    pairs = ((deed.seen, deed.outcomes[-1].contract) for deed in deeds)
    return [row for seen, after in pairs for row in _changed(seen.milestones, after.milestones, after.id)]


def _listed(deeds: Sequence[Deed]) -> tuple[list[Any], ...]:
    """Where terms change: all milestones in their order, those that are left out, and the new versions."""
    listed: list[Any] = []
    left_out: list[Any] = []
    versions: list[Any] = []
    for deed in deeds:
        after = deed.outcomes[-1].contract
        kept = {milestone.id for milestone in after.milestones}
        where = {"contract": after.id}
        listed += [_part_row(m, after.id) | {"position": position} for position, m in enumerate(after.milestones)]
        left_out += [{"id": m.id, **where} for m in deed.seen.milestones if m.id not in kept]
        agreed = (outcome.agreed for outcome in deed.outcomes if outcome.agreed)
        versions += [record.part_to_json(version) | where for version in agreed]
    return listed, left_out, versions


def _contract_row(seen: Contract, last: Outcome) -> dict[str, Any]:
    after = last.contract
    next_clock = due_unseen(after, last.deadlines)
    return {
        "id": after.id,
        "seen": seen.version,
        "diary_seen": seen.diary_version,
        "version": after.version,
        "status": after.status,
        "description": after.description,
        "accepted_at": _text(after.accepted_at),
        "active_at": _text(after.active_at),
        "terms_version": after.terms_version,
        "change_rounds": after.change_rounds,
        "review_days": after.review_days,
        "dormant": record.part_to_json(after.dormant),
        "ended_at": _text(after.ended_at),
        "due_at": next_clock and _text(next_clock.at),
        "remind_at": _text(next_reminder(last.deadlines, after.policy, last.at)),
        "paid": after.paid,
        "refunded": after.refunded,
        "ending": record.part_to_json(after.ending),
        "charge": record.part_to_json(after.charge),
        "proposals": [record.part_to_json(proposal) for proposal in after.proposals],
        "disputes": [record.part_to_json(dispute) for dispute in after.disputes],
        "chargebacks": [record.part_to_json(chargeback) for chargeback in after.chargebacks],
        "extended": after.extended,
        "hourly": _hourly(after.hourly),
        "pause": record.part_to_json(after.pause),
        "pauses": [record.part_to_json(past) for past in after.pauses],
        "seals_seen": seen.seals,
        "seals": after.seals,
        "record": record.part_to_json(after.record),
    }


@lru_cache(maxsize=4_096)
def _hourly(schedule: tuple[HourlyTerms, ...]) -> list[Any]:
    return [record.part_to_json(terms) for terms in schedule]


def _changed(before: Sequence[Any], after: Sequence[Any], contract: str) -> list[dict[str, Any]]:
    """The milestones or payments that are not what they were."""
    known = {part.id: part for part in before}
    return [_part_row(part, contract) for part in after if known.get(part.id) is not part]


def _part_row(part: Any, contract: str) -> dict[str, Any]:
    row = {name: getattr(part, name) for name in part.__slots__}
    return {name: _text(value) if isinstance(value, date) else value for name, value in row.items()} | {
        "contract": contract
    }


def _week_rows(before: Sequence[Week], after: Sequence[Week], contract: str) -> list[dict[str, Any]]:
    """The weeks that are not what they were. What is logged is the diary's to write."""
    known = {week.start: week for week in before}
    return [_week_row(week, contract) for week in after if known.get(week.start) is not week]


def _week_row(week: Week, contract: str) -> dict[str, Any]:
    return {
        "contract": contract,
        "start": week.start.isoformat(),
        "status": week.status,
        "rate": week.rate,
        "minutes": week.minutes,
        "amount": week.amount,
        "fee": week.fee,
        "asked_at": _text(week.asked_at),
        "disputed": to_text(week.disputed) if week.disputed else None,
        "decided": to_text(week.decided) if week.decided else None,
        "returned": to_text(week.returned) if week.returned else None,
        "paid": week.paid,
        "refunded": week.refunded,
        "review_ends": _text(week.review_ends),
    }


def _transfer_rows(outcome: Outcome) -> list[dict[str, Any]]:
    where = {"contract": outcome.contract.id, "version": outcome.contract.version, "at": _text(outcome.at)}
    return [
        {"source": t.source, "target": t.target, "currency": t.currency, "amount": t.amount, "why": t.why, **where}
        for t in outcome.transfers
    ]


def _event_row(outcome: Outcome, key: str | None) -> dict[str, Any]:
    return {
        "contract": outcome.contract.id,
        "version": outcome.contract.version,
        "at": _text(outcome.at),
        "action": outcome.action,
        "by": outcome.by,
        "actor": outcome.actor,
        "key": key,
        "params": outcome.params,
        "outcome": record.outcome_to_json(outcome),
    }


def _outbox_rows(outcome: Outcome) -> list[dict[str, Any]]:
    where = {"contract": outcome.contract.id, "version": outcome.contract.version}
    rows = []
    if outcome.charge:
        rows.append({"topic": "charge", "payload": record.part_to_json(outcome.charge), **where})
    if outcome.card_refund:
        rows.append({"topic": "card_refund", "payload": record.part_to_json(outcome.card_refund), **where})
    if outcome.notices:
        rows.append({"topic": "notice", "payload": [record.notice_to_json(n) for n in outcome.notices], **where})
    return rows


def _text(at: date | None) -> str | None:
    return at.isoformat() if at else None
