"""What concerns people's names, in rows: feedback, sealed and open, and what ended contracts count for.

It is written by the statement that commits a deed (`commit`), with the deed or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from amicable.contracts import record
from amicable.contracts.deed import Deed
from amicable.contracts.models import Feedback as FeedbackRow
from amicable.contracts.record import Recorded, as_text, instant_or_none, recorded
from amicable.rules.contract import Contract
from amicable.rules.parts import Feedback, Role
from amicable.rules.standing import Counted, counted

NAMES: Mapping[str, Mapping[str, str]] = {
    "discarded": {"contract": "uuid", "by": "text"},
    "feedback": {
        "contract": "uuid", "by": "text", "author": "uuid", "version": "int", "left_at": "timestamptz",
        "stars": "jsonb", "comment": "text", "private_score": "int", "private_reason": "text",
        "opened_at": "timestamptz", "response": "text", "responded_at": "timestamptz", "unlocked_at": "timestamptz",
        "edited_at": "timestamptz", "key": "text", "params": "jsonb", "outcome": "jsonb",
    },
    "reviews": {
        "contract": "uuid", "by": "text", "stars": "jsonb", "comment": "text", "opened_at": "timestamptz",
        "response": "text", "responded_at": "timestamptz", "unlocked_at": "timestamptz", "edited_at": "timestamptz",
    },
    "counted": {
        "contract": "uuid", "side": "text", "person": "uuid", "other": "uuid", "ended_at": "timestamptz",
        "counts_from": "timestamptz", "kind": "text", "weight": "int",
    },
}  # fmt: skip
"""The recordsets, as `rows` has them, with their columns and types."""

WRITE_NAMES: Mapping[str, str] = {
    "discarded": """
    DELETE FROM contracts_feedback f USING {u} JOIN guard ON guard.id = u.contract
    WHERE f.contract_id = u.contract AND f.by = u.by""",
    "feedback": """
    INSERT INTO contracts_feedback (
        contract_id, "by", author, version, left_at, stars, comment, private_score, private_reason, opened_at, response,
        responded_at, unlocked_at, edited_at, key, params, outcome)
    SELECT u.contract, u.by, u.author, u.version, u.left_at, u.stars, u.comment, u.private_score, u.private_reason,
        u.opened_at, u.response, u.responded_at, u.unlocked_at, u.edited_at, u.key, u.params, u.outcome
    FROM {u} JOIN guard ON guard.id = u.contract""",
    "reviews": """
    UPDATE contracts_feedback f
    SET stars = u.stars, comment = u.comment, opened_at = u.opened_at, response = u.response,
        responded_at = u.responded_at, unlocked_at = u.unlocked_at, edited_at = u.edited_at
    FROM {u} JOIN guard ON guard.id = u.contract
    WHERE f.contract_id = u.contract AND f.by = u.by""",
    "counted": """
    INSERT INTO contracts_counted (contract_id, side, person_id, other_id, ended_at, counts_from, kind, weight)
    SELECT u.contract, u.side, u.person, u.other, u.ended_at, u.counts_from, u.kind, u.weight
    FROM {u} JOIN guard ON guard.id = u.contract
    ON CONFLICT (contract_id, side) DO UPDATE
    SET ended_at = excluded.ended_at, counts_from = excluded.counts_from, kind = excluded.kind,
        weight = excluded.weight""",
}
"""What the statement that commits a deed does with each."""

Row = tuple[Any, ...]
OPEN_FIELDS = ("opened_at", "response", "responded_at", "unlocked_at", "edited_at")


def names_rows(deeds: Sequence[Deed]) -> Mapping[str, list[Row]]:
    """The rows of the recordsets of NAMES."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    for deed in deeds:
        seen, after = deed.seen, deed.after
        if after.feedback is not seen.feedback:
            rows["discarded"] += _discarded(seen, after)
            rows["reviews"] += _changed(seen, after)
            rows["feedback"] += _left(deed)
        rows["counted"] += _counted(seen, after)
    return {name: [tuple(row[column] for column in NAMES[name]) for row in some] for name, some in rows.items()}


def feedback_of(row: Sequence[Any]) -> Feedback:
    """Feedback from its row, as LOAD puts it together."""
    by, left_at, stars, comment, private_score, private_reason, opened, response, responded, unlocked, edited = row
    return Feedback(
        by=Role(by),
        left_at=datetime.fromisoformat(left_at),
        stars=tuple(stars),
        comment=comment,
        private_score=private_score,
        private_reason=private_reason,
        opened_at=instant_or_none(opened),
        response=response,
        responded_at=instant_or_none(responded),
        unlocked_at=instant_or_none(unlocked),
        edited_at=instant_or_none(edited),
    )


def sealed_event(author: str, key: str) -> Recorded | None:
    """What `author` (an id) did under seal, under that idempotency key."""
    row = FeedbackRow.objects.filter(author=author, key=key).values(*_EVENT).first()
    return _recorded(row) if row else None


def sealed_events(contract: str, reader: Role, *, since: int) -> list[Recorded]:
    """What was done under seal at the version `since` or later, as far as `reader`'s side may know of it: what it did
    itself, and what has opened. The earliest first; there are two at the most."""
    rows = FeedbackRow.objects.filter(Q(by=reader) | Q(opened_at__isnull=False), contract_id=contract)
    return [_recorded(row) for row in rows.filter(version__gte=since).order_by("version", "left_at").values(*_EVENT)]


_EVENT = ("contract", "version", "left_at", "by", "author", "params", "outcome")


def _recorded(row: dict[str, Any]) -> Recorded:
    given = {**row, "at": row["left_at"], "actor": row["author"], "action": "leave_feedback"}
    return recorded(**{name: value for name, value in given.items() if name not in ("left_at", "author")})


def _discarded(seen: Contract, after: Contract) -> list[dict[str, Any]]:
    kept = {feedback.by for feedback in after.feedback}
    return [{"contract": after.id, "by": feedback.by} for feedback in seen.feedback if feedback.by not in kept]


def _left(deed: Deed) -> list[dict[str, Any]]:
    """What was left under seal, as it stands after the deed: it may have opened with it."""
    rows = []
    for outcome in deed.outcomes:
        feedback = deed.after.feedback_by(outcome.by) if outcome.is_sealed else None
        if feedback:
            row = _row(feedback, deed.seen.id) | {
                "author": outcome.actor,
                "version": outcome.contract.version,
                "left_at": as_text(feedback.left_at),
                "private_score": feedback.private_score,
                "private_reason": feedback.private_reason,
                "key": deed.key,
                "params": outcome.params,
                "outcome": record.outcome_to_json(outcome),
            }
            rows.append(row)
    return rows


def _changed(seen: Contract, after: Contract) -> list[dict[str, Any]]:
    known = {feedback.by: feedback for feedback in seen.feedback}
    return [_row(f, after.id) for f in after.feedback if f.by in known and known[f.by] is not f]


def _row(feedback: Feedback, contract: str) -> dict[str, Any]:
    row = {name: as_text(getattr(feedback, name)) for name in OPEN_FIELDS}
    return row | {"contract": contract, "by": feedback.by, "stars": feedback.stars, "comment": feedback.comment}


def _counted(seen: Contract, after: Contract) -> list[dict[str, Any]]:
    """What the deed changes of what the contract counts for; one that is not over any more counts for nothing."""
    before, now = counted(seen), counted(after)
    if before == now:
        return []
    return [_counted_row(one, one.counts_from) for one in now] or [_counted_row(one, None) for one in before]


def _counted_row(one: Counted, counts_from: datetime | None) -> dict[str, Any]:
    return {
        "contract": one.contract,
        "side": one.side,
        "person": one.person,
        "other": one.other,
        "ended_at": as_text(one.ended_at),
        "counts_from": as_text(counts_from),
        "kind": one.kind,
        "weight": one.weight,
    }
