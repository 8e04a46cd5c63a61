"""The page of an action: what it would come to, and then the button that does exactly that."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from amicable.contracts import clock
from amicable.contracts.history import latest
from amicable.contracts.perform import view
from amicable.payments.cards import set_card
from amicable.people.models import Person
from amicable.rules.contract import Contract, Status
from amicable.rules.parts import MilestoneStatus, Role
from amicable.rules.registry import ACTIONS
from amicable.web.actions import LABELS
from market import Market, browser_of, person
from pages import hidden, words
from pages import press as press_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def address(contract: Contract, action: str) -> str:
    return f"/contracts/{contract.id}/actions/{action}"


def shown(who: Person, contract: Contract, action: str, **chosen: str) -> HttpResponse:
    return browser_of(who).get(address(contract, action), chosen)


def press(who: Person, contract: Contract, action: str, page: HttpResponse, **filled_in: str) -> HttpResponse:
    return press_on(browser_of(who), address(contract, action), page, **filled_in)


def do(
    who: Person, contract: Contract, action: str, chosen: dict[str, str] | None = None, **written: str
) -> HttpResponse:
    """Choose, look, and press."""
    return press(who, contract, action, shown(who, contract, action, **(chosen or {})), **written)


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def test_every_action_of_people_has_a_name_on_its_button() -> None:
    assert {name for name, action in ACTIONS.items() if not action.is_automatic} == set(LABELS)


class TestTheOutcome:
    def test_stands_before_the_button_and_nothing_is_done_by_looking(self, market: Market) -> None:
        contract = market.submitted("500.00")
        page = shown(market.clara, contract, "approve")

        assert page.context["deed"] == "Release 500.00 USD"
        assert words(page).index("450.00 USD to Femi") < words(page).index("Release 500.00 USD")
        assert stands(contract) == contract

    def test_is_that_of_the_amount_and_the_button_says_it(self, market: Market) -> None:
        contract = market.submitted("500.00")
        page = shown(market.clara, contract, "approve", amount="200.00")

        assert "180.00 USD to Femi after a service fee of 20.00 USD" in words(page)
        assert page.context["deed"] == "Release 200.00 USD"
        assert "amount=200.00&" in hidden(page)["chosen"]

    def test_comes_alone_to_a_page_that_is_open(self, market: Market) -> None:
        contract = market.submitted("500.00")
        browser = browser_of(market.clara)
        part = browser.get(address(contract, "approve"), {"amount": "200.00"}, headers={"HX-Request": "true"})

        assert "<html" not in part.content.decode()
        assert 'id="deed" class="form-actions" hx-swap-oob="true"' in part.content.decode()
        assert "180.00 USD to Femi" in words(part)
        assert "no-store" in part.headers["Cache-Control"]

    def test_waits_for_an_amount_that_has_to_be_written(self, market: Market) -> None:
        page = shown(market.clara, market.active("500.00"), "pay")

        assert page.status_code == 200
        assert "Write the amount first" in words(page)
        assert "seen" not in hidden(page)
        assert '<button type="button" disabled' in page.content.decode()

    def test_says_before_the_amount_what_it_does_and_how_much_there_is(self, market: Market) -> None:
        contract = market.paid("500.00", "300.00")
        market.do(contract, "fund", Role.CLIENT, milestone=contract.milestones[1].id)
        asked = words(shown(market.clara, contract, "request_refund"))
        assert "Asks for paid money back; without an answer nothing changes." in asked
        assert asked.count("At most 500.00 USD.") == 1
        assert "At most 500.00 USD." in words(shown(market.femi, contract, "give_refund"))
        assert "The rest goes back to the client. At most 300.00 USD." in words(
            shown(market.femi, contract, "propose_cancellation")
        )

    def test_of_funding_says_how_the_money_leaves_escrow_again(self, market: Market) -> None:
        page = words(shown(market.clara, market.active("500.00"), "fund"))
        assert "or 14 days after work is handed in and you have not answered." in page
        assert "when you end it and ask it back, and Femi agrees or says nothing for 7 days." in page

    def test_says_whether_it_can_be_taken_back_alone_and_how(self, market: Market) -> None:
        contract = market.submitted("500.00")
        assert "You cannot take this back alone." in words(shown(market.clara, contract, "approve"))
        disputed = words(shown(market.clara, contract, "open_dispute"))
        assert "You can take it back as long as it stands: “Withdraw the dispute”." in disputed
        market.do(contract, "open_dispute", Role.CLIENT, about="escrow", reason="It is late.")
        offered = words(shown(market.femi, contract, "offer_settlement", release="100"))
        assert "You can do it again, which replaces it." in offered

    def test_never_says_that_another_dispute_would_take_it_back(self, market: Market) -> None:
        contract = market.paid("500.00", "300.00")
        market.do(contract, "open_dispute", Role.FREELANCER, about="refund", reason="It works.", amount="100.00")
        market.do(contract, "request_refund", Role.CLIENT, amount="50.00", note="It broke.")
        assert "You cannot take this back alone." in words(shown(market.femi, contract, "decline_refund"))

    def test_of_an_offer_says_before_the_amount_what_is_at_stake_and_comes_without_it(self, market: Market) -> None:
        contract = market.submitted("500.00")
        market.do(contract, "open_dispute", Role.CLIENT, about="escrow", reason="It is late.")
        page = words(shown(market.femi, contract, "offer_settlement"))
        assert "Write the amount first" in page
        assert "The 500.00 USD in dispute, as it stands" in page
        assert "If you say nothing" in page

    def test_is_told_before_the_words_are_written(self, market: Market) -> None:
        page = shown(market.femi, market.funded("500.00"), "submit")

        assert "without an answer 500.00 USD is released to Femi then" in words(page)
        assert "Mon 7 Dec 2026, 11:00 WAT (10:00 UTC), in 14 days Released without an answer" in words(page)
        assert "What was done, and where to find it" in words(page)

    def test_tells_what_comes_of_each_answer_to_it(self, market: Market) -> None:
        contract = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        page = words(shown(market.femi, contract, "decline_refund"))

        assert "The 500.00 USD in dispute then If Clara answers" in page
        assert "If Clara says nothing Sat 28 Nov 2026, 11:00 WAT (10:00 UTC), in 5 days You receive 450.00 USD" in page

    def test_of_a_milestone_that_was_handed_in_comes_first_and_another_can_be_chosen(self, market: Market) -> None:
        contract = market.funded("500.00", "70.00")
        first, second = (milestone.id for milestone in contract.milestones)
        contract = market.do(contract, "approve", Role.CLIENT, milestone=first, amount="100.00")
        contract = market.do(contract, "fund", Role.CLIENT, milestone=second)
        contract = market.do(contract, "submit", Role.FREELANCER, milestone=second, note="Done")

        assert shown(market.clara, contract, "approve").context["deed"] == "Release 70.00 USD"
        assert shown(market.clara, contract, "approve", milestone=first).context["deed"] == "Release 400.00 USD"


class TestPressing:
    def test_does_what_was_shown_and_leads_to_the_workroom_which_says_so(self, market: Market) -> None:
        contract = market.submitted("500.00")
        done = do(market.clara, contract, "approve", {"amount": "200.00"}, note="A good start.")

        assert done.headers["Location"] == f"/contracts/{contract.id}"
        assert stands(contract).paid == 20_000
        assert latest(contract.id, limit=1)[0].params["note"] == "A good start."

    def test_twice_has_one_effect(self, market: Market) -> None:
        contract = market.submitted("500.00")
        page = shown(market.clara, contract, "approve", amount="200.00")
        pressed = [press(market.clara, contract, "approve", page) for _ in range(2)]

        assert [answer.status_code for answer in pressed] == [302, 302]
        assert stands(contract).paid == 20_000

    def test_an_offer_is_accepted(self, market: Market) -> None:
        contract = market.offered("500.00")
        do(market.femi, contract, "accept", note="Gladly")

        assert stands(contract).status == Status.ACTIVE

    def test_a_milestone_is_funded_by_card(self, market: Market) -> None:
        contract = market.active("500.00")
        page = shown(market.clara, contract, "fund")
        assert page.context["deed"] == "Pay 525.00 USD by card"

        press(market.clara, contract, "fund", page)
        assert stands(contract).milestones[0].status == MilestoneStatus.FUNDED

    def test_with_a_card_that_declines_changes_nothing_and_says_so(self, market: Market) -> None:
        set_card(str(market.clara.pk), "declines")
        contract = market.active("500.00")
        page = do(market.clara, contract, "fund")

        assert page.status_code == 402
        assert "Nothing was done Clara's card was declined (insufficient funds). Nothing was charged" in words(page)
        assert stands(contract).milestones == contract.milestones

        link = re.search(r'<a href="([^"]*)">Use another card', page.content.decode())
        assert link is not None
        browser = browser_of(market.clara)
        balance = browser.get(unescape(link[1]))
        changed = browser.post("/balance/card", hidden(balance) | {"card": "works"})
        again = browser.get(changed.headers["Location"])
        assert "From now on payments are asked from this card: A card that works." in words(again)
        press(market.clara, contract, "fund", again)
        assert stands(contract).escrow == 50_000

    def test_of_a_side_is_refused_to_a_mediator(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "open_dispute", Role.CLIENT, reason="Late.", about="escrow")
        mediator = person("Mina Hale", "mediator")
        for name in ("extend_clock", "open_dispute", "accept_settlement", "request_refund"):
            assert shown(mediator, contract, name).status_code == 403

    def test_a_dispute_is_answered_and_decided(self, market: Market) -> None:
        contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        mediator = person("Mina Hale", "mediator")
        do(market.femi, contract, "decline_refund", note="It was done.")
        do(market.clara, contract, "answer_dispute", note="It was not.")
        do(mediator, contract, "decide", {"release": "200.00"}, reason="Half of the pages came.")

        ruling = stands(contract).dispute.ruling  # type: ignore[union-attr]
        assert (ruling.release, ruling.mediator) == (20_000, str(mediator.pk))  # type: ignore[union-attr]

    def test_yen_have_no_decimals_and_dinars_three(self, market: Market) -> None:
        yen = market.submitted("90001", currency="JPY")
        dinars = market.submitted("120.005", currency="KWD", title="Photographs")
        do(market.clara, yen, "approve", {"amount": "33333"})
        do(market.clara, dinars, "approve", {"amount": "33.333"})

        assert stands(yen).paid == 33_333
        assert stands(dinars).paid == 33_333
        assert shown(market.clara, yen, "approve", amount="1.5").status_code == 422


class TestADisputeThatWasTakenBack:
    @pytest.fixture
    def contract(self, market: Market) -> Contract:
        """A contract whose first two milestones hold money; Clara has taken back a dispute about the first."""
        contract = market.submitted("500.00", "300.00", "70.00")
        one, two, _ = contract.milestones
        market.do(contract, "open_dispute", Role.CLIENT, reason="It is late.", about="escrow", milestone=one.id)
        market.do(contract, "withdraw_dispute", Role.CLIENT)
        market.do(contract, "approve", Role.CLIENT, milestone=one.id, amount="100.00")
        return market.do(contract, "fund", Role.CLIENT, milestone=two.id)

    def test_leaves_its_milestone_out_and_says_why(self, market: Market, contract: Contract) -> None:
        page = shown(market.clara, contract, "open_dispute", about="escrow")

        assert contract.milestones[0].id not in page.content.decode()
        assert words(page).count("“Part 1” cannot be chosen. You have taken back a dispute about this money") == 1
        assert "300.00 USD that you can dispute" in words(page)
        assert "A dispute opens about 300.00 USD in escrow." in words(page)

    def test_leaves_the_other_side_what_it_had(self, market: Market, contract: Contract) -> None:
        page = shown(market.femi, contract, "open_dispute", about="escrow")

        assert "cannot be chosen" not in words(page)
        offered = next(field for field in page.context["choices"] if field.kind == "milestone")
        assert {option.milestone.id for option in offered.options} == {m.id for m in contract.milestones[:2]}
        assert 'id="milestone-" name="milestone" value="" required' in page.content.decode()

    def test_of_paid_money_says_so_too(self, market: Market, contract: Contract) -> None:
        market.do(contract, "open_dispute", Role.CLIENT, reason="It broke.", about="refund")
        market.do(contract, "withdraw_dispute", Role.CLIENT)
        page = words(shown(market.clara, contract, "open_dispute"))

        assert "You have taken back a dispute about what was paid, so it cannot be disputed again." in page
        assert "Money that was paid" not in page


class TestAPageFromBefore:
    def test_does_nothing_says_what_happened_since_and_keeps_what_was_written(self, market: Market) -> None:
        contract = market.submitted("500.00")
        page = shown(market.clara, contract, "request_changes")
        market.do(contract, "submit", Role.FREELANCER, milestone=contract.milestones[0].id, note="A better one.")
        before = stands(contract)
        stale = press(market.clara, contract, "request_changes", page, note="The brown is too light.")

        assert stale.status_code == 409
        assert "Nothing was done: the contract has changed since you looked at it" in words(stale)
        assert "Work handed in (Femi)" in words(stale)
        assert "The brown is too light." in stale.content.decode()
        assert stands(contract) == before

        again = press(market.clara, contract, "request_changes", stale, note="The brown is too light.")
        assert again.status_code == 302
        assert stands(contract).milestones[0].status == MilestoneStatus.FUNDED

    def test_whose_action_is_over_says_what_can_be_done_instead(self, market: Market) -> None:
        contract = market.offered("500.00")
        page = shown(market.femi, contract, "accept")
        market.do(contract, "withdraw", Role.CLIENT)
        stale = press(market.femi, contract, "accept", page)

        assert stale.status_code == 409
        assert "Clara withdrew the offer. A new offer can be made." in words(stale)
        assert stands(contract).status == Status.WITHDRAWN

    def test_used_once_more_with_another_amount_does_nothing(self, market: Market) -> None:
        contract = market.submitted("500.00")
        page = shown(market.clara, contract, "approve", amount="200.00")
        press(market.clara, contract, "approve", page)
        again = press(market.clara, contract, "approve", page, chosen="amount=100.00")

        assert again.status_code in (409, 422)
        assert "the contract has changed since you looked at it" in words(again)
        assert stands(contract).paid == 20_000

    @pytest.mark.parametrize("seen", ["", "0", "-1", "1e3", "9" * 40, "٣"])
    def test_that_names_no_version_anybody_saw_does_nothing(self, market: Market, seen: str) -> None:
        contract = market.submitted("500.00")
        page = shown(market.clara, contract, "approve")

        assert press(market.clara, contract, "approve", page, seen=seen).status_code == 409
        assert stands(contract) == contract


class TestBadInput:
    @pytest.mark.parametrize(
        ("amount", "said"),
        [
            ("12.345", "USD has 2 decimals; 12.345 has 3."),
            ("0", "The amount must be above zero."),
            ("-5", "without a sign"),
            ("1,000.00", "Write the amount in digits"),
            ("many", "Write the amount in digits"),
            ("NaN", "Write the amount in digits"),
            ("1e3", "Write the amount in digits"),
            ("500.01", "The milestone holds 500.00 USD; no more than that can be released."),
            ("1000000000", "above 999,999,999.99"),
            ("1\x00", "Write the amount in digits"),
        ],
    )
    def test_gets_the_rules_sentence_beside_the_field_and_changes_nothing(
        self, market: Market, amount: str, said: str
    ) -> None:
        contract = market.submitted("500.00")
        page = shown(market.clara, contract, "approve", amount=amount)
        assert page.status_code == 422
        assert said in page.context["choices"][0].error
        assert "seen" not in hidden(page)

        form = {"amount": amount, "milestone": contract.milestones[0].id, "seen": str(contract.version), "key": "k"}
        pressed = browser_of(market.clara).post(address(contract, "approve"), form)
        assert pressed.status_code == 422
        assert said in words(pressed)
        assert stands(contract) == contract

    def test_words_that_are_needed_are_asked_for_beside_their_field(self, market: Market) -> None:
        contract = market.funded("500.00")
        page = do(market.femi, contract, "submit", note="  ")

        assert page.status_code == 422
        assert page.context["words"][0].error == "This is needed."
        assert page.context["shown"]
        assert stands(contract) == contract

    def test_words_that_are_too_many_are_kept_and_said_to_be(self, market: Market) -> None:
        contract = market.funded("500.00")
        page = do(market.femi, contract, "submit", note="x" * 5_001)

        assert page.status_code == 422
        assert "At most 5,000 characters; this has 5,001." in words(page)
        assert "x" * 5_001 in page.content.decode()

    def test_a_milestone_of_another_contract_is_none_of_this_one(self, market: Market) -> None:
        contract, other = market.submitted("500.00"), market.submitted("70.00", title="Another")
        form = {"milestone": other.milestones[0].id, "seen": str(contract.version)}
        page = browser_of(market.clara).post(address(contract, "approve"), form)

        assert shown(market.clara, contract, "approve", milestone=other.milestones[0].id).status_code == 422
        assert page.status_code == 422
        assert "This is not a milestone of the contract." in words(page)
        assert stands(contract) == contract
        assert stands(other) == other

    def test_a_forged_form_is_treated_like_a_page_from_before(self, market: Market) -> None:
        contract = market.submitted("500.00")
        forged = {"seen": str(contract.version), "key": "x" * 1000 + "\x00", "proposal": "1", "nonsense": "1"}

        assert browser_of(market.clara).post(address(contract, "approve"), forged).status_code == 302
        assert stands(contract).paid == 50_000


class TestOutOfTurn:
    def test_says_why_not_and_what_instead(self, market: Market) -> None:
        contract = market.active("500.00")
        page = shown(market.femi, contract, "submit")

        assert page.status_code == 409
        assert "This cannot be done now" in words(page)
        assert "Ask Clara to fund one first." in words(page)
        assert "<textarea" not in page.content.decode()

    def test_what_is_the_other_sides_to_do_says_so(self, market: Market) -> None:
        contract = market.submitted("500.00")
        page = browser_of(market.femi).post(address(contract, "approve"), {"seen": str(contract.version)})

        assert shown(market.femi, contract, "approve").status_code == 403
        assert page.status_code == 403
        assert "Only Clara, the client, can do this." in words(page)
        assert stands(contract) == contract

    def test_a_stranger_sees_nothing_and_does_nothing(self, market: Market) -> None:
        contract = market.submitted("500.00")
        stranger = browser_of(person("Sam Stranger", "client", "freelancer"))
        form = {"milestone": contract.milestones[0].id, "seen": str(contract.version)}

        assert stranger.get(address(contract, "approve")).status_code == 404
        assert stranger.post(address(contract, "approve"), form).status_code == 404
        assert stands(contract) == contract

    @pytest.mark.parametrize("name", ["nonsense", "hold_ends", "charge_succeeded", "submission_unanswered"])
    def test_what_people_cannot_do_at_all_has_no_page(self, market: Market, name: str) -> None:
        assert shown(market.clara, market.submitted("500.00"), name).status_code == 404

    def test_ending_has_a_page_of_its_own(self, market: Market) -> None:
        contract = market.active("500.00")
        assert shown(market.clara, contract, "end").headers["Location"] == f"/contracts/{contract.id}/end"

    def test_who_has_not_signed_in_is_asked_to(self, market: Market) -> None:
        contract = market.active("500.00")
        path = address(contract, "pay")
        assert Client().get(path).headers["Location"] == f"/sign-in?next={path}"
