"""Billing weeks, and the ten-minute segments they are made of. All of it is UTC: nobody's own zone changes a bill.

A week goes by the date of its Monday. Its segments are a bitmap in an int: slot i (0 to 1007) is the i-th ten minutes
after Monday 00:00. RULEBOOK section 3 and the keys of section 0 about weeks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from amicable.rules.policy import Policy

SEGMENT_MINUTES = 10
SEGMENTS = 7 * 24 * 60 // SEGMENT_MINUTES
"""So many segments has a week."""
SEGMENTS_AN_HOUR = 60 // SEGMENT_MINUTES
SEGMENTS_A_DAY = 24 * SEGMENTS_AN_HOUR
HOURS = 7 * 24
WHOLE_WEEK = (1 << SEGMENTS) - 1
_SEGMENT = timedelta(minutes=SEGMENT_MINUTES)
_WEEK = timedelta(days=7)
_SECOND = timedelta(seconds=1)


# The calendar


def monday_of(at: datetime) -> date:
    """The Monday of the billing week in which `at` lies."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def opens(start: date) -> datetime:
    """When the week of the Monday `start` begins."""
    return datetime.combine(start, time(), UTC)


def locks(start: date, policy: Policy) -> datetime:
    """When the week takes no more segments and is billed: by default on the next Monday at 12:00."""
    return opens(start) + timedelta(hours=policy.week_lock_hours)


def review_ends(start: date, policy: Policy, charged_at: datetime | None = None) -> datetime:
    """Until when the client may dispute hours of the week: Friday 23:59:59.

    A card that paid late, at `charged_at`, gives the first such Friday that is then still to come.
    """
    ends = opens(start) + timedelta(hours=policy.week_review_ends_hours) - _SECOND
    while charged_at and ends <= charged_at:
        ends += _WEEK
    return ends


def available_at(review_end: datetime, policy: Policy) -> datetime:
    """When hours whose review ends at `review_end` can be withdrawn: the Wednesday 00:00 after it."""
    return review_end + _SECOND + timedelta(hours=policy.week_available_hours - policy.week_review_ends_hours)


# Segments


def slot_of(at: datetime) -> int:
    """Which segment of its week `at` lies in."""
    return (at - opens(monday_of(at))) // _SEGMENT


def day_of(at: datetime, start: date) -> int:
    """The segments of the UTC day of `at` that lie in the week of the Monday `start`."""
    first_slot = (at.astimezone(UTC).date() - start).days * SEGMENTS_A_DAY
    return ((1 << SEGMENTS_A_DAY) - 1) << first_slot & WHOLE_WEEK if first_slot >= 0 else 0


def slot_begins(start: date, slot: int) -> datetime:
    """When a segment of the week begins."""
    return opens(start) + slot * _SEGMENT


def bitmap(slots: Iterable[int]) -> int:
    """The bitmap of those slots. Raises ValueError for what is no slot of a week."""
    bits = 0
    for slot in slots:
        if not 0 <= slot < SEGMENTS:
            raise ValueError(f"a week has slots 0 to {SEGMENTS - 1}, not {slot}")
        bits |= 1 << slot
    return bits


def slots(bits: int) -> Iterator[int]:
    """The slots in a bitmap, the earliest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def minutes_of(bits: int) -> int:
    """How many minutes the segments in a bitmap come to."""
    return bits.bit_count() * SEGMENT_MINUTES


def first(bits: int, count: int) -> int:
    """The earliest `count` segments of a bitmap; all of them when it has no more."""
    if bits.bit_count() <= count:
        return bits
    low, high = 0, SEGMENTS
    while low < high:
        middle = (low + high) // 2
        if (bits & (1 << middle) - 1).bit_count() < count:
            low = middle + 1
        else:
            high = middle
    return bits & (1 << low) - 1


def last(bits: int, count: int) -> int:
    """The latest `count` segments of a bitmap; all of them when it has no more."""
    return bits & ~first(bits, max(0, bits.bit_count() - count))


def to_text(bits: int) -> str:
    """A bitmap as the database writes a bit string: the character i is slot i."""
    return format(bits, f"0{SEGMENTS}b")[::-1]


def from_text(text: str) -> int:
    """A bitmap from the database's bit string."""
    return int(text[::-1], 2)


# Words


def hours_text(minutes: int) -> str:
    """Minutes as people read hours, to be checked by hand: 430 is `7:10`, never 7.17."""
    return f"{minutes // 60}:{minutes % 60:02}"


def segments_text(count: int) -> str:
    """So many segments, as people read hours."""
    return hours_text(count * SEGMENT_MINUTES)


@lru_cache(maxsize=1_024)
def week_text(start: date) -> str:
    """A week in words: `23 Nov 2026`, its Monday."""
    return f"{start:%-d %b %Y}"


def price_of(minutes: int, rate: int) -> int:
    """What `minutes` at `rate` minor units an hour come to, half up once. RULEBOOK "Fees and rounding"."""
    return (minutes * rate + 30) // 60
