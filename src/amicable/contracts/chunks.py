"""Work over many rows at once: claimed in chunks that others skip, so any number of workers may share it."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import structlog
from django.db import connection, transaction

log = structlog.get_logger()
T = TypeVar("T")

Claim = Callable[[Collection[str]], list[str]]
"""Locks what is to be done next, without those named, and returns their ids; none when nothing is left."""

Perform = Callable[[Sequence[str]], int]
"""Does what is to be done to those that are locked; returns how many actions that were."""


def in_chunks(claim: Claim, perform: Perform, what: str) -> int:
    """Claim and perform until nothing is left; returns how many actions were performed.

    A chunk is one transaction: a run that is stopped anywhere goes on where it was. What cannot be performed, for
    whatever reason, is logged as `what` with its id and left for the next run; it does not stop the others.
    """
    performed, stuck = 0, set[str]()
    with no_search_for_cycles():
        while True:
            with transaction.atomic():
                ids = claim(stuck)
                if not ids:
                    return performed
                performed += _perform_all(ids, perform, what, stuck)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Snapshots and outcomes refer to each other in no circle. Among as many as a chunk has, Python would search for
    circles again and again, which takes it longer than the rules do."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def side_by_side(run: Callable[[], T], threads: int) -> list[T]:
    """`run` in as many threads, each on a connection of its own, or in the caller's if one is enough; returns what
    each returned. Raises what one of them raises when all are done."""
    if threads <= 1:
        return [run()]
    with ThreadPoolExecutor(threads, thread_name_prefix="chunks") as pool:
        return [done.result() for done in [pool.submit(_on_its_own_connection, run) for _ in range(threads)]]


def _on_its_own_connection(run: Callable[[], T]) -> T:
    try:
        return run()
    finally:
        connection.close()


def _perform_all(ids: Sequence[str], perform: Perform, what: str, stuck: set[str]) -> int:
    try:
        with transaction.atomic():
            return perform(ids)
    except Exception:
        log.warning("chunk_failed", what=what, count=len(ids), exc_info=True)
    return sum(_perform_alone(one, perform, what, stuck) for one in ids)


def _perform_alone(one: str, perform: Perform, what: str, stuck: set[str]) -> int:
    try:
        with transaction.atomic():
            return perform([one])
    except Exception:
        log.exception(f"{what}_stuck", **{what: one})
        stuck.add(one)
        return 0
