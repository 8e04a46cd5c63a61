"""Somebody gets around the guards of the database, for the tests of audits."""

from __future__ import annotations

from django.db import connection


def tamper(statement: str) -> None:
    """Run a statement with all triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement)
        assert cursor.rowcount > 0, "nothing was tampered with"
        cursor.execute("SET LOCAL session_replication_role = origin")
