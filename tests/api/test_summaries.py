"""A person's week over REST."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.conftest import Person
from callers import Caller, Json, hourly_offer_of, move_clock, now, path_of, succeeded


@pytest.fixture
def worked(clara: Caller, femi: Caller) -> Json:
    """An hourly contract of at most one hour a week; its freelancer has logged 70 minutes of a Tuesday, from 08:00."""
    at = datetime.fromisoformat(now())
    morning = at.replace(hour=8, minute=0) + timedelta(days=8 - at.weekday())
    move_clock(written(morning))
    contract = succeeded(clara.post("/contracts", hourly_offer_of(femi, weekly_limit_hours=1)))
    contract = femi.do(contract, "accept")["contract"]
    move_clock(written(morning + timedelta(hours=10)))
    starts = [written(morning + timedelta(minutes=10 * n)) for n in range(7)]
    segments = [{"start": start, "memo": "Checkout page", "activity": 7} for start in starts]
    succeeded(femi.post(f"{path_of(contract)}/time", {"segments": segments}))
    return contract


def written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def monday(contract: Json) -> str:
    return str((datetime.fromisoformat(contract["accepted_at"]) - timedelta(days=1)).date())


def test_both_sides_see_the_week_by_day_and_contract(worked: Json, clara: Caller, femi: Caller) -> None:
    week = femi.see(f"/me/weeks/{monday(worked)}")
    assert week["start"] == monday(worked)
    [side] = week["sides"]
    hours = {"minutes": 70, "billed_minutes": 60, "over_limit_minutes": 10, "covered_minutes": 60}
    assert hours.items() <= side.items()
    assert (side["side"], side["amounts"]) == ("freelancer", [{"amount": "40.00", "currency": "USD"}])
    assert [day["minutes"] for day in side["days"]] == [0, 70, 0, 0, 0, 0, 0]
    assert side["days"][1] == {"date": worked["accepted_at"][:10], **hours}
    [one] = side["contracts"]
    assert one == {
        **hours, "contract": worked["id"], "title": "A shop", "other": {"id": clara.id, "name": clara.name},
        "status": "open", "rate": "40.00", "amount": "40.00", "refunded": "0.00", "currency": "USD",
        "review_ends": None, "days": side["days"],
    }  # fmt: skip

    [theirs] = clara.see(f"/me/weeks/{monday(worked)}")["sides"]
    assert (theirs["side"], theirs["contracts"][0]["other"]["name"]) == ("client", femi.name)
    assert theirs["days"] == side["days"]


def test_the_week_comes_as_a_table_too(worked: Json, femi: Caller) -> None:
    reply = femi.get(f"/me/weeks/{monday(worked)}?format=csv")

    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f"hours-{monday(worked)}.csv" in reply.headers["Content-Disposition"]
    header, line = reply.body.splitlines()
    assert header.startswith("week,side,contract,title,with,Mon ")
    assert line.endswith(",1:10,1:00,0:10,1:00,40.00,40.00,0.00,USD,open")


def test_a_week_goes_by_its_monday(worked: Json, femi: Caller) -> None:
    reply = femi.get(f"/me/weeks/{worked['accepted_at'][:10]}")
    assert reply.wrong_fields == {"start"}
    assert f"write {monday(worked)}" in reply.body["detail"]
    assert femi.get("/me/weeks/yesterday").wrong_fields == {"start"}


def test_others_have_weeks_of_their_own(worked: Json, person: Person) -> None:
    assert person("Eve", "freelancer").see(f"/me/weeks/{monday(worked)}")["sides"] == []
