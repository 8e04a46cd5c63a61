"""Feedback and standing over the interface."""

from __future__ import annotations

from uuid import uuid4

import pytest

from amicable.people.models import Person as Account
from api.conftest import Person
from api.test_stories import in_days
from callers import ROOT, Caller, Json, milestone, move_clock, offer_of, path_of, stars, succeeded
from market import browser_of
from sweep import pages_of

MARKER = "marker7391"
PRIVATE = "marker8482"


@pytest.fixture
def ended(submitted: Json, clara: Caller) -> Json:
    """The contract of 500 USD and then 70, ended as completed."""
    return clara.do(submitted, "end", reason="completed", escrow="release")["contract"]


def leave(caller: Caller, contract: Json, count: int = 5, **more: Json) -> Json:
    """Leave feedback; the outcome is that of the preview, which does not know whether it opens at once."""
    body = {"stars": stars(count), "comment": "As it was.", **more}
    path = f"{path_of(contract)}/actions/leave_feedback"
    foreseen = succeeded(caller.post(f"{path}?preview=true", body))
    done = succeeded(caller.post(path, body))
    assert done["outcome"] == foreseen["outcome"]
    return done["contract"]


# Sealed


def addresses(caller: Caller, contract: Json, people: list[Caller]) -> list[str]:
    """Every address of the OpenAPI document that can be read, for the contract and the people."""
    found = []
    for path, operations in caller.see("/openapi.json")["paths"].items():
        if "get" not in operations:
            continue
        path = path.removeprefix(ROOT).replace("{contract_id}", contract["id"])
        found += [
            path.replace("{person_id}", person.id) for person in (people if "{person_id}" in path else people[:1])
        ]
    found = [path.replace("{", "").replace("}", "") if "{" in path else path for path in found]
    return [*found, f"/contracts?q={MARKER}", "/me/transactions?format=csv", "/books/export?format=csv"]


def everything(caller: Caller, contract: Json, people: list[Caller]) -> dict[str, object]:
    """All that somebody can read over the interface: status, body and version of each address."""
    seen: dict[str, object] = {}
    for path in addresses(caller, contract, people):
        reply = caller.get(path)
        body = (
            {k: v for k, v in reply.body.items() if k != "checked_at"} if isinstance(reply.body, dict) else reply.body
        )
        seen[path] = (reply.status, body, reply.headers.get("ETag"))
    return seen


@pytest.fixture
def settled(submitted: Json, clara: Caller, femi: Caller, mo: Caller) -> Json:
    """The contract, ended by a mediator's ruling, so that a mediator sees it too; nothing is due on it any more."""
    asked = clara.do(submitted, "end", reason="not_completed", escrow="refund")["contract"]
    femi.do(asked, "decline_refund", proposal=asked["proposals"][0]["id"], note="It is done.")
    clara.do(asked, "answer_dispute", note="It is not.")
    mo.do(asked, "decide", release="500.00", reason="The pages are up.")
    move_clock(in_days(3))
    move_clock(in_days(6))
    return clara.see(path_of(submitted))


def test_what_is_sealed_is_nowhere_for_anybody_but_its_author(
    settled: Json, clara: Caller, femi: Caller, mo: Caller, person: Person
) -> None:
    others = [femi, mo, person("Olga", "operator"), person("Stan", "client", "freelancer"), Caller()]
    people = [clara, femi]
    browser = browser_of(Account.objects.get(id=femi.id))
    before = everything(femi, settled, people), everything(mo, settled, people[:1])
    pages = pages_of(browser, settled["id"], people)

    left = leave(clara, settled, 1, comment=MARKER, private_score=2, private_reason=PRIVATE)
    assert (left["feedback"]["client"]["comment"], left["feedback"]["client"]["private_reason"]) == (MARKER, PRIVATE)
    move_clock(in_days(0))

    assert (everything(femi, settled, people), everything(mo, settled, people[:1])) == before
    assert pages_of(browser, settled["id"], people) == pages
    seen = repr([list(everything(other, settled, people[:1]).values()) for other in others[2:]])
    assert MARKER not in seen
    assert PRIVATE not in seen
    for other in others[1:-1]:
        shown = pages_of(browser_of(Account.objects.get(id=other.id)), settled["id"], people[:1])
        assert MARKER not in repr([*shown.values()])

    move_clock(in_days(14))
    seen = repr([list(everything(other, settled, people).values()) for other in (femi, mo)])
    assert MARKER in seen
    assert PRIVATE not in seen
    assert "'private_score': 2" not in seen


def test_a_key_of_ones_own_replays_ones_own_feedback_and_nobody_elses(ended: Json, clara: Caller, femi: Caller) -> None:
    path, body = f"{path_of(ended)}/actions/leave_feedback", {"stars": stars(1), "comment": MARKER}
    first = clara.post(path, body, Idempotency_Key="k")
    again = clara.post(path, body, Idempotency_Key="k")
    assert again.body == first.body
    assert again.headers["Idempotency-Replayed"] == "true"
    other = femi.post(path, body | {"comment": "Mine."}, Idempotency_Key="k")
    assert other.status == 200
    assert other.body["contract"]["feedback"]["freelancer"]["comment"] == "Mine."


def test_sealed_for_both_then_open_for_both(ended: Json, clara: Caller, femi: Caller) -> None:
    left = leave(clara, ended, 4)
    assert left["feedback"]["client"]["sealed"]
    assert left["feedback"]["freelancer"] is None
    assert femi.see(path_of(ended))["feedback"] == {"client": None, "freelancer": None}
    assert "feedback_opens" not in [item["action"] for item in clara.see(f"{path_of(ended)}/timeline")["items"]]

    left = leave(femi, ended)
    assert (left["feedback"]["client"]["sealed"], left["feedback"]["freelancer"]["sealed"]) == (False, False)
    assert left["feedback"]["client"]["stars"] == stars(4)
    assert left["feedback"]["client"]["rating"] == "4.00"
    assert clara.see(path_of(ended)) == femi.see(path_of(ended))


def test_what_cannot_be_left(ended: Json, clara: Caller, femi: Caller, mo: Caller) -> None:
    other = succeeded(clara.post("/contracts", offer_of(femi, "5")))
    good = {"stars": stars(5), "comment": "x"}
    assert clara.refused(other, "leave_feedback", **good).problem == (409, "contract_offered")
    assert clara.refused(ended, "leave_feedback", **good | {"stars": stars(6)}).wrong_fields == {"stars"}
    assert clara.refused(ended, "leave_feedback", stars=stars(5)).wrong_fields == {"comment"}
    assert clara.refused(ended, "leave_feedback", **good, smile=1).wrong_fields == {"smile"}
    assert mo.post(f"{path_of(ended)}/actions/leave_feedback", good).status == 404
    leave(clara, ended)
    assert clara.refused(ended, "leave_feedback", **good).problem == (409, "feedback_left")
    assert femi.refused(ended, "respond_feedback", comment="x").problem == (409, "no_feedback")


def test_answered_unlocked_and_changed_once(ended: Json, clara: Caller, femi: Caller) -> None:
    leave(clara, ended, 2, private_score=3)
    leave(femi, ended)
    femi.do(ended, "respond_feedback", comment="I was ill.")
    femi.do(ended, "unlock_feedback")
    body = {"stars": stars(4), "comment": "He was ill.", "private_score": 3}
    changed = clara.do(ended, "edit_feedback", **body)["contract"]["feedback"]["client"]
    assert (changed["stars"], changed["comment"], changed["private_score"]) == (stars(4), "He was ill.", 3)
    assert changed["response"]["comment"] == "I was ill."
    [review] = clara.see(f"/people/{femi.id}")["feedback"]
    assert (review["contract"], review["stars"], review["comment"], review["marks"]) == (
        ended["id"],
        stars(4),
        "He was ill.",
        [],
    )
    assert "private_score" not in review


# Standing


def standing(caller: Caller, contract: Json, side: str = "") -> Json:
    """What the contract counts for in the caller's standing."""
    return caller.see(f"{path_of(contract)}/standing{side and '?side='}{side}")


def test_a_contract_shows_each_side_what_it_counts_for(ended: Json, clara: Caller, femi: Caller, mo: Caller) -> None:
    open_yet = standing(femi, ended)
    assert (open_yet["class"], open_yet["before"], open_yet["after"], open_yet["weight"]) == ("open", None, None, 1.25)
    leave(clara, ended, 1)
    assert standing(femi, ended) == open_yet
    leave(femi, ended, 5)
    mine, hers = standing(femi, ended), standing(clara, ended, "client")
    assert (mine["class"], hers["class"]) == ("bad", "good")
    assert "1.00 of 5 stars" in mine["explanation"]
    assert standing(clara, ended) == hers
    assert femi.get(f"{path_of(ended)}/standing?side=client").problem == (403, "other_side")
    assert mo.get(f"{path_of(ended)}/standing").status == 404
    assert femi.get(f"{path_of(ended)}/standing?side=both").status == 422


def finished(client: Caller, freelancer: Caller, count: int) -> Json:
    """A contract over 500 USD, paid and ended, with so many stars of the client's."""
    contract = succeeded(client.post("/contracts", offer_of(freelancer, "500.00")))
    freelancer.do(contract, "accept")
    funded = client.do(contract, "fund", milestone=milestone(contract))["contract"]
    ended = client.do(funded, "end", reason="completed", escrow="release")["contract"]
    leave(client, ended, count)
    return leave(freelancer, ended)


def test_a_public_profile_shows_the_standing_and_the_reviews(clara: Caller, femi: Caller, person: Person) -> None:
    finished(clara, femi, 5)
    assert femi.see(f"/people/{femi.id}")["standing"] is None
    second = finished(person("Cleo", "client"), femi, 5)
    third = finished(clara, femi, 2)
    profile = femi.see(f"/people/{femi.id}")
    assert profile["standing"] == {"score": 33, "window_months": 24, "contracts": 3, "neutral": 0}
    assert [review["contract"] for review in profile["feedback"]][1:] == [second["id"], third["id"]]
    effect = standing(femi, third)
    assert (effect["before"], effect["after"], effect["class"], effect["weight"]) == (100, 33, "bad", 1.25)
    assert clara.see(f"/people/{clara.id}")["standing"] is None, "she has worked with one freelancer"


def test_ids_that_nobody_has_are_nothing(femi: Caller) -> None:
    assert femi.get(f"/contracts/{uuid4()}/standing").status == 404
