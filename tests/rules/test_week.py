"""Billing weeks: their instants, their segments, and what hours come to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amicable.rules.policy import DEFAULT
from amicable.rules.week import (
    SEGMENTS,
    available_at,
    bitmap,
    first,
    from_text,
    hours_text,
    last,
    locks,
    minutes_of,
    monday_of,
    opens,
    price_of,
    review_ends,
    slot_begins,
    slot_of,
    slots,
    to_text,
)

BITMAPS = st.sets(st.integers(0, SEGMENTS - 1), max_size=60).map(bitmap)
BEGINNING = datetime(1999, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 102 * 366 * 86_400).map(lambda seconds: BEGINNING + timedelta(seconds=seconds))
ZONES = [ZoneInfo(name) for name in ("Pacific/Kiritimati", "America/New_York", "Asia/Kathmandu", "Europe/Berlin")]


def test_the_rulebooks_worked_example() -> None:
    monday = date(2026, 3, 2)
    ends = review_ends(monday, DEFAULT)
    assert locks(monday, DEFAULT) == datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert ends == datetime(2026, 3, 13, 23, 59, 59, tzinfo=UTC)
    assert available_at(ends, DEFAULT) == datetime(2026, 3, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("charged", "ends", "available"),
    [
        ("2026-03-09T12:00:00+00:00", "2026-03-13T23:59:59+00:00", "2026-03-18"),
        ("2026-03-11T08:00:00+00:00", "2026-03-13T23:59:59+00:00", "2026-03-18"),
        ("2026-03-13T23:59:58+00:00", "2026-03-13T23:59:59+00:00", "2026-03-18"),
        ("2026-03-13T23:59:59+00:00", "2026-03-20T23:59:59+00:00", "2026-03-25"),
        ("2026-03-14T00:00:00+00:00", "2026-03-20T23:59:59+00:00", "2026-03-25"),
        ("2026-04-01T00:00:00+00:00", "2026-04-03T23:59:59+00:00", "2026-04-08"),
    ],
)
def test_a_card_that_paid_late_gives_the_client_the_next_friday(charged: str, ends: str, available: str) -> None:
    end = review_ends(date(2026, 3, 2), DEFAULT, datetime.fromisoformat(charged))
    assert end == datetime.fromisoformat(ends)
    assert available_at(end, DEFAULT).date().isoformat() == available


@given(INSTANTS, st.sampled_from(ZONES))
def test_every_instant_lies_in_one_week_whatever_zone_it_is_read_in(at: datetime, zone: ZoneInfo) -> None:
    start = monday_of(at)
    assert (start.weekday(), monday_of(at.astimezone(zone)), slot_of(at.astimezone(zone))) == (0, start, slot_of(at))
    assert opens(start) <= at < opens(start) + timedelta(days=7)
    assert slot_begins(start, slot_of(at)) <= at < slot_begins(start, slot_of(at)) + timedelta(minutes=10)


@given(INSTANTS)
def test_the_instants_of_a_week_come_in_order_over_year_ends_and_leap_days(at: datetime) -> None:
    start = monday_of(at)
    locked, ends = locks(start, DEFAULT), review_ends(start, DEFAULT)
    assert (locked.weekday(), locked.hour, ends.weekday()) == (0, 12, 4)
    assert opens(start) + timedelta(days=7) < locked < ends < available_at(ends, DEFAULT)
    assert available_at(ends, DEFAULT) == opens(start) + timedelta(days=16)
    assert monday_of(opens(start) + timedelta(days=7)) == start + timedelta(days=7)


@given(BITMAPS, st.integers(0, 70))
def test_a_bitmap_is_divided_into_its_first_and_its_last_segments(bits: int, count: int) -> None:
    listed = list(slots(bits))
    assert listed == sorted(listed)
    assert bitmap(listed) == bits == from_text(to_text(bits))
    assert list(slots(first(bits, count))) == listed[:count]
    assert list(slots(last(bits, count))) == listed[max(0, len(listed) - count) :]
    assert minutes_of(bits) == 10 * len(listed)


def test_a_bitmap_is_written_from_monday_on() -> None:
    assert to_text(bitmap([0, 2, SEGMENTS - 1])) == "101" + "0" * (SEGMENTS - 4) + "1"
    with pytest.raises(ValueError, match="a week has slots 0 to 1007, not 1008"):
        bitmap([SEGMENTS])


@given(st.integers(0, SEGMENTS), st.integers(1, 10**11))
def test_the_printed_hours_times_the_rate_is_the_printed_price(count: int, rate: int) -> None:
    hours, _, minutes = hours_text(count * 10).partition(":")
    exactly = int(hours) * rate * 60 + int(minutes) * rate
    assert price_of(count * 10, rate) == (2 * exactly + 60) // 120
    assert abs(price_of(count * 10, rate) * 60 - exactly) <= 30


def test_hours_are_printed_to_be_checked_by_hand() -> None:
    assert [hours_text(minutes) for minutes in (0, 10, 430, 10_080)] == ["0:00", "0:10", "7:10", "168:00"]
    assert [price_of(10, rate) for rate in (3, 2, 100, 4_005)] == [1, 0, 17, 668]
