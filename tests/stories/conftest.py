"""The stories that the project is about, also in the windows of a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from amicable.contracts.verify import verify
from market import Market, person
from somebody import Somebody
from windows import Open, market, open_as

__all__ = ["market", "open_as"]


@pytest.fixture
def clara(market: Market, open_as: Open) -> Somebody:
    return Somebody(open_as(market.clara, "/"))


@pytest.fixture
def femi(market: Market, open_as: Open) -> Somebody:
    return Somebody(open_as(market.femi, "/"))


@pytest.fixture
def mina(market: Market, open_as: Open) -> Somebody:  # noqa: ARG001 (the clock of the market stands first)
    return Somebody(open_as(person("Mina Hale", "mediator"), "/"))


@pytest.fixture
def the_books_agree(market: Market) -> Iterator[None]:  # noqa: ARG001 (while its database is there)
    """However a story ends."""
    yield
    assert verify().balanced, verify().problems
