"""A bank takes a card payment back: the platform carries it until it is decided whose the money is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amicable.rules.contract import Status
from amicable.rules.dispute import About
from amicable.rules.outcome import Kind, Outcome
from amicable.rules.parts import Role
from rules.play import Play, days, moves, told

LOCK = datetime(2026, 11, 9, 12, tzinfo=UTC)
NINE = datetime(2026, 11, 3, 9, tzinfo=UTC)


def take_back(play: Play) -> Outcome:
    """The bank takes back the last payment that the card made."""
    charge = next(outcome.charge for outcome in reversed(play.history) if outcome.charge)
    assert charge is not None
    money = play.contract.money
    params: dict[str, Any] = {"charge": charge.id, "amount": money(charge.amount).decimal}
    params |= {"fee": money(charge.fee).decimal} | ({"milestone": charge.milestone} if charge.milestone else {})
    outcome = play.do(Role.NOBODY, "charge_disputed", **params)
    assert play.refused(Role.NOBODY, "charge_disputed", **params).code == "already_charged_back"
    return outcome


def carried(play: Play) -> tuple[int, int]:
    (chargeback,) = play.contract.chargebacks
    return chargeback.taken, play.contract.carried


def test_the_platform_pays_the_bank_and_what_is_in_escrow_is_frozen() -> None:
    play = Play("500.00").funded()
    outcome = take_back(play)
    assert [(m[0], m[1], m[2], m[3]) for m in moves(outcome)] == [("fees", "provider", "525.00", "chargeback")]
    assert carried(play) == (52_500, 52_500)
    (dispute,) = play.contract.open_disputes
    assert (dispute.about, dispute.opened_by, dispute.amount) == (About.ESCROW, Role.CLIENT, 50_000)
    assert "Amicable carries it" in told(outcome)
    assert {notice.to for notice in outcome.notices} == {Role.CLIENT, Role.FREELANCER}
    assert play.refused(Role.CLIENT, "withdraw_dispute").code == "opened_by_bank"


def test_what_goes_back_covers_the_platform_and_no_card_is_asked() -> None:
    play = Play("500.00").funded()
    take_back(play)
    (silent,) = play.wait(days(5))
    assert silent.card_refund is None
    assert moves(silent) == [
        ("escrow", "client", "500.00", "escrow refund"),
        ("fee_held", "client", "25.00", "client fee returned"),
        ("client", "fees", "525.00", "chargeback covered"),
    ]
    assert carried(play) == (52_500, 0)
    assert play.contract.refunded == 50_000


@pytest.mark.parametrize(("release", "left"), [("0", 0), ("200.00", 21_000), ("500.00", 52_500)])
def test_what_a_ruling_gives_the_freelancer_the_platform_carries(release: str, left: int) -> None:
    play = Play("500.00").submitted()
    take_back(play)
    play.freelancer("answer_dispute", note="All of it is there.")
    play.mediator("decide", release=release, reason="The files show it.")
    play.wait(days(3))
    assert carried(play) == (52_500, left)


def test_money_that_is_released_already_is_disputed_where_it_is() -> None:
    play = Play("500.00").submitted()
    play.client("approve", milestone=play.id(1), amount="400.00")
    take_back(play)
    assert [(d.about, d.amount) for d in play.contract.open_disputes] == [
        (About.ESCROW, 10_000),
        (About.REFUND, 40_000),
    ]
    play.client("end", reason="other", escrow="release")
    play.wait(days(5))
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, 0, 50_000)
    assert carried(play) == (52_500, 0)


def test_where_nothing_is_left_of_the_money_the_platform_carries_all() -> None:
    play = Play("500.00").funded()
    play.client("end", reason="other", escrow="refund")
    play.freelancer("accept_refund", proposal=play.request())
    outcome = take_back(play)
    assert play.contract.open_disputes == ()
    assert carried(play) == (52_500, 52_500)
    assert outcome.after == Status.ENDED


@pytest.mark.parametrize(("covered", "paid", "left"), [(430, 28_667, 30_100), (60, 4_000, 4_200)])
def test_hours_in_review_are_frozen_and_those_that_are_protected_stay_paid(covered: int, paid: int, left: int) -> None:
    play = Play.hourly("40.00").log(NINE, covered)
    if covered < 430:
        play.log(NINE + timedelta(minutes=covered), 430 - covered, covered=False)
    play.wait_until(LOCK)
    play.week_card()
    (week,) = play.contract.weeks
    fee = play.contract.money(week.fee).decimal
    play.do(Role.NOBODY, "charge_disputed", charge="c", amount="286.67", fee=fee, week="2026-11-02")
    (dispute,) = play.contract.open_disputes
    assert (dispute.about, dispute.amount) == (About.HOURS, 28_667)
    play.wait(days(5))
    assert (play.contract.paid, play.contract.refunded) == (paid, 28_667 - paid)
    assert play.contract.carried == left


def test_nobody_takes_a_payment_back_by_hand() -> None:
    play = Play("500.00").funded()
    for by in (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR):
        assert play.refused(by, "charge_disputed", charge="x", amount="1", fee="0").kind == Kind.ROLE
