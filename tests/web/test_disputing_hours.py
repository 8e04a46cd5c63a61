"""Disputing hours in the web app: chosen, shown before it is done, answered in the workroom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.payments import sandbox
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from amicable.rules.week import minutes_of
from amicable.talk.files import files_of
from amicable.talk.messages import write
from amicable.talk.models import Message
from market import NOW, Market, browser_of, person
from pages import hidden, press, words

pytestmark = pytest.mark.django_db
MONDAY = NOW + timedelta(days=7, hours=3)


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def reviewed(market: Market) -> Contract:
    """Seven hours at 40 USD in review: five with a timer from 10:00, two without a memo on the Tuesday."""
    contract = market.hourly()
    sandbox.advance(NOW + timedelta(days=2))
    market.log(contract, NOW, 300)
    market.log(contract, NOW + timedelta(days=1), 120, memo="")
    sandbox.advance(MONDAY)
    return contract


def address(contract: Contract) -> str:
    return f"/contracts/{contract.id}/hours/dispute"


def look(who: Person, contract: Contract, **chosen: object) -> HttpResponse:
    return browser_of(who).get(address(contract), {"week": "2026-11-23", **chosen})


def room(who: Person, contract: Contract) -> str:
    return words(browser_of(who).get(f"/contracts/{contract.id}"))


def in_dispute(contract: Contract) -> int:
    return sum(minutes_of(week.disputed) for week in view(contract.id, None, clock.now())[0].weeks)


def disputed(market: Market, contract: Contract) -> Contract:
    return market.do(
        contract, "dispute_hours", Role.CLIENT, week="2026-11-23", minutes=120, reason="Nothing was delivered."
    )


def test_evidence_goes_with_it_and_is_shown_before_and_after_it_is_contested(
    market: Market, reviewed: Contract
) -> None:
    said = write(reviewed.id, str(market.femi.pk), "I was away on Tuesday.", clock.now())
    assert isinstance(said, Message)
    page = look(market.clara, reviewed, pick="204-215")
    assert "now: I was away on Tuesday." in words(page).partition("Pick in messages and history")[2]
    form = hidden(page) | {"reason": "Not worked.", "evidence": [f"message:{said.pk}"]}
    form |= {"files": [SimpleUploadedFile("calendar.txt", b"Away.")]}
    assert browser_of(market.clara).post(address(reviewed), form).status_code == 302
    told = "Not worked. Picked in: You wrote, Mon 30 Nov 2026, 14:00 WAT, now: I was away on Tuesday."
    assert told in room(market.femi, reviewed)
    assert [file.name for file in files_of(reviewed.id)] == ["calendar.txt"]
    asked = view(reviewed.id, None, clock.now())[0].proposals[0].id
    market.do(reviewed, "contest_hours_dispute", Role.FREELANCER, proposal=asked, note="I was not.")
    assert told in room(market.femi, reviewed)


class TestThePage:
    def test_lists_what_was_billed_with_what_was_done_and_whether_it_is_covered(
        self, market: Market, reviewed: Contract
    ) -> None:
        page = words(look(market.clara, reviewed))

        assert "Week of 23 Nov 2026: 7:00 hours." in page
        assert "They can be disputed until Fri 4 Dec 2026, 18:59 EST (23:59 UTC), in 4 days 10 h" in page
        assert "Monday, 23 November 05:00 to 10:00 5:00 Covered Checkout page: address form" in page
        assert "05:00 to 07:00 2:00 Not covered No memo It has no memo. Only some of" in page
        assert "Nothing is chosen yet" in page

    def test_tells_what_freezes_what_is_paid_and_what_comes_of_each_answer_and_of_silence(
        self, market: Market, reviewed: Contract
    ) -> None:
        page = look(market.clara, reviewed, pick="204-215")
        told = words(page)

        assert "Clara disputes 2:00 hours of the week of 23 Nov 2026: 80.00 USD is frozen, and nothing else." in told
        assert "The rest, 200.00 USD, goes to Femi on Fri 4 Dec 2026, 18:59 EST (23:59 UTC)" in told
        assert "If Femi agrees At once You get back 84.00 USD" in told
        assert "If Femi says nothing Thu 3 Dec 2026, 08:00 EST (13:00 UTC), in 3 days You get back 84.00 USD" in told
        assert "If Femi contests it At once A mediator decides which segments are paid." in told
        assert hidden(page)["chosen"] == "week=2026-11-23&pick=204-215&much="

    @pytest.mark.parametrize(
        ("chosen", "said"),
        [
            ({"much": "0:15"}, "Write minutes in tens, as in 120 for two hours."),
            ({"much": "many"}, "Write minutes in tens, as in 120 for two hours."),
            ({"much": "8:00"}, "7:00 hours of this week can be disputed."),
            ({"much": "1:00", "pick": "204"}, "Say how many minutes, or list the segments; one of the two."),
            ({"pick": "1"}, "One of these segments was not billed, or its dispute is over."),
        ],
    )
    def test_says_what_is_wrong_with_a_choice(
        self, market: Market, reviewed: Contract, chosen: dict[str, str], said: str
    ) -> None:
        page = look(market.clara, reviewed, **chosen)
        assert said in words(page)
        assert "First choose hours" in words(page)

    @pytest.mark.parametrize("pick", ["nonsense", "5-2", "2000", "-1", "1008"])
    def test_takes_what_is_no_segment_for_no_choice(self, market: Market, reviewed: Contract, pick: str) -> None:
        assert "Nothing is chosen yet" in words(look(market.clara, reviewed, pick=pick))

    def test_is_where_the_action_leads(self, market: Market, reviewed: Contract) -> None:
        answer = browser_of(market.clara).get(f"/contracts/{reviewed.id}/actions/dispute_hours?week=2026-11-23")
        assert answer.headers["Location"] == f"{address(reviewed)}?week=2026-11-23"

    def test_says_when_there_is_nothing_in_review_and_whose_it_is_to_dispute(
        self, market: Market, reviewed: Contract
    ) -> None:
        assert "No hours are in review." in words(browser_of(market.clara).get(address(market.hourly())))
        assert "No hours can be disputed now" in words(look(market.femi, reviewed))
        assert look(person("Sam Stranger", "client"), reviewed).status_code == 404


class TestDisputing:
    def test_freezes_exactly_what_was_chosen(self, market: Market, reviewed: Contract) -> None:
        browser = browser_of(market.clara)
        page = browser.get(address(reviewed), {"week": "2026-11-23", "pick": "204-215"})
        done = press(browser, address(reviewed), page, reason="Nobody was there.")

        assert done.headers["Location"] == f"/contracts/{reviewed.id}"
        assert in_dispute(reviewed) == 120
        assert "Clara disputes 2:00 hours of the week of 23 Nov 2026: 80.00 USD is frozen" in room(
            market.clara, reviewed
        )

    def test_takes_an_amount_of_time_as_well(self, market: Market, reviewed: Contract) -> None:
        browser = browser_of(market.clara)
        page = browser.get(address(reviewed), {"week": "2026-11-23", "much": "2:30"})
        press(browser, address(reviewed), page, reason="Too much.")

        assert in_dispute(reviewed) == 150

    def test_needs_a_reason_and_keeps_what_was_chosen(self, market: Market, reviewed: Contract) -> None:
        browser = browser_of(market.clara)
        page = browser.get(address(reviewed), {"week": "2026-11-23", "pick": "204-215"})
        refused = press(browser, address(reviewed), page, reason=" ")

        assert refused.status_code == 422
        assert "Write something: the other side reads it." in words(refused)
        assert hidden(refused)["chosen"] == hidden(page)["chosen"]
        assert in_dispute(reviewed) == 0

    def test_on_a_page_from_before_does_nothing_and_says_what_has_happened(
        self, market: Market, reviewed: Contract
    ) -> None:
        browser = browser_of(market.clara)
        page = browser.get(address(reviewed), {"week": "2026-11-23", "pick": "204-215"})
        market.do(reviewed, "pause", Role.CLIENT)
        refused = press(browser, address(reviewed), page, reason="Nobody was there.")

        assert refused.status_code == 409
        assert "Contract paused" in words(refused)
        assert in_dispute(reviewed) == 0

    def test_of_a_week_whose_review_is_over_does_nothing_and_says_so(self, market: Market, reviewed: Contract) -> None:
        browser = browser_of(market.clara)
        page = browser.get(address(reviewed), {"week": "2026-11-23", "pick": "204-215"})
        sandbox.advance(MONDAY + timedelta(days=5))
        refused = press(browser, address(reviewed), page, reason="Nobody was there.")

        assert refused.status_code == 409
        assert "the contract has changed since you looked at it" in words(refused)
        assert "The week's review ends" in words(refused)
        assert "No hours can be disputed now" in words(refused)


class TestTheAnswer:
    def test_is_asked_of_the_freelancer_with_the_hours_and_what_comes_of_each(
        self, market: Market, reviewed: Contract
    ) -> None:
        disputed(market, reviewed)
        page = room(market.femi, reviewed)

        assert "Clara disputes 2:00 hours of the week of 23 Nov 2026: 80.00 USD is frozen" in page
        assert "You have until Thu 3 Dec 2026, 14:00 WAT (13:00 UTC), in 3 days" in page
        assert "Nothing was delivered." in page
        assert "Tuesday, 24 November: 2:00 11:00 to 13:00 2:00 Not covered No memo" in page
        assert "Agree: these hours are not paid" in page
        assert "Contest the dispute about hours" in page
        assert "End contract" in page

    def test_the_client_sees_it_too_and_can_withdraw_it(self, market: Market, reviewed: Contract) -> None:
        disputed(market, reviewed)
        page = browser_of(market.clara).get(f"/contracts/{reviewed.id}")

        assert page.context["question"].buttons == ()
        assert "withdraw_hours_dispute" in {button.action for button in page.context["can_do"]}
        assert "Femi has until Thu 3 Dec 2026, 08:00 EST (13:00 UTC)" in words(page)

    def test_can_be_given_on_the_page_of_the_action(self, market: Market, reviewed: Contract) -> None:
        disputed(market, reviewed)
        browser = browser_of(market.femi)
        page = browser.get(f"/contracts/{reviewed.id}/actions/accept_hours_dispute")
        press(browser, f"/contracts/{reviewed.id}/actions/accept_hours_dispute", page)

        assert "80.00 USD goes back to Clara's card" in words(page)
        assert in_dispute(reviewed) == 0
        assert "In review 80.00 USD gone back" in room(market.clara, reviewed)

    def test_that_contests_it_leaves_it_with_a_mediator(self, market: Market, reviewed: Contract) -> None:
        contract = disputed(market, reviewed)
        market.do(
            contract, "contest_hours_dispute", Role.FREELANCER, proposal=contract.proposals[0].id, note="I was there."
        )
        page = room(market.clara, reviewed)

        assert "80.00 USD for hours is in dispute It waits for a mediator" in page
        assert "I was there." in page
        assert "If no mediator decides" in page


def diary(who: Person, contract: Contract) -> HttpResponse:
    return browser_of(who).get(f"/contracts/{contract.id}/diary?week=2026-11-23")


def marks(page: HttpResponse, kind: str) -> int:
    """How many segments of the grid bear the mark."""
    return page.content.decode().count(f'<rect class="week-mark week-{kind}"')


class TestTheDiary:
    """What a dispute does to hours is marked where the hours are, for both sides alike."""

    def test_marks_what_is_in_dispute_with_the_sum(self, market: Market, reviewed: Contract) -> None:
        disputed(market, reviewed)
        for who in (market.clara, market.femi):
            page = diary(who, reviewed)
            said = words(page)
            assert marks(page, "disputed") == 12
            assert "In dispute 2:00, 80.00 USD" in said
            assert said.count("2:00 Not covered In dispute No memo") == 1
        page = diary(market.femi, reviewed)
        assert 'aria-label="11:00 to 13:00, not covered, in dispute"' in page.content.decode()
        assert "11:00–11:10 not covered, in dispute: no memo" in words(page)

    def test_marks_what_was_returned_with_the_sum(self, market: Market, reviewed: Contract) -> None:
        asked = disputed(market, reviewed)
        market.do(asked, "accept_hours_dispute", Role.FREELANCER, proposal=asked.proposals[0].id)
        for who, whom in ((market.clara, "you"), (market.femi, "Clara")):
            page = diary(who, reviewed)
            assert (marks(page, "disputed"), marks(page, "returned")) == (0, 12)
            assert f"Gone back to {whom} 2:00, 80.00 USD" in words(page)
            assert "2:00 Not covered Returned No memo" in words(page)
            assert "In dispute" not in words(page)

    def test_marks_only_those_that_were_decided_against(self, market: Market, reviewed: Contract) -> None:
        asked = disputed(market, reviewed)
        proposal = asked.proposals[0].id
        contested = market.do(asked, "contest_hours_dispute", Role.FREELANCER, proposal=proposal, note="It was worked.")
        mediator, paid = person("Mina Hale", "mediator"), ["2026-11-24T10:00:00Z", "2026-11-24T10:10:00Z"]
        market.mediate(mediator, contested, "decide", segments=paid, reason="Two of them show work.")
        assert marks(diary(market.femi, reviewed), "disputed") == 12, "until the ruling takes effect"
        sandbox.advance(clock.now() + timedelta(days=3))

        page = diary(market.femi, reviewed)
        assert (marks(page, "disputed"), marks(page, "returned")) == (0, 10)
        assert "11:00 to 11:20 0:20 Not covered Dispute settled" in words(page)
        assert "11:20 to 13:00 1:40 Not covered Returned" in words(page)
        assert "Gone back to Clara 1:40, 66.67 USD" in words(page)

    def test_tells_the_sum_where_the_two_settled_on_one(self, market: Market, reviewed: Contract) -> None:
        asked = disputed(market, reviewed)
        proposal = asked.proposals[0].id
        market.do(asked, "contest_hours_dispute", Role.FREELANCER, proposal=proposal, note="It was worked.")
        offered = market.do(reviewed, "offer_settlement", Role.FREELANCER, release="50.00", note="An hour, then.")
        market.do(reviewed, "accept_settlement", Role.CLIENT, proposal=offered.proposals[0].id)

        page = diary(market.clara, reviewed)
        assert (marks(page, "disputed"), marks(page, "returned")) == (0, 0)
        assert "Gone back to you 30.00 USD" in words(page)
        assert "2:00 Not covered Dispute settled" in words(page)

    def test_says_nothing_of_it_where_nothing_was_disputed(self, market: Market, reviewed: Contract) -> None:
        said = words(diary(market.clara, reviewed))
        for word in ("In dispute", "Gone back", "Returned"):
            assert word not in said
