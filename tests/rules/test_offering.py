"""An offer: read strictly, everything wrong told at once, nothing charged."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from amicable.rules.contract import Status
from amicable.rules.hourly import HourlyTerms
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.parts import MilestoneStatus, Role
from amicable.rules.policy import Policy
from rules.play import CLIENT, MONDAY, Play, days, offer_of, terms, told


def offered(wanted: dict[str, Any], **how: Any) -> Outcome:
    outcome = offer_of(wanted, **how)
    assert isinstance(outcome, Outcome), told(outcome)
    return outcome


def errors(wanted: dict[str, Any], **how: Any) -> dict[str, str]:
    refused = offer_of(wanted, **how)
    assert isinstance(refused, Refused), "the offer was taken"
    assert (refused.code, refused.kind) == ("invalid", Kind.INVALID)
    return dict(refused.errors)


def with_milestone(**fields: object) -> dict[str, Any]:
    return {**terms("5.00"), "milestones": [{"title": "Part 1", "amount": "5.00", **fields}]}


def test_an_offer_waits_for_the_freelancer_and_moves_no_money() -> None:
    outcome = offered(terms("500.00", "0.01"))
    contract = outcome.contract
    assert (contract.status, contract.version, contract.created_at) == (Status.OFFERED, 1, MONDAY)
    assert [(m.amount, m.escrow, m.status) for m in contract.milestones] == [
        (50_000, 0, MilestoneStatus.UNFUNDED),
        (1, 0, MilestoneStatus.UNFUNDED),
    ]
    assert outcome.transfers == ()
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("offer_expires", MONDAY + days(7))]
    assert "500.01 USD" in told(outcome)
    assert [notice.to for notice in outcome.notices] == [Role.FREELANCER]


def test_the_same_offer_gets_the_same_ids_and_each_milestone_its_own() -> None:
    first, again = offered(terms("1.00", "1.00")), offered(terms("1.00", "1.00"))
    elsewhere = offered(terms("1.00"), contract_id="contract-2")
    assert first == again
    ids = [milestone.id for milestone in (*first.contract.milestones, *elsewhere.contract.milestones)]
    assert len(set(ids)) == 3


def test_the_operators_figures_of_that_day_stay_with_the_contract() -> None:
    policy = Policy(version=4, offer_expiry_days=2)
    outcome = offered(terms("5.00"), policy=policy)
    assert outcome.contract.policy is policy
    assert outcome.deadlines[0].at == MONDAY + days(2)


def test_texts_are_kept_without_the_space_around_them_and_a_description_may_be_left_out() -> None:
    wanted = {**terms("5.00"), "title": "  A shop ", "description": None}
    contract = offered(wanted).contract
    assert (contract.title, contract.description) == ("A shop", "")


def test_a_milestone_may_have_a_due_date() -> None:
    assert offered(with_milestone(due="2026-12-24")).contract.milestones[0].due == date(2026, 12, 24)
    assert offered(with_milestone(due=None)).contract.milestones[0].due is None


@pytest.mark.parametrize(
    "due",
    [
        "24.12.2026",
        "2026-13-01",
        "2026-02-30",
        "2026-12-24T00:00:00Z",
        "2026-W52-4",
        "20261224",
        "9999-12-31",
        20261224,
        "",
        [],
    ],
)
def test_a_date_that_is_none_is_refused(due: object) -> None:
    assert errors(with_milestone(due=due)) == {
        "milestones.0.due": "Write the date as YYYY-MM-DD, before the year 9000."
    }


@pytest.mark.parametrize("amount", [None, "", "0", "0.00", "-1", "1.001", "NaN", "1e5", "1000000000", 5, 5.0])
def test_a_milestone_has_a_price_above_zero(amount: object) -> None:
    assert list(errors(with_milestone(amount=amount))) == ["milestones.0.amount"]


def test_the_operator_may_ask_for_more_than_a_cent() -> None:
    policy = Policy(milestone_min_minor=500)
    assert errors(terms("4.99"), policy=policy) == {"milestones.0.amount": "A milestone is at least 5.00 USD."}
    offered(terms("5.00"), policy=policy)


@pytest.mark.parametrize("milestones", [None, [], {}, "500", 5])
def test_an_offer_has_milestones(milestones: object) -> None:
    assert list(errors({**terms("5.00"), "milestones": milestones})) == ["milestones"]


def test_an_offer_has_no_more_milestones_than_anybody_reads() -> None:
    assert list(errors(terms(*["1.00"] * 101))) == ["milestones"]
    offered(terms(*["1.00"] * 100))


@pytest.mark.parametrize("milestone", [None, "500", [], 5])
def test_a_milestone_is_an_object(milestone: object) -> None:
    assert "milestones.0" in errors({**terms("5.00"), "milestones": [milestone]})


@pytest.mark.parametrize("title", [None, "", "   ", 5, "x" * 201, "a\x00b", "\ud800"])
def test_a_title_is_text_that_can_be_kept(title: object) -> None:
    assert list(errors({**terms("5.00"), "title": title})) == ["title"]
    assert list(errors(with_milestone(title=title))) == ["milestones.0.title"]


@pytest.mark.parametrize("description", [0, False, [], {}, 5, "x" * 20_001, "a\x00b", "\udfff"])
def test_a_description_is_text_too(description: object) -> None:
    assert list(errors({**terms("5.00"), "description": description})) == ["description"]


@pytest.mark.parametrize("currency", [None, "", "usd", "XXX", "XAU", "BTC", 840, ["USD"]])
def test_the_currency_is_one_that_people_pay_in(currency: object) -> None:
    assert list(errors({**terms("5.00"), "currency": currency})) == ["currency"]


@pytest.mark.parametrize("kind", [None, "weekly", "Fixed", 1, ["hourly"]])
def test_the_kind_is_one_that_can_be_offered(kind: object) -> None:
    assert list(errors({**terms("5.00"), "kind": kind})) == ["kind"]


def test_yen_have_no_decimals_and_dinars_three() -> None:
    assert list(errors(terms("100.50", currency="JPY"))) == ["milestones.0.amount"]
    assert offered(terms("1.005", currency="KWD")).contract.milestones[0].amount == 1_005


def test_unknown_fields_are_refused_rather_than_ignored() -> None:
    assert list(errors({**terms("5.00"), "currencey": "USD"})) == ["currencey"]
    assert list(errors(with_milestone(price="5.00"))) == ["milestones.0.price"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = {"title": "", "kind": "daily", "currency": "USD", "milestones": [{"title": "x", "amount": "0"}], "more": 1}
    assert set(errors(wrong)) == {"title", "kind", "milestones.0.amount", "more"}


def test_nobody_hires_themselves() -> None:
    assert list(errors(terms("5.00"), freelancer=CLIENT)) == ["freelancer"]


# What becomes of an offer


def test_accepting_makes_it_active_and_moves_no_money() -> None:
    play = Play("500.00")
    outcome = play.wait(days(1)) or play.freelancer("accept", note="Gladly.")
    assert isinstance(outcome, Outcome)
    assert (play.contract.status, play.contract.accepted_at) == (Status.ACTIVE, MONDAY + days(1))
    assert (outcome.transfers, outcome.deadlines) == ((), ())
    assert [notice.to for notice in outcome.notices] == [Role.CLIENT]


@pytest.mark.parametrize(
    ("by", "action", "status"),
    [(Role.FREELANCER, "decline", Status.DECLINED), (Role.CLIENT, "withdraw", Status.WITHDRAWN)],
)
def test_either_side_may_close_an_offer(by: Role, action: str, status: Status) -> None:
    play = Play("500.00")
    outcome = play.do(by, action)
    assert (outcome.before, outcome.after, outcome.transfers, outcome.deadlines) == (Status.OFFERED, status, (), ())
    assert play.refused(Role.FREELANCER, "accept").code == f"contract_{status}"


def test_an_offer_lives_seven_days_to_the_microsecond() -> None:
    play = Play("500.00")
    assert play.wait(days(7) - days(1e-11)) == []
    (expired,) = play.wait_until(MONDAY + days(7))
    assert (expired.action, expired.by, expired.at, expired.after) == (
        "offer_expires", Role.NOBODY, MONDAY + days(7), Status.EXPIRED,
    )  # fmt: skip
    assert play.refused(Role.FREELANCER, "accept").code == "contract_expired"
    assert expired.transfers == ()


@pytest.mark.parametrize("action", ["accept", "decline"])
def test_only_the_freelancer_answers_an_offer(action: str) -> None:
    refused = Play("5.00").refused(Role.CLIENT, action)
    assert (refused.code, refused.kind) == ("other_side", Kind.ROLE)


def test_only_the_client_takes_an_offer_back() -> None:
    assert Play("5.00").refused(Role.FREELANCER, "withdraw").kind == Kind.ROLE


def test_an_accepted_offer_cannot_be_answered_again() -> None:
    play = Play("5.00").accepted()
    for by, action in ((Role.FREELANCER, "accept"), (Role.FREELANCER, "decline"), (Role.CLIENT, "withdraw")):
        refused = play.refused(by, action)
        assert (refused.code, refused.kind) == ("contract_active", Kind.RULE)


HOURLY = {"title": "Care", "kind": "hourly", "currency": "USD", "rate": "40.00"}


def test_hours_are_offered_at_a_rate_from_this_week_on() -> None:
    outcome = offered({**HOURLY, "weekly_limit_hours": 30, "manual_time": True})
    assert outcome.contract.hourly == (HourlyTerms(date(2026, 11, 2), 4_000, 30, manual=True),)
    assert outcome.contract.milestones == ()
    assert "at 40.00 USD an hour" in told(outcome)
    assert "At most 30 hours a week" in told(outcome)


def test_a_limit_and_manual_time_may_be_left_out() -> None:
    for wanted in (HOURLY, {**HOURLY, "weekly_limit_hours": None, "manual_time": None}):
        outcome = offered(wanted)
        assert outcome.contract.hourly == (HourlyTerms(date(2026, 11, 2), 4_000, None, manual=False),)
        assert "At most" not in told(outcome)
    assert offered({**HOURLY, "weekly_limit_hours": 0}).contract.hourly[0].limit_hours == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rate", "0.00"),
        ("rate", "-1"),
        ("rate", 40),
        ("weekly_limit_hours", 169),
        ("weekly_limit_hours", -1),
        ("weekly_limit_hours", "30"),
        ("weekly_limit_hours", 7.5),
        ("weekly_limit_hours", True),
        ("manual_time", "yes"),
        ("milestones", []),
        ("due", "2026-12-24"),
    ],
)
def test_terms_of_hours_that_make_no_sense_are_told(field: str, value: object) -> None:
    assert list(errors({**HOURLY, field: value})) == [field]


def test_hours_without_a_rate_and_milestones_with_one_are_told() -> None:
    assert list(errors({**HOURLY, "rate": None})) == ["rate"]
    assert list(errors({**terms("5.00"), "rate": "1.00"})) == ["rate"]
    assert list(errors({**HOURLY, "kind": "weekly"})) == ["kind"]
