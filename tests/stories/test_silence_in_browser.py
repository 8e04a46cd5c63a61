"""A side that never answers, as the other reads it: what silence does and when, and with the clock moved on, just that.

`Somebody.waits` compares each event with what the workroom had said of it. The stories over the interface go through
every clock; these through most of them, on one contract each.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from amicable.payments.sandbox import advance
from amicable.rules.contract import Status
from amicable.rules.parts import Role
from market import NOW, Market, money, person
from somebody import Somebody

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("the_books_agree")]
ROOM = "Website for a bakery"


def test_from_an_offer_to_the_last_day_nobody_says_anything(market: Market, clara: Somebody, femi: Somebody) -> None:
    offer = market.offered("200.00", title="Never answered")
    femi.open_contract("Never answered")
    assert femi.waits("The offer expires").when == "Mon 30 Nov 2026, 11:00 WAT (10:00 UTC)"
    assert money(offer)[0] == Status.EXPIRED

    contract = market.submitted("500.00", "300.00")
    clara.open_contract(ROOM)
    assert clara.waits("Released without an answer").when == "Mon 14 Dec 2026, 05:00 EST (10:00 UTC)"
    assert money(contract) == (Status.ACTIVE, 0, 50_000, 0)
    femi.open_contract(ROOM)
    femi.waits("The security hold ends")
    assert femi.purse()["Available"] == "450.00 USD"

    market.do(contract, "fund", Role.CLIENT, milestone=contract.milestones[1].id)
    clara.page.reload()
    clara.waits("The escrow becomes dormant")
    clara.waits("The freelancer can ask for the dormant escrow")
    femi.open_contract(ROOM)
    assert femi.waits("The dormant escrow goes back").when == "Fri 2 Apr 2027, 11:00 WAT (10:00 UTC)"
    assert money(contract) == (Status.ENDED, 0, 50_000, 30_000)
    femi.reads("By itself, as nobody did anything about the escrow")

    femi.follow("Ask to reopen the contract")
    femi.reads("If Clara says nothing", "Sun 2 May 2027, 11:00 WAT (10:00 UTC)")
    femi.write("Why, and what is still to be done", "The second part is done now.")
    femi.decide("Ask to reopen the contract")
    femi.reads("Without an answer it closes Sun 2 May 2027, 11:00 WAT (10:00 UTC), in 30 days")
    femi.waits("Too late to reopen")
    assert money(contract) == (Status.ENDED, 0, 50_000, 30_000)


def test_disputes_in_which_somebody_falls_silent(market: Market, clara: Somebody, femi: Somebody) -> None:
    contract, mina = market.funded("600.00"), person("Mina Hale", "mediator")

    def disputed(amount: str, *, names: str) -> None:
        about = {"reason": "It is late.", "about": "escrow", "amount": amount, "release": names}
        market.do(contract, "open_dispute", Role.CLIENT, **about)

    disputed("100.00", names="0")
    femi.open_contract(ROOM)
    femi.reads("You have to answer until Sat 28 Nov 2026, 11:00 WAT (10:00 UTC)", "105.00 USD")
    femi.waits("The dispute stays unanswered")
    assert money(contract) == (Status.ACTIVE, 50_000, 0, 10_000)

    disputed("100.00", names="20.00")
    market.do(contract, "offer_settlement", Role.FREELANCER, release="75.01")
    for day in (11, 17):
        advance(NOW + timedelta(days=day))
        market.mediate(mina, contract, "ask", note="What was agreed?")
    femi.page.reload()
    femi.reads("If neither moves", "The small claim is split in the middle of the two amounts")
    femi.waits("Nobody moved: the small claim is split")
    assert money(contract) == (Status.ACTIVE, 40_000, 4_751, 15_249)

    disputed("200.00", names="0")
    market.do(contract, "answer_dispute", Role.FREELANCER, note="It is not.", release="150.00")
    clara.open_contract(ROOM)
    clara.reads("If no mediator decides", "The sum is divided in the middle of the two claims")
    clara.waits("No ruling in time: the sum is divided")
    assert money(contract) == (Status.ACTIVE, 20_000, 12_251, 27_749)

    disputed("100.00", names="0")
    market.do(contract, "answer_dispute", Role.FREELANCER, note="It is not.")
    market.mediate(mina, contract, "decide", release="60.01", reason="Most of it came in time.")
    clara.page.reload()
    clara.reads("If nobody appeals, the ruling takes effect", "If one of the two appeals")
    clara.waits("The ruling takes effect")
    assert money(contract) == (Status.ACTIVE, 10_000, 18_252, 31_748)

    disputed("100.00", names="0")
    market.do(contract, "answer_dispute", Role.FREELANCER, note="It is not.")
    market.mediate(mina, contract, "decide", release="60.01", reason="Most of it came in time.")
    market.do(contract, "appeal", Role.CLIENT, note="Half of it.")
    clara.page.reload()
    clara.reads("If no other mediator decides, the first ruling takes effect")
    clara.waits("No second ruling in time: the first takes effect")
    assert money(contract) == (Status.ACTIVE, 0, 24_253, 35_747)


def test_hours_of_which_nobody_says_anything(market: Market, clara: Somebody, femi: Somebody) -> None:
    contract = market.hourly(title="Care of a shop")
    advance(NOW + timedelta(days=1))
    market.log(contract, NOW, 120)
    market.log(contract, NOW + timedelta(hours=3), 60, memo="work")
    clara.open_contract("Care of a shop")
    assert clara.waits("The week is billed").when == "Mon 30 Nov 2026, 07:00 EST (12:00 UTC)"
    assert money(contract) == (Status.ACTIVE, 12_000, 0, 0)

    disputed = {"week": "2026-11-23", "minutes": 120, "reason": "Nobody was at work."}
    market.do(contract, "dispute_hours", Role.CLIENT, **disputed)
    femi.open_contract("Care of a shop")
    femi.reads("You have until Thu 3 Dec 2026, 13:00 WAT (12:00 UTC)", "Nobody was at work.")
    femi.reads("If you say nothing", "Clara gets back 42.00 USD: 40.00 USD and the fee of 2.00 USD on it")
    femi.waits("The dispute about hours stays unanswered")
    assert money(contract) == (Status.ACTIVE, 4_000, 4_000, 4_000)
    clara.page.reload()
    assert clara.waits("The week's review ends").when == "Fri 4 Dec 2026, 18:59 EST (23:59 UTC)"
    assert femi.purse()["In the security hold"] == "72.00 USD"
    femi.open_contract("Care of a shop")
    assert femi.waits("The security hold ends").when == "Wed 9 Dec 2026, 01:00 WAT (00:00 UTC)"
    assert femi.purse()["Available"] == "72.00 USD"
