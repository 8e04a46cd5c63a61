"""Importing hours over REST."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from callers import Caller, Json, Reply, hourly_offer_of, move_clock, now, path_of, succeeded
from exports import toggl


@pytest.fixture
def hourly(clara: Caller, femi: Caller) -> Json:
    """An hourly contract of at most one hour a week with time by hand, accepted on a Tuesday at 08:00; it is 18:00."""
    at = datetime.fromisoformat(now())
    morning = at.replace(hour=8, minute=0) + timedelta(days=8 - at.weekday())
    move_clock(written(morning))
    offer = hourly_offer_of(femi, weekly_limit_hours=1, manual_time=True)
    contract = femi.do(succeeded(clara.post("/contracts", offer)), "accept")["contract"]
    move_clock(written(morning + timedelta(hours=10)))
    return contract


def written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def export(contract: Json, *stretches: tuple[str, str]) -> bytes:
    """An export of entries on the day of the contract's acceptance."""
    return toggl(*((contract["accepted_at"][:10], f"{start}:00", f"{end}:00") for start, end in stretches))


def send(who: Caller, contract: Json, content: bytes, query: str = "", kind: str = "text/csv", **headers: str) -> Reply:
    return who.send("POST", f"{path_of(contract)}/time/import{query}", content, kind, **headers)


def logged(who: Caller, contract: Json) -> list[str]:
    return [one["start"][11:16] for one in who.see(f"{path_of(contract)}/time")["items"]]


def test_the_preview_and_the_import_are_equal(hourly: Json, femi: Caller) -> None:
    content = export(hourly, ("09:00", "10:10"), ("12:00", "12:03"))
    foreseen = succeeded(send(femi, hourly, content, "?preview=true"))
    assert logged(femi, hourly) == []

    day = hourly["accepted_at"][:10]
    monday = str((datetime.fromisoformat(day) - timedelta(days=1)).date())
    assert foreseen["taken"][0] == {
        "start": f"{day}T09:00:00Z", "end": f"{day}T09:10:00Z", "memo": "Checkout page", "over_limit": False,
    }  # fmt: skip
    assert [one["over_limit"] for one in foreseen["taken"]] == [False] * 6 + [True]
    assert (foreseen["product"], foreseen["zone"], foreseen["minutes"]) == ("Toggl Track", "UTC", 70)
    assert [(one["code"], one["lines"]) for one in foreseen["not_taken"]] == [("too_short", [3])]
    assert foreseen["weeks"] == [
        {
            "start": monday, "minutes_before": 0, "minutes_after": 70, "over_limit_before": 0, "over_limit_after": 10,
            "amount_before": "0.00", "amount_after": "40.00", "currency": "USD",
        }
    ]  # fmt: skip
    done = succeeded(send(femi, hourly, content, f"?plan={foreseen['plan']}"))
    assert done == {**foreseen, "done": True}
    assert len(logged(femi, hourly)) == 7


def test_what_would_come_to_something_else_by_now_is_refused(hourly: Json, femi: Caller) -> None:
    content = export(hourly, ("09:00", "10:00"))
    seen = succeeded(send(femi, hourly, content, "?preview=true"))["plan"]
    succeeded(send(femi, hourly, export(hourly, ("09:00", "09:10"))))

    assert send(femi, hourly, content, f"?plan={seen}").problem == (412, "stale")
    assert logged(femi, hourly) == ["09:00"]


def test_a_repeated_key_is_answered_as_the_first_time(hourly: Json, femi: Caller) -> None:
    content = export(hourly, ("09:00", "10:00"))
    first = send(femi, hourly, content, Idempotency_Key="one")
    again = send(femi, hourly, content, Idempotency_Key="one")

    assert again.body == succeeded(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = send(femi, hourly, export(hourly, ("09:00", "11:00")), Idempotency_Key="one")
    assert other.problem == (422, "idempotency_key_reused")
    assert len(logged(femi, hourly)) == 6


def test_the_times_are_in_the_zone_that_is_named(hourly: Json, femi: Caller) -> None:
    content = export(hourly, ("18:00", "18:10"))
    succeeded(send(femi, hourly, content, "?zone=Asia/Tokyo"))

    assert logged(femi, hourly) == ["09:00"]
    for zone in ("Mars", "Europe", "/etc/passwd", ""):
        assert send(femi, hourly, content, f"?zone={zone}&preview=true").status == (422 if zone else 200)
    assert send(femi, hourly, content, "?zone=Mars").wrong_fields == {"zone"}


def test_only_one_project_is_meant_where_one_is_named(hourly: Json, femi: Caller) -> None:
    content = export(hourly, ("09:00", "10:00"))

    assert succeeded(send(femi, hourly, content, "?project=Blog"))["taken"] == []
    assert succeeded(send(femi, hourly, content, "?project=Shop"))["minutes"] == 60


def test_a_broken_file_names_line_and_column_and_changes_nothing(hourly: Json, femi: Caller) -> None:
    broken = export(hourly, ("09:00", "10:00"), ("noon", "13:00"))
    reply = send(femi, hourly, broken)

    assert reply.problem == (422, "import_broken")
    assert reply.wrong_fields == {"lines.3.start time"}
    assert "line 3, column start time" in reply.body["detail"]
    assert logged(femi, hourly) == []


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (b"", "text/csv", (422, "import_empty")),
        ("Zeit".encode("utf-16"), "text/csv", (422, "import_not_text")),
        (b"Project,Duration\nShop,1:00\n", "text/csv", (422, "import_unknown")),
        (b"{}", "application/json", (415, "not_csv")),
        (b"a" * 2_000_001, "text/csv", (413, "too_large")),
    ],
)
def test_what_is_no_export_is_refused(
    content: bytes, kind: str, problem: tuple[int, str], hourly: Json, femi: Caller
) -> None:
    if content:
        assert send(femi, hourly, content, kind=kind).problem == problem
    else:
        assert send(femi, hourly, b"\n").problem == problem


def test_only_the_freelancer_imports_and_only_where_time_by_hand_is_allowed(
    hourly: Json, clara: Caller, femi: Caller, mo: Caller
) -> None:
    content = export(hourly, ("09:00", "10:00"))
    assert send(clara, hourly, content).problem == (403, "other_side")
    assert send(mo, hourly, content).problem == (404, "not_found")

    tracked = femi.do(succeeded(clara.post("/contracts", hourly_offer_of(femi))), "accept")["contract"]
    reply = send(femi, tracked, content)
    assert reply.problem == (409, "manual_time_not_allowed")
    assert "ask Clara Weber to allow time by hand" in reply.body["detail"]
