"""Reading the books as of one moment, while others go on posting, and in rows that need not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

CHUNK = 2_000
Values = Sequence[Any] | Mapping[str, Any]


@contextmanager
def one_moment() -> Iterator[None]:
    """All queries of the block see the database as of its first one; inside a transaction they see what that sees."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def rows(statement: str, values: Values = ()) -> list[Any]:
    """All rows that a query answers."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def stream(statement: str, values: Values = ()) -> Iterator[Any]:
    """The rows that a query answers, fetched CHUNK at a time. Inside `one_moment`."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while chunk := cursor.fetchmany(CHUNK):
            yield from chunk
