"""Posting to the ledger. What the database guards is in `guards.sql`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from amicable.rules.money import Money

POSTED = {
    "source": "text", "target": "text", "currency": "text", "amount": "bigint", "why": "text", "contract": "uuid",
    "version": "int", "at": "timestamptz",
}  # fmt: skip
"""What is posted of a transfer, with the columns' types."""

POST = """
    INSERT INTO books_transfer (source, target, currency, amount, why, contract, version, at)
    SELECT u.source, u.target, u.currency, u.amount, u.why, u.contract, u.version, u.at
    FROM {u}"""
"""Posts the transfers `u`, rows of POSTED. A statement that writes more may contain it and join `u` to what it needs.
"""
POST_BY_COPY = f"COPY books_transfer ({', '.join(POSTED)}) FROM STDIN"
"""Posts rows of POSTED that are written to it."""


def typed(columns: Mapping[str, str]) -> str:
    """Columns with their types, as SQL writes them."""
    return ", ".join(f'"{column}" {kind}' for column, kind in columns.items())


def from_json(columns: Mapping[str, str]) -> str:
    """Where rows `u` come from that are sent as a parameter, a JSON array of objects."""
    return f"json_to_recordset(%s) AS u({typed(columns)})"


_POST_JSON = POST.format(u=from_json(POSTED))


@dataclass(frozen=True, slots=True)
class Posting:
    """Money to move from one account to another, at `at` (UTC)."""

    source: str
    target: str
    amount: Money
    why: str
    at: datetime


def post(postings: Sequence[Posting]) -> None:
    """Post transfers that belong to no contract, all or none.

    Raises IntegrityError when an account would be overdrawn or a posting makes no sense.
    """
    rows = [
        {
            "source": posting.source,
            "target": posting.target,
            "currency": posting.amount.currency,
            "amount": posting.amount.amount,
            "why": posting.why,
            "at": posting.at.isoformat(),
        }
        for posting in postings
    ]
    with connection.cursor() as cursor:
        cursor.execute(_POST_JSON, [json.dumps(rows)])
