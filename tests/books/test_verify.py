"""The audit of the books finds whatever got around the guards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from amicable.books.balances import checkpoint
from amicable.books.reading import rows
from amicable.books.verify import MOST, verify
from deals import START
from tampering import tamper

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
IN = "provider:sandbox"


@pytest.fixture(autouse=True)
def _some_money(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, "held:f", 250), ("held:f", "fees:platform", 25), (IN, "held:g", 7, "JPY")))
    checkpoint()
    sql(transfer((IN, "held:f", 10), ("held:f", "available:f", 30)))
    checkpoint()


def _problems() -> tuple[str, ...]:
    return verify(START).problems


def test_sound_books_balance() -> None:
    report = verify(START)
    assert (report.balanced, report.problems, report.checked_at) == (True, (), START)
    assert (report.accounts, report.transfers, report.entries) == (6, 5, 10)
    assert str(report) == "The books balance: 6 accounts, 5 transfers, 10 entries."


def test_empty_books_balance() -> None:
    tamper("DELETE FROM books_checkpoint")
    tamper("DELETE FROM books_account")
    tamper("DELETE FROM books_transfer")
    assert verify(START).balanced


def test_a_report_lists_what_is_wrong() -> None:
    tamper("UPDATE books_account SET balance = 206 WHERE name = 'held:f'")
    report = verify(START)
    assert not report.balanced
    assert str(report) == "\n- ".join(
        ["The books do not balance (6 accounts, 5 transfers, 10 entries):", *report.problems]
    )


def test_a_balance_that_its_entries_do_not_come_to() -> None:
    tamper("UPDATE books_account SET balance = 206 WHERE name = 'held:f'")
    assert "held:f holds 2.06 USD, but its entries come to 2.05 USD." in _problems()


def test_accounts_of_a_currency_that_do_not_come_to_zero() -> None:
    tamper("UPDATE books_account SET balance = 8 WHERE name = 'held:g'")
    assert "All accounts in JPY together hold 1 JPY, not zero." in _problems()
    assert not any("in USD together" in problem for problem in _problems())


def test_a_transfer_that_moved_no_balance() -> None:
    tamper(
        "INSERT INTO books_transfer (source, target, amount, currency, why, at) "
        "VALUES ('held:f', 'available:f', 1, 'USD', 'release', now())"
    )
    assert _problems() == (
        "available:f holds 0.30 USD, but its entries come to 0.31 USD.",
        "held:f holds 2.05 USD, but its entries come to 2.04 USD.",
    )


def test_a_transfer_that_was_changed() -> None:
    tamper("UPDATE books_transfer SET amount = 26 WHERE target = 'fees:platform'")
    problems = _problems()
    assert "held:f holds 2.05 USD, but its entries come to 2.04 USD." in problems
    assert any(problem.startswith("The checkpoint of fees:platform") for problem in problems)


def test_a_transfer_that_was_deleted() -> None:
    tamper("DELETE FROM books_transfer WHERE currency = 'JPY'")
    assert "held:g holds 7 JPY, but its entries come to 0 JPY." in _problems()


def test_an_account_below_zero() -> None:
    tamper("UPDATE books_transfer SET amount = 1000 WHERE target = 'available:f'")
    assert "held:f is below zero: its entries come to -7.65 USD." in _problems()


def test_the_platforms_own_accounts_may_be_below_zero() -> None:
    assert not any("below zero" in problem for problem in _problems())


def test_an_account_that_was_never_opened() -> None:
    tamper("DELETE FROM books_account WHERE name = 'available:f'")
    assert "available:f was never opened in USD, but its entries come to 0.30 USD." in _problems()


def test_a_currency_that_is_none(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, "held:f", 5, "ABC")))
    assert _problems() == ("There are accounts in ABC, which is no currency.",)
    tamper("UPDATE books_account SET balance = 6 WHERE currency = 'ABC' AND name = 'held:f'")
    assert "held:f holds 6 ABC, but its entries come to 5 ABC." in _problems()


def test_a_false_checkpoint() -> None:
    tamper("UPDATE books_checkpoint SET balance = 26 WHERE account = 'fees:platform'")
    told = [problem for problem in _problems() if "checkpoint" in problem]
    assert len(told) == 1
    assert told[0].startswith("The checkpoint of fees:platform through transfer ")
    assert told[0].endswith(" says 0.26 USD, but the one before it and the entries since come to 0.25 USD.")
    assert "All accounts in USD together hold 0.01 USD, not zero." in _problems()


def test_a_transfer_that_slipped_in_below_a_checkpoint(sql: Run, transfer: Run) -> None:
    unused = rows("SELECT nextval(pg_get_serial_sequence('books_transfer', 'id'))")[0][0]
    sql(transfer((IN, "held:f", 1)))
    checkpoint()
    sql(
        "INSERT INTO books_transfer (id, source, target, amount, currency, why, at) OVERRIDING SYSTEM VALUE "
        f"VALUES ({unused}, '{IN}', 'held:f', 1, 'USD', 'release', now())"
    )
    assert any(problem.startswith(f"The checkpoint of {IN}") for problem in _problems())


def test_no_more_problems_of_a_kind_are_told_than_anybody_reads(sql: Run, transfer: Run) -> None:
    sql(transfer(*[(IN, f"held:{number}", 1) for number in range(MOST + 20)]))
    tamper("UPDATE books_account SET balance = 2 WHERE balance = 1")
    assert len([problem for problem in _problems() if " holds " in problem]) == MOST
