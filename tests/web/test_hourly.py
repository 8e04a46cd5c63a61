"""The workroom of a contract by the hour."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.diary.segments import delete, describe
from amicable.payments import sandbox
from amicable.payments.cards import set_card
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from market import NOW, Market, browser_of
from pages import press, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def room(who: Person, contract: Contract) -> str:
    return words(browser_of(who).get(f"/contracts/{contract.id}"))


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def at(market: Market, **later: int) -> Market:
    clock.move_at_least(NOW + timedelta(**later))
    return market


class TestAnOffer:
    def test_says_its_terms_and_what_a_full_week_comes_to_to_both(self, market: Market) -> None:
        contract = market.hourly_offer(weekly_limit_hours=30)
        for who in (market.clara, market.femi):
            page = room(who, contract)
            assert "An hour 40.00 USD Weekly limit 30 hours; more is kept and not billed" in page
            assert "Time entered by hand Not allowed: only time that a timer measured" in page
            assert "Clara's card pays 1,260.00 USD" in page
            assert "Femi receives, 10 % service fee off 1,080.00 USD" in page
        assert "Mon 30 Nov 2026, 13:00 WAT (12:00 UTC), in 7 days 2 h Billed" in room(market.femi, contract)


class TestThisWeek:
    def test_is_told_as_it_stands_with_the_sum_and_the_fee_so_far(self, market: Market) -> None:
        contract = market.hourly(weekly_limit_hours=30, manual_time=True)
        at(market, hours=9)
        market.log(contract, NOW, 120)
        market.log(contract, NOW + timedelta(hours=3), 30, manual=True)
        page = room(market.clara, contract)

        assert "2:30 of 30:00 hours" in page
        assert "Of them today 2:30" in page
        assert "2:30 at 40.00 USD an hour 100.00 USD Client's fee 5.00 USD Clara's card pays 105.00 USD" in page
        assert "Covered by hourly protection 2:00, 0:30 not" in page
        assert "Billed Mon 30 Nov 2026, 07:00 EST (12:00 UTC), in 6 days 17 h" in page

    def test_tells_hours_over_the_limit_apart(self, market: Market) -> None:
        contract = market.hourly(weekly_limit_hours=1)
        at(market, hours=9)
        market.log(contract, NOW, 90)
        page = room(market.femi, contract)

        assert "1:00 of 1:00 hours" in page
        assert "Over the weekly limit: kept, not billed 0:30" in page

    def test_is_empty_before_the_first_hour(self, market: Market) -> None:
        page = room(market.femi, market.hourly())
        assert "Hours so far 0:00 Of them today 0:00 0:00 at 40.00 USD an hour 0.00 USD Billed" in page

    def test_leads_to_the_diary_to_log_hours_or_to_see_them(self, market: Market) -> None:
        contract = market.hourly()
        assert "Log hours" in room(market.femi, contract)
        assert "See what was done" in room(market.clara, contract)

    def test_shows_what_happens_by_itself_to_the_day_on_which_it_can_be_withdrawn(self, market: Market) -> None:
        contract = market.hourly()
        at(market, hours=9)
        market.log(contract, NOW, 60)
        page = room(market.femi, contract).partition("What happens by itself")[2]

        assert "The week is billed" in page
        assert "The card pays for the week" in page
        assert "The week's review ends" in page
        assert "It can be withdrawn from Wed 9 Dec 2026, 01:00 WAT (00:00 UTC)" in page


class TestTheTerms:
    def test_tell_a_change_that_is_to_come(self, market: Market) -> None:
        contract = market.do(market.hourly(weekly_limit_hours=30), "set_weekly_limit", Role.CLIENT, hours=10)
        page = room(market.femi, contract)

        assert "Weekly limit 30 hours this week, 10 hours from Monday 30 November on; more is kept" in page
        assert "An hour 40.00 USD Weekly limit" in page
        assert "Weekly limit None Time entered by hand" in room(market.femi, market.hourly())
        assert "From Monday 30 November on: at most 10 hours a week, 40.00 USD an hour." in page

    def test_tell_that_time_by_hand_is_allowed_and_until_when(self, market: Market) -> None:
        contract = market.hourly()
        browser, address = browser_of(market.clara), f"/contracts/{contract.id}/actions/allow_manual_time"
        page = browser.get(address)
        assert "Femi can enter time by hand from now on, also for this week so far." in words(page)
        assert press(browser, address, page).status_code == 302
        assert "Time entered by hand Is billed; hourly protection does not cover it" in room(market.femi, contract)

        market.do(stands(contract), "forbid_manual_time", Role.CLIENT)
        page = room(market.femi, contract)
        assert "does not cover it; not allowed from Monday 30 November on" in page
        assert "no weekly limit, 40.00 USD an hour, no more time entered by hand." in page

        market.do(stands(contract), "allow_manual_time", Role.CLIENT)
        assert "30 November on" not in room(market.femi, contract)

    def test_offer_nothing_that_only_a_fixed_price_has(self, market: Market) -> None:
        page = browser_of(market.clara).get(f"/contracts/{market.hourly().id}")
        cannot = {label for labels in page.context["cannot_do"].values() for label in labels}

        assert cannot.isdisjoint({"Fund a milestone", "Release money", "Ask for changes"})
        assert "Milestones" not in words(page)


class TestAPause:
    def test_says_who_paused_since_when_and_that_nothing_logged_is_at_risk(self, market: Market) -> None:
        contract = market.do(market.hourly(), "pause", Role.CLIENT, note="We move house.")
        page = room(market.femi, contract)

        assert "The contract is paused: no time can be logged" in page
        assert "Clara paused the contract on Mon 23 Nov 2026, 11:00 WAT (10:00 UTC)." in page
        assert "We move house." in page
        assert "Nothing that was logged is at risk" in page
        assert "resume it" in room(market.clara, contract)

    def test_is_over_with_the_contract(self, market: Market) -> None:
        contract = market.do(market.hourly(), "pause", Role.CLIENT)
        market.do(contract, "end", Role.CLIENT, reason="other")
        page = room(market.clara, contract)
        assert "Ended" in page
        assert "paused" not in page.partition("What you can do now")[0]
        assert "resume it" not in page


class TestHoursFromBeforeTheEnd:
    def test_can_be_entered_until_monday_as_both_are_told(self, market: Market) -> None:
        contract = market.do(market.hourly(manual_time=True), "end", Role.CLIENT, reason="other")
        until = "can still enter hours worked before the end Until Mon 30 Nov 2026"
        assert f"You {until}, 13:00 WAT (12:00 UTC), in 7 days 2 h" in room(market.femi, contract)
        assert "Enter hours" in room(market.femi, contract)
        assert f"Femi {until}, 07:00 EST (12:00 UTC), in 7 days 2 h" in room(market.clara, contract)
        assert "Enter hours" not in room(market.clara, contract)
        sandbox.advance(NOW + timedelta(days=7, hours=3))
        assert "worked before the end" not in room(market.femi, contract)

    def test_are_lost_to_a_freelancer_who_ends_it_alone(self, market: Market) -> None:
        contract = market.do(market.hourly(), "end", Role.FREELANCER, reason="other")
        assert "worked before the end" not in room(market.femi, contract)


class TestHoursThatAreNotPaid:
    @pytest.fixture
    def contract(self, market: Market) -> Contract:
        """An hour of the last week; the card is declined on Monday."""
        contract = market.hourly()
        at(market, hours=9)
        market.log(contract, NOW, 60)
        set_card(str(market.clara.pk), "declines")
        return contract

    def monday(self) -> None:
        sandbox.advance(NOW + timedelta(days=7, hours=3))

    def test_pause_the_contract_until_the_card_has_paid(self, market: Market, contract: Contract) -> None:
        self.monday()
        page = room(market.clara, contract)
        assert "The contract is paused: 42.00 USD for hours is not paid" in page
        assert "it is asked again at once, and the contract goes on by itself" in page
        assert "was declined. The hours are reviewed" not in page

    def test_are_told_on_a_contract_that_the_client_has_paused(self, market: Market, contract: Contract) -> None:
        market.do(contract, "pause", Role.CLIENT)
        self.monday()
        page = room(market.clara, contract)
        assert "The contract is paused, and 42.00 USD for hours is not paid" in page
        assert "Nothing that was logged is at risk" not in page

    def test_are_told_on_a_contract_that_has_ended(self, market: Market, contract: Contract) -> None:
        market.do(contract, "end", Role.CLIENT, reason="other")
        self.monday()
        page = room(market.clara, contract)
        assert "42.00 USD for hours is not paid" in page
        assert "The hours are reviewed and paid to Femi when it has paid." in page
        assert "Change the card: then it is asked again at once." in page
        assert "is paused" not in page

    def test_are_told_beside_the_card_that_will_be_asked_for_them(self, market: Market, contract: Contract) -> None:
        del contract
        self.monday()
        page = words(browser_of(market.clara).get("/balance"))
        assert "42.00 USD is not paid" in page
        assert "The card that you choose is asked for it at once." in page
        set_card(str(market.clara.pk), "works")
        assert "is not paid" not in words(browser_of(market.femi).get("/balance"))


class TestAPageFromBeforeHoursWereLogged:
    """The whole outcome is shown, then done exactly so: hours that came meanwhile are shown first."""

    def test_is_shown_anew_with_what_came_and_then_does_as_it_says(self, market: Market) -> None:
        contract = market.hourly()
        at(market, hours=9)
        market.log(contract, NOW, 60)
        browser, address = browser_of(market.clara), f"/contracts/{contract.id}/end"
        page = browser.get(address)
        market.log(contract, NOW + timedelta(hours=2), 20)

        again = press(browser, address, page, reason="completed", note="Thank you.")
        assert again.status_code == 409
        assert "Femi has logged 0:20 more hours since you looked." in words(again)
        assert "1:20 at 40.00 USD an hour" in words(again)
        assert "Thank you." in again.content.decode()
        assert stands(contract).is_live

        assert press(browser, address, again, reason="completed").status_code == 302
        assert not stands(contract).is_live

    def test_tells_of_hours_deleted_and_described_anew(self, market: Market) -> None:
        contract = market.hourly(weekly_limit_hours=30)
        at(market, hours=9)
        market.log(contract, NOW, 60)
        browser, address = browser_of(market.clara), f"/contracts/{contract.id}/actions/set_weekly_limit"
        femi = str(market.femi.pk)

        page = browser.get(address, {"hours": "20"})
        delete(contract.id, femi, [NOW], NOW + timedelta(hours=9))
        again = press(browser, address, page)
        assert again.status_code == 409
        assert "Femi has deleted 0:10 hours since you looked." in words(again)

        describe(contract.id, femi, {NOW + timedelta(minutes=10): "Shop window"}, NOW + timedelta(hours=9))
        once_more = press(browser, address, again)
        assert once_more.status_code == 409
        assert "Femi has changed the diary since you looked." in words(once_more)
        assert press(browser, address, once_more).status_code == 302

    def test_is_not_shown_again_for_hours_when_terms_are_proposed_that_do_not_depend_on_them(
        self, market: Market
    ) -> None:
        contract = market.hourly()
        at(market, hours=9)
        browser, address = browser_of(market.femi), f"/contracts/{contract.id}/terms/propose"
        page = browser.get(address)
        market.log(contract, NOW, 60)
        typed = {"rate": "45.00", "weekly_limit_hours": "", "description": "", "note": "Rent went up."}
        assert press(browser, address, page, propose="yes", **typed).status_code == 302


class TestTheLimit:
    def test_is_set_on_a_page_that_tells_first_what_it_comes_to(self, market: Market) -> None:
        contract = market.hourly(weekly_limit_hours=30)
        address = f"/contracts/{contract.id}/actions/set_weekly_limit"
        browser = browser_of(market.clara)

        empty = browser.get(address)
        assert "The most hours that are billed of a week" in words(empty)
        assert "A raise counts at once, a cut from next Monday." in words(empty)
        assert "Write the number of hours first" in words(empty)
        assert empty.context["can_be_done"]
        lower = words(browser.get(address, {"hours": "20"}))
        assert "at most 20 hours a week are billed. This week goes by the limit that it began with." in lower
        assert "Write whole hours, 0 to 168" in words(browser.get(address, {"hours": "7.5"}))

    def test_and_then_by_its_button(self, market: Market) -> None:
        contract = market.hourly(weekly_limit_hours=30)
        address = f"/contracts/{contract.id}/actions/set_weekly_limit"
        browser = browser_of(market.clara)
        done: HttpResponse = press(browser, address, browser.get(address, {"hours": "40"}))

        assert done.status_code == 302
        assert "Weekly limit 40 hours" in room(market.clara, contract)


class TestEnding:
    """I ended the contract and wasn't asked about a refund."""

    def test_by_the_client_tells_the_hours_of_the_week_the_sum_the_bill_the_review_and_the_payout(
        self, market: Market
    ) -> None:
        contract = market.hourly(weekly_limit_hours=30, manual_time=True)
        at(market, days=1, hours=2)
        market.log(contract, NOW, 120)
        market.log(contract, NOW + timedelta(days=1), 60)
        page = words(browser_of(market.clara).get(f"/contracts/{contract.id}/end"))

        assert "The contract ends at once: no work after this is billed. No money moves now." in page
        assert "3:00 hours are logged in the week of 23 Nov 2026 so far, 1:00 of them today: 120.00 USD" in page
        assert "You pay 126.00 USD Mon 30 Nov 2026, 07:00 EST (12:00 UTC), in 6 days" in page
        assert "Femi receives 108.00 USD Fri 4 Dec 2026, 18:59 EST (23:59 UTC)" in page
        assert "unless you dispute hours before" in page
        assert "can be withdrawn from Tue 8 Dec 2026, 19:00 EST (Wed 9 Dec, 00:00 UTC)" in page
        assert "Femi can still enter hours worked before now, until Mon 30 Nov 2026, 07:00 EST (12:00 UTC)" in page
        assert "You are not asked about a refund, because no money waits" in page
        assert "at the latest until Fri 4 Dec 2026, 18:59 EST (23:59 UTC)" in page

    def test_is_done_as_it_was_told(self, market: Market) -> None:
        contract = market.hourly()
        at(market, hours=3)
        market.log(contract, NOW, 60)
        address = f"/contracts/{contract.id}/end"
        browser = browser_of(market.clara)
        done: HttpResponse = press(browser, address, browser.get(address), reason="no_longer_needed")
        page = room(market.clara, contract)

        assert done.status_code == 302
        assert "Hours not billed yet" in page
        assert "1:00 at 40.00 USD an hour 40.00 USD Client's fee 2.00 USD Clara's card pays 42.00 USD" in page

    def test_by_the_freelancer_asks_first_for_hours_that_are_not_entered_yet(self, market: Market) -> None:
        contract = market.hourly()
        at(market, hours=3)
        market.log(contract, NOW, 60)
        page = words(browser_of(market.femi).get(f"/contracts/{contract.id}/end"))

        assert "Are all your hours in the diary? After you have ended the contract, no more can be logged" in page
        assert "You receive 36.00 USD" in page
        assert "You are not asked about a refund" not in page

    def test_without_hours_bills_nothing(self, market: Market) -> None:
        page = words(browser_of(market.clara).get(f"/contracts/{market.hourly().id}/end"))
        assert "No hours are logged in the week of 23 Nov 2026, so nothing is billed for it." in page
        assert "You pay" not in page


class TestTheBalance:
    def test_shows_hours_in_review_with_the_days_on_which_they_are_paid_out(self, market: Market) -> None:
        contract = market.hourly()
        at(market, hours=3)
        market.log(contract, NOW, 60)
        sandbox.advance(NOW + timedelta(days=7, hours=3))
        page = words(browser_of(market.femi).get("/balance"))

        assert "In review 40.00 USD Hours of 1 week; paid out when the review ends" in page
        assert "Care of a shop Clara Whitfield 23 Nov, 1:00 hours In review Sat 5 Dec 2026, 00:59 WAT" in page
        assert "Wed 9 Dec 2026, 01:00 WAT (00:00 UTC) 40.00 USD" in page
