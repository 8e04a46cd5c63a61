"""The audit of contracts against the books."""

from __future__ import annotations

import pytest
from django.db import connection

from amicable.books.ledger import Posting, post
from amicable.contracts import clock
from amicable.contracts import verify as audit
from amicable.contracts.verify import verify
from amicable.rules import accounts
from amicable.rules.money import Money
from deals import START, Deal
from tampering import tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def deal() -> Deal:
    """500 USD funded and 200 of it released, still in the hold."""
    deal = Deal.funded("USD", "500.00", "7.00")
    deal.approve("200.00")
    return deal


def _post(source: str, target: str, amount: int = 1, currency: str = "USD") -> None:
    post([Posting(source, target, Money(amount, currency), "release", START)])


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0


@pytest.mark.parametrize(
    ("currency", "amounts"), [("USD", ("500.01", "33.33")), ("JPY", ("1001", "333")), ("KWD", ("1.001", "0.333"))]
)
def test_contracts_and_books_agree_all_through_a_life(currency: str, amounts: tuple[str, str]) -> None:
    deal = Deal.struck(currency, *amounts)
    third = str(Money(deal.contract.milestones[0].amount // 3, currency).decimal)

    def agree() -> None:
        report = verify()
        assert report.balanced, report

    agree()
    for step in (
        deal.fund,
        lambda: deal.approve(third),
        lambda: deal.pay(third),
        lambda: deal.days_pass(6),
        lambda: deal.does(deal.freelancer, "give_refund", amount=third, note="Too much"),
        lambda: deal.fund(2),
        lambda: deal.does(deal.client, "end", reason="completed", escrow={"release": third}),
        lambda: deal.days_pass(8),
        lambda: deal.pay(third),
        lambda: deal.days_pass(30),
    ):
        step()
        agree()


def test_the_report_counts_the_books_and_bears_the_clocks_time(deal: Deal) -> None:
    clock.start(START)
    report = verify()
    assert (report.accounts, report.transfers, report.entries) == (6, 6, 12)
    assert report.checked_at == START
    del deal


def test_what_is_wrong_with_the_books_is_told_too(deal: Deal) -> None:
    tamper(f"UPDATE books_account SET balance = 0 WHERE name = '{accounts.held(str(deal.freelancer.id))}'")
    assert any("but its entries come to 180.00 USD" in problem for problem in verify().problems)


def test_a_milestone_with_more_than_the_escrow_account(deal: Deal) -> None:
    _run("UPDATE contracts_milestone SET escrow = escrow + 1 WHERE escrow > 0")
    told = verify().problems
    escrow = accounts.escrow(deal.contract.id)
    assert f"{escrow} holds 300.00 USD; by its contract that should be 300.01 USD." in told
    assert (
        f"By contract {deal.contract.id}, 500.01 USD is paid, refunded, in escrow and in review together; by the books "
        "that is 500.00 USD."
    ) in told


def test_escrow_in_another_currency(deal: Deal) -> None:
    escrow = accounts.escrow(deal.contract.id)
    _post("provider:sandbox", escrow, currency="EUR")
    assert verify().problems == (f"{escrow} holds 0.01 EUR; by its contract that should be 0.00 EUR.",)


def test_a_fee_that_is_not_held(deal: Deal) -> None:
    held = accounts.fee_held(deal.contract.id)
    _post(held, accounts.client(deal.contract.client))
    assert verify().problems == (f"{held} holds 14.99 USD; by its contract that should be 15.00 USD.",)


def test_escrow_of_no_contract() -> None:
    _post("provider:sandbox", "escrow:nothing", 5)
    _post("provider:sandbox", "fee_held:nothing", 6)
    assert verify().problems == (
        "escrow:nothing holds 0.05 USD, but there is no such contract.",
        "fee_held:nothing holds 0.06 USD, but there is no such contract.",
    )


def test_a_hold_that_is_no_payments(deal: Deal) -> None:
    freelancer = deal.contract.freelancer
    _post(accounts.held(freelancer), accounts.available(freelancer))
    assert verify().problems == (
        f"held:{freelancer} holds 179.99 USD, but the payments in the hold come to 180.00 USD.",
    )


def test_a_hold_without_an_account(deal: Deal) -> None:
    _run("UPDATE contracts_contract SET currency = 'EUR'")
    assert (
        f"held:{deal.contract.freelancer} holds 0.00 EUR, but the payments in the hold come to 180.00 EUR."
    ) in verify().problems


@pytest.mark.parametrize(
    ("column", "told"),
    [
        ("paid", "200.01 USD is paid; by the books that is 200.00 USD."),
        ("refunded", "0.01 USD is refunded; by the books that is 0.00 USD."),
    ],
)
def test_a_contract_that_says_more_than_the_books(deal: Deal, column: str, told: str) -> None:
    _run(f"UPDATE contracts_contract SET {column} = {column} + 1")
    assert f"By contract {deal.contract.id}, {told}" in verify().problems


def test_fees_that_were_not_earned(deal: Deal) -> None:
    _run(
        "INSERT INTO books_transfer (source, target, currency, amount, why, contract, version, at) "
        f"VALUES ('provider:sandbox', 'fees:platform', 'USD', 5, 'release', '{deal.contract.id}', 1, now())"
    )
    assert (
        f"By contract {deal.contract.id}, 30.00 USD is earned in fees; by the books that is 30.05 USD."
    ) in verify().problems


def test_money_that_came_in_and_went_nowhere(deal: Deal) -> None:
    _run(
        "INSERT INTO books_transfer (source, target, currency, amount, why, contract, version, at) "
        f"VALUES ('provider:sandbox', 'client:x', 'USD', 5, 'card charge', '{deal.contract.id}', 1, now())"
    )
    assert (
        f"By contract {deal.contract.id}, 500.00 USD is paid, refunded, in escrow and in review together; by the books "
        "that is 500.05 USD."
    ) in verify().problems


def test_a_transfer_that_no_event_tells_of(deal: Deal) -> None:
    _run(
        "INSERT INTO books_transfer (source, target, currency, amount, why, contract, version, at) "
        f"VALUES ('provider:sandbox', 'client:x', 'USD', 5, 'gift', '{deal.contract.id}', 4, now())"
    )
    assert verify().problems == (
        f"The ledger of contract {deal.contract.id} has 0.05 USD from provider:sandbox to client:x (gift) in event 4; "
        "its history has not.",
    )


def test_an_event_that_tells_of_another_transfer(deal: Deal) -> None:
    tamper(
        """UPDATE contracts_event SET outcome = jsonb_set(outcome, '{transfers,0,2}', '1') WHERE action = 'approve'"""
    )
    version, held = deal.contract.version, accounts.held(deal.contract.freelancer)
    moved = f"from {accounts.escrow(deal.contract.id)} to {held} (release) in event {version}"
    assert sorted(verify().problems) == [
        f"The history of contract {deal.contract.id} has 0.01 USD {moved}; the ledger has not.",
        f"The ledger of contract {deal.contract.id} has 180.00 USD {moved}; its history has not.",
    ]


@pytest.mark.django_db(transaction=True)
def test_an_audit_works_outside_of_any_transaction_and_before_the_sandboxs_clock_is_started() -> None:
    Deal.funded("USD", "5.00").approve()
    report = verify()
    assert report.balanced, report


def test_every_chunk_of_contracts_is_audited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "CHUNK", 2)
    deals = [Deal.funded("USD", "5.00") for _ in range(5)]
    assert verify().balanced
    _run("UPDATE contracts_contract SET refunded = 1")
    told = [problem for problem in verify().problems if "is refunded" in problem]
    assert len(told) == len(deals)
