"""Files in a real browser: chosen and sent without JavaScript, read by everybody at every width."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from market import Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


@pytest.fixture
def chosen(tmp_path: Path) -> list[Path]:
    """A picture and a text, whose names are long."""
    picture = tmp_path / f"{'a-very-long-name-' * 8}.png"
    Image.linear_gradient("L").resize((1_200, 700)).save(picture)
    text = tmp_path / "Übersicht.txt"
    text.write_text("Rain on the roof, and nobody is home as yet.\n" * 40)
    return [picture, text]


def test_a_message_with_files_becomes_work_with_one_press(market: Market, open_as: Open, chosen: list[Path]) -> None:
    contract = market.funded("500.00")
    page = open_as(market.femi, f"/contracts/{contract.id}", java_script_enabled=False)
    page.get_by_label("Your message").fill("The pages are done.")
    page.get_by_label("Files (optional)").set_input_files(chosen)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages").get_by_role("link", name="Übersicht.txt")).to_be_visible()

    page.get_by_role("link", name="Hand this in as work").click()
    expect(page.get_by_label("What was done")).to_have_value("The pages are done.")
    page.get_by_role("button", name="Hand in work").click()
    expect(page.get_by_role("status").first).to_contain_text("Work for “Part 1” is handed in.")

    hers = open_as(market.clara, f"/contracts/{contract.id}")
    hers.locator("#files").get_by_role("link", name="Übersicht.txt").click()
    expect(hers.get_by_text("Rain on the roof").first).to_be_visible()
    expect(hers.get_by_text("is not paid yet")).to_be_visible()


def test_pages_with_files_can_be_read_by_everybody(market: Market, open_as: Open, chosen: list[Path]) -> None:
    contract = market.funded("500.00")
    page = open_as(market.femi, f"/contracts/{contract.id}")
    page.get_by_label("Your message").fill("Drafts.")
    page.get_by_label("Files (optional)").set_input_files(chosen)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message-files")).to_be_visible()
    complaints = wrong_with(page)
    page.get_by_role("link", name="Hand this in as work").click()
    complaints += wrong_with(page)
    page.get_by_role("button", name="Hand in work").click()
    expect(page.locator("#files")).to_be_visible()

    hers = open_as(
        market.clara, f"/contracts/{contract.id}", viewport={"width": 360, "height": 740}, color_scheme="dark"
    )
    complaints += wrong_with(hers)
    for name in ("Übersicht.txt", "a-very-long"):
        hers.goto(f"/contracts/{contract.id}")
        hers.locator("#files").get_by_role("link", name=name).click()
        complaints += wrong_with(hers)
    assert complaints == []
