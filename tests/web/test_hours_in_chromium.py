"""The page of a week and that of an import in a real browser: at every width, in both themes, without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from amicable.diary.models import Segment as Row
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract
from exports import FOLDER, toggl
from market import NOW, Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


@pytest.fixture
def contract(market: Market) -> Contract:
    """An hourly contract of at most two hours a week, with time by hand; it is the evening of the second day."""
    contract = market.hourly(weekly_limit_hours=2, manual_time=True)
    advance(NOW + timedelta(days=1, hours=10))
    return contract


@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark", "viewport": {"width": 360, "height": 800}}])
def test_a_file_is_imported_and_shows_up_in_the_week(
    look: dict[str, object], contract: Contract, market: Market, open_as: Open
) -> None:
    page = open_as(market.femi, f"/contracts/{contract.id}/diary/import", java_script_enabled=not look, **look)
    page.get_by_label("Exported file").set_input_files(FOLDER / "toggl.csv")
    page.get_by_label("Time zone of its times").select_option("UTC")
    page.get_by_role("button", name="Show what would be logged").click()
    expect(page.get_by_role("heading", name="would be logged")).to_be_visible()
    page.get_by_label("Entries of which project").select_option("Shop")
    page.get_by_role("button", name="Show again").click()
    expect(page.get_by_text("Of other projects")).to_be_visible()
    if not look:
        assert wrong_with(page) == []
    assert Row.objects.count() == 0

    page.get_by_role("button", name="Log 2:40").click()
    expect(page.get_by_role("status").filter(has_text="logged from Toggl Track")).to_be_visible()
    assert Row.objects.count() == 16
    page.goto("/hours")
    expect(page.get_by_role("img", name="Hours logged on each day: Monday 2:10, Tuesday 0:30")).to_be_visible()
    if not look:
        assert wrong_with(page) == []


def test_what_is_wrong_with_a_file_is_told(contract: Contract, market: Market, open_as: Open, tmp_path: Path) -> None:
    broken = tmp_path / "broken.csv"
    broken.write_bytes(toggl(("2026-11-24", "09:00:00", "10:00:00"), ("2026-11-24", "noon", "13:00:00")))
    page = open_as(market.femi, f"/contracts/{contract.id}/diary/import")
    page.get_by_label("Exported file").set_input_files(broken)
    page.get_by_role("button", name="Show what would be logged").click()

    expect(page.get_by_role("alert")).to_contain_text("line 3, column start time cannot be read")
    assert wrong_with(page) == []


def test_another_week_is_picked(market: Market, open_as: Open) -> None:
    page = open_as(market.femi, "/hours")
    page.get_by_label("The week of").fill("2026-11-19")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("The week from Monday 16 November to Sunday 22 November 2026")).to_be_visible()
    page.get_by_role("link", name="Week after").click()
    expect(page.get_by_text("The week from Monday 23 November")).to_be_visible()
    assert wrong_with(page) == []
