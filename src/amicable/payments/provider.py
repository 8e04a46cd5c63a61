"""The port to the outside world: whoever moves real money is asked through this, and by no transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from amicable.rules.money import Money


class ProviderAwayError(RuntimeError):
    """The provider did not answer, or not so that we know what it did. Ask again with the same key."""


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The money moved."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The money did not move, and will not under this key."""

    reason: str


class Stage(StrEnum):
    """What a bank has done about a card payment: taken it back, or decided in the end, for the platform or not."""

    OPENED = "opened"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Report:
    """News of a payment that was made before."""

    id: str
    payment: str
    """The key under which the card was charged."""
    stage: Stage


class Provider(Protocol):
    """A payment provider. Asked twice under one key it does the thing once and answers the same."""

    def charge(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Take `amount` from the person's card. Raises ProviderAwayError."""

    def refund(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Give `amount` back to the person's card. Raises ProviderAwayError."""

    def pay_out(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Send `amount` to the person's bank. Raises ProviderAwayError."""

    def reports(self, at: datetime) -> Sequence[Report]:
        """What banks have done by `at`, in order; told again until it is acknowledged. Raises ProviderAwayError."""

    def acknowledge(self, report: Report) -> None:
        """The report is taken over and need not be told again. Raises ProviderAwayError."""
