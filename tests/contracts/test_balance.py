"""What a person has."""

from __future__ import annotations

import pytest

from amicable.books.ledger import Posting, post
from amicable.contracts.balance import Balance, balances_of
from amicable.rules import accounts
from amicable.rules.money import Money
from deals import START, Deal, person

pytestmark = pytest.mark.django_db


def _balance(currency: str, available: int = 0, held: int = 0, escrow: int = 0) -> Balance:
    return Balance(currency, *(Money(amount, currency) for amount in (available, held, 0, escrow)))


def test_somebody_new_has_nothing_in_no_currency() -> None:
    assert balances_of(str(person("Clara", "client").id)) == []


def test_both_sides_see_what_is_in_escrow() -> None:
    deal = Deal.funded("USD", "500.00", "7.00")
    assert balances_of(str(deal.client.id)) == balances_of(str(deal.freelancer.id)) == [_balance("USD", escrow=500_00)]


def test_a_freelancers_money_is_held_and_then_available() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.approve("200.00")
    assert balances_of(str(deal.freelancer.id)) == [_balance("USD", held=180_00, escrow=300_00)]
    assert balances_of(str(deal.client.id)) == [_balance("USD", escrow=300_00)]
    deal.days_pass(6)
    assert balances_of(str(deal.freelancer.id)) == [_balance("USD", available=180_00, escrow=300_00)]


def test_money_on_its_way_to_the_bank_is_not_available() -> None:
    me = str(person("Femi", "freelancer").id)
    post([Posting("provider:sandbox", accounts.available(me), Money(50, "USD"), "release", START)])
    post([Posting(accounts.available(me), accounts.payout(me), Money(20, "USD"), "withdrawal", START)])
    assert balances_of(me) == [_balance("USD", available=30)]


def test_contracts_of_one_currency_come_together_and_currencies_apart_in_order() -> None:
    me = person("Femi", "freelancer")
    for currency, amount in (("USD", "5.00"), ("KWD", "1.001"), ("USD", "6.00"), ("JPY", "7")):
        Deal.funded(currency, amount, freelancer=me)
    assert balances_of(str(me.id)) == [
        _balance("JPY", escrow=7),
        _balance("KWD", escrow=1_001),
        _balance("USD", escrow=11_00),
    ]


def test_a_contract_without_money_shows_its_currency() -> None:
    deal = Deal.struck("JPY", "7")
    assert balances_of(str(deal.client.id)) == [_balance("JPY")]


def test_other_peoples_money_is_not_mine() -> None:
    Deal.funded("USD", "500.00").approve()
    assert balances_of(str(person("Nora", "freelancer").id)) == []
