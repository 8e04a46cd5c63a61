"""A client's invoices over REST."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest

from api.conftest import Person
from callers import Caller, Json, hourly_offer_of, move_clock, now, path_of, succeeded

NOBODY = "01a20af0-8a37-71e9-adcf-29034e1d7402"


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def log(femi: Caller, contract: Json, start: datetime, minutes: int) -> None:
    segments = [
        {"start": written(start + timedelta(minutes=10 * n)), "memo": "Checkout page", "activity": 8}
        for n in range(minutes // 10)
    ]
    assert femi.post(f"{path_of(contract)}/time", {"segments": segments}).status == 201


def hired(client: Caller, femi: Caller, **terms: object) -> Json:
    return femi.do(succeeded(client.post("/contracts", hourly_offer_of(femi, **terms))), "accept")["contract"]


@pytest.fixture
def tuesday(clara: Caller) -> datetime:
    """A Tuesday, 9:00."""
    today = at(now())
    tuesday = (today + timedelta(days=8 - today.weekday())).replace(hour=9, minute=0, second=0)
    move_clock(written(tuesday))
    assert clara.see("/me")
    return tuesday


@pytest.fixture
def monday(clara: Caller, femi: Caller, tuesday: datetime) -> date:
    """The Monday of a week with hours on two contracts in USD and one in JPY; that week is billed."""
    logo = hired(clara, femi, rate="33.33", title="=Logo")
    shop = hired(clara, femi, rate="40.00", title="Shop")
    yen = hired(clara, femi, rate="1501", currency="JPY", title="Garden")
    move_clock(written(tuesday + timedelta(hours=10)))
    log(femi, logo, tuesday, 430)
    log(femi, shop, tuesday + timedelta(hours=7, minutes=10), 60)
    log(femi, yen, tuesday + timedelta(hours=9), 20)
    assert clara.see("/me/invoices")["items"] == []
    move_clock(written(tuesday + timedelta(days=6, hours=4)))
    return tuesday.date() - timedelta(days=1)


def test_a_week_is_one_invoice_a_currency_with_a_line_for_each_contract(
    monday: date, clara: Caller, femi: Caller
) -> None:
    yen, dollars = clara.see("/me/invoices")["items"]
    charged_at = f"{monday + timedelta(days=7)}T12:00:00Z"

    assert [(line["title"], line["hours"], line["rate"], line["amount"]) for line in dollars["lines"]] == [
        ("=Logo", "7:10", "33.33", "238.87"),
        ("Shop", "1:00", "40.00", "40.00"),
    ]
    told = ("week", "status", "amount", "fee", "total", "refunded", "currency", "charged_at")
    assert [dollars[name] for name in told] == [
        str(monday), "paid", "278.87", "13.94", "292.81", "0.00", "USD", charged_at,
    ]  # fmt: skip
    assert [yen[name] for name in ("amount", "fee", "total", "currency")] == ["500", "25", "525", "JPY"]
    year, week, _ = monday.isocalendar()
    assert dollars["number"] == f"{year}-W{week:02}-USD-{dollars['id'][-8:]}"
    assert clara.see(f"/me/invoices/{dollars['id']}") == dollars
    assert femi.see("/me/invoices") == {"items": [], "next": None}
    assert femi.get(f"/me/invoices/{dollars['id']}").problem == (404, "not_found")


def test_each_line_can_be_checked_by_hand_and_the_sum_is_what_the_card_paid(monday: date, clara: Caller) -> None:
    assert monday
    for invoice in clara.see("/me/invoices")["items"]:
        places = Decimal(invoice["amount"])
        for line in invoice["lines"]:
            hours, minutes = map(int, line["hours"].split(":"))
            assert hours * 60 + minutes == line["minutes"]
            exact = Decimal(line["minutes"]) * Decimal(line["rate"]) / 60
            assert Decimal(line["amount"]) == exact.quantize(places, ROUND_HALF_UP)
        assert Decimal(invoice["amount"]) == sum(Decimal(line["amount"]) for line in invoice["lines"])
        assert Decimal(invoice["fee"]) == sum(Decimal(line["fee"]) for line in invoice["lines"])
        charged = [
            Decimal(line["amount"])
            for line in clara.see("/me/transactions")["items"]
            if (line["kind"], line["currency"]) == ("card charge", invoice["currency"])
        ]
        assert sum(charged) == Decimal(invoice["total"])


def test_the_list_is_paged_oldest_first(monday: date, clara: Caller) -> None:
    whole = clara.see("/me/invoices")["items"]
    first = clara.see("/me/invoices?limit=1")
    second = clara.see(f"/me/invoices?limit=1&cursor={first['next']}")

    assert monday
    assert [*first["items"], *second["items"]] == whole
    assert second["next"] is None
    assert clara.get("/me/invoices?cursor=nonsense").wrong_fields == {"cursor"}


def test_they_come_as_csv_with_a_row_for_each_line(monday: date, clara: Caller) -> None:
    invoices = clara.see("/me/invoices")["items"]
    reply = clara.get("/me/invoices?format=csv")
    found = list(csv.DictReader(reply.body.splitlines()))

    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [row["title"] for row in found] == ["Garden", "'=Logo", "Shop"]
    assert found[1] == {
        "number": invoices[1]["number"], "week": str(monday), "status": "paid", "charged_at": invoices[1]["charged_at"],
        "contract": invoices[1]["lines"][0]["contract"], "title": "'=Logo", "hours": "7:10", "minutes": "430",
        "rate": "33.33", "amount": "238.87", "fee": "11.94", "refunded": "0.00", "currency": "USD",
    }  # fmt: skip
    one = clara.get(f"/me/invoices/{invoices[0]['id']}?format=csv")
    assert [row["title"] for row in csv.DictReader(one.body.splitlines())] == ["Garden"]
    assert clara.get("/me/invoices?format=pdf").wrong_fields == {"format"}


def test_one_that_the_card_declined_is_unpaid_until_another_card_pays(
    tuesday: datetime, person: Person, femi: Caller
) -> None:
    cora = person("Cora Poor", "client", card="declines")
    contract = hired(cora, femi, rate="40.00")
    move_clock(written(tuesday + timedelta(hours=2)))
    log(femi, contract, tuesday, 60)
    move_clock(written(tuesday + timedelta(days=6, hours=4)))
    (unpaid,) = cora.see("/me/invoices")["items"]
    succeeded(cora.put("/me/card", {"card": "works"}))
    (paid,) = cora.see("/me/invoices")["items"]

    assert (unpaid["status"], unpaid["total"], unpaid["charged_at"]) == ("unpaid", "42.00", None)
    assert paid == unpaid | {"status": "paid", "charged_at": now()}


def test_what_is_not_there_is_not_there(clara: Caller) -> None:
    assert clara.get(f"/me/invoices/{NOBODY}").problem == (404, "not_found")
    assert clara.get("/me/invoices/1").problem == (404, "not_found")
