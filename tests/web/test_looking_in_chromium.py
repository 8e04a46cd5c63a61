"""Without JavaScript: what is chosen is looked at before it is done, and nothing that is written is lost by looking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract, Status
from amicable.rules.parts import Role
from market import NOW, Market, person
from windows import Open

pytestmark = pytest.mark.browser
LONG = ("It was agreed otherwise. " * 190).strip()


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def show(page: Page, button: str = "Show what happens") -> None:
    page.get_by_role("button", name=button).click()
    page.locator("#outcome").wait_for()


def in_review(market: Market) -> Contract:
    """Two hours at 40 USD."""
    contract = market.hourly()
    advance(NOW + timedelta(days=1))
    market.log(contract, NOW, 120)
    advance(NOW + timedelta(days=7, hours=3))
    return contract


def test_an_action_keeps_a_long_word_and_does_what_was_shown(market: Market, open_as: Open) -> None:
    contract = market.submitted("500.00")
    page = open_as(market.clara, f"/contracts/{contract.id}/actions/approve", java_script_enabled=False)
    page.get_by_label("A word to the other side").fill(LONG)
    page.get_by_label("How much to release").fill("200.00")
    show(page)
    expect(page.get_by_label("A word to the other side")).to_have_value(LONG)

    page.get_by_label("How much to release").fill("300.00")
    page.get_by_role("button", name="Release 200.00 USD").click()
    expect(page.get_by_role("status").first).to_contain_text("200.00 USD for “Part 1” is released")
    assert stands(contract).paid == 20_000


def test_the_end_keeps_its_reason_and_its_note(market: Market, open_as: Open) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, f"/contracts/{contract.id}/end", java_script_enabled=False)
    page.get_by_label("Reason").select_option("other")
    page.get_by_label("In a few words").fill("We close the bakery")
    page.get_by_label("Note to Femi").fill(LONG)
    page.get_by_role("radio", name="Ask all of it back").check()
    show(page)
    page.get_by_role("radio", name="Release all of it").check()
    show(page)
    expect(page.get_by_label("Note to Femi")).to_have_value(LONG)
    page.get_by_role("button", name="End the contract and release 500.00 USD").click()

    page.wait_for_url(f"**/contracts/{contract.id}")
    ended = stands(contract)
    assert ended.paid == 50_000
    assert ended.ending is not None
    assert (ended.ending.reason, ended.ending.note) == ("other: We close the bakery", LONG)


def test_a_dispute_about_hours_and_its_ruling_keep_their_reasons(market: Market, open_as: Open) -> None:
    contract = in_review(market)
    page = open_as(market.clara, f"/contracts/{contract.id}/hours/dispute", java_script_enabled=False)
    page.get_by_label("Reason").fill(LONG)
    page.get_by_label("Or only how much").fill("1:00")
    show(page)
    expect(page.get_by_label("Reason")).to_have_value(LONG)
    page.get_by_role("button", name="Dispute hours worth 40.00 USD").click()
    page.wait_for_url(f"**/contracts/{contract.id}")

    proposal = stands(contract).proposals[0].id
    contested = market.do(contract, "contest_hours_dispute", Role.FREELANCER, proposal=proposal)
    dispute = contested.disputes[0].id
    mina = person("Mina Hale", "mediator")
    page = open_as(mina, f"/contracts/{contract.id}/hours/decide/{dispute}", java_script_enabled=False)
    page.get_by_label("The reasons").fill(LONG)
    page.get_by_role("radio", name="Paid").first.check()
    show(page, "Show what it comes to")
    expect(page.get_by_label("The reasons")).to_have_value(LONG)
    page.get_by_role("radio", name="Returned").first.check()
    page.get_by_role("button", name="Decide: 1:00 paid, 0:00 returned").click()
    page.wait_for_url(f"**/contracts/{contract.id}")
    ruling = stands(contract).disputes[0].ruling
    assert ruling is not None
    assert ruling.release == 4_000


def test_a_withdrawal_takes_out_what_was_shown(market: Market, open_as: Open) -> None:
    market.paid("500.00")
    advance(NOW + timedelta(days=5))
    page = open_as(market.femi, "/balance/withdraw/USD", java_script_enabled=False)
    page.get_by_label("Amount").fill("20.00")
    show(page)
    page.get_by_label("Amount").fill("30.00")
    page.get_by_role("button", name="Withdraw 20.00 USD").click()
    expect(page.get_by_role("main")).to_contain_text("430.00 USD")


@pytest.mark.parametrize("scripts", [True, False])
def test_enter_in_a_field_only_looks(market: Market, open_as: Open, *, scripts: bool) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, f"/contracts/{contract.id}/end?escrow=refund", java_script_enabled=scripts)
    page.get_by_label("Reason").select_option("other")
    page.get_by_label("In a few words").fill("We close the bakery")
    page.get_by_label("In a few words").press("Enter")
    page.get_by_role("radio", name="Release a part, ask the rest back").check()
    page.get_by_label("Release to Femi").fill("200.00")
    page.get_by_label("Release to Femi").press("Enter")
    expect(
        page.get_by_role("button", name="End the contract, release 200.00 USD and ask 300.00 USD back")
    ).to_be_enabled()
    expect(page.get_by_label("In a few words")).to_have_value("We close the bakery")
    assert stands(contract).status == Status.ACTIVE
