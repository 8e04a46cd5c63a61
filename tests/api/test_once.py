"""A request with an idempotency key is done once, however often and however unluckily it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import F

from amicable.api import once
from amicable.api.endpoints import actions
from amicable.api.models import Answer
from callers import Caller, Json, Reply, milestone, move_clock, offer_of, path_of, succeeded

NO_TOKEN = Caller()


def is_replayed(reply: Reply) -> bool:
    """Whether the answer is the one of an earlier time."""
    return reply.headers.get("Idempotency-Replayed") == "true"


def assert_done_once(first: Reply, again: Reply) -> None:
    """Both are the same answer, and only the second says that it is a replay."""
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert again.headers.get("ETag") == first.headers.get("ETag")
    assert not is_replayed(first)
    assert is_replayed(again)


def test_the_same_offer_is_made_once(clara: Caller, femi: Caller) -> None:
    offer = offer_of(femi, "5")
    replies = [clara.post("/contracts", offer, Idempotency_Key="a key") for _ in range(2)]
    assert replies[0].status == 201
    assert_done_once(*replies)
    assert len(clara.see("/contracts")["items"]) == 1


def test_the_same_payment_is_charged_once(active: Json, clara: Caller) -> None:
    pay = {"amount": "10.00", "note": "Thank you."}
    replies = [clara.post(f"{path_of(active)}/actions/pay", pay, Idempotency_Key="k") for _ in range(2)]
    assert replies[0].status == 200
    assert_done_once(*replies)
    assert clara.see(path_of(active))["money"]["paid"] == "10.00"


def test_a_refusal_is_answered_again_too_although_it_could_be_done_by_now(
    offered: Json, clara: Caller, femi: Caller
) -> None:
    fund = {"milestone": milestone(offered)}
    first = clara.post(f"{path_of(offered)}/actions/fund", fund, Idempotency_Key="k")
    femi.do(offered, "accept")
    again = clara.post(f"{path_of(offered)}/actions/fund", fund, Idempotency_Key="k")
    assert first.problem == (409, "contract_offered")
    assert_done_once(first, again)
    assert clara.post(f"{path_of(offered)}/actions/fund", fund, Idempotency_Key="l").status == 200


def test_who_saw_an_older_version_can_look_again_and_use_the_same_key(funded: Json, clara: Caller) -> None:
    path, ask = f"{path_of(funded)}/actions/end", {"reason": "other", "escrow": "refund"}
    assert clara.post(path, ask, Idempotency_Key="k", If_Match='"1"').problem == (412, "stale")
    fresh = clara.get(path_of(funded)).headers["ETag"]
    first = clara.post(path, ask, Idempotency_Key="k", If_Match=fresh)
    assert first.status == 200
    assert_done_once(first, clara.post(path, ask, Idempotency_Key="k", If_Match=fresh))


def test_messages_withdrawals_and_the_sandbox_keep_keys_as_well(submitted: Json, clara: Caller, femi: Caller) -> None:
    clara.do(submitted, "approve", milestone=milestone(submitted))
    move_clock(clara.see(f"{path_of(submitted)}/timeline")["items"][0]["at"])
    posts = [
        (femi, "/me/withdrawals", {"amount": "10.00", "currency": "USD"}),
        (femi, f"{path_of(submitted)}/messages", {"text": "Hello"}),
        (NO_TOKEN, "/sandbox/people", {"name": "Somebody", "roles": ["client"]}),
        (NO_TOKEN, "/sandbox/clock", {"to": "2040-01-01T00:00:00Z"}),
    ]
    for number, (caller, path, body) in enumerate(posts):
        assert_done_once(*[caller.post(path, body, Idempotency_Key=f"k{number}") for _ in range(2)])
    assert femi.see("/me/balance")["items"][0]["available"] == "440.00"
    assert len(femi.see(f"{path_of(submitted)}/messages")["items"]) == 1


def test_a_body_that_means_the_same_is_the_same(clara: Caller, femi: Caller) -> None:
    offer = offer_of(femi, "5")
    first = clara.post("/contracts", offer, Idempotency_Key="k")
    assert_done_once(first, clara.post("/contracts", dict(reversed(offer.items())), Idempotency_Key="k"))


def test_a_key_is_for_one_request(active: Json, clara: Caller, femi: Caller) -> None:
    offer = offer_of(femi, "5")
    assert clara.post("/contracts", offer, Idempotency_Key="k").status == 201
    others: list[tuple[str, Json]] = [
        ("/contracts", offer_of(femi, "6")),
        (f"{path_of(active)}/messages", {"text": "x"}),
        (f"{path_of(active)}/actions/end", {"reason": "other"}),
        (f"{path_of(active)}/actions/end?preview=true", {"reason": "other"}),
        ("/contracts", None),
    ]
    for path, body in others:
        assert clara.post(path, body, Idempotency_Key="k").problem == (422, "idempotency_key_reused")
    assert clara.see(path_of(active))["status"] == "active"


def test_a_key_is_its_owners(active: Json, clara: Caller, femi: Caller) -> None:
    for caller in (clara, femi):
        assert caller.post(f"{path_of(active)}/messages", {"text": "x"}, Idempotency_Key="k").status == 201
    assert len(femi.see(f"{path_of(active)}/messages")["items"]) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t", "naïve"])
def test_a_key_that_cannot_be_kept_is_refused(key: str, clara: Caller, femi: Caller) -> None:
    assert clara.post("/contracts", offer_of(femi, "5"), Idempotency_Key=key).wrong_fields == {"Idempotency-Key"}
    assert clara.post("/contracts", offer_of(femi, "5"), Idempotency_Key="x" * 255).status == 201


def test_a_fault_of_ours_is_not_kept(active: Json, femi: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("something is broken")

    path = f"{path_of(active)}/actions/end"
    with monkeypatch.context() as patch:
        patch.setattr(actions, "perform", fail)
        assert femi.post(path, {"reason": "other"}, Idempotency_Key="k").problem == (500, "fault")
    done = femi.post(path, {"reason": "other"}, Idempotency_Key="k")
    assert (done.status, is_replayed(done)) == (200, False)


class Died(BaseException):
    """The end of a process."""


@pytest.fixture
def lose_the_answer(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Posts something to a process that dies between doing it and keeping its answer."""

    def die(*_: object) -> None:
        raise Died

    def post(caller: Caller, path: str, body: Json, **headers: str) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(once, "_keep", die)
            with pytest.raises(Died):
                caller.post(path, body, **headers)

    return post


def let_the_lease_end() -> None:
    """As if the process that has begun had begun long ago."""
    Answer.objects.update(started_at=F("started_at") - timedelta(seconds=once.LEASE_SECONDS + 1))


def test_while_it_is_being_done_a_key_is_in_flight(
    active: Json, clara: Caller, lose_the_answer: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(once, "PATIENCE_SECONDS", 0.1)
    path, pay = f"{path_of(active)}/actions/pay", {"amount": "10.00", "note": "x"}
    lose_the_answer(clara, path, pay, Idempotency_Key="k")
    waiting = clara.post(path, pay, Idempotency_Key="k")
    assert waiting.problem == (409, "idempotency_key_in_flight")
    assert int(waiting.headers["Retry-After"]) > 0
    other = clara.post(path, {"amount": "11.00", "note": "x"}, Idempotency_Key="k")
    assert other.problem == (422, "idempotency_key_reused")


def test_an_answer_that_was_lost_is_given_again_and_nothing_is_done_twice(
    submitted: Json, clara: Caller, femi: Caller, lose_the_answer: Callable[..., None]
) -> None:
    path = f"{path_of(submitted)}/actions"
    posts = [
        (clara, f"{path}/approve", {"milestone": milestone(submitted), "amount": "100.00"}),
        (clara, f"{path}/pay", {"amount": "10.00", "note": "x"}),
        (clara, f"{path_of(submitted)}/messages", {"text": "Well done."}),
        (clara, "/contracts", offer_of(femi, "5")),
    ]
    for number, (caller, where, body) in enumerate(posts):
        key = f"k{number}"
        lose_the_answer(caller, where, body, Idempotency_Key=key)
        let_the_lease_end()
        again = caller.post(where, body, Idempotency_Key=key)
        assert again.status in (200, 201)
        assert caller.post(where, body, Idempotency_Key=key).body == again.body
    assert clara.see(path_of(submitted))["money"]["paid"] == "110.00"
    assert len(clara.see(f"{path_of(submitted)}/messages")["items"]) == 1
    assert len(clara.see("/contracts")["items"]) == 2


def test_the_lost_answer_of_an_action_is_rebuilt_from_the_history(
    submitted: Json, clara: Caller, lose_the_answer: Callable[..., None]
) -> None:
    for action, body in (
        ("approve", {"milestone": milestone(submitted), "amount": "100.00"}),
        ("pay", {"amount": "10.00", "note": "x"}),
    ):
        path = f"{path_of(submitted)}/actions/{action}"
        foreseen = succeeded(clara.post(f"{path}?preview=true", body))
        lose_the_answer(clara, path, body, Idempotency_Key=action)
        let_the_lease_end()
        rebuilt = clara.post(path, body, Idempotency_Key=action)
        assert rebuilt.body == foreseen
        assert is_replayed(rebuilt)


def test_a_lost_refusal_of_the_card_is_rebuilt_too(
    active: Json, clara: Caller, lose_the_answer: Callable[..., None]
) -> None:
    clara.put("/me/card", {"card": "declines"})
    path, fund = f"{path_of(active)}/actions/fund", {"milestone": milestone(active)}
    lose_the_answer(clara, path, fund, Idempotency_Key="k")
    clara.put("/me/card", {"card": "works"})
    let_the_lease_end()
    assert clara.post(path, fund, Idempotency_Key="k").problem == (402, "card_declined")


def test_keys_are_kept_for_a_day_and_then_forgotten(clara: Caller, femi: Caller) -> None:
    for number in range(30):
        clara.post("/contracts", offer_of(femi, "0"), Idempotency_Key=f"k{number}")
    assert Answer.objects.count() == 30
    Answer.objects.update(started_at=F("started_at") - timedelta(hours=24, minutes=1))
    clara.post("/contracts", offer_of(femi, "0"), Idempotency_Key="new")
    assert Answer.objects.count() == 31
    Answer.objects.update(started_at=F("started_at") - timedelta(hours=1))
    for number in range(2):
        clara.post("/contracts", offer_of(femi, "0"), Idempotency_Key=f"newer{number}")
    assert set(Answer.objects.values_list("key", flat=True)) == {"new", "newer0", "newer1"}
