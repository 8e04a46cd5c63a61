"""The weekly limit, pause and resume, and the end of an hourly contract."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from amicable.rules import diary
from amicable.rules.contract import Status
from amicable.rules.diary import Segment
from amicable.rules.outcome import Kind, Refused
from amicable.rules.parts import PauseCause, Role
from amicable.rules.week import hours_text
from rules.gallery import STATES
from rules.play import MONDAY, Play, days, moves, told

THIS, NEXT = date(2026, 11, 2), date(2026, 11, 9)
TUESDAY = MONDAY + timedelta(days=1)


def limits(play: Play) -> list[tuple[date, int | None]]:
    return [(terms.since, terms.limit_hours) for terms in play.contract.hourly]


def test_a_raised_limit_counts_at_once_for_the_hours_of_this_week() -> None:
    play = Play.hourly(weekly_limit_hours=5).log(TUESDAY, 430)
    assert play.contract.bill(play.contract.weeks[0]) == (300, 20_000)
    raised = play.client("set_weekly_limit", hours=7)
    assert limits(play) == [(THIS, 7)]
    assert play.contract.bill(play.contract.weeks[0]) == (420, 28_000)
    assert "7:00 hours of the week of 2 Nov 2026 are logged so far: 280.00 USD" in told(raised)


def test_a_cut_counts_from_next_monday() -> None:
    play = Play.hourly(weekly_limit_hours=10).log(TUESDAY, 430)
    cut = play.client("set_weekly_limit", hours=5)
    assert limits(play) == [(THIS, 10), (NEXT, 5)]
    assert play.contract.bill(play.contract.weeks[0]) == (430, 28_667)
    assert "From Mon 9 Nov 2026, 00:00 UTC on, at most 5 hours" in told(cut)


def test_any_limit_is_a_cut_where_there_was_none() -> None:
    play = Play.hourly()
    play.client("set_weekly_limit", hours=168)
    assert limits(play) == [(THIS, None), (NEXT, 168)]


def test_the_last_word_on_the_limit_holds() -> None:
    play = Play.hourly(weekly_limit_hours=10)
    play.client("set_weekly_limit", hours=5)
    play.client("set_weekly_limit", hours=6)
    assert limits(play) == [(THIS, 10), (NEXT, 6)]
    play.client("set_weekly_limit", hours=10)
    assert limits(play) == [(THIS, 10), (NEXT, 10)]
    play.client("set_weekly_limit", hours=20)
    assert limits(play) == [(THIS, 20), (NEXT, 20)]


def test_the_limit_that_holds_already_is_refused() -> None:
    refused = Play.hourly(weekly_limit_hours=10).refused(Role.CLIENT, "set_weekly_limit", hours=10)
    assert (refused.code, told(refused)) == (
        "same_limit",
        "10 hours a week is the limit already. Send another number.",
    )


@pytest.mark.parametrize("hours", [-1, 169, 7.5, "7", True, None])
def test_a_limit_is_whole_hours_of_a_week(hours: object) -> None:
    assert Play.hourly().refused(Role.CLIENT, "set_weekly_limit", hours=hours).code == "invalid"


def manual(play: Play, start: date) -> bool:
    return play.contract.terms_of(start).manual


def test_time_by_hand_is_allowed_at_once_and_forbidden_from_next_monday_on() -> None:
    play, last, this, following = Play.hourly(at=MONDAY - days(7)), *(MONDAY.date() + days(7 * n) for n in (-1, 0, 1))
    play.wait_until(MONDAY)
    assert play.refused(Role.CLIENT, "forbid_manual_time").code == "manual_time_forbidden"
    assert "also for this week so far" in told(play.client("allow_manual_time"))
    assert [manual(play, week) for week in (last, this, following)] == [False, True, True]
    assert play.refused(Role.CLIENT, "allow_manual_time").code == "manual_time_allowed"
    assert "For work from Mon 9 Nov 2026, 00:00 UTC on" in told(play.client("forbid_manual_time"))
    assert [manual(play, week) for week in (last, this, following)] == [False, True, False]
    assert "From Mon 9 Nov 2026, 00:00 UTC on" in told(play.refused(Role.CLIENT, "forbid_manual_time"))
    play.client("allow_manual_time")
    assert [manual(play, week) for week in (last, this, following)] == [False, True, True]


def test_only_the_client_allows_time_by_hand_and_only_while_the_contract_lives() -> None:
    play = Play.hourly()
    assert play.refused(Role.FREELANCER, "allow_manual_time").kind == Kind.ROLE
    assert Play("5.00").funded().refused(Role.CLIENT, "allow_manual_time").code == "not_hourly"
    play.client("end", reason="other")
    assert play.refused(Role.CLIENT, "allow_manual_time").code == "contract_ended"


@pytest.mark.parametrize(("action", "params"), [("set_weekly_limit", {"hours": 5}), ("pause", {}), ("resume", {})])
def test_a_fixed_price_has_no_hours_to_limit_or_stop(action: str, params: dict[str, object]) -> None:
    assert Play("5.00").accepted().refused(Role.CLIENT, action, **params).code == "not_hourly"
    assert Play.hourly().refused(Role.FREELANCER, action, **params).code == "other_side"


def test_a_paused_contract_bills_what_was_logged_before() -> None:
    play = Play.hourly().log(TUESDAY, 60)
    paused = play.client("pause", note="Holidays.")
    assert "7:10" not in told(paused)
    assert "1:00 hours of the week of 2 Nov 2026 are logged so far: 40.00 USD" in told(paused)
    pause = play.contract.pause
    assert pause is not None
    assert (play.contract.status, pause.by, pause.cause, pause.note) == (
        Status.PAUSED,
        Role.CLIENT,
        PauseCause.CLIENT,
        "Holidays.",
    )
    assert play.future()[0][0] == "week_closes"
    assert play.refused(Role.CLIENT, "pause").code == "contract_paused"
    play.client("resume")
    assert (play.contract.status, play.contract.pause) == (Status.ACTIVE, None)
    assert play.refused(Role.CLIENT, "resume").code == "not_paused"


# The end


def test_ending_says_what_becomes_of_the_hours_before_it_is_done() -> None:
    play = Play.hourly().log(MONDAY, 60).log(TUESDAY, 130)
    play.wait(days(1.2))
    ended = play.client("end", reason="no_longer_needed")
    contract = play.contract
    assert (contract.status, contract.ended_at, ended.transfers) == (Status.ENDED, play.at, ())
    text = told(ended)
    assert "3:10 hours are logged in the week of 2 Nov 2026 so far, 2:10 of them today: 126.67 USD" in text
    assert "a fee of 6.33 USD" in text
    assert "billed to Cora's card on Mon 9 Nov 2026, 12:00 UTC" in text
    assert "dispute them from then until Fri 13 Nov 2026, 23:59 UTC" in text
    assert "Fred can withdraw what is not disputed from Wed 18 Nov 2026, 00:00 UTC" in text
    assert "Fred can still enter hours that a timer measured before now, until Mon 9 Nov 2026, 12:00 UTC" in text


def test_then_it_happens_as_told() -> None:
    play = Play.hourly().log(TUESDAY, 60)
    play.client("end", reason="other")
    told_before = play.future()
    play.wait_until(told_before[0][1])
    play.week_card()
    play.wait(days(30))
    happened = [(outcome.action, outcome.at) for outcome in play.history[3:]]
    assert happened == told_before
    assert moves(play.history[-1]) == [("held", "available", "36.00", "security hold ended")]


def test_a_freelancer_who_ends_has_no_hours_to_add() -> None:
    play = Play.hourly()
    text = told(play.freelancer("end", reason="other"))
    assert "No hours are logged in the week of 2 Nov 2026, so nothing is billed for it." in text
    assert "still enter" not in text


@pytest.mark.parametrize("proposed_by", [Role.CLIENT, Role.FREELANCER])
def test_after_an_end_that_both_agreed_to_hours_can_be_entered_as_it_says(proposed_by: Role) -> None:
    play = Play.hourly(manual_time=True)
    play.wait(days(1))
    play.do(proposed_by, "propose_cancellation", note="We are through.", release="0.00")
    [asked] = play.contract.proposals
    text = told(play.do(proposed_by.other, "accept_cancellation", proposal=asked.id))
    assert "Fred can still enter hours worked before now" in text
    assert refused_for(play, play.at - timedelta(hours=1)) is None


def test_on_a_monday_morning_both_weeks_are_told() -> None:
    play = Play.hourly().log(TUESDAY, 60).log(MONDAY + days(7), 10)
    play.wait_until(datetime(2026, 11, 9, 10, tzinfo=UTC))
    text = told(play.client("end", reason="other"))
    assert "1:00 hours are logged in the week of 2 Nov 2026 so far, 0:00 of them today" in text
    assert "0:10 hours are logged in the week of 9 Nov 2026 so far, 0:10 of them today" in text


def test_then_the_fee_on_the_second_week_is_what_it_adds_to_that_on_the_first() -> None:
    play = Play.hourly("0.60").log(TUESDAY, 10).log(MONDAY + days(7), 10)
    play.wait_until(datetime(2026, 11, 9, 10, tzinfo=UTC))
    text = told(play.client("end", reason="other"))
    assert "in the week of 2 Nov 2026 so far, 0:00 of them today: 0.10 USD, and a fee of 0.01 USD" in text
    assert "in the week of 9 Nov 2026 so far, 0:10 of them today: 0.10 USD, and a fee of 0.00 USD" in text
    play.wait_until(datetime(2026, 11, 9, 12, tzinfo=UTC))
    play.week_card()
    play.wait_until(datetime(2026, 11, 16, 12, tzinfo=UTC))
    assert [(week.amount, week.fee) for week in play.contract.weeks if week.minutes][-1] == (10, 0)


def test_what_is_over_the_limit_is_told_and_none_of_the_hours_of_today() -> None:
    play = Play.hourly(weekly_limit_hours=2).log(MONDAY, 240)
    play.wait(days(0.4))
    text = told(play.client("end", reason="other"))
    assert "2:00 hours are logged in the week of 2 Nov 2026 so far, 2:00 of them today: 80.00 USD" in text
    assert "2:00 hours over the weekly limit are kept and not billed." in text


def test_a_week_of_which_all_is_over_the_limit_was_not_one_without_hours() -> None:
    play = Play.hourly(weekly_limit_hours=0).log(MONDAY, 240)
    play.wait(days(0.4))
    text = told(play.client("end", reason="other"))
    assert "Nothing is billed for the week of 2 Nov 2026. 4:00 hours over the weekly limit are kept" in text
    assert "No hours are logged" not in text


def test_of_a_week_whose_hours_come_to_nothing_it_is_not_said_that_they_can_be_disputed() -> None:
    play = Play.hourly("1", currency="JPY").log(MONDAY, 10)
    play.wait(days(0.4))
    text = told(play.client("end", reason="other"))
    assert "Nothing is billed for the week of 2 Nov 2026." in text
    assert "can dispute them" not in text


def test_each_week_that_takes_hours_after_the_end_is_told_until_when() -> None:
    play = Play.hourly()
    play.wait_until(datetime(2026, 11, 9, 10, tzinfo=UTC))
    text = told(play.client("end", reason="other"))
    assert "Hours of the week of 2 Nov 2026 are taken until Mon 9 Nov 2026, 12:00 UTC only." in text
    assert "can still enter hours that a timer measured before now, until Mon 16 Nov 2026, 12:00 UTC" in text


def test_after_the_end_nobody_is_sent_to_the_client_to_have_time_by_hand_allowed() -> None:
    play = Play.hourly()
    play.wait(days(1))
    play.client("end", reason="other")
    refused = diary.by_hand(play.contract, play.at - timedelta(hours=1))
    assert refused
    assert refused.code == "manual_time_not_allowed"
    assert "ask" not in told(refused)


def test_a_week_before_the_contract_began_takes_none() -> None:
    text = told(Play.hourly().client("end", reason="other"))
    assert "Fred can still enter hours that a timer measured before now, until Mon 9 Nov 2026, 12:00 UTC" in text


def test_a_week_that_is_not_paid_is_told_too() -> None:
    play = STATES["hours unpaid"]()
    [week] = play.contract.weeks
    text = told(play.client("end", reason="other"))
    owed = f"{play.contract.money(week.amount)} for {hours_text(week.minutes)} hours"
    assert owed in text
    assert "billed and not paid yet. The end changes nothing about that" in text


def test_a_week_in_review_is_told_too() -> None:
    play = Play.hourly().log(TUESDAY, 60)
    play.wait_until(datetime(2026, 11, 9, 12, tzinfo=UTC))
    play.week_card()
    text = told(play.client("end", reason="other"))
    assert "40.00 USD for the week of 2 Nov 2026 stays in review" in text


def test_of_a_week_that_is_all_in_dispute_nothing_stays_in_review() -> None:
    play = Play.hourly().log(TUESDAY, 60)
    play.wait_until(datetime(2026, 11, 9, 12, tzinfo=UTC))
    play.week_card()
    play.client("dispute_hours", week="2026-11-02", minutes=60, reason="Nothing was done.")
    text = told(play.client("end", reason="other"))
    assert "40.00 USD stays frozen" in text
    assert "stays in review" not in text


def test_milestones_are_nothing_an_hourly_contract_has() -> None:
    play = Play.hourly()
    assert play.refused(Role.CLIENT, "fund", milestone="x").code == "not_fixed"
    assert play.refused(Role.FREELANCER, "submit", milestone="x", note="Done.").code == "not_fixed"
    play.paid("10.00")
    assert play.contract.paid == 1_000


def test_pauses_that_are_over_are_remembered_until_their_week_has_closed() -> None:
    play = Play.hourly()
    play.client("pause")
    play.wait(days(1))
    play.client("resume")
    [first] = play.contract.pauses
    assert (first.since, first.until) == (MONDAY, MONDAY + days(1))
    play.wait(days(1))
    play.client("pause")
    play.client("resume")
    assert len(play.contract.pauses) == 2
    play.wait(days(14))
    play.client("pause")
    play.client("resume")
    assert [past.since for past in play.contract.pauses] == [MONDAY + days(16)]


def test_no_time_can_be_logged_for_while_a_contract_that_was_reopened_had_ended() -> None:
    play = Play.hourly(manual_time=True)
    play.wait(days(1))
    end = play.at
    play.client("end", reason="other")
    play.client("propose_reopening", note="There is more.")
    play.wait(days(1))
    reopened = play.freelancer("accept_reopening", proposal=play.contract.proposals[0].id)
    assert "none for the time from Tue 3 Nov 2026, 09:30 UTC until now" in told(reopened)
    assert refused_for(play, end + timedelta(hours=1)) == "in_pause"
    assert refused_for(play, end - timedelta(hours=1)) is None
    assert refused_for(play, play.at) is None


def test_nor_for_the_pause_in_which_it_was_ended() -> None:
    play = Play.hourly()
    play.wait(days(1))
    play.client("pause")
    paused = play.at
    play.wait(days(1))
    play.client("end", reason="other")
    play.client("propose_reopening", note="There is more.")
    play.freelancer("accept_reopening", proposal=play.contract.proposals[0].id)
    assert refused_for(play, paused + timedelta(hours=1)) == "in_pause"
    assert refused_for(play, paused - timedelta(hours=1)) is None


def refused_for(play: Play, start: datetime) -> str | None:
    """Why no time can be logged for then, as a code."""
    taken = diary.log(play.contract, [Segment(start, "Checkout page", 5)], Role.FREELANCER, play.at)
    return taken.code if isinstance(taken, Refused) else None
