"""Outcomes to rows: what a deed writes, by recordset. What is done with them is in `commit`.

A row is a tuple in the order of its recordset's columns. Ids, instants, dates and bitmaps are the text that the
database reads; what goes into jsonb is a value that JSON can hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from amicable.books.ledger import POSTED
from amicable.contracts import record
from amicable.contracts.deed import Deed
from amicable.contracts.names import NAMES, names_rows
from amicable.rules.clocks import due_unseen
from amicable.rules.contract import Contract
from amicable.rules.hourly import HourlyTerms, Week
from amicable.rules.reminders import next_reminder
from amicable.rules.week import SEGMENTS, to_text

Row = tuple[Any, ...]
Rows = Mapping[str, Sequence[Row]]
"""By recordset."""


SEEN = {"id": "uuid", "seen": "int", "diary_seen": "int", "seals_seen": "int"}
"""Which contract, and as which it was read."""

CONTRACT = {
    "version": "int", "status": "text", "description": "text", "accepted_at": "timestamptz",
    "active_at": "timestamptz", "terms_version": "int", "change_rounds": "int", "review_days": "int",
    "dormant": "jsonb", "ended_at": "timestamptz", "due_at": "timestamptz", "remind_at": "timestamptz",
    "paid": "bigint", "refunded": "bigint", "ending": "jsonb", "charge": "jsonb", "proposals": "jsonb",
    "disputes": "jsonb", "chargebacks": "jsonb", "extended": "jsonb", "hourly": "jsonb", "pause": "jsonb",
    "pauses": "jsonb", "seals": "int", "record": "jsonb",
}  # fmt: skip
"""What of a contract's row a deed may change."""

_MILESTONE = {
    "contract": "uuid", "id": "uuid", "title": "text", "amount": "bigint", "due": "date", "status": "text",
    "escrow": "bigint", "paid": "bigint", "submitted_at": "timestamptz", "release_at": "timestamptz", "changes": "int",
    "answer_days": "int",
}  # fmt: skip
_PAYMENT = {
    "contract": "uuid", "id": "uuid", "paid_at": "timestamptz", "gross": "bigint", "left": "bigint", "held": "bigint",
    "available_at": "timestamptz",
}  # fmt: skip
_WEEK = {
    "contract": "uuid", "start": "date", "status": "text", "rate": "bigint", "minutes": "int", "amount": "bigint",
    "fee": "bigint", "asked_at": "timestamptz", "disputed": f"bit({SEGMENTS})", "decided": f"bit({SEGMENTS})",
    "returned": f"bit({SEGMENTS})", "paid": "bigint", "refunded": "bigint", "review_ends": "timestamptz",
}  # fmt: skip
_VERSION = {
    "contract": "uuid", "number": "int", "since": "timestamptz", "proposed_by": "text", "accepted_by": "text",
    "note": "text", "terms": "jsonb", "was": "jsonb",
}  # fmt: skip
_EVENT = {
    "contract": "uuid", "version": "int", "at": "timestamptz", "action": "text", "by": "text", "actor": "uuid",
    "key": "text", "params": "jsonb", "outcome": "jsonb",
}  # fmt: skip

RECORDSETS: Mapping[str, Mapping[str, str]] = {
    "contracts": SEEN | CONTRACT,
    "milestones": _MILESTONE,
    "listed": _MILESTONE | {"position": "int"},
    "left_out": {"contract": "uuid", "id": "uuid"},
    "versions": _VERSION,
    "payments": _PAYMENT,
    "weeks": _WEEK,
    "transfers": POSTED,
    "events": _EVENT,
    "outbox": {"topic": "text", "contract": "uuid", "version": "int", "payload": "jsonb"},
    **NAMES,
}
"""The columns of each recordset, with their types."""


def rows_of(deeds: Sequence[Deed], columns: Collection[str] = CONTRACT.keys()) -> Rows:
    """All rows of the deeds; those of contracts with `columns` alone besides what tells as which they were read."""
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    readers = [(name, _CONTRACT_READERS[name]) for name in CONTRACT if name in columns]
    is_agreed = any(outcome.agreed for deed in deeds for outcome in deed.outcomes)
    for deed in deeds:
        seen, after = deed.seen, deed.after
        rows["contracts"].append(_contract(deed, readers))
        if is_agreed:
            _list_milestones(deed, rows)
        elif after.milestones is not seen.milestones:
            rows["milestones"] += _parts(_MILESTONE_VALUES, seen.milestones, after.milestones, after.id)
        if after.payments is not seen.payments:
            rows["payments"] += _parts(_PAYMENT_VALUES, seen.payments, after.payments, after.id)
        if after.weeks is not seen.weeks:
            rows["weeks"] += _weeks(seen.weeks, after.weeks, after.id)
        _happened(deed, rows)
    for name, named in names_rows(deeds).items():
        rows[name] += named
    return rows


def changed_columns(deeds: Iterable[Deed]) -> frozenset[str]:
    """Which columns of CONTRACT any of the deeds changes."""
    changed = {"version", "due_at", "remind_at"}
    for deed in deeds:
        before, after = _KEPT(deed.seen), _KEPT(deed.after)
        if before != after:
            changed.update(name for name, old, new in zip(_KEPT_NAMES, before, after, strict=True) if old is not new)
    return frozenset(changed)


def _happened(deed: Deed, rows: defaultdict[str, list[Row]]) -> None:
    """Events, with what they move and ask for. What is under seal is no event."""
    last = deed.outcomes[-1]
    key = None if any(outcome.is_sealed for outcome in deed.outcomes) else deed.key
    for outcome in deed.outcomes:
        at = outcome.at.isoformat()
        where = outcome.contract.id, outcome.contract.version
        if not outcome.is_sealed:
            told = outcome.params, record.outcome_to_json(outcome)
            by = outcome.by, outcome.actor, key if outcome is last else None
            rows["events"].append((*where, at, outcome.action, *by, *told))
        for t in outcome.transfers:
            rows["transfers"].append((t.source, t.target, t.currency, t.amount, t.why, *where, at))
        if outcome.charge:
            rows["outbox"].append(("charge", *where, record.part_to_json(outcome.charge)))
        if outcome.card_refund:
            rows["outbox"].append(("card_refund", *where, record.part_to_json(outcome.card_refund)))
        if outcome.notices:
            rows["outbox"].append(("notice", *where, record.notices_to_json(outcome.notices)))


# Contracts


def _contract(deed: Deed, readers: Sequence[tuple[str, Callable[[Contract], Any]]]) -> Row:
    seen, last = deed.seen, deed.outcomes[-1]
    after = last.contract
    clock = due_unseen(after, last.deadlines)
    times = {
        "due_at": clock and record.as_text(clock.at),
        "remind_at": record.as_text(next_reminder(last.deadlines, after.policy, last.at)),
    }
    values = [times[name] if name in times else read(after) for name, read in readers]
    return (after.id, seen.version, seen.diary_version, seen.seals, *values)


@lru_cache(maxsize=4_096)
def _hourly(schedule: tuple[HourlyTerms, ...]) -> list[Any]:
    return [record.part_to_json(terms) for terms in schedule]


def _as_text(name: str) -> Callable[[Any], Any]:
    read = attrgetter(name)
    return lambda value: record.as_text(read(value))


def _as_json(name: str) -> Callable[[Any], Any]:
    read = attrgetter(name)

    def written(value: Any) -> Any:
        part = read(value)
        return [record.part_to_json(one) for one in part] if isinstance(part, tuple) else record.part_to_json(part)

    return written


def _reader(name: str, kind: str) -> Callable[[Any], Any]:
    """How a field's value becomes that of a column of this type."""
    return {"jsonb": _as_json, "timestamptz": _as_text, "date": _as_text}.get(kind, attrgetter)(name)


_CONTRACT_READERS: Mapping[str, Callable[[Contract], Any]] = {
    **{name: _reader(name, kind) for name, kind in CONTRACT.items()},
    "hourly": lambda contract: _hourly(contract.hourly),
    "extended": attrgetter("extended"),
}
_KEPT_NAMES = [name for name in CONTRACT if name not in ("version", "due_at", "remind_at")]
_KEPT: Callable[[Contract], Row] = attrgetter(*_KEPT_NAMES)


# Parts of contracts


def _values(columns: Iterable[str]) -> Callable[[Any], Row]:
    return attrgetter(*(name for name in columns if name != "contract"))


_MILESTONE_VALUES = _values(_MILESTONE)
_PAYMENT_VALUES = _values(_PAYMENT)


def _parts(values: Callable[[Any], Row], before: Sequence[Any], after: Sequence[Any], contract: str) -> list[Row]:
    """The milestones or payments that are not what they were."""
    known = {part.id: part for part in before}
    return [_part(values, part, contract) for part in after if known.get(part.id) is not part]


def _part(values: Callable[[Any], Row], part: Any, contract: str) -> Row:
    return (contract, *(record.as_text(value) for value in values(part)))


def _list_milestones(deed: Deed, rows: defaultdict[str, list[Row]]) -> None:
    """Where terms change: all milestones in their order, those that are left out, and the new versions."""
    after = deed.after
    kept = {milestone.id for milestone in after.milestones}
    rows["listed"] += [(*_part(_MILESTONE_VALUES, m, after.id), place) for place, m in enumerate(after.milestones)]
    rows["left_out"] += [(after.id, m.id) for m in deed.seen.milestones if m.id not in kept]
    for outcome in deed.outcomes:
        if outcome.agreed:
            version = record.part_to_json(outcome.agreed) | {"contract": after.id}
            rows["versions"].append(tuple(version[name] for name in _VERSION))


def _weeks(before: Sequence[Week], after: Sequence[Week], contract: str) -> list[Row]:
    """The weeks that are not what they were. What is logged is the diary's to write."""
    known = {week.start: week for week in before}
    return [_week(week, contract) for week in after if known.get(week.start) is not week]


def _week(week: Week, contract: str) -> Row:
    return (
        contract,
        week.start.isoformat(),
        week.status,
        week.rate,
        week.minutes,
        week.amount,
        week.fee,
        record.as_text(week.asked_at),
        to_text(week.disputed) if week.disputed else None,
        to_text(week.decided) if week.decided else None,
        to_text(week.returned) if week.returned else None,
        week.paid,
        week.refunded,
        record.as_text(week.review_ends),
    )
