"""What people type into forms: numbers, and milestones row by row, as they go back on the page and as the rules take
them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count, takewhile

from django.http import QueryDict

UNWRITTEN = "…"
"""Stands for words that are still to be written: what comes of a form does not depend on them."""
_WHOLE_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)
PARTS = ("id", "title", "amount", "due")


def whole_number(text: str) -> int | str:
    """The number; anything else as it is, for the rules to complain of."""
    return int(text) if _WHOLE_NUMBER.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class Row:
    """A milestone as it was typed; one that is there already has its id."""

    title: str = ""
    amount: str = ""
    due: str = ""
    id: str = ""

    @property
    def terms(self) -> dict[str, str]:
        """The milestone as the rules take it."""
        parts = {part: getattr(self, part) for part in PARTS}
        return {name: value for name, value in parts.items() if value or name in ("title", "amount")}


def read_rows(data: QueryDict) -> tuple[Row, ...]:
    """The milestones in a form. A field of one is called `milestones.0.title`, as the rules call it."""
    numbers = takewhile(lambda number: f"milestones.{number}.title" in data, count())
    return tuple(
        Row(**{part: data.get(f"milestones.{number}.{part}", "").strip() for part in PARTS}) for number in numbers
    )


def filled(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Rows that were left empty are no milestones."""
    return tuple(row for row in rows if row != Row())


def without(rows: Iterable[Row], position: str) -> tuple[Row, ...]:
    """All rows but the one at that position, counted from 0."""
    return tuple(row for number, row in enumerate(rows) if str(number) != position)


def fields(number: int, row: Row, errors: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The fields of a row, by what they hold, each with its name, value and error."""
    names = {part: f"milestones.{number}.{part}" for part in PARTS}
    return {
        part: {"name": name, "value": getattr(row, part), "error": errors.get(name, "")} for part, name in names.items()
    }
