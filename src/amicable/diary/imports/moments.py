"""Dates, times and durations as time trackers write them, and where on the line of time a clock on a wall points."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo, available_timezones

from amicable.rules.wording import Sentence, say

_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})", re.ASCII)
_TIME = re.compile(
    r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?(?:[\s\xa0\u202f]*([ap])\.?\s?m\.?)?", re.ASCII | re.IGNORECASE
)
_CLOCK = re.compile(r"(\d{1,4}):(\d\d)(?::(\d\d))?", re.ASCII)
_SHORT = re.compile(r"(?:(\d{1,4}):)?(\d\d?) (?:min|sec)", re.ASCII)
_HOURS = re.compile(r"\d{1,4}(?:[.,]\d{1,6})?|[.,]\d{1,6}", re.ASCII)
YEARS = range(1970, 2200)
TOLERANCE = timedelta(minutes=1)
"""By so much may a duration differ from its start and end, for it is rounded."""


class Order(StrEnum):
    """In which order a date with its year last is written."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


class AmbiguousDatesError(ValueError):
    """Every date of the file can be read in both orders, and they do not mean the same."""


def order_of(dates: Iterable[str]) -> Order:
    """The order that all the dates of a file can be read in. Raises AmbiguousDatesError.

    Where no order fits all of them the dates that do not fit are unreadable, and say so.
    """
    orders = set(Order)
    is_open = False
    for text in dates:
        found = _YEAR_LAST.fullmatch(text)
        if not found:
            continue
        if found[2] == ".":
            return Order.DAY_FIRST
        fitting = {order for order in Order if _in_order(found, order)}
        is_open |= len(fitting) == 2 and found[1] != found[3]
        orders = orders & fitting or orders
    if len(orders) == 2 and is_open:
        raise AmbiguousDatesError
    return Order.DAY_FIRST if Order.DAY_FIRST in orders else Order.MONTH_FIRST


def read_date(text: str, order: Order) -> date:
    """A date. Raises ValueError for what is none."""
    day: date | None
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        day = date(int(found[1]), int(found[3]), int(found[4]))
    else:
        found = _YEAR_LAST.fullmatch(text)
        day = found and _in_order(found, order)
    if not day or day.year not in YEARS:
        raise ValueError(text)
    return day


def read_time(text: str) -> time:
    """A time of the day, of 24 hours or 12. Raises ValueError for what is none."""
    found = _TIME.fullmatch(text)
    if not found:
        raise ValueError(text)
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    return time(hour, minute, second)


def read_duration(text: str) -> timedelta:
    """A duration: `1:30`, `01:30:00`, `1.5` or `1,5` hours, `47:06 min`, `12 sec`. Raises ValueError for others."""
    if found := _CLOCK.fullmatch(text):
        minutes, seconds = int(found[2]), int(found[3] or 0)
        if minutes > 59 or seconds > 59:
            raise ValueError(text)
        return timedelta(hours=int(found[1]), minutes=minutes, seconds=seconds)
    if found := _SHORT.fullmatch(text):
        return timedelta(minutes=int(found[1] or 0), seconds=int(found[2]))
    if _HOURS.fullmatch(text):
        return timedelta(seconds=round(float(text.replace(",", ".")) * 3600))
    raise ValueError(text)


def _in_order(found: re.Match[str], order: Order) -> date | None:
    day, month = (found[1], found[3]) if order == Order.DAY_FIRST else (found[3], found[1])
    try:
        return date(int(found[4]), int(month), int(day))
    except ValueError:
        return None


# From the wall to UTC


@cache
def zones() -> frozenset[str]:
    """The names of all time zones."""
    return frozenset(available_timezones())


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of that name, as in `Europe/Berlin`; None where there is none."""
    return ZoneInfo(name) if name in zones() else None


NO_ZONE = "There is no time zone of this name. Write it as in Europe/Berlin."

NEVER_WAS = say(
    "When summer time began the clocks left an hour out, and a time of it stands here. It was read as an hour later."
)
TWICE = say(
    "When summer time ended an hour came twice, and a time of it stands here. It was read as the first, for nothing in "
    "the file tells which was meant."
)
TOLD_BY_DURATION = say(
    "When summer time ended an hour came twice, and a time of it stands here. The duration told which was meant."
)


@dataclass(frozen=True, slots=True)
class Placed:
    """From when to when somebody worked, in UTC, and what is to be said of how that was read."""

    start: datetime
    end: datetime
    remarks: tuple[Sentence, ...] = ()


def place(start: datetime, end: datetime, duration: timedelta | None, zone: ZoneInfo) -> Placed | None:
    """Where two times on the wall of `zone` lie; None when the end is before the start however they are read.

    A time that came twice is read as the duration says, else as the first; one that never was as one hour later.
    """
    pairs = [(one, other) for one, other in product(_instants(start, zone), _instants(end, zone)) if one <= other]
    if not pairs:
        return None
    fitting = [pair for pair in pairs if duration is not None and abs(pair[1] - pair[0] - duration) < TOLERANCE]
    remarks = [NEVER_WAS] if _is_left_out(start, zone) or _is_left_out(end, zone) else []
    if len(_instants(start, zone)) * len(_instants(end, zone)) > 1:
        remarks.append(TOLD_BY_DURATION if len(fitting) == 1 else TWICE)
    return Placed(*(fitting or pairs)[0], tuple(remarks))


def place_start(start: datetime, duration: timedelta, zone: ZoneInfo) -> Placed:
    """Where so long a time lies that began at `start` on the wall of `zone`."""
    began = _instants(start, zone)
    remarks = [NEVER_WAS] if _is_left_out(start, zone) else [TWICE] if len(began) > 1 else []
    return Placed(began[0], began[0] + duration, tuple(remarks))


def _instants(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """When the clock on the wall shows it: once, or twice where it is put back. Where it never does, because it is put
    forward, when it would have been had it not."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return [first, second] if first < second else [first]


def _is_left_out(wall: datetime, zone: ZoneInfo) -> bool:
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
