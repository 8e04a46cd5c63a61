"""What holds for every request: who asks, what can be read, how an error looks, how a list is paged."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from amicable.api import limits
from api.conftest import Person
from callers import Caller, Json, milestone, offer_of, path_of, succeeded

NO_TOKEN = Caller()
NOBODY = "01a20af0-8a37-71e9-adcf-29034e1d7402"
LISTS = ("actions", "timeline", "history", "messages", "files")


@pytest.mark.parametrize("token", ["", "nobody's", "amicable_"])
def test_without_a_token_that_is_valid_nothing_is_told(token: str, funded: Json) -> None:
    stranger = Caller(token=token)
    for path in ("/me", "/me/balance", "/contracts", path_of(funded), "/books/verify"):
        reply = stranger.get(path)
        assert reply.problem == (401, "not_authenticated")
        assert reply.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_is_not_asked_for_twice_in_other_words(clara: Caller) -> None:
    reply = NO_TOKEN.get("/me", Authorization=f"bearer {clara.token}")
    assert reply.body["id"] == clara.id
    assert NO_TOKEN.get("/me", Authorization=f"Basic {clara.token}").problem[0] == 401


def test_what_is_not_yours_does_not_exist(funded: Json, person: Person) -> None:
    for other in (person("Other Client", "client"), person("Other Mediator", "mediator")):
        for path in ("", *(f"/{name}" for name in LISTS)):
            assert other.get(path_of(funded) + path).problem == (404, "not_found")
        assert other.post(f"{path_of(funded)}/actions/end", {"reason": "other"}).problem == (404, "not_found")
        assert other.post(f"{path_of(funded)}/messages", {"text": "Hello"}).problem == (404, "not_found")
        assert other.see("/contracts") == {"items": [], "next": None}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/contracts/",
        "/contracts/1",
        f"/contracts/{NOBODY}",
        f"/people/{NOBODY}",
        "/people/me",
        "/..",
    ],
)
def test_an_unknown_address_is_a_problem_too(path: str, clara: Caller) -> None:
    assert clara.get(path).problem == (404, "not_found")


def test_an_unknown_action_is_an_unknown_address(active: Json, clara: Caller) -> None:
    for name in ("explode", "hold_ends", "charge_succeeded", ""):
        assert clara.post(f"{path_of(active)}/actions/{name}").problem == (404, "not_found")


def test_a_method_that_an_address_does_not_take_is_named(clara: Caller) -> None:
    reply = clara.send("DELETE", "/contracts")
    assert reply.problem == (405, "method_not_allowed")
    assert set(reply.headers["Allow"].split(", ")) == {"GET", "POST"}


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"roles": NaN}',
        b'{"name": "\\ud800"}',
        b"[" * 100_000,
        b'{"name": ' + b"9" * 5_000 + b"}",
        b"'name'",
    ],
    ids=["cut off", "not UTF-8", "NaN", "half a character", "deep", "a long number", "not JSON"],
)
def test_a_body_that_is_not_json_cannot_be_read(body: bytes, clara: Caller) -> None:
    assert clara.send("POST", "/contracts", body).problem == (400, "unreadable")
    assert NO_TOKEN.send("POST", "/sandbox/people", body).problem == (400, "unreadable")


def test_a_body_has_to_be_json_and_of_a_sensible_size(clara: Caller) -> None:
    assert clara.send("POST", "/contracts", b"title=x", "application/x-www-form-urlencoded").problem == (
        415,
        "not_json",
    )
    assert clara.send("POST", "/contracts", b'{"title": "' + b"x" * 1_000_000 + b'"}').problem == (413, "too_large")


@pytest.mark.parametrize("body", [[], "text", 1, True])
def test_a_body_that_is_no_object_is_invalid(body: Json, active: Json, clara: Caller) -> None:
    assert clara.post("/contracts", body).problem == (422, "invalid")
    assert clara.post(f"{path_of(active)}/actions/end", body).problem == (422, "invalid")
    assert NO_TOKEN.post("/sandbox/people", body).problem == (422, "invalid")


def test_an_unknown_field_is_named(active: Json, clara: Caller, femi: Caller) -> None:
    assert NO_TOKEN.post("/sandbox/people", {"name": "X", "roles": ["client"], "age": 3}).wrong_fields == {"age"}
    assert clara.post("/contracts", offer_of(femi, "5", colour="red")).wrong_fields == {"colour"}
    assert clara.refused(active, "fund", milestone=milestone(active), amount="5").wrong_fields == {"amount"}
    assert clara.post(f"{path_of(active)}/messages", {"text": "x", "to": "y"}).wrong_fields == {"to"}


def test_an_unknown_query_parameter_is_named(active: Json, clara: Caller) -> None:
    assert clara.get("/contracts?limit=5&colour=red").wrong_fields == {"colour"}
    assert clara.get("/me?x=").wrong_fields == {"x"}
    assert clara.post(f"{path_of(active)}/actions/explode?previw=true").problem[0] == 404
    assert clara.post(f"{path_of(active)}/actions/end?previw=true", {"reason": "other"}).wrong_fields == {"previw"}
    assert clara.see(path_of(active))["status"] == "active"


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=-1", "limit=many", "limit=1.5", "limit="])
def test_a_page_has_one_to_two_hundred_items(query: str, active: Json, clara: Caller) -> None:
    for path in ("/contracts", "/me/balance", "/me/transactions", *(f"{path_of(active)}/{name}" for name in LISTS)):
        assert clara.get(f"{path}?{query}").wrong_fields == {"limit"}
        assert clara.get(f"{path}?limit=200").status == 200


@pytest.mark.parametrize("cursor", ["", "x", "!!", "%00", "é", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw", "LTE"])
def test_a_cursor_comes_from_the_page_before(cursor: str, active: Json, clara: Caller) -> None:
    for path in ("/contracts", "/me/transactions", *(f"{path_of(active)}/{name}" for name in LISTS)):
        assert clara.get(f"{path}?cursor={cursor}").wrong_fields == {"cursor"}


def test_page_by_page_a_list_is_the_same_as_at_once(submitted: Json, clara: Caller, femi: Caller) -> None:
    for word in ("one", "two", "three"):
        succeeded(femi.post(f"{path_of(submitted)}/messages", {"text": word}))
        succeeded(femi.upload(submitted, word.encode()))
    succeeded(clara.post("/contracts", offer_of(femi, "1", currency="JPY")))
    succeeded(clara.post("/contracts", offer_of(femi, "2", currency="KWD")))
    for path in ("/contracts", "/me/balance", "/me/transactions", *(f"{path_of(submitted)}/{name}" for name in LISTS)):
        whole = clara.see(f"{path}?limit=200")
        assert whole["next"] is None
        assert len(whole["items"]) > 1
        assert _in_pages(clara, path) == whole["items"]


def _in_pages(caller: Caller, path: str) -> list[Json]:
    items, cursor = [], ""
    while cursor is not None:
        page = caller.see(f"{path}?limit=1{cursor and f'&cursor={cursor}'}")
        assert len(page["items"]) <= 1
        items += page["items"]
        cursor = page["next"]
    return items


def test_what_comes_in_between_two_pages_is_neither_skipped_nor_shown_twice(
    active: Json, clara: Caller, femi: Caller
) -> None:
    first = clara.see("/contracts?limit=1")
    assert first["next"] is None
    second = succeeded(clara.post("/contracts", offer_of(femi, "1")))
    first = clara.see("/contracts?limit=1")
    third = succeeded(clara.post("/contracts", offer_of(femi, "1")))
    rest = clara.see(f"/contracts?cursor={first['next']}")
    assert [contract["id"] for contract in first["items"] + rest["items"]] == [active["id"], second["id"], third["id"]]


def test_outside_the_sandbox_a_token_can_be_used_only_so_often(
    clara: Caller, femi: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REQUESTS_PER_MINUTE", 3)
    assert [clara.get("/me").status for _ in range(5)] == [200] * 5
    settings.SANDBOX = False
    replies = [clara.get("/me") for _ in range(7)]
    assert [reply.status for reply in replies[:3]] == [200] * 3
    assert replies[-1].problem == (429, "too_many_requests")
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 60
    assert femi.get("/me").status == 200


def test_an_answer_that_was_refused_for_its_frequency_is_not_kept(
    clara: Caller, femi: Caller, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.SANDBOX = False
    with monkeypatch.context() as patch:
        patch.setattr(limits, "REQUESTS_PER_MINUTE", 0)
        assert clara.post("/contracts", offer_of(femi, "5"), Idempotency_Key="k").problem[0] == 429
    assert clara.post("/contracts", offer_of(femi, "5"), Idempotency_Key="k").status == 201
