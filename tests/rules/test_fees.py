"""Fees are cumulative: how a sum is split changes nothing, and what goes back takes its share along, to the cent."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amicable.rules.money import Money
from amicable.rules.policy import Policy
from rules.play import Play, days, moves

CURRENCIES = st.sampled_from(["USD", "JPY", "KWD"])
FIGURES = st.builds(Policy, freelancer_fee_bp=st.integers(0, 10_000), client_fee_bp=st.integers(0, 10_000))
PARTS = st.lists(st.integers(1, 500), min_size=1, max_size=8)


def written(amount: int, currency: str) -> str:
    return Money(amount, currency).decimal


@given(parts=PARTS, currency=CURRENCIES, policy=FIGURES)
@settings(max_examples=60, deadline=None)
def test_any_split_of_a_sum_pays_the_same_fees(parts: list[int], currency: str, policy: Policy) -> None:
    whole = Play(written(sum(parts), currency), currency=currency, policy=policy).funded()
    whole.client("approve", milestone=whole.id(1))
    split = Play(written(sum(parts), currency), currency=currency, policy=policy).funded()
    for part in parts:
        split.client("approve", milestone=split.id(1), amount=written(part, currency))
        assert split.balances["fee_held"] >= 0
    assert split.balances == whole.balances


@given(parts=PARTS, currency=CURRENCIES, policy=FIGURES)
@settings(max_examples=40, deadline=None)
def test_milestones_bonuses_and_one_payment_of_the_same_sum_pay_the_same_fees(
    parts: list[int], currency: str, policy: Policy
) -> None:
    milestones = Play(*[written(part, currency) for part in parts], currency=currency, policy=policy)
    bonuses = Play(written(1, currency), currency=currency, policy=policy).accepted()
    for number, part in enumerate(parts, start=1):
        milestones.funded(number).client("approve", milestone=milestones.id(number))
        bonuses.paid(written(part, currency))
    once = Play(written(1, currency), currency=currency, policy=policy).accepted().paid(written(sum(parts), currency))
    milestones.balances["escrow"] = 0
    assert +milestones.balances == +bonuses.balances == +once.balances


@given(
    paid=st.integers(1, 3_000),
    back=st.lists(st.integers(1, 600), max_size=6),
    currency=CURRENCIES,
    policy=st.builds(Policy, freelancer_fee_bp=st.integers(0, 9_999), client_fee_bp=st.integers(0, 10_000)),
)
@settings(max_examples=60, deadline=None)
def test_a_refund_returns_exactly_its_share_of_both_fees(
    paid: int, back: list[int], currency: str, policy: Policy
) -> None:
    play = Play(written(1, currency), currency=currency, policy=policy).accepted().paid(written(paid, currency))
    left = paid
    for amount in back:
        if amount <= left:
            play.freelancer("give_refund", amount=written(amount, currency), note="Sorry.")
            left -= amount
            assert play.balances["fee_held"] == 0
    as_if = Play(written(1, currency), currency=currency, policy=policy).accepted()
    if left:
        as_if.paid(written(left, currency))
    assert +play.balances == +as_if.balances, "as if only the rest had ever been paid"
    assert play.balances["provider"] == as_if.balances["provider"]


@given(
    prices=st.lists(st.integers(1, 400), min_size=1, max_size=5),
    release=st.integers(0, 10_000),
    currency=CURRENCIES,
    policy=st.builds(
        Policy,
        freelancer_fee_bp=st.integers(0, 10_000),
        client_fee_bp=st.integers(0, 10_000),
        milestones_funded_at_once=st.just(5),
    ),
)
@settings(max_examples=60, deadline=None)
def test_nothing_of_the_fee_is_left_when_all_is_settled(
    prices: list[int], release: int, currency: str, policy: Policy
) -> None:
    play = Play(*[written(price, currency) for price in prices], currency=currency, policy=policy)
    for number in range(1, len(prices) + 1):
        play.funded(number)
    part = sum(prices) * release // 10_000
    play.asked_back(written(part, currency))
    play.wait(days(30))
    contract = play.contract
    assert (contract.paid, contract.refunded) == (part, sum(prices) - part)
    assert (play.balances["fee_held"], play.balances["escrow"], play.balances["client"]) == (0, 0, 0)
    assert play.balances["fees"] == contract.service_fee(part) + contract.client_fee(part)
    assert -play.balances["provider"] == play.balances["fees"] + play.balances["available"]


def test_yen_in_parts_that_do_not_divide() -> None:
    play = Play("1001", currency="JPY").funded()
    assert play.balance("fee_held") == "50", "50.05 yen, half up"
    for part in ("333", "333", "335"):
        play.client("approve", milestone=play.id(1), amount=part)
    assert (play.balance("held"), play.balance("fees"), play.balance("fee_held")) == ("901", "150", "0")
    assert [moves(outcome)[1][2] for outcome in play.history[-3:]] == ["33", "34", "33"]


def test_dinars_in_parts_that_do_not_divide() -> None:
    play = Play("10.005", currency="KWD").funded()
    assert play.balance("fee_held") == "0.500", "0.50025 dinars, half up"
    play.asked_back("3.335")
    play.wait(days(7))
    assert (play.balance("available"), play.balance("fees")) == ("3.001", "0.501")
    assert play.balance("provider") == "-3.502"


@pytest.mark.parametrize("release", ["0.01", "0.05", "0.09", "0.10", "0.15"])
def test_the_smallest_fees_are_half_up(release: str) -> None:
    play = Play("0.15").funded()
    play.client("approve", milestone=play.id(1), amount=release)
    cents = round(float(release) * 100)
    service, client = (cents * 10 + 50) // 100, (cents * 5 + 50) // 100
    assert play.balances["fees"] == service + client
