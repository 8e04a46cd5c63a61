"""The stories that the project is about, told over the interface from offer to end, to the cent."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.conftest import Person
from callers import Caller, Json, milestone, move_clock, now, offer_of, path_of, succeeded


def in_days(days: float) -> str:
    """The sandbox's time so many days from now."""
    at = datetime.fromisoformat(now()) + timedelta(days=days)
    return at.isoformat().replace("+00:00", "Z")


def moved(transfers: list[Json]) -> list[tuple[str, str, str]]:
    """Transfers as (from, to, amount), by the kinds of accounts."""
    return [(one["from"].partition(":")[0], one["to"].partition(":")[0], one["amount"]) for one in transfers]


def ahead(caller: Caller, contract: Json) -> list[tuple[str, str]]:
    """The timeline as (time, action)."""
    return [(item["at"], item["action"]) for item in caller.see(f"{path_of(contract)}/timeline")["items"]]


def money(caller: Caller, currency: str = "USD") -> tuple[str, str, str]:
    """What the person has available, held and in escrow."""
    items = [item for item in caller.see("/me/balance")["items"] if item["currency"] == currency]
    return (items[0]["available"], items[0]["held"], items[0]["escrow"])


def test_a_client_who_wants_the_escrow_back_is_told_all_and_silence_gives_it_back(
    clara: Caller, femi: Caller, funded: Json
) -> None:
    answer_by = in_days(7)

    ended = clara.do(funded, "end", reason="no_longer_needed", escrow="refund")

    told = " ".join(ended["outcome"]["explanation"])
    assert "Femi Adeyemi is asked to agree that 500.00 USD goes back" in told
    assert "If Femi Adeyemi agrees, 500.00 USD and the fee of 25.00 USD on it go back" in told
    assert "If nothing is said, the same happens" in told
    assert "If Femi Adeyemi contests it, a dispute opens" in told
    assert ended["outcome"]["status"] == {"before": "active", "after": "ending"}
    assert ended["outcome"]["transfers"] == []
    assert [(clock["at"], clock["action"]) for clock in ended["outcome"]["deadlines"]] == [
        (answer_by, "escrow_refund_unanswered")
    ]
    [proposal] = ended["contract"]["proposals"]
    assert (proposal["kind"], proposal["by"], proposal["status"]) == ("escrow_refund", "client", "open")
    assert (proposal["amount"], proposal["answer_by"]) == ("500.00", answer_by)
    assert ahead(femi, funded) == [(answer_by, "escrow_refund_unanswered")]
    [foreseen] = femi.see(f"{path_of(funded)}/timeline")["items"]

    assert move_clock(answer_by) == {"now": answer_by, "performed": 1}

    contract = clara.see(path_of(funded))
    assert (contract["status"], contract["ended_at"], contract["proposals"]) == ("ended", answer_by, [])
    assert contract["money"] == {
        "escrow": "0.00",
        "in_review": "0.00",
        "paid": "0.00",
        "refunded": "500.00",
        "fees": "0.00",
    }
    happened = clara.see(f"{path_of(funded)}/history")["items"][-1]
    assert happened == {**foreseen, "by": "nobody"}
    assert moved(happened["transfers"]) == [
        ("escrow", "client", "500.00"),
        ("fee_held", "client", "25.00"),
        ("client", "provider", "525.00"),
    ]
    assert money(clara) == ("0.00", "0.00", "0.00")


def test_the_freelancer_can_agree_at_once(clara: Caller, femi: Caller, funded: Json) -> None:
    ended = clara.do(funded, "end", reason="no_longer_needed", escrow="refund")

    agreed = femi.do(funded, "accept_refund", proposal=ended["contract"]["proposals"][0]["id"])

    assert agreed["contract"]["status"] == "ended"
    assert moved(agreed["outcome"]["transfers"])[-1] == ("client", "provider", "525.00")
    assert ahead(clara, funded) == []


def test_a_freelancer_who_handed_work_in_contests_and_a_mediator_decides(
    clara: Caller, femi: Caller, mo: Caller, submitted: Json
) -> None:
    ended = clara.do(submitted, "end", reason="quality", escrow="refund")
    assert mo.get(path_of(submitted)).problem == (404, "not_found")

    contested = femi.do(
        submitted, "decline_refund", proposal=ended["contract"]["proposals"][0]["id"], note="It is done as agreed."
    )

    dispute = contested["contract"]["dispute"]
    assert (dispute["opened_by"], dispute["amount"], dispute["answer_by"]) == ("freelancer", "500.00", in_days(5))
    assert ahead(clara, submitted)[0] == (in_days(5), "dispute_unanswered")
    assert mo.refused(submitted, "decide", release="300", reason="Early.").problem == (409, "awaiting_answer")

    clara.do(submitted, "answer_dispute", note="Half of it is missing.")
    assert [contract["id"] for contract in mo.see("/contracts")["items"]] == [submitted["id"]]
    decided = mo.do(submitted, "decide", release="300.01", reason="Most of it is there.")

    effective = in_days(3)
    assert decided["contract"]["dispute"]["ruling"]["release"] == "300.01"
    assert ahead(femi, submitted)[0] == (effective, "ruling_takes_effect")

    move_clock(effective)

    contract = clara.see(path_of(submitted))
    assert contract["status"] == "ended"
    assert contract["money"] == {
        "escrow": "0.00",
        "in_review": "0.00",
        "paid": "300.01",
        "refunded": "199.99",
        "fees": "45.00",
    }
    assert money(femi) == ("0.00", "270.01", "0.00")
    history = clara.see(f"{path_of(submitted)}/history")["items"]
    assert moved(history[-1]["transfers"]) == [
        ("escrow", "held", "270.01"),
        ("escrow", "fees", "30.00"),
        ("fee_held", "fees", "15.00"),
        ("escrow", "client", "199.99"),
        ("fee_held", "client", "10.00"),
        ("client", "provider", "209.99"),
    ]


def test_a_dispute_that_the_client_does_not_answer_pays_the_freelancer(
    clara: Caller, femi: Caller, submitted: Json
) -> None:
    ended = clara.do(submitted, "end", reason="quality", escrow="refund")
    femi.do(submitted, "decline_refund", proposal=ended["contract"]["proposals"][0]["id"])
    paid_at, available_at = in_days(5), in_days(10)
    assert ahead(femi, submitted) == [(paid_at, "dispute_unanswered"), (available_at, "hold_ends")]

    assert move_clock(available_at)["performed"] == 2

    assert femi.see(path_of(submitted))["money"]["paid"] == "500.00"
    assert money(femi) == ("450.00", "0.00", "0.00")


@pytest.mark.parametrize("contests", [False, True], ids=["silence", "contested"])
def test_a_part_is_released_at_once_and_the_rest_asked_back(
    clara: Caller, femi: Caller, funded: Json, contests: bool
) -> None:
    available_at = in_days(5)

    ended = clara.do(funded, "end", reason="not_completed", escrow={"release": "200.00"})

    assert moved(ended["outcome"]["transfers"]) == [
        ("escrow", "held", "180.00"),
        ("escrow", "fees", "20.00"),
        ("fee_held", "fees", "10.00"),
    ]
    [proposal] = ended["contract"]["proposals"]
    assert proposal["amount"] == "300.00"
    assert money(femi) == ("0.00", "180.00", "300.00")
    assert money(clara) == ("0.00", "0.00", "300.00")

    if contests:
        femi.do(funded, "decline_refund", proposal=proposal["id"])
        answer_by = in_days(5)
        assert (answer_by, "dispute_unanswered") in ahead(clara, funded)
        move_clock(answer_by)
        assert clara.see(path_of(funded))["money"]["paid"] == "500.00"
        return

    assert [at for at, action in ahead(clara, funded) if action == "hold_ends"] == [available_at]
    move_clock(in_days(7))
    contract = clara.see(path_of(funded))
    assert contract["status"] == "ended"
    assert (contract["money"]["paid"], contract["money"]["refunded"], contract["money"]["fees"]) == (
        "200.00",
        "300.00",
        "30.00",
    )
    assert money(femi) == ("180.00", "0.00", "0.00")


def test_a_freelancer_who_ends_keeps_in_review_what_she_handed_in(clara: Caller, femi: Caller) -> None:
    contract = succeeded(clara.post("/contracts", offer_of(femi, "120.00", "80.00", title="A few pages")))
    femi.do(contract, "accept")
    clara.do(contract, "fund", milestone=milestone(contract))
    femi.do(contract, "submit", milestone=milestone(contract), note="Sixty pages.")
    clara.do(contract, "approve", milestone=milestone(contract), amount="20.00")
    clara.do(contract, "fund", milestone=milestone(contract, 1))
    released_at = in_days(14)

    ended = femi.do(contract, "end", reason="scope_changed", note="A few pages became sixty.")

    assert ended["outcome"]["status"]["after"] == "ending"
    assert moved(ended["outcome"]["transfers"]) == [
        ("escrow", "client", "80.00"),
        ("fee_held", "client", "4.00"),
        ("client", "provider", "84.00"),
    ]
    told = " ".join(ended["outcome"]["explanation"])
    assert "Nothing is handed in for “Part 2”: 80.00 USD goes back" in told
    assert "100.00 USD stays in review" in told
    assert (released_at, "submission_unanswered") in ahead(clara, contract)
    assert femi.refused(contract, "end", reason="other").status == 409

    move_clock(released_at)

    done = femi.see(path_of(contract))
    assert done["status"] == "ended"
    assert done["money"] == {
        "escrow": "0.00",
        "in_review": "0.00",
        "paid": "120.00",
        "refunded": "80.00",
        "fees": "18.00",
    }
    assert [one["status"] for one in done["milestones"]] == ["paid", "refunded"]


def test_a_client_pays_on_an_ended_contract_and_both_see_the_fee_and_the_date(
    clara: Caller, femi: Caller, active: Json
) -> None:
    femi.do(active, "end", reason="not_responsive")
    assert clara.see(path_of(active))["status"] == "ended"
    move_clock(in_days(30))
    available_at = in_days(5)

    paid = clara.do(active, "pay", amount="150.00", note="You finished it after all.")

    assert moved(paid["outcome"]["transfers"]) == [
        ("provider", "client", "157.50"),
        ("client", "fee_held", "7.50"),
        ("client", "held", "135.00"),
        ("client", "fees", "15.00"),
        ("fee_held", "fees", "7.50"),
    ]
    told = " ".join(paid["outcome"]["explanation"])
    assert "Femi Adeyemi gets 135.00 USD after a service fee of 15.00 USD" in told
    assert ahead(clara, active) == ahead(femi, active) == [(available_at, "hold_ends")]
    history = [caller.see(f"{path_of(active)}/history")["items"][-1] for caller in (clara, femi)]
    assert history[0] == history[1]
    assert "135.00 USD after a service fee of 15.00 USD; it can be withdrawn from" in history[0]["explanation"]

    move_clock(available_at)
    assert money(femi) == ("135.00", "0.00", "0.00")
    withdrawn = femi.post("/me/withdrawals", {"amount": "135.00", "currency": "USD"})
    assert (withdrawn.status, withdrawn.body["status"]) == (201, "paid")
    assert money(femi) == ("0.00", "0.00", "0.00")


@pytest.mark.parametrize(
    ("currency", "whole", "part", "net", "fees", "back"),
    [
        ("JPY", "1001", "333", "300", "50", "701"),
        ("KWD", "10.001", "3.335", "3.001", "0.501", "6.999"),
    ],
)
def test_parts_that_do_not_divide_evenly_lose_nothing(
    person: Person, currency: str, whole: str, part: str, net: str, fees: str, back: str
) -> None:
    client, freelancer = person("Aiko Mori", "client"), person("Salem Al-Sabah", "freelancer")
    contract = succeeded(client.post("/contracts", offer_of(freelancer, whole, currency=currency)))
    freelancer.do(contract, "accept")
    charged = client.do(contract, "fund", milestone=milestone(contract))
    freelancer.do(contract, "submit", milestone=milestone(contract), note="Done.")

    client.do(contract, "approve", milestone=milestone(contract), amount=part)
    ended = client.do(contract, "end", reason="mutual", escrow="refund")
    agreed = freelancer.do(contract, "accept_refund", proposal=ended["contract"]["proposals"][0]["id"])

    assert money(freelancer, currency)[1] == net
    total = agreed["contract"]["money"]
    assert (total["paid"], total["fees"], total["escrow"]) == (part, fees, charged["contract"]["money"]["in_review"])
    assert moved(agreed["outcome"]["transfers"])[-1] == ("client", "provider", back)
