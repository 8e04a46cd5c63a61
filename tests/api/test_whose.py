"""Whose things are: every operation of the document, sent by people whose the contract is not, and with ids of another
contract. What is somebody else's is answered as what there is not. An operation that is added is tried as well."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from amicable.api.openapi import document, operations
from amicable.rules.registry import ACTIONS
from api.conftest import Person
from callers import (
    ROOT,
    Caller,
    Json,
    Reply,
    hourly_offer_of,
    milestone,
    move_clock,
    multipart,
    now,
    path_of,
    stars,
    succeeded,
)

JSON, MULTIPART, TABLE = "application/json", "multipart/form-data", "text/csv"
OPEN = {"add_person", "get_clock", "move_clock", "list_card_payments", "plan_chargeback"}
"""The sandbox's."""
FORM = multipart([("file", "a.txt", b"Hello")], {})


@dataclass(frozen=True)
class Known:
    """One of each thing that has an id or a place: what a request can name."""

    contract_id: str
    file_id: str
    milestone: str
    message: str
    proposal: str
    dispute: str
    start: str
    week: str
    person_id: str
    invoice_id: str

    def like_it(self, **same: str) -> Known:
        """Ids that nothing has, but for those that are given; the places in time are the same."""
        ids = {name: str(uuid4()) for name in self.__dataclass_fields__ if name not in ("start", "week", "person_id")}
        places = {"start": self.start, "week": self.week, "person_id": self.person_id}
        return Known(**{**ids, **places, **same})


def parameters(known: Known) -> Json:
    """What actions can be told, by name of the parameter."""
    return {
        "milestone": known.milestone, "proposal": known.proposal, "dispute": known.dispute, "week": known.week,
        "evidence": [f"message:{known.message}"], "note": "So.", "reason": "other", "comment": "So.", "amount": "1.00",
        "release": "1.00", "about": "escrow", "stars": stars(3), "hours": 5, "clock": known.dispute, "minutes": 10,
        "escrow": "release", "milestones": [{"id": known.milestone, "title": "More", "amount": "500.00"}],
    }  # fmt: skip


def sent(operation: str, kind: str, known: Known) -> tuple[bytes, str]:
    """A body that makes sense to the operation, and its content type."""
    if kind == MULTIPART:
        return FORM
    if kind == TABLE:
        return b"Project,Description,Start date,Start time,End date,End time\n", TABLE
    if kind != JSON:
        return b"", ""
    segment = {"start": known.start, "memo": "Address form"}
    told = parameters(known)
    bodies = {
        "write_message": {"text": "Hello", "files": [known.file_id]},
        "log_time": {"segments": [segment]},
        "describe_time": {"segments": [segment]},
        "delete_time": {"starts": [known.start]},
        "withdraw_money": {"amount": "1.00", "currency": "USD"},
        "set_card": {"card": "works"},
        "set_naming": {"named": True},
        "offer": hourly_offer_of(Caller(known.person_id)),
        "read_notices": {},
        "set_notice_settings": {},
    }
    if operation in ACTIONS:
        bodies[operation] = {name: told[name] for name in ACTIONS[operation].params if name in told}
    return json.dumps(bodies[operation]).encode(), JSON


def requests(known: Known) -> Iterator[tuple[str, str, str, tuple[bytes, str]]]:
    """Of each operation that wants a token its id, method, path, and a body that makes sense."""
    for path, method, operation in operations(document()):
        name = operation["operationId"]
        if name in OPEN:
            continue
        kind = next(iter(operation.get("requestBody", {}).get("content", ())), "")
        address = "/" + path.removeprefix(ROOT).lstrip("/")
        for place in ("contract_id", "file_id", "person_id", "invoice_id", "start"):
            value = known.week if place == "start" and "/me/weeks/" in address else getattr(known, place)
            address = address.replace(f"{{{place}}}", value)
        yield name, method.upper(), address, sent(name, kind, known)


def answers(who: Caller, known: Known) -> dict[str, tuple[int, Json]]:
    """What somebody is told by each operation on contracts and of their own invoices."""
    return {
        name: _answer(who.send(method, path, *body))
        for name, method, path, body in requests(known)
        if "/contracts/" in path or "/invoices/" in path
    }


def _answer(reply: Reply) -> tuple[int, Json]:
    return reply.status, reply.body


def written() -> list[tuple[str, int]]:
    """How many rows there are in each table of contracts, money, talk and hours."""
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t.split("_")[0] in ROOMS]
        counts = []
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts.append((table, cursor.fetchone()[0]))
    return counts


ROOMS = ("contracts", "books", "payments", "talk", "diary")


def known_of(contract: Json, clara: Caller, femi: Caller, **more: str) -> Known:
    """What there is on a contract that somebody might name."""
    at = path_of(contract)
    said = succeeded(femi.post(f"{at}/messages", {"text": "Hello"}))
    file = succeeded(femi.upload(contract, b"Hello"))
    seen = clara.see(at)
    ids = {
        "contract_id": contract["id"], "file_id": file["id"], "message": said["id"], "milestone": str(uuid4()),
        "proposal": str(uuid4()), "dispute": str(uuid4()), "start": now(), "week": "2026-11-23",
        "person_id": femi.id, "invoice_id": str(uuid4()),
    }  # fmt: skip
    if seen["milestones"]:
        ids["milestone"] = milestone(seen)
    if seen["proposals"]:
        ids["proposal"] = seen["proposals"][0]["id"]
    if seen["dispute"]:
        ids["dispute"] = seen["dispute"]["id"]
    return Known(**{**ids, **more})


@pytest.fixture
def disputed(submitted: Json, clara: Caller, femi: Caller) -> Known:
    """A contract in dispute, with an offer in it."""
    clara.do(submitted, "open_dispute", reason="Late.", about="escrow")
    femi.do(submitted, "offer_settlement", release="400.00", note="For most of it.")
    return known_of(submitted, clara, femi)


@pytest.fixture
def billed(clara: Caller, femi: Caller) -> Known:
    """A contract by the hour with a week in review, and its invoice."""
    contract = femi.do(succeeded(clara.post("/contracts", hourly_offer_of(femi))), "accept")["contract"]
    at = datetime.fromisoformat(now())
    monday = (at - timedelta(days=at.weekday())).replace(hour=0, minute=0)
    move_clock((monday + timedelta(days=8)).isoformat())
    start = (monday + timedelta(days=7, hours=20)).isoformat().replace("+00:00", "Z")
    segment = {"start": start, "memo": "Address form", "activity": 5}
    succeeded(femi.post(f"{path_of(contract)}/time", {"segments": [segment]}))
    move_clock((monday + timedelta(days=14, hours=12)).isoformat())
    [invoice] = clara.see("/me/invoices")["items"]
    week = (monday + timedelta(days=7)).date().isoformat()
    return known_of(contract, clara, femi, start=start, week=week, invoice_id=invoice["id"])


def test_without_a_token_every_operation_says_only_that(disputed: Known) -> None:
    before = written()
    for name, method, path, body in requests(disputed):
        assert Caller().send(method, path, *body).problem == (401, "not_authenticated"), name
    assert written() == before


def test_to_others_a_contract_answers_as_one_that_there_is_not(disputed: Known, billed: Known, person: Person) -> None:
    """A mediator sees those with a dispute, and is no party to what is done there."""
    other, mediator = person("Other", "client", "freelancer", "operator"), person("Mediator", "mediator")
    before = written()
    for who, known in ((other, disputed), (other, billed), (mediator, billed)):
        told = answers(who, known)
        assert told == answers(who, known.like_it())
        assert {status for status, _ in told.values()} <= {404, 422}, told
    assert written() == before


def test_what_is_another_contracts_is_named_in_vain(
    disputed: Known, billed: Known, clara: Caller, femi: Caller
) -> None:
    """Ids of the one contract at the address of the other say as little as ids of nothing."""
    for here, there in ((disputed, billed), (billed, disputed)):
        at = {"contract_id": here.contract_id, "start": "2026-11-23T10:05:00Z", "week": "2001-01-01"}
        mixed = Known(**{**{name: getattr(there, name) for name in there.__dataclass_fields__}, **at})
        for who in (clara, femi):
            told = named_in_vain(who, mixed)
            assert told == named_in_vain(who, mixed.like_it(**at))
            assert all(status >= 400 for status, _ in told.values()), told


def named_in_vain(who: Caller, known: Known) -> dict[str, tuple[int, Json]]:
    """What is answered where something is named that is none of the contract's; previews, where there are any."""
    told = {}
    for name, method, path, body in requests(known):
        names = NAMING.intersection(ACTIONS[name].params) if name in ACTIONS else ()
        if names:
            told[name] = _answer(who.send(method, f"{path}?preview=true", *body))
        elif "/files/" in path or name in ("write_message", "get_screenshot", "send_screenshot"):
            told[name] = _answer(who.send(method, path, *body))
    return told


NAMING = {"milestone", "milestones", "proposal", "dispute", "evidence", "clock"}
