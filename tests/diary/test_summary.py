"""A person's week: hours by day and contract, and what they come to."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from amicable.diary import segments
from amicable.diary.summary import Hours, WeekSummary, summary_of, write_csv
from amicable.people.models import Person
from amicable.rules.diary import Segment
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from deals import Deal, person

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
SUNDAY_NIGHT = datetime(2026, 3, 8, 23, 50, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def log(deal: Deal, start: datetime, count: int, **more: object) -> None:
    wanted = [Segment(start + timedelta(minutes=10 * n), "Sketches", 5, **more) for n in range(count)]  # type: ignore[arg-type]
    logged = segments.log(deal.contract.id, str(deal.freelancer.id), wanted, SUNDAY_NIGHT)
    assert not isinstance(logged, Refused), logged


def summary(who: Person, now: datetime = SUNDAY_NIGHT, start: date = MONDAY) -> WeekSummary:
    return summary_of(str(who.id), start, now)


def sheet(of: WeekSummary) -> list[dict[str, str]]:
    out = io.StringIO()
    write_csv(of, out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


@pytest.fixture
def deal() -> Deal:
    """40 USD an hour, one hour a week at most; seven segments, one of them by hand, one at the end of the week."""
    deal = Deal.hourly("USD", "40.00", weekly_limit_hours=1, manual_time=True)
    log(deal, at(9), 4)
    log(deal, at(9, day=4), 2, manual=True)
    log(deal, SUNDAY_NIGHT, 1)
    return deal


def test_hours_are_told_by_day_with_what_is_billed_and_covered_of_them(deal: Deal) -> None:
    [side] = summary(deal.freelancer).sides
    [one] = side.contracts

    assert (side.side, one.other, one.contract.title) == (Role.FREELANCER, "Clara", "Logo")
    assert one.days == (Hours(40, 40, 40), Hours(), Hours(20, 20, 0), Hours(), Hours(), Hours(), Hours(10, 0, 0))
    assert (one.hours, one.hours.over_limit) == (Hours(70, 60, 40), 10)
    assert (str(one.rate), str(one.amount), one.week.status) == ("40.00 USD", "40.00 USD", WeekStatus.OPEN)
    assert (side.days, side.hours) == (one.days, one.hours)
    assert summary(deal.freelancer).is_open


def test_both_sides_see_the_same_week(deal: Deal) -> None:
    [side] = summary(deal.client).sides

    assert (side.side, side.contracts[0].other) == (Role.CLIENT, "Femi")
    assert side.days == summary(deal.freelancer).sides[0].days


def test_whoever_is_both_has_two_sides(deal: Deal) -> None:
    log(Deal.hourly("USD", "10.00", client=deal.freelancer, title="Proofreading"), at(9), 1)

    freelancer, client = summary(deal.freelancer).sides
    assert (freelancer.side, client.side) == (Role.FREELANCER, Role.CLIENT)
    assert [one.contract.title for one in client.contracts] == ["Proofreading"]


def test_contracts_add_up_by_currency(deal: Deal) -> None:
    for currency, hour in (("USD", 12), ("JPY", 14)):
        other = Deal.hourly(currency, "3000", freelancer=deal.freelancer, title=f"Blog in {currency}")
        log(other, at(hour), 3)
    [side] = summary(deal.freelancer).sides

    assert [one.contract.title for one in side.contracts] == ["Blog in JPY", "Blog in USD", "Logo"]
    assert list(map(str, side.amounts)) == ["1,500 JPY", "1,540.00 USD"]
    assert side.hours == Hours(130, 120, 100)


def test_a_week_that_was_billed_is_told_as_it_was_billed(deal: Deal) -> None:
    deal.does(deal.client, "set_weekly_limit", hours=30)
    log(deal, at(12, day=5), 3)
    before = summary(deal.freelancer)
    billed = summary(deal.freelancer, at(12, day=9))

    [one] = billed.sides[0].contracts
    assert one.week.status == WeekStatus.CHARGING
    assert (one.days, one.amount) == (before.sides[0].contracts[0].days, before.sides[0].contracts[0].amount)
    assert not billed.is_open


def test_a_settled_week_is_still_told(deal: Deal) -> None:
    deal.days_pass(8)
    deal.does(None, "week_charged", week=str(MONDAY))
    deal.days_pass(30)
    [one] = summary(deal.freelancer, deal.at).sides[0].contracts

    assert one.hours == Hours(70, 60, 40)
    assert (str(one.amount), one.week.shown_status) == ("40.00 USD", WeekStatus.PAID)


def test_weeks_without_hours_are_empty(deal: Deal) -> None:
    assert summary(deal.freelancer, start=date(2026, 3, 9)).sides == ()
    assert summary(person("Eve", "freelancer")).sides == ()
    assert len(sheet(summary(person("Eve", "freelancer")))) == 0


def test_a_week_can_be_read_by_a_spreadsheet_and_checked_by_hand(deal: Deal) -> None:
    [line] = sheet(summary(deal.freelancer))

    assert line == {
        "week": "2026-03-02", "side": "freelancer", "contract": deal.contract.id, "title": "Logo", "with": "Clara",
        "Mon 2026-03-02": "0:40", "Tue 2026-03-03": "0:00", "Wed 2026-03-04": "0:20", "Thu 2026-03-05": "0:00",
        "Fri 2026-03-06": "0:00", "Sat 2026-03-07": "0:00", "Sun 2026-03-08": "0:10", "logged": "1:10",
        "billed": "1:00", "over_limit": "0:10", "covered": "0:40", "rate": "40.00", "amount": "40.00",
        "refunded": "0.00", "currency": "USD", "status": "open",
    }  # fmt: skip


def test_what_people_are_called_is_no_formula_of_a_spreadsheet() -> None:
    deal = Deal.hourly("USD", "40.00", person("=Clara", "client"), title="+Logo")
    log(deal, at(9), 1)
    [line] = sheet(summary(deal.freelancer))
    assert (line["title"], line["with"]) == ("'+Logo", "'=Clara")


def test_many_contracts_take_no_more_queries_than_one(deal: Deal) -> None:
    with CaptureQueriesContext(connection) as one:
        summary(deal.freelancer)
    for hour in range(12, 18):
        log(Deal.hourly("USD", "10.00", freelancer=deal.freelancer), at(hour), 1)
    with CaptureQueriesContext(connection) as many:
        assert len(summary(deal.freelancer).sides[0].contracts) == 7

    assert len(many) == len(one)
