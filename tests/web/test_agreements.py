"""Terms, cancellations, refunds and reopenings on the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from amicable.contracts import clock
from amicable.payments.sandbox import advance
from amicable.payments.withdrawals import withdraw
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.web.typed import PARTS
from market import NOW, Market, browser_of
from pages import hidden, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def room(person: Person, contract: Contract) -> str:
    return words(browser_of(person).get(f"/contracts/{contract.id}"))


def propose(person: Person, contract: Contract, **said: str) -> Any:
    """Send the form of a change of terms as it stands, with what is said written over it."""
    browser = browser_of(person)
    page = browser.get(f"/contracts/{contract.id}/terms/propose")
    form = page.context["form"]
    sent = {"description": form.description, "change_rounds": form.change_rounds, "review_days": form.review_days}
    for number, row in enumerate(form.rows):
        parts = {"id": row.id, "title": row.title, "amount": row.amount, "due": row.due}
        sent |= {f"milestones.{number}.{name}": value for name, value in parts.items()}
    sent |= {"seen": str(contract.version), "key": "k", "note": "As we said.", **said}
    return browser.post(f"/contracts/{contract.id}/terms/propose", sent)


def test_a_change_of_terms_is_shown_side_by_side_before_it_is_proposed(market: Market) -> None:
    contract = market.funded("500.00", "300.00")
    seen = words(propose(market.femi, contract, **{"milestones.1.amount": "350.00", "change_rounds": "2"}))
    assert "“Part 2”: price 300.00 USD 350.00 USD" in seen
    assert "Rounds of changes for each milestone no limit 2" in seen
    assert "No money moves now" in seen
    assert "If Clara accepts At once The new terms hold from now on." in seen
    assert "If Clara says nothing Everything stays as it is, and you can take it back." in seen
    assert "After that, if nobody does anything" in seen
    assert "proposes to change the terms" not in room(market.clara, contract)


def test_from_when_another_rate_holds_is_said_of_an_offer_and_of_a_contract(market: Market) -> None:
    for contract, since in ((market.hourly_offer(), "the first hour"), (market.hourly(), "the next Monday")):
        page = words(browser_of(market.femi).get(f"/contracts/{contract.id}/terms/propose"))
        assert f"Holds from {since} on." in page


def test_what_is_proposed_waits_in_the_workroom_with_what_each_answer_does(market: Market) -> None:
    contract = market.funded("500.00", "300.00")
    sent = propose(market.femi, contract, propose="yes", **{"milestones.0.amount": "400.00"})
    assert sent.status_code == 302
    page = room(market.clara, contract)
    assert "Femi proposes to change the terms" in page
    assert "As we said." in page
    assert "“Part 1”: price 500.00 USD 400.00 USD" in page
    assert "“Part 1” holds 100.00 USD more than its price: it goes back to Clara's card" in page
    assert "There is no time limit: without an answer everything stays as it is." in page
    assert "Take it back" in room(market.femi, contract)

    browser = browser_of(market.clara)
    accept = browser.get(f"/contracts/{contract.id}/actions/accept_terms")
    assert "The new terms hold from now on." in words(accept)
    assert "“Part 1”: price 500.00 USD 400.00 USD" in words(accept)
    seen = {**accept.context["settled"], "seen": str(contract.version + 1), "key": "a"}
    assert browser.post(f"/contracts/{contract.id}/actions/accept_terms", seen).status_code == 302
    versions = words(browser.get(f"/contracts/{contract.id}/terms"))
    assert "Version 2" in versions
    assert "proposed by Femi and accepted by the other side" in versions
    assert "“Part 1”: price 500.00 USD 400.00 USD" in versions


def test_what_cannot_be_is_told_and_what_was_typed_stays(market: Market) -> None:
    contract = market.funded("500.00")
    refused = propose(market.femi, contract, propose="yes", **{"milestones.0.amount": "lots"})
    assert refused.status_code == 422
    assert "Milestone 1: Write the amount in digits" in words(refused), "where the outcome is told"
    assert refused.context["rows"][0]["amount"]["error"].startswith("Write the amount in digits")
    assert 'value="lots"' in refused.content.decode()
    assert "These are the terms as they are" in words(propose(market.femi, contract))
    unsaid = propose(market.femi, contract, propose="yes", note="", change_rounds="1")
    assert "Write something: the other side reads it." in words(unsaid)


def test_what_is_wrong_with_a_milestone_is_told_beside_its_fields(market: Market) -> None:
    contract = market.active("500.00", "300.00")
    empty = {"milestones.2.title": "", "milestones.2.amount": "", "milestones.2.due": "", "milestones.2.id": ""}
    bad = {"milestones.3.title": "", "milestones.3.amount": "1.005", "milestones.3.due": "", "milestones.3.id": ""}
    page = propose(market.femi, contract, **empty, **bad)

    errors = [{part: field["error"] for part, field in row.items() if part in PARTS} for row in page.context["rows"]]
    assert errors[:3] == [dict.fromkeys(PARTS, "")] * 3, "an empty row is no milestone"
    assert errors[3]["title"].startswith("Write something")
    assert errors[3]["amount"] == "USD has 2 decimals; 1.005 has 3."
    assert "Milestone 4: USD has 2 decimals; 1.005 has 3." in words(page)


def test_a_page_from_before_proposes_nothing_says_what_happened_since_and_keeps_what_was_written(
    market: Market,
) -> None:
    contract = market.funded("500.00")
    market.do(contract, "submit", Role.FREELANCER, milestone=contract.milestones[0].id, note="Here it is.")
    stale = propose(market.clara, contract, propose="yes", note="Less work.", seen=str(contract.version), key="old")

    assert stale.status_code == 409
    assert "Nothing was done: the contract has changed since you looked at it" in words(stale)
    assert "Work handed in (Femi): Work for “Part 1” is handed in." in words(stale)
    assert "Less work." in stale.content.decode()
    assert hidden(stale)["seen"] == str(contract.version + 1)
    assert "proposes to change the terms" not in room(market.femi, contract)


def test_terms_are_not_proposed_twice_from_one_page(market: Market) -> None:
    contract = market.funded("500.00")
    assert propose(market.clara, contract, propose="yes", change_rounds="2").status_code == 302
    again = propose(market.clara, contract, propose="yes", change_rounds="3")

    assert again.status_code == 409
    assert "the contract has changed since you looked at it" in words(again)
    assert "Change of terms proposed (Clara): Clara proposes to change the terms." in words(again)


def test_terms_of_what_has_ended_meanwhile_are_refused_as_everywhere(market: Market) -> None:
    contract = market.active("500.00")
    ended = market.do(contract, "end", Role.CLIENT, reason="other")
    for seen in (contract, ended):
        page = propose(market.femi, contract, propose="yes", seen=str(seen.version))
        assert page.status_code == 409
        assert words(page).count("The contract has ended.") == 1


def test_milestones_are_added_and_left_out(market: Market) -> None:
    contract = market.funded("500.00", "300.00")
    assert "Milestone 3, new" in words(propose(market.femi, contract, add="yes"))
    fewer = propose(market.femi, contract, remove="1")
    assert "Milestone “Part 2” 300.00 USD not on the list" in words(fewer)


def test_a_request_for_paid_money_is_declined_and_what_is_left_of_it_is_its_authors_to_take_back(
    market: Market,
) -> None:
    paid = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="completed", escrow="release")
    asked = market.do(paid, "request_refund", Role.CLIENT, amount="300.00", note="Half is missing.")
    femi = browser_of(market.femi)
    page = words(femi.get(f"/contracts/{paid.id}/actions/decline_refund"))
    assert "Decline the refund" in page
    assert "Contest" not in page
    assert "Decline the refund" in room(market.femi, asked)
    given = words(femi.get(f"/contracts/{paid.id}/actions/give_refund", {"amount": "100.00"}))
    assert "If you say nothing Everything stays as it is, and Clara can take it back." in given
    market.do(asked, "decline_refund", Role.FREELANCER, proposal=asked.proposals[0].id)
    assert "Refund declined" in room(market.clara, asked)


def test_an_offer_to_end_together_shows_how_the_money_is_divided(market: Market) -> None:
    contract = market.funded("500.00")
    browser = browser_of(market.clara)
    page = browser.get(f"/contracts/{contract.id}/actions/propose_cancellation", {"release": "200.00"})
    assert "200.00 USD to Femi before the service fee and 300.00 USD back" in words(page)
    assert "If Femi accepts At once You get back 315.00 USD" in words(page)
    assert "Femi receives 180.00 USD: 200.00 USD less the service fee of 20.00 USD" in words(page)
    asked = market.do(contract, "propose_cancellation", Role.CLIENT, note="Stop here?", release="200.00")
    waiting = room(market.femi, asked)
    assert "Clara offers to end the contract together" in waiting
    assert "by mutual agreement: nobody is at fault" in waiting
    assert "It goes on as it was, and no money moves." in waiting
    market.do(asked, "accept_cancellation", Role.FREELANCER, proposal=asked.proposals[0].id)
    assert "How it ended By mutual agreement, nobody at fault" in room(market.clara, contract)


def test_the_workroom_says_who_ended_the_contract_and_each_reason_why_something_cannot_be_done_once(
    market: Market,
) -> None:
    contract = market.do(market.funded("500.00"), "end", Role.FREELANCER, reason="not_responsive")
    assert "How it ended By you: The other side does not answer" in room(market.femi, contract)
    page = room(market.clara, contract)
    assert "How it ended By Femi: The other side does not answer" in page
    assert page.count("The contract has ended. Clara can still pay on it") == 1
    assert page.count("Leave feedback") == 1, "there is a section for it"


def test_paid_money_is_asked_back_and_a_contract_reopened(market: Market) -> None:
    contract = market.paid("500.00")
    asked = market.do(contract, "request_refund", Role.CLIENT, amount="50.00", note="One page is broken.")
    page = room(market.femi, asked)
    assert "Clara asks for paid money back" in page
    assert "Without an answer everything stays as it is; paid money can be given back for 180 days." in page
    assert "There is no time limit: without an answer everything" not in page
    market.do(asked, "decline_refund", Role.FREELANCER, proposal=asked.proposals[0].id)
    ended = market.do(contract, "end", Role.CLIENT, reason="completed")
    assert "Ask to reopen the contract" in room(market.clara, ended)
    asked = market.do(ended, "propose_reopening", Role.FREELANCER, note="There is more.")
    page = room(market.clara, asked)
    assert "Femi asks to reopen the contract" in page
    assert "Without an answer it closes Wed 23 Dec 2026, 05:00 EST (10:00 UTC), in 30 days" in page
    assert "There is no time limit: without an answer everything" not in page
    own = room(market.femi, asked)
    assert "You ask to reopen the contract" in own
    assert "If Clara accepts The contract is open again." in own
    assert "If Clara declines" in own


def test_a_refund_is_asked_for_of_money_that_is_not_here_any_more_and_the_page_says_so(market: Market) -> None:
    contract = market.paid("500.00")
    advance(NOW + timedelta(days=6))
    withdraw(str(market.femi.pk), Money(45_000, "USD"), clock.now(), "w")
    asking = {"amount": "100.00"}
    page = browser_of(market.clara).get(f"/contracts/{contract.id}/actions/request_refund", asking)
    assert "If Femi accepts" in words(page)
    assert "100.00 USD" in words(page)
    assert "Femi gives back" not in words(page)


def test_the_address_of_the_action_leads_to_the_form(market: Market) -> None:
    contract = market.active("500.00")
    answer = browser_of(market.clara).get(f"/contracts/{contract.id}/actions/propose_terms")
    assert answer.headers["Location"] == f"/contracts/{contract.id}/terms/propose"


def test_what_is_over_has_no_terms_to_change(market: Market) -> None:
    contract = market.do(market.active("500.00"), "end", Role.CLIENT, reason="other")
    assert "This cannot be done now" in words(browser_of(market.clara).get(f"/contracts/{contract.id}/terms/propose"))
