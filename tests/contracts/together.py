"""Several people at the same moment, each on a connection of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, local
from typing import Any

import pytest
from django.db import connection

from amicable.contracts import commit
from amicable.contracts import perform as performing


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed returned; all start together, and each closes its connection."""
    start = Barrier(len(deeds), timeout=10)

    def run(deed: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return [future.result(timeout=30) for future in [threads.submit(run, deed) for deed in deeds]]


@contextmanager
def all_have_read_before_anybody_writes(people: int) -> Iterator[None]:
    """Within, the first contract that each of `people` threads reads is read by all before any of them goes on."""
    everybody = Barrier(people, timeout=10)
    mine = local()
    load = performing.load

    def load_and_wait(*args: Any) -> Any:
        loaded = load(*args)
        if not getattr(mine, "has_waited", False):
            mine.has_waited = True
            everybody.wait()
        return loaded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(performing, "load", load_and_wait)
        yield


def rewritten(monkeypatch: pytest.MonkeyPatch, *changes: tuple[str, str]) -> None:
    """From now on the statement that commits few deeds has other words in it."""
    statement = commit._sent_statement

    def changed(parts: tuple[str, ...]) -> str:
        text = statement(parts)
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return text

    monkeypatch.setattr(commit, "_sent_statement", changed)
