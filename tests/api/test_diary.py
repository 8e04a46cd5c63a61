"""The work diary over REST."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from api.conftest import Person
from callers import CLIENT, ROOT, Caller, Json, Reply, hourly_offer_of, move_clock, now, path_of, succeeded

HOUR = timedelta(hours=1)


@pytest.fixture
def hourly(clara: Caller, femi: Caller) -> Json:
    """An hourly contract of at most two hours a week with time by hand, some hours after it was accepted; it is the
    Tuesday of a week."""
    at = datetime.fromisoformat(now())
    move_clock(written(at.replace(hour=8, minute=0) + timedelta(days=8 - at.weekday())))
    offer = hourly_offer_of(femi, weekly_limit_hours=2, manual_time=True)
    contract = femi.do(succeeded(clara.post("/contracts", offer)), "accept")["contract"]
    move_clock(written(datetime.fromisoformat(now()) + 10 * HOUR))
    return contract


def written(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def time_of(contract: Json) -> str:
    return f"{path_of(contract)}/time"


def start(contract: Json, minutes: int = 0) -> str:
    """When the contract was accepted, and so many minutes later."""
    return written(datetime.fromisoformat(contract["accepted_at"]) + timedelta(minutes=minutes))


def work(contract: Json, count: int = 1, since: int = 0, **more: Json) -> list[Json]:
    one = {"memo": "Checkout page", "activity": 7, "manual": False, **more}
    return [{"start": start(contract, since + 10 * n), **one} for n in range(count)]


def monday(contract: Json) -> str:
    at = datetime.fromisoformat(contract["accepted_at"])
    return str((at - timedelta(days=at.weekday())).date())


def test_segments_are_logged_and_both_sides_see_them(hourly: Json, clara: Caller, femi: Caller) -> None:
    reply = femi.post(time_of(hourly), {"segments": work(hourly, 2) + work(hourly, since=20, manual=True, activity=0)})
    assert reply.status == 201
    assert reply.body["logged"] == 3
    first = reply.body["items"][0]
    assert first == {
        "start": start(hourly), "end": start(hourly, 10), "memo": "Checkout page", "activity": 7, "manual": False,
        "late": False, "over_limit": False, "covered": True, "why_not": None, "screenshot": False, "logged_at": now(),
    }  # fmt: skip
    assert reply.body["items"][2]["covered"] is False
    assert reply.body["items"][2]["why_not"].startswith("It was entered by hand.")
    for who in (clara, femi):
        assert who.see(f"{time_of(hourly)}?week={monday(hourly)}") == {"items": reply.body["items"], "next": None}


def test_a_segment_logged_twice_counts_once(hourly: Json, femi: Caller) -> None:
    femi.post(time_of(hourly), {"segments": work(hourly)})
    again = succeeded(femi.post(time_of(hourly), {"segments": work(hourly, 2, memo="Other words")}))
    assert (again["logged"], [one["memo"] for one in again["items"]]) == (1, ["Checkout page", "Other words"])


def test_the_same_request_with_its_key_is_answered_as_the_first_time(hourly: Json, femi: Caller) -> None:
    body = {"segments": work(hourly, 3)}
    first = femi.post(time_of(hourly), body, Idempotency_Key="k1")
    again = femi.post(time_of(hourly), body, Idempotency_Key="k1")
    assert (again.body, again.headers["Idempotency-Replayed"]) == (first.body, "true")
    assert again.body["logged"] == 3
    other = femi.post(time_of(hourly), {"segments": work(hourly, 4)}, Idempotency_Key="k1")
    assert other.problem == (422, "idempotency_key_reused")


def test_time_over_the_limit_is_kept_and_shown(hourly: Json, femi: Caller) -> None:
    items = succeeded(femi.post(time_of(hourly), {"segments": work(hourly, 14)}))["items"]
    assert [one["over_limit"] for one in items] == [*[False] * 12, True, True]
    assert "over the weekly limit" in items[12]["why_not"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"activity": 11}, "activity"),
        ({"activity": -1}, "activity"),
        ({"activity": "7"}, "activity"),
        ({"activity": 7.5}, "activity"),
        ({"activity": True}, "activity"),
        ({"manual": "yes"}, "manual"),
        ({"memo": "x" * 501}, "memo"),
        ({"memo": None}, "memo"),
        ({"memo": "\x00"}, "memo"),
        ({"start": "2026-11-23"}, "start"),
        ({"start": "2026-11-23T09:00:00"}, "start"),
        ({"start": "2026-11-23T09:01:00Z"}, "start"),
        ({"start": "2026-11-23T09:00:01Z"}, "start"),
        ({"start": 1}, "start"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_segment_that_makes_no_sense_is_named_and_nothing_is_logged(
    change: Json, field: str, hourly: Json, femi: Caller
) -> None:
    good = work(hourly, 2)
    reply = femi.post(time_of(hourly), {"segments": [good[0], good[1] | change]})
    assert reply.wrong_fields == {f"segments.1.{field}"}
    assert femi.see(time_of(hourly))["items"] == []


@pytest.mark.parametrize("body", [None, {}, {"segments": []}, {"segments": {}}, {"segments": None}, {"segments": [1]}])
def test_a_body_that_is_no_batch_is_refused(body: Json, hourly: Json, femi: Caller) -> None:
    assert femi.post(time_of(hourly), body).problem == (422, "invalid")


def test_a_batch_is_a_weeks_segments_at_most(hourly: Json, femi: Caller) -> None:
    assert femi.post(time_of(hourly), {"segments": work(hourly) * 1_009}).wrong_fields == {"segments"}
    assert femi.post(time_of(hourly), {"segments": work(hourly), "more": 1}).wrong_fields == {"more"}


def test_what_the_rules_refuse_says_which_and_why(hourly: Json, femi: Caller) -> None:
    reply = femi.post(time_of(hourly), {"segments": work(hourly) + work(hourly, since=24 * 60)})
    assert reply.problem == (409, "in_future")
    assert [error["field"] for error in reply.body["errors"]] == ["segments.1.start"]
    assert femi.post(time_of(hourly), {"segments": work(hourly, since=-60)}).problem == (409, "before_start")


def test_overlap_with_another_contract_is_refused_and_says_when(hourly: Json, clara: Caller, femi: Caller) -> None:
    other = femi.do(succeeded(clara.post("/contracts", hourly_offer_of(femi))), "accept")["contract"]
    move_clock(written(datetime.fromisoformat(now()) + HOUR))
    succeeded(femi.post(time_of(other), {"segments": work(other, 2)}))
    reply = femi.post(time_of(hourly), {"segments": work(other, 3)})
    assert reply.problem == (409, "overlap")
    assert [error["field"] for error in reply.body["errors"]] == ["segments.0.start", "segments.1.start"]


def test_only_the_freelancer_logs_and_others_see_no_contract(hourly: Json, clara: Caller, person: Person) -> None:
    for method, body in (("POST", {"segments": work(hourly)}), ("DELETE", {"starts": [start(hourly)]})):
        send = clara.post if method == "POST" else clara.delete
        assert send(time_of(hourly), body).problem == (403, "other_side")
    stranger = person("Somebody Else", "freelancer")
    assert stranger.post(time_of(hourly), {"segments": work(hourly)}).problem == (404, "not_found")
    assert stranger.get(time_of(hourly)).problem == (404, "not_found")
    assert stranger.delete(time_of(hourly), {"starts": [start(hourly)]}).problem == (404, "not_found")


def test_a_fixed_price_has_no_diary(active: Json, femi: Caller) -> None:
    assert femi.post(time_of(active), {"segments": work(active)}).problem == (409, "not_hourly")
    assert femi.get(time_of(active)).problem == (409, "not_hourly")


def test_segments_are_deleted_and_what_is_not_there_is_not_counted(hourly: Json, femi: Caller) -> None:
    femi.post(time_of(hourly), {"segments": work(hourly, 3)})
    starts = [start(hourly), start(hourly), start(hourly, 10), start(hourly, 600), start(hourly, 1)]
    assert succeeded(femi.delete(time_of(hourly), {"starts": starts})) == {"deleted": 2}
    assert [one["start"] for one in femi.see(time_of(hourly))["items"]] == [start(hourly, 20)]
    assert femi.delete(time_of(hourly), {"starts": ["today"]}).wrong_fields == {"starts.0"}


def test_memos_are_written_anew(hourly: Json, femi: Caller, clara: Caller) -> None:
    femi.post(time_of(hourly), {"segments": work(hourly, 2, memo="work")})
    changes = [{"start": start(hourly), "memo": "Address form"}, {"start": start(hourly, 500), "memo": "Nothing there"}]
    [changed] = succeeded(femi.patch(time_of(hourly), {"segments": changes}))["items"]
    assert (changed["memo"], changed["covered"]) == ("Address form", True)
    assert [one["covered"] for one in clara.see(time_of(hourly))["items"]] == [True, False]
    assert clara.patch(time_of(hourly), {"segments": changes}).problem == (403, "other_side")
    wrong = femi.patch(time_of(hourly), {"segments": [{"start": start(hourly), "memo": "x" * 501}]})
    assert wrong.wrong_fields == {"segments.0.memo"}


def test_the_diary_is_listed_by_pages_and_weeks(hourly: Json, femi: Caller) -> None:
    femi.post(time_of(hourly), {"segments": work(hourly, 5)})
    found, cursor = [], ""
    while True:
        part = femi.see(f"{time_of(hourly)}?limit=2{cursor}")
        found += [one["start"] for one in part["items"]]
        if part["next"] is None:
            break
        cursor = f"&cursor={part['next']}"
    assert found == [start(hourly, 10 * n) for n in range(5)]
    assert femi.see(f"{time_of(hourly)}?week=2020-01-06")["items"] == []
    for week in ("2026-11-24", "today", "2026-13-01"):
        assert femi.get(f"{time_of(hourly)}?week={week}").wrong_fields == {"week"}
    assert femi.get(f"{time_of(hourly)}?cursor=OTk5OTk5OTk5OTk5OTk5OTk").wrong_fields == {"cursor"}


def test_a_week_that_has_closed_takes_no_changes(hourly: Json, femi: Caller) -> None:
    femi.post(time_of(hourly), {"segments": work(hourly)})
    accepted = datetime.fromisoformat(hourly["accepted_at"])
    lock = accepted.replace(hour=12, minute=0) + timedelta(days=7 - accepted.weekday())
    move_clock(written(lock - timedelta(minutes=1)))
    assert femi.post(time_of(hourly), {"segments": work(hourly, since=10)}).status == 201
    move_clock(written(lock))
    assert femi.post(time_of(hourly), {"segments": work(hourly, since=20)}).problem == (409, "week_locked")
    assert femi.delete(time_of(hourly), {"starts": [start(hourly)]}).problem == (409, "week_locked")
    memo = [{"start": start(hourly), "memo": "Something else"}]
    assert femi.patch(time_of(hourly), {"segments": memo}).problem == (409, "week_locked")
    assert len(femi.see(time_of(hourly))["items"]) == 2


# Screenshots

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 100
JPEG = b"\xff\xd8\xff" + b"0" * 100


def send_picture(who: Caller, contract: Json, at: str, image: bytes, **words: str) -> Reply:
    body = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("screen.png", image, "image/png"), **words})
    return who.send("POST", f"{time_of(contract)}/{at}/screenshot", body, content_type=MULTIPART_CONTENT)


def picture(who: Caller, contract: Json, at: str) -> tuple[int, str, bytes]:
    response = CLIENT.get(
        f"{ROOT}{time_of(contract)}/{at}/screenshot", headers={"Authorization": f"Bearer {who.token}"}
    )
    return response.status_code, response["Content-Type"], response.content


def test_a_screenshot_is_seen_by_both_sides_and_goes_with_its_segment(
    hourly: Json, clara: Caller, femi: Caller, person: Person
) -> None:
    femi.post(time_of(hourly), {"segments": work(hourly)})
    sent = send_picture(femi, hourly, start(hourly), PNG)
    assert sent.status == 201
    assert sent.body == {"start": start(hourly), "media_type": "image/png", "size": len(PNG), "taken_at": now()}
    assert [one["screenshot"] for one in clara.see(time_of(hourly))["items"]] == [True]
    for who in (clara, femi):
        assert picture(who, hourly, start(hourly)) == (200, "image/png", PNG)
    assert picture(person("Somebody Else", "client"), hourly, start(hourly))[0] == 404

    assert send_picture(femi, hourly, start(hourly), JPEG).body["media_type"] == "image/jpeg"
    assert picture(clara, hourly, start(hourly))[1] == "image/jpeg"

    femi.delete(time_of(hourly), {"starts": [start(hourly)]})
    assert picture(femi, hourly, start(hourly))[0] == 404


def test_what_is_no_screenshot_is_refused(hourly: Json, clara: Caller, femi: Caller) -> None:
    femi.post(time_of(hourly), {"segments": work(hourly)})
    assert send_picture(femi, hourly, start(hourly), b"GIF89a").wrong_fields == {"file"}
    assert send_picture(femi, hourly, start(hourly), PNG + b"0" * 2_000_000).problem == (413, "too_large")
    assert send_picture(femi, hourly, start(hourly), PNG, colour="red").wrong_fields == {"colour"}
    assert send_picture(femi, hourly, start(hourly, 10), PNG).problem == (404, "not_found")
    assert send_picture(femi, hourly, "noon", PNG).problem == (404, "not_found")
    assert send_picture(clara, hourly, start(hourly), PNG).problem == (403, "other_side")
    assert femi.post(f"{time_of(hourly)}/{start(hourly)}/screenshot", {}).problem == (415, "not_multipart")
    accepted = datetime.fromisoformat(hourly["accepted_at"])
    move_clock(written(accepted.replace(hour=12, minute=0) + timedelta(days=7 - accepted.weekday())))
    assert send_picture(femi, hourly, start(hourly), PNG).problem == (409, "week_locked")
