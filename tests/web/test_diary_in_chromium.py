"""The diary in a real browser: its timer ticks and notices input, and its grid can be picked in."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from PIL import Image
from playwright.sync_api import Page, expect

from amicable.contracts import clock
from amicable.diary import segments, timers
from amicable.diary.screenshots import keep
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract
from amicable.rules.diary import SEGMENT, Segment
from market import NOW, Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


@pytest.fixture
def contract(market: Market) -> Contract:
    """Of at most two hours a week, with hours of every kind."""
    contract = market.hourly(title="Shop", weekly_limit_hours=2, manual_time=True)
    advance(NOW + timedelta(hours=30))
    log(contract, 0, 9, "Checkout page: address form and validation of postcodes in all countries")
    log(contract, 90, 2, "work")
    log(contract, 24 * 60, 3, "Meeting with the bank", manual=True)
    return contract


def log(contract: Contract, minutes: int, count: int, memo: str, **more: object) -> None:
    starts = [NOW + timedelta(minutes=minutes) + n * SEGMENT for n in range(count)]
    wanted = [Segment(start, memo, 6, **more) for start in starts]  # type: ignore[arg-type]
    assert isinstance(segments.log(contract.id, contract.freelancer, wanted, clock.now()), segments.Batch)


def diary(contract: Contract, query: str = "") -> str:
    return f"/contracts/{contract.id}/diary{query}"


def has_run(minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE diary_timer SET really_started_at = clock_timestamp() - make_interval(mins => %s)", [minutes]
        )


class TestTheTimer:
    def test_ticks_survives_a_reload_notices_input_and_logs(self, market: Market, open_as: Open) -> None:
        contract = market.hourly()
        page = open_as(market.femi, diary(contract))
        page.get_by_label("What you are going to do").fill("Colours of the buttons")
        page.get_by_role("button", name="Start the timer").click()
        shown = page.locator("[data-timer-clock]")
        expect(shown).to_have_text(re.compile("^0:00:0"))

        has_run(25)
        page.reload()
        expect(shown).to_have_text(re.compile("0:25:0"))
        with page.expect_response(lambda response: response.url.endswith("/timer") and response.status == 204):
            page.mouse.move(200, 200)
        page.reload()
        expect(page.get_by_text(re.compile("covers 0:[12]0 of it"))).to_be_visible()

        page.get_by_role("button", name="Stop and log").click()
        expect(page.get_by_role("status").first).to_contain_text("The timer ran for 0:25.")
        expect(page.locator(".block-memo").first).to_have_text("Colours of the buttons")
        assert timers.timer_of(str(market.femi.pk)) is None

    def test_works_without_javascript(self, market: Market, contract: Contract, open_as: Open) -> None:
        page = open_as(market.femi, diary(contract), java_script_enabled=False)
        page.get_by_label("What you are going to do").fill("Colours of the buttons")
        page.get_by_role("button", name="Start the timer").click()
        has_run(25)
        page.get_by_label("How long it ran").select_option("60")
        page.get_by_role("button", name="Stop and log").click()
        expect(page.get_by_role("status").first).to_contain_text("1:00 logged.")


class TestTheGrid:
    def test_time_is_picked_by_dragging_shown_with_its_money_and_logged(
        self, market: Market, contract: Contract, open_as: Open
    ) -> None:
        page = open_as(market.femi, diary(contract))
        strip = page.locator('[data-day="2026-11-23"]')
        strip.scroll_into_view_if_needed()
        drag(page, strip.bounding_box(), 15, 16)
        entry = page.locator("#entry")
        expect(entry.get_by_label("From")).to_have_value("15:00")
        expect(entry.get_by_label("To")).to_have_value("16:00")
        expect(entry.get_by_label("What was done")).to_be_focused()
        page.keyboard.type("Icons")
        expect(page.locator("#entry-outcome")).to_contain_text("1:00 is logged")
        page.get_by_role("button", name="Log 1:00").click()
        expect(page.get_by_role("status").first).to_contain_text("1:00 logged.")
        expect(page.get_by_text("15:10 to 16:00", exact=True)).to_be_visible()

    def test_time_is_typed_without_javascript(self, market: Market, contract: Contract, open_as: Open) -> None:
        page = open_as(market.femi, diary(contract), java_script_enabled=False)
        entry = page.locator("#entry")
        entry.get_by_label("Day").fill("2026-11-23")
        entry.get_by_label("From").fill("15:00")
        entry.get_by_label("To").fill("16:00")
        entry.get_by_label("What was done").fill("Icons")
        page.get_by_role("button", name="Show what comes of it").click()
        page.get_by_role("button", name="Log 1:00").click()
        expect(page.get_by_role("status").first).to_contain_text("1:00 logged.")

    def test_a_block_is_opened_and_deleted_by_keyboard(self, market: Market, contract: Contract, open_as: Open) -> None:
        page = open_as(market.femi, diary(contract))
        page.get_by_text("Change Mon 12:30 to 12:50").focus()
        page.keyboard.press("Enter")
        delete = page.get_by_role("button", name="Delete").locator("visible=true")
        delete.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status").first).to_contain_text("0:20 deleted.")


def drag(page: Page, box: object, begins: int, ends: int) -> None:
    """From one hour to just before another."""
    assert isinstance(box, dict)
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * (begins + 0.05) / 24, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (ends - 0.05) / 24, y, steps=4)
    page.mouse.up()


@pytest.mark.parametrize("look", [{"viewport": {"width": 360, "height": 800}}, {"color_scheme": "dark"}])
def test_the_pages_are_for_everybody(
    look: dict[str, object], market: Market, contract: Contract, open_as: Open
) -> None:
    typed = "?on=2026-11-23&begins=15:00&ends=18:00&memo=Icons"
    picture = BytesIO()
    Image.new("RGB", (1600, 900), "navy").save(picture, "PNG")
    keep(contract.id, contract.freelancer, NOW, picture.getvalue(), clock.now())
    page = open_as(market.femi, diary(contract, typed), **look)
    expect(page.get_by_role("img", name="Screenshot of Mon 11:00")).to_be_visible()
    found = wrong_with(page)
    timers.start(contract.id, contract.freelancer, "Colours of the buttons", clock.now())
    page.goto(diary(contract))
    found += wrong_with(page)
    page = open_as(market.clara, diary(contract), **look)
    assert found + wrong_with(page) == []
