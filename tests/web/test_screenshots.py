"""Screenshots on the diary's page: added by the freelancer, seen small by both sides and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from PIL import Image

from amicable.diary.models import Screenshot
from amicable.diary.models import Segment as Row
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.contract import Contract
from market import NOW, Market, browser_of, person
from pages import words

pytestmark = pytest.mark.django_db
EVENING = NOW + timedelta(hours=8)
TYPED = {"on": "2026-11-23", "begins": "12:00", "ends": "12:30", "memo": "Address form"}


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def contract(market: Market) -> Contract:
    """Half an hour logged from ten o'clock on, seen on the evening of the day."""
    contract = market.hourly(title="Shop", manual_time=True)
    advance(EVENING)
    return market.log(contract, NOW, 30)


def drawn(colour: str = "navy", kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (1200, 800), colour).save(out, kind)
    return out.getvalue()


def file(image: bytes, name: str = "screen.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, image)


def diary(who: Person, contract: Contract) -> HttpResponse:
    return browser_of(who).get(f"/contracts/{contract.id}/diary")


def post(who: Person, contract: Contract, what: str, **data: object) -> HttpResponse:
    return browser_of(who).post(f"/contracts/{contract.id}/diary/{what}", data, follow=True)


def add(who: Person, contract: Contract, image: bytes, minutes: int = 0) -> HttpResponse:
    start = (NOW + timedelta(minutes=minutes)).isoformat()
    return post(who, contract, "screenshots", start=start, screenshot=file(image))


def thumbnails(page: HttpResponse) -> list[str]:
    return [unescape(one) for one in re.findall(r'<img src="([^"]*)"', page.content.decode())]


def size_of(image: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(image)) as opened:
        return opened.size


def test_one_is_added_to_a_segment_and_seen_small_by_both_and_by_nobody_else(
    market: Market, contract: Contract
) -> None:
    added = add(market.femi, contract, drawn(), minutes=10)
    assert "The screenshot is kept. Both of you see it." in words(added)
    for who in (market.femi, market.clara):
        [small] = thumbnails(diary(who, contract))
        browser = browser_of(who)
        assert size_of(browser.get(small).content) == (320, 213)
        assert browser.get(small.partition("?")[0]).content == drawn()
    for stranger in (person("Sam Stranger", "client"), person("Mina Hale", "mediator")):
        assert browser_of(stranger).get(small).status_code == 404


def test_another_takes_the_place_of_the_first(market: Market, contract: Contract) -> None:
    add(market.femi, contract, drawn())
    assert "11:00 (replaces the one there is)" in words(diary(market.femi, contract))
    add(market.femi, contract, drawn("olive", "JPEG"))
    [kept] = Screenshot.objects.all()
    assert kept.media_type == "image/jpeg"
    assert bytes(kept.image) == drawn("olive", "JPEG")


def test_it_goes_with_its_segment(market: Market, contract: Contract) -> None:
    add(market.femi, contract, drawn())
    [small] = thumbnails(diary(market.femi, contract))
    post(market.femi, contract, "segments", do="delete", start=NOW.isoformat())
    assert browser_of(market.femi).get(small).status_code == 404
    assert thumbnails(diary(market.femi, contract)) == []


def test_it_comes_with_time_by_hand(market: Market, contract: Contract) -> None:
    logged = post(market.femi, contract, "time", screenshot=file(drawn()), **TYPED)
    assert "0:30 logged." in words(logged)
    [kept] = Screenshot.objects.all()
    assert kept.start == NOW + timedelta(hours=1), "noon in Femi's Lagos"


def test_it_comes_with_what_a_timer_measured(market: Market, contract: Contract) -> None:
    post(market.femi, contract, "timer", do="start", doing="Address form")
    stopped = post(market.femi, contract, "timer", do="stop", pretend="60", screenshot=file(drawn()))
    assert "1:00 logged." in words(stopped)
    assert Screenshot.objects.get().start == EVENING + timedelta(minutes=50)


def test_a_timer_that_logged_nothing_has_none(market: Market, contract: Contract) -> None:
    post(market.femi, contract, "timer", do="start", doing="Address form")
    stopped = post(market.femi, contract, "timer", do="stop", screenshot=file(drawn()))
    assert "The screenshot was not kept, because nothing is logged at that time." in words(stopped)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (b"GIF89a", "A screenshot is a PNG or a JPEG."),
        (drawn() + b"0" * 2_000_000, "A screenshot has at most 2 MB. Choose a smaller one."),
    ],
)
def test_what_is_no_screenshot_is_told_before_anything_is_logged(
    market: Market, contract: Contract, image: bytes, said: str
) -> None:
    added = add(market.femi, contract, image)
    assert added.status_code == 422
    assert f"Nothing was done {said}" in words(added)

    refused = post(market.femi, contract, "time", screenshot=file(image), **TYPED)
    assert refused.status_code == 422
    assert said in words(refused)
    assert "Nothing was logged." in words(refused)
    assert 'value="Address form"' in refused.content.decode()

    post(market.femi, contract, "timer", do="start", doing="Address form")
    stopped = post(market.femi, contract, "timer", do="stop", pretend="60", screenshot=file(image))
    assert stopped.status_code == 422
    assert "The timer runs on." in words(stopped)
    assert Row.objects.count() == 3
    assert not Screenshot.objects.exists()


def test_a_picture_that_cannot_be_made_small_is_shown_as_it_is(market: Market, contract: Contract) -> None:
    broken = b"\x89PNG\r\n\x1a\n" + b"0" * 20
    add(market.femi, contract, broken)
    [small] = thumbnails(diary(market.clara, contract))
    assert browser_of(market.clara).get(small).content == broken


def test_adding_is_the_freelancers_alone_until_the_week_closes(market: Market, contract: Contract) -> None:
    def refused(page: HttpResponse, status: int, said: str) -> bool:
        return page.status_code == status and f"Nothing was done {said}" in words(page)

    assert refused(add(market.clara, contract, drawn()), 403, "Only Femi")
    assert refused(add(market.femi, contract, drawn(), minutes=60), 409, "The screenshot was not kept, because nothing")
    for part in ({"start": NOW.isoformat()}, {"screenshot": file(drawn())}):
        assert refused(post(market.femi, contract, "screenshots", **part), 422, "No picture was chosen.")
    advance(NOW + timedelta(days=7, hours=3))
    late = add(market.femi, contract, drawn())
    assert late.status_code == 409
    assert "takes no more changes" in words(late)
    assert not Screenshot.objects.exists()
