"""Picking evidence in a real browser: with and without scripts, on a phone, with the keyboard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from amicable.rules.contract import Contract
from amicable.talk.models import Message
from market import NOW, Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 800}


def talked(market: Market) -> Contract:
    """A contract in which a promise is far back in the talk."""
    contract = market.submitted("500.00")
    texts = ["I send the last page on Friday.", *(f"Note number {number} of the log." for number in range(1, 121))]
    Message.objects.bulk_create(
        Message(contract_id=contract.id, author=market.femi, text=text, at=NOW) for text in texts
    )
    return contract


def shoot(page: Page, name: str) -> None:
    if shots := os.environ.get("AMICABLE_SHOTS"):
        page.screenshot(path=f"{shots}/{name}.png", full_page=True)


def test_an_old_message_is_found_and_picked_with_the_keyboard_on_a_phone(
    market: Market, open_as: Open, tmp_path: Path
) -> None:
    contract = talked(market)
    clara = open_as(market.clara, f"/contracts/{contract.id}/actions/open_dispute", viewport=PHONE)
    photo = tmp_path / "photo.txt"
    photo.write_text("As it looks.")
    clara.get_by_label("Evidence").set_input_files(photo)
    clara.get_by_label("What has happened and what you want").fill("It is late.")
    clara.get_by_text("Pick in messages and history").press("Enter")
    boxes = clara.locator("#picks").get_by_role("checkbox")
    expect(boxes).to_have_count(50)
    clara.get_by_role("checkbox", name="Note number 120 of").press("Space")

    clara.get_by_role("button", name="Show older ones").press("Enter")
    expect(boxes).to_have_count(100)
    expect(clara.get_by_role("checkbox", name="Note number 70 of")).to_be_focused()
    shoot(clara, "picking-older")
    assert wrong_with(clara) == []

    search = clara.get_by_role("searchbox", name="Search all messages")
    search.press_sequentially("last friday")
    expect(clara.get_by_role("status").filter(has_text="The newest that have “last friday” in them")).to_be_visible()
    expect(search).to_be_focused()
    expect(boxes).to_have_count(2)
    clara.get_by_role("checkbox", name="I send the last page on Friday.").press("Space")
    search.fill("zebra")
    search.press("Enter")
    expect(clara.locator("#picking")).to_contain_text("Nothing else has “zebra” in it.")
    expect(clara.get_by_role("group", name="Picked").get_by_role("checkbox", checked=True)).to_have_count(2)
    shoot(clara, "picking-picked")
    assert wrong_with(clara) == []

    clara.get_by_role("button", name="Open a dispute", exact=True).press("Enter")
    expect(clara.get_by_role("status").first).to_contain_text("A dispute opens about 500.00 USD in escrow.")
    picked = clara.locator(".picks").first
    expect(picked).to_contain_text("I send the last page on Friday.")
    expect(picked).to_contain_text("Note number 120 of the log.")
    expect(clara.get_by_role("main")).to_contain_text("photo.txt")


def test_an_old_message_is_found_and_picked_without_scripts_too(market: Market, open_as: Open) -> None:
    contract = talked(market)
    address = f"/contracts/{contract.id}/actions/open_dispute"
    clara = open_as(market.clara, address, viewport=PHONE, java_script_enabled=False)
    clara.get_by_label("What has happened and what you want").fill("It is late.")
    clara.get_by_text("Pick in messages and history").click()
    clara.get_by_role("checkbox", name="Note number 120 of").check()
    clara.get_by_role("button", name="Show older ones").click()
    expect(clara.get_by_role("checkbox", name="Note number 70 of")).to_be_visible()
    clara.get_by_role("checkbox", name="Note number 70 of").check()

    search = clara.get_by_role("searchbox", name="Search all messages")
    expect(search).to_be_in_viewport()
    search.fill("last friday")
    search.press("Enter")
    clara.get_by_role("checkbox", name="I send the last page on Friday.").check()
    expect(clara.get_by_role("checkbox", name="Note number 70 of")).to_be_checked()
    expect(clara.get_by_label("What has happened and what you want")).to_have_value("It is late.")
    clara.get_by_role("button", name="Open a dispute", exact=True).click()
    expect(clara.get_by_role("status").first).to_contain_text("A dispute opens about 500.00 USD in escrow.")
    for text in ("I send the last page on Friday.", "Note number 120 of", "Note number 70 of"):
        expect(clara.locator(".picks").first).to_contain_text(text)
