"""What people type into forms: numbers, and milestones row by row, as they go back on the page and as the rules take
them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, takewhile

from django.http import QueryDict

UNWRITTEN = "…"
"""Stands for words that are still to be written: what comes of a form does not depend on them."""
_WHOLE_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)
_OF_A_ROW = re.compile(r"milestones\.([0-9]+)(.*)", re.ASCII)
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


def by_row(rows: Iterable[Row], errors: Mapping[str, str]) -> dict[str, str]:
    """Errors of the rows that are `filled`, named by where these are among all of them: `milestones.3.amount`."""
    numbers = [number for number, row in enumerate(rows) if row != Row()]
    return {_by_row(name, numbers): message for name, message in errors.items()}


def _by_row(name: str, numbers: Sequence[int]) -> str:
    found = _OF_A_ROW.match(name)
    return f"milestones.{numbers[int(found[1])]}{found[2]}" if found else name


def in_words(errors: Mapping[str, str]) -> list[str]:
    """What is wrong, for where the fields are not: of a row with its number, counted from 1."""
    rows = [(_OF_A_ROW.match(name), message) for name, message in errors.items()]
    return [f"Milestone {int(found[1]) + 1}: {message}" if found else message for found, message in rows]


def without(rows: Iterable[Row], position: str) -> tuple[Row, ...]:
    """All rows but the one at that position, counted from 0."""
    return tuple(row for number, row in enumerate(rows) if str(number) != position)


def fields(number: int, row: Row, errors: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The fields of a row, by what they hold, each with its name, value and error."""
    names = {part: f"milestones.{number}.{part}" for part in PARTS}
    return {
        part: {"name": name, "value": getattr(row, part), "error": errors.get(name, "")} for part, name in names.items()
    }
