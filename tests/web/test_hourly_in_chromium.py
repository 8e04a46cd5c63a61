"""Pages of hourly contracts in a real browser: for every reader, and at every width."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from amicable.payments.cards import set_card
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from market import NOW, Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


@pytest.fixture
def reviewed(market: Market) -> Contract:
    """Hours of each kind, in review on the Monday after; and two hours of the next week."""
    contract = market.hourly(title="Care of a shop with a long title", weekly_limit_hours=5, manual_time=True)
    advance(NOW + timedelta(days=2))
    market.log(contract, NOW, 180)
    market.log(contract, NOW + timedelta(days=1), 60, memo="")
    market.log(contract, NOW + timedelta(days=1, hours=3), 120, manual=True)
    advance(NOW + timedelta(days=7, hours=5))
    return market.log(contract, NOW + timedelta(days=7, hours=1), 120)


def test_the_offer_form_shows_only_what_belongs_to_the_price_that_is_chosen(market: Market, open_as: Open) -> None:
    page = open_as(market.clara, "/offers/new")
    expect(page.get_by_label("What is handed in")).to_be_visible()
    expect(page.get_by_label("Price of an hour")).to_be_hidden()

    page.get_by_role("radio", name="By the hour").check()
    expect(page.get_by_label("What is handed in")).to_be_hidden()
    page.get_by_label("Price of an hour").fill("40")
    page.get_by_label("Weekly limit in hours").fill("10")
    expect(page.locator("#week-costs")).to_contain_text("420.00 USD")
    assert wrong_with(page) == []


@pytest.mark.parametrize("side", ["client", "freelancer"])
def test_the_workroom_the_ending_page_and_the_balance_are_whole(
    market: Market, open_as: Open, reviewed: Contract, side: str
) -> None:
    page = open_as(market.clara if side == "client" else market.femi, f"/contracts/{reviewed.id}")
    for address in (f"/contracts/{reviewed.id}", f"/contracts/{reviewed.id}/end", "/balance", "/contracts"):
        page.goto(address)
        assert wrong_with(page) == []


def test_so_are_the_pages_on_which_hours_are_disputed_and_answered_about(
    market: Market, open_as: Open, reviewed: Contract
) -> None:
    page = open_as(market.clara, f"/contracts/{reviewed.id}/hours/dispute")
    page.get_by_text("Only some of Mon").click()
    page.get_by_role("checkbox", name="05:10", exact=True).check()
    expect(page.locator("#outcome")).to_contain_text("0:10 hours")
    assert wrong_with(page) == []

    market.do(reviewed, "dispute_hours", Role.CLIENT, week="2026-11-23", minutes=60, reason="Nothing was done.")
    asked = open_as(market.femi, f"/contracts/{reviewed.id}")
    assert wrong_with(asked) == []


def test_and_the_invoices_and_a_pause_for_want_of_money(market: Market, open_as: Open, reviewed: Contract) -> None:
    page = open_as(market.clara, "/invoices")
    assert wrong_with(page) == []
    page.get_by_role("link", name="2026-W48").click()
    assert wrong_with(page) == []

    set_card(str(market.clara.pk), "declines")
    advance(NOW + timedelta(days=14, hours=3))
    page.goto(f"/contracts/{reviewed.id}")
    expect(page.get_by_role("main")).to_contain_text("The contract is paused: 84.00 USD for hours is not paid")
    assert wrong_with(page) == []

    page.get_by_role("link", name="Change the card").click()
    page.get_by_role("radio", name="A card that works").check()
    page.get_by_role("button", name="Use this card").click()
    expect(page.get_by_role("heading", name="Care of a shop")).to_be_visible()
    expect(page.get_by_text("for hours is not paid")).to_have_count(0)
