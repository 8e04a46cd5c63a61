"""Money in minor units with its currency, and arithmetic that loses no cent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from moneyed import CurrencyDoesNotExist, get_currency

MAX_MAJOR_HUNDREDTHS = 99_999_999_999
"""No single amount is above 999,999,999.99 major units."""

_NOWHERE = frozenset({"UNKNOWN REGION", "ZZ07_No_Currency"})
"""Where the library says that codes for metals, tests and no currency at all are used; those of the past are used in
no country."""

_DECIMAL = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,9}))?", re.ASCII)


class InvalidAmount(ValueError):
    """The text is not an amount of the currency; the message says what to write instead."""


class UnknownCurrency(ValueError):
    """The code is not a currency of ISO 4217 that people can pay in."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were to be added or compared."""


@cache
def exponent(currency: str) -> int:
    """How many decimals `currency` (an ISO 4217 code) has: 2 for USD, 0 for JPY, 3 for KWD.

    Raises UnknownCurrency, also for codes such as XXX, XAU or DEM that nobody can pay in.
    """
    try:
        found = get_currency(currency)
    except CurrencyDoesNotExist:
        found = None
    if found is None or _NOWHERE.issuperset(found.countries):
        raise UnknownCurrency(f"{currency!r} is not a currency of ISO 4217.")
    return len(str(found.sub_unit)) - 1


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` minor units of `currency`: Money(1050, "USD") is 10.50 USD. May be negative."""

    amount: int
    currency: str

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be put together.")

    def __str__(self) -> str:
        """For people: `1,234.50 USD`."""
        return f"{self._written(',')} {self.currency}"

    @property
    def decimal(self) -> str:
        """For machines: `1234.50`, with the currency's own number of decimals."""
        return self._written("")

    def _written(self, separator: str) -> str:
        places = exponent(self.currency)
        sign = "-" if self.amount < 0 else ""
        major, minor = divmod(abs(self.amount), 10**places)
        whole = f"{major:,}" if separator else str(major)
        return f"{sign}{whole}.{minor:0{places}d}" if places else f"{sign}{whole}"


def parse(text: object, currency: str) -> Money:
    """Read a decimal string such as "1500.00" as Money.

    Raises InvalidAmount for anything but plain digits with at most the currency's decimals, and for amounts
    above 999,999,999.99 major units; UnknownCurrency for the currency.
    """
    places = exponent(currency)
    match = _DECIMAL.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        example = Money(1500 * 10**places, currency).decimal
        if not isinstance(text, str):
            raise InvalidAmount(f'Send the amount as a string like "{example}".')
        raise InvalidAmount(f"Write the amount in digits, like {example}, without a sign.")
    whole, decimals = match[1], match[2] or ""
    if len(decimals) > places:
        raise InvalidAmount(f"{currency} has {places or 'no'} decimals; {text} has {len(decimals)}.")
    minor = int(whole) * 10**places + int(decimals.ljust(places, "0") or 0)
    if minor * 100 > MAX_MAJOR_HUNDREDTHS * 10**places:
        raise InvalidAmount("The amount is above 999,999,999.99, the most that one amount may be.")
    return Money(minor, currency)


def share(amount: int, basis_points: int) -> int:
    """`basis_points` hundredths of a percent of `amount` minor units, rounded half up."""
    return (amount * basis_points + 5_000) // 10_000


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide `amount` minor units in proportion to `weights` (none negative, not all zero).

    The parts add up to `amount` exactly: what rounding down leaves goes, a unit each, to the parts that lost
    most by it, the earlier first.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, and one of them must be above zero")
    parts = [amount * weight // total for weight in weights]
    by_loss = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))
    for i in by_loss[: amount - sum(parts)]:
        parts[i] += 1
    return parts
