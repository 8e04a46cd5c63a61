"""The port to the outside world: whoever moves real money is asked through this, and by no transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from amicable.rules.money import Money


class ProviderAwayError(RuntimeError):
    """The provider did not answer, or not so that we know what it did. Ask again with the same key."""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The money moved."""

    is_disputed: bool = False
    """Whether the card's owner has its bank take the payment back."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The money did not move, and will not under this key."""

    reason: str


class Provider(Protocol):
    """A payment provider. Asked twice under one key it does the thing once and answers the same."""

    def charge(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Take `amount` from the person's card. Raises ProviderAwayError."""

    def refund(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Give `amount` back to the person's card. Raises ProviderAwayError."""

    def pay_out(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Send `amount` to the person's bank. Raises ProviderAwayError."""
