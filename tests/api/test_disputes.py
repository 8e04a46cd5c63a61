"""Stories of people who no longer agree, told over the interface to the cent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.conftest import Person
from callers import Caller, Json, hourly_offer_of, milestone, move_clock, now, offer_of, path_of, succeeded

NO_TOKEN = Caller()
LATE = {"reason": "It is two weeks late and half of it is missing.", "about": "escrow"}


def in_days(days: float) -> str:
    """The sandbox's time so many days from now."""
    at = datetime.fromisoformat(now()) + timedelta(days=days)
    return at.isoformat().replace("+00:00", "Z")


def money(caller: Caller, contract: Json) -> tuple[str, str, str]:
    """What is paid, refunded and in escrow."""
    found = caller.see(path_of(contract))["money"]
    return found["paid"], found["refunded"], found["escrow"]


def offer_by(contract: Json, side: str) -> str:
    return next(str(one["proposal"]) for one in contract["dispute"]["offers"] if one["by"] == side)


def disputable(caller: Caller, contract: Json) -> Json:
    """The schema of the milestone about which this side can open a dispute."""
    actions = caller.see(f"{path_of(contract)}/actions?limit=200")["items"]
    return next(one["params"]["properties"]["milestone"] for one in actions if one["name"] == "open_dispute")


def balanced(person: Person) -> bool:
    report = person("Olga Petrov", "operator").see("/books/verify")
    return bool(report["balanced"]) and not report["problems"]


def test_late_and_incomplete_work_that_was_paid_goes_through_request_contest_offers_ruling_and_appeal(
    clara: Caller, femi: Caller, mo: Caller, person: Person, submitted: Json
) -> None:
    clara.do(submitted, "approve", milestone=milestone(submitted))
    requested = clara.do(submitted, "request_refund", amount="300.00", note="Half of the pages are empty.")
    assert requested["contract"]["proposals"][0]["kind"] == "refund"
    opened = clara.do(submitted, "open_dispute", reason="Half of the pages are empty.", about="refund")
    dispute = opened["contract"]["dispute"]
    assert (dispute["about"], dispute["amount"], dispute["status"]) == ("refund", "300.00", "open")
    assert opened["contract"]["proposals"] == [], "the request waits until the dispute is over"

    femi.do(submitted, "answer_dispute", note="The text never came.", release="280.00")
    clara.do(submitted, "offer_settlement", release="50.00", note="For the trouble.")
    femi.do(submitted, "offer_settlement", release="220.00")
    crossed = clara.do(submitted, "offer_settlement", release="100.00")["contract"]
    assert [(one["by"], one["release"]) for one in crossed["dispute"]["offers"]] == [
        ("freelancer", "220.00"),
        ("client", "100.00"),
    ]
    assert crossed["dispute"]["claims"] == {"client": "100.00", "freelancer": "220.00", "middle": "160.00"}

    mo.do(submitted, "ask", note="When was the text sent?")
    clara.do(submitted, "answer_dispute", note="On the third.")
    split = mo.do(submitted, "propose_split", release="150.00", reason="Half of the pages.")["contract"]
    femi.do(submitted, "accept_split", proposal=offer_by(split, "mediator"))
    decided = mo.do(submitted, "decide", release="150.00", reason="Half of the pages are there.")["contract"]
    assert decided["dispute"]["ruling"]["takes_effect_at"] == in_days(3)

    clara.do(submitted, "appeal", note="The home page is one of the empty ones.")
    assert mo.refused(submitted, "decide", release="1", reason="No.").problem == (409, "same_mediator")
    assert femi.refused(submitted, "appeal", note="Me too.").problem == (409, "already_appealed")
    ida = person("Ida Lund", "mediator")
    final = ida.do(submitted, "decide", release="120.00", reason="The home page counts twice.")["contract"]

    assert final["dispute"] is None
    assert final["disputes"][0]["closing"]["released"] == "120.00"
    assert money(clara, submitted) == ("320.00", "180.00", "0.00")
    assert mo.see(path_of(submitted))["disputes"][0]["appeal"]["ruling"]["mediator"] == mo.id
    assert balanced(person)


def test_two_who_meet_need_no_mediator(clara: Caller, femi: Caller, person: Person, submitted: Json) -> None:
    clara.do(submitted, "open_dispute", **LATE)
    femi.do(submitted, "offer_settlement", release="400.00")
    offered = clara.do(submitted, "offer_settlement", release="250.00")["contract"]
    assert clara.refused(submitted, "accept_settlement", proposal=offer_by(offered, "client")).problem == (
        403,
        "other_side",
    )
    femi.do(submitted, "accept_settlement", proposal=offer_by(offered, "client"))
    contract = clara.see(path_of(submitted))
    assert (contract["status"], contract["dispute"]) == ("active", None)
    assert money(clara, submitted) == ("250.00", "250.00", "0.00")
    assert balanced(person)


@pytest.mark.parametrize(
    ("opened_by", "expected"),
    [("client", ("0.00", "500.00", "0.00")), ("freelancer", ("500.00", "0.00", "0.00"))],
)
def test_a_side_that_never_answers_loses_what_was_claimed(
    clara: Caller, femi: Caller, submitted: Json, opened_by: str, expected: tuple[str, str, str]
) -> None:
    opener = clara if opened_by == "client" else femi
    opener.do(submitted, "open_dispute", **LATE)
    opener.do(submitted, "extend_clock", clock="dispute_unanswered")
    assert opener.refused(submitted, "extend_clock", clock="dispute_unanswered").problem == (409, "already_extended")
    move_clock(in_days(9.9))
    assert money(clara, submitted) == ("0.00", "0.00", "500.00")
    move_clock(in_days(0.1))
    assert money(clara, submitted) == expected


def test_mediators_who_never_rule_leave_the_middle_and_one_who_ruled_the_ruling(
    clara: Caller, femi: Caller, mo: Caller, submitted: Json
) -> None:
    clara.do(submitted, "open_dispute", **LATE)
    femi.do(submitted, "answer_dispute", note="It is all there.", release="400.01")
    mo.do(submitted, "decide", release="100.00", reason="A fifth of it.")
    femi.do(submitted, "appeal", note="All of it.")
    move_clock(in_days(10))
    assert money(clara, submitted) == ("100.00", "400.00", "0.00")


def test_a_small_claim_in_which_nobody_moves_is_split(clara: Caller, femi: Caller, mo: Caller, person: Person) -> None:
    contract = succeeded(clara.post("/contracts", offer_of(femi, "100.00")))
    femi.do(contract, "accept")
    clara.do(contract, "fund", milestone=milestone(contract))
    clara.do(contract, "open_dispute", **LATE, release="20.00")
    femi.do(contract, "offer_settlement", release="75.01")
    split_at = in_days(14)
    for _ in range(2):
        move_clock(in_days(6))
        mo.do(contract, "ask", note="What was agreed?")
    assert clara.see(f"{path_of(contract)}/timeline")["items"][0]["at"] == split_at
    move_clock(split_at)
    assert money(clara, contract) == ("47.51", "52.49", "0.00")
    assert balanced(person)


def test_a_withdrawn_dispute_leaves_things_as_they_were(clara: Caller, femi: Caller, submitted: Json) -> None:
    move_clock(in_days(4))
    clara.do(submitted, "open_dispute", **LATE)
    move_clock(in_days(3))
    assert femi.refused(submitted, "withdraw_dispute").problem == (403, "other_side")
    withdrawn = clara.do(submitted, "withdraw_dispute")["contract"]
    assert withdrawn["milestones"][0]["release_at"] == in_days(10)
    assert withdrawn["disputes"][0]["closing"] == {"at": now(), "action": "withdraw_dispute", "released": None}
    assert clara.refused(submitted, "open_dispute", **LATE).problem == (409, "already_disputed")
    assert "enum" not in disputable(clara, submitted)
    assert disputable(femi, submitted)["enum"] == [milestone(submitted)]
    femi.do(submitted, "submit", milestone=milestone(submitted), note="The missing half.")
    clara.do(submitted, "open_dispute", **LATE)


def test_a_bank_that_takes_a_payment_back_opens_a_dispute_and_the_books_say_who_carries_it(
    femi: Caller, mo: Caller, person: Person
) -> None:
    dora = person("Dora Klein", "client", card="disputes")
    contract = succeeded(dora.post("/contracts", offer_of(femi, "500.00")))
    femi.do(contract, "accept")
    succeeded(dora.post(f"{path_of(contract)}/actions/fund", {"milestone": milestone(contract)}))
    move_clock(now())

    disputed = femi.see(path_of(contract))
    assert (disputed["dispute"]["amount"], disputed["dispute"]["opened_by"]) == ("500.00", "client")
    assert disputed["dispute"]["charge"]
    assert disputed["chargebacks"][0]["carried"] == "525.00"
    assert dora.refused(contract, "withdraw_dispute").problem == (409, "opened_by_bank")
    history = femi.see(f"{path_of(contract)}/history")["items"]
    assert [(one["from"], one["to"]) for one in history[-1]["transfers"]] == [("fees:chargebacks", "provider:sandbox")]
    assert balanced(person)

    femi.do(contract, "answer_dispute", note="The work has begun.")
    mo.do(contract, "decide", release="200.00", reason="Two of five pages are there.")
    move_clock(in_days(3))
    assert money(dora, contract) == ("200.00", "300.00", "0.00")
    assert femi.see(path_of(contract))["chargebacks"][0] | {"charge": "", "at": ""} == {
        "charge": "",
        "at": "",
        "taken": "525.00",
        "covered": "315.00",
        "carried": "210.00",
        "status": "open",
        "decided_at": None,
    }
    assert dora.see("/me/transactions")["items"][-1]["kind"] == "chargeback covered"
    assert balanced(person)


def test_a_bank_that_takes_a_weeks_bill_back_leaves_protected_hours_paid(femi: Caller, person: Person) -> None:
    today = datetime.fromisoformat(now())
    monday = (today + timedelta(days=7 - today.weekday())).date()
    move_clock(f"{monday}T08:00:00Z")
    dora = person("Dora Klein", "client", card="disputes")
    contract = succeeded(dora.post("/contracts", hourly_offer_of(femi)))
    femi.do(contract, "accept")
    move_clock(f"{monday}T12:00:00Z")
    hours = [f"{monday}T0{hour}:{minute}0:00Z" for hour in (8, 9) for minute in range(6)]
    segments = [{"start": start, "memo": "Checkout page", "activity": 8} for start in hours]
    succeeded(femi.post(f"{path_of(contract)}/time", {"segments": segments}))
    move_clock(f"{monday + timedelta(days=7)}T12:00:00Z")

    dispute = femi.see(path_of(contract))["dispute"]
    assert (dispute["about"], len(dispute["segments"]), dispute["claims"]["client"]) == ("hours", 12, dispute["amount"])
    move_clock(in_days(5))
    paid, refunded, _ = money(dora, contract)
    assert (paid, refunded) == (dispute["amount"], "0.00")
    chargeback = dora.see(path_of(contract))["chargebacks"][0]
    assert chargeback["carried"] == chargeback["taken"]
    assert balanced(person)

    (invoice,) = card_payments(contract)
    planned = succeeded(NO_TOKEN.post("/sandbox/chargebacks", {"payment": invoice["id"], "stage": "won"}))
    assert planned == {"payment": invoice["id"], "stage": "won", "at": now()}
    chargeback = dora.see(path_of(contract))["chargebacks"][0]
    assert (chargeback["status"], chargeback["decided_at"], chargeback["carried"]) == ("won", now(), "0.00")
    assert balanced(person)


def card_payments(contract: Json) -> list[Json]:
    return list(NO_TOKEN.see(f"/sandbox/payments?contract={contract['id']}")["items"])


def test_a_bank_takes_back_and_decides_on_the_days_that_are_wanted(
    clara: Caller, femi: Caller, person: Person, submitted: Json
) -> None:
    (paid,) = card_payments(submitted)
    assert (paid["amount"], paid["currency"], paid["bank"]) == ("525.00", "USD", [])
    plan = {"payment": paid["id"], "stage": "opened", "at": in_days(3)}
    assert NO_TOKEN.post("/sandbox/chargebacks", plan | {"stage": "lost"}).problem == (409, "no_chargeback")
    succeeded(NO_TOKEN.post("/sandbox/chargebacks", plan))
    succeeded(NO_TOKEN.post("/sandbox/chargebacks", plan | {"stage": "lost", "at": in_days(40)}))
    assert NO_TOKEN.post("/sandbox/chargebacks", plan).problem == (409, "already_charged_back")
    assert [step["stage"] for step in card_payments(submitted)[0]["bank"]] == ["opened", "lost"]

    move_clock(in_days(4))
    femi.do(submitted, "answer_dispute", note="It is all there.", release="500.00")
    clara.do(submitted, "concede_dispute")
    assert clara.see(path_of(submitted))["chargebacks"][0]["status"] == "open"
    move_clock(in_days(40))
    chargeback = clara.see(path_of(submitted))["chargebacks"][0]
    assert (chargeback["status"], chargeback["covered"], chargeback["carried"]) == ("lost", "0.00", "525.00")
    last = clara.see(f"{path_of(submitted)}/history")["items"][-1]
    assert last["action"] == "chargeback_lost"
    assert [(one["from"], one["to"], one["amount"]) for one in last["transfers"]] == [
        ("fees:losses", "fees:chargebacks", "525.00")
    ]
    assert money(clara, submitted) == ("500.00", "0.00", "0.00")
    assert balanced(person)


def test_the_sandboxs_bank_says_what_it_cannot_do(submitted: Json) -> None:
    unknown = {"payment": "nothing", "stage": "opened"}
    assert NO_TOKEN.post("/sandbox/chargebacks", unknown).wrong_fields == {"payment"}
    (paid,) = card_payments(submitted)
    past = {"payment": paid["id"], "stage": "opened", "at": in_days(-1)}
    assert NO_TOKEN.post("/sandbox/chargebacks", past).wrong_fields == {"at"}
    assert NO_TOKEN.post("/sandbox/chargebacks", past | {"stage": "maybe"}).wrong_fields == {"stage"}
    nobodys = "018f0000-0000-7000-8000-000000000000"
    assert NO_TOKEN.get(f"/sandbox/payments?contract={nobodys}").problem == (404, "not_found")
    assert NO_TOKEN.get("/sandbox/payments?contract=x").wrong_fields == {"contract"}


def test_mediators_find_the_disputes_of_others_and_nobody_else_does(
    clara: Caller, femi: Caller, mo: Caller, person: Person, submitted: Json
) -> None:
    assert mo.see("/disputes") == {"items": [], "next": None}
    clara.do(submitted, "open_dispute", **LATE)
    other = succeeded(clara.post("/contracts", offer_of(femi, "70.00")))
    femi.do(other, "accept")
    clara.do(other, "fund", milestone=milestone(other))
    move_clock(in_days(1))
    clara.do(other, "open_dispute", **LATE)
    femi.do(other, "answer_dispute", note="It is not.")

    page = mo.see("/disputes?limit=1")
    assert [item["contract"] for item in page["items"]] == [submitted["id"]]
    rest = mo.see(f"/disputes?limit=1&cursor={page['next']}")
    assert [(item["contract"], item["dispute"]["status"]) for item in rest["items"]] == [(other["id"], "answered")]
    assert [item["contract"] for item in mo.see("/disputes?status=open")["items"]] == [submitted["id"]]
    clara.do(submitted, "concede_dispute")
    assert [item["contract"] for item in mo.see("/disputes?status=closed")["items"]] == [submitted["id"]]
    assert mo.see(path_of(submitted))["money"]["paid"] == "500.00"
    for somebody in (clara, femi, person("Olga Petrov", "operator")):
        assert somebody.get("/disputes").status == 403
    assert mo.get("/disputes?status=lost").status == 422
    party = person("Pia Holm", "client", "mediator")
    own = succeeded(party.post("/contracts", offer_of(femi, "10.00")))
    femi.do(own, "accept")
    party.do(own, "fund", milestone=milestone(own))
    party.do(own, "open_dispute", **LATE)
    assert own["id"] not in [item["contract"] for item in party.see("/disputes")["items"]]
    assert party.refused(own, "decide", release="0", reason="Mine.").status == 403


def test_messages_and_history_are_picked_in_beside_a_statement_and_travel_with_it(
    clara: Caller, femi: Caller, submitted: Json
) -> None:
    said = succeeded(femi.post(f"{path_of(submitted)}/messages", {"text": "The last page comes on Friday."}))
    picks = [f"message:{said['id']}", "event:2"]
    opened = clara.do(submitted, "open_dispute", **LATE, evidence=picks)["contract"]["dispute"]
    assert opened["evidence"] == picks
    answered = femi.do(submitted, "answer_dispute", note="It came.", evidence=["event:3"])["contract"]["dispute"]
    assert [one["evidence"] for one in answered["statements"]] == [["event:3"]]


def test_a_message_of_another_contract_is_no_evidence_of_this_one(
    clara: Caller, femi: Caller, person: Person, submitted: Json
) -> None:
    other = succeeded(clara.post("/contracts", offer_of(femi, "100.00")))
    said = succeeded(clara.post(f"{path_of(other)}/messages", {"text": "Hello."}))
    reply = clara.refused(submitted, "open_dispute", **LATE, evidence=[f"message:{said['id']}"])
    assert reply.status == 422
    assert "There is no such message on this contract." in str(reply.body["errors"])
    path = f"{path_of(submitted)}/actions/open_dispute"
    assert person("Sam Lee", "client").post(path, {**LATE, "evidence": [f"message:{said['id']}"]}).status == 404
