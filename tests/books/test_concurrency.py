"""Many at once: nobody's money is lost, nobody waits in a circle, and no sum misses what was on its way."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from amicable.books import balances
from amicable.books.balances import balance, checkpoint
from amicable.books.export import journal
from amicable.books.ledger import Posting, post
from amicable.books.reading import one_moment, rows
from amicable.books.verify import verify
from amicable.rules.money import Money
from deals import START

pytestmark = pytest.mark.django_db(transaction=True)
IN = "provider:sandbox"


def test_two_who_post_opposite_transfers_end_where_they_began() -> None:
    post([_posting(IN, "held:a", 300), _posting(IN, "held:b", 300)])

    def go(source: str, target: str) -> None:
        for _ in range(300):
            post([_posting(source, target, 1)])

    _at_once(lambda: go("held:a", "held:b"), lambda: go("held:b", "held:a"))
    assert (balance("held:a", "USD"), balance("held:b", "USD")) == (300, 300)
    assert verify(START).balanced


def test_large_and_small_inserts_over_the_same_accounts_do_not_wait_in_a_circle() -> None:
    names = [f"held:{number}" for number in range(40)]
    post([_posting(IN, name, 1_000_000) for name in random.Random(0).sample(names, len(names))])

    def go(seed: int, size: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            post([_posting(*chance.sample(names, 2), chance.randint(1, 9)) for _ in range(size)])

    _at_once(lambda: go(1, 200), lambda: go(2, 200), lambda: go(3, 2))
    assert sum(balance(name, "USD") for name in names) == 40_000_000
    assert verify(START).balanced


def test_two_who_open_the_same_accounts_open_them_once() -> None:
    names = [f"held:{number}" for number in range(200)]

    def go(seed: int) -> None:
        post([_posting(IN, name, 1) for name in random.Random(seed).sample(names, len(names))])

    _at_once(lambda: go(1), lambda: go(2))
    assert {balance(name, "USD") for name in names} == {2}


def test_two_who_want_the_last_money_do_not_both_get_it() -> None:
    post([_posting(IN, "held:a", 10)])
    refused = []

    def go() -> None:
        try:
            post([_posting("held:a", "payout:a", 10)])
        except IntegrityError:
            refused.append(True)

    _at_once(go, go)
    assert len(refused) == 1
    assert (balance("held:a", "USD"), balance("payout:a", "USD")) == (0, 10)


def test_a_checkpoint_waits_for_a_transfer_that_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balances, "LOCK_SECONDS", 10)
    post([_posting(IN, "held:c", 4)])
    with _somebody_posting(_posting(IN, "held:a", 1)) as commit, ThreadPoolExecutor() as pool:
        post([_posting(IN, "held:b", 2)])
        waiting = pool.submit(_alone, checkpoint)
        _until(lambda: rows("SELECT 1 FROM pg_locks WHERE relation = 'books_transfer'::regclass AND NOT granted"))
        commit.set()
        assert waiting.result(timeout=10) == 1
    assert rows("SELECT balance FROM books_checkpoint") == [(-7,)]
    assert balance(IN, "USD") == -7


def test_a_checkpoint_gives_up_on_somebody_who_does_not_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(balances, "LOCK_SECONDS", 0.1)
    with _somebody_posting(_posting(IN, "held:a", 1)), pytest.raises(OperationalError, match="lock timeout"):
        checkpoint()
    assert balance(IN, "USD") == -1
    assert checkpoint() == 1


def test_a_checkpoint_is_not_made_inside_somebodys_transaction() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        checkpoint()


def test_an_audit_sees_one_moment_while_others_go_on_posting() -> None:
    post([_posting(IN, "held:a", 1)])
    with one_moment(), ThreadPoolExecutor() as pool:
        before = rows("SELECT count(*) FROM books_transfer")
        pool.submit(_alone, lambda: post([_posting(IN, "held:a", 1)])).result()
        assert rows("SELECT count(*) FROM books_transfer") == before
    assert rows("SELECT count(*) FROM books_transfer") == [(2,)]


def test_a_journal_is_of_one_moment_while_others_go_on_posting(tmp_path: Path) -> None:
    post([_posting(IN, f"held:{number}", 1) for number in range(20)])
    written = journal("hledger")
    file = tmp_path / "books.journal"
    with file.open("w") as out, ThreadPoolExecutor() as pool:
        out.writelines(islice(written, 2))
        pool.submit(_alone, lambda: post([_posting(IN, "held:1", 1)])).result()
        out.writelines(written)
    subprocess.run(["hledger", "check", "--file", str(file)], check=True)
    assert file.read_text().count("release") == 20
    assert "".join(journal("hledger")).count("release") == 21


def _posting(source: str, target: str, amount: int) -> Posting:
    return Posting(source, target, Money(amount, "USD"), "release", START)


def _alone(do: Callable[[], Any]) -> Any:
    """Do it in a thread of its own, and leave no connection behind."""
    try:
        return do()
    finally:
        connection.close()


def _at_once(*doings: Callable[[], None]) -> None:
    start = Barrier(len(doings))

    def run(do: Callable[[], None]) -> None:
        start.wait()
        do()

    with ThreadPoolExecutor(len(doings)) as pool:
        for future in [pool.submit(_alone, lambda do=do: run(do)) for do in doings]:
            future.result(timeout=60)


@contextmanager
def _somebody_posting(posting: Posting) -> Iterator[Event]:
    """Somebody else's transaction that has posted and is not committed before the event is set or the block ends."""
    posted, commit = Event(), Event()

    def go() -> None:
        with transaction.atomic():
            post([posting])
            posted.set()
            commit.wait(10)

    with ThreadPoolExecutor() as pool:
        going = pool.submit(_alone, go)
        try:
            assert posted.wait(10)
            yield commit
        finally:
            commit.set()
            going.result(timeout=10)


def _until(holds: Callable[[], object]) -> None:
    give_up = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.01)
