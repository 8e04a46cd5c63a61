"""Endings that stay amicable, in clicks of the people in turn: what each page says is what happens, to the cent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from amicable.rules.contract import Status
from amicable.rules.parts import Role
from market import Market, money
from somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("the_books_agree")]
ROOM = "Website for a bakery"


def test_scope_that_creeps_ends_with_a_declined_change_and_a_cancellation_at_the_agreed_part(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    contract = market.submitted("500.00")
    clara.open_contract(ROOM)
    clara.follow("Ask for changes")
    clara.write("What should be different", "And a shop, please.")
    clara.decide("Ask for changes")

    femi.open_contract(ROOM)
    femi.follow("Propose a change of terms")
    femi.page.get_by_role("button", name="Add a milestone").click()
    femi.reads("Milestone 2, new")
    femi.page.get_by_label("What is handed in").last.fill("A shop")
    femi.page.get_by_label("Amount").last.fill("400.00")
    expect(femi.outcome).to_contain_text("Milestone “A shop” not on the list 400.00 USD")
    femi.write("What should change, and why", "A shop is more work.")
    femi.decide("Propose it")

    clara.page.reload()
    clara.reads("Femi proposes to change the terms", "A shop is more work.", "400.00 USD")
    clara.reads("There is no time limit: without an answer everything stays as it is.")
    clara.follow("Decline the new terms")
    clara.write("A word to the other side", "I thought that was meant.")
    clara.decide("Decline the new terms")
    assert money(contract) == (Status.ACTIVE, 50_000, 0, 0)

    femi.page.reload()
    declined, asked = femi.behind[:2]
    assert "A shop" in asked.text
    assert "A shop is more work." in asked.text
    assert "I thought that was meant." in declined.text
    femi.follow("Offer to end it together")
    femi.write("What of the escrow goes to the freelancer", "250.00")
    expect(femi.outcome).to_contain_text("250.00 USD to Femi before the service fee")
    expect(femi.outcome).to_contain_text("You receive 225.00 USD: 250.00 USD less the service fee of 25.00 USD")
    expect(femi.outcome).to_contain_text("Clara gets back 262.50 USD: 250.00 USD and the fee of 12.50 USD on it")
    femi.write("Why, and what the amount is for", "Then we stop at half.")
    femi.decide("Offer to end it together")

    clara.page.reload()
    clara.reads("Femi offers to end the contract together", "Then we stop at half.")
    clara.follow("End it together")
    clara.decide("End it together")
    clara.reads("By mutual agreement")
    assert money(contract) == (Status.ENDED, 0, 25_000, 25_000)
    assert femi.purse()["In the security hold"] == "225.00 USD"
    assert clara.purse()["In escrow"] == "0.00 USD"


def test_late_and_incomplete_work_goes_from_a_request_and_a_contest_to_offers_that_cross_and_meet(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    contract = market.paid("500.00")
    clara.open_contract(ROOM)
    clara.follow("Ask for money back")
    clara.write("How much of what was paid should come back", "300")
    expect(clara.outcome).to_contain_text("Femi gives back 270.00 USD: Amicable adds its service fee of 30.00 USD")
    expect(clara.outcome).to_contain_text("You get back 315.00 USD")
    clara.write("Why", "It is two weeks late, and half of the pages are empty.")
    clara.decide("Ask for money back")

    femi.open_contract(ROOM)
    femi.reads("Clara asks for paid money back", "half of the pages are empty")
    femi.follow("Decline the refund")
    femi.write("Why the money should not go back", "The text for these pages never came.")
    femi.decide("Decline the refund")

    clara.page.reload()
    clara.reads("The text for these pages never came.")
    clara.follow("Open a dispute")
    clara.write("How much of it is in dispute", "300")
    expect(clara.outcome).to_contain_text("300.00 USD that was paid")
    expect(clara.outcome).to_contain_text("If Femi says nothing")
    clara.write("What has happened and what you want", "Half of the pages are empty.")
    clara.decide("Open a dispute")

    femi.page.reload()
    femi.reads("300.00 USD that was paid is in dispute", "You have to answer", "Sat 28 Nov 2026, 11:00 WAT (10:00 UTC)")
    offers(femi, "280", "280.00 USD stays with Femi, 20.00 USD goes back to Clara's card", "For a day of waiting.")
    clara.page.reload()
    offers(clara, "50", "50.00 USD stays with Femi, 250.00 USD goes back to Clara's card", "For the trouble.")

    femi.page.reload()
    femi.reads("50.00 USD for Femi, 250.00 USD back to Clara", "280.00 USD for Femi, 20.00 USD back to Clara")
    offers(femi, "150.01", "150.01 USD stays with Femi, 149.99 USD goes back to Clara's card", "Half, then.")
    clara.page.reload()
    clara.follow("Accept the settlement")
    expect(clara.outcome).to_contain_text("149.99 USD goes back to Clara's card, and the fee of 7.50 USD on it too.")
    clara.decide("Accept the settlement")
    assert money(contract) == (Status.ACTIVE, 0, 35_001, 14_999)
    assert femi.purse()["In the security hold"] == "315.01 USD"


def test_a_mediator_asks_proposes_a_split_and_decides(
    market: Market, clara: Somebody, femi: Somebody, mina: Somebody
) -> None:
    contract = market.paid("500.00")
    late = {"reason": "Half of the pages are empty.", "about": "refund", "amount": "300.00"}
    market.do(contract, "open_dispute", Role.CLIENT, **late)
    market.do(contract, "offer_settlement", Role.FREELANCER, release="280.00", note="For a day of waiting.")
    market.do(contract, "offer_settlement", Role.CLIENT, release="50.00", note="For the trouble.")
    mina.open_contract(ROOM)
    mina.reads("280.00 USD for Femi, 20.00 USD back to Clara", "50.00 USD for Femi, 250.00 USD back to Clara")
    mina.follow("Ask both sides")
    mina.write("The question", "When was the text sent?")
    mina.decide("Ask both sides")
    for somebody, said in ((clara, "On the third."), (femi, "On the ninth.")):
        somebody.open_contract(ROOM)
        somebody.reads("When was the text sent?")
        somebody.follow("Answer the dispute")
        somebody.write("How you see it", said)
        somebody.decide("Answer the dispute")

    mina.page.reload()
    mina.reads("On the third.", "On the ninth.")
    mina.follow("Propose a split")
    rules(mina, "150.01", "Half of the pages, and the text came late.")
    mina.decide("Propose a split")
    femi.page.reload()
    femi.reads("Half of the pages, and the text came late.")
    femi.follow("Accept the split")
    femi.decide("Accept the split")
    clara.page.reload()
    offers(clara, "100", "100.00 USD stays with Femi, 200.00 USD goes back to Clara's card", "No more than a third.")

    mina.page.reload()
    mina.follow("Decide the dispute")
    rules(mina, "150.01", "The mails show that the text came on the ninth.")
    expect(mina.outcome).to_contain_text("the contract counts one step lower in Clara's standing")
    mina.decide("Decide the dispute")
    femi.page.reload()
    femi.reads("A mediator has decided; either side can appeal", "The mails show that the text came on the ninth.")
    assert money(contract) == (Status.ACTIVE, 0, 50_000, 0)
    femi.waits("The ruling takes effect")
    assert money(contract) == (Status.ACTIVE, 0, 35_001, 14_999)
    assert clara.purse()["In escrow"] == "0.00 USD"
    assert femi.purse()["In the security hold"] == "315.01 USD"
    femi.open_contract(ROOM)
    femi.waits("The security hold ends")
    assert femi.purse()["Available"] == "315.01 USD"


def offers(somebody: Somebody, release: str, shown: str, note: str) -> None:
    """Offer a settlement, once what comes of it is shown."""
    somebody.follow("Offer a settlement")
    somebody.write("What of the sum in dispute goes to the freelancer", release)
    expect(somebody.outcome).to_contain_text(shown)
    somebody.write("Why this amount", note)
    somebody.decide("Offer a settlement")


def rules(mediator: Somebody, release: str, reason: str) -> None:
    """Fill in what goes to Femi of the 300.00, and why."""
    mediator.write("What of the sum in dispute goes to the freelancer", release)
    expect(mediator.outcome).to_contain_text(f"{release} USD stays with Femi")
    mediator.write("The reasons, with the evidence they rest on", reason)


def test_who_wanted_to_stop_is_asked_to_finish_and_is_paid_through_the_declined_cancellation(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    contract = market.funded("500.00")
    femi.open_contract(ROOM)
    femi.follow("Offer to end it together")
    femi.write("What of the escrow goes to the freelancer", "0")
    expect(femi.outcome).to_contain_text("If Clara accepts")
    femi.write("Why, and what the amount is for", "I have no time any more.")
    femi.decide("Offer to end it together")

    clara.open_contract(ROOM)
    clara.reads("Femi offers to end the contract together", "I have no time any more.")
    clara.follow("Decline, and go on")
    clara.write("A word to the other side", "Please finish it, there is no hurry.")
    clara.decide("Decline, and go on")
    assert money(contract) == (Status.ACTIVE, 50_000, 0, 0)

    femi.page.reload()
    assert femi.behind[0].title == "Offer to end it together declined"
    femi.reads("Please finish it, there is no hurry.")
    femi.follow("Hand in work")
    femi.write("What was done", "Well, here it is.")
    femi.decide("Hand in work")

    clara.page.reload()
    clara.follow("Release money")
    expect(clara.outcome).to_contain_text("450.00 USD to Femi after a service fee of 50.00 USD")
    clara.decide("Release 500.00 USD")
    assert money(contract) == (Status.ACTIVE, 0, 50_000, 0)
    assert femi.purse()["In the security hold"] == "450.00 USD"
    femi.open_contract(ROOM)
    femi.waits("The security hold ends")
    assert femi.purse()["Available"] == "450.00 USD"


def test_both_agree_that_the_job_is_impossible_and_all_of_it_goes_back(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    contract = market.funded("500.00")
    clara.open_contract(ROOM)
    clara.follow("Offer to end it together")
    clara.write("What of the escrow goes to the freelancer", "0")
    expect(clara.outcome).to_contain_text("You get back 525.00 USD")
    clara.write("Why, and what the amount is for", "The old shop has no interface.")
    clara.decide("Offer to end it together")

    femi.open_contract(ROOM)
    femi.reads("Clara offers to end the contract together", "nobody is at fault")
    femi.follow("End it together")
    expect(femi.outcome).to_contain_text("The contract ends by mutual agreement: nobody is at fault.")
    expect(femi.outcome).to_contain_text("left out of people's standing")
    femi.decide("End it together")
    assert money(contract) == (Status.ENDED, 0, 0, 50_000)
    for somebody in (clara, femi):
        somebody.open_contract(ROOM)
        somebody.reads("By mutual agreement, nobody at fault")
        assert somebody.ahead == []
    assert clara.purse()["In escrow"] == "0.00 USD"
    clara.page.goto("/statement")
    clara.reads("525.00")


def test_after_the_end_the_client_pays_more_and_both_reopen_it(market: Market, clara: Somebody, femi: Somebody) -> None:
    contract = market.submitted("500.00", "300.00")
    market.do(contract, "end", Role.CLIENT, reason="completed", escrow="release")
    clara.open_contract(ROOM)
    clara.waits("The security hold ends")
    clara.follow("Make a payment")
    clara.write("What the freelancer is paid", "75")
    expect(clara.outcome).to_contain_text("Femi gets 67.50 USD after a service fee of 7.50 USD")
    clara.write("What it is for", "For the help since.")
    clara.press("Pay 78.75 USD by card", "75.00 USD and a fee of 3.75 USD")
    assert femi.purse() | {"In escrow": ""} == {
        "Available": "450.00 USD", "In the security hold": "67.50 USD", "In escrow": "", "In review": "0.00 USD",
    }  # fmt: skip

    clara.follow("Ask to reopen the contract")
    clara.write("Why, and what is still to be done", "The second part, after all.")
    clara.decide("Ask to reopen the contract")
    femi.open_contract(ROOM)
    femi.reads("Clara asks to reopen the contract", "The second part, after all.")
    femi.follow("Reopen the contract")
    femi.decide("Reopen the contract")
    assert money(contract) == (Status.ACTIVE, 0, 57_500, 0)

    clara.page.reload()
    clara.follow("Fund a milestone")
    clara.press("Pay 315.00 USD by card", "300.00 USD into escrow")
    assert money(contract) == (Status.ACTIVE, 30_000, 57_500, 0)
    assert clara.purse()["In escrow"] == "300.00 USD"
