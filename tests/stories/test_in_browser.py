"""The stories that the project is about, as clicks of the people in turn, from the list to the last cent."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.contracts.queries import contracts_of
from amicable.people.models import Person
from amicable.rules.contract import Contract, Status
from amicable.rules.parts import Role
from market import Market
from somebody import Somebody

pytestmark = pytest.mark.browser


def stands(contract: Contract) -> Contract:
    return view(contract.id, None, clock.now())[0]


def money(contract: Contract) -> tuple[Status, int, int, int]:
    """Where the contract stands: status, escrow, paid, refunded."""
    now = stands(contract)
    return now.status, now.escrow, now.paid, now.refunded


def offered_by(client: Person) -> Contract:
    """The one contract that the person has offered."""
    (contract,) = contracts_of(str(client.pk), clock.now())
    return contract


def test_a_client_wants_the_escrow_back_and_silence_gives_it_back(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    clara.follow("New offer")
    clara.page.get_by_role("radio", name="Femi Adeyemi").check()
    clara.page.get_by_label("Title", exact=True).fill("Website for a bakery")
    clara.write("What is handed in", "Eight pages")
    clara.write("Amount", "500.00")
    clara.press("Make the offer", "Nothing was charged.")
    contract = offered_by(market.clara)

    femi.open_contract("Website for a bakery")
    femi.follow("Accept the offer")
    femi.press("Accept the offer", "The contract is active. No money has moved")
    clara.open_contract("Website for a bakery")
    clara.follow("Fund a milestone")
    clara.reads("525.00 USD: 500.00 USD into escrow for “Eight pages” and a fee of 25.00 USD")
    clara.press("Pay 525.00 USD by card", "Clara's card is charged 525.00 USD")

    clara.follow("End contract")
    clara.choose("Ask all of it back", "If Femi says nothing")
    clara.reads("If Femi agrees", "If Femi contests it", "A dispute opens. 500.00 USD stays frozen in escrow")
    clara.reads("You get back 525.00 USD: 500.00 USD and the fee of 25.00 USD on it", "in 7 days")
    clara.end("The work is no longer needed", "End the contract and ask 500.00 USD back", "Femi is asked to agree")
    assert money(contract) == (Status.ENDING, 50_000, 0, 0)

    femi.open_contract("Website for a bakery")
    femi.reads("Clara asks for 500.00 USD back from escrow", "Mon 30 Nov 2026, 11:00 WAT (10:00 UTC)")
    clara.move_time("Next event", "Refunded without an answer")
    assert money(contract) == (Status.ENDED, 0, 0, 50_000)
    clara.reads("500.00 USD goes back to Clara's card, and the fee of 25.00 USD on it too.")


def test_the_freelancer_had_handed_work_in_and_contests_and_a_mediator_decides(
    market: Market, clara: Somebody, femi: Somebody, mina: Somebody
) -> None:
    contract = market.submitted("500.00")
    clara.open_contract("Website for a bakery")
    clara.follow("End contract")
    clara.choose("Ask all of it back", "If Femi contests it")
    clara.end("The work is not as good as was agreed", "End the contract and ask 500.00 USD back", "Femi is asked")

    femi.open_contract("Website for a bakery")
    femi.follow("Contest the refund")
    femi.reads("If Clara says nothing", "You receive 450.00 USD", "With an answer a mediator decides")
    femi.write("Why the money should not go back", "It is what was agreed.")
    femi.press("Contest the refund", "500.00 USD is frozen in escrow")

    clara.open_contract("Website for a bakery")
    clara.reads("It is what was agreed.", "in 5 days")
    clara.follow("Answer the dispute")
    clara.write("How you see it", "Half of the pages are empty.")
    clara.press("Answer the dispute", "stays frozen until a mediator decides")

    mina.open_contract("Website for a bakery")
    mina.reads("It is what was agreed.", "Half of the pages are empty.", "in 10 days")
    mina.follow("Decide the dispute")
    mina.write("What of the sum in dispute goes to the freelancer", "300.01")
    expect(mina.outcome).to_contain_text(
        "300.01 USD goes to Femi before the service fee, 199.99 USD back to Clara's card"
    )
    mina.write("The reasons, with the evidence they rest on", "Five of eight pages are as agreed.")
    mina.press("Decide the dispute", "The ruling takes effect on")

    femi.open_contract("Website for a bakery")
    femi.reads("A mediator has decided; either side can appeal", "Five of eight pages are as agreed.")
    femi.reads("You receive 270.01 USD")
    femi.move_time("Next event", "The ruling takes effect")
    assert money(contract) == (Status.ENDED, 0, 30_001, 19_999)


@pytest.mark.parametrize("contests", [False, True], ids=["silence", "contested"])
def test_a_part_is_released_and_the_rest_asked_back(
    market: Market, clara: Somebody, femi: Somebody, contests: bool
) -> None:
    contract = market.funded("500.00")
    clara.open_contract("Website for a bakery")
    clara.follow("End contract")
    clara.page.get_by_role("radio", name="Release a part, ask the rest back").check()
    clara.write("Release to Femi", "200")
    expect(clara.outcome).to_contain_text("180.00 USD")
    expect(clara.outcome).to_contain_text("315.00 USD")
    button = "End the contract, release 200.00 USD and ask 300.00 USD back"
    clara.end("A deadline was missed", button, "200.00 USD for “Part 1” is released")
    assert money(contract) == (Status.ENDING, 30_000, 20_000, 0)

    femi.open_contract("Website for a bakery")
    if contests:
        femi.follow("Contest the refund")
        femi.press("Contest the refund", "300.00 USD is frozen in escrow")
        femi.move_time("Next event", "The dispute stays unanswered")
        assert money(contract) == (Status.ENDED, 0, 50_000, 0)
    else:
        femi.reads("If you say nothing", "Clara gets back 315.00 USD: 300.00 USD and the fee of 15.00 USD on it")
        femi.move_time("Next event", "The security hold ends")
        femi.move_time("Next event", "Refunded without an answer")
        assert money(contract) == (Status.ENDED, 0, 20_000, 30_000)


def test_a_few_pages_became_sixty_and_the_freelancer_ends_without_losing_what_she_handed_in(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    contract = market.submitted("120.00", "80.00", title="A few pages")
    few, more = (milestone.id for milestone in contract.milestones)
    market.do(contract, "approve", Role.CLIENT, milestone=few, amount="20.00")
    market.do(contract, "fund", Role.CLIENT, milestone=more)

    femi.open_contract("A few pages")
    femi.follow("End contract")
    femi.reads("80.00 USD", "100.00 USD stays in", "Mon 7 Dec 2026")
    femi.end(
        "The work became another than was agreed",
        "End the contract and give 80.00 USD back",
        "What is handed in for “Part 1” is not lost: 100.00 USD stays in review.",
    )
    assert money(contract) == (Status.ENDING, 10_000, 2_000, 8_000)

    clara.open_contract("A few pages")
    clara.reads("Femi ended the contract, and 100.00 USD is in review", "If you say nothing", "in 14 days")
    clara.move_time("Next event", "The security hold ends")
    clara.move_time("Next event", "Released without an answer")
    assert money(contract) == (Status.ENDED, 0, 12_000, 8_000)
    clara.open_contract("A few pages")
    clara.reads("Ended", "90.00 USD to Femi after a service fee of 10.00 USD")


def test_a_freelancer_who_ended_finishes_after_all_and_is_paid_on_the_ended_contract(
    market: Market, clara: Somebody, femi: Somebody
) -> None:
    contract = market.funded("500.00")
    femi.open_contract("Website for a bakery")
    femi.follow("End contract")
    femi.end("The work was not completed", "End the contract and give 500.00 USD back", "goes back to Clara's card")
    assert money(contract) == (Status.ENDED, 0, 0, 50_000)

    clara.open_contract("Website for a bakery")
    clara.follow("Make a payment")
    clara.write("What the freelancer is paid", "350")
    expect(clara.outcome).to_contain_text("Femi gets 315.00 USD after a service fee of 35.00 USD")
    expect(clara.outcome).to_contain_text("Sat 28 Nov 2026, 05:00 EST (10:00 UTC)")
    clara.write("What it is for", "You finished it after all. Thank you.")
    clara.press("Pay 367.50 USD by card", "350.00 USD and a fee of 17.50 USD")

    femi.open_contract("Website for a bakery")
    femi.reads("You finished it after all. Thank you.", "service fee of 35.00 USD")
    femi.reads("Sat 28 Nov 2026, 11:00 WAT (10:00 UTC)")
    femi.move_time("Next event", "Femi can withdraw 315.00 USD.")
    assert money(contract) == (Status.ENDED, 0, 35_000, 50_000)


@pytest.mark.parametrize(
    ("currency", "amount", "part", "button", "told", "paid", "left"),
    [
        (
            "JPY",
            "90001",
            "33333",
            "Release 33,333 JPY",
            "30,000 JPY to Femi after a service fee of 3,333 JPY",
            33333,
            56668,
        ),
        (
            "KWD",
            "100.001",
            "33.335",
            "Release 33.335 KWD",
            "30.001 KWD to Femi after a service fee of 3.334 KWD",
            33335,
            66666,
        ),
    ],
    ids=["yen", "dinars"],
)
def test_parts_that_do_not_divide_evenly_lose_nothing(
    market: Market,
    clara: Somebody,
    currency: str,
    amount: str,
    part: str,
    button: str,
    told: str,
    paid: int,
    left: int,
) -> None:
    contract = market.submitted(amount, currency=currency)
    clara.open_contract("Website for a bakery")
    clara.follow("Release money")
    clara.write("How much to release", part)
    expect(clara.outcome).to_contain_text(told)
    clara.press(button, told)
    assert money(contract) == (Status.ACTIVE, left, paid, 0)

    clara.follow("End contract")
    clara.choose("Release all of it", "Femi receives")
    whole = f"End the contract and release {contract.money(left)}"
    clara.end("The work is done", whole, "The contract ends at once.")
    now = stands(contract)
    assert money(contract) == (Status.ENDED, 0, paid + left, 0)
    assert sum(payment.held for payment in now.payments) == now.paid - now.service_fee(now.paid)
