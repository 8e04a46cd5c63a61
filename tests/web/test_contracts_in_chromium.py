"""Signing in, the list, the workroom, the actions and the offer in a real browser: at once, by keyboard, without
JavaScript, in both themes and at every width."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.parts import MilestoneStatus, Role
from amicable.talk.messages import write
from market import NOW, Market, person
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


class TestTheOutcome:
    def test_follows_the_amount_and_the_button_with_it(self, market: Market, open_as: Open) -> None:
        contract = market.submitted("500.00")
        page = open_as(market.clara, f"/contracts/{contract.id}/actions/approve")
        page.evaluate("window.isTheSamePage = true")
        page.get_by_label("A word to the other side").fill("A good start.")
        page.get_by_label("How much to release").press_sequentially("200")

        expect(page.locator("#outcome")).to_contain_text("180.00 USD to Femi")
        page.get_by_label("How much to release").fill("200.001")
        expect(page.locator("#outcome")).to_contain_text("USD has 2 decimals; 200.001 has 3.")
        expect(page.get_by_role("button", name="Release money")).to_be_disabled()
        page.get_by_label("How much to release").fill("200.00")
        page.get_by_role("button", name="Release 200.00 USD").click()

        expect(page.get_by_role("status").first).to_contain_text("200.00 USD for “Part 1” is released")
        expect(page.get_by_text("A good start.")).to_be_visible()
        assert stands(contract).paid == 20_000

    def test_comes_without_javascript_by_a_button_of_its_own(self, market: Market, open_as: Open) -> None:
        contract = market.active("500.00")
        page = open_as(market.clara, f"/contracts/{contract.id}/actions/pay", java_script_enabled=False)
        page.get_by_label("What the freelancer is paid, before the service fee").fill("120")
        page.get_by_role("button", name="Show what happens").click()
        expect(page.locator("#outcome")).to_contain_text("108.00 USD")
        page.get_by_label("What it is for").fill("A bonus")
        page.get_by_role("button", name="Pay 126.00 USD by card").click()

        expect(page.get_by_role("status").first).to_contain_text("108.00 USD")
        assert stands(contract).paid == 12_000

    def test_of_a_double_click_is_one(self, market: Market, open_as: Open) -> None:
        contract = market.submitted("500.00")
        page = open_as(market.clara, f"/contracts/{contract.id}/actions/approve?amount=200.00")
        page.get_by_role("button", name="Release 200.00 USD").dblclick()
        expect(page).to_have_url(re.compile(f"/contracts/{contract.id}$"))  # The first press may be given up.

        assert stands(contract).paid == 20_000

    def test_is_reached_and_confirmed_by_keyboard(self, market: Market, open_as: Open) -> None:
        contract = market.offered("500.00")
        page = open_as(market.femi, f"/contracts/{contract.id}")
        page.get_by_role("link", name="Accept the offer").focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Accept the offer").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_role("status").first).to_contain_text("The contract is active.")

    def test_enter_in_the_amount_shows_and_does_not_do(self, market: Market, open_as: Open) -> None:
        contract = market.submitted("500.00")
        page = open_as(market.clara, f"/contracts/{contract.id}/actions/approve")
        page.get_by_label("How much to release").fill("30")
        page.keyboard.press("Enter")

        expect(page.get_by_role("button", name="Release 30.00 USD")).to_be_visible()
        assert stands(contract) == contract


class TestAnOffer:
    def test_is_filled_in_row_by_row_and_made(self, market: Market, open_as: Open) -> None:
        person("Haruki Sato", "freelancer")
        page = open_as(market.clara, "/offers/new")
        page.get_by_label("Find by name").fill("adey")
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("radio", name="Haruki Sato")).to_have_count(0)
        page.get_by_role("radio", name="Femi Adeyemi").check()
        page.get_by_label("Title", exact=True).fill("Menu cards")
        page.get_by_label("Currency").select_option("JPY")
        first = page.get_by_role("group", name="Milestone 1")
        first.get_by_label("What is handed in").fill("Drafts")
        first.get_by_label("Amount").fill("30000")
        page.get_by_role("button", name="Add a milestone").click()
        second = page.get_by_role("group", name="Milestone 2")
        expect(second.get_by_label("What is handed in")).to_be_focused()
        second.get_by_label("What is handed in").fill("Printed cards")
        second.get_by_label("Amount").fill("50000.5")
        page.get_by_role("button", name="Make the offer").click()

        expect(second.get_by_text("JPY has no decimals; 50000.5 has 1.")).to_be_visible()
        assert wrong_with(page) == []
        second.get_by_label("Amount").fill("50001")
        page.get_by_role("button", name="Make the offer").click()
        expect(page.get_by_role("heading", name="Menu cards", level=1)).to_be_visible()
        expect(page.get_by_text("80,001 JPY").first).to_be_visible()

    def test_is_filled_in_without_javascript(self, market: Market, open_as: Open) -> None:
        page = open_as(market.clara, "/offers/new", java_script_enabled=False)
        page.get_by_role("radio", name="Femi Adeyemi").check()
        page.get_by_label("Title", exact=True).fill("Menu cards")
        page.get_by_role("button", name="Add a milestone").click()
        page.get_by_role("button", name="Remove milestone 1").click()
        expect(page.get_by_label("Title", exact=True)).to_have_value("Menu cards")
        page.get_by_label("What is handed in").fill("Cards")
        page.get_by_label("Amount").fill("80")
        page.get_by_role("button", name="Make the offer").click()

        expect(page.get_by_role("heading", name="Menu cards", level=1)).to_be_visible()


def test_signing_in_leads_to_the_contracts_and_out_again(market: Market, open_as: Open) -> None:
    market.clara.set_password("a good one")
    market.clara.save()
    market.submitted("500.00")
    page = open_as(None, "/")
    page.get_by_label("E-mail").fill(market.clara.email)
    page.get_by_label("Password").fill("another")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    page.get_by_label("Password").fill("a good one")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Femi Adeyemi").click()
    expect(page.get_by_role("heading", name="Website for a bakery", level=1)).to_be_visible()

    page.get_by_role("button", name="Clara Whitfield").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in as Clara Whitfield").click()
    expect(page.get_by_role("heading", name="Contracts", level=1)).to_be_visible()


def test_talk_in_the_workroom_is_read_by_the_other(market: Market, open_as: Open) -> None:
    contract = market.active("500.00")
    page = open_as(market.clara, f"/contracts/{contract.id}")
    page.get_by_label("Your message").fill("When do you start?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".message-mine")).to_contain_text("When do you start?")

    expect(open_as(market.femi, page.url).locator(".message")).to_contain_text("When do you start?")


@pytest.fixture
def contracts(market: Market) -> dict[str, Contract]:
    """A contract in each state that a page looks different in, with long words in it."""
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    offered = market.offered("999999999.99", "1.00", title=f"Photographs for the {long}")
    submitted = market.submitted("500.00", "700.00")
    write(submitted.id, str(market.femi.pk), f"See https://example.org/{'a' * 80}", NOW)
    asked = market.do(market.funded("70.00"), "end", Role.CLIENT, reason="quality", note=long, escrow="refund")
    disputed = market.do(market.submitted("90001", currency="JPY"), "end", Role.CLIENT, reason="x", escrow="refund")
    proposal = disputed.proposals[0].id
    disputed = market.do(disputed, "decline_refund", Role.FREELANCER, proposal=proposal, note=long)
    two = market.funded("60.00", "70.00", title="Two at once")
    two = market.do(two, "approve", Role.CLIENT, milestone=two.milestones[0].id, amount="10.00")
    two = market.do(two, "fund", Role.CLIENT, milestone=two.milestones[1].id)
    review = market.do(market.submitted("80.00"), "end", Role.FREELANCER, reason="scope_changed")
    return {
        "offered": offered, "submitted": submitted, "asked": asked, "disputed": disputed, "two": two, "review": review
    }  # fmt: skip


Paths = list[tuple[Person | None, list[str]]]


def test_every_page_can_be_read_by_everybody(market: Market, contracts: dict[str, Contract], open_as: Open) -> None:
    paths: Paths = [
        (None, ["/sign-in"]),
        (
            market.clara,
            [
                "/contracts",
                "/contracts?q=nothing",
                "/offers/new",
                "/contracts/nonsense",
                room(contracts, "submitted"),
                room(contracts, "review"),
                room(contracts, "two", "/actions/approve?amount=many"),
                room(contracts, "disputed", "/actions/answer_dispute"),
            ],
        ),
        (
            market.femi,
            [room(contracts, "offered"), room(contracts, "asked"), room(contracts, "asked", "/actions/decline_refund")],
        ),
        (person("Mina Hale", "mediator"), [room(contracts, "disputed")]),
    ]
    assert wrong_with_all(paths, open_as, viewport={"width": 320, "height": 900}, color_scheme="light") == []


def test_every_kind_of_page_can_be_read_in_the_dark(
    market: Market, contracts: dict[str, Contract], open_as: Open
) -> None:
    paths: Paths = [
        (
            market.clara,
            [
                "/contracts",
                "/offers/new",
                room(contracts, "submitted"),
                room(contracts, "two", "/actions/approve"),
                room(contracts, "two", "/actions/submit"),
            ],
        ),
        (market.femi, [room(contracts, "asked")]),
    ]
    assert wrong_with_all(paths, open_as, viewport={"width": 1280, "height": 900}, color_scheme="dark") == []


def wrong_with_all(paths: Paths, open_as: Open, **look: object) -> list[str]:
    found = []
    for who, addresses in paths:
        page = open_as(who, addresses[0], **look)
        for address in addresses:
            page.goto(address)
            found += wrong_with(page)
    return found


def room(contracts: dict[str, Contract], which: str, below: str = "") -> str:
    return f"/contracts/{contracts[which].id}{below}"


def test_names_and_titles_without_a_gap_in_them_fit_at_every_width(market: Market, open_as: Open) -> None:
    market.femi.name = "Femi-Oluwaseunadebayoadewaleakinfenwafolorunsho Adeyemi"
    market.femi.save()
    contract = market.submitted(
        "90001", currency="JPY", title="Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 2
    )
    room = f"/contracts/{contract.id}"
    for who, path in (
        (market.clara, "/contracts"),
        (market.femi, room),
        (market.clara, f"{room}/actions/open_dispute"),
    ):
        assert wrong_with(open_as(who, path, viewport={"width": 360, "height": 800})) == []


def test_the_reader_sees_their_own_zone_with_utc_beside_it(market: Market, open_as: Open) -> None:
    contract = market.submitted("500.00")
    page = open_as(market.femi, f"/contracts/{contract.id}")

    expect(page.get_by_text(re.compile(r"Mon 7 Dec 2026, 11:00 WAT \(10:00 UTC\), in 14 days")).first).to_be_visible()
    assert contract.milestones[0].status == MilestoneStatus.SUBMITTED


def test_escrow_about_to_become_dormant_is_told_where_the_money_is(market: Market, open_as: Open) -> None:
    contract = market.funded("500.00")
    advance(NOW + timedelta(days=77))
    page = open_as(market.clara, f"/contracts/{contract.id}", viewport={"width": 360, "height": 900})
    expect(page.locator("#money")).to_contain_text("The 500.00 USD in escrow is about to become dormant")
    wrong = wrong_with(page)
    page.locator("#money").get_by_role("link", name="Keep the escrow").click()
    page.get_by_role("button", name="Keep the escrow").click()
    expect(page.locator("#money")).to_contain_text("goes back to Clara on")
    page.goto("/balance")
    assert wrong + wrong_with(page) == []


def test_what_is_wrong_with_a_form_is_where_one_types_next(market: Market, open_as: Open) -> None:
    contract = market.submitted("500.00")
    page = open_as(market.clara, f"/contracts/{contract.id}", viewport={"width": 360, "height": 800})
    page.get_by_label("Your message").evaluate("field => field.removeAttribute('required')")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Write something: the other side reads it.")).to_be_in_viewport()
    expect(page.get_by_label("Your message")).to_be_focused()
