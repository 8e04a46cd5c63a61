"""A person's week on a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from amicable.contracts import clock
from amicable.diary import segments
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract
from amicable.rules.diary import Segment
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from market import NOW, Market, browser_of
from pages import words

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def blog(market: Market) -> Contract:
    """Another hourly contract."""
    return market.hourly(title="Blog")


@pytest.fixture
def worked(market: Market, blog: Contract) -> Contract:  # noqa: ARG001 (it begins as early as this one)
    """An hourly contract of at most one hour a week, on which Femi has worked for 1:10 on Tuesday."""
    contract = market.hourly(weekly_limit_hours=1)
    advance(NOW + timedelta(days=1, hours=10))
    log(market, contract, TUESDAY, 7)
    return contract


def log(market: Market, contract: Contract, start: datetime, count: int) -> None:
    wanted = [Segment(start + timedelta(minutes=10 * n), "Checkout page", 5) for n in range(count)]
    logged = segments.log(contract.id, str(market.femi.pk), wanted, clock.now())
    assert not isinstance(logged, Refused), logged


@pytest.fixture
def femi(market: Market) -> Client:
    return browser_of(market.femi)


def test_the_week_is_told_by_day_and_contract(worked: Contract, femi: Client) -> None:
    told = words(femi.get("/hours"))

    for said in (
        "The week from Monday 23 November to Sunday 29 November 2026",
        "This week is still open",
        "Mon 30 Nov 2026, 13:00 WAT (12:00 UTC)",
        "Logged 1:10 0:10 of it over the weekly limit, not billed",
        "Billed 1:00 1:00 of it covered by hourly protection",
        "Comes to 40.00 USD The service fee comes off",
        "Hours logged on each day: Monday 0:00, Tuesday 1:10,",
        f"{worked.title} 0:00 1:10 0:00 0:00 0:00 0:00 0:00 1:10",
        f"{worked.title} Clara Whitfield Open 1:00 0:10 1:00 40.00 USD 40.00 USD",
    ):
        assert said in told


def test_the_client_sees_what_is_to_be_paid(worked: Contract, market: Market) -> None:
    told = words(browser_of(market.clara).get("/hours"))

    assert "Comes to 40.00 USD Your fee comes on top" in told
    assert f"{worked.title} Femi Adeyemi Open 1:00" in told


@pytest.mark.usefixtures("worked")
def test_contracts_are_summed_up(blog: Contract, market: Market, femi: Client) -> None:
    log(market, blog, TUESDAY + timedelta(hours=3), 3)
    told = words(femi.get("/hours"))

    assert "Blog 0:00 0:30" in told
    assert "All contracts 0:00 1:40 0:00 0:00 0:00 0:00 0:00 1:40" in told
    assert "Comes to 60.00 USD" in told


@pytest.mark.usefixtures("worked")
def test_the_bars_are_as_high_as_the_hours(blog: Contract, market: Market, femi: Client) -> None:
    log(market, blog, TUESDAY - timedelta(hours=22), 3)
    page = femi.get("/hours").content.decode()
    bars = re.findall(r'<rect class="bar-(\w+)" x="(\d+)" y="([\d.]+)" width="30" height="([\d.]+)"', page)

    assert [(kind, x) for kind, x, *_ in bars] == [("covered", "34"), ("covered", "79"), ("over", "79")]
    monday, tuesday, over = (float(height) for *_, height in bars)
    assert (tuesday / monday, over / monday) == (pytest.approx(2), pytest.approx(1 / 3, abs=0.01))


def test_what_a_dispute_does_is_told_and_drawn_on_both_sides(market: Market, worked: Contract, femi: Client) -> None:
    advance(NOW + timedelta(days=7, hours=3))
    wanted = ["2026-11-24T09:00:00Z", "2026-11-24T09:10:00Z"]
    asked = market.do(worked, "dispute_hours", Role.CLIENT, week="2026-11-23", segments=wanted, reason="Not for me.")
    week = {"week": "2026-11-23"}
    for browser in (femi, browser_of(market.clara)):
        page = browser.get("/hours", week)
        assert "1:00 of it covered by hourly protection; 0:20 in dispute" in words(page)
        assert "1:00 0:20 in dispute" in words(page)
        assert "40.00 USD 13.33 USD in dispute" in words(page)
        assert "Tuesday 1:10 (0:20 in dispute)" in words(page)
        assert heights(page) == [("covered", 2), ("disputed", 1), ("over", 0.5)]
    market.do(asked, "accept_hours_dispute", Role.FREELANCER, proposal=asked.proposals[0].id)
    for browser in (femi, browser_of(market.clara)):
        page = browser.get("/hours", week)
        assert "0:20 returned after a dispute" in words(page)
        assert "13.33 USD gone back" in words(page)
        assert "Tuesday 1:10 (0:20 returned)" in words(page)
        assert heights(page) == [("covered", 2), ("returned", 1), ("over", 0.5)]
        assert "In dispute" not in words(page)


def heights(page: HttpResponse) -> list[tuple[str, float]]:
    """The parts of the one bar there is, in heights of twenty minutes."""
    found = re.findall(r'<rect class="bar-(\w+)" x="79" y="[\d.]+" width="30" height="([\d.]+)"', page.content.decode())
    hour = (164 - 24) / 2
    return [(kind, round(float(height) * 3 / hour, 1)) for kind, height in found]


@pytest.mark.usefixtures("worked")
def test_other_weeks_are_a_click_away(femi: Client) -> None:
    this = femi.get("/hours").content.decode()
    assert "?week=2026-11-16" in this
    assert "?week=2026-11-30" not in this

    told = words(femi.get("/hours?week=2026-11-19"))
    assert "The week from Monday 16 November to Sunday 22 November 2026" in told
    assert "No hours in this week" in told


@pytest.mark.parametrize("week", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "2026-W48"])
def test_what_is_no_day_is_not_found(week: str, market: Market) -> None:
    answer = browser_of(market.femi).get("/hours", {"week": week})
    assert answer.status_code == (200 if week == "2026-W48" else 404)


@pytest.mark.usefixtures("worked")
def test_the_week_can_be_downloaded(femi: Client) -> None:
    assert "/hours.csv?week=2026-11-23" in femi.get("/hours").content.decode()
    sheet = femi.get("/hours.csv?week=2026-11-23")

    assert sheet["Content-Type"] == "text/csv; charset=utf-8"
    assert sheet.content.decode().splitlines()[1].endswith("1:10,1:00,0:10,1:00,40.00,40.00,0.00,USD,open")


def test_whoever_has_not_signed_in_is_asked_to() -> None:
    for path in ("/hours", "/hours.csv"):
        assert Client().get(path)["Location"].startswith("/sign-in")
