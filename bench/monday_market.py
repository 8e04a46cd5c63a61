"""A market by the hour on a Monday at noon: contracts with a week that was worked, loaded by COPY.

`python -m bench.monday_market N` loads N contracts, four a client; `… check` sees that all of them were billed.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import chain
from typing import Any
from uuid import UUID

import django

WEEK = date(2026, 3, 2)
AT = datetime(2026, 3, 9, 12, tzinfo=UTC)
BEGAN = datetime(2026, 1, 5, 9, tzinfo=UTC)
CONTRACTS_A_CLIENT = 4


def main() -> None:
    """Load or check."""
    django.setup()
    if sys.argv[1] == "check":
        check()
    else:
        load(int(sys.argv[1]))


def load(contracts: int) -> None:
    """Make the people, their contracts, the week of each and the clients' open invoices."""
    from django.db import connection

    from amicable.contracts.models import Contract, Invoice, Week

    clients = -(-contracts // CONTRACTS_A_CLIENT)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_person (id, password, name, email, roles, time_zone, member_since, is_active) "
            "SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '!', 'Person ' || n, "
            "n || '@bench.example', '[\"client\", \"freelancer\"]', 'UTC', now(), true FROM generate_series(1, %s) n",
            [clients + contracts],
        )
    _copy(Contract, (_contract(n, clients) for n in range(1, contracts + 1)))
    _copy(Invoice, (_invoice(n) for n in range(1, clients + 1)))
    _copy(Week, (_week(n, clients) for n in range(1, contracts + 1)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def check() -> None:
    """Every week is billed and paid, every invoice is what its weeks come to, and the books hold it, all of it once."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT (SELECT count(*) FROM contracts_week WHERE status <> 'in_review' OR amount = 0),
                   (SELECT count(*) FROM contracts_invoice i
                    WHERE status <> 'paid' OR attempts <> 1 OR (amount, fee) <>
                          (SELECT sum(w.amount), sum(w.fee) FROM contracts_week w WHERE w.invoice_id = i.id)),
                   (SELECT count(*) FROM contracts_contract WHERE version <> 3 OR due_at IS NULL OR remind_at IS NULL),
                   (SELECT 2 * count(*) FROM contracts_contract) - (SELECT count(*) FROM contracts_event),
                   (SELECT 3 * count(*) FROM contracts_contract) - (SELECT count(*) FROM books_transfer),
                   (SELECT count(*) FROM contracts_contract)
                       - (SELECT count(*) FROM contracts_outbox WHERE topic = 'notice'),
                   (SELECT count(*) FROM contracts_outbox WHERE topic <> 'notice'),
                   (SELECT sum(amount) FROM contracts_week)
                       - (SELECT sum(balance) FROM books_account WHERE name LIKE 'review:%'),
                   (SELECT sum(fee) FROM contracts_week)
                       - (SELECT sum(balance) FROM books_account WHERE name LIKE 'fee_held:%')
        """)
        found = cursor.fetchone()
    if any(found):
        raise SystemExit(f"not billed as it should be: {found}")


def _id(kind: str, n: int) -> str:
    return f"00000000-0000-7000-{kind}000-{n:012x}"


def _client(n: int, clients: int) -> int:
    return 1 + n % clients


def _contract(n: int, clients: int) -> dict[str, Any]:
    rate = 2_000 + 137 * (n % 50)
    return {
        "id": _id("9", n),
        "kind": "hourly",
        "title": f"Contract {n}",
        "description": "",
        "currency": "USD",
        "provider": "sandbox",
        "client_id": _id("8", _client(n, clients)),
        "freelancer_id": _id("8", clients + n),
        "policy_id": 1,
        "status": "active",
        "created_at": BEGAN,
        "accepted_at": BEGAN,
        "due_at": AT,
        "hourly": [{"since": "2026-01-05", "rate": rate, "limit_hours": 30 if n % 3 else None, "manual": False}],
        "diary_version": 7,
    }


def _invoice(n: int) -> dict[str, Any]:
    return {
        "id": _id("a", n),
        "client_id": _id("8", n),
        "currency": "USD",
        "provider": "sandbox",
        "week": WEEK,
        "closes_at": AT,
    }


def _week(n: int, clients: int) -> dict[str, Any]:
    logged = _PATTERNS[n % len(_PATTERNS)]
    return {
        "contract_id": _id("9", n),
        "start": WEEK,
        "invoice_id": _id("a", _client(n, clients)),
        "logged": logged,
        "covered": logged,
    }


def _pattern(chance: random.Random) -> int:
    """Seven days, each with some hours from nine o'clock on."""
    bits = 0
    for day in range(7):
        for slot in range(chance.randint(6, 40)):
            bits |= 1 << (day * 144 + 54 + slot)
    return bits


_PATTERNS = [_pattern(random.Random(seed)) for seed in range(64)]


def _copy(model: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Load rows, which all name the same columns, by COPY; what they leave out is the default."""
    from django.db import connection
    from django.db.models.fields import NOT_PROVIDED
    from psycopg.types.json import Json

    first = next(rows)
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.column and (field.db_default is NOT_PROVIDED or field.column in first)
    ]
    json_columns = {field.column for field in fields if field.get_internal_type() == "JSONField"}
    defaults = {field.column: field.get_default() for field in fields}

    def values(row: dict[str, Any]) -> Sequence[Any]:
        whole = {**defaults, **row}
        return [
            Json(whole[f.column]) if f.column in json_columns and whole[f.column] is not None
            else f.get_db_prep_value(whole[f.column], connection) if f.get_internal_type() == "BitmapField"
            else UUID(whole[f.column]) if isinstance(whole[f.column], str) and f.get_internal_type() == "UUIDField"
            else whole[f.column]
            for f in fields
        ]  # fmt: skip

    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in chain([first], rows):
            copy.write_row(values(row))


if __name__ == "__main__":
    main()
