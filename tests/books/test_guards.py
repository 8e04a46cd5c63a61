"""What the database refuses, whatever program writes to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from amicable.books.balances import balance
from amicable.books.ledger import Posting, post
from amicable.books.reading import rows
from amicable.contracts.perform import BusyContractError
from amicable.rules import accounts
from amicable.rules.money import Money
from deals import START, Deal

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
IN, OUT = "provider:sandbox", "escrow:c"


@pytest.fixture(autouse=True)
def _hundred_in_escrow(sql: Run, transfer: Run) -> None:
    sql(transfer((IN, OUT, 100)))


# Transfers


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE books_transfer SET amount = 1",
        "UPDATE books_transfer SET at = at - interval '1 day' WHERE false",
        "DELETE FROM books_transfer",
        "TRUNCATE books_transfer",
        "TRUNCATE books_transfer CASCADE",
        "WITH gone AS (DELETE FROM books_transfer RETURNING *) SELECT * FROM gone",
        "WITH more AS (UPDATE books_transfer SET amount = amount * 2 RETURNING amount) SELECT sum(amount) FROM more",
        "MERGE INTO books_transfer t USING (VALUES (1)) v ON true WHEN MATCHED THEN UPDATE SET amount = 1",
        "MERGE INTO books_transfer t USING (VALUES (1)) v ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_a_transfer_is_never_changed_or_deleted(refuses: Run, statement: str) -> None:
    refuses(statement, "a correction is a new transfer")


def test_a_transfer_is_not_changed_by_way_of_a_conflict(refuses: Run) -> None:
    refuses(
        "INSERT INTO books_transfer (id, source, target, amount, currency, why, at) OVERRIDING SYSTEM VALUE "
        "SELECT id, source, target, amount, currency, why, at FROM books_transfer "
        "ON CONFLICT (id) DO UPDATE SET amount = 1",
        "a correction is a new transfer",
    )


def test_the_ids_of_transfers_are_the_databases_own(refuses: Run) -> None:
    refuses(
        "INSERT INTO books_transfer (id, source, target, amount, currency, why, at) "
        f"VALUES (-1, '{IN}', '{OUT}', 1, 'USD', 'release', now())",
        "cannot insert a non-DEFAULT value",
    )


def test_no_transfer_goes_before_the_first(refuses: Run) -> None:
    refuses(
        "INSERT INTO books_transfer (id, source, target, amount, currency, why, at) OVERRIDING SYSTEM VALUE "
        f"VALUES (0, '{IN}', '{OUT}', 1, 'USD', 'release', now())",
        "books_transfer_id_above_zero",
    )


@pytest.mark.parametrize("amount", [0, -1, "NULL"])
def test_an_amount_is_above_zero(refuses: Run, transfer: Run, amount: object) -> None:
    refuses(transfer((IN, OUT, amount)), "books_transfer_above_zero|not-null")


def test_a_transfer_runs_between_two_accounts(refuses: Run, transfer: Run) -> None:
    refuses(transfer((OUT, OUT, 1)), "books_transfer_two_accounts")


# Balances


def test_an_account_is_not_overdrawn(refuses: Run, transfer: Run) -> None:
    refuses(transfer((OUT, "held:f", 101)), "books_account_not_overdrawn")


def test_an_account_is_not_overdrawn_in_small_steps_within_one_statement(refuses: Run, transfer: Run) -> None:
    refuses(transfer(*[(OUT, "held:f", 30)] * 4), "books_account_not_overdrawn")


def test_money_of_one_currency_does_not_stand_for_another(refuses: Run, transfer: Run) -> None:
    refuses(transfer((OUT, "held:f", 1, "EUR")), "books_account_not_overdrawn")


def test_one_bad_row_takes_the_whole_insert_with_it(refuses: Run, transfer: Run) -> None:
    refuses(transfer((OUT, "held:f", 10), (IN, OUT, 5), ("held:f", "payout:f", 11)), "books_account_not_overdrawn")


def test_rows_of_one_insert_count_together(sql: Run, transfer: Run) -> None:
    sql(transfer(("client:x", "escrow:x", 7), (IN, "client:x", 7)))
    assert (balance("client:x", "USD"), balance("escrow:x", "USD")) == (0, 7)


def test_two_inserts_in_one_statement_both_count(sql: Run, refuses: Run, transfer: Run) -> None:
    into, onward = transfer((IN, "client:x", 7)), transfer(("client:x", "escrow:x", 6))
    sql(f"WITH a AS ({into}), b AS ({onward}) SELECT 1")
    assert (balance("client:x", "USD"), balance("escrow:x", "USD")) == (1, 6)
    refuses(f"WITH a AS ({into}), b AS ({transfer(('client:x', 'escrow:x', 9))}) SELECT 1", "not_overdrawn")


def test_copied_rows_count_like_inserted_ones(sql: Run) -> None:
    del sql
    columns = "source, target, amount, currency, why, at"
    with connection.cursor() as cursor, cursor.copy(f"COPY books_transfer ({columns}) FROM STDIN") as copy:
        copy.write_row((OUT, "held:f", 40, "USD", "release", START))
    assert (balance(OUT, "USD"), balance("held:f", "USD")) == (60, 40)


def test_an_amount_that_no_balance_can_hold_is_refused(refuses: Run, transfer: Run) -> None:
    refuses(transfer(*[(IN, OUT, 2**63 - 1)] * 2), "out of range")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE books_account SET balance = balance + 1",
        "UPDATE books_account SET balance = NULL",
        "UPDATE books_account SET balance = 0 WHERE false",
        "WITH more AS (UPDATE books_account SET balance = balance + 1 RETURNING 1) SELECT * FROM more",
        "MERGE INTO books_account a USING (VALUES (1)) v ON true WHEN MATCHED THEN UPDATE SET balance = 1",
    ],
)
def test_a_balance_changes_only_by_a_transfer(refuses: Run, statement: str) -> None:
    refuses(statement, "a balance changes only by a transfer")


def test_a_balance_does_not_change_behind_the_back_of_a_transfer(refuses: Run, transfer: Run) -> None:
    posting = transfer((OUT, "held:f", 1))
    refuses(
        f"WITH posted AS ({posting} RETURNING 1) UPDATE books_account SET balance = 5 FROM posted",
        "a balance changes only by a transfer",
    )


def test_a_contract_cannot_release_what_its_account_does_not_hold() -> None:
    deal = Deal.funded("USD", "500.00")
    escrow = accounts.escrow(deal.contract.id)
    post([Posting(escrow, "provider:thief", Money(1, "USD"), "release", START)])
    with pytest.raises(BusyContractError):
        deal.approve()
    assert balance(escrow, "USD") == 499_99


# Accounts


@pytest.mark.parametrize("balance", ["5", "0", "NULL"])
@pytest.mark.parametrize("name", ["client:rich", "fees:other"])
def test_an_account_is_opened_by_nothing_but_its_first_transfer(refuses: Run, name: str, balance: str) -> None:
    refuses(
        f"INSERT INTO books_account (name, currency, balance) VALUES ('{name}', 'USD', {balance})",
        "an account is opened by its first transfer",
    )


def test_an_open_account_is_not_given_money_by_opening_it_again(refuses: Run) -> None:
    refuses(
        f"INSERT INTO books_account (name, currency, balance) VALUES ('{OUT}', 'USD', 5) "
        "ON CONFLICT (name, currency) DO UPDATE SET balance = 5",
        "refused",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE books_account SET name = 'held:me'",
        "UPDATE books_account SET currency = 'KWD'",
        "UPDATE books_account SET name = name WHERE false",
    ],
)
def test_an_account_keeps_its_name_and_currency(refuses: Run, statement: str) -> None:
    refuses(statement, "an account keeps its name and currency")


@pytest.mark.parametrize(
    "statement", ["DELETE FROM books_account", "TRUNCATE books_account", "TRUNCATE books_account, books_transfer"]
)
def test_an_account_is_never_deleted(refuses: Run, statement: str) -> None:
    refuses(statement, "an account stays|a correction is a new transfer")


@pytest.mark.parametrize("name", ["clent:x", "escrow:", "escrow", ":x", "held:A", "held:f\n", " held:f", "fees:-x"])
def test_money_does_not_go_to_an_account_of_no_known_kind(refuses: Run, transfer: Run, name: str) -> None:
    refuses(transfer((IN, name, 1)), "books_account_known_kind")


def test_every_account_that_the_rules_name_is_of_a_known_kind(sql: Run, transfer: Run) -> None:
    named = (
        accounts.client,
        accounts.escrow,
        accounts.review,
        accounts.fee_held,
        accounts.held,
        accounts.available,
        accounts.payout,
    )
    sql(transfer(*[(IN, kind("x"), 1) for kind in named], (IN, accounts.PLATFORM_FEES, 1)))


@pytest.mark.parametrize("currency", ["usd", "US", "", "U$D"])
def test_a_currency_is_a_code_of_three_letters(refuses: Run, transfer: Run, currency: str) -> None:
    refuses(transfer((IN, OUT, 1, currency)), "books_account_currency")


def test_a_checkpoint_is_never_changed(sql: Run, refuses: Run) -> None:
    sql("INSERT INTO books_checkpoint (account, currency, through, balance) VALUES ('fees:platform', 'USD', 1, 0)")
    refuses("UPDATE books_checkpoint SET balance = 1", "delete a false checkpoint")


# The trigger's work


def test_a_small_insert_looks_up_its_own_accounts_only_even_after_a_large_one(sql: Run, transfer: Run) -> None:
    sql("DISCARD PLANS")
    sql("UPDATE pg_class SET reltuples = 0, relpages = 29 WHERE relname = 'books_account'")
    sql(transfer(*[(IN, f"held:f{number}", 1) for number in range(3_000)]))
    before = _rows_read()
    sql(transfer((OUT, "held:f1", 1), (OUT, "held:f2", 1)))
    assert _rows_read() - before < 30


def test_a_large_insert_is_quick_whatever_the_statistics_say(sql: Run, transfer: Run) -> None:
    """A table that was emptied says that it has no rows; a plan made for that would compare all accounts with all."""
    sql("DISCARD PLANS")
    sql("UPDATE pg_class SET reltuples = 0, relpages = 29 WHERE relname = 'books_account'")
    before = _rows_read()
    sql(transfer(*[(IN, f"held:f{number}", 1) for number in range(3_000)]))
    assert _rows_read() - before < 30_000


def _rows_read() -> int:
    """Rows of accounts that this transaction has read, by whatever way."""
    columns = "seq_tup_read + coalesce(idx_tup_fetch, 0)"
    return int(rows(f"SELECT {columns} FROM pg_stat_xact_user_tables WHERE relname = 'books_account'")[0][0])


def test_transfers_bear_ids_in_the_order_in_which_an_outcome_names_them() -> None:
    deal = Deal.funded("USD", "500.00", "300.00")
    deal.approve("200.00")
    deal.fund(2)
    outcome = deal.does(deal.client, "end", reason="completed", escrow="release")
    kept = rows(
        "SELECT source, target, amount, why FROM books_transfer WHERE contract = %s AND version = %s ORDER BY id",
        [deal.contract.id, outcome.contract.version],
    )
    assert kept == [(t.source, t.target, t.amount, t.why) for t in outcome.transfers]
    assert len(kept) == 6
