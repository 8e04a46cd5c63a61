"""The stories that people bring, by the rules alone: what is shown before, what happens, who has what in the end."""

from __future__ import annotations

import pytest

from amicable.rules.contract import Status
from amicable.rules.outcome import Outcome
from amicable.rules.parts import Role
from amicable.rules.timeline import answers, timeline
from rules.play import MONDAY, Play, days, moves, told

ESCROW_OF_500_GOES_BACK = [
    ("escrow", "client", "500.00", "escrow refund"),
    ("fee_held", "client", "25.00", "client fee returned"),
    ("client", "provider", "525.00", "refund to the card"),
]


def shown(play: Play, by: Role, action: str, **params: object) -> Outcome:
    """What the page shows before the button is pressed."""
    outcome = play.ask(by, action, **params)
    assert isinstance(outcome, Outcome), told(outcome)
    return outcome


def test_a_client_who_paid_500_ends_and_wants_it_back_and_nobody_answers() -> None:
    play = Play("500.00").funded()
    page = shown(play, Role.CLIENT, "end", reason="not_completed", escrow="refund")
    assert "has until Mon 9 Nov 2026, 09:30 UTC to answer" in told(page)
    assert "If nothing is said, the same happens" in told(page)
    assert "Fred contests it, a dispute opens" in told(page)
    assert [answer.action for answer in answers(page.contract, page.contract.proposals[0], play.at)] == [
        "accept_refund",
        "decline_refund",
    ]
    (ahead,) = timeline(page.contract)
    assert (ahead.at, moves(ahead)) == (MONDAY + days(7), ESCROW_OF_500_GOES_BACK)

    assert play.client("end", reason="not_completed", escrow="refund") == page
    (happened,) = play.wait(days(7))
    assert happened == ahead
    assert play.contract.status == Status.ENDED
    assert play.balances == {account: 0 for account in play.balances}, "everything went back where it came from"


@pytest.mark.parametrize(("released", "asked_back"), [("0", 50_000), ("200.00", 30_000)])
def test_the_freelancer_had_handed_work_in_and_contests_it(released: str, asked_back: int) -> None:
    play = Play("500.00").submitted()
    page = shown(play, Role.CLIENT, "end", reason="quality", escrow={"release": released})
    assert play.client("end", reason="quality", escrow={"release": released}) == page
    assert play.contract.escrow == play.contract.proposals[0].amount == asked_back
    assert "submission_unanswered" not in [action for action, _ in play.future()], "one clock runs, and it refunds"

    play.wait(days(3))
    play.freelancer("decline_refund", proposal=play.request(), note="All that was agreed is there.")
    play.wait(days(1))
    play.client("answer_dispute", note="The last page is missing.")
    play.mediator("decide", release="250.00", reason="The agreed pages are there but one.")
    play.wait(days(3))
    paid = 50_000 - asked_back + 25_000
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, paid, 50_000 - paid)
    play.wait(days(5))
    assert play.balances["available"] == paid * 90 // 100
    assert play.balances["fees"] == paid * 15 // 100
    assert (play.balance("fee_held"), play.balance("client")) == ("0.00", "0.00")


def test_a_few_pages_became_sixty_and_the_freelancer_ends() -> None:
    play = Play("300.00", "200.00").submitted(1)
    play.client("approve", milestone=play.id(1), amount="1.00")
    play.funded(2)
    play.wait(days(2))
    page = shown(play, Role.FREELANCER, "end", reason="scope_changed", note="A few pages became sixty.")
    assert "Nothing is handed in for “Part 2”: 200.00 USD goes back to Cora's card at once" in told(page)
    assert "What is handed in for “Part 1” is not lost: 299.00 USD stays in review" in told(page)
    assert "released to Fred on Mon 16 Nov 2026, 09:30 UTC" in told(page)

    assert play.freelancer("end", reason="scope_changed", note="A few pages became sixty.") == page
    assert moves(page)[-1] == ("client", "provider", "210.00", "refund to the card")
    play.wait_until(MONDAY + days(14))
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, 30_000, 20_000)


def test_a_freelancer_who_ended_finished_after_all_and_is_paid() -> None:
    play = Play("400.00").funded()
    play.freelancer("end", reason="no_longer_needed")
    play.wait(days(20))
    page = shown(play, Role.CLIENT, "pay", amount="400.00", note="You finished it after all.")
    assert "420.00 USD" in told(page)
    play.client("pay", amount="400.00", note="You finished it after all.")
    paid = play.card()
    assert "Fred gets 360.00 USD after a service fee of 40.00 USD" in told(paid)
    assert "withdrawn from Fri 27 Nov 2026, 09:30 UTC" in told(paid)
    assert play.contract.status == Status.ENDED
    play.wait(days(5))
    assert play.balance("available") == "360.00"


@pytest.mark.parametrize(
    ("currency", "price", "parts", "available", "fees"),
    [("JPY", "10001", ["3333", "3333"], "9001", "1500"), ("KWD", "10.001", ["3.333", "3.333"], "9.001", "1.500")],
)
def test_yen_and_dinars_in_parts_that_do_not_divide(
    currency: str, price: str, parts: list[str], available: str, fees: str
) -> None:
    play = Play(price, currency=currency).submitted()
    for part in parts:
        play.client("approve", milestone=play.id(1), amount=part)
    play.client("end", reason="completed", escrow="release")
    play.wait(days(5))
    assert (play.balance("available"), play.balance("fees")) == (available, fees)
    assert (play.balance("escrow"), play.balance("fee_held"), play.balance("held")) == (
        play.balance("client"), play.balance("client"), play.balance("client"),
    )  # fmt: skip
