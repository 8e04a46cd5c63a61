"""One statement commits deeds: contracts, parts of them, transfers, history and outbox, or nothing of it.

The rows come to it as JSON, a parameter for each recordset. Those of many deeds, whose contracts are locked, come by
COPY: what changes rows into tables that live as long as the same statement takes, and what only adds rows, which is
most of it, straight to where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from msgspec.json import encode

from amicable.books.ledger import POST, POST_BY_COPY, from_json, typed
from amicable.contracts.deed import Deed
from amicable.contracts.names import WRITE_NAMES
from amicable.contracts.rows import CONTRACT, RECORDSETS, SEEN, Row, changed_columns, rows_of
from amicable.rules.timeline import RulesFault

MANY = 50
"""From so many deeds on, COPY costs less than it saves."""

_GUARD = """
WITH guard AS (
    UPDATE contracts_contract c SET {changed} FROM {u}
    WHERE c.id = u.id AND c.version = u.seen AND c.diary_version = u.diary_seen AND c.seals = u.seals_seen
    RETURNING c.id
)"""
_COUNTED = " SELECT count(*) FROM guard"

_WRITE: Mapping[str, str] = {
    "milestones": """
    UPDATE contracts_milestone m
    SET status = u.status, escrow = u.escrow, paid = u.paid, submitted_at = u.submitted_at, release_at = u.release_at,
        changes = u.changes, answer_days = u.answer_days
    FROM {u} JOIN guard ON guard.id = u.contract
    WHERE m.id = u.id""",
    # Where terms change, milestones come, go, and are written anew.
    "listed": """
    INSERT INTO contracts_milestone (
        id, contract_id, position, title, amount, due, status, escrow, paid, submitted_at, release_at, changes,
        answer_days)
    SELECT u.id, u.contract, u.position, u.title, u.amount, u.due, u.status, u.escrow, u.paid, u.submitted_at,
           u.release_at, u.changes, u.answer_days
    FROM {u} JOIN guard ON guard.id = u.contract
    ON CONFLICT (id) DO UPDATE
    SET position = excluded.position, title = excluded.title, amount = excluded.amount, due = excluded.due,
        status = excluded.status, escrow = excluded.escrow, paid = excluded.paid,
        submitted_at = excluded.submitted_at, release_at = excluded.release_at, changes = excluded.changes,
        answer_days = excluded.answer_days""",
    "left_out": """
    DELETE FROM contracts_milestone m USING {u} JOIN guard ON guard.id = u.contract WHERE m.id = u.id""",
    "versions": """
    INSERT INTO contracts_terms (contract_id, number, since, proposed_by, accepted_by, note, terms, was)
    SELECT u.contract, u.number, u.since, u.proposed_by, u.accepted_by, u.note, u.terms, u.was
    FROM {u} JOIN guard ON guard.id = u.contract""",
    "payments": """
    INSERT INTO contracts_payment (id, contract_id, paid_at, gross, "left", held, available_at)
    SELECT u.id, u.contract, u.paid_at, u.gross, u."left", u.held, u.available_at
    FROM {u} JOIN guard ON guard.id = u.contract
    ON CONFLICT (id) DO UPDATE SET "left" = excluded."left", held = excluded.held""",
    "weeks": """
    UPDATE contracts_week w
    SET status = u.status, rate = u.rate, minutes = u.minutes, amount = u.amount, fee = u.fee, asked_at = u.asked_at,
        disputed = u.disputed, decided = u.decided, returned = u.returned, paid = u.paid, refunded = u.refunded,
        review_ends = u.review_ends
    FROM {u} JOIN guard ON guard.id = u.contract
    WHERE w.contract_id = u.contract AND w.start = u.start""",
    "transfers": POST + " JOIN guard ON guard.id = u.contract",
    "events": """
    INSERT INTO contracts_event (contract_id, version, at, action, by, actor, key, params, outcome)
    SELECT u.contract, u.version, u.at, u.action, u.by, u.actor, u.key, u.params, u.outcome
    FROM {u} JOIN guard ON guard.id = u.contract""",
    "outbox": """
    INSERT INTO contracts_outbox (topic, contract, version, payload)
    SELECT u.topic, u.contract, u.version, u.payload
    FROM {u} JOIN guard ON guard.id = u.contract""",
    **WRITE_NAMES,
}
"""What the statement does with each recordset, of those contracts that are as they were read."""

ALWAYS = ("milestones", "payments", "weeks", "transfers", "events", "outbox")
"""Recordsets of the statement for few deeds: most have rows in some of these and in no other, and a statement that
stays the same is planned once."""

_ADD: Mapping[str, str] = {
    "transfers": POST_BY_COPY,
    "events": """
    COPY contracts_event (contract_id, version, at, action, by, actor, key, params, outcome) FROM STDIN""",
    "outbox": """
    COPY contracts_outbox (topic, contract, version, payload) FROM STDIN""",
}
"""How rows are added that the statement inserts as they are, when nothing can have happened to their contracts."""

Carried = Callable[[str], str]
"""Where the rows of a recordset come from, as the statement names it."""


def commit(deeds: Sequence[Deed]) -> int:
    """Write the deeds, each only if its contract still has the version that was seen; returns how many were.

    One statement, so all that belongs to a deed is written or nothing of it. Guards of the database raise
    IntegrityError.
    """
    rows = rows_of(deeds)
    parts = tuple(name for name in _WRITE if name in ALWAYS or rows.get(name))
    with connection.cursor() as cursor:
        cursor.execute(_sent_statement(parts), [_json(name, rows.get(name, ())) for name in ("contracts", *parts)])
        return int(cursor.fetchone()[0])


def commit_locked(deeds: Sequence[Deed]) -> None:
    """Write deeds to contracts that are locked, so all of them or, where the database refuses, none.

    Raises RulesFault when one of the contracts was not as it was seen; the caller's transaction is to be given up.
    """
    if len(deeds) >= MANY:
        _commit_by_copy(deeds)
    elif deeds:
        _see_that_all_were_written(commit(deeds), deeds)


def _see_that_all_were_written(written: int, deeds: Sequence[Deed]) -> None:
    if written != len(deeds):
        raise RulesFault(f"{len(deeds)} contracts were locked, {written} were written")


def _json(name: str, rows: Sequence[Row]) -> str:
    columns = RECORDSETS[name]
    return encode([dict(zip(columns, row, strict=True)) for row in rows]).decode()


@cache
def _sent_statement(parts: tuple[str, ...]) -> str:
    return _statement(parts, CONTRACT, lambda name: from_json(RECORDSETS[name]))


@transaction.atomic
def _commit_by_copy(deeds: Sequence[Deed]) -> None:
    """Of contracts only the columns that change, of recordsets only those with rows."""
    columns = changed_columns(deeds)
    rows = {name: some for name, some in rows_of(deeds, columns).items() if some}
    changed = [name for name in CONTRACT if name in columns]
    parts = tuple(name for name in _WRITE if name in rows and name not in _ADD)
    with connection.cursor() as cursor:
        _carry(cursor, "contracts", [*SEEN, *changed], rows["contracts"])
        for name in parts:
            _carry(cursor, name, list(RECORDSETS[name]), rows[name])
        cursor.execute(_statement(parts, changed, lambda name: f"pg_temp.{_table(name)} AS u"))
        _see_that_all_were_written(cursor.fetchone()[0], deeds)
        cursor.execute(f"DROP TABLE {', '.join(f'pg_temp.{_table(name)}' for name in ('contracts', *parts))}")
        for name, to in _ADD.items():
            if name in rows:
                _copy(cursor, to, list(RECORDSETS[name].values()), rows[name])


def _carry(cursor: CursorWrapper, name: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Rows to a table of their own."""
    kinds = {column: RECORDSETS[name][column] for column in columns}
    cursor.execute(f"CREATE TEMP TABLE {_table(name)} ({typed(kinds)})")
    _copy(cursor, f"COPY pg_temp.{_table(name)} FROM STDIN", list(kinds.values()), rows)


def _copy(cursor: CursorWrapper, to: str, kinds: Sequence[str], rows: Sequence[Row]) -> None:
    jsons = [place for place, kind in enumerate(kinds) if kind == "jsonb"]
    with cursor.copy(to) as copy:
        for row in rows:
            copy.write_row(_with_json(row, jsons))


def _with_json(row: Row, places: Collection[int]) -> Sequence[Any]:
    if not places:
        return row
    values = list(row)
    for place in places:
        if values[place] is not None:
            values[place] = encode(values[place]).decode()
    return values


def _table(name: str) -> str:
    return f"deeds_{name}"


def _statement(parts: Collection[str], changed: Collection[str], carried: Carried) -> str:
    # What people say does not change the version, so it may have been written since: activity only moves ahead.
    to = {"active_at": "greatest(c.active_at, u.active_at)"}
    sets = ", ".join(f"{name} = {to.get(name, f'u.{name}')}" for name in changed)
    guard = _GUARD.format(changed=sets, u=carried("contracts"))
    return guard + "".join(f", {name} AS ({_WRITE[name].format(u=carried(name))}\n)" for name in parts) + _COUNTED
