"""Contracts over REST: offers, actions and their refusals, what is shown of them, and who may look."""

from __future__ import annotations

import pytest

from amicable.payments import commands
from amicable.payments.provider import ProviderAwayError
from amicable.payments.sandbox_provider import SandboxProvider
from api.conftest import Person
from callers import Caller, Json, milestone, move_clock, offer_of, path_of, stars, succeeded

TOO_MUCH = ["1000000000", "999999999.991", "99999999999999999999999"]
NO_AMOUNTS = [
    "1.001",
    "-1",
    "+1",
    "NaN",
    "Infinity",
    "1e3",
    "0x10",
    " 1",
    "1,000",
    "",
    "1.",
    ".5",
    "٣",
    5,
    5.0,
    True,
    [],
]


@pytest.mark.parametrize("amount", ["0", "0.00", *NO_AMOUNTS, *TOO_MUCH])
def test_an_amount_that_is_none_is_refused_and_changes_nothing(
    amount: Json, funded: Json, clara: Caller, femi: Caller
) -> None:
    reply = clara.post("/contracts", offer_of(femi, amount))
    assert reply.wrong_fields == {"milestones.0.amount"}
    assert clara.refused(funded, "approve", milestone=milestone(funded), amount=amount).wrong_fields == {"amount"}
    assert clara.refused(funded, "pay", amount=amount, note="x").wrong_fields == {"amount"}
    assert femi.post("/me/withdrawals", {"amount": amount, "currency": "USD"}).wrong_fields == {"amount"}
    assert len(clara.see("/contracts")["items"]) == 1


@pytest.mark.parametrize("release", [*NO_AMOUNTS, *TOO_MUCH, "500.01"])
def test_a_part_of_the_escrow_is_zero_to_all_of_it(release: Json, funded: Json, clara: Caller) -> None:
    refused = clara.refused(funded, "end", reason="other", escrow={"release": release})
    assert refused.wrong_fields == {"escrow"}


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "nul \x00"}, "title"),
        ({"title": None}, "title"),
        ({"description": 5}, "description"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": "usd"}, "currency"),
        ({"currency": None}, "currency"),
        ({"kind": "monthly"}, "kind"),
        ({"milestones": []}, "milestones"),
        ({"milestones": {}}, "milestones"),
        ({"milestones": [5]}, "milestones.0"),
        ({"milestones": [{"title": "x", "amount": "5", "due": "tomorrow"}]}, "milestones.0.due"),
        ({"milestones": [{"title": "x", "amount": "5", "colour": "red"}]}, "milestones.0.colour"),
        ({"freelancer": "nobody"}, "freelancer"),
        ({"freelancer": None}, "freelancer"),
        ({"freelancer": "01a20af0-8a37-71e9-adcf-29034e1d7402"}, "freelancer"),
    ],
)
def test_terms_that_make_no_sense_are_named(terms: Json, field: str, clara: Caller, femi: Caller) -> None:
    assert field in clara.post("/contracts", offer_of(femi, "5") | terms).wrong_fields
    assert clara.see("/contracts")["items"] == []


def test_only_a_client_offers_and_only_to_a_freelancer(clara: Caller, femi: Caller, person: Person) -> None:
    assert femi.post("/contracts", offer_of(femi, "5")).problem == (403, "role_needed")
    assert clara.post("/contracts", offer_of(clara, "5")).wrong_fields == {"freelancer"}
    both = person("Both", "client", "freelancer")
    assert both.post("/contracts", offer_of(both, "5")).wrong_fields == {"freelancer"}


def test_a_contract_is_shown_with_everything_in_its_currency(clara: Caller, femi: Caller) -> None:
    terms = offer_of(femi, "1500", currency="JPY", description="All of it.")
    terms["milestones"][0]["due"] = "2026-12-24"

    contract = succeeded(clara.post("/contracts", terms))

    assert contract["client"] == {"id": clara.id, "name": clara.name}
    assert contract["freelancer"] == {"id": femi.id, "name": femi.name}
    assert contract["created_at"].endswith("Z")
    assert (
        contract
        | {
            "title": "A website",
            "description": "All of it.",
            "kind": "fixed",
            "currency": "JPY",
            "status": "offered",
            "accepted_at": None,
            "ended_at": None,
            "rate": None,
            "weekly_limit_hours": None,
            "manual_time": None,
            "money": {"escrow": "0", "in_review": "0", "paid": "0", "refunded": "0", "fees": "0"},
            "dispute": None,
            "disputes": [],
            "proposals": [],
            "feedback": {"client": None, "freelancer": None},
        }
        == contract
    )
    [part] = contract["milestones"]
    assert (
        part | {"title": "Part 1", "amount": "1500", "due": "2026-12-24", "status": "unfunded", "escrow": "0"} == part
    )
    assert femi.see(path_of(contract)) == contract


def test_lists_find_contracts_by_side_status_and_words(clara: Caller, femi: Caller, person: Person) -> None:
    ada = person("Ada Okafor", "client", "freelancer")
    site = succeeded(clara.post("/contracts", offer_of(ada, "5", title="A shop for 100% wool")))
    logo = succeeded(ada.post("/contracts", offer_of(femi, "5", title="A logo")))
    ada.do(site, "accept")

    def found(caller: Caller, query: str) -> list[str]:
        return [contract["title"] for contract in caller.see(f"/contracts?{query}")["items"]]

    assert found(ada, "") == [site["title"], logo["title"]]
    assert found(ada, "role=client") == ["A logo"]
    assert found(ada, "role=freelancer") == [site["title"]]
    assert found(ada, "status=active") == [site["title"]]
    assert found(ada, "q=logo") == ["A logo"]
    assert found(ada, "q=weber%20shop") == [site["title"]]
    assert found(ada, "q=okafor") == []
    assert found(clara, "q=okafor") == [site["title"]]
    assert found(ada, "q=0%25") == [site["title"]]
    assert found(ada, "q=%25") == [site["title"]]
    assert ada.get("/contracts?role=mediator").wrong_fields == {"role"}
    assert ada.get("/contracts?status=lost").wrong_fields == {"status"}
    assert ada.get("/contracts?q=%00").wrong_fields == {"q"}


def test_every_action_says_whether_it_can_be_done_and_why_not(funded: Json, clara: Caller, femi: Caller) -> None:
    actions = {action["name"]: action for action in clara.see(f"{path_of(funded)}/actions")["items"]}

    assert {name for name, action in actions.items() if action["allowed"]} == {
        "approve",
        "end",
        "open_dispute",
        "pay",
        "propose_cancellation",
        "propose_terms",
    }
    assert all((action["why_not"] is None) == action["allowed"] for action in actions.values())
    assert actions["submit"]["why_not"] == "Only Femi Adeyemi, the freelancer, can do this."
    assert actions["submit"]["by"] == ["freelancer"]
    assert actions["end"]["by"] == ["client", "freelancer"]
    assert actions["approve"]["params"]["properties"]["milestone"]["enum"] == [milestone(funded)]
    assert actions["approve"]["params"]["required"] == ["milestone"]
    assert "hold_ends" not in actions
    freelancers = {action["name"] for action in femi.see(f"{path_of(funded)}/actions")["items"] if action["allowed"]}
    assert freelancers == {"submit", "end", "open_dispute", "propose_cancellation", "propose_terms"}


def test_an_action_that_cannot_be_done_is_refused_in_the_words_of_the_list(funded: Json, clara: Caller) -> None:
    params = {
        "milestone": milestone(funded),
        "note": "x",
        "proposal": "x",
        "amount": "1",
        "release": "1",
        "reason": "x",
        "stars": stars(5),
        "comment": "x",
        "hours": 40,
        "week": "2026-11-23",
        "clock": "offer_expires",
        "about": "escrow",
    }
    for action in clara.see(f"{path_of(funded)}/actions")["items"]:
        if not action["allowed"]:
            wanted = {name: params[name] for name in action["params"]["required"]}
            refused = clara.refused(funded, action["name"], **wanted)
            assert refused.body["detail"] == action["why_not"]
            assert refused.status == (409 if "client" in action["by"] else 403)


def test_the_other_sides_action_is_forbidden(offered: Json, active: Json, clara: Caller, femi: Caller) -> None:
    assert clara.refused(offered, "accept").problem == (403, "other_side")
    assert femi.refused(active, "fund", milestone=milestone(active)).problem == (403, "other_side")


def test_an_action_out_of_turn_says_why_and_what_instead(offered: Json, clara: Caller, femi: Caller) -> None:
    refused = clara.refused(offered, "fund", milestone=milestone(offered))
    assert refused.problem == (409, "contract_offered")
    assert refused.body["detail"] == "The offer has not been accepted yet. Femi Adeyemi can accept or decline it."
    femi.do(offered, "accept")
    assert femi.refused(offered, "accept").problem == (409, "contract_active")


def test_a_milestone_of_another_contract_is_none_of_this_one(funded: Json, clara: Caller, femi: Caller) -> None:
    other = succeeded(clara.post("/contracts", offer_of(femi, "5")))
    assert clara.refused(funded, "approve", milestone=milestone(other)).wrong_fields == {"milestone"}
    assert clara.refused(funded, "approve").wrong_fields == {"milestone"}
    assert clara.refused(funded, "approve", milestone=["x"]).wrong_fields == {"milestone"}


def test_ending_with_money_in_escrow_needs_a_word_about_it(funded: Json, clara: Caller) -> None:
    assert clara.refused(funded, "end", reason="other").wrong_fields == {"escrow"}
    assert clara.refused(funded, "end", escrow="refund").wrong_fields == {"reason"}
    assert clara.refused(funded, "end", reason="other", escrow="half").wrong_fields == {"escrow"}


def test_a_reason_in_own_words_is_kept_as_other(funded: Json, femi: Caller) -> None:
    ended = femi.do(funded, "end", reason="moved to the sea")
    assert ended["contract"]["ending"]["reason"] == "other: moved to the sea"


def test_a_declined_card_changes_nothing(active: Json, clara: Caller, femi: Caller) -> None:
    assert succeeded(clara.put("/me/card", {"card": "declines"})) == {"card": "declines"}

    for action, params in (("fund", {"milestone": milestone(active)}), ("pay", {"amount": "5", "note": "x"})):
        declined = clara.post(f"{path_of(active)}/actions/{action}", params)
        assert declined.problem == (402, "card_declined")
        assert "insufficient funds" in declined.body["detail"]
    shown = clara.see(path_of(active))
    assert shown | {"version": active["version"]} == active

    clara.put("/me/card", {"card": "works"})
    assert clara.do(active, "fund", milestone=milestone(active))["contract"]["money"]["escrow"] == "500.00"
    assert femi.put("/me/card", {"card": "works"}).problem == (403, "role_needed")
    assert clara.put("/me/card", {"card": "gold"}).wrong_fields == {"card"}


def test_while_the_provider_is_away_the_milestone_is_funding(
    active: Json, clara: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise ProviderAwayError("no answer")

    path, fund = f"{path_of(active)}/actions/fund", {"milestone": milestone(active)}
    with monkeypatch.context() as patch:
        patch.setattr(SandboxProvider, "charge", away)
        patch.setattr(commands, "PATIENCE_SECONDS", 0.2)
        waiting = succeeded(clara.post(path, fund, Idempotency_Key="k"))
    assert waiting["contract"]["milestones"][0]["status"] == "funding"
    assert waiting["outcome"]["transfers"] == []
    assert clara.refused(active, "fund", **fund).problem == (409, "charge_in_progress")


def test_a_stale_page_does_nothing(funded: Json, clara: Caller, femi: Caller) -> None:
    seen = clara.get(path_of(funded)).headers["ETag"]
    femi.do(funded, "submit", milestone=milestone(funded), note="Done.")
    ask = {"reason": "other", "escrow": "refund"}
    for tag in (seen, '"7000"', "7", "W/" + seen, '"x"', '""', '"-1"'):
        stale = clara.post(f"{path_of(funded)}/actions/end", ask, If_Match=tag)
        assert stale.problem == (412, "stale")
        assert clara.post(f"{path_of(funded)}/actions/end?preview=true", ask, If_Match=tag).problem == (412, "stale")
    assert clara.see(path_of(funded))["status"] == "active"

    fresh = clara.get(path_of(funded)).headers["ETag"]
    ended = clara.post(f"{path_of(funded)}/actions/end", ask, If_Match=fresh)
    assert ended.status == 200
    assert ended.headers["ETag"] == clara.get(path_of(funded)).headers["ETag"] != fresh


def test_any_version_is_welcome_to_who_does_not_say_what_they_saw(offered: Json, femi: Caller) -> None:
    assert femi.post(f"{path_of(offered)}/actions/accept", If_Match="*").status == 200


def test_a_preview_changes_nothing_however_often_it_is_asked_for(funded: Json, clara: Caller) -> None:
    before = clara.see(path_of(funded)), clara.see("/me/transactions"), clara.see(f"{path_of(funded)}/history")
    path = f"{path_of(funded)}/actions/end?preview=true"
    replies = [clara.post(path, {"reason": "other", "escrow": "release"}, Idempotency_Key="k") for _ in range(2)]
    assert replies[0].status == 200
    assert replies[0].body == replies[1].body
    assert (
        clara.see(path_of(funded)),
        clara.see("/me/transactions"),
        clara.see(f"{path_of(funded)}/history"),
    ) == before


def test_an_offer_that_is_not_answered_expires_by_itself(offered: Json, clara: Caller, femi: Caller) -> None:
    [foreseen] = clara.see(f"{path_of(offered)}/timeline")["items"]
    assert (foreseen["action"], foreseen["transfers"]) == ("offer_expires", [])
    move_clock(foreseen["at"])
    assert femi.see(path_of(offered))["status"] == "expired"
    assert femi.refused(offered, "accept").problem == (409, "contract_expired")


def test_messages_are_read_by_both_in_the_order_they_were_written(funded: Json, clara: Caller, femi: Caller) -> None:
    path = f"{path_of(funded)}/messages"
    for caller, text in ((clara, "Hello"), (femi, " Hi! ✓ "), (clara, "When?")):
        assert caller.post(path, {"text": text}).status == 201
    messages = clara.see(path)["items"]
    assert messages == femi.see(path)["items"]
    assert [(m["by"], m["author"]["name"], m["text"]) for m in messages] == [
        ("client", "Clara Weber", "Hello"),
        ("freelancer", "Femi Adeyemi", "Hi! ✓"),
        ("client", "Clara Weber", "When?"),
    ]
    for text in ("", "  ", "x" * 10_001, "nul \x00", None, 5):
        assert clara.post(path, {"text": text}).wrong_fields == {"text"}
