"""The demo's marketplace: it is made on whatever day it starts, and shows hours as well."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from amicable.contracts.models import Contract, Week
from amicable.rules.contract import Status
from amicable.rules.hourly import WeekStatus
from amicable.site.demo import _Seed

pytestmark = pytest.mark.django_db


def weeks(title: str) -> list[tuple[str, bool]]:
    """(status, whether some of it is in dispute) of each week of the contract, the oldest first."""
    found = Week.objects.filter(contract__title=title).order_by("start")
    return [(week.status, bool(week.disputed)) for week in found]


def test_on_a_weekday_there_is_a_week_in_each_state_and_a_dispute_about_hours() -> None:
    _Seed(today=datetime(2026, 11, 25, 15, 20, tzinfo=UTC)).run()

    paid, in_review, still_open = WeekStatus.PAID, WeekStatus.IN_REVIEW, WeekStatus.OPEN
    assert weeks("Letters to customers") == [(paid, False), (paid, False), (in_review, False), (still_open, False)]
    disputed = (WeekStatus.DISPUTED, True)
    assert weeks("Care of the web shop") == [(paid, False), disputed, (in_review, False), (still_open, False)]
    assert weeks("Pictures for the blog") == [(WeekStatus.UNPAID, False)]
    assert Contract.objects.get(title="Pictures for the blog").status == Status.PAUSED


@pytest.mark.parametrize(
    "today",
    [
        datetime(2026, 11, 28, 23, 55, tzinfo=UTC),
        datetime(2026, 11, 30, 0, 5, tzinfo=UTC),
        datetime(2027, 1, 1, 12, 0, tzinfo=UTC),
    ],
    ids=["saturday night", "monday morning", "new year"],
)
def test_on_any_day_the_dispute_about_hours_waits_for_a_mediator_and_a_card_for_its_owner(today: datetime) -> None:
    _Seed(today=today).run()

    (dispute,) = Contract.objects.get(title="Care of the web shop").disputes
    assert (dispute["about"], dispute["closing"]) == ("hours", None)
    assert Contract.objects.get(title="Pictures for the blog").status == Status.PAUSED
