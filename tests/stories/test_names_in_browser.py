"""What an ending does to people's names, as clicks of the people in turn."""

from __future__ import annotations

import pytest

from amicable.contracts import clock
from amicable.contracts.perform import Command, Done, perform
from amicable.rules.parts import Role
from market import Market, person
from somebody import Somebody
from web.test_names_in_chromium import give

pytestmark = pytest.mark.browser


def leave(who: Somebody, count: int, comment: str) -> None:
    """Leave feedback from the workroom that is open."""
    who.follow("Leave feedback")
    who.reads("nobody but its author can read it, or is told that it is there")
    give(who.page, count)
    who.write("What you say of the other side", comment)
    who.press("Leave feedback", "The feedback is sealed")


def test_she_left_good_feedback_and_he_left_none(
    market: Market,
    clara: Somebody,
    femi: Somebody,
) -> None:
    contract = market.paid("500.00")
    clara.open_contract("Website for a bakery")
    clara.follow("End contract")
    clara.reads("no effect on anybody's standing by itself", "Leaving none, or getting none, counts against nobody.")
    clara.end("The work is done", "End the contract", "The contract ends at once.")

    femi.open_contract("Website for a bakery")
    femi.reads("How was it to work with Clara?")
    leave(femi, 5, "A pleasure.")
    clara.open_contract("Website for a bakery")
    clara.reads("How was it to work with Femi?", "If Femi leaves feedback on you")
    market.do(contract, "pay", Role.CLIENT, amount="10.00", note="Thanks.")
    femi.move_time("Next Monday", "11:00")
    for _ in range(2):
        femi.move_time("Next Monday", "")
    femi.open_contract("Website for a bakery")
    femi.reads("Clara left none that is open.", "Neutral, left out", "counts neither for nor against anybody")
    clara.open_contract("Website for a bakery")
    clara.reads("You left none. That counts against nobody.", "A pleasure.")


def test_the_one_star_after_a_lost_dispute(
    market: Market,
    clara: Somebody,
    femi: Somebody,
) -> None:
    contract = market.submitted("500.00")
    contract = market.do(contract, "end", Role.CLIENT, reason="quality", escrow="refund")
    contract = market.do(
        contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id, note="It is what was agreed."
    )
    market.do(contract, "answer_dispute", Role.CLIENT, note="It is not.")
    ruling = {"release": "500.00", "reason": "All pages are as agreed."}
    mediator = str(person("Mina Hale", "mediator").pk)
    assert isinstance(perform(Command(contract.id, "decide", ruling, mediator, is_mediator=True), clock.now()), Done)
    femi.open_contract("Website for a bakery")
    femi.move_time("Next event", "The ruling takes effect")

    clara.open_contract("Website for a bakery")
    leave(clara, 1, "Never again.")
    femi.open_contract("Website for a bakery")
    leave(femi, 5, "All is well that ends well.")
    femi.reads("Never again.", "A mediator ruled in a dispute on this contract", "Its author lost a dispute")
    femi.reads("0.625")
    femi.page.goto(f"/people/{market.femi.pk}")
    femi.reads("1.00 of 5", "A mediator ruled in a dispute on this contract", "A client,")


def test_the_refund_and_the_review_that_stays(
    market: Market,
    clara: Somebody,
    femi: Somebody,
) -> None:
    contract = market.paid("500.00")
    market.do(contract, "end", Role.CLIENT, reason="quality")
    clara.open_contract("Website for a bakery")
    leave(clara, 2, "Not what I asked for.")
    femi.open_contract("Website for a bakery")
    leave(femi, 4, "It happens.")
    femi.follow("Give a refund")
    femi.write("How much of what was paid goes back", "500.00")
    femi.write("What it is for", "Then you shall not have paid for it.")
    femi.press("Give 500.00 USD back", "500.00 USD goes back to Clara's card")
    femi.page.goto(f"/people/{market.femi.pk}")
    femi.reads("2.00 of 5", "Not what I asked for.", "Money was returned on this contract")
