"""Several requests at the same moment, over real connections to a real server."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from api.conftest import Person
from callers import ROOT, Caller, Json, milestone, offer_of, path_of, succeeded

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 6


def at_once(server: Any, caller: Caller, path: str, bodies: list[Json], **headers: str) -> list[tuple[int, Json, str]]:
    """POST all the bodies at the same moment; (status, body, Idempotency-Replayed) of each answer."""

    def post(body: Json) -> tuple[int, Json, str]:
        sent = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json", **headers}
        request = Request(server.url + ROOT + path, json.dumps(body).encode(), sent)
        try:
            with urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer), answer.headers.get("Idempotency-Replayed", "")
        except HTTPError as refused:
            with refused:
                return refused.code, json.load(refused), ""

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(post, bodies))


def test_one_key_has_one_effect_however_many_send_it(live_server: Any, active: Json, clara: Caller) -> None:
    pay = {"amount": "10.00", "note": "Thank you."}

    answers = at_once(live_server, clara, f"{path_of(active)}/actions/pay", [pay] * TIMES, **{"Idempotency-Key": "one"})

    assert {status for status, _, _ in answers} == {200}
    assert len({json.dumps(body) for _, body, _ in answers}) == 1
    assert Counter(replayed for _, _, replayed in answers) == {"": 1, "true": TIMES - 1}
    assert clara.see(path_of(active))["money"]["paid"] == "10.00"


def test_one_key_makes_one_offer_and_one_message(live_server: Any, active: Json, clara: Caller, femi: Caller) -> None:
    key = {"Idempotency-Key": "two"}
    offers = at_once(live_server, clara, "/contracts", [offer_of(femi, "5")] * TIMES, **key)
    talk = at_once(live_server, femi, f"{path_of(active)}/messages", [{"text": "Hello"}] * TIMES, **key)
    assert len({body["id"] for _, body, _ in offers}) == len({body["id"] for _, body, _ in talk}) == 1
    assert len(clara.see("/contracts")["items"]) == 2
    assert len(clara.see(f"{path_of(active)}/messages")["items"]) == 1


def test_one_key_for_two_requests_does_one_of_them(live_server: Any, active: Json, clara: Caller) -> None:
    pays = [{"amount": f"{10 + number}.00", "note": "x"} for number in range(TIMES)]
    answers = at_once(live_server, clara, f"{path_of(active)}/actions/pay", pays, **{"Idempotency-Key": "three"})
    assert Counter(status for status, _, _ in answers) == {200: 1, 422: TIMES - 1}
    assert {body["code"] for status, body, _ in answers if status == 422} == {"idempotency_key_reused"}
    assert clara.see(path_of(active))["money"]["paid"] in {pay["amount"] for pay in pays}


def test_a_double_click_without_a_key_has_one_effect(live_server: Any, offered: Json, femi: Caller) -> None:
    answers = at_once(live_server, femi, f"{path_of(offered)}/actions/accept", [{}] * TIMES)
    assert Counter(status for status, _, _ in answers) == {200: 1, 409: TIMES - 1}
    assert len(femi.see(f"{path_of(offered)}/history")["items"]) == 2


def test_money_that_is_there_once_is_taken_out_once(
    live_server: Any, submitted: Json, clara: Caller, femi: Caller
) -> None:
    clara.do(submitted, "approve", milestone=milestone(submitted))
    [hold] = clara.see(f"{path_of(submitted)}/timeline")["items"]
    moved = at_once(live_server, Caller(), "/sandbox/clock", [{"to": hold["at"]}] * TIMES)
    assert {status for status, _, _ in moved} == {200}
    answers = at_once(live_server, femi, "/me/withdrawals", [{"amount": "450.00", "currency": "USD"}] * TIMES)
    assert Counter(status for status, _, _ in answers) == {201: 1, 409: TIMES - 1}
    assert femi.see("/me/balance")["items"][0]["available"] == "0.00"


def test_opposite_buttons_at_once_get_one_outcome_and_one_plain_refusal(live_server: Any, person: Person) -> None:
    client, freelancer = person("Clara Weber", "client"), person("Femi Adeyemi", "freelancer")
    for _ in range(3):
        contract = succeeded(client.post("/contracts", offer_of(freelancer, "5")))
        actions = f"{path_of(contract)}/actions"
        with ThreadPoolExecutor(2) as threads:
            taken = threads.submit(at_once, live_server, client, f"{actions}/withdraw", [{}])
            accepted = threads.submit(at_once, live_server, freelancer, f"{actions}/accept", [{}])
        answers = [*taken.result(), *accepted.result()]
        assert sorted(status for status, _, _ in answers) == [200, 409]
        [refusal] = [body for status, body, _ in answers if status == 409]
        assert refusal["code"] in ("contract_active", "contract_withdrawn")
