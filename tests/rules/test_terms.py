"""Changes of terms: proposed, compared, agreed or declined, and what they do to money."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from amicable.rules.contract import Status
from amicable.rules.differences import Difference, differences
from amicable.rules.outcome import Kind, Outcome
from amicable.rules.parts import MilestoneStatus, Proposal, Role
from amicable.rules.terms import MilestoneTerms
from amicable.rules.week import monday_of
from rules.play import MONDAY, Play, days, moves, offer_of, told


def listed(play: Play, *prices: str, **new: str) -> list[dict[str, Any]]:
    """The milestones with other prices, in their order; then new ones by their titles."""
    kept = [{"id": play.id(n), "title": f"Part {n}", "amount": price} for n, price in enumerate(prices, 1)]
    return kept + [{"title": title, "amount": price} for title, price in new.items()]


def proposed(play: Play, by: Role = Role.FREELANCER, **terms: Any) -> Proposal:
    """A change of terms, put to the other side."""
    play.do(by, "propose_terms", note="The client wants a shop too.", **terms)
    return play.contract.proposals[-1]


def agreed(play: Play, by: Role = Role.FREELANCER, **terms: Any) -> list[tuple[str, str, str, str]]:
    """A change of terms that the other side accepts, and what that moves."""
    asked = proposed(play, by, **terms)
    return moves(play.do(by.other, "accept_terms", proposal=asked.id))


# Proposing


def test_a_proposal_changes_nothing_and_has_no_clock() -> None:
    play = Play("500.00", "300.00").funded()
    before = play.contract
    asked = proposed(play, milestones=listed(play, "500.00", "400.00"))
    assert (asked.by, asked.answer_by) == (Role.FREELANCER, None)
    assert play.contract.terms == before.terms
    assert play.contract.milestones == before.milestones
    assert play.history[-1].transfers == ()
    assert "400.00 USD instead of 300.00 USD" in told(play.history[-1])
    assert "Nothing changes unless Cora accepts" in told(play.history[-1])


def test_the_difference_is_the_same_side_by_side_in_words_and_as_data() -> None:
    play = Play("500.00", "300.00").accepted()
    asked = proposed(
        play,
        description="A shop.",
        milestones=[
            {"id": play.id(1), "title": "Draft", "amount": "450.00", "due": "2026-12-01"},
            {"title": "Part 3", "amount": "50.00"},
        ],
        change_rounds=2,
        review_days=7,
    )
    assert asked.terms is not None
    assert asked.was == play.contract.terms
    new = asked.terms.milestones[1]
    assert differences(play.contract.terms, asked.terms) == [
        Difference("description", "", "A shop."),
        Difference("title", "Part 1", "Draft", play.id(1), "Draft"),
        Difference("amount", 50_000, 45_000, play.id(1), "Draft"),
        Difference("due", None, date(2026, 12, 1), play.id(1), "Draft"),
        Difference("milestone", None, MilestoneTerms(new.id, "Part 3", 5_000), new.id, "Part 3"),
        Difference("milestone", MilestoneTerms(play.id(2), "Part 2", 30_000), None, play.id(2), "Part 2"),
        Difference("change_rounds", None, 2),
        Difference("review_days", None, 7),
    ]
    for words in (
        "The scope is written anew.",
        "“Part 1” is called “Draft”.",
        "“Draft”: 450.00 USD instead of 500.00 USD.",
        "“Draft”: due 1 Dec 2026 instead of no date.",
        "New: “Part 3” for 50.00 USD.",
        "Left out: “Part 2” for 300.00 USD.",
        "Rounds of changes for each milestone: 2 instead of no limit.",
        "Days to answer work handed in: 7 instead of 14.",
    ):
        assert words in told(play.history[-1])


def test_another_order_is_a_difference() -> None:
    play = Play("1.00", "2.00").accepted()
    asked = proposed(play, milestones=list(reversed(listed(play, "1.00", "2.00"))))
    assert asked.terms is not None
    assert [one.what for one in differences(play.contract.terms, asked.terms)] == ["order"]
    play.client("accept_terms", proposal=asked.id)
    assert [m.title for m in play.contract.milestones] == ["Part 2", "Part 1"]


@pytest.mark.parametrize("terms", [{}, {"change_rounds": "unlimited"}, {"description": ""}])
def test_at_least_one_thing_differs(terms: dict[str, Any]) -> None:
    play = Play("500.00").accepted()
    refused = play.refused(Role.CLIENT, "propose_terms", note="Hm.", **terms)
    assert (refused.code, refused.kind) == ("nothing_changes", Kind.INVALID)


def test_all_that_is_wrong_with_milestones_is_named_at_once() -> None:
    listed = [{"title": "X", "amount": "1"}, {"title": "", "amount": "lots", "due": "soon", "done": True}, "Y"]
    refused = Play("500.00").accepted().refused(Role.CLIENT, "propose_terms", note="Hm.", milestones=listed)
    bad = ["1.done", "1.title", "1.amount", "1.due", "2"]
    assert [name for name, _ in refused.errors] == [f"milestones.{where}" for where in bad]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"milestones": []}, "at least one"),
        ({"milestones": "all"}, "at least one"),
        ({"milestones": [{"title": "X", "amount": "0"}]}, "0.amount: A milestone is at least 0.01 USD"),
        ({"milestones": [{"title": "X"}]}, "0.amount: Send the amount"),
        ({"milestones": [{"title": "X", "amount": "1", "id": "other"}]}, "not a milestone of the contract"),
        ({"milestones": [{"title": "X", "amount": "1", "done": True}]}, "has no done"),
        ({"milestones": [{"title": "X", "amount": "1", "due": "soon"}]}, "YYYY-MM-DD"),
        ({"milestones": ["X"]}, "an object"),
        ({"change_rounds": -1}, "from 0 to 100"),
        ({"change_rounds": True}, "from 0 to 100"),
        ({"review_days": 0}, "from 1 to 60"),
        ({"rate": "40.00"}, "fixed price"),
        ({"weekly_limit_hours": 10}, "fixed price"),
    ],
)
def test_terms_that_make_no_sense_are_named(wrong: dict[str, Any], says: str) -> None:
    refused = Play("500.00").accepted().refused(Role.CLIENT, "propose_terms", note="Hm.", **wrong)
    assert refused.kind == Kind.INVALID
    assert says in told(refused)


def test_a_milestone_is_on_the_list_once() -> None:
    play = Play("500.00").accepted()
    twice = listed(play, "400.00") * 2
    assert "twice" in told(play.refused(Role.CLIENT, "propose_terms", note="Hm.", milestones=twice))


def test_what_was_funded_stays_on_the_list_and_no_price_goes_below_what_was_paid() -> None:
    play = Play("500.00", "300.00").funded()
    play.client("approve", milestone=play.id(1), amount="200.00")
    for milestones, says in (
        ([{"title": "New", "amount": "1"}], "cannot be left out"),
        (listed(play, "199.99", "300.00"), "200.00 USD was paid"),
    ):
        refused = play.refused(Role.FREELANCER, "propose_terms", note="Hm.", milestones=milestones)
        assert refused.kind == Kind.INVALID
        assert says in told(refused)
    play.client("approve", milestone=play.id(1))
    refused = play.refused(Role.CLIENT, "propose_terms", note="Hm.", milestones=listed(play, "600.00", "300.00"))
    assert "is done and stays as it is" in told(refused)


def test_each_side_has_one_open_proposal_and_either_can_be_accepted() -> None:
    play = Play("500.00").accepted()
    proposed(play, Role.CLIENT, milestones=listed(play, "400.00"))
    second = proposed(play, Role.CLIENT, milestones=listed(play, "450.00"))
    counter = proposed(play, Role.FREELANCER, milestones=listed(play, "475.00"))
    assert play.contract.proposals == (second, counter)
    play.client("accept_terms", proposal=counter.id)
    assert play.contract.milestones[0].amount == 47_500
    assert play.contract.proposals == ()
    assert "void" in told(play.history[-1])


# Agreeing


def test_what_is_agreed_is_a_version_of_the_terms() -> None:
    play = Play("500.00").accepted()
    was = play.contract.terms
    asked = proposed(play, milestones=listed(play, "500.00", Shop="250.00"), change_rounds=1)
    outcome = play.client("accept_terms", proposal=asked.id)
    version = outcome.agreed
    assert version is not None
    assert (version.number, version.since, version.proposed_by, version.accepted_by) == (
        2, MONDAY, Role.FREELANCER, Role.CLIENT,
    )  # fmt: skip
    assert (version.was, version.terms) == (was, play.contract.terms)
    assert play.contract.terms_version == 2
    assert [m.title for m in play.contract.milestones] == ["Part 1", "Shop"]
    assert [m.id for m in play.contract.milestones] == [m.id for m in asked.terms.milestones] if asked.terms else False


def test_an_unfunded_milestone_that_is_left_out_is_gone() -> None:
    play = Play("500.00", "300.00").funded()
    assert agreed(play, milestones=listed(play, "500.00")) == []
    assert [m.escrow for m in play.contract.milestones] == [50_000]


def test_a_raised_price_can_be_funded_by_the_difference_alone() -> None:
    play = Play("500.00", "300.00").submitted()
    until = play.contract.milestones[0].release_at
    assert agreed(play, milestones=listed(play, "600.00", "300.00")) == []
    assert "until then only what it holds is secured" in told(play.history[-1])
    outcome = play.client("fund", milestone=play.id(1))
    assert outcome.charge is not None
    assert (outcome.charge.amount, outcome.charge.fee) == (10_000, 500)
    assert play.contract.milestones[0].status == MilestoneStatus.SUBMITTED, "what it holds is not in question"
    play.card()
    [milestone, other] = play.contract.milestones
    assert (milestone.escrow, milestone.status, milestone.release_at) == (60_000, MilestoneStatus.SUBMITTED, until)
    assert play.refused(Role.CLIENT, "fund", milestone=other.id).code == "another_milestone_funded"


def test_a_card_that_declines_the_difference_leaves_the_milestone_as_it_was() -> None:
    play = Play("500.00").funded()
    agreed(play, milestones=listed(play, "600.00"))
    play.client("fund", milestone=play.id(1))
    play.card(pays=False)
    assert (play.contract.milestones[0].status, play.contract.escrow) == (MilestoneStatus.FUNDED, 50_000)


def test_a_lowered_price_sends_what_is_above_it_back_with_its_fee() -> None:
    play = Play("500.00").submitted()
    assert agreed(play, milestones=listed(play, "333.33")) == [
        ("escrow", "client", "166.67", "escrow refund"),
        ("fee_held", "client", "8.33", "client fee returned"),
        ("client", "provider", "175.00", "refund to the card"),
    ]
    assert play.contract.milestones[0].escrow == 33_333
    assert play.future()[0][0] == "submission_unanswered", "the review clock runs on, about less"


def test_a_price_lowered_to_what_was_paid_leaves_nothing_in_escrow() -> None:
    play = Play("500.00").funded()
    play.client("approve", milestone=play.id(1), amount="200.00")
    agreed(play, milestones=listed(play, "200.00"))
    assert (play.contract.milestones[0].status, play.contract.escrow) == (MilestoneStatus.PAID, 0)


def test_money_does_not_cross_with_a_card_payment() -> None:
    play = Play("500.00", "300.00").funded()
    asked = proposed(play, milestones=listed(play, "400.00", "300.00"))
    play.client("pay", amount="10.00", note="Thanks.")
    assert play.refused(Role.CLIENT, "accept_terms", proposal=asked.id).code == "charge_in_progress"


# Declining, withdrawing, and what makes a proposal void


def test_what_is_declined_changes_nothing_and_is_on_the_record() -> None:
    play = Play("500.00").funded()
    before = play.contract.terms
    asked = proposed(play, Role.CLIENT, milestones=listed(play, "500.00", Shop="1.00"))
    play.freelancer("decline_terms", proposal=asked.id, note="That is another job.")
    assert (play.contract.terms, play.contract.proposals) == (before, ())
    assert play.contract.record.declined_terms
    assert "declines the change" in told(play.history[-1])


def test_only_the_other_side_answers_and_only_who_asked_withdraws() -> None:
    play = Play("500.00").accepted()
    asked = proposed(play, Role.CLIENT, milestones=listed(play, "400.00"))
    for action in ("accept_terms", "decline_terms"):
        assert play.refused(Role.CLIENT, action, proposal=asked.id).kind == Kind.ROLE
    assert play.refused(Role.FREELANCER, "withdraw_terms", proposal=asked.id).kind == Kind.ROLE
    assert play.refused(Role.FREELANCER, "accept_terms", proposal="another").code == "proposal_not_open"
    play.client("withdraw_terms", proposal=asked.id)
    assert play.refused(Role.FREELANCER, "accept_terms", proposal=asked.id).code == "nothing_proposed"


def test_a_proposal_that_does_not_fit_any_more_is_void() -> None:
    play = Play("500.00", "300.00").funded()
    proposed(play, milestones=listed(play, "500.00"))
    play.client("approve", milestone=play.id(1))
    assert len(play.contract.proposals) == 1
    play.client("fund", milestone=play.id(2))
    assert play.contract.proposals == ()
    assert "does not fit" in told(play.history[-1])


def test_the_end_of_a_contract_closes_what_was_proposed() -> None:
    play = Play("500.00").funded()
    proposed(play, milestones=listed(play, "400.00"))
    play.client("end", reason="completed", escrow="refund")
    assert [p.kind for p in play.contract.proposals] == ["escrow_refund"]
    assert "proposed change of terms is closed" in told(play.history[-1])


# Before the offer is accepted


def test_a_freelancer_can_answer_an_offer_with_other_terms() -> None:
    play = Play("500.00")
    asked = proposed(play, milestones=listed(play, "650.00"))
    play.client("accept_terms", proposal=asked.id)
    assert play.contract.status == Status.OFFERED
    play.accepted()
    assert (play.contract.milestones[0].amount, play.contract.terms_version) == (65_000, 2)


def test_what_is_agreed_of_an_offer_by_the_hour_holds_from_its_first_hour_on() -> None:
    play = Play.hourly_offer("40.00", weekly_limit_hours=10)
    play.freelancer("propose_terms", note="I ask for more.", rate="50.00", weekly_limit_hours=5)
    agreed = play.client("accept_terms", proposal=play.contract.proposals[0].id)
    assert "this week" not in told(agreed)
    play.accepted()
    (terms,) = play.contract.hourly
    assert (terms.since, terms.rate, terms.limit_hours) == (MONDAY.date(), 5_000, 5)


def test_who_accepts_the_offer_as_it_is_gives_up_the_other_terms() -> None:
    play = Play("500.00")
    proposed(play, milestones=listed(play, "650.00"))
    play.wait(days(1))
    play.accepted()
    assert play.contract.proposals == ()


# Rounds of changes and days of review


def test_after_the_agreed_rounds_of_changes_the_clock_runs_on() -> None:
    play = Play("500.00").accepted()
    agreed(play, change_rounds=1)
    play.submitted()
    play.client("request_changes", milestone=play.id(1), note="Blue.")
    play.submitted()
    refused = play.refused(Role.CLIENT, "request_changes", milestone=play.id(1), note="Green.")
    assert refused.code == "change_rounds_used"
    assert play.future()[0] == ("submission_unanswered", play.at + days(14))
    agreed(play, Role.CLIENT, change_rounds="unlimited")
    play.client("request_changes", milestone=play.id(1), note="Green.")


def test_no_rounds_at_all_can_be_agreed() -> None:
    play = Play("500.00").accepted()
    agreed(play, change_rounds=0)
    play.submitted()
    refused = play.refused(Role.CLIENT, "request_changes", milestone=play.id(1), note="Blue.")
    assert refused.code == "change_rounds_used"


def test_the_days_of_review_that_were_agreed_hold_for_what_is_handed_in_then() -> None:
    play = Play("500.00").submitted()
    agreed(play, review_days=3)
    runs_on = "“Part 1” is in review, and its clock runs on until Mon 16 Nov 2026, 09:30 UTC."
    assert [runs_on in told(step) for step in play.history[-2:]] == [True, True], "said when proposed and when agreed"
    assert play.future()[0] == ("submission_unanswered", play.at + days(14))
    play.client("request_changes", milestone=play.id(1), note="Blue.")
    assert "has 3 days to answer" in told(play.history[-1])
    play.submitted()
    assert play.future()[0] == ("submission_unanswered", play.at + days(3))


# By the hour


def test_a_rate_changes_with_the_next_week_and_a_limit_goes_up_at_once_and_down_with_the_next_week() -> None:
    play = hourly()
    this, following = monday_of(play.at), monday_of(play.at + days(7))
    agreed(play, rate="50.00", weekly_limit_hours=30)
    assert [(t.since, t.rate, t.limit_hours) for t in play.contract.hourly] == [
        (this, 4_000, 30),
        (following, 5_000, 30),
    ]
    assert "The rate changes on Mon 9 Nov 2026, 00:00 UTC" in told(play.history[-1])
    assert "The limit changes at once, for the hours of this week so far too." in told(play.history[-1])
    agreed(play, weekly_limit_hours=10)
    assert [(t.since, t.rate, t.limit_hours) for t in play.contract.hourly] == [
        (this, 4_000, 30),
        (following, 5_000, 10),
    ]
    assert "The limit changes on Mon 9 Nov 2026, 00:00 UTC" in told(play.history[-1])
    agreed(play, weekly_limit_hours="unlimited")
    assert [t.limit_hours for t in play.contract.hourly] == [None, None]


def test_an_hourly_contract_has_no_milestones_to_change() -> None:
    play = hourly()
    for terms in ({"milestones": [{"title": "X", "amount": "1"}]}, {"change_rounds": 1}, {"review_days": 3}):
        refused = play.refused(Role.CLIENT, "propose_terms", note="Hm.", **terms)
        assert "by the hour" in told(refused)


def hourly() -> Play:
    """An accepted contract by the hour."""
    play = Play("1.00")
    offered = offer_of(
        {"title": "Care", "kind": "hourly", "currency": "USD", "rate": "40.00", "weekly_limit_hours": 20}
    )
    assert isinstance(offered, Outcome)
    play.contract = offered.contract
    return play.accepted()
