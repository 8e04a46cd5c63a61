"""What accounts hold, with and without a live balance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amicable.books.balances import balance, balances, checkpoint
from amicable.books.reading import rows
from amicable.rules.money import Money

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
IN = "provider:sandbox"


def test_an_account_that_was_never_opened_holds_nothing() -> None:
    assert balance("held:nobody", "USD") == 0
    assert balances("held:nobody") == []


def test_an_account_holds_each_currency_apart(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, "held:f", 250), (IN, "held:f", 1500, "JPY"), (IN, "held:f", 1, "KWD")))
    sql(transfer(("held:f", "available:f", 1, "KWD")))
    assert balances("held:f") == [Money(1500, "JPY"), Money(0, "KWD"), Money(250, "USD")]
    assert balance("held:f", "USD") == 250


def test_the_outside_world_is_owed_what_came_in(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, "held:f", 250), ("held:f", IN, 30), (IN, "held:f", 9, "JPY")))
    assert balances(IN) == [Money(-9, "JPY"), Money(-220, "USD")]


def test_a_checkpoint_changes_no_balance(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, "held:f", 250), ("held:f", "fees:platform", 25)))
    assert checkpoint() == 2
    assert (balance(IN, "USD"), balance("fees:platform", "USD")) == (-250, 25)
    sql(transfer((IN, "held:f", 10), ("held:f", "fees:platform", 1), (IN, "held:f", 7, "JPY")))
    assert (balance(IN, "USD"), balance(IN, "JPY"), balance("fees:platform", "USD")) == (-260, -7, 26)


def test_later_checkpoints_start_from_earlier_ones(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, "held:f", 250), ("held:f", "fees:platform", 25)))
    checkpoint()
    sql(transfer((IN, "held:f", 10)))
    assert checkpoint() == 1
    assert checkpoint() == 0
    kept = rows("SELECT account, balance FROM books_checkpoint ORDER BY through, account")
    assert kept == [("fees:platform", 25), (IN, -250), (IN, -260)]
    assert balance(IN, "USD") == -260


def test_what_lies_before_a_checkpoint_is_not_summed_again(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, "held:f", 250)))
    sql(f"INSERT INTO books_checkpoint (account, currency, through, balance) SELECT '{IN}', 'USD', max(id), -1000 "
        "FROM books_transfer")  # fmt: skip
    sql(transfer((IN, "held:f", 7)))
    assert balance(IN, "USD") == -1007


def test_a_checkpoint_of_empty_books_is_none() -> None:
    assert checkpoint() == 0


@pytest.mark.parametrize("account", ["held:f", "escrow:c"])
def test_accounts_with_a_live_balance_need_no_checkpoint(sql: Run, transfer: Run, account: str) -> None:
    sql(transfer((IN, account, 250)))
    checkpoint()
    assert rows("SELECT account FROM books_checkpoint") == [(IN,)]
