"""What a client's bank does in the demo, as its client says."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from amicable.contracts import clock
from amicable.contracts.perform import Command, view
from amicable.payments.cards import set_card
from amicable.payments.commands import perform
from amicable.rules.contract import Contract
from market import Market, browser_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def contract(market: Market) -> Contract:
    """Clara's card has paid 525.00 USD."""
    set_card(str(market.clara.pk), "works")
    contract = market.active("500.00", title="Website for a bakery")
    perform(Command(contract.id, "fund", {"milestone": contract.milestones[0].id}, str(market.clara.pk)), clock.now())
    return contract


@pytest.fixture
def clara(market: Market, contract: Contract) -> Client:
    del contract
    return browser_of(market.clara)


def words(response: object) -> str:
    """The page as it is read."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+([.,:;)])", r"\1", re.sub(r"\s+", " ", text))


def press(browser: Client, stage: str, days: str = "0") -> object:
    """Press one of the buttons of the only payment."""
    page = browser.get(reverse("web:bank")).content.decode()
    assert f'value="{stage}"' in page
    (payment,) = re.findall(r'name="payment" value="([^"]*)"', page)
    return browser.post(reverse("web:bank"), {"payment": payment, "stage": stage, "days": days}, follow=True)


def test_the_client_has_the_bank_take_a_payment_back_and_decide(
    market: Market, contract: Contract, clara: Client
) -> None:
    assert reverse("web:bank") in clara.get(reverse("web:balance")).content.decode()
    page = press(clara, "opened")
    assert "Your bank takes the payment back now." in words(page)
    assert "Your bank took it back" in words(page)
    room = words(browser_of(market.femi).get(f"/contracts/{contract.id}"))
    assert "Clara's bank has taken the money back and has the last word" in room
    assert "carried by Amicable until it decides 525.00 USD" in room
    page = press(clara, "won")
    assert "Your bank decided for Amicable" in words(page)
    assert 'name="stage"' not in page.content.decode()  # type: ignore[attr-defined]
    room = words(browser_of(market.femi).get(f"/contracts/{contract.id}"))
    assert "The bank gave the payment back, so nothing was divided." in room
    assert "carried by Amicable" not in room


def test_it_can_be_planned_and_is_told_as_what_is_to_come(market: Market, contract: Contract, clara: Client) -> None:
    page = words(press(clara, "opened", "30"))
    assert "Your bank takes the payment back in 30 days." in page
    assert "Your bank takes it back" in page
    assert not view(contract.id, str(market.clara.pk), clock.now())[0].chargebacks
    page = press(clara, "lost", "7")
    assert "The bank decides only about a payment that it has taken back before." in words(page)
    assert page.status_code == 409  # type: ignore[attr-defined]


def test_what_makes_no_sense_changes_nothing(clara: Client) -> None:
    for wrong in ({}, {"payment": "x", "stage": "opened", "days": "0"}):
        page = clara.post(reverse("web:bank"), wrong)
        assert page.status_code == 422
        assert "Choose one of the payments" in words(page)


def test_only_clients_of_the_demo_have_a_bank(market: Market, clara: Client, settings: Settings) -> None:
    hers = browser_of(market.femi).get(reverse("web:bank"))
    assert hers.status_code == 403
    assert "Only clients have a bank that can take payments back." in words(hers)
    settings.SANDBOX = False
    assert clara.get(reverse("web:bank")).status_code == 404
