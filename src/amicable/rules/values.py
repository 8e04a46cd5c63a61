"""Values with some fields changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def replaced(value: T, **changes: Any) -> T:
    """What `dataclasses.replace` gives, in half its time: a contract has some forty fields, and every step of a rule
    makes a new one. All fields must be positional. Raises KeyError for a field that there is not."""
    kind: Any = type(value)
    read, places = _read(kind)
    values = list(read(value))
    for name, new in changes.items():
        values[places[name]] = new
    return kind(*values)  # type: ignore[no-any-return]


@cache
def _read(kind: Any) -> tuple[Callable[[Any], tuple[Any, ...]], dict[str, int]]:
    names = [field.name for field in fields(kind)]
    return attrgetter(*names), {name: place for place, name in enumerate(names)}
