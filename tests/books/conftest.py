"""Raw SQL on the ledger, as any program might send it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from amicable.books.reading import rows

Sql = Callable[[str], None]
Refuses = Callable[[str, str], None]


def everything() -> list[Any]:
    """All transfers, accounts and checkpoints."""
    tables = ("books_transfer", "books_account", "books_checkpoint")
    return [rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


@pytest.fixture
def sql() -> Sql:
    """Runs statements that are expected to work."""

    def run(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


@pytest.fixture
def refuses() -> Refuses:
    """Runs a statement that the database must refuse, saying so, and that must leave everything as it was."""

    def run(statement: str, why: str) -> None:
        before = everything()
        with pytest.raises(DatabaseError, match=why), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert everything() == before

    return run


@pytest.fixture
def transfer() -> Callable[..., str]:
    """Makes an INSERT of transfers from rows of (source, target, amount[, currency])."""

    def make(*transfers: tuple[Any, ...]) -> str:
        values = ", ".join(
            f"('{source}', '{target}', {amount}, '{(*currency, 'USD')[0]}', 'release', now())"
            for source, target, amount, *currency in transfers
        )
        return f"INSERT INTO books_transfer (source, target, amount, currency, why, at) VALUES {values}"

    return make
