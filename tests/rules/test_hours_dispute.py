"""Disputing billed hours: only what is named is frozen, and all parts add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amicable.rules.clocks import clocks
from amicable.rules.contract import Status
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Outcome
from amicable.rules.parts import ProposalKind, Role
from amicable.rules.week import minutes_of, slot_begins, slot_of
from rules.play import Play, days, moves, told

WEEK = "2026-11-02"
LOCK = datetime(2026, 11, 9, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 13, 23, 59, 59, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 18, tzinfo=UTC)
NINE = datetime(2026, 11, 3, 9, tzinfo=UTC)


def reviewed(*, covered: int = 430, uncovered: int = 0, rate: str = "40.00", **how: object) -> Play:
    """A week in review: covered time from Tuesday 9:00 on, then time that is not covered."""
    play = Play.hourly(rate, **how).log(NINE, covered)
    if uncovered:
        play.log(NINE + timedelta(minutes=covered), uncovered, covered=False)
    play.wait_until(LOCK)
    play.week_card()
    return play


def disputed(play: Play, **what: object) -> Outcome:
    return play.client("dispute_hours", week=WEEK, reason="Nothing was done.", **what)


def question(play: Play) -> str:
    proposal = play.contract.proposal(ProposalKind.HOURS_DISPUTE)
    assert proposal is not None
    return proposal.id


def test_two_of_seven_hours_are_disputed_and_five_are_paid_on_time() -> None:
    play = reviewed(covered=420)
    outcome = disputed(play, minutes=120)
    (week,) = play.contract.weeks
    assert (minutes_of(week.disputed), week.in_dispute, week.in_review) == (120, 8_000, 28_000)
    assert outcome.transfers == ()
    assert "disputes 2:00 hours of the week of 2 Nov 2026: 80.00 USD is frozen, and nothing else" in told(outcome)
    assert "200.00 USD, goes to Fred on Fri 13 Nov 2026, 23:59 UTC" in told(outcome)
    assert "Agreeing sends 80.00 USD and the fee of 4.00 USD on it back to Cora's card." in told(outcome)
    play.freelancer("contest_hours_dispute", proposal=question(play))
    (over,) = play.wait_until(FRIDAY)
    assert moves(over)[0] == ("review", "held", "180.00", "hours")
    assert play.contract.weeks[0].status == WeekStatus.DISPUTED
    (free,) = play.wait_until(WEDNESDAY)
    assert moves(free) == [("held", "available", "180.00", "security hold ended")]
    assert (play.contract.in_review, play.balance("review")) == (8_000, "80.00")


def test_of_a_week_that_is_disputed_whole_no_rest_is_told() -> None:
    play = reviewed(covered=420)
    assert "The rest" not in told(disputed(play, minutes=420))


def test_minutes_take_uncovered_time_first_and_then_the_latest() -> None:
    play = reviewed(covered=60, uncovered=20)
    disputed(play, minutes=40)
    (week,) = play.contract.weeks
    begun = sorted(slot_begins(week.start, slot) for slot in range(1008) if week.disputed >> slot & 1)
    assert begun == [NINE + timedelta(minutes=m) for m in (40, 50, 60, 70)]


def test_segments_can_be_named_one_by_one() -> None:
    play = reviewed()
    chosen = [NINE + timedelta(minutes=m) for m in (0, 50, 420)]
    disputed(play, segments=[at.isoformat() for at in chosen])
    assert minutes_of(play.contract.weeks[0].disputed) == 30


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"minutes": 440}, "minutes"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 15}, "minutes"),
        ({"minutes": "10"}, "minutes"),
        ({"minutes": True}, "minutes"),
        ({}, "minutes"),
        ({"minutes": 10, "segments": ["2026-11-03T09:00:00Z"]}, "minutes"),
        ({"segments": []}, "segments"),
        ({"segments": ["2026-11-03T09:05:00Z"]}, "segments"),
        ({"segments": ["2026-11-03T08:00:00Z"]}, "segments"),
        ({"segments": ["2026-11-10T09:00:00Z"]}, "segments"),
        ({"segments": "2026-11-03T09:00:00Z"}, "segments"),
        ({"segments": 5}, "segments"),
        ({"segments": ["9:00"]}, "segments"),
        ({"minutes": 10, "week": "2026-11-03"}, "week"),
        ({"minutes": 10, "week": "next"}, "week"),
        ({"minutes": 10, "week": "20261102"}, "week"),
        ({"minutes": 10, "reason": " "}, "reason"),
    ],
)
def test_what_makes_no_sense_is_told_by_its_field(what: dict[str, object], field: str) -> None:
    params = {"week": WEEK, "reason": "Nothing was done.", **what}
    refused = reviewed().refused(Role.CLIENT, "dispute_hours", **params)
    assert [name for name, _ in refused.errors] == [field]


def test_hours_over_the_limit_were_not_billed_and_cannot_be_disputed() -> None:
    play = reviewed(covered=430, weekly_limit_hours=7)
    over = (NINE + timedelta(minutes=420)).isoformat()
    params = {"week": WEEK, "reason": "No.", "segments": [over]}
    assert "not billed" in told(play.refused(Role.CLIENT, "dispute_hours", **params))


def code(play: Play, by: Role = Role.CLIENT, week: str = WEEK) -> str:
    return play.refused(by, "dispute_hours", week=week, minutes=10, reason="No.").code


def test_hours_can_be_disputed_from_the_charge_until_friday_only() -> None:
    play = Play.hourly().log(NINE, 60)
    assert code(play) == "nothing_in_review"
    play.wait_until(LOCK)
    assert code(play) == "week_not_paid"
    play.week_card()
    assert code(play, Role.FREELANCER) == "other_side"
    assert code(play, week="2026-11-09") == "week_not_billed"
    assert code(play, week="2026-10-26") == "nothing_in_review"
    assert code(play, week="9999-12-27") == "invalid"
    play.wait_until(FRIDAY - timedelta(microseconds=1))
    assert isinstance(play.ask(Role.CLIENT, "dispute_hours", week=WEEK, minutes=10, reason="No."), Outcome)
    play.wait_until(FRIDAY)
    assert code(play) == "nothing_in_review"


def test_one_dispute_a_week_at_a_time() -> None:
    play = reviewed()
    assert "unless Cora disputes hours before" in told_of_the_review(play)
    disputed(play, minutes=10)
    assert "unless" not in told_of_the_review(play)
    assert code(play) == "already_disputed"
    play.freelancer("accept_hours_dispute", proposal=question(play))
    disputed(play, minutes=20)
    assert play.contract.weeks[0].in_dispute == 1_333


def told_of_the_review(play: Play) -> str:
    (clock,) = (clock for clock in clocks(play.contract) if clock.action == "review_ends")
    return clock.explanation.tell({"client": "Cora", "freelancer": "Fred"})


# What comes of it


def test_the_freelancer_agrees_and_the_hours_go_back_with_the_fee() -> None:
    play = reviewed(covered=420)
    disputed(play, minutes=120)
    outcome = play.freelancer("accept_hours_dispute", proposal=question(play))
    assert moves(outcome) == [
        ("review", "client", "80.00", "hours refund"),
        ("fee_held", "client", "4.00", "client fee returned"),
        ("client", "provider", "84.00", "refund to the card"),
    ]
    assert outcome.card_refund is not None
    play.wait_until(WEDNESDAY)
    contract = play.contract
    assert (contract.paid, contract.refunded, contract.in_review) == (20_000, 8_000, 0)
    assert (play.balance("available"), play.balance("fee_held")) == ("180.00", "0.00")
    assert contract.weeks[0].status == WeekStatus.PAID


def test_a_week_that_goes_back_whole_is_refunded() -> None:
    play = reviewed(covered=60)
    disputed(play, minutes=60)
    play.freelancer("accept_hours_dispute", proposal=question(play))
    assert play.contract.weeks[0].status == WeekStatus.REFUNDED
    assert play.future() == []


def test_silence_gives_back_only_what_is_not_covered() -> None:
    play = reviewed(covered=300, uncovered=60)
    shown = disputed(play, minutes=120)
    assert "40.00 USD for 1:00 hours; 40.00 USD for the 1:00 hours that it covers goes to Fred" in told(shown)
    (silence,) = play.wait(days(3))
    assert silence.action == "hours_dispute_unanswered"
    assert [move for move in moves(silence) if move[0] == "review"] == [
        ("review", "held", "36.00", "hours"),
        ("review", "fees", "4.00", "service fee"),
        ("review", "client", "40.00", "hours refund"),
    ]
    play.wait_until(WEDNESDAY)
    assert (play.contract.paid, play.contract.refunded) == (20_000, 4_000)
    assert play.balance("available") == "180.00"
    (week,) = play.contract.weeks
    assert (minutes_of(week.decided), minutes_of(week.returned)) == (120, 60)


@pytest.mark.parametrize(
    ("covered", "uncovered", "words"),
    [(60, 60, "covers none of these hours"), (120, 0, "covers all of these hours")],
)
def test_what_silence_does_is_said_plainly(covered: int, uncovered: int, words: str) -> None:
    outcome = disputed(reviewed(covered=covered, uncovered=uncovered), minutes=60)
    assert words in told(outcome)
    assert words in outcome.deadlines[0].explanation.tell()


def test_a_dispute_that_is_withdrawn_leaves_the_week_as_it_was() -> None:
    play = reviewed()
    before = play.contract.weeks
    disputed(play, minutes=60)
    play.client("withdraw_hours_dispute", proposal=question(play))
    assert (play.contract.weeks, play.contract.proposals) == (before, ())
    assert play.future() == [("review_ends", FRIDAY), ("hold_ends", WEDNESDAY)]


def contested() -> Play:
    play = reviewed(covered=420)
    disputed(play, minutes=120)
    play.freelancer("contest_hours_dispute", proposal=question(play), note="I was there.")
    return play


def test_a_contested_dispute_waits_for_a_mediator_and_has_both_sides_words() -> None:
    play = contested()
    dispute = play.contract.dispute
    assert dispute is not None
    assert (dispute.about, dispute.opened_by, dispute.amount, dispute.reason) == (
        "hours",
        Role.CLIENT,
        8_000,
        "Nothing was done.",
    )
    assert (dispute.answer, dispute.segments) == ("I was there.", play.contract.weeks[0].disputed)
    assert play.contract.proposals == ()


def test_the_client_can_still_withdraw_and_after_the_review_the_hours_are_paid_at_once() -> None:
    play = contested()
    play.wait(days(5))
    outcome = play.client("withdraw_dispute")
    assert moves(outcome)[0] == ("review", "held", "72.00", "hours")
    assert play.contract.weeks[0].status == WeekStatus.PAID
    assert play.contract.payments[-1].available_at == WEDNESDAY


def ruled(play: Play, **what: object) -> Outcome:
    return play.mediator("decide", reason="The drafts of the first hour are there.", **what)


def test_a_mediator_decides_by_segment_and_the_client_gets_the_rest_back() -> None:
    play = contested()
    kept = [NINE + timedelta(minutes=300 + 10 * n) for n in range(6)]
    ruling = ruled(play, segments=[at.isoformat() for at in kept])
    assert "40.00 USD" in told(ruling)
    play.wait_until(WEDNESDAY)
    (week,) = play.contract.weeks
    assert (play.contract.paid, play.contract.refunded, week.status) == (24_000, 4_000, WeekStatus.PAID)
    assert (minutes_of(week.decided), minutes_of(week.returned)) == (120, 60)
    assert not week.returned & sum(1 << slot_of(at) for at in kept)


def test_a_ruling_by_segment_is_about_disputed_segments() -> None:
    play = contested()
    reason = "So."
    for wrong in ([NINE.isoformat()], [(NINE + days(7)).isoformat()]):
        refused = play.refused(Role.MEDIATOR, "decide", reason=reason, segments=wrong)
        assert [name for name, _ in refused.errors] == ["segments"]


@pytest.mark.parametrize(("release", "paid", "refunded"), [("0", 20_000, 8_000), ("80.00", 28_000, 0)])
def test_a_ruling_for_one_side_gives_it_all(release: str, paid: int, refunded: int) -> None:
    play = contested()
    ruled(play, release=release)
    play.wait_until(WEDNESDAY)
    assert (play.contract.paid, play.contract.refunded) == (paid, refunded)
    assert minutes_of(play.contract.weeks[0].returned) == (0 if paid == 28_000 else 120)


def test_hours_can_be_settled_in_the_middle_of_a_dispute() -> None:
    play = contested()
    play.freelancer("offer_settlement", release="55.55")
    offer = play.contract.proposal(ProposalKind.SETTLEMENT)
    assert offer is not None
    play.client("accept_settlement", proposal=offer.id)
    play.wait_until(WEDNESDAY)
    assert (play.contract.paid, play.contract.refunded) == (25_555, 2_445)
    assert play.contract.weeks[0].status == WeekStatus.PAID


def test_without_a_ruling_the_sum_is_divided_in_the_middle() -> None:
    play = contested()
    play.wait(days(11))
    assert (play.contract.paid, play.contract.refunded, play.contract.in_review) == (24_000, 4_000, 0)
    assert play.contract.weeks[0].status == WeekStatus.PAID


def test_a_contract_that_is_ended_while_hours_are_disputed_has_ended_when_that_is_over() -> None:
    play = reviewed(covered=420)
    disputed(play, minutes=120)
    ended = play.client("end", reason="other")
    assert play.contract.status == Status.ENDING
    assert "80.00 USD stays frozen" in told(ended)
    assert "200.00 USD for the week of 2 Nov 2026 stays in review" in told(ended)
    play.freelancer("accept_hours_dispute", proposal=question(play))
    assert (play.contract.status, play.contract.ended_at) == (Status.ENDED, play.at)


def test_hours_of_an_ended_contract_are_disputed_as_others() -> None:
    play = Play.hourly().log(NINE, 120)
    play.client("end", reason="other")
    play.wait_until(LOCK)
    play.week_card()
    disputed(play, minutes=60)
    assert play.contract.status == Status.ENDED
    play.wait(days(30))
    assert (play.contract.paid, play.contract.in_review) == (8_000, 0)


@pytest.mark.parametrize("rate", ["0.01", "0.07", "33.33", "19.99"])
def test_parts_of_a_week_add_up_to_the_cent_however_often_it_is_disputed(rate: str) -> None:
    play = reviewed(covered=310, uncovered=70, rate=rate)
    for minutes in (10, 50, 70, 20):
        disputed(play, minutes=minutes)
        play.freelancer("accept_hours_dispute", proposal=question(play))
    play.wait_until(WEDNESDAY)
    (week,) = play.contract.weeks
    assert week.paid == (230 * week.rate + 30) // 60
    assert week.paid + week.refunded == week.amount == (380 * week.rate + 30) // 60
    assert play.balances["fee_held"] == play.balances["review"] == play.balances["client"] == 0
