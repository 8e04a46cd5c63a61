"""The demo's clock in the header: time is moved, and what happened on the way is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.rules.contract import Status
from amicable.rules.parts import Role
from amicable.web.views.clock import next_monday
from market import NOW, Market, browser_of, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def move(browser: Client, to: str, **headers: str) -> object:
    return browser.post(reverse("web:clock"), {"to": to}, headers=headers)


def told(browser: Client) -> str:
    """What the next page says."""
    return " ".join(str(message) for message in browser.get(reverse("web:balance")).context["messages"])


def test_stands_in_the_header_with_the_next_event_of_whoever_has_signed_in(market: Market) -> None:
    market.submitted("500.00")

    assert "The next event is in 14 days." in browser_of(market.femi).get(reverse("web:balance")).content.decode()
    stranger = browser_of(person("Sam Stranger", "freelancer")).get(reverse("web:balance")).content.decode()
    assert "The next event" not in stranger
    assert "Next Monday" in stranger


def test_moves_to_the_next_event_and_performs_it(market: Market) -> None:
    contract = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
    browser = browser_of(market.clara)
    move(browser, "next")

    assert clock.now() == NOW + timedelta(days=7)
    assert view(contract.id, None, clock.now())[0].status == Status.ENDED
    page = told(browser)
    assert "Refunded without an answer" in page
    assert reverse("web:contract", args=[contract.id]) in page
    assert "goes back to Clara's card" in page


def test_does_not_tell_what_happened_on_contracts_of_others(market: Market) -> None:
    market.do(market.funded("500.00", title="Secret"), "end", Role.CLIENT, reason="quality", escrow="refund")
    stranger = browser_of(person("Sam Stranger", "client"))
    for _ in range(8):
        move(stranger, "day")

    page = told(stranger)
    assert clock.now() == NOW + timedelta(days=8)
    assert "nothing happened on your contracts" in page
    assert "Secret" not in page


@pytest.mark.parametrize(
    ("to", "reached"), [("day", NOW + timedelta(days=1)), ("monday", datetime(2026, 11, 30, tzinfo=UTC))]
)
def test_moves_a_day_or_to_the_next_monday(market: Market, to: str, reached: datetime) -> None:
    move(browser_of(market.clara), to)

    assert clock.now() == reached


def test_takes_monday_to_be_the_next_one_even_on_a_monday() -> None:
    assert next_monday(datetime(2026, 11, 29, 23, 59, tzinfo=UTC)) == datetime(2026, 11, 30, tzinfo=UTC)
    assert next_monday(datetime(2026, 11, 30, tzinfo=UTC)) == datetime(2026, 12, 7, tzinfo=UTC)


def test_stays_where_it_is_when_nothing_is_due(market: Market) -> None:
    move(browser_of(market.clara), "next")

    assert clock.now() == NOW


def test_leads_back_to_where_the_person_was_and_nowhere_else(market: Market) -> None:
    browser = browser_of(market.clara)

    assert (
        move(browser, "day", Referer="http://testserver/statement?after=3").url == "http://testserver/statement?after=3"
    )
    assert move(browser, "day", Referer="http://elsewhere.example/").url == "/"


def test_takes_no_other_wish_and_nobody_who_has_not_signed_in(market: Market) -> None:
    refused = move(browser_of(market.clara), "yesterday")
    assert refused.status_code == 422
    assert "It stands where it stood." in refused.content.decode()
    assert move(Client(), "day").url.startswith(reverse("web:sign_in"))
    assert clock.now() == NOW


def test_is_not_there_outside_the_sandbox(market: Market, settings: LazySettings) -> None:
    settings.SANDBOX = False
    browser = browser_of(market.clara)

    assert move(browser, "day").status_code == 404
    assert "Next Monday" not in browser.get(reverse("web:balance")).content.decode()
