"""Whoever is asked is reminded, on the days of the rulebook and a day before it is too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from amicable.rules.clocks import clocks
from amicable.rules.outcome import Clock
from amicable.rules.parts import Role
from amicable.rules.policy import DEFAULT, Policy, days
from amicable.rules.reminders import due_reminders, next_reminder, reminders
from amicable.rules.wording import say
from rules.gallery import STATES
from rules.play import MONDAY, Play


def clock(length: timedelta) -> Clock:
    return Clock(MONDAY + length, "offer_expires", say("It expires."), since=MONDAY, asked=(Role.FREELANCER,))


def days_after(moments: list[datetime]) -> list[float]:
    return [(at - MONDAY) / days(1) for at in moments]


@pytest.mark.parametrize(
    ("length", "on"),
    [
        (days(7), [2, 4, 5, 6]),
        (days(5), [2, 4]),
        (days(3), [2]),
        (days(10), [2, 4, 5, 6, 9]),
        (days(14), [2, 4, 5, 6, 13]),
        (days(2), [1]),
        (days(1), []),
        (timedelta(hours=36), [0.5]),
    ],
)
def test_come_on_the_days_that_fit_and_a_day_before_the_end(length: timedelta, on: list[float]) -> None:
    # Day 1 is the event that started the clock, of which its notice tells.
    assert days_after(reminders(clock(length), DEFAULT)) == on


def test_follow_the_operators_figures() -> None:
    often = Policy(reminder_days=(1, 2, 3), reminder_before_end_hours=6)
    assert days_after(reminders(clock(days(4)), often)) == [1, 2, 3.75]


def test_come_at_the_times_of_a_clock_that_has_its_own() -> None:
    announced = replace(clock(days(90)), announced=(MONDAY + days(76), MONDAY + days(83), MONDAY + days(99)))
    assert days_after(reminders(announced, DEFAULT)) == [76, 83]


def test_nobody_is_reminded_of_what_asks_nobody() -> None:
    assert reminders(replace(clock(days(7)), asked=()), DEFAULT) == []
    assert reminders(Clock(MONDAY + days(5), "hold_ends", say("A hold ends.")), DEFAULT) == []


def test_the_next_one_is_the_first_of_all_clocks() -> None:
    running = [clock(days(7)), clock(days(3)), clock(days(2))]
    assert next_reminder(running, DEFAULT, MONDAY) == MONDAY + days(1)
    assert next_reminder(running, DEFAULT, MONDAY + days(1)) == MONDAY + days(2)
    assert next_reminder(running, DEFAULT, MONDAY + days(6)) is None


def test_those_that_were_missed_come_as_one_and_none_for_a_clock_that_has_struck() -> None:
    week, three = clock(days(7)), clock(days(3))
    assert [(one.at, one.clock) for one in due_reminders([week, three], DEFAULT, MONDAY, MONDAY + days(5.5))] == [
        (MONDAY + days(5), week)
    ]
    assert due_reminders([week], DEFAULT, MONDAY + days(5.1), MONDAY + days(5.5)) == []


@pytest.mark.parametrize("name", STATES)
def test_every_clock_that_asks_somebody_knows_when_it_began(name: str) -> None:
    for running in clocks(STATES[name]().contract):
        assert bool(running.asked) == bool(running.since or running.announced), running.action


def reminded(play: Play, action: str) -> list[tuple[tuple[Role, ...], float]]:
    """Whom a running clock reminds, and how many days after MONDAY."""
    found = [one for one in clocks(play.contract) if one.action == action]
    return [(one.asked, day) for one in found for day in days_after(reminders(one, DEFAULT))]


class TestOfHours:
    def test_the_freelancer_a_day_before_the_week_closes(self) -> None:
        closes = MONDAY.replace(hour=12, minute=0) + days(7)
        [(asked, day)] = reminded(Play.hourly().log(MONDAY, 60), "week_closes")
        assert (asked, MONDAY + days(day)) == ((Role.FREELANCER,), closes - days(1))

    def test_the_client_while_the_hours_can_be_disputed_and_not_when_they_are(self) -> None:
        play = Play.hourly().log(MONDAY, 120)
        play.wait_until(MONDAY + days(7.5))
        play.week_card()
        billed = MONDAY.replace(hour=12, minute=0) + days(7)
        ends = billed.replace(hour=23, minute=59, second=59) + days(4)
        assert [(asked, MONDAY + days(day)) for asked, day in reminded(play, "review_ends")] == [
            ((Role.CLIENT,), billed + days(2)),
            ((Role.CLIENT,), ends - days(1)),
        ]
        play.client("dispute_hours", week="2026-11-02", minutes=60, reason="Not worked.")
        assert reminded(play, "review_ends") == []
        assert [asked for asked, _ in reminded(play, "hours_dispute_unanswered")] == [(Role.FREELANCER,)]


class TestOfOtherClocks:
    def test_a_reopening_reminds_who_is_asked_until_it_is_answered(self) -> None:
        play = Play("500.00").funded()
        play.freelancer("end", reason="other")
        play.wait(days(2))
        play.client("propose_reopening", note="One page more.")
        assert reminded(play, "reopening_lapses") == [((Role.FREELANCER,), day) for day in (4, 6, 7, 8, 29)]
        play.freelancer("decline_reopening", proposal=play.contract.proposals[0].id)
        assert reminded(play, "reopening_lapses") == []

    def test_a_ruling_that_is_due_reminds_mediators(self) -> None:
        play = Play("500.00").submitted().answered()
        assert reminded(play, "ruling_overdue") == [((Role.MEDIATOR,), day) for day in (2, 4, 5, 6, 9)]
