"""A provider in trouble, and time that passes for retries and leases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db.models import F

from amicable.contracts import clock
from amicable.contracts.models import Outbox
from amicable.payments import commands, jobs
from amicable.payments.cards import set_card
from amicable.payments.providers import PROVIDERS
from deals import START, Deal
from payments.providers import Fault, Troubled

Trouble = Callable[..., Troubled]


@pytest.fixture
def trouble(monkeypatch: pytest.MonkeyPatch) -> Trouble:
    """Puts a provider in trouble in the place of the sandbox's."""

    def put(before: Iterable[Fault] = (), after: Iterable[Fault] = (), declines: str = "") -> Troubled:
        provider = Troubled(iter(before), iter(after), declines)
        monkeypatch.setitem(PROVIDERS, "sandbox", provider)
        return provider

    return put


@pytest.fixture
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a card."""
    monkeypatch.setattr(commands, "PATIENCE_SECONDS", 0.0)


@pytest.fixture
def later() -> Callable[[], int]:
    """Lets leases and retries run out and does what then waits for the provider; returns how much was tried."""

    def run() -> int:
        Outbox.objects.update(available_at=F("available_at") - timedelta(hours=2))
        return jobs.run_pending()

    return run


@pytest.fixture
def deal() -> Deal:
    """An accepted contract over 500 and 300 USD; its client has a card that works."""
    clock.start(START)
    deal = Deal.struck("USD", "500.00", "300.00")
    set_card(str(deal.client.id), "works")
    return deal
