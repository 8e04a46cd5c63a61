"""Disputes in a real browser: a story in clicks, and pages that everybody can read."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from amicable.contracts import clock
from amicable.payments.provider import Stage
from amicable.payments.sandbox import advance, settle
from amicable.payments.sandbox_bank import payments_on, plan
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from market import NOW, Market, person
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


def crossing(market: Market) -> Contract:
    """A dispute in which both have offered, and a mediator has asked and proposed."""
    contract = market.submitted("500.00", "300.00")
    market.do(
        contract,
        "open_dispute",
        Role.CLIENT,
        reason="It is late, and a page is missing.",
        about="escrow",
        amount="400.00",
    )
    market.do(contract, "offer_settlement", Role.FREELANCER, release="350.00", note="All but one page is there.")
    market.do(contract, "offer_settlement", Role.CLIENT, release="150.00", note="For what can be used.")
    mina = person("Mina Hale", "mediator")
    market.mediate(mina, contract, "ask", note="Which pages were agreed on?")
    return market.mediate(mina, contract, "propose_split", release="250.00", reason="Five of eight pages can be used.")


def about_hours(market: Market) -> Contract:
    """Three hours in dispute: an hour and twenty minutes on a Monday, of two works, and the rest on the Tuesday."""
    contract = market.hourly()
    advance(NOW + timedelta(days=2))
    market.log(contract, NOW, 60)
    market.log(contract, NOW + timedelta(hours=1), 20, memo="Shop window", activity=3)
    market.log(contract, NOW + timedelta(days=1), 100, memo="")
    advance(NOW + timedelta(days=7, hours=3))
    asked = market.do(contract, "dispute_hours", Role.CLIENT, week="2026-11-23", minutes=180, reason="Not worked.")
    return market.do(asked, "contest_hours_dispute", Role.FREELANCER, proposal=asked.proposals[0].id)


def press(page: Page, button: str, said: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text(said)


def test_a_dispute_is_opened_offers_cross_and_a_mediator_decides(market: Market, open_as: Open) -> None:
    contract = market.submitted("500.00")
    room = f"/contracts/{contract.id}"
    clara = open_as(market.clara, room)
    clara.get_by_role("link", name="Open a dispute", exact=True).click()
    expect(clara.locator("#outcome")).to_contain_text("500.00 USD in escrow. It is frozen, and nothing else is")
    expect(clara.locator("#outcome")).to_contain_text("If Femi says nothing")
    clara.get_by_label("What has happened and what you want").fill("It is two weeks late.")
    press(clara, "Open a dispute", "A dispute opens about 500.00 USD in escrow.")
    expect(clara.get_by_role("main")).to_contain_text("Femi has to answer until Sat 28 Nov 2026, 05:00 EST (10:00 UTC)")

    femi = open_as(market.femi, room)
    femi.get_by_role("link", name="Offer a settlement", exact=True).click()
    expect(femi.locator("#outcome")).to_contain_text("Write the amount first")
    femi.get_by_label("What of the sum in dispute goes to the freelancer").fill("400")
    expect(femi.locator("#outcome")).to_contain_text("400.00 USD goes to Femi before the service fee")
    press(femi, "Offer a settlement", "Femi offers to settle the dispute.")
    expect(femi.get_by_role("main")).to_contain_text("It waits for a mediator's ruling")

    clara.reload()
    clara.get_by_role("link", name="Accept the settlement", exact=True).click()
    expect(clara.locator("#outcome")).to_contain_text("360.00 USD to Femi after a service fee of 40.00 USD")
    clara.go_back()

    mina = open_as(person("Mina Hale", "mediator"), "/disputes")
    mina.get_by_role("link", name="Website for a bakery").click()
    mina.get_by_role("link", name="Decide the dispute", exact=True).click()
    mina.get_by_label("What of the sum in dispute goes to the freelancer").fill("300")
    mina.get_by_label("The reasons, with the evidence they rest on").fill("Three of five pages are there.")
    expect(mina.locator("#outcome")).to_contain_text("300.00 USD goes to Femi before the service fee")
    press(mina, "Decide the dispute", "The mediator decides.")

    femi.reload()
    femi.get_by_role("link", name="Appeal", exact=True).click()
    femi.get_by_label("What the ruling has overlooked or got wrong").fill("The fourth page.")
    press(femi, "Appeal", "Another mediator decides by")
    mina.reload()
    expect(mina.get_by_role("link", name="Decide the dispute", exact=True)).to_have_count(0)
    ida = open_as(person("Ida Lund", "mediator"), room)
    ida.get_by_role("link", name="Decide the dispute", exact=True).click()
    ida.get_by_label("What of the sum in dispute goes to the freelancer").fill("400")
    ida.get_by_label("The reasons, with the evidence they rest on").fill("Four of five pages are there.")
    press(ida, "Decide the dispute", "final and takes effect at once")
    femi.reload()
    expect(femi.get_by_role("main")).to_contain_text("500.00 USD in escrow was in dispute")


def test_a_mediator_decides_hours_by_segment_with_the_keyboard(market: Market, open_as: Open) -> None:
    contract = about_hours(market)
    mina = open_as(person("Mina Hale", "mediator"), f"/contracts/{contract.id}")
    mina.get_by_role("link", name="Decide the dispute", exact=True).click()
    expect(mina.get_by_role("button", name="First decide all of the hours")).to_be_disabled()
    wrong = wrong_with(mina)

    mina.get_by_role("group", name="All of Monday").get_by_label("Paid").press("Space")
    expect(mina.locator("#outcome")).to_contain_text("1:40 hours")
    mina.get_by_role("group", name="Tue 10:00 to 11:40").get_by_label("Paid").press("Space")
    mina.keyboard.press("ArrowRight")
    mina.get_by_role("checkbox", name="11:30 (input in 7)").press("Space")
    expect(mina.locator("#outcome")).to_contain_text("60.00 USD for Clara, and the fee on it")
    assert wrong + wrong_with(mina) == []
    mina.get_by_label("The reasons, with the evidence they rest on").fill("As the memos say.")
    press(mina, "Decide: 1:30 paid, 1:30 returned", "The mediator decides.")
    mina.get_by_text("The hours in dispute").click()
    expect(mina.get_by_text("To be returned")).to_be_visible()
    if shots := os.environ.get("AMICABLE_SHOTS"):
        mina.screenshot(path=f"{shots}/ruled.png", full_page=True)
    assert wrong_with(mina) == []


def test_a_mediator_decides_hours_without_javascript_too(market: Market, open_as: Open) -> None:
    contract = about_hours(market)
    mina = open_as(person("Mina Hale", "mediator"), f"/contracts/{contract.id}", java_script_enabled=False)
    mina.get_by_role("link", name="Decide the dispute", exact=True).click()
    mina.get_by_role("group", name="All of Monday").get_by_label("Paid").check()
    mina.get_by_role("group", name="Tue 10:00 to 11:40").get_by_label("Returned").check()
    mina.get_by_role("button", name="Show what it comes to").click()
    mina.get_by_label("The reasons, with the evidence they rest on").fill("As the memos say.")
    press(mina, "Decide: 1:20 paid, 1:40 returned", "The mediator decides.")


def test_the_pages_about_disputes_can_be_read_by_everybody(market: Market, open_as: Open) -> None:
    contract = crossing(market)
    bank = market.funded("90.00", title="Taken back")
    (payment,) = payments_on(bank.id)
    plan(payment.key, Stage.OPENED, clock.now())
    settle()
    room = f"/contracts/{contract.id}"
    dispute = contract.open_disputes[0].id
    paths = [
        (
            market.clara,
            [
                room,
                f"{room}/actions/offer_settlement?dispute={dispute}&release=many",
                f"/contracts/{bank.id}",
                "/balance/bank",
            ],
        ),
        (market.femi, [room, f"{room}/actions/open_dispute", f"{room}/actions/extend_clock"]),
        (person("Ida Lund", "mediator"), ["/disputes", "/disputes?status=closed", room, f"{room}/actions/decide"]),
    ]
    found = []
    for who, addresses in paths:
        page = open_as(who, addresses[0], viewport={"width": 360, "height": 900}, color_scheme="light")
        for number, address in enumerate(addresses):
            page.goto(address)
            if shots := os.environ.get("AMICABLE_SHOTS"):
                for width in (360, 1280):
                    page.set_viewport_size({"width": width, "height": 900})
                    page.screenshot(path=f"{shots}/{who.name.split()[0]}-{number}-{width}.png", full_page=True)
            found += wrong_with(page)
    assert found == []
