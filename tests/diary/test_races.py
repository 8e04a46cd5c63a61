"""Logging at the very moment at which something else happens: one is done, and the other is decided anew.

Each race is first shown to be one, with the guard off.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from threading import Event
from typing import Any

import pytest
from django.db import connection

from amicable.contracts.perform import Command, Done, perform, up_to_date
from amicable.diary import segments
from amicable.diary.models import Segment as Row
from amicable.diary.reading import week_of
from amicable.diary.segments import Batch
from amicable.rules.diary import Segment
from amicable.rules.outcome import Refused
from contracts.together import all_have_read_before_anybody_writes, at_once
from deals import Deal

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = date(2026, 3, 2)
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is taken for what is."""
    unguarded = segments._INSERT.replace(" AND c.version = u.seen", "").replace(
        " AND c.diary_version = u.diary_seen", ""
    )
    assert "= u.seen" not in unguarded
    assert "= u.diary_seen" not in unguarded
    monkeypatch.setattr(segments, "_INSERT", unguarded.replace("ORDER BY s.start", "ON CONFLICT DO NOTHING"))


@pytest.fixture
def deal() -> Deal:
    deal = Deal.hourly("USD", "40.00", manual_time=True)
    deal.at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
    return deal


def logs(deal: Deal, memo: str = "Sketches", **more: Any) -> Callable[[], Batch | Refused]:
    wanted = [Segment(NINE, memo, 5, **more)]
    return lambda: segments.log(deal.contract.id, str(deal.freelancer.id), wanted, deal.at)


def ends(deal: Deal) -> Callable[[], Any]:
    command = Command(deal.contract.id, "end", {"reason": "other"}, str(deal.freelancer.id))
    return lambda: perform(command, deal.at)


def race(*deeds: Callable[[], Any]) -> list[Any]:
    with all_have_read_before_anybody_writes(len(deeds)):
        return at_once(*deeds)


def covered(deal: Deal) -> list[bool]:
    """Of each segment, whether the week says that it is covered and its row that it should be."""
    week = week_of(up_to_date(deal.contract.id, deal.at), MONDAY)
    return [bool(week.covered), not any(row.manual for row in Row.objects.all())]


def after_the_end(log: Callable[[], Any], end: Callable[[], Any]) -> list[Any]:
    """Both have read the contract, and the end is written first."""
    ended = Event()

    def end_first() -> Any:
        try:
            return end()
        finally:
            ended.set()

    write = segments._write

    def write_late(*args: Any) -> bool:
        assert ended.wait(timeout=10)
        return write(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "_write", write_late)
        return race(log, end_first)


@pytest.mark.usefixtures("no_guard")
def test_without_the_guard_time_is_logged_on_a_contract_that_has_ended(deal: Deal) -> None:
    logged, ended = after_the_end(logs(deal), ends(deal))
    assert isinstance(ended, Done)
    assert isinstance(logged, Batch)
    assert Row.objects.count() == 1


def test_no_time_is_logged_on_a_contract_that_ends_meanwhile(deal: Deal) -> None:
    logged, ended = after_the_end(logs(deal), ends(deal))
    assert isinstance(ended, Done)
    assert isinstance(logged, Refused)
    assert logged.code == "contract_ended"
    assert not Row.objects.exists()


@pytest.mark.usefixtures("no_guard")
def test_without_the_guard_the_week_forgets_what_the_segment_is() -> None:
    seen = set()
    for _ in range(10):
        deal = Deal.hourly("USD", "40.00", manual_time=True)
        deal.at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
        race(logs(deal), logs(deal, manual=True))
        says, should = covered(deal)
        seen.add(says == should)
        Row.objects.all().delete()
    assert False in seen


def test_the_same_segment_twice_at_once_counts_once_and_the_first_stays() -> None:
    for _ in range(3):
        deal = Deal.hourly("USD", "40.00", manual_time=True)
        deal.at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
        results = race(logs(deal), logs(deal, manual=True))
        assert sorted(result.new for result in results) == [0, 1]
        says, should = covered(deal)
        assert says == should
        Row.objects.all().delete()


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
