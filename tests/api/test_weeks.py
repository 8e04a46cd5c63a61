"""Billing weeks over REST."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from api.conftest import Person
from callers import Caller, Json, hourly_offer_of, move_clock, now, path_of, succeeded


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def log(femi: Caller, contract: Json, start: datetime, minutes: int) -> None:
    """Femi's timer measured so much, before now."""
    segments = [
        {"start": written(start + timedelta(minutes=10 * n)), "memo": "Checkout page", "activity": 8}
        for n in range(minutes // 10)
    ]
    assert femi.post(f"{path_of(contract)}/time", {"segments": segments}).status == 201


@pytest.fixture
def monday(clara: Caller) -> date:
    """The Monday of the week in which it is Tuesday, 9:00."""
    today = at(now())
    tuesday = (today + timedelta(days=8 - today.weekday())).replace(hour=9, minute=0, second=0)
    move_clock(written(tuesday))
    assert clara.see("/me")
    return tuesday.date() - timedelta(days=1)


@pytest.fixture
def hourly(clara: Caller, femi: Caller, monday: date) -> Json:
    """Five hours a week at 40 USD, accepted on the Tuesday; seven hours and ten minutes later."""
    offer = hourly_offer_of(femi, rate="40.00", weekly_limit_hours=5)
    contract = femi.do(succeeded(clara.post("/contracts", offer)), "accept")["contract"]
    begun = at(now())
    move_clock(written(begun + timedelta(hours=8)))
    log(femi, contract, begun, 430)
    assert monday.weekday() == 0
    return contract


def weeks(caller: Caller, contract: Json) -> list[Json]:
    return caller.see(f"{path_of(contract)}/weeks")["items"]


def test_an_open_week_says_what_it_comes_to_so_far(hourly: Json, clara: Caller, femi: Caller, monday: date) -> None:
    (week,) = weeks(clara, hourly)
    assert week == {
        "start": str(monday), "minutes": 300, "amount": "200.00", "currency": "USD", "status": "open",
        "locks": f"{monday + timedelta(days=7)}T12:00:00Z",
        "review_ends": f"{monday + timedelta(days=11)}T23:59:59Z",
        "available_at": f"{monday + timedelta(days=16)}T00:00:00Z",
        "rate": "40.00", "limit_hours": 5, "logged_minutes": 430, "over_limit_minutes": 130, "covered_minutes": 300,
        "disputed_minutes": 0, "disputed_segments": [],
        "in_review": "0.00", "disputed": "0.00", "paid": "0.00", "refunded": "0.00",
    }  # fmt: skip
    assert weeks(femi, hourly) == [week]


def test_weeks_are_the_contracts_people_business(hourly: Json, person: Person) -> None:
    assert person("Nina", "client").get(f"{path_of(hourly)}/weeks").problem[0] == 404


def test_weeks_come_a_page_at_a_time(hourly: Json, femi: Caller, monday: date) -> None:
    after = datetime.fromisoformat(f"{monday + timedelta(days=7)}T10:00:00+00:00")
    move_clock(written(after))
    log(femi, hourly, after - timedelta(hours=1), 10)
    assert list(pages(femi, hourly)) == [str(monday), str(monday + timedelta(days=7))]
    assert femi.get(f"{path_of(hourly)}/weeks?cursor=x").wrong_fields == {"cursor"}


def pages(caller: Caller, contract: Json) -> Iterator[str]:
    cursor = ""
    while cursor is not None:
        page = caller.see(f"{path_of(contract)}/weeks?limit=1" + (f"&cursor={cursor}" if cursor else ""))
        yield from (week["start"] for week in page["items"])
        cursor = page["next"]
