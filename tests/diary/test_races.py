"""Logging at the very moment at which something else happens: one is done, and the other is decided anew.

Each race is first shown to be one, with the guard off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import IntegrityError, connection

from amicable.contracts import perform as performing
from amicable.contracts.billing import close_weeks
from amicable.contracts.models import Week as WeekRow
from amicable.contracts.perform import Command, Done, perform, up_to_date
from amicable.contracts.weeks import weeks_at
from amicable.diary import segments
from amicable.diary.models import Segment as Row
from amicable.diary.segments import Batch
from amicable.diary.verify import verify
from amicable.rules.diary import Segment
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused
from contracts.together import all_have_read_before_anybody_writes, at_once
from deals import Deal

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 3, 2)
NINE, TEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
LOCK = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


@pytest.fixture
def no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is taken for what is."""
    unguarded = segments._INSERT
    for guard in (" AND c.version = u.seen", " AND c.diary_version = u.diary_seen", " AND w.status = 'open'"):
        assert guard in unguarded
        unguarded = unguarded.replace(guard, "")
    monkeypatch.setattr(segments, "_INSERT", unguarded.replace("ORDER BY s.start", "ON CONFLICT DO NOTHING"))


@pytest.fixture
def deal() -> Deal:
    deal = Deal.hourly("USD", "40.00", manual_time=True)
    deal.at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    return deal


def logs(deal: Deal, memo: str = "Sketches", **more: Any) -> Callable[[], Batch | Refused]:
    return logs_at(deal, NINE, memo, **more)


def logs_at(deal: Deal, start: datetime, memo: str = "Sketches", **more: Any) -> Callable[[], Batch | Refused]:
    wanted = [Segment(start, memo, 5, **more)]
    return lambda: segments.log(deal.contract.id, str(deal.freelancer.id), wanted, deal.at)


def ends(deal: Deal) -> Callable[[], Any]:
    command = Command(deal.contract.id, "end", {"reason": "other"}, str(deal.freelancer.id))
    return lambda: perform(command, deal.at)


def race(*deeds: Callable[[], Any]) -> list[Any]:
    with all_have_read_before_anybody_writes(len(deeds)):
        return at_once(*deeds)


def covered(deal: Deal) -> list[bool]:
    """Of each segment, whether the week says that it is covered and its row that it should be."""
    week = weeks_at(up_to_date(deal.contract.id, deal.at), [MONDAY])[MONDAY]
    return [bool(week.covered), not any(row.manual for row in Row.objects.filter(contract_id=deal.contract.id))]


def after(log: Callable[[], Any], other: Callable[[], Any]) -> list[Any]:
    """Both have read the contract, and the other is written before the log."""
    written = Event()

    def go_first() -> Any:
        try:
            return other()
        finally:
            written.set()

    write = segments._write

    def write_late(*args: Any) -> bool:
        assert written.wait(timeout=10)
        return write(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "_write", write_late)
        return race(log, go_first)


def pauses(deal: Deal) -> Callable[[], Any]:
    command = Command(deal.contract.id, "pause", {}, str(deal.client.id))
    return lambda: perform(command, deal.at)


STOPS = pytest.mark.parametrize(
    ("stops", "code"),
    [pytest.param(ends, "contract_ended", id="ended"), pytest.param(pauses, "contract_paused", id="paused")],
)


@STOPS
@pytest.mark.usefixtures("no_guard")
def test_without_the_guard_time_is_logged_on_a_contract_that_has_been_stopped(
    deal: Deal, stops: Callable[[Deal], Callable[[], Any]], code: str
) -> None:
    logged, stopped = after(logs(deal), stops(deal))
    assert isinstance(stopped, Done)
    assert isinstance(logged, Batch), f"not refused as {code}"
    assert Row.objects.count() == 1


@STOPS
def test_no_time_is_logged_on_a_contract_that_is_stopped_meanwhile(
    deal: Deal, stops: Callable[[Deal], Callable[[], Any]], code: str
) -> None:
    logged, stopped = after(logs(deal), stops(deal))
    assert isinstance(stopped, Done)
    assert isinstance(logged, Refused)
    assert logged.code == code
    assert not Row.objects.exists()


def test_who_logs_and_who_pauses_at_once_come_one_after_the_other() -> None:
    for _ in range(3):
        deal = Deal.hourly("USD", "40.00")
        deal.at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
        logged, paused = race(logs(deal), pauses(deal))
        assert isinstance(paused, Done), "who pauses decides anew where time was logged first"
        assert isinstance(logged, Batch) or logged.code == "contract_paused"
        assert bool(Row.objects.filter(contract_id=deal.contract.id)) == isinstance(logged, Batch)
        assert verify().balanced


def test_who_looked_before_time_was_logged_is_asked_again(deal: Deal) -> None:
    seen = up_to_date(deal.contract.id, deal.at)
    who = str(deal.freelancer.id)
    before = Command(deal.contract.id, "end", {"reason": "other"}, who, seen=seen.version, diary_seen=0)
    assert isinstance(logs(deal)(), Batch)

    stale = perform(before, deal.at)
    assert isinstance(stale, Refused)
    assert stale.code == "stale"
    assert isinstance(perform(replace(before, diary_seen=1), deal.at), Done)


def test_who_presses_while_time_is_logged_is_asked_again(deal: Deal) -> None:
    """The page was made, and the button is pressed, before the segment is written; the end is decided after it."""
    logged = Event()
    commit = performing.commit

    def commit_late(deeds: Any) -> int:
        assert logged.wait(timeout=10)
        return commit(deeds)

    def log_first() -> Any:
        try:
            return logs(deal)()
        finally:
            logged.set()

    press = replace(Command(deal.contract.id, "end", {"reason": "other"}, str(deal.client.id)), diary_seen=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(performing, "commit", commit_late)
        batch, ended = race(log_first, lambda: perform(press, deal.at))
    assert isinstance(batch, Batch)
    assert isinstance(ended, Refused)
    assert ended.code == "stale"


def closes(deal: Deal) -> Callable[[], Any]:
    """The week is closed, as somebody's first action after the lock does it."""
    return lambda: up_to_date(deal.contract.id, LOCK)


@pytest.fixture
def before_the_lock(deal: Deal) -> Deal:
    """With one segment logged, and as late as can be."""
    assert isinstance(logs(deal)(), Batch)
    deal.at = LOCK - timedelta(seconds=1)
    return deal


def week_row(deal: Deal) -> WeekRow:
    return WeekRow.objects.get(contract_id=deal.contract.id)


@pytest.mark.usefixtures("no_guard")
def test_without_the_guard_only_the_databases_own_keeps_late_time_out_of_a_bill(before_the_lock: Deal) -> None:
    with pytest.raises(IntegrityError):
        after(logs_at(before_the_lock, TEN), closes(before_the_lock))


def test_no_time_is_logged_into_a_week_that_is_closed_meanwhile(before_the_lock: Deal) -> None:
    logged, closed = after(logs_at(before_the_lock, TEN), closes(before_the_lock))
    assert isinstance(logged, Refused)
    assert logged.code == "week_locked"
    assert closed.weeks[0].status == WeekStatus.CHARGING
    assert (week_row(before_the_lock).minutes, Row.objects.count()) == (10, 1)


def test_no_time_is_logged_into_a_week_whose_invoice_was_closed_meanwhile(before_the_lock: Deal) -> None:
    """For the client's other contracts, one of which has no hours in the week yet, and does not learn of it."""
    other = Deal.hourly("USD", "40.00", client=before_the_lock.client)
    other.at = before_the_lock.at
    close_weeks(LOCK)
    logged = logs_at(other, TEN)()
    assert isinstance(logged, Refused)
    assert logged.code == "week_locked"
    assert Row.objects.count() == 1


def test_a_week_is_not_billed_by_a_reading_from_before_time_was_logged(before_the_lock: Deal) -> None:
    """The other way round: the segment is written first, and the bill is worked out anew with it."""
    logged = Event()
    commit = performing.commit

    def commit_late(deeds: Any) -> int:
        assert logged.wait(timeout=10)
        return commit(deeds)

    def log_first() -> Any:
        try:
            return logs_at(before_the_lock, TEN)()
        finally:
            logged.set()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(performing, "commit", commit_late)
        batch, closed = race(log_first, closes(before_the_lock))
    assert isinstance(batch, Batch)
    assert closed.weeks[0].minutes == 20
    assert (week_row(before_the_lock).minutes, Row.objects.count()) == (20, 2)


@pytest.mark.usefixtures("no_guard")
def test_without_the_guard_the_week_forgets_what_the_segment_is() -> None:
    seen = set()
    for _ in range(10):
        deal = Deal.hourly("USD", "40.00", manual_time=True)
        deal.at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
        race(logs(deal), logs(deal, manual=True))
        says, should = covered(deal)
        seen.add(says == should)
    assert False in seen


def test_the_same_segment_twice_at_once_counts_once_and_the_first_stays() -> None:
    for _ in range(3):
        deal = Deal.hourly("USD", "40.00", manual_time=True)
        deal.at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
        results = race(logs(deal), logs(deal, manual=True))
        assert sorted(result.new for result in results) == [0, 1]
        says, should = covered(deal)
        assert says == should


def test_the_same_time_on_two_contracts_at_once_is_logged_on_one(deal: Deal) -> None:
    other = Deal.hourly("USD", "1.00", client=deal.client, freelancer=deal.freelancer)
    other.at = deal.at
    for _ in range(3):
        results = race(logs(deal), logs(other))
        assert [one.code for one in results if isinstance(one, Refused)] == ["overlap"]
        [row] = Row.objects.all()
        on = deal if str(row.contract_id) == deal.contract.id else other
        assert segments.delete(on.contract.id, str(on.freelancer.id), [NINE], on.at) == 1


def test_segments_of_two_contracts_that_cross_do_not_block_each_other_forever(deal: Deal) -> None:
    other = Deal.hourly("USD", "1.00", client=deal.client, freelancer=deal.freelancer)
    other.at = deal.at
    moments = [NINE.replace(hour=9 + n // 6, minute=n % 6 * 10) for n in range(48)]

    def many(on: Deal, order: int) -> Callable[[], Any]:
        wanted = [Segment(start, "Sketches", 5) for start in moments[::order]]
        return lambda: segments.log(on.contract.id, str(on.freelancer.id), wanted, on.at)

    results = race(many(deal, 1), many(other, -1))
    assert [type(one) for one in results].count(Batch) == 1
    assert Row.objects.count() == 48
    connection.close()
