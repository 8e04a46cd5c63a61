"""The products whose exports can be read: by which columns an export is known, and what its columns are called.

Names of columns are in lower case and without space around them. Where several are given the first that is there holds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Product:
    """A time tracker, and what its export for single entries looks like."""

    name: str
    export: str
    """Which of its exports is meant, as people find it in its menus."""
    signs: tuple[frozenset[str], ...]
    """An export that has all columns of one of these is the product's."""
    start_date: Names
    start_time: Names
    end_date: Names
    """Empty where an entry ends on the day of its start, or before the next one is over."""
    end_time: Names
    duration: Names
    memo: Names
    """The first that says something is the memo."""
    project: Names
    person: tuple[Names, ...]
    """Who worked: what the columns say, joined."""
    has_times: bool = True
    """Whether an export without start and end makes no sense. Else its entries are only hours of a day."""

    def wants(self) -> list[tuple[str, Names]]:
        """The columns without which nothing can be read: how each is called in words, and its names."""
        wanted = [("the date", self.start_date)]
        if self.has_times:
            return [*wanted, ("the start", self.start_time), ("the end or the duration", self.end_time + self.duration)]
        return [*wanted, ("the hours", self.duration)]


TOGGL = Product(
    name="Toggl Track",
    export="Reports, Detailed, as CSV",
    signs=(frozenset({"start date", "duration"}), frozenset({"start date", "start time", "end time"})),
    start_date=("start date",),
    start_time=("start time",),
    end_date=("end date", "stop date"),
    end_time=("end time", "stop time"),
    duration=("duration",),
    memo=("description", "task", "project"),
    project=("project",),
    person=(("email", "user", "member"),),
)
CLOCKIFY = Product(
    name="Clockify",
    export="Reports, Detailed, as CSV",
    signs=(frozenset({"start date", "duration (h)"}), frozenset({"start date", "duration (decimal)"})),
    start_date=("start date",),
    start_time=("start time",),
    end_date=("end date",),
    end_time=("end time",),
    duration=("duration (h)", "duration (decimal)"),
    memo=("description", "task", "project"),
    project=("project",),
    person=(("email", "user"),),
)
HARVEST = Product(
    name="Harvest",
    export="Reports, Detailed time, as CSV",
    signs=(frozenset({"date", "hours", "notes"}), frozenset({"date", "hours", "project code"})),
    start_date=("date",),
    start_time=("started at", "start time", "started"),
    end_date=(),
    end_time=("ended at", "end time", "ended"),
    duration=("hours",),
    memo=("notes", "task", "project"),
    project=("project",),
    person=(("first name",), ("last name",)),
    has_times=False,
)
KIMAI = Product(
    name="Kimai",
    export="Export or My times, as CSV",
    signs=(frozenset({"date", "from", "to"}), frozenset({"date", "begin", "end"})),
    start_date=("date",),
    start_time=("from", "begin"),
    end_date=(),
    end_time=("to", "end"),
    duration=("duration",),
    memo=("description", "activity", "project"),
    project=("project",),
    person=(("username", "user", "name"),),
)
PRODUCTS = (CLOCKIFY, TOGGL, HARVEST, KIMAI)
"""In the order in which their signs are looked for: Clockify's columns are Toggl's and one more."""


def product_of(columns: Collection[str]) -> Product | None:
    """Whose export has these columns; None when it is none that is known."""
    found = (product for product in PRODUCTS if any(sign <= set(columns) for sign in product.signs))
    return next(found, None)
