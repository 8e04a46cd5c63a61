"""The audit of the hours that are billed against the diary."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from amicable.diary import segments
from amicable.diary.segments import Batch
from amicable.diary.verify import verify
from amicable.rules.diary import Segment
from deals import Deal
from tampering import tamper

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 3, 8, 23, 50, tzinfo=UTC)


def log(deal: Deal, start: datetime, count: int = 1, **more: bool) -> None:
    wanted = [Segment(start + n * timedelta(minutes=10), "Checkout page", 5, **more) for n in range(count)]
    assert isinstance(segments.log(deal.contract.id, str(deal.freelancer.id), wanted, deal.at), Batch)


@pytest.fixture
def deal() -> Deal:
    """An hour on Monday, ten minutes by hand after it, and twenty around the end of the week."""
    deal = Deal.hourly("USD", "40.00", manual_time=True)
    deal.at = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
    log(deal, NINE, 6)
    log(deal, NINE + timedelta(hours=1), manual=True)
    log(deal, SUNDAY_NIGHT, 2)
    return deal


def test_weeks_and_the_diary_agree_all_through_a_life(deal: Deal) -> None:
    assert verify().balanced
    segments.delete(deal.contract.id, str(deal.freelancer.id), [NINE], deal.at)
    segments.describe(deal.contract.id, str(deal.freelancer.id), {NINE + timedelta(minutes=10): "work"}, deal.at)
    assert verify().balanced
    deal.days_pass(20)
    assert verify().balanced


def test_hours_are_billed_that_were_never_logged(deal: Deal) -> None:
    tamper("DELETE FROM diary_segment WHERE start < '2026-03-02 09:30Z'")
    assert verify().problems == (
        f"The week of 2 Mar 2026 of contract {deal.contract.id} has 0:30 hours of which the diary has no segments.",
    )


def test_a_whole_week_is_billed_of_which_the_diary_knows_nothing(deal: Deal) -> None:
    tamper("DELETE FROM diary_segment WHERE start >= '2026-03-09Z'")
    assert verify().problems == (
        f"The week of 9 Mar 2026 of contract {deal.contract.id} has 0:10 hours of which the diary has no segments.",
    )


def test_hours_were_logged_that_are_not_billed(deal: Deal) -> None:
    tamper("UPDATE contracts_week SET logged = set_bit(logged, 60, 0) WHERE start = '2026-03-02'")
    tamper("DELETE FROM contracts_week WHERE start = '2026-03-09'")
    lacks = "not the 0:10 hours for which the diary has segments besides."
    assert verify().problems == (
        f"The week of 2 Mar 2026 of contract {deal.contract.id} has {lacks}",
        f"The week of 9 Mar 2026 of contract {deal.contract.id} has {lacks}",
    )


@pytest.mark.parametrize("change", ["manual = true", "late = true", "activity = 0", "memo = ''"])
def test_hours_are_covered_that_cannot_be(deal: Deal, change: str) -> None:
    tamper(f"UPDATE diary_segment SET {change} WHERE start >= '2026-03-08Z'")
    told = "0:10 hours as covered that were entered by hand or late, without a memo or without activity."
    assert verify().problems == (
        f"The week of 2 Mar 2026 of contract {deal.contract.id} has {told}",
        f"The week of 9 Mar 2026 of contract {deal.contract.id} has {told}",
    )


def test_what_is_wrong_with_contracts_is_told_too(deal: Deal) -> None:
    tamper("UPDATE contracts_contract SET refunded = 1")
    assert "0.01 USD is refunded" in verify().problems[0]
    del deal
