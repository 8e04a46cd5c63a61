"""Picking messages and history in as evidence: all there are can be reached, and looking for them loses nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from amicable.contracts.history import history
from amicable.contracts.perform import view
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from amicable.talk.messages import write
from amicable.talk.models import Message
from amicable.web import picking
from market import NOW, Market, browser_of, person
from pages import hidden, words

pytestmark = pytest.mark.django_db
MANY = 120


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def contract(market: Market) -> Contract:
    """A contract with so much talk that the first of it is far back."""
    return talked(market, market.submitted("500.00"))


def talked(market: Market, contract: Contract, many: int = MANY) -> Contract:
    Message.objects.bulk_create(
        Message(contract_id=contract.id, author=market.femi, text=f"Note number {number} of the log.", at=NOW)
        for number in range(1, many + 1)
    )
    return contract


def address(contract: Contract) -> str:
    return f"/contracts/{contract.id}/actions/open_dispute"


def said(market: Market, contract: Contract, text: str) -> str:
    """What picks in a message that Femi writes now."""
    message = write(contract.id, str(market.femi.pk), text, NOW)
    assert isinstance(message, Message)
    return f"message:{message.pk}"


def look(market: Market, contract: Contract, **form: object) -> HttpResponse:
    """The page anew after a button was pressed that only looks."""
    browser = browser_of(market.clara)
    seen = hidden(browser.get(address(contract)))
    return browser.post(address(contract), seen | {"about": "escrow"} | form)


def offered(page: HttpResponse) -> list[str]:
    """The values of all boxes, from the top."""
    return re.findall(r'name="evidence" value="([^"]*)"', page.content.decode())


def ticked(page: HttpResponse) -> list[str]:
    return re.findall(r'name="evidence" value="([^"]*)" checked', page.content.decode())


def further(page: HttpResponse) -> str | None:
    """What the button sends that goes further back; None where all has been shown."""
    found = re.search(r'name="evidence.older" value="([^"]*)"', page.content.decode())
    return found and found[1]


def test_everything_there_is_can_be_reached_step_by_step_and_each_thing_once(
    market: Market, contract: Contract
) -> None:
    page = browser_of(market.clara).get(address(contract))
    found = offered(page)
    assert len(found) == picking.AT_ONCE
    while older := further(page):
        page = look(market, contract, **{"evidence.older": older})
        found += offered(page)

    messages = Message.objects.filter(contract=contract.id).order_by("-id")
    events = [f"event:{event.version}" for event in reversed(history(contract.id))]
    assert [one for one in found if one.startswith("message")] == [f"message:{message.pk}" for message in messages]
    assert [one for one in found if one.startswith("event")] == events


def test_the_newest_come_first_whether_somebody_wrote_or_did_something(market: Market) -> None:
    contract = market.submitted("500.00")
    before = said(market, contract, "Before.")
    advance(NOW + timedelta(days=1))
    market.do(contract, "request_changes", Role.CLIENT, milestone=contract.milestones[0].id, note="The title.")
    found = offered(browser_of(market.clara).get(address(contract)))
    assert found[0] == f"event:{view(contract.id, None, NOW)[0].version}"
    assert before in found[1:]


def test_a_search_finds_what_was_written_long_ago_in_any_order_of_the_words_and_by_who_wrote_it(
    market: Market, contract: Contract
) -> None:
    page = look(market, contract, **{"evidence.q": " log 7 NUMBER", "evidence.find": "yes"})
    seventh = Message.objects.filter(contract=contract.id).order_by("id")[6]
    assert f"message:{seventh.pk}" in offered(page)
    assert all("7" in text for text in re.findall(r"Note number (\d+) of", words(page)))
    assert "The newest that have “log 7 NUMBER” in them" in words(page)
    mine = said(market, contract, "Delivered.")
    assert mine in offered(look(market, contract, **{"evidence.q": "adeyemi delivered", "evidence.find": "yes"}))


def test_a_search_finds_what_happened_by_the_words_it_is_told_in(market: Market, contract: Contract) -> None:
    page = look(market, contract, **{"evidence.q": "offer accepted", "evidence.find": "yes"})
    assert offered(page) == ["event:2"]
    by_amount = look(market, contract, **{"evidence.q": "500.00 usd", "evidence.find": "yes"})
    assert "event:3" in offered(by_amount)


def test_a_search_that_finds_nothing_says_so_and_what_to_try(market: Market, contract: Contract) -> None:
    page = look(market, contract, **{"evidence.q": "zebra\x00", "evidence.find": "yes"})
    assert "Nothing else has “zebra” in it. Try another word, or a part of one." in words(page)
    assert offered(page) == []


def test_a_search_goes_through_a_long_history_in_steps(
    market: Market, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picking, "READ_AT_ONCE", 2)
    search = {"evidence.q": "offer accepted"}
    page = look(market, contract, **search, **{"evidence.find": "yes"})
    assert offered(page) == []
    assert "Nothing lately has “offer accepted” in it" in words(page)
    assert "Search further back" in words(page)
    assert offered(look(market, contract, **search, **{"evidence.older": further(page)})) == ["event:2"]


def test_looking_does_nothing_and_loses_neither_what_is_written_nor_what_is_picked(
    market: Market, contract: Contract
) -> None:
    picked = [said(market, contract, "One page is missing."), "event:2"]
    form = {"reason": "It is late.", "amount": "120.00", "evidence": picked}
    page = look(market, contract, **form, **{"evidence.q": "number 12 ", "evidence.find": "yes"})

    assert page.status_code == 200
    assert ticked(page) == picked, "they stay on top, though neither has the words"
    assert len(offered(page)) == len(set(offered(page))), "and no box is there twice"
    assert "It is late." in words(page)
    assert 'id="picking" open' in page.content.decode()
    assert hidden(page)["chosen"] == "about=escrow&amount=120.00"
    assert view(contract.id, None, NOW)[0].version == contract.version

    done = browser_of(market.clara).post(address(contract), hidden(page) | form)
    assert done.status_code == 302
    (dispute,) = view(contract.id, None, NOW)[0].disputes
    assert dispute.amount == 120_00
    assert list(dispute.all_evidence) == picked


def test_files_that_were_chosen_have_to_be_chosen_again_and_the_page_says_so(
    market: Market, contract: Contract
) -> None:
    files = {"files": [SimpleUploadedFile("calendar.txt", b"Away.")]}
    page = look(market, contract, **files, **{"evidence.find": "yes"})
    assert "Choose the files again: nothing was sent." in words(page)


def test_what_was_picked_stays_on_top_when_the_button_is_refused(market: Market, contract: Contract) -> None:
    refused = look(market, contract, reason="", evidence=["event:1"])
    assert refused.status_code == 422
    assert ticked(refused) == ["event:1"]
    assert offered(refused)[0] == "event:1"


@pytest.mark.parametrize("place", ["x", "1", "9999999999/", "/zzz", "-1/", "1/0198"])
def test_a_place_that_is_none_shows_the_newest(market: Market, contract: Contract, place: str) -> None:
    newest = offered(browser_of(market.clara).get(address(contract)))
    assert offered(look(market, contract, **{"evidence.older": place})) == newest


def test_the_page_asks_the_database_no_more_often_the_more_there_is(market: Market) -> None:
    def asked(contract: Contract) -> int:
        browser = browser_of(market.clara)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address(contract))
        return len(queries)

    little, much = market.submitted("500.00"), talked(market, market.submitted("500.00"), 2_000)
    assert asked(little) == asked(much)


def test_hours_are_disputed_and_decided_with_what_was_looked_for(market: Market) -> None:
    contract = market.hourly()
    old = said(market, contract, "I was away on Tuesday.")
    talked(market, contract)
    advance(NOW + timedelta(days=1))
    market.log(contract, NOW, 120)
    advance(NOW + timedelta(days=7, hours=3))
    clara, search = browser_of(market.clara), {"evidence.q": "tuesday", "evidence.find": "yes"}
    page_of = f"/contracts/{contract.id}/hours/dispute"
    chosen = {"week": "2026-11-23", "pick": "60-65"}
    found = clara.post(page_of, hidden(clara.get(page_of, chosen)) | chosen | {"reason": "Not worked."} | search)
    assert found.status_code == 200
    assert offered(found) == [old]
    assert "Not worked." in words(found)
    assert clara.post(page_of, hidden(found) | {"reason": "Not worked.", "evidence": [old]}).status_code == 302

    asked = view(contract.id, None, NOW)[0].proposals[0].id
    contested = market.do(contract, "contest_hours_dispute", Role.FREELANCER, proposal=asked)
    mina = browser_of(person("Mina Hale", "mediator"))
    page_of = f"/contracts/{contract.id}/hours/decide/{contested.disputes[0].id}"
    decided = {"paid": "60-62", "returned": "63-65", "reason": "As the memos say."}
    found = mina.post(page_of, decided | search)
    assert found.status_code == 200
    assert offered(found) == [old]
    assert hidden(found)["chosen"] == "paid=60-62&returned=63-65"
    done = mina.post(page_of, hidden(found) | {"reason": "As the memos say.", "evidence": [old]})
    assert done.status_code == 302
