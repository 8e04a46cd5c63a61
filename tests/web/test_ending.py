"""Ending a contract in the web app: shown before it is done, and done as it was shown."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from amicable.contracts import clock
from amicable.contracts.history import latest
from amicable.contracts.perform import view
from amicable.contracts.record import Recorded
from amicable.rules.contract import Contract, Status
from amicable.rules.money import Money
from amicable.rules.parts import Role
from market import Market, browser_of, person
from pages import hidden

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def address(contract: Contract) -> str:
    return reverse("web:end", args=[contract.id])


def words(response: object) -> str:
    """The page as it is read: without tags, in single spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+([.,:;)])", r"\1", re.sub(r"\s+", " ", text)).replace("&#x27;", "'")


def press(browser: Client, contract: Contract, page: HttpResponse, **more: str) -> object:
    """Press the button of a page that was shown, with a reason."""
    form = hidden(page)
    return browser.post(address(contract), form | {"reason": "no_longer_needed"} | more)


def as_it_stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def event(contract: Contract) -> Recorded:
    return latest(contract.id, limit=1)[0]


class TestTheChoice:
    def test_is_nobodys_default_and_there_is_no_button_before_it_is_made(self, market: Market) -> None:
        contract = market.funded("500.00")
        page = browser_of(market.clara).get(address(contract))

        assert page.context["ending"].outcome is None
        assert not re.search(r'name="escrow" value="\w+"[^>]* checked', page.content.decode())
        assert "Nothing is chosen yet" in words(page)
        assert page.content.decode().count('type="button" disabled') == 1

    def test_shows_on_each_card_who_gets_what_and_when_to_the_cent(self, market: Market) -> None:
        contract = market.funded("500.00")
        page = words(browser_of(market.clara).get(address(contract)))

        assert "Femi receives 450.00 USD: 500.00 USD less the service fee of 50.00 USD" in page
        assert "can be withdrawn from Sat 28 Nov 2026, 05:00 EST (10:00 UTC)" in page
        assert "Femi has until Mon 30 Nov 2026, 05:00 EST (10:00 UTC) to answer" in page
        assert "you get back 525.00 USD: 500.00 USD and the fee of 25.00 USD on it, to the card" in page

    def test_is_not_asked_for_where_no_money_is_in_escrow(self, market: Market) -> None:
        page = browser_of(market.clara).get(address(market.active("500.00")))

        assert "in escrow?" not in words(page)
        assert "No money is in escrow, so none moves" in words(page)
        assert page.context["ending"].deed == "End the contract"

    @pytest.mark.parametrize(
        ("choice", "label"),
        [
            ({"escrow": "release"}, "End the contract and release 500.00 USD"),
            ({"escrow": "refund"}, "End the contract and ask 500.00 USD back"),
            ({"escrow": "part", "release": "200"}, "End the contract, release 200.00 USD and ask 300.00 USD back"),
        ],
    )
    def test_is_on_the_label_of_the_button(self, market: Market, choice: dict[str, str], label: str) -> None:
        page = browser_of(market.clara).get(address(market.funded("500.00")), choice)

        assert f"<span>{label}</span>" in page.content.decode()

    @pytest.mark.parametrize(
        ("amount", "sentence"),
        [
            ("12.345", "USD has 2 decimals; 12.345 has 3."),
            ("-5", "without a sign"),
            ("abc", "Write the amount in digits"),
            ("1e2", "Write the amount in digits"),
            ("99999999999", "The amount is above 999,999,999.99"),
            ("500.01", "There is 500.00 USD in escrow, not 500.01 USD."),
        ],
    )
    def test_of_an_amount_that_makes_no_sense_gets_a_sentence_and_changes_nothing(
        self, market: Market, amount: str, sentence: str
    ) -> None:
        contract, browser = market.funded("500.00"), browser_of(market.clara)
        page = browser.get(address(contract), {"escrow": "part", "release": amount})
        posted = press(browser, contract, page, escrow="part", release=amount, seen=str(contract.version))

        assert sentence in words(page)
        assert page.context["ending"].outcome is None
        assert (posted.status_code, sentence in words(posted)) == (422, True)
        assert as_it_stands(contract) == contract

    def test_in_yen_and_dinars_keeps_the_last_unit(self, market: Market) -> None:
        yen, dinar = market.funded("100001", currency="JPY"), market.funded("333.333", currency="KWD")
        browser = browser_of(market.clara)

        page = words(browser.get(address(yen), {"escrow": "part", "release": "33334"}))
        assert "Femi receives 30,001 JPY" in page
        assert "You get back 70,000 JPY: 66,667 JPY and the fee of 3,333 JPY on it" in page
        page = words(browser.get(address(dinar), {"escrow": "part", "release": "0.001"}))
        assert "Femi receives 0.001 KWD: 0.001 KWD less the service fee of 0.000 KWD" in page


class TestWhatFollows:
    def test_has_a_branch_for_each_answer_and_for_silence(self, market: Market) -> None:
        page = browser_of(market.clara).get(address(market.funded("500.00")), {"escrow": "refund"})
        agrees, silent, contests = page.context["ending"].branches

        assert [branch.title for branch in (agrees, silent, contests)] == [
            "If Femi agrees",
            "If Femi says nothing",
            "If Femi contests it",
        ]
        assert [share.money for share in agrees.shares] == [Money(52500, "USD")] == [s.money for s in silent.shares]
        unanswered, answered = contests.then
        assert [share.money for share in unanswered.shares] == [Money(45000, "USD")]
        assert [share.money for share in answered.shares] == [Money(26250, "USD"), Money(22500, "USD")]

    def test_names_what_the_client_can_do_afterwards_and_no_more(self, market: Market) -> None:
        contract = market.submitted("500.00")
        can = "You can still release what waits in escrow, in whole or in part, and pay more later."
        clara, femi = browser_of(market.clara), browser_of(market.femi)

        assert can in words(clara.get(address(contract), {"escrow": "refund"}))
        assert "You can still pay more later." in words(clara.get(address(contract), {"escrow": "release"}))
        assert can.replace("You", "Clara") in words(femi.get(address(contract)))

    def test_names_the_milestones_that_lapse_and_says_what_it_does_to_the_standing(self, market: Market) -> None:
        page = words(browser_of(market.clara).get(address(market.funded("500.00", "70.00")), {"escrow": "release"}))

        assert "“Part 2”, a milestone of 70.00 USD, was never funded: it lapses" in page
        assert "no effect on anybody's standing by itself" in page

    def test_tells_a_freelancer_that_what_is_handed_in_is_not_lost(self, market: Market) -> None:
        contract = market.submitted("300.00", "200.00")
        contract = market.do(contract, "approve", Role.CLIENT, milestone=contract.milestones[0].id, amount="200.00")
        contract = market.do(contract, "fund", Role.CLIENT, milestone=contract.milestones[1].id)
        page = browser_of(market.femi).get(address(contract))

        assert "What is handed in is not lost: 100.00 USD stays in escrow, in review on its clock" in words(page)
        assert "Clara gets back 210.00 USD: 200.00 USD and the fee of 10.00 USD on it" in words(page)
        assert "Mon 7 Dec 2026, 11:00 WAT (10:00 UTC)" in words(page)
        assert [branch.title for branch in page.context["ending"].branches] == [
            "If Clara releases it",
            "If Clara says nothing",
            "If Clara asks it back",
        ]
        assert page.context["ending"].deed == "End the contract and give 200.00 USD back"

    def test_tells_a_freelancer_to_hand_in_first_what_is_done(self, market: Market) -> None:
        page = browser_of(market.femi).get(address(market.funded("500.00")))

        assert "Nothing is handed in for “Part 1” So its 500.00 USD goes back at once." in words(page)
        assert "hand it in first" in words(page)

    def test_says_that_asking_for_the_money_stops_the_review_of_what_is_handed_in(self, market: Market) -> None:
        contract, browser = market.submitted("500.00"), browser_of(market.clara)

        stops = "“Part 1” and would be released by itself on Mon 7 Dec 2026, 05:00 EST"
        assert stops in words(browser.get(address(contract), {"escrow": "refund"}))
        assert stops not in words(browser.get(address(contract), {"escrow": "release"}))

    def test_comes_alone_when_the_choice_changes_with_the_button_beside_it(self, market: Market) -> None:
        contract = market.funded("500.00")
        part = browser_of(market.clara).get(address(contract), {"escrow": "release"}, headers={"HX-Request": "true"})

        assert "<html" not in part.content.decode()
        assert 'id="deed" class="form-actions" hx-swap-oob="true"' in part.content.decode()
        assert "End the contract and release 500.00 USD" in words(part)


class TestWhatIsInDispute:
    ABOUT = {"reason": "We disagree.", "about": "escrow"}

    def test_is_not_for_the_client_to_choose_about_and_the_page_says_what_becomes_of_it(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "open_dispute", Role.FREELANCER, **self.ABOUT)
        browser = browser_of(market.clara)
        page = browser.get(address(contract))

        assert "in escrow?" not in words(page)
        assert (
            "500.00 USD stays frozen: the dispute about it goes on as it was, and when it is over the contract has "
            "ended." in words(page)
        )
        by_itself = "Femi receives 450.00 USD Sat 28 Nov 2026, 05:00 EST (10:00 UTC), in 5 days, by the dispute"
        assert by_itself in words(page)
        assert "No money is in escrow" not in words(page)
        assert page.context["ending"].deed == "End the contract"
        press(browser, contract, page)
        assert as_it_stands(contract).status == Status.ENDING

    def test_is_left_out_of_what_the_client_chooses_about(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "open_dispute", Role.CLIENT, **self.ABOUT, amount="200.00")
        page = browser_of(market.clara).get(address(contract), {"escrow": "refund"})

        assert "What happens to the 300.00 USD in escrow?" in words(page)
        assert "300.00 USD stays in escrow until Femi answers" in words(page)
        assert "200.00 USD stays frozen: the dispute about it goes on as it was." in words(page)
        assert page.context["ending"].deed == "End the contract and ask 300.00 USD back"

    def test_is_neither_in_review_nor_given_back_when_the_freelancer_ends(self, market: Market) -> None:
        handed_in = market.do(market.submitted("500.00"), "open_dispute", Role.CLIENT, **self.ABOUT)
        page = words(browser_of(market.femi).get(address(handed_in)))
        assert "500.00 USD stays frozen" in page
        assert "What is handed in is not lost" not in page

        funded = market.do(market.funded("500.00"), "open_dispute", Role.CLIENT, **self.ABOUT, amount="200.00")
        page = words(browser_of(market.femi).get(address(funded)))
        assert "Nothing is handed in for “Part 1” So its 300.00 USD goes back at once" in page
        assert "200.00 USD stays frozen" in page

    def test_is_the_clients_to_decide_about_when_the_dispute_is_withdrawn(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "open_dispute", Role.FREELANCER, **self.ABOUT)
        market.do(contract, "end", Role.CLIENT, reason="quality")
        market.do(contract, "withdraw_dispute", Role.FREELANCER)
        page = browser_of(market.clara).get(address(contract), {"escrow": "refund"})

        assert "You ended the contract." in words(page)
        assert page.context["ending"].deed == "Ask 500.00 USD back"
        assert "You have 7 days to agree or to contest it." in words(
            browser_of(market.femi).get(f"/contracts/{contract.id}")
        )


class TestTheButton:
    @pytest.mark.parametrize(
        "choice", [{"escrow": "release"}, {"escrow": "refund"}, {"escrow": "part", "release": "123.45"}]
    )
    def test_does_exactly_what_the_page_showed(self, market: Market, choice: dict[str, str]) -> None:
        contract, browser = market.funded("500.00", "70.00"), browser_of(market.clara)
        page = browser.get(address(contract), choice)
        foreseen = page.context["ending"].outcome
        pressed = press(browser, contract, page)

        assert pressed.url == reverse("web:contract", args=[contract.id])
        done = event(contract)
        assert (done.transfers, done.explanation, done.deadlines, done.standing, done.after) == (
            foreseen.transfers,
            foreseen.explanation,
            foreseen.deadlines,
            foreseen.standing,
            foreseen.after,
        )

    def test_leads_to_the_workroom_which_says_what_was_done_and_what_happens_next(self, market: Market) -> None:
        contract, browser = market.funded("500.00"), browser_of(market.clara)
        press(browser, contract, browser.get(address(contract), {"escrow": "refund"}))
        room = words(browser.get(reverse("web:contract", args=[contract.id])))

        assert "Femi is asked to agree that 500.00 USD goes back, and has until Mon 30 Nov 2026, 05:00 EST" in room

    def test_has_one_effect_when_it_is_pressed_twice(self, market: Market) -> None:
        contract, browser = market.funded("500.00"), browser_of(market.clara)
        page = browser.get(address(contract), {"escrow": "release"})
        first, second = press(browser, contract, page), press(browser, contract, page)

        assert first.url == second.url == reverse("web:contract", args=[contract.id])
        assert event(contract).version == contract.version + 1
        assert as_it_stands(contract).paid == 50000

    def test_of_a_stale_page_does_nothing_and_says_what_has_happened_since(self, market: Market) -> None:
        contract, browser = market.funded("500.00"), browser_of(market.clara)
        page = browser.get(address(contract), {"escrow": "refund"})
        changed = market.do(contract, "submit", Role.FREELANCER, milestone=contract.milestones[0].id, note="Done.")
        pressed = press(browser, contract, page, note="A long explanation.")

        assert pressed.status_code == 409
        assert "Nothing was done" in words(pressed)
        assert "Work handed in (Femi): Work for “Part 1” is handed in." in words(pressed)
        assert "A long explanation." in words(pressed)
        assert as_it_stands(contract) == changed
        assert press(browser, contract, pressed).status_code == 302

    def test_needs_a_reason_and_keeps_one_in_peoples_own_words(self, market: Market) -> None:
        contract, browser = market.funded("500.00"), browser_of(market.clara)
        page = browser.get(address(contract), {"escrow": "release"})

        assert press(browser, contract, page, reason="").status_code == 422
        assert as_it_stands(contract) == contract
        assert press(browser, contract, page, reason="other", other="We close the bakery").status_code == 302
        assert as_it_stands(contract).ending.reason == "other: We close the bakery"  # type: ignore[union-attr]

    def test_says_nothing_without_the_choice_that_was_shown(self, market: Market) -> None:
        contract, browser = market.funded("500.00"), browser_of(market.clara)
        page = browser.get(address(contract))

        assert press(browser, contract, page, seen=str(contract.version)).status_code == 422
        assert as_it_stands(contract) == contract

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 30])
    def test_from_no_page_at_all_does_nothing(self, market: Market, seen: str) -> None:
        contract = market.funded("500.00")
        form = {"escrow": "release", "reason": "quality", "seen": seen, "key": "k"}

        assert browser_of(market.clara).post(address(contract), form).status_code == 409
        assert as_it_stands(contract) == contract


class TestWhoMay:
    def test_not_see_or_end_the_contract_of_others_which_does_not_exist_for_them(self, market: Market) -> None:
        contract, stranger = market.funded("500.00"), browser_of(person("Sam Stranger", "client", "freelancer"))

        assert stranger.get(address(contract)).status_code == 404
        assert stranger.post(address(contract), {"reason": "quality", "escrow": "release"}).status_code == 404
        assert as_it_stands(contract) == contract

    def test_not_find_a_contract_that_is_none(self, market: Market) -> None:
        assert browser_of(market.clara).get(reverse("web:end", args=[uuid4()])).status_code == 404

    def test_not_do_anything_without_signing_in(self, market: Market) -> None:
        contract = market.funded("500.00")

        assert Client().post(address(contract), {"reason": "quality"}).url.startswith(reverse("web:sign_in"))
        assert as_it_stands(contract) == contract


class TestWhereItIsNotPossible:
    def test_in_a_dispute_it_says_why_and_what_runs(self, market: Market) -> None:
        contract = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        contract = market.do(contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id)
        for reader in (market.clara, market.femi, person("Mia Mediator", "mediator")):
            page = browser_of(reader).get(address(contract))
            assert '<form class="stack ending-confirm"' not in page.content.decode()
        page = words(browser_of(market.clara).get(address(contract)))

        assert "500.00 USD is in dispute and frozen until the dispute is settled." in page
        assert "Unless Clara answers the dispute before, 500.00 USD is released to Femi." in page

    def test_before_the_offer_is_accepted_it_says_what_to_do_instead(self, market: Market) -> None:
        page = words(browser_of(market.clara).get(address(market.offered("500.00"))))

        assert "The offer has not been accepted yet. Femi can accept or decline it." in page

    def test_after_the_end_the_button_of_an_old_page_does_nothing(self, market: Market) -> None:
        contract, browser = market.funded("500.00"), browser_of(market.clara)
        page = browser.get(address(contract), {"escrow": "refund"})
        ended = market.do(contract, "end", Role.FREELANCER, reason="scope_changed")
        pressed = press(browser, contract, page)

        assert (ended.status, pressed.status_code) == (Status.ENDED, 409)
        assert "The contract has ended." in words(pressed)
        assert as_it_stands(contract) == ended


class TestWhenTheOtherSideEndedIt:
    def test_the_client_decides_about_what_is_left_in_review(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "end", Role.FREELANCER, reason="scope_changed")
        browser = browser_of(market.clara)
        page = browser.get(address(contract), {"escrow": "part", "release": "200.00"})

        assert "Decide about the money in escrow" in words(page)
        assert page.context["ending"].deed == "Release 200.00 USD and ask 300.00 USD back"
        assert press(browser, contract, page).status_code == 302
        assert as_it_stands(contract).paid == 20000
