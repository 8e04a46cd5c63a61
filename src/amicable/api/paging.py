"""Lists, a page at a time. A cursor names the place of the last item of the page before, so that nothing is skipped
or shown twice while a list grows."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

from ninja import Query
from pydantic import BaseModel, Field

from amicable.api.problems import invalid

T = TypeVar("T")
P = TypeVar("P", str, int)


class Window(BaseModel):
    """Which part of a list is asked for."""

    cursor: Annotated[str | None, Field(description="`next` of the page before.", max_length=200)] = None
    limit: Annotated[int, Field(ge=1, le=200, description="How many items at most.")] = 50


Paging = Query[Window]


def page(
    window: Window,
    fetch: Callable[[P | None, int], Sequence[T]],
    *,
    place: Callable[[T], P],
    read: Callable[[str], P],
) -> tuple[Sequence[T], str | None]:
    """The items of a window, and the cursor of the next one or None.

    `fetch` gives up to so many items after a place, `place` says where an item stands, `read` reads a place from a
    cursor and raises ValueError for what is none.
    """
    after = None if window.cursor is None else _place_in(window.cursor, read)
    items = fetch(after, window.limit + 1)
    if len(items) <= window.limit:
        return items, None
    shown = items[: window.limit]
    return shown, _cursor(place(shown[-1]))


def among(items: Sequence[T], place: Callable[[T], P]) -> Callable[[P | None, int], Sequence[T]]:
    """A `fetch` for a list that is at hand, ordered by `place`."""

    def fetch(after: Any, limit: int) -> Sequence[T]:
        return [item for item in items if after is None or place(item) > after][:limit]

    return fetch


def an_id(text: str) -> str:
    """Reads a place that is an id."""
    return str(UUID(text))


def a_date(text: str) -> str:
    """Reads a place that is a date."""
    return date.fromisoformat(text).isoformat()


def a_number(text: str) -> int:
    """Reads a place that is a number of the database's."""
    number = int(text)
    if not 0 <= number < 2**63:
        raise ValueError(text)
    return number


def _cursor(place: str | int) -> str:
    return urlsafe_b64encode(str(place).encode()).decode().rstrip("=")


def _place_in(cursor: str, read: Callable[[str], P]) -> P:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return read(urlsafe_b64decode(padded.encode("ascii")).decode())
    except ValueError:
        raise invalid("cursor", "This is no cursor of this list. Take `next` of the page before.") from None
