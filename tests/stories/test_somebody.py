"""The person of the stories reads pages as people do: when they are there."""

from __future__ import annotations

from collections.abc import Iterable
from time import sleep

import pytest
from django.core.handlers.wsgi import WSGIHandler
from playwright.sync_api import expect

from amicable.rules.contract import Status
from market import Market, money
from somebody import Somebody

pytestmark = pytest.mark.browser
A_MOMENT = 0.3
"""Seconds."""


class InPieces:
    """An answer of which the second half comes a moment after the first."""

    def __init__(self, answer: Iterable[bytes]) -> None:
        self.answer = answer

    def __iter__(self) -> Iterable[bytes]:
        page = b"".join(self.answer)
        half = len(page) // 2
        yield page[:half]
        sleep(A_MOMENT)
        yield page[half:]

    def close(self) -> None:
        self.answer.close()  # type: ignore[attr-defined]


def test_somebody_on_a_slow_line_reads_and_decides_what_the_whole_page_says(
    market: Market, clara: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = WSGIHandler.__call__
    monkeypatch.setattr(WSGIHandler, "__call__", lambda *args: InPieces(answer(*args)))
    contract = market.submitted("500.00")
    clara.open_contract("Website for a bakery")
    clara.follow("Ask for changes")
    clara.write("What should be different", "A larger heading, please.")
    clara.decide("Ask for changes")
    assert money(contract) == (Status.ACTIVE, 50_000, 0, 0)
    expect(clara.page.locator("#history")).to_contain_text("A larger heading, please.")
