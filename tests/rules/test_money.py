"""Money: minor units, read strictly, written exactly, divided without losing a cent."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amicable.rules.money import (
    CurrencyMismatch,
    InvalidAmount,
    Money,
    UnknownCurrency,
    exponent,
    parse,
    share,
    split,
)

AMOUNTS = st.integers(0, 99_999_999_999)
CURRENCIES = st.sampled_from(["USD", "EUR", "JPY", "KWD", "CLF"])


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KRW", 0), ("CLP", 0), ("KWD", 3), ("BHD", 3), ("XOF", 0), ("CLF", 4)],
)
def test_a_currency_has_the_decimals_of_iso_4217(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@pytest.mark.parametrize("code", ["XXX", "XTS", "XAU", "XAG", "XDR", "XUA", "DEM", "ALK", "usd", "US", "USDX", "", "€"])
def test_what_nobody_can_pay_in_is_no_currency(code: str) -> None:
    with pytest.raises(UnknownCurrency, match="ISO 4217"):
        exponent(code)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("10.50", "USD", 1050),
        ("10.5", "USD", 1050),
        ("10", "USD", 1000),
        ("0.01", "USD", 1),
        ("0", "USD", 0),
        ("007", "USD", 700),
        ("1500", "JPY", 1500),
        ("1.25", "KWD", 1250),
        ("0.001", "KWD", 1),
        ("999999999.99", "USD", 99_999_999_999),
        ("999999999", "JPY", 999_999_999),
        ("999999999.990", "KWD", 999_999_999_990),
    ],
)
def test_an_amount_is_read_as_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "1 ", " 1", "1\n", "+1", "-1", "-0", "1.", ".5", "1.234", "0.000", "1,000", "1.000,00", "1_000",
        "1e3", "1E3", "0x10", "NaN", "nan", "inf", "Infinity", "ten", "$5", "5 USD", "--1", "1..2",
        "1.2.3", "１", "١٢", "½", "1\u00a0000",
        "1000000000", "999999999.999", "1000000000.00", "9" * 400, "1" + "0" * 5_000,
        5, 5.0, -5, 0, None, True, False, [], ["5"], {}, {"amount": "5"}, b"5", Decimal("5"),
    ],
)  # fmt: skip
def test_anything_else_is_no_amount(text: object) -> None:
    with pytest.raises(InvalidAmount):
        parse(text, "USD")


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.5", "JPY"), ("1.0", "JPY"), ("1000000000", "JPY"), ("0.0001", "KWD"), ("999999999.991", "KWD")],
)
def test_the_currency_sets_the_decimals_and_all_share_one_ceiling(text: str, currency: str) -> None:
    with pytest.raises(InvalidAmount):
        parse(text, currency)


def test_who_writes_an_amount_wrong_is_told_how_to_write_it() -> None:
    with pytest.raises(InvalidAmount, match=r"in digits, like 1500\.000, without a sign"):
        parse("lots", "KWD")
    with pytest.raises(InvalidAmount, match=r'as a string like "1500\.00"'):
        parse(5, "USD")
    with pytest.raises(InvalidAmount, match=r"JPY has no decimals; 1\.5 has 1"):
        parse("1.5", "JPY")
    with pytest.raises(InvalidAmount, match=r"999,999,999\.99"):
        parse("1000000000", "USD")


@given(amount=AMOUNTS, currency=CURRENCIES)
def test_what_is_written_is_read_again_as_the_same(amount: int, currency: str) -> None:
    money = Money(amount % (10 ** (9 + exponent(currency))), currency)
    assert parse(money.decimal, currency) == money


@pytest.mark.parametrize(
    ("money", "words", "decimal"),
    [
        (Money(123_450, "USD"), "1,234.50 USD", "1234.50"),
        (Money(5, "USD"), "0.05 USD", "0.05"),
        (Money(-5, "USD"), "-0.05 USD", "-0.05"),
        (Money(1_234_567, "JPY"), "1,234,567 JPY", "1234567"),
        (Money(1, "KWD"), "0.001 KWD", "0.001"),
        (Money(0, "JPY"), "0 JPY", "0"),
    ],
)
def test_money_is_written_with_its_own_decimals(money: Money, words: str, decimal: str) -> None:
    assert str(money) == words
    assert money.decimal == decimal


def test_currencies_do_not_mix() -> None:
    dollars, yen = Money(100, "USD"), Money(100, "JPY")
    for mix in (lambda: dollars + yen, lambda: dollars - yen, lambda: dollars < yen):
        with pytest.raises(CurrencyMismatch):
            mix()


def test_money_is_added_subtracted_and_compared() -> None:
    ten, three = Money(10, "USD"), Money(3, "USD")
    assert (ten + three, ten - three, -ten) == (Money(13, "USD"), Money(7, "USD"), Money(-10, "USD"))
    assert three < ten


@given(amount=AMOUNTS, basis_points=st.integers(0, 10_000))
def test_a_share_is_rounded_half_up(amount: int, basis_points: int) -> None:
    exact = Decimal(amount) * basis_points / 10_000
    assert share(amount, basis_points) == exact.quantize(Decimal(1), ROUND_HALF_UP)


@given(amount=AMOUNTS, weights=st.lists(st.integers(0, 1_000), min_size=1, max_size=12).filter(any))
def test_a_split_loses_no_cent_and_is_fair_to_one(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    total = sum(weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * total - amount * weight) < total, "nobody is a whole unit off"


def test_what_does_not_divide_goes_to_who_lost_most_and_then_to_the_first() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(2, [1, 1, 1]) == [1, 1, 0]
    assert split(5, [0, 2, 1]) == [0, 3, 2]
    assert split(0, [1, 2]) == [0, 0]


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [-1, 3]])
def test_weights_must_weigh_something(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, weights)
