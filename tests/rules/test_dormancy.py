"""Escrow that nobody touches: announced, the client's turn, the freelancer's, and back to the client."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from amicable.rules.clocks import clocks, goes_back_at
from amicable.rules.contract import Status
from amicable.rules.parts import Role
from amicable.rules.reminders import reminders
from rules.play import MONDAY, Play, days, moves, told


def test_if_nobody_does_or_says_anything_it_goes_back_to_the_client() -> None:
    play = Play("500.00").funded()
    assert play.future() == [
        ("escrow_goes_dormant", MONDAY + days(90)),
        ("dormant_client_silent", MONDAY + days(97)),
        ("dormant_escrow_returns", MONDAY + days(104)),
    ]
    marked, _, returned = play.wait(days(104))
    assert "has until" in told(marked)
    assert moves(returned) == [
        ("escrow", "client", "500.00", "escrow refund"),
        ("fee_held", "client", "25.00", "client fee returned"),
        ("client", "provider", "525.00", "refund to the card"),
    ]
    ending = play.contract.ending
    assert ending is not None
    assert (play.contract.status, ending.by, ending.reason) == (Status.ENDED, Role.NOBODY, "dormant")


def test_the_day_on_which_it_goes_back_is_known_from_the_beginning() -> None:
    play = Play("500.00").funded()
    for waited in (0, 80, 12, 7):
        play.wait(days(waited))
        assert goes_back_at(play.contract) == MONDAY + days(104)
    play.freelancer("submit", milestone=play.contract.milestones[0].id, note="Here.")
    assert goes_back_at(play.contract) is None


def test_both_are_told_on_the_76th_and_the_83rd_day() -> None:
    [clock] = clocks(Play("500.00").funded().contract)
    assert clock.asked == (Role.CLIENT, Role.FREELANCER)
    assert reminders(clock, Play("1").contract.policy) == [MONDAY + days(76), MONDAY + days(83)]


def test_the_count_begins_with_the_last_milestone_that_is_due() -> None:
    play = Play("500.00", "300.00").funded()
    first, second = play.contract.milestones
    play.contract = replace(play.contract, milestones=(first, replace(second, due=date(2027, 3, 1))))
    assert play.future()[0] == ("escrow_goes_dormant", datetime(2027, 3, 1, tzinfo=UTC) + days(90))


def test_whatever_somebody_does_begins_the_count_anew() -> None:
    play = Play("500.00").funded()
    play.wait(days(80))
    play.freelancer("propose_terms", note="A word.", review_days=7)
    assert play.future()[0] == ("escrow_goes_dormant", play.at + days(90))


def test_a_message_begins_the_count_anew_even_when_it_is_dormant() -> None:
    play = Play("500.00").funded()
    play.wait(days(95))
    assert play.contract.dormancy is not None
    play.wait(days(1))
    play.contract = replace(play.contract, active_at=play.at)
    assert play.contract.dormancy is None
    assert play.future()[0] == ("escrow_goes_dormant", play.at + days(90))


def test_either_side_keeps_it_from_the_first_notice_on() -> None:
    for by in (Role.CLIENT, Role.FREELANCER):
        play = Play("500.00").funded()
        assert play.refused(by, "keep_escrow").code == "not_dormant"
        for wait in (76, 96, 103):
            play.wait(days(wait))
            play.do(by, "keep_escrow")
            assert play.future()[0] == ("escrow_goes_dormant", play.at + days(90))
            assert play.contract.dormant is None


def test_the_freelancer_asks_for_its_release_by_handing_work_in_and_silence_pays() -> None:
    play = Play("500.00").funded()
    play.wait(days(103))
    play.freelancer("submit", milestone=play.id(1), note="It was done long ago.")
    assert play.future()[0] == ("submission_unanswered", play.at + days(14))
    play.wait(days(14))
    assert play.contract.paid == 50_000


def test_the_client_acts_on_it_as_on_any_escrow() -> None:
    play = Play("500.00").funded()
    play.wait(days(92))
    play.client("approve", milestone=play.id(1), amount="100.00")
    assert play.contract.dormant is None
    play.client("end", reason="no_longer_needed", escrow="release")
    assert play.contract.paid == 50_000


def test_nothing_is_dormant_where_there_is_no_escrow_or_another_clock_runs() -> None:
    for play in (Play("1.00").accepted(), Play("1.00").submitted(), Play("1.00").submitted().disputed()):
        assert not any("dormant" in clock.action for clock in clocks(play.contract))
    assert Play("1.00").accepted().refused(Role.CLIENT, "keep_escrow").code == "nothing_dormant"
