"""What two people agree on, over the REST interface: terms, cancellations, refunds, reopenings, dormant escrow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from callers import Caller, Json, milestone, move_clock, now, offer_of, path_of, succeeded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def funded(clara: Caller, femi: Caller) -> Json:
    """A contract over 500 and 300, of which the 500 are in escrow."""
    contract = succeeded(clara.post("/contracts", offer_of(femi, "500.00", "300.00")))
    femi.do(contract, "accept")
    return clara.do(contract, "fund", milestone=milestone(contract))["contract"]


def days_later(days: float) -> Json:
    """Move the sandbox's clock."""
    to = datetime.fromisoformat(now()) + timedelta(days=days)
    return move_clock(to.isoformat().replace("+00:00", "Z"))


def test_a_change_of_terms_is_compared_agreed_and_kept_as_a_version(clara: Caller, femi: Caller, funded: Json) -> None:
    first, second = funded["milestones"]
    milestones = [
        {"id": first["id"], "title": "Part 1", "amount": "450.00"},
        {"id": second["id"], "title": "Part 2", "amount": "300.00", "due": "2027-01-15"},
        {"title": "A shop", "amount": "250.00"},
    ]
    asked = femi.do(funded, "propose_terms", note="You asked for a shop.", milestones=milestones, change_rounds=2)
    [proposal] = asked["contract"]["proposals"]
    assert (proposal["kind"], proposal["by"], proposal["answer_by"]) == ("terms", "freelancer", None)
    assert [(d["what"], d["before"], d["after"]) for d in proposal["differs"]][:2] == [
        ("amount", "500.00", "450.00"),
        ("due", None, "2027-01-15"),
    ]
    assert proposal["terms"]["milestones"][2]["title"] == "A shop"

    done = clara.do(funded, "accept_terms", proposal=proposal["id"], note="Right.")
    assert [(t["from"], t["to"], t["amount"]) for t in done["outcome"]["transfers"]] == [
        (f"escrow:{funded['id']}", f"client:{clara.id}", "50.00"),
        (f"fee_held:{funded['id']}", f"client:{clara.id}", "2.50"),
        (f"client:{clara.id}", "provider:sandbox", "52.50"),
    ]
    contract = done["contract"]
    assert [m["amount"] for m in contract["milestones"]] == ["450.00", "300.00", "250.00"]
    assert (contract["change_rounds"], contract["review_days"], contract["terms_version"]) == (2, 14, 2)

    one, two = clara.see(f"{path_of(funded)}/terms")["items"]
    assert (one["version"], one["proposed_by"], one["accepted_by"], one["differs"]) == (1, "client", "freelancer", [])
    assert (two["version"], two["proposed_by"], two["accepted_by"]) == (2, "freelancer", "client")
    assert two["note"] == "You asked for a shop."
    assert two["differs"] == proposal["differs"]
    assert femi.see(f"{path_of(funded)}/terms?limit=1")["next"]


def test_what_is_asked_and_declined_is_on_the_record(clara: Caller, femi: Caller, funded: Json) -> None:
    asked = clara.do(funded, "propose_terms", note="And a logo?", description="With a logo.")
    [proposal] = asked["contract"]["proposals"]
    assert clara.refused(funded, "accept_terms", proposal=proposal["id"]).problem == (403, "other_side")
    femi.do(funded, "decline_terms", proposal=proposal["id"], note="Not for this price.")
    history = clara.see(f"{path_of(funded)}/history")["items"]
    assert [event["action"] for event in history][-2:] == ["propose_terms", "decline_terms"]
    assert "The scope is written anew" in history[-2]["explanation"]
    assert len(clara.see(f"{path_of(funded)}/terms")["items"]) == 1


def test_terms_that_make_no_sense_are_422(clara: Caller, funded: Json) -> None:
    assert clara.refused(funded, "propose_terms", note="Hm.").problem == (422, "nothing_changes")
    assert clara.refused(funded, "propose_terms", note="Hm.", milestones=[]).wrong_fields == {"milestones"}
    assert clara.refused(funded, "propose_terms", note="Hm.", rate="5.00").wrong_fields == {"rate"}
    assert clara.refused(funded, "propose_terms", review_days=0).wrong_fields == {"review_days", "note"}


def test_an_offer_sets_rounds_of_changes_and_days_of_review(clara: Caller, femi: Caller) -> None:
    contract = succeeded(clara.post("/contracts", offer_of(femi, "5.00", change_rounds=1, review_days=3)))
    assert (contract["change_rounds"], contract["review_days"]) == (1, 3)
    femi.do(contract, "accept")
    clara.do(contract, "fund", milestone=milestone(contract))
    femi.do(contract, "submit", milestone=milestone(contract), note="Here.")
    clara.do(contract, "request_changes", milestone=milestone(contract), note="Blue.")
    submitted = femi.do(contract, "submit", milestone=milestone(contract), note="Blue.")["contract"]
    [part] = submitted["milestones"]
    until = datetime.fromisoformat(part["submitted_at"]) + timedelta(days=3)
    assert (datetime.fromisoformat(part["release_at"]), part["changes"]) == (until, 1)
    refused = clara.refused(contract, "request_changes", milestone=milestone(contract), note="Green.")
    assert refused.problem == (409, "change_rounds_used")
    wrong = offer_of(femi, "5.00", change_rounds=-1, review_days="soon")
    assert clara.post("/contracts", wrong).wrong_fields == {"change_rounds", "review_days"}


def test_both_end_a_contract_and_nobody_is_at_fault(clara: Caller, femi: Caller, funded: Json) -> None:
    asked = clara.do(funded, "propose_cancellation", note="It cannot be done.", release="0")
    [proposal] = asked["contract"]["proposals"]
    assert (proposal["kind"], proposal["release"], proposal["amount"]) == ("cancellation", "0.00", "500.00")
    done = femi.do(funded, "accept_cancellation", proposal=proposal["id"])["contract"]
    assert (done["status"], done["ending"]["reason"], done["ending"]["agreed"]) == ("ended", "mutual", True)
    assert done["money"]["refunded"] == "500.00"
    assert clara.refused(funded, "propose_cancellation", note="Again.", release="0").problem == (409, "contract_ended")


def test_paid_money_is_asked_back_given_in_part_and_declined(clara: Caller, femi: Caller, funded: Json) -> None:
    clara.do(funded, "approve", milestone=milestone(funded))
    assert clara.refused(funded, "request_refund", amount="500.01", note="No.").wrong_fields == {"amount"}
    asked = clara.do(funded, "request_refund", amount="100.00", note="One page is broken.")
    [proposal] = asked["contract"]["proposals"]
    assert (proposal["kind"], proposal["amount"], proposal["answer_by"]) == ("refund", "100.00", None)
    part = femi.do(funded, "give_refund", amount="40.00", note="For the page.")["contract"]
    assert part["proposals"][0]["amount"] == "60.00"
    declined = femi.do(funded, "decline_refund", proposal=proposal["id"], note="It is mended.")["contract"]
    assert (declined["proposals"], declined["dispute"]) == ([], None)
    again = clara.do(funded, "request_refund", amount="60.00", note="It is not.")["contract"]["proposals"][0]
    done = femi.do(funded, "accept_refund", proposal=again["id"])["contract"]
    assert (done["money"]["paid"], done["money"]["refunded"], done["money"]["fees"]) == ("400.00", "100.00", "60.00")
    clara.do(funded, "request_refund", amount="1.00", note="Still.")
    open_one = clara.see(path_of(funded))["proposals"][0]["id"]
    assert clara.do(funded, "withdraw_refund", proposal=open_one)["contract"]["proposals"] == []


def test_both_reopen_an_ended_contract(clara: Caller, femi: Caller, funded: Json) -> None:
    clara.do(funded, "end", reason="completed", escrow="release")
    days_later(20)
    asked = femi.do(funded, "propose_reopening", note="Part 2, after all?")
    [proposal] = asked["contract"]["proposals"]
    done = clara.do(funded, "accept_reopening", proposal=proposal["id"])["contract"]
    assert (done["status"], done["ended_at"], done["ending"]) == ("active", None, None)
    clara.do(funded, "fund", milestone=milestone(funded, 1))
    history = [event["action"] for event in clara.see(f"{path_of(funded)}/history")["items"]]
    assert history[-5:] == ["hold_ends", "propose_reopening", "accept_reopening", "fund", "charge_succeeded"]


def test_escrow_that_nobody_touches_goes_back_and_words_keep_it(clara: Caller, femi: Caller, funded: Json) -> None:
    ahead = clara.see(f"{path_of(funded)}/timeline")["items"]
    assert [item["action"] for item in ahead] == [
        "escrow_goes_dormant", "dormant_client_silent", "dormant_escrow_returns",
    ]  # fmt: skip
    days_later(80)
    succeeded(femi.post(f"{path_of(funded)}/messages", {"text": "I am still on it."}))
    days_later(85)
    assert clara.see(path_of(funded))["dormant"] is None
    days_later(6)
    assert clara.see(path_of(funded))["dormant"]["waits_for"] == "client"
    assert clara.do(funded, "keep_escrow")["contract"]["dormant"] is None
    assert clara.refused(funded, "keep_escrow").problem == (409, "not_dormant")
    days_later(104)
    contract = clara.see(path_of(funded))
    assert (contract["status"], contract["ending"]["by"], contract["ending"]["reason"]) == (
        "ended", "nobody", "dormant",
    )  # fmt: skip
    assert (contract["money"]["escrow"], contract["money"]["refunded"]) == ("0.00", "500.00")
