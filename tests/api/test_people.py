"""People over REST: the sandbox's helpers, profiles, money and the books."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from pytest_django.fixtures import Settings

from api.conftest import Person
from callers import Caller, Json, milestone, move_clock, now, path_of, succeeded

NO_TOKEN = Caller()


def test_somebody_new_has_the_roles_asked_for(person: Person) -> None:
    both = person("  Ada Okafor ", "client", "freelancer", "client")
    me = both.see("/me")
    assert (me["id"], me["name"], me["roles"]) == (both.id, "Ada Okafor", ["client", "freelancer"])


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"roles": ["client"]}, "name"),
        ({"name": "", "roles": ["client"]}, "name"),
        ({"name": "x" * 121, "roles": ["client"]}, "name"),
        ({"name": "nul \x00", "roles": ["client"]}, "name"),
        ({"name": 5, "roles": ["client"]}, "name"),
        ({"name": "X"}, "roles"),
        ({"name": "X", "roles": []}, "roles"),
        ({"name": "X", "roles": ["king"]}, "roles.0"),
        ({"name": "X", "roles": "client"}, "roles"),
        ({"name": "X", "roles": ["client"], "card": "gold"}, "card"),
        (None, "body"),
    ],
)
def test_somebody_who_makes_no_sense_is_not_added(body: Json, field: str, anybody: Caller) -> None:
    assert anybody.post("/sandbox/people", body).wrong_fields == {field}


def test_a_public_profile_is_everybodys_to_read(clara: Caller, femi: Caller) -> None:
    profile = clara.see(f"/people/{femi.id}")
    assert profile.pop("member_since").endswith("Z")
    assert profile == {
        "id": femi.id,
        "name": femi.name,
        "roles": ["freelancer"],
        "standing": None,
        "standing_as_client": None,
        "feedback": [],
    }


def test_time_stands_still_until_it_is_moved_and_never_runs_back(anybody: Caller) -> None:
    at = now()
    assert at == now()
    assert move_clock(at) == {"now": at, "performed": 0}
    assert move_clock("2031-01-01T00:30:00.25+01:00") == {"now": "2030-12-31T23:30:00.250000Z", "performed": 0}
    assert now() == "2030-12-31T23:30:00.250000Z"
    assert anybody.post("/sandbox/clock", {"to": at}).problem == (409, "clock_runs_forward")


@pytest.mark.parametrize(
    "to", ["tomorrow", "2031-01-01", "2031-01-01T00:00:00", 2_000_000_000, None, "9999-12-31T23:59:59Z"]
)
def test_a_time_that_is_none_does_not_move_the_clock(to: Json, anybody: Caller) -> None:
    before = now()
    assert anybody.post("/sandbox/clock", {"to": to}).wrong_fields == {"to"}
    assert now() == before


def test_the_helpers_exist_only_in_the_sandbox(clara: Caller, settings: Settings) -> None:
    settings.SANDBOX = False
    settings.PAYMENT_PROVIDER = "another"
    assert NO_TOKEN.get("/sandbox/clock").problem == (404, "not_found")
    assert NO_TOKEN.post("/sandbox/clock", {"to": "2031-01-01T00:00:00Z"}).problem == (404, "not_found")
    assert NO_TOKEN.post("/sandbox/people", {"name": "X", "roles": ["client"]}).problem == (404, "not_found")
    assert clara.put("/me/card", {"card": "works"}).problem == (404, "not_found")


def test_a_statement_tells_each_movement_and_what_is_left(submitted: Json, clara: Caller, femi: Caller) -> None:
    clara.do(submitted, "approve", milestone=milestone(submitted))
    lines = femi.see("/me/transactions")["items"]
    assert [(line["kind"], line["amount"], line["balance"]) for line in lines] == [
        ("release", "500.00", "500.00"),
        ("service fee", "-50.00", "450.00"),
    ]
    assert {line["contract"] for line in lines} == {submitted["id"]}
    assert {line["currency"] for line in lines} == {"USD"}
    assert all(line["description"] and line["at"].endswith("Z") for line in lines)


def test_a_statement_can_be_had_as_a_sheet(submitted: Json, clara: Caller, femi: Caller) -> None:
    clara.do(submitted, "approve", milestone=milestone(submitted))
    reply = femi.get("/me/transactions?format=csv")
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(reply.body)))
    assert rows == femi.see("/me/transactions")["items"]
    assert femi.get("/me/transactions?format=pdf").wrong_fields == {"format"}


def test_only_what_is_available_can_be_taken_out(submitted: Json, clara: Caller, femi: Caller) -> None:
    clara.do(submitted, "approve", milestone=milestone(submitted))
    ask = {"amount": "450.00", "currency": "USD"}
    assert femi.post("/me/withdrawals", ask).problem == (409, "not_enough_available")
    move_clock(femi.see(f"{path_of(submitted)}/timeline")["items"][0]["at"])
    assert femi.post("/me/withdrawals", {**ask, "amount": "450.01"}).problem == (409, "not_enough_available")
    taken = succeeded(femi.post("/me/withdrawals", ask))
    assert taken.items() >= {**ask, "status": "paid", "requested_at": now()}.items()
    assert femi.post("/me/withdrawals", ask).problem == (409, "not_enough_available")
    assert femi.post("/me/withdrawals", {"amount": "1", "currency": "US"}).wrong_fields == {"currency"}


def test_the_books_are_the_operators(submitted: Json, clara: Caller, person: Person) -> None:
    clara.do(submitted, "approve", milestone=milestone(submitted), amount="100.00")
    for path in ("/books/verify", "/books/export?format=csv"):
        assert clara.get(path).problem == (403, "role_needed")
    olga = person("Olga Operator", "operator")

    report = olga.see("/books/verify")
    assert (report["balanced"], report["problems"]) == (True, [])
    assert report["entries"] == 2 * report["transfers"] > 0
    assert report["checked_at"] == now()

    for form, start in (("hledger", "; "), ("beancount", "option "), ("csv", "id,")):
        reply = olga.get(f"/books/export?format={form}")
        assert reply.status == 200
        assert reply.headers["Content-Type"].startswith("text/")
        assert reply.body.startswith(start)
        assert "90.00" in reply.body
    assert olga.get("/books/export").wrong_fields == {"format"}
    assert olga.get("/books/export?format=pdf").wrong_fields == {"format"}
