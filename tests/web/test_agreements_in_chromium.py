"""A change of terms in a real browser: seen at once, agreed, and readable by everybody at every width."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from amicable.rules.parts import Role
from market import Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


def test_what_is_written_over_is_shown_beside_what_is_agreed_and_then_agreed_to(market: Market, open_as: Open) -> None:
    contract = market.funded("500.00", "300.00")
    page = open_as(market.femi, f"/contracts/{contract.id}/terms/propose")
    page.evaluate("window.isTheSamePage = true")
    page.get_by_label("Amount").first.fill("450.00")
    expect(page.locator("#outcome")).to_contain_text("450.00 USD")
    page.get_by_role("button", name="Add a milestone").click()
    expect(page.get_by_text("Milestone 3, new")).to_be_visible()
    expect(page.get_by_label("What is handed in").last).to_be_focused()
    page.keyboard.type("A shop")
    page.get_by_label("Amount").last.fill("250.00")
    expect(page.locator("#outcome")).to_contain_text("Milestone “A shop”")
    page.get_by_role("button", name="Leave out milestone 2").click()
    expect(page.get_by_role("button", name="Add a milestone")).to_be_focused()
    expect(page.locator("#outcome")).to_contain_text("Left out: “Part 2”")
    expect(page.get_by_label("Amount").first).to_have_value("450.00")
    assert page.evaluate("window.isTheSamePage")
    page.get_by_label("What should change, and why").fill("You asked for a shop.")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("Femi proposes to change the terms").first).to_be_visible()

    other = open_as(market.clara, f"/contracts/{contract.id}")
    expect(other.get_by_text("You asked for a shop.").first).to_be_visible()
    other.get_by_role("link", name="Accept the new terms").click()
    expect(other.get_by_text("holds 50.00 USD more than its price").first).to_be_visible()
    other.get_by_role("button", name="Accept the new terms").click()
    expect(other.get_by_text("A shop").first).to_be_visible()
    other.get_by_role("link", name="2, with all there were").click()
    expect(other.get_by_role("heading", name="Version 2")).to_be_visible()


def test_without_javascript_it_works_too(market: Market, open_as: Open) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, f"/contracts/{contract.id}/terms/propose", java_script_enabled=False)
    page.get_by_label("Rounds of changes").fill("2")
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("#outcome")).to_contain_text("no limit")
    page.get_by_label("What should change, and why").fill("Two rounds are enough.")
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("It waits for the other side.")).to_be_visible()


def test_everybody_can_read_the_pages_at_every_width(market: Market, open_as: Open) -> None:
    contract = market.funded("500.00", "300.00")
    wrong = wrong_with(open_as(market.femi, f"/contracts/{contract.id}/terms/propose"))
    market.do(contract, "propose_terms", Role.FREELANCER, note="More.", description="A shop.", change_rounds=2)
    asked = market.do(contract, "propose_cancellation", Role.CLIENT, note="Stop?", release="200.00")
    wrong += wrong_with(open_as(market.clara, f"/contracts/{contract.id}"))
    wrong += wrong_with(open_as(market.femi, f"/contracts/{contract.id}/actions/accept_cancellation"))
    market.do(asked, "accept_terms", Role.CLIENT, proposal=asked.proposals[0].id)
    wrong += wrong_with(open_as(market.femi, f"/contracts/{contract.id}/terms"))
    assert wrong == []
