"""What people read of their money."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amicable.books.balances import balances
from amicable.books.ledger import Posting, post
from amicable.contracts.statement import Line, statement, statement_csv
from amicable.people.models import Person
from amicable.rules import accounts
from amicable.rules.money import Money
from amicable.rules.outcome import Why
from deals import START, Deal, person

pytestmark = pytest.mark.django_db


def _lines(who: Person) -> list[tuple[str, str, str]]:
    """Kind, amount and balance of each line."""
    return [(line.kind.value, str(line.amount), str(line.balance)) for line in statement(str(who.id))]


def _all(who: str, limit: int) -> list[Line]:
    """The statement, read page by page."""
    lines: list[Line] = []
    while page := statement(who, after=lines[-1].id if lines else None, limit=limit):
        assert len(page) <= limit
        lines += page
    return lines


def _own(who: str, currency: str) -> int:
    """What the person's own accounts hold."""
    kinds = (accounts.client, accounts.held, accounts.available, accounts.payout)
    return sum(held.amount for kind in kinds for held in balances(kind(who)) if held.currency == currency)


def test_nobody_moved_nothing() -> None:
    assert statement(str(person("Clara", "client").id)) == []


def test_a_client_sees_the_card_the_fee_and_the_escrow() -> None:
    deal = Deal.funded("USD", "500.00", title="A logo")
    assert _lines(deal.client) == [
        ("card charge", "525.00 USD", "525.00 USD"),
        ("client fee charged", "-25.00 USD", "500.00 USD"),
        ("escrow funded", "-500.00 USD", "0.00 USD"),
    ]
    line = statement(str(deal.client.id))[0]
    assert (line.at, line.contract) == (START, deal.contract.id)
    assert line.description == "Your card was charged for “A logo”."


def test_a_client_sees_escrow_and_fee_go_back_to_the_card() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.freelancer, "end", reason="other")
    assert _lines(deal.client)[3:] == [
        ("escrow refund", "500.00 USD", "500.00 USD"),
        ("client fee returned", "25.00 USD", "525.00 USD"),
        ("refund to the card", "-525.00 USD", "0.00 USD"),
    ]


def test_a_freelancer_sees_a_release_gross_with_the_service_fee_beside_it_and_the_end_of_the_hold() -> None:
    deal = Deal.funded("USD", "500.00", title="A logo")
    deal.approve("200.00")
    deal.days_pass(6)
    assert _lines(deal.freelancer) == [
        ("release", "200.00 USD", "200.00 USD"),
        ("service fee", "-20.00 USD", "180.00 USD"),
        ("security hold ended", "0.00 USD", "180.00 USD"),
    ]
    assert [line.description for line in statement(str(deal.freelancer.id))] == [
        "Released to you for “A logo”, before the service fee. It is in the security hold at first.",
        "Service fee for “A logo”.",
        "180.00 USD for “A logo” can be withdrawn: the security hold has ended. Your balance had it already.",
    ]


def test_several_releases_at_once_each_have_their_fee() -> None:
    deal = Deal.funded("USD", "500.00", "33.33")
    deal.approve("1.00")
    deal.fund(2)
    deal.does(deal.client, "end", reason="completed", escrow="release")
    assert [line[:2] for line in _lines(deal.freelancer)[2:]] == [
        ("release", "499.00 USD"),
        ("service fee", "-49.90 USD"),
        ("release", "33.33 USD"),
        ("service fee", "-3.33 USD"),
    ]


def test_a_payment_is_the_same_sum_for_both_sides_and_its_service_fee_the_freelancers() -> None:
    deal = Deal.struck("USD", "500.00")
    deal.pay("50.00")
    assert _lines(deal.client)[2:] == [("payment", "-50.00 USD", "0.00 USD")]
    assert _lines(deal.freelancer) == [
        ("payment", "50.00 USD", "50.00 USD"),
        ("service fee", "-5.00 USD", "45.00 USD"),
    ]


def test_a_refund_is_the_same_sum_for_both_sides_and_comes_from_what_there_is() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.approve("200.00")
    deal.days_pass(6)
    deal.approve("100.00")
    deal.does(deal.freelancer, "give_refund", amount="250.00", note="Too much")
    assert _lines(deal.freelancer)[-3:] == [
        ("refund", "-90.00 USD", "180.00 USD"),
        ("service fee returned", "25.00 USD", "205.00 USD"),
        ("refund", "-160.00 USD", "45.00 USD"),
    ]
    assert _lines(deal.client)[3:] == [
        ("refund", "90.00 USD", "90.00 USD"),
        ("refund", "160.00 USD", "250.00 USD"),
        ("client fee returned", "12.50 USD", "262.50 USD"),
        ("refund to the card", "-262.50 USD", "0.00 USD"),
    ]


def test_a_fee_that_takes_all_of_a_payment_stands_alone() -> None:
    """A tenth of 0.04 is nothing, rounded half up, and a tenth of 0.05 a cent: the fifth cent is all fee."""
    deal = Deal.struck("USD", "500.00")
    deal.pay("0.04")
    deal.pay("0.01")
    assert _lines(deal.client)[-1:] == [("service fee", "-0.01 USD", "0.00 USD")]
    assert _lines(deal.freelancer) == [("payment", "0.04 USD", "0.04 USD")]
    deal.does(deal.freelancer, "give_refund", amount="0.01", note="Never mind")
    assert ("service fee returned", "0.01 USD", "0.01 USD") in _lines(deal.client)


def test_a_withdrawal_leaves_the_balance_when_it_is_sent() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.approve("200.00")
    deal.days_pass(6)
    available, payout = accounts.available(str(deal.freelancer.id)), accounts.payout(str(deal.freelancer.id))
    for source, target, why in (
        (available, payout, Why.WITHDRAWAL),
        (payout, available, Why.PAYOUT_FAILED),
        (available, payout, Why.WITHDRAWAL),
        (payout, accounts.provider("sandbox"), Why.PAYOUT),
    ):
        post([Posting(source, target, Money(50_00, "USD"), why, deal.at)])
    lines = statement(str(deal.freelancer.id))[-4:]
    assert [(line.kind, str(line.amount), str(line.balance)) for line in lines] == [
        (Why.WITHDRAWAL, "0.00 USD", "180.00 USD"),
        (Why.PAYOUT_FAILED, "0.00 USD", "180.00 USD"),
        (Why.WITHDRAWAL, "0.00 USD", "180.00 USD"),
        (Why.PAYOUT, "-50.00 USD", "130.00 USD"),
    ]
    assert lines[0].description.startswith("50.00 USD is on its way to your bank.")
    assert {line.contract for line in lines} == {None}


@pytest.fixture
def busy() -> str:
    """Somebody who is a freelancer in three currencies and a client too, after all that can happen."""
    me = person("Femi", "freelancer")
    for currency, amounts in {"USD": ("500.01", "33.33"), "JPY": ("1001", "333"), "KWD": ("1.001", "0.333")}.items():
        deal = Deal.funded(currency, *amounts, freelancer=me)
        third = Money(deal.contract.milestones[0].amount // 3, currency).decimal
        deal.approve(third)
        deal.pay(third)
        deal.days_pass(6)
        deal.approve(third)
        deal.does(deal.freelancer, "give_refund", amount=third, note="Too much")
        deal.does(deal.client, "end", reason="completed", escrow="refund")
        deal.days_pass(30)
    mine = Deal.struck("USD", "90.00", client=me)
    mine.fund()
    mine.approve("30.00")
    mine.does(mine.freelancer, "end", reason="other")
    return str(me.id)


def test_every_line_adds_up_to_the_balance_and_the_last_to_what_the_books_hold(busy: str) -> None:
    running = {"USD": 0, "JPY": 0, "KWD": 0}
    for line in statement(busy, limit=1_000):
        running[line.amount.currency] += line.amount.amount
        assert line.balance.amount == running[line.amount.currency] >= 0
    assert running == {currency: _own(busy, currency) for currency in running}
    assert all(running.values())


@pytest.mark.parametrize("limit", [1, 2, 7])
def test_pages_of_any_size_are_the_same_statement(busy: str, limit: int) -> None:
    whole = statement(busy, limit=1_000)
    assert _all(busy, limit) == whole
    assert [line.id for line in whole] == sorted({line.id for line in whole})


def test_the_newest_lines_come_first_where_that_is_asked_for(busy: str) -> None:
    lines = statement(busy)
    newest = statement(busy, limit=2, newest_first=True)

    assert newest == [lines[-1], lines[-2]]
    assert statement(busy, after=newest[-1].id, newest_first=True) == lines[-3::-1]


def test_a_statement_is_one_query_however_long(busy: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        statement(busy, limit=1_000)
    assert len(queries) == 1


def test_a_sheet_has_the_whole_statement(busy: str) -> None:
    out = StringIO()
    statement_csv(busy, out)
    told = list(csv.DictReader(StringIO(out.getvalue())))
    lines = statement(busy, limit=1_000)
    assert [(row["kind"], row["amount"], row["currency"], row["balance"], row["description"]) for row in told] == [
        (line.kind.value, line.amount.decimal, line.amount.currency, line.balance.decimal, line.description)
        for line in lines
    ]
    assert told[0]["at"] == "2026-03-02T09:00:00Z"
    assert told[0]["contract"] == lines[0].contract


def test_a_title_is_told_as_it_is() -> None:
    deal = Deal.funded("USD", "5.00", title="=1+{moved} “%s”")
    assert statement(str(deal.client.id))[0].description == "Your card was charged for “=1+{moved} “%s””."
