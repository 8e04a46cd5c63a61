"""Importing hours on a page: shown first, then done exactly so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from amicable.contracts import clock
from amicable.diary import segments
from amicable.diary.imports.plan import LeftOut
from amicable.diary.models import Segment as Row
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract
from amicable.rules.diary import Segment
from amicable.rules.parts import Role
from amicable.rules.wording import say
from amicable.web.importing import omissions
from amicable.web.outcome import People
from exports import sample, toggl
from market import NOW, Market, browser_of
from pages import hidden, words

pytestmark = pytest.mark.django_db
DAY = "2026-11-24"
ENTRIES = ((DAY, "09:00:00", "10:10:00"), (DAY, "11:00:00", "11:03:00"))


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def contract(market: Market) -> Contract:
    """An hourly contract of at most one hour a week, with time by hand; it is the evening of the second day."""
    contract = market.hourly(weekly_limit_hours=1, manual_time=True)
    advance(NOW + timedelta(days=1, hours=10))
    return contract


@pytest.fixture
def femi(market: Market) -> Client:
    return browser_of(market.femi)


def address(contract: Contract) -> str:
    return f"/contracts/{contract.id}/diary/import"


def send(browser: Client, contract: Contract, content: bytes, **more: str) -> HttpResponse:
    file = SimpleUploadedFile("export.csv", content, "text/csv")
    return browser.post(address(contract), {"file": file, "zone": "UTC", "dates": "", **more})  # type: ignore[return-value]


def log(browser: Client, contract: Contract, page: HttpResponse, **more: str) -> HttpResponse:
    """Press the button of a preview."""
    [plan] = {part.split('"')[0] for part in page.content.decode().split('name="plan" value="')[1:]}
    form = {"text": text_of(page), "zone": "UTC", "dates": "", "plan": plan, **more}
    return browser.post(address(contract), form)  # type: ignore[return-value]


def text_of(page: HttpResponse) -> str:
    """The file, as the page sends it along."""
    return unescape(hidden(page)["text"])


def logged() -> list[str]:
    return [f"{start:%H:%M}" for start in Row.objects.order_by("start").values_list("start", flat=True)]


def test_the_page_asks_for_a_file_in_the_persons_own_zone(contract: Contract, femi: Client) -> None:
    page = femi.get(address(contract))

    assert page.status_code == 200
    assert '<option value="Africa/Lagos" selected>' in page.content.decode()
    assert "Toggl Track: Reports, Detailed, as CSV" in words(page)


def test_what_would_be_logged_is_shown_and_the_button_does_it(contract: Contract, femi: Client) -> None:
    page = send(femi, contract, toggl(*ENTRIES))
    told = words(page)

    assert page.status_code == 200
    for said in (
        "1:10 would be logged",
        "at least five minutes of it were worked",
        "hourly protection does not cover it",
        "Checkout page Tue 24 Nov 2026, 10:00 WAT (09:00 UTC) 1:00",
        "Over the weekly limit, not billed",
        "Mon 23 Nov 2026 0:00 1:10 0:10 0.00 USD 40.00 USD",
        "Too short",
        "Line 3",
    ):
        assert said in told
    assert logged() == []

    after = log(femi, contract, page)
    assert (after.status_code, after["Location"]) == (302, f"/contracts/{contract.id}/diary?week=2026-11-23")
    assert len(logged()) == 7
    assert "1:10 logged from Toggl Track." in words(femi.get(after["Location"]))


def test_a_preview_that_does_not_hold_any_more_is_shown_again(contract: Contract, femi: Client, market: Market) -> None:
    page = send(femi, contract, toggl(*ENTRIES))
    start = datetime(2026, 11, 24, 9, tzinfo=UTC)
    segments.log(contract.id, str(market.femi.pk), [Segment(start, "Sketches", 5)], clock.now())
    again = log(femi, contract, page)

    assert again.status_code == 409
    assert "has changed since you looked at what would be imported" in words(again)
    assert "1:00 would be logged" in words(again)
    assert logged() == ["09:00"]
    assert log(femi, contract, again).status_code == 302
    assert len(logged()) == 7


def test_one_project_of_the_file_can_be_meant(contract: Contract, femi: Client) -> None:
    page = send(femi, contract, sample("toggl").replace(b"2026-11-23", b"2026-11-22"))
    assert '<option value="Blog">' in page.content.decode()

    only = femi.post(address(contract), {"text": text_of(page), "zone": "UTC", "dates": "", "project": "Blog"})
    assert "1:00 would be logged" in words(only)
    assert "Of other projects" in words(only)


def test_a_broken_file_says_where_it_is_broken(contract: Contract, femi: Client) -> None:
    page = send(femi, contract, toggl(ENTRIES[0], (DAY, "noon", "13:00:00"), ("", "12:00:00", "13:00:00")))

    assert page.status_code == 422
    told = words(page)
    assert "line 3, column start time cannot be read: “noon” is not understood. 1 more lines are broken." in told
    assert "Line 4, start date: Nothing stands here." in told
    assert "Log 1:10" not in told


def test_dates_that_can_be_read_in_two_ways_are_asked_about_and_the_file_is_kept(
    contract: Contract, femi: Client
) -> None:
    page = send(femi, contract, sample("clockify").replace(b"11/23/2026", b"11/12/2026"))
    assert page.status_code == 422
    assert "Say whether the day or the month comes first." in words(page)

    form = {"text": text_of(page), "zone": "UTC", "dates": "month_first"}
    assert "Before the contract began" in words(femi.post(address(contract), form))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The submitted file is empty"),
        ("Größe".encode("latin-1"), "The file is no text in UTF-8."),
        (b"a" * 2_000_001, "The file is larger than 2 MB."),
        (b"Project,Duration\nShop,1:00\n", "This is no export that can be read here."),
    ],
)
def test_what_is_no_export_is_said(content: bytes, said: str, contract: Contract, femi: Client) -> None:
    page = send(femi, contract, content)

    assert page.status_code == 422
    assert (said if content else "Choose the file that your time tracker exported.") in words(page)


def test_a_large_file_goes_there_and_back(contract: Contract, femi: Client) -> None:
    content = toggl(*((f"2026-10-{day:02}", "09:00:00", "10:00:00") for day in range(1, 32)), memo="Words " * 80)
    content += b"".join(content.splitlines(keepends=True)[1:]) * 112
    assert 1_700_000 < len(content) < 2_000_000
    page = send(femi, contract, content)
    assert page.status_code == 200

    again = femi.post(address(contract), {"text": text_of(page), "zone": "UTC", "dates": ""})
    assert "Before the contract began" in words(again)


def test_wrong_choices_are_told_beside_the_fields(contract: Contract, femi: Client) -> None:
    page = send(femi, contract, toggl(*ENTRIES), zone="Mars", dates="year_first")

    assert page.status_code == 422
    assert "Choose one of the time zones." in words(page)
    assert "Choose one of these." in words(page)


def test_a_contract_without_time_by_hand_takes_no_imports(market: Market, femi: Client) -> None:
    tracked = market.hourly()
    page = femi.get(address(tracked))

    assert page.status_code == 409
    assert "ask Clara to allow time by hand" in words(page)
    assert 'type="file"' not in page.content.decode()


def test_only_the_freelancer_imports(contract: Contract, market: Market) -> None:
    assert browser_of(market.clara).get(address(contract)).status_code == 403
    assert browser_of(market.clara).post(address(contract), {"text": "x"}).status_code == 403


def test_time_in_a_pause_is_left_out_and_told(market: Market, femi: Client) -> None:
    contract = market.hourly(manual_time=True)
    paused = market.do(contract, "pause", Role.CLIENT)
    advance(NOW + timedelta(days=1))
    market.do(paused, "resume", Role.CLIENT)
    advance(NOW + timedelta(days=1, hours=10))
    told = words(send(femi, contract, toggl((DAY, "09:30:00", "10:30:00"))))

    assert "0:30 would be logged" in told
    assert "In a pause of the contract" in told


def test_what_is_left_out_for_a_reason_without_a_heading_is_told_too() -> None:
    left_out = [LeftOut("of_some_new_rule", say("So it is."), (2,), 10), LeftOut("too_short", say("Short."), (3,))]

    assert [(group.title, group.hours) for group in omissions(left_out, People("Clara", "Femi"))] == [
        ("Too short", ""),
        ("For other reasons", "0:10"),
    ]
