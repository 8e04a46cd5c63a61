"""The stories about hours, as clicks of the people in turn, with the clock moved in the header."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.contracts.queries import contracts_of
from amicable.contracts.weeks import weeks_of
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract, Status
from amicable.rules.hourly import Week
from market import NOW, Market
from somebody import Somebody
from windows import wrong_with

pytestmark = pytest.mark.browser
A_DAY = timedelta(days=1)


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def week_of(contract: Contract) -> Week:
    """The one week of the contract."""
    (week,) = weeks_of(stands(contract))
    return week


def use_card(somebody: Somebody, card: str) -> None:
    """Go to the balance and choose another card."""
    somebody.page.goto("/balance")
    somebody.page.get_by_role("radio", name=card).check()
    somebody.press("Use this card", card)


def test_i_ended_the_contract_and_was_not_asked_about_a_refund(market: Market, clara: Somebody, femi: Somebody) -> None:
    clara.follow("New offer")
    clara.page.get_by_role("radio", name="Femi Adeyemi").check()
    clara.page.get_by_label("Title", exact=True).fill("Care of a shop")
    clara.page.get_by_role("radio", name="By the hour").check()
    clara.write("Price of an hour", "40.00")
    clara.write("Weekly limit in hours", "30")
    clara.reads("1,260.00 USD")
    clara.press("Make the offer", "Nothing was charged.")
    (contract,) = contracts_of(str(market.clara.pk), clock.now())

    femi.open_contract("Care of a shop")
    femi.reads("A full week, 30 hours", "1,260.00 USD", "1,080.00 USD")
    femi.follow("Accept the offer")
    femi.press("Accept the offer", "each week's hours are billed on the Monday after it")
    advance(NOW + A_DAY + timedelta(hours=4))
    market.log(contract, NOW, 120)
    market.log(contract, NOW + A_DAY, 60)

    clara.open_contract("Care of a shop")
    clara.reads("3:00 of 30:00 hours", "126.00 USD")
    clara.follow("End contract")
    clara.reads(
        "3:00 hours are logged in the week of 23 Nov 2026 so far, 1:00 of them today: 120.00 USD",
        "They are billed to Clara's card on Mon 30 Nov 2026, 07:00 EST (12:00 UTC).",
        "Clara can dispute them from then until Fri 4 Dec 2026, 18:59 EST (23:59 UTC)",
        "can withdraw what is not disputed from Tue 8 Dec 2026, 19:00 EST (Wed 9 Dec, 00:00 UTC)",
        "You are not asked about a refund, because no money waits",
    )
    assert wrong_with(clara.page) == []
    clara.end("The work is no longer needed", "End the contract", "The contract ends at once")
    assert stands(contract).status == Status.ENDED

    clara.move_time("Next event", "Clara's card is charged 120.00 USD for 3:00 hours")
    clara.move_time("Next event", "120.00 USD goes to Femi: 108.00 USD after a service fee of 12.00 USD.")
    femi.page.reload()
    femi.move_time("Next event", "Femi can withdraw 108.00 USD.")
    femi.page.goto("/balance")
    femi.reads("Withdraw", "108.00 USD")


def test_he_logged_hours_that_he_did_not_work(market: Market, clara: Somebody, femi: Somebody) -> None:
    contract = market.hourly(title="Care of a shop")
    advance(NOW + 2 * A_DAY)
    market.log(contract, NOW, 300)
    market.log(contract, NOW + A_DAY, 120, memo="work")
    clara.page.reload()
    clara.move_time("Next event", "Clara's card is charged 280.00 USD for 7:00 hours")

    clara.open_contract("Care of a shop")
    clara.page.get_by_role("table", name="Weeks").get_by_role("link", name="Dispute hours").click()
    clara.reads("The memo does not say what was done")
    clara.page.get_by_role("checkbox", name="05:00 to 07:00").check()
    expect(clara.outcome).to_contain_text("80.00 USD is frozen, and nothing else.")
    expect(clara.outcome).to_contain_text("The rest, 200.00 USD, goes to Femi on Fri 4 Dec 2026")
    expect(clara.outcome).to_contain_text("If Femi says nothing")
    assert wrong_with(clara.page) == []
    clara.write("Reason", "Nobody worked on Tuesday.")
    clara.press("Dispute hours worth 80.00 USD", "80.00 USD is frozen")

    femi.open_contract("Care of a shop")
    femi.reads("Clara disputes 2:00 hours of the week of 23 Nov 2026: 80.00 USD is frozen", "Nobody worked on Tuesday.")
    assert wrong_with(femi.page) == []
    femi.follow("Agree: these hours are not paid")
    femi.reads("80.00 USD goes back to Clara's card, and the fee of 4.00 USD on it too.")
    femi.press("Agree: these hours are not paid", "80.00 USD goes back")
    femi.move_time("Next event", "200.00 USD goes to Femi: 180.00 USD after a service fee of 20.00 USD.")
    assert clock.now().date().isoformat() == "2026-12-04"
    femi.move_time("Next event", "Femi can withdraw 180.00 USD.")
    week = week_of(contract)
    assert (week.amount, week.paid, week.refunded) == (28_000, 20_000, 8_000)


def test_the_card_failed_on_monday(market: Market, clara: Somebody, femi: Somebody) -> None:
    contract = market.hourly(title="Care of a shop")
    advance(NOW + A_DAY)
    market.log(contract, NOW, 300)
    market.log(contract, NOW + timedelta(hours=6), 60, memo="")
    use_card(clara, "A card that declines")
    clara.move_time("Next event", "Clara's card was declined")

    femi.open_contract("Care of a shop")
    femi.reads(
        "The contract is paused: 252.00 USD for hours is not paid",
        "The contract has been paused since Mon 30 Nov 2026, 13:00 WAT (12:00 UTC), because Clara's card was declined.",
        "Hourly protection covers 5:00 of them; 1:00 are paid only if the card pays.",
        "Only Clara can change the card.",
    )
    clara.open_contract("Care of a shop")
    clara.reads("It goes on when the card has paid")
    assert wrong_with(clara.page) == []
    clara.follow("Change the card")
    use_card(clara, "A card that works")

    femi.page.reload()
    femi.reads("In review", "The contract goes on: time can be logged again.")
    now = stands(contract)
    assert (now.status, now.in_review) == (Status.ACTIVE, 24_000)


def test_hours_are_entered_after_the_client_ended_on_saturday_night(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    contract = market.hourly(title="Care of a shop", manual_time=True)
    advance(NOW + 5 * A_DAY + timedelta(hours=12))
    clara.open_contract("Care of a shop")
    clara.follow("End contract")
    clara.reads(
        "No hours are logged in the week of 23 Nov 2026, so nothing is billed for it.",
        "Femi can still enter hours worked before now, until Mon 30 Nov 2026, 07:00 EST (12:00 UTC).",
    )
    clara.end("The work is done", "End the contract", "The contract ends at once")
    advance(NOW + 6 * A_DAY)

    femi.open_contract("Care of a shop")
    femi.follow("Work diary")
    femi.write("Day", "2026-11-27")
    femi.write("From", "09:00")
    femi.page.get_by_label("To", exact=True).fill("11:00")
    femi.write("What was done", "Stock list: import and check")
    femi.reads("It adds 80.00 USD, before fees", "It was entered after the contract had ended.")
    femi.press("Log 2:00", "2:00 logged.")
    femi.reads("Entered after the end")

    clara.page.reload()
    clara.move_time("Next event", "2:00 hours at 40.00 USD come to 80.00 USD.")
    clara.open_contract("Care of a shop")
    clara.page.get_by_role("table", name="Weeks").get_by_role("link", name="Dispute hours").click()
    clara.reads("Entered after the end", "Stock list: import and check")
    clara.move_time("Next event", "80.00 USD goes to Femi: 72.00 USD after a service fee of 8.00 USD.")
    assert (week_of(contract).minutes, stands(contract).paid) == (120, 8_000)
