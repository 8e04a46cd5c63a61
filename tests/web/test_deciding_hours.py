"""A mediator decides disputed hours in the web app: by day, by stretch and by ten minutes."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.payments import sandbox
from amicable.rules.contract import Contract
from amicable.rules.dispute import Ruling
from amicable.rules.parts import Role
from amicable.rules.week import bitmap, slot_begins
from market import NOW, Market, browser_of, person
from pages import hidden, press, words

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 23)
MONDAY = NOW + timedelta(days=7, hours=3)


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def contested(market: Market) -> Contract:
    """Three hours at 40 USD in dispute: one on Monday from 10:00 UTC and twenty minutes of other work after it, 1:40 on
    Tuesday. Ten minutes more are not in dispute."""
    contract = market.hourly()
    sandbox.advance(NOW + timedelta(days=2))
    market.log(contract, NOW, 60)
    market.log(contract, NOW + timedelta(hours=1), 20, memo="Shop window", activity=3)
    market.log(contract, NOW + timedelta(days=1), 110, memo="")
    sandbox.advance(MONDAY)
    named = [slot_begins(WEEK, slot).isoformat() for slot in (*range(60, 68), *range(205, 215))]
    asked = market.do(
        contract, "dispute_hours", Role.CLIENT, week=str(WEEK), segments=named, reason="Nothing was delivered."
    )
    return market.do(
        asked, "contest_hours_dispute", Role.FREELANCER, proposal=asked.proposals[0].id, note="It was worked."
    )


@pytest.fixture
def mina(market: Market) -> Client:
    mediator = person("Mina Hale", "mediator")
    mediator.time_zone = "Africa/Lagos"
    mediator.save()
    del market
    return browser_of(mediator)


FIRST, SECOND, TUESDAY = "span.60-65", "span.66-67", "span.205-214"


def address(contract: Contract) -> str:
    return f"/contracts/{contract.id}/hours/decide/{contract.open_disputes[0].id}"


def look(mina: Client, contract: Contract, **chosen: Any) -> HttpResponse:
    return mina.get(address(contract), chosen)


def ruling(contract: Contract) -> Ruling:
    found = view(contract.id, None, clock.now())[0].disputes[0].ruling
    assert found is not None
    return found


class TestThePage:
    def test_is_where_the_mediators_button_leads(self, mina: Client, contested: Contract) -> None:
        room = mina.get(f"/contracts/{contested.id}").content.decode()
        link = f"/contracts/{contested.id}/actions/decide?dispute={contested.open_disputes[0].id}"
        assert link in room
        assert mina.get(link).headers["Location"] == address(contested)
        assert mina.get(link.partition("?")[0]).headers["Location"] == address(contested)

    def test_lists_the_disputed_segments_with_all_that_speaks_for_and_against_them(
        self, mina: Client, contested: Contract
    ) -> None:
        page = words(look(mina, contested))

        assert "Monday, 23 November: 1:20" in page
        assert "11:00 to 12:00 (10:00 to 11:00 UTC) 1:00 Covered Checkout page: address form" in page
        assert "Input in 3 of every ten minutes." in page
        assert "Tuesday, 24 November: 1:40" in page
        assert "1:40 Not covered No memo Input in 7 of every ten minutes. It has no memo." in page
        assert "Not decided yet 3:00 hours" in page
        assert "First decide all of the hours" in page

    def test_counts_the_sum_anew_with_every_choice_and_shows_what_follows_when_all_are_made(
        self, mina: Client, contested: Contract
    ) -> None:
        some = words(look(mina, contested, **{FIRST: "paid"}))
        assert "Paid 1:00 hours Returned 0:00 hours Not decided yet 2:00 hours" in some
        assert "If you press the button" not in some

        page = look(mina, contested, **{FIRST: "paid", SECOND: "returned", TUESDAY: "returned"})
        told = words(page)
        assert "Paid 1:00 hours: 40.00 USD for Femi, before the service fee" in told
        assert "Returned 2:00 hours: 80.00 USD for Clara, and the fee on it" in told
        assert "The ruling takes effect on Thu 3 Dec 2026, 14:00 WAT (13:00 UTC)" in told
        assert "Decide: 1:00 paid, 2:00 returned" in told

    @pytest.mark.parametrize(
        ("chosen", "paid"),
        [
            ({"day.2026-11-23": "paid", "day.2026-11-24": "returned", TUESDAY: "returned"}, [*range(60, 68)]),
            ({"day.2026-11-23": "paid", SECOND: "returned", TUESDAY: "returned"}, [*range(60, 66)]),
            ({"day.2026-11-23": "returned", TUESDAY: "paid", "but": ["205", "60-61"]}, [60, 61, *range(206, 215)]),
            ({"day.2026-11-23": "returned", TUESDAY: "returned"}, []),
        ],
    )
    def test_takes_a_day_a_stretch_before_its_day_and_ten_minutes_before_both(
        self, mina: Client, contested: Contract, chosen: dict[str, Any], paid: list[int]
    ) -> None:
        page = look(mina, contested, **chosen)
        assert page.context["decided"].paid == bitmap(paid)
        assert page.context["shown"]

        press(mina, address(contested), page, reason="As the memos say.")
        assert ruling(contested).segments == bitmap(paid)
        assert round(ruling(contested).release / 4_000 * 60) == 10 * len(paid)

    @pytest.mark.parametrize(
        "chosen",
        [{"paid": "1-1007"}, {"paid": "nonsense"}, {FIRST: "maybe"}, {"day.2026-11-25": "paid"}, {"but": "60"}],
    )
    def test_takes_what_is_no_choice_for_none(self, mina: Client, contested: Contract, chosen: dict[str, str]) -> None:
        decided = look(mina, contested, **chosen).context["decided"]
        assert decided.paid & ~decided.disputed == 0
        assert decided.open_hours in ("3:00", "")

    def test_changes_in_part_without_the_rest(self, mina: Client, contested: Contract) -> None:
        part = mina.get(address(contested), {FIRST: "paid"}, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        assert 'id="deed"' in part

    def test_is_the_mediators(self, market: Market, contested: Contract) -> None:
        assert "This cannot be decided now" in words(browser_of(market.clara).get(address(contested)))
        assert browser_of(person("Sam", "client")).get(address(contested)).status_code == 404
        mediator = browser_of(person("Ida", "mediator"))
        assert mediator.get(f"/contracts/{contested.id}/hours/decide/none").status_code == 404


class TestDeciding:
    def test_keeps_what_was_chosen_when_the_reasons_are_missing(self, mina: Client, contested: Contract) -> None:
        page = look(mina, contested, **{FIRST: "paid", SECOND: "returned", TUESDAY: "returned", "but": ["205"]})
        again = press(mina, address(contested), page, reason=" ")

        assert again.status_code == 422
        assert "Write something: the other side reads it." in words(again)
        assert hidden(again)["chosen"] == hidden(page)["chosen"]
        assert 'name="span.60-65" value="paid" checked' in again.content.decode()
        assert 'name="but" value="205" checked' in again.content.decode()

        done = press(mina, address(contested), again, reason="As the memos say.")
        assert done.status_code == 302
        assert ruling(contested).segments == bitmap([*range(60, 66), 205])

    def test_tells_both_sides_in_their_room_what_becomes_of_which_hours(
        self, market: Market, mina: Client, contested: Contract
    ) -> None:
        page = look(mina, contested, **{FIRST: "paid", SECOND: "returned", TUESDAY: "returned", "but": ["205"]})
        press(mina, address(contested), page, reason="As the memos say.")
        told = words(browser_of(market.femi).get(f"/contracts/{contested.id}"))

        assert "11:00 to 12:00 1:00 Covered To be paid Checkout page" in told
        assert "12:00 to 12:20 0:20 Covered To be returned Shop window" in told
        assert "1:40 Not covered To be returned But the ten minutes from 11:10 are to be paid. No memo" in told

    def test_of_only_some_decides_nothing(self, mina: Client, contested: Contract) -> None:
        page = mina.post(address(contested), {"paid": "60-65", "seen": "1", "reason": "Because.", "key": "k"})
        assert page.status_code == 422
        assert "Nothing was done Say of every hour in dispute whether it is paid or returned." in words(page)
        assert view(contested.id, None, clock.now())[0].disputes[0].ruling is None

    def test_is_no_partys_whatever_they_send(self, market: Market, contested: Contract) -> None:
        for who in (market.clara, market.femi):
            for sent_ in ({}, {"paid": "60-65"}, {"returned": "60-67", "paid": "204-213", "reason": "Mine."}):
                assert browser_of(who).post(address(contested), sent_).status_code == 403

    def test_is_asked_again_when_the_two_have_moved_meanwhile(
        self, market: Market, mina: Client, contested: Contract
    ) -> None:
        page = look(mina, contested, **{FIRST: "paid", SECOND: "paid", TUESDAY: "returned"})
        market.do(contested, "offer_settlement", Role.CLIENT, release="40.00", note="An hour, then.")
        again = press(mina, address(contested), page, reason="As the memos say.")

        assert again.status_code == 409
        assert "What you chose and wrote is still here." in words(again)
        assert "An hour, then." not in words(again)
        assert hidden(again)["chosen"] == hidden(page)["chosen"]

        assert press(mina, address(contested), again, reason="So.").status_code == 302
        told = words(mina.get(address(contested)))
        assert "A ruling has been given" in told
