"""The workroom of a contract: what can be known about it, done to it and said in it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from amicable.contracts.history import history
from amicable.payments import sandbox
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from amicable.talk.messages import messages_of, write
from amicable.talk.models import Message
from market import NOW, Market, browser_of, person
from pages import hidden, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def room(who: Person, contract: Contract, query: str = "") -> HttpResponse:
    return browser_of(who).get(f"/contracts/{contract.id}{query}")


def disputed(market: Market) -> Contract:
    contract = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
    return market.do(
        contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id, note="I worked a week."
    )


def test_a_split_that_a_mediator_proposes_is_told_to_the_cent_for_both_also_when_one_has_accepted(
    market: Market,
) -> None:
    contract = market.do(disputed(market), "answer_dispute", Role.CLIENT, note="It is not what we agreed.")
    split = market.mediate(person("Mina", "mediator"), contract, "propose_split", release="100.01", reason="A part.")
    to_the_cent = (
        "If both accept the mediator's split At once Clara gets back 419.99 USD: 399.99 USD and the fee of 20.00 USD "
        "on it, to the card. You receive 90.01 USD: 100.01 USD less the service fee of 10.00 USD."
    )
    assert to_the_cent in words(room(market.femi, split))
    market.do(split, "accept_split", Role.CLIENT, proposal=split.proposals[0].id)
    assert to_the_cent in words(room(market.femi, split))


def money(who: Person, contract: Contract) -> str:
    """What is told beside the money."""
    return words(room(who, contract)).partition(" Money ")[2].partition("What happens by itself")[0]


class TestEscrowThatNobodyTouches:
    def test_tells_beside_the_money_when_it_goes_back(self, market: Market) -> None:
        contract = market.funded("500.00")
        told = money(market.femi, contract)
        assert "what is in escrow goes back to Clara on Sun 7 Mar 2027, 11:00 WAT (10:00 UTC)" in told
        assert "Keep the escrow" not in told

    def test_tells_every_step_and_what_prevents_it_from_the_first_notice_on(self, market: Market) -> None:
        contract = market.funded("500.00")
        sandbox.advance(NOW + timedelta(days=77))
        for who in (market.clara, market.femi):
            told = money(who, contract)
            assert "The 500.00 USD in escrow is about to become dormant" in told
            assert "Sun 21 Feb 2027" in told
            assert "The escrow becomes dormant" in told
            assert "The freelancer can ask for the dormant escrow" in told
            assert "The dormant escrow goes back" in told
            assert "Keep the escrow" in told

        sandbox.advance(NOW + timedelta(days=92))
        told = money(market.clara, contract)
        assert "The 500.00 USD in escrow is dormant" in told
        assert "The escrow becomes dormant" not in told

        market.do(contract, "keep_escrow", Role.CLIENT)
        told = money(market.clara, contract)
        assert "dormant" not in told
        assert "goes back to Clara on" in told

    def test_tells_nothing_where_work_is_in_review_or_there_is_none(self, market: Market) -> None:
        assert "goes back" not in money(market.clara, market.submitted("500.00"))
        assert "goes back" not in money(market.clara, market.active("500.00"))


class TestWhoSeesIt:
    def test_both_sides_and_nobody_else(self, market: Market) -> None:
        contract = market.funded("500.00")

        assert room(market.clara, contract).status_code == 200
        assert room(market.femi, contract).status_code == 200
        assert room(person("Sam Stranger", "client", "freelancer", "operator"), contract).status_code == 404
        assert room(person("Mina Hale", "mediator"), contract).status_code == 404

    def test_of_a_milestone_how_much_is_in_dispute_and_what_goes_on(self, market: Market) -> None:
        contract = market.submitted("500.00")
        part = {"about": "escrow", "amount": "300.00", "reason": "One page is missing."}
        told = words(room(market.femi, market.do(contract, "open_dispute", Role.CLIENT, **part)))

        assert "500.00 USD in escrow, 300.00 USD of it in dispute The rest is released by itself" in told

    def test_a_mediator_once_there_is_a_dispute(self, market: Market) -> None:
        page = room(person("Mina Hale", "mediator"), disputed(market))

        assert page.status_code == 200
        assert "500.00 USD in escrow is in dispute Clara has to answer until" in words(page)
        assert "End contract" not in words(page).partition("What you can do now")[0]

    @pytest.mark.parametrize("address", ["/contracts/nonsense", "/contracts/00000000-0000-0000-0000-000000000000"])
    def test_what_is_not_there_is_not_there_in_the_same_words(self, market: Market, address: str) -> None:
        page = browser_of(market.clara).get(address)

        assert page.status_code == 404
        assert "There is nothing here" in words(page)


class TestWhatCanBeDone:
    def test_is_told_with_what_it_comes_to(self, market: Market) -> None:
        page = words(room(market.clara, market.submitted("500.00")))

        assert "500.00 USD for “Part 1” is released: 450.00 USD to Femi after a service fee of 50.00 USD." in page
        assert "Release money" in page
        assert "“Part 1” is with Femi again and the review clock has stopped." in page

    def test_and_what_cannot_be_done_says_why_not(self, market: Market) -> None:
        contract = market.funded("500.00", "700.00")
        page = words(room(market.clara, contract)).partition("What cannot be done now, and why")[2]

        assert "Fund a milestone “Part 1” is funded. Release it, or a part of it, before the next" in page
        assert "Ask for changes No work is handed in, so there is nothing to send back." in page
        assert "Hand in work" not in page.partition("Milestones")[0]

    def test_ending_stands_at_the_upper_right_while_the_contract_lives(self, market: Market) -> None:
        contract = market.active("500.00")
        link = f'href="/contracts/{contract.id}/end"'
        assert link in room(market.clara, contract).content.decode()
        assert link in room(market.femi, contract).content.decode()

        ended = market.do(contract, "end", Role.FREELANCER, reason="other")
        assert link not in room(market.clara, ended).content.decode()

    def test_an_offer_can_be_taken_back_by_one_and_answered_by_the_other(self, market: Market) -> None:
        contract = market.offered("500.00")

        assert [button.action for button in room(market.clara, contract).context["can_do"]] == [
            "withdraw",
            "extend_clock",
            "propose_terms",
        ]
        assert [button.action for button in room(market.femi, contract).context["can_do"]] == [
            "accept",
            "decline",
            "propose_terms",
        ]


class TestWhatWaitsForAnAnswer:
    def test_a_refund_asked_for_tells_the_freelancer_what_each_answer_does_and_by_when(self, market: Market) -> None:
        contract = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        page = words(room(market.femi, contract))

        assert "Clara asks for 500.00 USD back from escrow" in page
        assert "You have until Mon 30 Nov 2026, 11:00 WAT (10:00 UTC), in 7 days" in page
        assert "If you agree" in page
        assert "If you say nothing" in page
        assert "If you contest it" in page
        assert "Clara gets back 525.00 USD" in page
        assert "Agree to the refund" in page

    def test_the_client_sees_the_same_without_the_buttons(self, market: Market) -> None:
        contract = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        page = room(market.clara, contract)

        assert "Femi has until Mon 30 Nov 2026, 05:00 EST (10:00 UTC), in 7 days" in words(page)
        assert page.context["question"].buttons == ()

    def test_a_dispute_shows_what_both_wrote_and_what_silence_does(self, market: Market) -> None:
        contract = disputed(market)
        page = words(room(market.clara, contract))
        assert "I worked a week." in page
        assert "If you say nothing Sat 28 Nov 2026, 05:00 EST (10:00 UTC), in 5 days" in page

        market.do(contract, "answer_dispute", Role.CLIENT, note="Nothing came.")
        page = words(room(person("Mina Hale", "mediator"), contract))
        assert "It waits for a mediator's ruling until" in page
        assert "Nothing came." in page
        assert "Decide the dispute" in page

    def test_a_dispute_tells_beside_each_button_what_it_would_come_to(self, market: Market) -> None:
        contract = market.submitted("500.00")
        market.do(contract, "open_dispute", Role.CLIENT, about="escrow", reason="It is late.")
        page = words(room(market.femi, contract))
        assert "a new offer replaces one's own, and counts as an answer. Offer a settlement" in page
        assert "500.00 USD goes back to Clara's card, and the fee of 25.00 USD on it too. Concede the dispute" in page

    def test_a_dispute_shows_the_messages_and_events_that_were_picked_in_beside_what_was_said(
        self, market: Market
    ) -> None:
        contract = market.submitted("500.00")
        said = write(contract.id, str(market.femi.pk), "The last page comes on Friday.", NOW)
        assert isinstance(said, Message)
        address = f"/contracts/{contract.id}/actions/open_dispute"
        page = browser_of(market.clara).get(address)
        offered = words(page).partition("Pick in messages and history")[2]
        assert "Femi Adeyemi wrote, Mon 23 Nov 2026, 05:00 EST, now: The last page comes on Friday." in offered
        assert "History: Work handed in, Mon 23 Nov 2026, 05:00 EST, now: Work for “Part 1”" in offered
        form = hidden(page) | {"about": "escrow", "reason": "It is late."}
        done = browser_of(market.clara).post(address, form | {"evidence": [f"message:{said.pk}", "event:2"]})
        assert done.status_code == 302
        answered = market.do(contract, "answer_dispute", Role.FREELANCER, note="No.")
        seen = words(room(person("Mina Hale", "mediator"), answered))
        assert "It is late. Picked in: Femi Adeyemi wrote, Mon 23 Nov 2026, 10:00 UTC, now: The last page" in seen
        assert "comes on Friday. History: Offer accepted, Mon 23 Nov 2026, 10:00 UTC" in seen

    def test_what_can_be_picked_in_is_read_for_the_page_and_not_for_each_change_of_an_amount(
        self, market: Market
    ) -> None:
        contract, browser = market.submitted("500.00"), browser_of(market.clara)
        address = f"/contracts/{contract.id}/actions/open_dispute"
        with CaptureQueriesContext(connection) as whole:
            browser.get(address)
        with CaptureQueriesContext(connection) as part:
            browser.get(address, {"amount": "100"}, HTTP_HX_REQUEST="true")
        assert [any("talk_message" in one["sql"] for one in some) for some in (whole, part)] == [True, False]

    def test_what_can_be_picked_in_is_cut_between_words_and_in_no_tag(self, market: Market) -> None:
        contract = market.paid("500.00")
        assert isinstance(write(contract.id, str(market.femi.pk), "Tom & <b>Jerry</b> " * 20, NOW), Message)
        page = browser_of(market.clara).get(f"/contracts/{contract.id}/actions/open_dispute").content.decode()
        offered = re.findall(r'name="evidence".*?</label></li>', page, re.DOTALL)
        assert len(offered) == len(history(contract.id)) + 1
        for one in offered:
            assert one.count("<span") == one.count("</span>"), one
            assert not re.search(r"<[^>]*…", one), one
        assert "Tom &amp; &lt;b&gt;Jerry&lt;/b&gt; Tom &amp;" in offered[0]

    def test_a_message_of_another_contract_cannot_be_picked_in(self, market: Market) -> None:
        contract, other = market.submitted("500.00"), market.submitted("70.00")
        said = write(other.id, str(market.femi.pk), "Elsewhere.", NOW)
        assert isinstance(said, Message)
        address = f"/contracts/{contract.id}/actions/open_dispute"
        form = hidden(browser_of(market.clara).get(address)) | {"about": "escrow", "reason": "It is late."}
        refused = browser_of(market.clara).post(address, form | {"evidence": [f"message:{said.pk}"]})
        assert refused.status_code == 422
        assert "There is no such message on this contract." in words(refused)

    def test_escrow_that_is_asked_back_is_contested_in_one_way_and_in_part_in_another(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        page = room(market.femi, contract)
        assert [button.label for button in page.context["question"].buttons] == [
            "Agree to the refund",
            "Contest the refund",
        ]
        assert "open_dispute" not in [button.action for button in page.context["can_do"]]

        address = f"/contracts/{contract.id}/actions"
        contest = browser_of(market.femi).get(f"{address}/decline_refund")
        told = "Is only a part of it yours? Open a dispute about that part instead, and say how much it is."
        rest = "The rest stays asked back, and goes back on Mon 30 Nov 2026, 11:00 WAT (10:00 UTC)"
        assert f"{told} {rest}" in words(contest)
        assert f'href="{address}/open_dispute?about=escrow"' in contest.content.decode()

        part = browser_of(market.femi).get(f"{address}/open_dispute", {"about": "escrow", "amount": "200.00"})
        form = hidden(part) | {"reason": "Two of five pages."}
        assert browser_of(market.femi).post(f"{address}/open_dispute", form).status_code == 302
        after = room(market.femi, contract)
        assert "Clara asks for 300.00 USD back from escrow" in words(after)
        assert "200.00 USD in escrow is in dispute" in words(after)

    def test_a_dispute_about_what_was_paid_is_told_apart_from_contesting_a_refund(self, market: Market) -> None:
        contract = market.funded("500.00")
        market.do(contract, "approve", Role.CLIENT, milestone=contract.milestones[0].id, amount="100.00")
        asked = market.do(contract, "end", Role.CLIENT, reason="quality", escrow="refund")
        offered = {button.action: button.text for button in room(market.femi, asked).context["can_do"]}
        assert offered["open_dispute"].startswith("About money that was paid lately")

    def test_work_in_review_when_the_freelancer_ended_is_the_clients_to_decide(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "end", Role.FREELANCER, reason="scope_changed")
        page = room(market.clara, contract)

        assert "Femi ended the contract, and 500.00 USD is in review" in words(page)
        assert [button.label for button in page.context["question"].buttons] == ["Release money", "Ask it back"]
        assert room(market.femi, contract).context["question"].buttons == ()


class TestTimeAheadAndBehind:
    def test_tells_what_happens_by_itself_to_the_end(self, market: Market) -> None:
        page = room(market.clara, market.submitted("500.00"))

        assert [shown.action for shown in page.context["ahead"]] == ["submission_unanswered", "hold_ends"]
        assert "Mon 7 Dec 2026, 05:00 EST (10:00 UTC), in 14 days Released without an answer" in words(page)

    def test_tells_what_happened_who_did_it_and_what_they_wrote(self, market: Market) -> None:
        page = words(room(market.femi, market.submitted("500.00"))).partition("History")[2]

        assert "now · You Work handed in Here it is. Work for “Part 1” is handed in." in page
        assert "now · Clara Whitfield Offer made" in page

    def test_tells_why_a_contract_was_ended_in_words(self, market: Market) -> None:
        from_the_list = market.do(market.active("500.00"), "end", Role.CLIENT, reason="deadline_missed")
        own_words = market.do(market.active("500.00"), "end", Role.FREELANCER, reason="I move away", note="Sorry.")

        assert "Contract ended A deadline was missed" in words(room(market.clara, from_the_list))
        assert "Contract ended I move away Sorry." in words(room(market.clara, own_words))

    def test_says_that_a_contract_is_being_ended_as_long_as_money_waits_in_it(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        past = words(room(market.clara, contract)).partition("History")[2]
        assert "Contract is being ended" in past
        assert "Contract ended" not in past

    def test_keeps_a_long_history_for_those_who_ask_for_it(self, market: Market) -> None:
        contract = market.funded("500.00")
        for _ in range(3):
            contract = market.do(contract, "submit", Role.FREELANCER, milestone=contract.milestones[0].id, note="Done")
            contract = market.do(
                contract, "request_changes", Role.CLIENT, milestone=contract.milestones[0].id, note="Bluer"
            )
        page = room(market.clara, contract)
        whole = room(market.clara, contract, "?history=all")

        assert "Offer made" not in words(page)
        assert "?history=all#history" in page.content.decode()
        assert "Offer made" in words(whole)
        assert "?history=all#history" not in whole.content.decode()

    def test_shows_the_contract_as_it_is_now_though_nobody_has_worked_since(self, market: Market) -> None:
        contract = market.submitted("500.00")
        sandbox.clock.move_at_least(NOW + timedelta(days=14))

        assert "500.00 USD paid" in words(room(market.clara, contract))


class TestMessages:
    def test_are_written_and_read_by_both(self, market: Market) -> None:
        contract = market.active("500.00")
        form = hidden(room(market.clara, contract)) | {"text": " When do you start?\n\nClara "}
        sent = browser_of(market.clara).post(f"/contracts/{contract.id}/messages", form)

        assert sent.headers["Location"] == f"/contracts/{contract.id}#messages"
        assert "Clara Whitfield Mon 23 Nov 2026, 11:00 WAT, now When do you start? Clara" in words(
            room(market.femi, contract)
        )

    def test_are_sent_once_however_often_the_button_is_pressed(self, market: Market) -> None:
        contract = market.active("500.00")
        form = hidden(room(market.clara, contract)) | {"text": "Hello"}
        for _ in range(2):
            browser_of(market.clara).post(f"/contracts/{contract.id}/messages", form)
        again = browser_of(market.clara).post(f"/contracts/{contract.id}/messages", form | {"text": "Good-bye"})

        assert [message.text for message in messages_of(contract.id)] == ["Hello"]
        assert again.status_code == 409
        assert "This page was sent before, with other words." in words(again)
        assert "Good-bye" in again.content.decode()

    @pytest.mark.parametrize(
        ("text", "said"),
        [("  ", "Write something"), ("x" * 10_001, "At most 10,000 characters"), ("a\x00b", "cannot be kept")],
    )
    def test_that_cannot_be_sent_say_why_and_are_not_lost(self, market: Market, text: str, said: str) -> None:
        contract = market.active("500.00")
        page = browser_of(market.clara).post(f"/contracts/{contract.id}/messages", {"text": text})

        assert page.status_code == 422
        assert said in words(page)
        assert text.strip("\x00") in page.content.decode()
        assert messages_of(contract.id) == []

    def test_are_nobody_elses_to_write(self, market: Market) -> None:
        contract = market.active("500.00")
        stranger = browser_of(person("Sam Stranger", "client"))

        assert stranger.post(f"/contracts/{contract.id}/messages", {"text": "Hi"}).status_code == 404
        assert messages_of(contract.id) == []
