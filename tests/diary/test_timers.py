"""A timer: it runs on the server, measures the world's time, and what it measured is logged or kept, never lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from amicable.diary import segments, timers
from amicable.diary.models import Timer as Row
from amicable.diary.timers import Stopped, Timer
from amicable.rules.diary import Segment
from amicable.rules.outcome import Refused
from deals import Deal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 4, tzinfo=UTC)


@pytest.fixture
def deal() -> Deal:
    deal = Deal.hourly("USD", "40.00", manual_time=True)
    deal.at = NOW
    return deal


def who(deal: Deal) -> str:
    return str(deal.freelancer.id)


def start(deal: Deal, memo: str = "Sketches") -> None:
    assert timers.start(deal.contract.id, who(deal), memo, deal.at) is None


def refused(deal: Deal, memo: str = "Sketches") -> str:
    no = timers.start(deal.contract.id, who(deal), memo, deal.at)
    assert isinstance(no, Refused)
    return no.code


def running(deal: Deal) -> Timer:
    timer = timers.timer_of(who(deal))
    assert timer is not None
    return timer


def has_run(deal: Deal, minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE diary_timer SET really_started_at = clock_timestamp() - make_interval(mins => %s) "
            "WHERE freelancer_id = %s",
            [minutes, who(deal)],
        )


def stop(deal: Deal) -> Stopped:
    halted = timers.halt(who(deal))
    assert halted is not None
    stopped = timers.log(who(deal), max(deal.at, halted.ends_at))
    assert not isinstance(stopped, Refused), stopped
    return stopped


def test_it_logs_the_segments_of_which_at_least_half_was_worked_with_the_minutes_that_had_input(deal: Deal) -> None:
    start(deal)
    for minutes in (0, 1, 7, 30):
        has_run(deal, minutes)
        timers.beat(who(deal))
        timers.beat(who(deal))
    has_run(deal, 40)
    logged = [one.segment for one in stop(deal).logged]
    assert [(one.start.minute, one.activity, one.manual) for one in logged] == [
        (0, 2, False), (10, 1, False), (20, 0, False), (30, 1, False),
    ]  # fmt: skip
    assert {one.memo for one in logged} == {"Sketches"}
    assert timers.timer_of(who(deal)) is None


def test_it_goes_on_while_nobody_looks(deal: Deal) -> None:
    start(deal)
    has_run(deal, 25)
    assert timedelta(minutes=25) <= running(deal).ran < timedelta(minutes=26)
    assert (running(deal).contract, running(deal).title, running(deal).memo) == (deal.contract.id, "Logo", "Sketches")


def test_there_is_one_for_each_person(deal: Deal) -> None:
    start(deal)
    other = Deal.hourly("USD", "40.00", freelancer=deal.freelancer)
    other.at = deal.at
    assert refused(other) == "timer_runs"
    assert Row.objects.count() == 1


def test_it_starts_only_where_time_can_be_logged_and_with_a_memo(deal: Deal) -> None:
    assert refused(deal, "  ") == "invalid"
    assert refused(deal, "x" * 501) == "invalid"
    no = timers.start(deal.contract.id, str(deal.client.id), "Sketches", deal.at)
    assert isinstance(no, Refused)
    assert no.code == "other_side"
    deal.does(deal.client, "end", reason="other")
    assert refused(deal) == "contract_ended"


def test_what_cannot_be_logged_is_left_out_and_told(deal: Deal) -> None:
    other = Deal.hourly("USD", "40.00", freelancer=deal.freelancer)
    at = NOW.replace(hour=18)
    segments.log(other.contract.id, who(deal), [Segment(NOW.replace(minute=10), "Meeting", 5)], at)
    start(deal)
    has_run(deal, 30)
    stopped = stop(deal)
    assert [one.segment.start.minute for one in stopped.logged] == [0, 20]
    [(begins, why)] = stopped.left_out
    assert begins.minute == 10
    assert "logged on “Logo” already" in why.tell()


def test_what_was_measured_is_kept_while_the_contract_takes_no_time(deal: Deal) -> None:
    start(deal)
    has_run(deal, 30)
    deal.does(deal.freelancer, "end", reason="other")
    assert timers.halt(who(deal)) is not None
    no = timers.log(who(deal), NOW + timedelta(hours=1))
    assert isinstance(no, Refused)
    assert no.code == "contract_ended"
    has_run(deal, 90)
    assert (running(deal).is_stopped, running(deal).ran) == (True, timedelta(minutes=30))
    timers.beat(who(deal))
    assert running(deal).active == frozenset()
    timers.discard(who(deal))
    assert timers.timer_of(who(deal)) is None


def test_a_forgotten_one_counts_no_longer_than_half_a_day(deal: Deal) -> None:
    start(deal)
    has_run(deal, 60 * 60)
    assert running(deal).was_forgotten
    assert len(running(deal).segments()) == 72


def test_it_can_be_taken_to_have_run_as_long_as_is_said(deal: Deal) -> None:
    start(deal)
    timer = timers.halt(who(deal), as_if=timedelta(hours=1))
    assert timer is not None
    assert [one.activity for one in timer.segments()] == [6, 10, 10, 10, 10, 10]
    assert timers.halt(who(deal), as_if=timedelta(hours=2)) == timer


def test_without_one_there_is_nothing_to_stop(deal: Deal) -> None:
    assert timers.halt(who(deal)) is None
    assert timers.log(who(deal), NOW) == timers.NO_TIMER
    start(deal)
    assert timers.log(who(deal), NOW) == timers.NO_TIMER
