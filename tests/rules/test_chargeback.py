"""A bank takes a card payment back: the platform carries it until it is decided whose the money is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amicable.rules.contract import Status
from amicable.rules.dispute import About
from amicable.rules.dispute_clocks import dispute_clock
from amicable.rules.outcome import Kind, Outcome
from amicable.rules.parts import Role
from amicable.rules.policy import Policy
from rules.play import MONDAY, Play, days, moves, told

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


def test_no_more_covers_a_payment_than_the_bank_has_taken_though_the_fee_on_it_is_rounded_otherwise_now() -> None:
    play = Play("11", currency="JPY").funded().paid("9").paid("10")
    nine = next(outcome.charge for outcome in play.history if outcome.charge and outcome.charge.amount == 9)
    assert nine.fee == 0
    play.do(Role.NOBODY, "charge_disputed", charge=nine.id, amount="9", fee="0")
    (silent,) = [outcome for outcome in play.wait(days(5)) if outcome.action == "dispute_unanswered"]
    assert ("fee_held", "client", "1", "client fee returned") in moves(silent)
    assert ("client", "fees", "9", "chargeback covered") in moves(silent)
    assert ("client", "provider", "1", "refund to the card") in moves(silent)
    assert carried(play) == (9, 0)


@pytest.mark.parametrize("idle", [89, 95, 100])
def test_what_a_bank_does_is_a_sign_of_life(idle: int) -> None:
    play = Play("500.00", "300.00", policy=Policy(milestones_funded_at_once=2)).funded().funded(2)
    play.wait(days(idle))
    take_back(play)
    play.wait(days(5))
    assert play.future()[0] == ("escrow_goes_dormant", play.at - days(5) + days(90))


# What the bank decides in the end


def charge_of(play: Play) -> str:
    return play.contract.chargebacks[-1].charge


def won(play: Play) -> Outcome:
    return play.do(Role.NOBODY, "chargeback_won", charge=charge_of(play))


def lost(play: Play) -> Outcome:
    return play.do(Role.NOBODY, "chargeback_lost", charge=charge_of(play))


def test_won_the_money_is_where_it_was_and_the_review_has_the_time_that_was_left_of_it() -> None:
    play = Play("500.00").submitted()
    before = play.contract
    play.wait(days(4))
    take_back(play)
    play.freelancer("answer_dispute", note="All of it is there.")
    play.wait(days(9))
    outcome = won(play)
    assert moves(outcome) == [("provider", "fees", "525.00", "chargeback won")]
    assert outcome.card_refund is None
    assert play.contract.open_disputes == ()
    assert replace(play.contract.milestones[0], release_at=None) == replace(before.milestones[0], release_at=None)
    assert play.future()[0] == ("submission_unanswered", play.at + days(10))
    assert carried(play) == (52_500, 0)
    assert "has decided for Amicable and given 525.00 USD back" in told(outcome)
    play.wait(days(15))
    assert (play.contract.paid, play.balance("provider"), play.balance("fees")) == (50_000, "-525.00", "75.00")


def test_won_what_was_frozen_in_the_hold_can_be_withdrawn_and_what_was_asked_back_is_asked_again() -> None:
    play = Play("500.00", "300.00").submitted()
    play.client("approve", milestone=play.id(1), amount="400.00")
    play.client("end", reason="other", escrow="refund")
    charge = next(outcome.charge for outcome in play.history if outcome.charge)
    play.do(Role.NOBODY, "charge_disputed", charge=charge.id, amount="500.00", fee="25.00", milestone=play.id(1))
    assert [dispute.amount for dispute in play.contract.open_disputes] == [10_000, 40_000]
    play.freelancer("answer_dispute", note="It is there.")
    play.freelancer("answer_dispute", note="It is there.")
    play.wait(days(6))
    outcome = won(play)
    assert ("held", "available", "360.00", "security hold ended") in moves(outcome)
    (clock,) = outcome.deadlines
    assert (clock.action, clock.at) == ("escrow_refund_unanswered", play.at + days(7))


def test_won_what_a_dispute_gave_the_client_goes_to_the_card_and_the_division_stands() -> None:
    play = Play("500.00").submitted()
    take_back(play)
    play.freelancer("answer_dispute", note="All of it is there.")
    play.mediator("decide", release="200.00", reason="Two of five pages are there.")
    play.wait(days(3))
    outcome = won(play)
    assert moves(outcome) == [
        ("provider", "fees", "525.00", "chargeback won"),
        ("fees", "client", "315.00", "chargeback cover returned"),
        ("client", "provider", "315.00", "refund to the card"),
    ]
    assert outcome.card_refund is not None
    assert outcome.card_refund.amount == 31_500
    assert (play.contract.paid, play.contract.refunded, play.contract.carried) == (20_000, 30_000, 0)


@pytest.mark.parametrize(("release", "left"), [("0", 0), ("200.00", 21_000), ("500.00", 52_500)])
def test_lost_after_the_dispute_the_platform_carries_for_good_what_it_gave_the_freelancer(
    release: str, left: int
) -> None:
    play = Play("500.00").submitted()
    take_back(play)
    play.freelancer("answer_dispute", note="All of it is there.")
    play.mediator("decide", release=release, reason="The files show it.")
    play.wait(days(3))
    outcome = lost(play)
    money = play.contract.money(left).decimal
    assert moves(outcome) == ([("fees", "fees", money, "chargeback lost")] if left else [])
    assert (play.contract.carried, play.contract.lost) == (left, left)
    assert f"Amicable carries {play.contract.money(left)}" in told(outcome)


def test_lost_before_the_dispute_is_over_it_goes_on_and_what_it_gives_the_client_covers_the_loss() -> None:
    play = Play("500.00").submitted()
    take_back(play)
    outcome = lost(play)
    assert [(t.source, t.target) for t in outcome.transfers] == [("fees:losses", "fees:chargebacks")]
    assert "goes on" in told(outcome)
    play.freelancer("answer_dispute", note="Most of it is there.")
    play.client("offer_settlement", release="400.00")
    play.freelancer("accept_settlement", proposal=play.contract.proposals[0].id)
    assert [(t.source, t.target) for t in play.history[-1].transfers if t.why == "chargeback covered"] == [
        ("client:cora", "fees:losses")
    ]
    assert (play.contract.carried, play.contract.lost) == (42_000, 42_000)


def test_hours_whose_payment_was_won_are_paid_as_if_nothing_had_been() -> None:
    play = Play.hourly("40.00").log(NINE, 430, covered=False)
    play.wait_until(LOCK)
    play.week_card()
    (week,) = play.contract.weeks
    fee = play.contract.money(week.fee).decimal
    play.do(Role.NOBODY, "charge_disputed", charge="c", amount="286.67", fee=fee, week="2026-11-02")
    won(play)
    assert play.contract.weeks == (week,)
    assert [name for name, _ in play.future()] == ["review_ends", "hold_ends"]
    play.client("dispute_hours", week="2026-11-02", minutes=10, reason="Nothing was done.")


def test_the_bank_decides_once_and_only_about_what_it_has_taken() -> None:
    play = Play("500.00").funded()
    assert play.refused(Role.NOBODY, "chargeback_won", charge="c").code == "no_chargeback"
    take_back(play)
    assert play.refused(Role.NOBODY, "chargeback_lost", charge="another").code == "no_chargeback"
    assert play.refused(Role.CLIENT, "chargeback_lost", charge=charge_of(play)).kind == Kind.ROLE
    charge = charge_of(play)
    won(play)
    for action in ("chargeback_won", "chargeback_lost"):
        assert play.refused(Role.NOBODY, action, charge=charge).code == "already_decided"


def test_money_does_not_go_to_a_card_that_is_being_asked() -> None:
    play = Play("500.00").funded()
    take_back(play)
    play.wait(days(5))
    play.client("pay", amount="1.00", note="For the call.")
    assert play.refused(Role.NOBODY, "chargeback_won", charge=charge_of(play)).code == "charge_in_progress"
    play.card()
    assert won(play).card_refund is not None


def test_a_ruling_that_has_no_effect_yet_falls_with_the_dispute() -> None:
    play = Play("500.00").submitted()
    take_back(play)
    play.freelancer("answer_dispute", note="All of it is there.")
    play.mediator("decide", release="0", reason="The files are empty.")
    won(play)
    assert play.future()[0][0] == "submission_unanswered"
    play.client("open_dispute", reason="The files are empty.", about="escrow")


BILL = LOCK + timedelta(hours=1)
FRIDAY = datetime(2026, 11, 13, 23, 59, 59, tzinfo=UTC)


def billed(minutes: int = 420, uncovered: int = 0) -> Play:
    """A week in review at 40.00 an hour, the last minutes of it not covered."""
    play = Play.hourly("40.00").log(NINE, minutes - uncovered)
    play.log(NINE + timedelta(minutes=minutes - uncovered), uncovered, covered=False)
    play.wait_until(LOCK)
    play.week_card()
    play.at = BILL
    return play


def take_week_back(play: Play, amount: str = "280.00", fee: str = "14.00", **settled: str) -> Outcome:
    """The bank takes the payment for the week back."""
    params = {"charge": "c", "amount": amount, "fee": fee, "week": "2026-11-02"} | settled
    return play.do(Role.NOBODY, "charge_disputed", **params)


def silence(play: Play) -> list[tuple[str, str, str, str]]:
    """What moves by itself in the weeks that follow, fees aside."""
    return [move for outcome in play.wait(days(30)) for move in moves(outcome) if "fee" not in move[3]]


def test_hours_that_are_paid_stay_paid_as_far_as_they_are_protected() -> None:
    play = billed(uncovered=120)
    play.wait_until(FRIDAY + days(8))
    take_week_back(play, paid="280.00", protected="200.00")
    (dispute,) = play.contract.open_disputes
    assert (dispute.amount, dispute.by_default) == (28_000, 20_000)
    assert ("client", "fees", "84.00", "chargeback covered") in silence(play)
    assert (play.contract.paid, play.contract.refunded) == (20_000, 8_000)


def test_the_bank_reaches_for_the_hours_that_it_had_paid_for_and_for_no_other() -> None:
    play = billed()
    play.client("dispute_hours", week="2026-11-02", minutes=420, reason="Nobody worked.")
    play.freelancer("accept_hours_dispute", proposal=play.contract.proposals[0].id)
    play.log(NINE + days(7), 420)
    play.wait_until(LOCK + days(7))
    play.week_card()
    play.wait_until(FRIDAY + days(7))
    assert play.contract.paid == 28_000
    take_week_back(play, paid="0", protected="0")
    assert play.contract.open_disputes == ()


def test_the_dispute_of_the_bank_takes_the_place_of_one_that_waits_for_an_answer() -> None:
    play = billed(uncovered=420)
    play.client("dispute_hours", week="2026-11-02", minutes=60, reason="Nobody worked.")
    outcome = take_week_back(play)
    (dispute,) = play.contract.open_disputes
    assert (dispute.amount, play.contract.proposals) == (28_000, ())
    assert "takes the place of Cora's dispute about 40.00 USD" in told(outcome)
    assert silence(play) == [
        ("review", "client", "280.00", "hours refund"),
        ("client", "fees", "294.00", "chargeback covered"),
    ]


def test_it_does_so_too_when_the_rest_of_the_week_has_been_paid() -> None:
    play = billed(uncovered=420)
    play.wait_until(FRIDAY - timedelta(hours=1))
    play.client("dispute_hours", week="2026-11-02", minutes=60, reason="Nobody worked.")
    play.wait_until(FRIDAY + days(1))
    take_week_back(play)
    assert [(d.about, d.amount) for d in play.contract.open_disputes] == [(About.HOURS, 4_000), (About.REFUND, 24_000)]
    silence(play)
    assert (play.contract.carried, play.contract.refunded) == (0, 28_000)


@pytest.mark.parametrize("is_won", [False, True])
def test_what_the_client_had_disputed_before_goes_to_the_bank_and_not_to_the_card_once_more(*, is_won: bool) -> None:
    play = billed(uncovered=60)
    play.client("dispute_hours", week="2026-11-02", minutes=60, reason="Nobody worked.")
    play.freelancer("contest_hours_dispute", proposal=play.contract.proposals[0].id, note="I did.")
    take_week_back(play)
    (dispute,) = play.contract.open_disputes
    assert "covers what Cora's bank" in dispute_clock(play.contract, dispute).explanation.tell({"client": "Cora"})
    if is_won:
        won(play)
    play.mediator("decide", release="0", reason="There is nothing to see.", dispute=dispute.id)
    (effect,) = [one for one in play.wait(days(4)) if one.action == "ruling_takes_effect"]
    goes = ("client", "provider", "42.00", "refund to the card") if is_won else CARRIED
    assert moves(effect)[-1] == goes
    assert play.contract.carried == (0 if is_won else 25_200)


CARRIED = ("client", "fees", "42.00", "chargeback covered")


@pytest.mark.parametrize("is_won", [False, True])
def test_so_does_what_of_the_escrow_the_client_had_disputed_before(*, is_won: bool) -> None:
    play = Play("500.00").submitted()
    play.client("open_dispute", reason="The files are empty.", about="escrow")
    take_back(play)
    if is_won:
        won(play)
    silent = play.wait(days(5))[-1]
    goes = ("client", "provider", "525.00", "refund to the card") if is_won else None
    assert moves(silent)[-1] == (goes or ("client", "fees", "525.00", "chargeback covered"))
    assert play.contract.carried == 0


# What was in dispute before the bank took it


def _late(**more: str) -> dict[str, str]:
    return {"reason": "It is late.", "about": "escrow", **more}


@pytest.mark.parametrize(("about", "paid"), [("escrow", False), ("refund", True)])
@pytest.mark.parametrize("amount", ["500.00", "120.00"])
def test_who_has_money_back_from_the_bank_gets_it_by_a_dispute_that_was_open_not_once_more(
    about: str, paid: bool, amount: str
) -> None:
    play = Play("500.00").submitted()
    if paid:
        play.client("approve", milestone=play.id(1))
    play.client("open_dispute", reason="It is late.", about=about, amount=amount)
    taken = take_back(play)
    assert f"{amount} USD of it is in a dispute already, which goes on as it was" in told(taken)
    play.freelancer("answer_dispute", note="It is not.")
    play.client("offer_settlement", release="0")
    settled = play.freelancer("accept_settlement", proposal=play.contract.proposals[0].id)
    assert "goes back to Cora's card" not in told(settled)
    play.wait(days(5))
    assert (play.balance("provider"), play.balance("fees"), carried(play)) == ("0.00", "0.00", (52_500, 0))


def test_of_a_dispute_about_more_than_the_bank_has_taken_the_rest_goes_to_the_card() -> None:
    play = Play("500.00", "300.00").submitted()
    play.client("approve", milestone=play.id(1), amount="100.00")
    play.funded(2)
    play.client("open_dispute", **_late())
    first = next(outcome.charge for outcome in play.history if outcome.charge)
    play.do(Role.NOBODY, "charge_disputed", charge=first.id, amount="500.00", fee="25.00", milestone=first.milestone)
    older = next(one for one in play.contract.open_disputes if one.about == About.ESCROW)
    ahead = dispute_clock(play.contract, older).explanation.tell({"client": "Cora", "freelancer": "Fred"})
    assert "700.00 USD goes back to Cora's card. Of that 400.00 USD covers what Cora's bank has taken back" in ahead
    conceded = play.freelancer("concede_dispute", dispute=older.id)
    assert ("client", "fees", "420.00", "chargeback covered") in moves(conceded)
    assert ("client", "provider", "315.00", "refund to the card") in moves(conceded)
    assert "420.00 USD covers what Cora's bank has taken back, 315.00 USD goes to Cora's card" in told(conceded)
    assert play.contract.carried == 10_500, "what was paid of it is in the dispute that the bank opened"


def test_who_opened_a_dispute_before_the_bank_took_the_money_cannot_withdraw_it_until_the_bank_gives_it_back() -> None:
    play = Play("500.00").submitted()
    play.freelancer("open_dispute", **_late())
    take_back(play)
    assert play.refused(Role.FREELANCER, "withdraw_dispute").code == "opened_by_bank"
    won = play.do(Role.NOBODY, "chargeback_won", charge=play.contract.chargebacks[0].charge)
    assert "The dispute about 500.00 USD, which was open before, goes on" in told(won)
    assert len(play.contract.open_disputes) == 1
    play.freelancer("withdraw_dispute")
    assert play.contract.milestones[0].status == "submitted"


def test_contested_hours_whose_payment_the_bank_takes_go_back_once() -> None:
    play = Play.hourly("40.00").log(MONDAY, 60, covered=False)
    play.wait_until(LOCK)
    play.week_card()
    play.client("dispute_hours", week="2026-11-02", minutes=60, reason="Nothing was done.")
    play.freelancer("contest_hours_dispute", proposal=play.contract.proposals[0].id)
    play.do(Role.NOBODY, "charge_disputed", charge="charge-1", amount="40.00", fee="2.00", week="2026-11-02")
    play.freelancer("concede_dispute")
    assert (play.balance("provider"), play.contract.carried) == ("0.00", 0)
