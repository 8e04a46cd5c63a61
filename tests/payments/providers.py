"""Providers that misbehave in the ways that real ones do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from amicable.payments.provider import Declined, ProviderAwayError, Succeeded
from amicable.payments.sandbox_provider import SandboxProvider
from amicable.rules.money import Money

Answer = Succeeded | Declined
Fault = Callable[[], None]


def away() -> None:
    """The provider does not answer."""
    raise ProviderAwayError("connection timed out")


def broken() -> None:
    """The provider answers what nobody expected."""
    raise KeyError("unexpected answer")


@dataclass
class Troubled(SandboxProvider):
    """The sandbox's provider; before or after each answer something goes wrong, as long as there is trouble left."""

    before: Iterator[Fault] = field(default_factory=lambda: iter(()))
    after: Iterator[Fault] = field(default_factory=lambda: iter(()))
    declines: str = ""
    asked: list[str] = field(default_factory=list)

    def charge(self, *, key: str, person: str, amount: Money) -> Answer:
        """Take money, or not."""
        return self._troubled(key, lambda: super(Troubled, self).charge(key=key, person=person, amount=amount))

    def refund(self, *, key: str, person: str, amount: Money) -> Answer:
        """Give money back, or not."""
        return self._troubled(key, lambda: super(Troubled, self).refund(key=key, person=person, amount=amount))

    def pay_out(self, *, key: str, person: str, amount: Money) -> Answer:
        """Send money out, or not."""
        return self._troubled(key, lambda: super(Troubled, self).pay_out(key=key, person=person, amount=amount))

    def _troubled(self, key: str, answer: Callable[[], Answer]) -> Answer:
        self.asked.append(key)
        next(self.before, lambda: None)()
        if self.declines:
            return Declined(self.declines)
        answered = answer()
        next(self.after, lambda: None)()
        return answered
