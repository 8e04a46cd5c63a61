"""Monday's bill, from the hours to the freelancer's money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amicable.rules.contract import Status
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Outcome
from amicable.rules.parts import PauseCause, Role
from rules.play import MONDAY, Play, days, moves, told

TUESDAY = MONDAY + timedelta(days=1)
LOCK = datetime(2026, 11, 9, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 13, 23, 59, 59, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 18, tzinfo=UTC)


def logged(minutes: int = 430, **terms: object) -> Play:
    return Play.hourly(**terms).log(TUESDAY, minutes)  # type: ignore[arg-type]


def billed(minutes: int = 430, **terms: object) -> Play:
    play = logged(minutes, **terms)
    play.wait_until(LOCK)
    return play


def charged(minutes: int = 430, **terms: object) -> Play:
    play = billed(minutes, **terms)
    play.week_card()
    return play


def test_hours_become_money_the_freelancer_can_withdraw_on_the_wednesday() -> None:
    assert logged().future() == [
        ("week_closes", LOCK),
        ("week_charged", LOCK),
        ("review_ends", FRIDAY),
        ("hold_ends", WEDNESDAY),
    ]


def test_the_week_is_billed_by_the_minute_and_printed_to_be_checked() -> None:
    play = logged()
    (closed,) = play.wait_until(LOCK)
    (week,) = play.contract.weeks
    assert (week.status, week.minutes, week.rate, week.amount, week.fee) == ("charging", 430, 4_000, 28_667, 1_433)
    assert closed.transfers == ()
    assert "7:10 hours at 40.00 USD come to 286.67 USD" in told(closed)
    assert closed.notices == ()


def test_the_card_pays_into_review_and_the_fee_beside_it() -> None:
    play = billed()
    (paid,) = play.week_card()
    assert moves(paid) == [
        ("provider", "client", "301.00", "card charge"),
        ("client", "fee_held", "14.33", "client fee charged"),
        ("client", "review", "286.67", "hours billed"),
    ]
    contract = play.contract
    assert (contract.in_review, contract.committed, contract.client_fee_held) == (28_667, 28_667, 1_433)
    assert [(clock.action, clock.at) for clock in paid.deadlines] == [("review_ends", FRIDAY)]


def test_silence_until_friday_pays_the_freelancer_who_has_it_on_wednesday() -> None:
    play = charged()
    (over,) = play.wait_until(FRIDAY)
    assert moves(over) == [
        ("review", "held", "258.00", "hours"),
        ("review", "fees", "28.67", "service fee"),
        ("fee_held", "fees", "14.33", "client fee"),
    ]
    assert (play.contract.paid, play.contract.in_review) == (28_667, 0)
    assert play.contract.weeks[0].status == WeekStatus.PAID
    assert play.wait_until(WEDNESDAY - timedelta(seconds=1)) == []
    (free,) = play.wait_until(WEDNESDAY)
    assert moves(free) == [("held", "available", "258.00", "security hold ended")]
    assert play.future() == []


def test_a_microsecond_before_friday_is_over_nothing_is_paid() -> None:
    assert charged().wait_until(FRIDAY - timedelta(microseconds=1)) == []


def test_time_over_the_weekly_limit_is_kept_and_not_billed() -> None:
    play = billed(430, weekly_limit_hours=5)
    (week,) = play.contract.weeks
    assert (week.minutes, week.amount, week.logged.bit_count(), week.billed.bit_count()) == (300, 20_000, 43, 30)
    assert "2:10 hours over the weekly limit are kept and not billed" in told(play.history[-1])


@pytest.mark.parametrize(("minutes", "terms"), [(0, {}), (430, {"weekly_limit_hours": 0})])
def test_a_week_with_nothing_to_bill_asks_no_card(minutes: int, terms: dict[str, object]) -> None:
    play = billed(minutes, **terms)
    assert (play.contract.weeks[0].status, play.contract.is_charging, play.future()) == ("paid", False, [])
    assert ("7:10 hours over the weekly limit are kept and not billed" in told(play.history[-1])) == (minutes > 0)


def test_weeks_are_billed_each_at_its_own_time() -> None:
    play = logged().log(MONDAY + days(7), 60)
    play.wait_until(LOCK)
    assert [week.status for week in play.contract.weeks] == ["charging", "open"]
    play.week_card()
    assert [name for name, _ in play.future()] == [
        "review_ends",
        "week_closes",
        "week_charged",
        "hold_ends",
        "review_ends",
        "hold_ends",
    ]


def test_while_the_card_is_asked_nothing_else_is_charged_or_given_back() -> None:
    play = charged()
    play.wait_until(FRIDAY)
    play.log(LOCK, 60)
    play.wait_until(LOCK + days(7))
    for by, action, params in (
        (Role.CLIENT, "pay", {"amount": "1.00", "note": "x"}),
        (Role.FREELANCER, "give_refund", {"amount": "1.00", "note": "x"}),
    ):
        refused = play.refused(by, action, **params)
        assert refused.code == "charge_in_progress"
        assert "42.00 USD" in told(refused)


def test_a_payment_that_waits_for_the_card_is_answered_before_the_week_is_closed() -> None:
    play = logged()
    play.client("pay", amount="10.00", note="x")
    assert play.wait_until(LOCK) == []
    play.card()
    (closed,) = play.wait_until(LOCK)
    assert closed.action == "week_closes"
    assert play.contract.weeks[0].fee == 1_433


def test_fees_on_many_weeks_and_a_bonus_are_those_on_the_sum() -> None:
    play = Play.hourly("0.33")
    for number in range(6):
        play.log(MONDAY + days(7 * number), 10 + 10 * number)
        play.wait_until(LOCK + days(7 * number))
        play.week_card()
        play.paid("0.07")
    play.wait(days(30))
    contract = play.contract
    assert contract.paid == sum((n * 33 + 3) // 6 for n in range(1, 7)) + 42
    assert play.balances["fees"] == contract.fees_earned
    assert (play.balances["fee_held"], play.balances["review"], play.balances["client"]) == (0, 0, 0)


# A card that is declined


def test_a_declined_card_pauses_the_contract_and_says_why_and_what_ends_it() -> None:
    play = logged().log(TUESDAY + days(1), 60, covered=False)
    play.wait_until(LOCK)
    (unpaid,) = play.week_card(pays=False)
    contract = play.contract
    assert contract.pause is not None
    assert (contract.status, contract.pause.cause, contract.pause.at) == (Status.PAUSED, PauseCause.UNPAID, LOCK)
    assert contract.weeks[0].status == WeekStatus.UNPAID
    assert unpaid.transfers == ()
    text = told(unpaid)
    assert "declined (no funds): 326.67 USD for 8:10 hours" in text
    assert "Hourly protection covers 7:10 of these hours" in text
    assert "goes on by itself when the card has paid" in text
    assert play.future() == []


def test_the_client_cannot_resume_what_is_paused_for_an_unpaid_week() -> None:
    play = billed()
    play.week_card(pays=False)
    refused = play.refused(Role.CLIENT, "resume")
    assert refused.code == "hours_unpaid"
    assert "301.00 USD for hours is not paid" in told(refused)
    assert play.refused(Role.CLIENT, "pause").code == "hours_unpaid"


def retried(play: Play, *, pays: bool = True) -> Outcome:
    play.do(Role.NOBODY, "week_retried", week=play.contract.weeks[0].start.isoformat())
    (answer,) = play.week_card(pays=pays)
    return answer


def test_a_card_that_pays_on_wednesday_leaves_the_review_until_friday() -> None:
    play = billed()
    play.week_card(pays=False)
    play.wait(days(2))
    retried(play)
    assert (play.contract.status, play.contract.pause) == (Status.ACTIVE, None)
    assert play.future() == [("review_ends", FRIDAY), ("hold_ends", WEDNESDAY)]


def test_a_card_that_pays_on_saturday_leaves_the_review_until_the_friday_after() -> None:
    play = billed()
    play.week_card(pays=False)
    play.wait(days(5))
    retried(play)
    assert play.future() == [("review_ends", FRIDAY + days(7)), ("hold_ends", WEDNESDAY + days(7))]


def test_a_contract_that_the_client_paused_stays_so_when_the_card_has_paid() -> None:
    play = logged()
    play.client("pause")
    play.wait_until(LOCK)
    play.week_card(pays=False)
    refused = play.refused(Role.CLIENT, "resume")
    assert (refused.code, "can be resumed when Cora has changed the card" in told(refused)) == ("hours_unpaid", True)
    retried(play)
    assert play.contract.pause is not None
    assert (play.contract.status, play.contract.pause.cause) == (Status.PAUSED, PauseCause.CLIENT)


def test_a_contract_goes_on_when_its_last_unpaid_week_is_paid() -> None:
    play = logged().log(MONDAY + days(7), 60)
    play.wait_until(LOCK)
    play.week_card(pays=False)
    play.wait_until(LOCK + days(7))
    play.week_card(pays=False)
    first, second = (week.start.isoformat() for week in play.contract.weeks)
    for week, status in ((second, Status.PAUSED), (first, Status.ACTIVE)):
        play.do(Role.NOBODY, "week_retried", week=week)
        play.week_card()
        assert play.contract.status == status
    assert play.contract.client_fee_held == play.balances["fee_held"] == 1_633


def test_an_ended_contract_is_not_paused_and_is_paid_all_the_same() -> None:
    play = logged()
    play.client("end", reason="completed")
    play.wait_until(LOCK)
    play.week_card(pays=False)
    assert (play.contract.status, play.contract.pause) == (Status.ENDED, None)
    retried(play)
    assert [name for name, _ in play.future()] == ["review_ends", "hold_ends"]


def test_a_contract_that_has_ended_meanwhile_stays_ended_when_the_card_has_paid() -> None:
    play = billed()
    play.week_card(pays=False)
    play.client("end", reason="other")
    retried(play)
    assert play.contract.status == Status.ENDED
