"""Logging time: written with the weeks it lies in, all of it or nothing, and never for two contracts at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from amicable.contracts.perform import NoSuchContractError, up_to_date
from amicable.contracts.weeks import weeks_at
from amicable.contracts.worker import perform_due
from amicable.diary import segments
from amicable.diary.models import Segment as Row
from amicable.diary.reading import segments_of
from amicable.diary.segments import Batch
from amicable.rules.diary import Segment
from amicable.rules.hourly import Week
from amicable.rules.outcome import Refused
from amicable.rules.week import bitmap
from deals import Deal

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
NINE = 54
"""The slot of Monday 09:00, when the deals are struck."""


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def work(start: datetime, count: int = 1, memo: str = "Sketches", **more: object) -> list[Segment]:
    return [Segment(start + timedelta(minutes=10 * n), memo, 5, **more) for n in range(count)]  # type: ignore[arg-type]


@pytest.fixture
def deal() -> Deal:
    deal = Deal.hourly("USD", "40.00", manual_time=True, weekly_limit_hours=1)
    deal.at = at(18)
    return deal


def log(deal: Deal, *what: Segment) -> Batch:
    logged = segments.log(deal.contract.id, str(deal.freelancer.id), what, deal.at)
    assert not isinstance(logged, Refused), logged
    return logged


def refused(deal: Deal, *what: Segment) -> Refused:
    before = list(Row.objects.order_by("start").values())
    no = segments.log(deal.contract.id, str(deal.freelancer.id), what, deal.at)
    assert isinstance(no, Refused)
    assert list(Row.objects.order_by("start").values()) == before
    return no


def week(deal: Deal, start: date = MONDAY) -> Week:
    return weeks_at(up_to_date(deal.contract.id, deal.at), [start])[start]


class TestLogging:
    def test_writes_the_segments_and_the_bits_of_their_week(self, deal: Deal) -> None:
        logged = log(deal, *work(at(9), 2), *work(at(9, 20), manual=True))
        assert (logged.new, [bool(one.why_not) for one in logged.segments]) == (3, [False, False, True])
        assert (week(deal).logged, week(deal).covered) == (bitmap([54, 55, 56]), bitmap([54, 55]))
        assert [one.segment for one in segments_of(deal.contract)] == [one.segment for one in logged.segments]
        row = Row.objects.order_by("start").first()
        assert row is not None
        assert (row.during.lower, row.during.upper, row.during.bounds) == (at(9), at(9, 10), "[)")
        assert str(row.freelancer_id) == deal.contract.freelancer

    def test_of_the_same_segment_counts_once_and_the_first_stays(self, deal: Deal) -> None:
        log(deal, *work(at(9), memo="Sketches"))
        again = log(deal, *work(at(9), 2, memo="", manual=True))
        assert (again.new, [one.segment.memo for one in again.segments]) == (1, ["Sketches", ""])
        assert log(deal, *work(at(9), 2)).new == 0
        assert week(deal).covered == bitmap([NINE])
        assert week(deal).logged == bitmap([NINE, NINE + 1])

    def test_tells_what_is_over_the_limit_as_it_stands_afterwards(self, deal: Deal) -> None:
        assert [one.is_over_limit for one in log(deal, *work(at(10), 6)).segments] == [False] * 6
        assert [one.is_over_limit for one in log(deal, *work(at(9))).segments] == [False]
        assert [one.is_over_limit for one in segments_of(up_to_date(deal.contract.id, deal.at))] == [*[False] * 6, True]

    def test_of_two_weeks_at_once_is_written_to_both(self, deal: Deal) -> None:
        deal.at = at(11, day=9)
        log(deal, *work(at(23, 50, day=8), 2))
        assert week(deal).logged == 1 << 1007
        assert week(deal, date(2026, 3, 9)).logged == 1

    def test_is_all_or_nothing(self, deal: Deal) -> None:
        no = refused(deal, *work(at(9), 3), *work(at(19)))
        assert (no.code, [field for field, _ in no.errors]) == ("in_future", ["segments.3.start"])

    def test_is_nobody_elses(self, deal: Deal) -> None:
        stranger = Deal.hourly("USD", "1.00")
        with pytest.raises(NoSuchContractError):
            segments.log(deal.contract.id, str(stranger.freelancer.id), work(at(9)), deal.at)
        no = segments.log(deal.contract.id, str(deal.client.id), work(at(9)), deal.at)
        assert isinstance(no, Refused)
        assert no.code == "other_side"

    def test_of_the_same_time_on_another_contract_is_refused_and_says_where(self, deal: Deal) -> None:
        other = Deal.hourly("USD", "1.00", client=deal.client, freelancer=deal.freelancer)
        other.at = deal.at
        log(deal, *work(at(9, 10)))
        no = refused(other, *work(at(9), 3))
        assert (no.code, [field for field, _ in no.errors]) == ("overlap", ["segments.1.start"])
        assert "“Logo”" in no.reason.tell()
        assert "09:10 UTC" in no.reason.tell()
        assert log(other, *work(at(9)), *work(at(9, 20))).new == 2

    def test_goes_on_in_the_new_week_when_the_old_one_is_closed(self, deal: Deal) -> None:
        log(deal, *work(at(9)))
        deal.at = at(12, day=9)
        assert refused(deal, *work(at(9, 10))).code == "week_locked"
        log(deal, *work(at(9, day=9)))
        assert (week(deal).logged, week(deal, date(2026, 3, 9)).logged) == (1 << NINE, 1 << NINE)

    def test_is_one_query_to_read_and_one_statement_to_write(
        self, deal: Deal, django_assert_num_queries: object
    ) -> None:
        with django_assert_num_queries(4):  # type: ignore[operator] # two of them are the savepoint of the test
            log(deal, *work(at(9), 50))


class TestDeleting:
    def delete(self, deal: Deal, *starts: datetime) -> int | Refused:
        return segments.delete(deal.contract.id, str(deal.freelancer.id), starts, deal.at)

    def test_clears_the_segments_and_their_bits_and_counts_those_that_there_were(self, deal: Deal) -> None:
        log(deal, *work(at(9), 3))
        assert self.delete(deal, at(9), at(9), at(17), at(9, 1)) == 1
        assert (week(deal).logged, week(deal).covered) == (bitmap([55, 56]), bitmap([55, 56]))
        assert self.delete(deal, at(9)) == 0
        assert log(deal, *work(at(9))).new == 1

    def test_stops_at_the_lock(self, deal: Deal) -> None:
        log(deal, *work(at(9)))
        deal.at = at(12, day=9)
        no = self.delete(deal, at(9))
        assert isinstance(no, Refused)
        assert no.code == "week_locked"
        assert Row.objects.count() == 1


class TestDescribing:
    def test_changes_the_memo_and_what_is_covered(self, deal: Deal) -> None:
        log(deal, *work(at(9), 2, memo="work"))
        assert week(deal).covered == 0
        memos = {at(9): "Colours of the logo", at(10): "Nothing is logged then"}
        described = segments.describe(deal.contract.id, str(deal.freelancer.id), memos, deal.at)
        assert isinstance(described, list)
        assert [(one.segment.start, one.segment.memo, one.why_not) for one in described] == [
            (at(9), "Colours of the logo", ())
        ]
        assert week(deal).covered == bitmap([NINE])
        assert [one.segment.memo for one in segments_of(deal.contract)] == ["Colours of the logo", "work"]


class TestTheDatabase:
    """Whatever program writes to it."""

    def insert(self, deal: Deal, start: datetime, end: datetime, activity: int = 5) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO diary_segment (contract_id, start, freelancer_id, during, memo, activity, manual, late, "
                "logged_at) VALUES (%s, %s, %s, tstzrange(%s, %s), '', %s, false, false, now())",
                [deal.contract.id, start, deal.contract.freelancer, start, end, activity],
            )

    def test_lets_nobody_work_twice_at_once(self, deal: Deal) -> None:
        other = Deal.hourly("USD", "1.00", freelancer=deal.freelancer)
        other.at = deal.at
        log(deal, *work(at(9)))
        log(other, *work(at(9, 10)))
        with pytest.raises(IntegrityError, match="segment_no_overlap"):
            self.insert(other, at(9), at(9, 10))

    @pytest.mark.parametrize(
        ("start", "end"),
        [(at(9), at(9, 20)), (at(9, 5), at(9, 15)), (at(9), at(9)), (at(9) + timedelta(seconds=1), at(9, 10))],
    )
    def test_knows_no_other_segments_than_ten_minutes_on_the_mark(
        self, deal: Deal, start: datetime, end: datetime
    ) -> None:
        with pytest.raises(IntegrityError, match="segment_ten_minutes"):
            self.insert(deal, start, end)

    def test_knows_no_other_activity_than_0_to_10(self, deal: Deal) -> None:
        with pytest.raises(IntegrityError, match="segment_activity"):
            self.insert(deal, at(9), at(9, 10), 11)

    def test_has_a_segment_where_the_week_says_so_and_nowhere_else(self, deal: Deal) -> None:
        log(deal, *work(at(9)))
        with pytest.raises(IntegrityError, match="its week"):
            self.insert(deal, at(10), at(10, 10))
        with pytest.raises(IntegrityError, match="its week"), transaction.atomic():
            Row.objects.all().delete()

    def test_keeps_segments_as_they_were_billed(self, deal: Deal) -> None:
        log(deal, *work(at(9)))
        deal.at = at(12, day=9)
        perform_due(deal.at)
        with pytest.raises(IntegrityError, match="its week is closed"), transaction.atomic():
            Row.objects.update(memo="Something else")


def test_a_week_that_was_closed_is_billed_as_it_was_logged(deal: Deal) -> None:
    log(deal, *work(at(9), 9))
    deal.at = at(12, day=9)
    perform_due(deal.at)
    assert week(deal).logged == bitmap(range(54, 63))
    shown = segments_of(up_to_date(deal.contract.id, deal.at), week=MONDAY)
    assert [one.is_over_limit for one in shown] == [*[False] * 6, *[True] * 3]


def test_hours_entered_after_the_client_ended_on_saturday_night_are_marked_and_not_covered(deal: Deal) -> None:
    log(deal, *work(at(9)))
    deal.at = at(23, 30, day=7)
    deal.does(deal.client, "end", reason="other")
    deal.at = at(10, day=9)
    entered = log(deal, *work(at(9, 10)), *work(at(23, 20, day=7)))
    assert [one.segment.late for one in entered.segments] == [True, True]
    assert week(deal).covered == bitmap([NINE])
    assert refused(deal, *work(at(23, 30, day=7))).code == "after_end"


def test_segments_are_read_from_one_on_and_by_the_week(deal: Deal) -> None:
    deal.at = at(11, day=9)
    log(deal, *work(at(23, 40, day=8), 4))
    contract = up_to_date(deal.contract.id, deal.at)
    assert len(segments_of(contract)) == 4
    assert [one.segment.start for one in segments_of(contract, week=MONDAY)] == [at(23, 40, day=8), at(23, 50, day=8)]
    assert [one.segment.start for one in segments_of(contract, after=at(23, 50, day=8), limit=1)] == [at(0, day=9)]


def test_no_time_is_taken_for_a_pause_that_is_over(deal: Deal) -> None:
    deal.at = at(10)
    deal.does(deal.client, "pause")
    deal.at = at(12)
    deal.does(deal.client, "resume")
    deal.at = at(18)
    no = refused(deal, *work(at(9, 50), 3))
    assert (no.code, [field for field, _ in no.errors]) == ("in_pause", ["segments.1.start", "segments.2.start"])
    assert log(deal, *work(at(9, 50)), *work(at(12))).new == 2
