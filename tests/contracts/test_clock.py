"""The one clock: the world's; in the sandbox one that stands still until it is moved, and never runs back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.conf import settings

from amicable.contracts import clock
from contracts.together import at_once
from deals import START

pytestmark = pytest.mark.django_db


def test_in_the_sandbox_time_stands_still_from_the_minute_it_is_first_asked() -> None:
    first = clock.now()
    assert (first.second, first.microsecond, first.tzinfo) == (0, 0, UTC)
    assert abs(first - datetime.now(UTC)) < timedelta(minutes=2)
    assert clock.now() == first


def test_it_can_be_started_anywhere_but_only_once() -> None:
    assert clock.start(START) == START
    assert clock.start(START + timedelta(days=1)) == START
    assert clock.now() == START


def test_it_is_moved_forward_and_never_back() -> None:
    clock.start(START)
    clock.move_at_least(START + timedelta(days=1))
    clock.move_at_least(START)
    assert clock.now() == START + timedelta(days=1)


def test_elsewhere_it_is_the_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    clock.start(START)
    monkeypatch.setattr(settings, "SANDBOX", False)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=10)


@pytest.mark.django_db(transaction=True)
def test_whoever_moves_it_furthest_has_moved_it() -> None:
    moves = [partial(clock.move_at_least, START + timedelta(days=days)) for days in (10, 30, 20)]
    clock.start(START)
    at_once(*moves)
    assert clock.now() == START + timedelta(days=30)
