"""Feedback, standing and profiles in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from amicable.contracts import clock
from amicable.contracts.perform import Command, Done, perform
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.feedback import CATEGORIES
from amicable.rules.parts import Role
from market import Market, person
from web.test_names import action, ended
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


def leave(contract: Contract, who: Person, count: int, comment: str = "Good work, on time.", **more: object) -> None:
    """Leave feedback without a window."""
    params = {"stars": dict.fromkeys(CATEGORIES, count), "comment": comment, **more}
    assert isinstance(perform(Command(contract.id, "leave_feedback", params, str(who.pk)), clock.now()), Done)


def busy(market: Market) -> Contract:
    """Femi has a standing of contracts with two clients; the last of the contracts is Clara's."""
    clara = market.clara
    for client, count in ((person("Cleo Stone", "client"), 5), (clara, 2), (clara, 5)):
        market.clara = client
        contract = ended(market, title=f"Pages for {client.name}")
        leave(contract, client, count)
        leave(contract, market.femi, 5)
    return contract


def give(page: Page, count: int) -> None:
    """Choose so many stars in every row, by keyboard as well as by pointer."""
    rows = page.locator(".stars-row")
    expect(rows).to_have_count(len(CATEGORIES))
    for row in rows.all():
        row.get_by_role("radio", name=f"{count} star").check(force=True)


def test_feedback_is_left_by_keyboard_and_is_nobody_elses_until_both_have_left_it(
    market: Market, open_as: Open
) -> None:
    contract = ended(market)
    page = open_as(market.clara, f"/contracts/{contract.id}")
    expect(page.get_by_text("How was it to work with Femi?")).to_be_visible()
    page.get_by_role("link", name="Leave feedback").click()
    first = page.locator(".stars-row").first
    first.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert first.get_by_role("radio").nth(3).is_checked()
    give(page, 4)
    page.get_by_label("What you say of the other side").fill("He was there when it counted.")
    assert wrong_with(page) == []
    page.get_by_role("button", name="Leave feedback").click()
    expect(page.get_by_text("Nobody but you can read this")).to_be_visible()
    assert "stars" not in page.url
    assert wrong_with(page) == []

    other = open_as(market.femi, f"/contracts/{contract.id}")
    expect(other.get_by_text("If Clara leaves feedback on you")).to_be_visible()
    assert "when it counted" not in other.content()
    other.get_by_role("link", name="Leave feedback").click()
    give(other, 5)
    other.get_by_label("What you say of the other side").fill("A pleasure.")
    other.get_by_role("button", name="Leave feedback").click()
    expect(other.get_by_text("He was there when it counted.")).to_be_visible()
    expect(other.get_by_text("This contract", exact=True)).to_be_visible()
    assert wrong_with(other) == []


def test_changing_unlocked_feedback_shows_what_it_comes_to_as_the_stars_change(market: Market, open_as: Open) -> None:
    contract = ended(market)
    leave(contract, market.clara, 2)
    leave(contract, market.femi, 5)
    market.do(contract, "unlock_feedback", Role.FREELANCER)
    page = open_as(market.clara, action(contract, "edit_feedback"))
    expect(page.locator("#outcome")).to_contain_text("2.00 of 5 stars")
    give(page, 4)
    expect(page.locator("#outcome")).to_contain_text("4.00 of 5 stars")
    expect(page.locator("#outcome")).to_contain_text("good for Femi")
    assert wrong_with(page) == []


@pytest.mark.parametrize("look", [{}, {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}])
def test_a_profile_can_be_read_by_everybody_at_every_width(
    market: Market, open_as: Open, look: dict[str, object]
) -> None:
    busy(market)
    page = open_as(None, f"/people/{market.femi.pk}", **look)
    expect(page.get_by_role("img", name="Standing at the end of each month.")).to_be_visible()
    assert wrong_with(page) == []
    own = open_as(market.femi, f"/people/{market.femi.pk}", **look)
    own.get_by_role("radio", name="Name me", exact=True).check()
    own.get_by_role("button", name="Keep this choice").click()
    expect(own.get_by_text("may name you")).to_be_visible()
    assert wrong_with(own) == []


def test_a_certificate_comes_as_a_file(market: Market, open_as: Open) -> None:
    ended(market)
    page = open_as(market.femi, "/statement")
    assert wrong_with(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Get the certificate").click()
    assert download.value.suggested_filename.startswith("earnings-2026-01-01-")
