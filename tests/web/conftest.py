"""Pages in a real browser, over a database that is emptied after each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

# Playwright's event loop runs in the thread of the tests, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session", autouse=True)
def books_can_be_emptied() -> Iterator[None]:
    """A test that others can see by the network commits; afterwards even the immutable tables are truncated."""
    flush = type(connection.ops).sql_flush

    def without_guards(self: Any, *args: Any, **options: Any) -> list[str]:
        return ["SET LOCAL session_replication_role = replica;", *flush(self, *args, **options)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(connection.ops), "sql_flush", without_guards)
        yield
