"""The journal, and what hledger and beancount say of it."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from amicable.books import export as journals
from amicable.books.export import account_name, export
from amicable.books.ledger import Posting, post
from amicable.books.reading import rows
from amicable.contracts import clock
from amicable.contracts.verify import verify
from amicable.payments.withdrawals import withdraw
from amicable.rules import accounts
from amicable.rules.money import Money, parse
from amicable.rules.outcome import Refused
from deals import START, Deal, person
from tampering import tamper

pytestmark = pytest.mark.django_db
Run = Callable[..., Any]
PROGRAMS = {
    "hledger": ["hledger", "check", "--strict", "ordereddates", "--file"],
    "beancount": [sys.executable, "-m", "beancount.scripts.check"],
}
BOTH = pytest.mark.parametrize("format", PROGRAMS)


@pytest.fixture
def a_market() -> None:
    """Three contracts of one freelancer, in currencies of two, no and three decimals, over two months."""
    clock.start(START)
    freelancer = person("Femi", "freelancer")
    for currency, amounts in {"USD": ("500.01", "33.33"), "JPY": ("1001", "333"), "KWD": ("1.001", "0.333")}.items():
        _live(Deal.funded(currency, *amounts, freelancer=freelancer))
    assert verify().balanced


def _live(deal: Deal) -> None:
    """Through a partial release, a bonus, a refund, a withdrawal, an ending and a payment after it."""
    third = Money(deal.contract.milestones[0].amount // 3, deal.contract.currency)
    deal.approve(third.decimal)
    deal.pay(third.decimal)
    deal.days_pass(6)
    deal.does(deal.freelancer, "give_refund", amount=third.decimal, note="Too much")
    assert not isinstance(withdraw(str(deal.freelancer.id), Money(3, third.currency), deal.at), Refused)
    deal.fund(2)
    deal.does(deal.client, "end", reason="completed", escrow={"release": third.decimal})
    deal.days_pass(30)
    deal.pay(third.decimal)


def _written(format: str) -> str:
    out = StringIO()
    export(format, out)
    return out.getvalue()


def _judged(format: str, journal: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the other program says."""
    file = folder / f"books.{'journal' if format == 'hledger' else 'beancount'}"
    file.write_text(journal)
    return subprocess.run([*PROGRAMS[format], str(file)], capture_output=True, text=True, check=False)


def _accepts(format: str, journal: str, folder: Path) -> None:
    judged = _judged(format, journal, folder)
    assert (judged.returncode, judged.stdout + judged.stderr) == (0, "")


@BOTH
@pytest.mark.usefixtures("a_market")
def test_other_programs_confirm_the_books(format: str, tmp_path: Path) -> None:
    _accepts(format, _written(format), tmp_path)


@BOTH
@pytest.mark.usefixtures("a_market")
@pytest.mark.parametrize("currency", ["USD", "JPY", "KWD"])
def test_other_programs_find_one_minor_unit_too_much(format: str, currency: str, tmp_path: Path) -> None:
    tamper(f"UPDATE books_account SET balance = balance + 1 WHERE name LIKE 'available:%' AND currency = '{currency}'")
    judged = _judged(format, _written(format), tmp_path)
    assert judged.returncode != 0
    assert "Liabilities:Available:P-" in judged.stdout + judged.stderr


@BOTH
@pytest.mark.usefixtures("a_market")
def test_every_account_is_asserted_at_the_end(format: str) -> None:
    last = re.split(r"\n\n", _written(format))[-1]
    asserted = re.findall(r"([A-Z]\w+:[\w:-]+) +(?:0 [A-Z]{3} = )?\S+ (?:~ 0 )?([A-Z]{3})$", last, re.MULTILINE)
    opened = rows("SELECT name, currency FROM books_account")
    assert sorted(asserted) == sorted((account_name(name), currency) for name, currency in opened)


@pytest.mark.usefixtures("a_market")
def test_the_platforms_accounts_are_asserted_at_each_turn_of_a_month() -> None:
    journal = _written("beancount")
    asserted = Counter(re.findall(r"^2026-04-01 balance (\S+)", journal, re.MULTILINE))
    assert asserted == {"Income:Fees:Platform": 3, "Assets:Provider:Sandbox": 3}
    assert "2026-04-01 balances\n    Income:Fees:Platform  0 JPY = " in _written("hledger")


@pytest.mark.usefixtures("a_market")
def test_another_programs_sums_are_the_books_sums(tmp_path: Path) -> None:
    file = tmp_path / "books.journal"
    file.write_text(_written("hledger"))
    command = ["hledger", "balance", "--file", str(file), "--flat", "--empty", "--layout=bare", "--output-format=csv"]
    told = csv.reader(StringIO(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    sums = {(account, currency): amount for account, currency, amount in told if account != "account"}
    kept = rows("SELECT account, currency, balance FROM books_balance WHERE balance <> 0")
    assert len(kept) >= 9
    for account, currency, amount in kept:
        assert sums[account_name(account), currency] == (-Money(amount, currency)).decimal


def test_signs_are_an_accountants(sql: Run, transfer: Run) -> None:
    sql(transfer(("provider:sandbox", "client:x", 1050), ("client:x", "fees:platform", 50)))
    told = re.findall(r"^    (\S+)  (\S+) USD$", _written("hledger"), re.MULTILINE)
    assert told == [
        ("Assets:Provider:Sandbox", "10.50"),
        ("Liabilities:Client:P-x", "-10.50"),
        ("Liabilities:Client:P-x", "0.50"),
        ("Income:Fees:Platform", "-0.50"),
    ]


def test_every_account_that_the_rules_name_has_an_accountants_name() -> None:
    named = (
        accounts.client,
        accounts.escrow,
        accounts.review,
        accounts.fee_held,
        accounts.held,
        accounts.available,
        accounts.payout,
    )
    places = [account_name(kind("1f")).split(":")[0] for kind in named]
    assert places == ["Liabilities"] * 7
    assert account_name(accounts.PLATFORM_FEES) == "Income:Fees:Platform"
    assert account_name(accounts.provider("stripe")) == "Assets:Provider:Stripe"


@BOTH
def test_names_and_words_of_any_sort_are_accepted(format: str, sql: Run, transfer: Run, tmp_path: Path) -> None:
    sql(transfer(("provider:3rd-party", "client:af-0", 1), ("provider:x", "held:0", 2, "BHD")))
    post([Posting("provider:x", "held:0", Money(1, "CLP"), 'a; "b" = \\ c\n2026-01-01 open d', START)])
    _accepts(format, _written(format), tmp_path)


@BOTH
def test_empty_books_are_accepted(format: str, tmp_path: Path) -> None:
    _accepts(format, _written(format), tmp_path)


def test_transfers_come_in_the_order_of_their_times() -> None:
    for hours in (5, 1, 3, 1):
        post([Posting("provider:x", "held:a", Money(1, "USD"), "release", START + timedelta(hours=hours))])
    told = [(row["at"], int(row["id"])) for row in csv.DictReader(StringIO(_written("csv")))]
    assert told == sorted(told)
    assert len(told) == 4


@pytest.mark.usefixtures("a_market")
def test_a_sheet_has_every_transfer_as_the_ledger_keeps_it() -> None:
    told = list(csv.DictReader(StringIO(_written("csv"))))
    funded = {row["amount"] for row in told if row["why"] == "escrow funded"}
    assert funded == {"500.01", "33.33", "1001", "333", "1.001", "0.333"}
    kept = rows("SELECT id, source, target, amount, currency, why, contract::text, version FROM books_transfer")
    assert sorted(
        (int(row["id"]), row["source"], row["target"], parse(row["amount"], row["currency"]).amount, row["currency"],
         row["why"], row["contract"] or None, int(row["version"]) if row["version"] else None)
        for row in told
    ) == sorted(kept)  # fmt: skip


@BOTH
@pytest.mark.usefixtures("a_market")
def test_a_journal_is_the_same_in_whatever_chunks_it_is_read(format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _written(format)
    monkeypatch.setattr(journals, "CHUNK", 3)
    monkeypatch.setattr("amicable.books.reading.CHUNK", 3)
    assert _written(format) == whole


def test_there_is_no_other_format() -> None:
    with pytest.raises(KeyError):
        _written("pdf")
