"""The ending page in a real browser: at once, by keyboard, without JavaScript, in both themes and at every width."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Route, expect

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.rules.contract import Contract, Status
from amicable.rules.parts import Role
from market import Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


def address(contract: Contract) -> str:
    return reverse("web:end", args=[contract.id])


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def test_changing_the_choice_shows_the_new_outcome_at_once_in_an_address_that_can_be_linked(
    market: Market, open_as: Open
) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, address(contract))
    page.evaluate("window.isTheSamePage = true")
    outcome = page.locator("#outcome")
    expect(outcome).to_contain_text("Nothing is chosen yet")

    page.get_by_role("radio", name="Ask all of it back").check()
    expect(outcome).to_contain_text("If Femi says nothing")
    expect(page.get_by_role("button", name="End the contract and ask 500.00 USD back")).to_be_visible()

    page.get_by_role("radio", name="Release a part, ask the rest back").check()
    page.get_by_label("Release to Femi").fill("200")
    expect(outcome).to_contain_text("180.00 USD")
    expect(outcome).to_contain_text("315.00 USD")
    expect(page.locator("#told")).to_contain_text("Femi receives 180.00 USD. You get back 315.00 USD.")
    assert page.evaluate("window.isTheSamePage")

    linked = open_as(market.clara, page.url)
    expect(linked.locator("#outcome")).to_contain_text("315.00 USD")


def test_what_was_chosen_before_the_page_had_its_scripts_is_shown_as_soon_as_it_has_them(
    market: Market, open_as: Open
) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, "/")
    late: list[Route] = []
    page.route("**/htmx*.js", lambda route: late.append(route))
    with page.expect_request("**/htmx*.js"):
        page.goto(address(contract), wait_until="commit")
    page.get_by_role("radio", name="Ask all of it back").check()
    late[0].continue_()
    expect(page.locator("#outcome")).to_contain_text("If Femi says nothing")
    expect(page.get_by_role("button", name="End the contract and ask 500.00 USD back")).to_be_visible()


def test_what_was_written_stays_when_the_choice_changes_and_the_contract_is_ended_by_keyboard(
    market: Market, open_as: Open
) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, address(contract))
    page.get_by_label("Note to Femi").fill("Thank you so far.")
    page.get_by_role("radio", name="Release all of it").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="End the contract and release 500.00 USD").wait_for()
    page.keyboard.press("ArrowDown")
    page.get_by_role("button", name="End the contract and ask 500.00 USD back").wait_for()
    page.get_by_label("Reason").focus()
    page.keyboard.type("The work is no longer")
    assert page.get_by_label("Note to Femi").input_value() == "Thank you so far."
    page.get_by_role("button", name="End the contract and ask 500.00 USD back").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('web:contract', args=[contract.id])}")

    expect(page.get_by_text("Femi is asked to agree that").first).to_be_visible()
    ended = stands(contract)
    assert (ended.status, ended.ending.note) == (Status.ENDING, "Thank you so far.")  # type: ignore[union-attr]


def test_a_slow_press_right_after_typing_the_amount_does_what_the_button_says(market: Market, open_as: Open) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, f"{address(contract)}?escrow=part&release=")
    page.get_by_label("Reason").select_option("quality")
    page.get_by_label("Release to Femi").press_sequentially("200")
    page.get_by_role("button", name="End the contract, release 200.00 USD").wait_for()
    page.get_by_role("button", name="End the contract, release 200.00 USD").click(delay=700)
    page.wait_for_url(f"**{reverse('web:contract', args=[contract.id])}")

    assert stands(contract).paid == 20000


def test_without_javascript_the_outcome_comes_with_a_button_of_its_own(market: Market, open_as: Open) -> None:
    contract = market.funded("500.00")
    page = open_as(market.clara, address(contract), java_script_enabled=False)
    page.get_by_role("radio", name="Release a part, ask the rest back").check()
    page.get_by_label("Release to Femi").fill("200.00")
    page.get_by_role("button", name="Show what happens").click()
    expect(page.locator("#outcome")).to_contain_text("315.00 USD")

    page.get_by_label("Reason").select_option("other")
    page.get_by_label("In a few words").fill("We close the bakery")
    page.get_by_role("button", name="End the contract, release 200.00 USD and ask 300.00 USD back").click()

    assert page.url.endswith(reverse("web:contract", args=[contract.id]))
    assert stands(contract).paid == 20000


def test_the_other_side_sees_what_comes_of_each_answer_and_the_clock_shows_silence(
    market: Market, open_as: Open
) -> None:
    contract = market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
    page = open_as(market.femi, reverse("web:contract", args=[contract.id]))
    expect(page.get_by_text("If you say nothing")).to_be_visible()

    page.get_by_role("button", name="Next event").click()
    expect(page.get_by_role("status").first).to_contain_text("Refunded without an answer")
    assert stands(contract).status == Status.ENDED


@pytest.mark.parametrize(("theme", "width"), [("light", 320), ("dark", 1280)])
def test_every_page_of_money_can_be_read_by_everybody(market: Market, open_as: Open, theme: str, width: int) -> None:
    contract = market.funded("500.00", "1200.00")
    disputed = market.do(market.submitted("70.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
    market.do(disputed, "decline_refund", Role.FREELANCER, proposal=disputed.proposals[0].id)
    paid = market.paid("90.00")
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": theme}
    page = open_as(market.clara, f"{address(contract)}?escrow=part&release=200.00", **look)
    seen = []
    for path in (
        page.url,
        address(contract),
        f"{address(contract)}?escrow=part&release=abc",
        address(disputed),
        address(paid),
        reverse("web:balance"),
        reverse("web:statement"),
    ):
        page.goto(path)
        seen += wrong_with(page)
    page = open_as(market.femi, reverse("web:balance"), **look)
    for path in (page.url, address(contract), reverse("web:withdraw", args=["USD"]), reverse("web:statement")):
        page.goto(path)
        seen += wrong_with(page)

    assert seen == []
