"""Money into escrow, work handed in, money released; to the cent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amicable.rules.contract import Status
from amicable.rules.outcome import Kind
from amicable.rules.parts import MilestoneStatus, Role
from amicable.rules.policy import Policy
from rules.play import MONDAY, Play, days, moves, told

MICROSECOND = timedelta(microseconds=1)


# Funding


def test_funding_asks_the_card_for_the_price_and_the_fee_and_moves_nothing_yet() -> None:
    play = Play("500.00", "300.00").accepted()
    outcome = play.client("fund", milestone=play.id(1))
    assert outcome.transfers == ()
    assert outcome.charge is not None
    assert (outcome.charge.amount, outcome.charge.fee, outcome.charge.milestone) == (50_000, 2_500, play.id(1))
    assert play.contract.milestones[0].status == MilestoneStatus.FUNDING
    assert outcome.notices == (), "nobody is told of what only waits for the card"
    assert "525.00 USD" in told(outcome)


def test_when_the_card_pays_the_price_is_in_escrow_and_the_fee_beside_it() -> None:
    play = Play("500.00").accepted()
    play.client("fund", milestone=play.id(1))
    outcome = play.card()
    assert moves(outcome) == [
        ("provider", "client", "525.00", "card charge"),
        ("client", "fee_held", "25.00", "client fee charged"),
        ("client", "escrow", "500.00", "escrow funded"),
    ]
    assert play.contract.milestones[0].status == MilestoneStatus.FUNDED
    assert (play.contract.escrow, play.contract.client_fee_held, play.contract.fees_earned) == (50_000, 2_500, 0)
    assert [notice.to for notice in outcome.notices] == [Role.CLIENT, Role.FREELANCER]


def test_when_the_card_declines_everything_is_as_before_and_can_be_tried_again() -> None:
    play = Play("500.00").accepted()
    before = play.contract
    play.client("fund", milestone=play.id(1))
    outcome = play.card(pays=False)
    assert outcome.transfers == ()
    assert play.contract.milestones == before.milestones
    assert play.contract.charge is None
    assert "Nothing was charged" in told(outcome)
    play.funded()
    assert play.contract.escrow == 50_000


def test_a_card_answers_once() -> None:
    play = Play("500.00").accepted()
    charge = play.client("fund", milestone=play.id(1)).charge
    assert charge is not None
    assert play.refused(Role.NOBODY, "charge_succeeded", charge="another").code == "no_charge"
    play.card()
    for answer in ("charge_succeeded", "charge_failed"):
        assert play.refused(Role.NOBODY, answer, charge=charge.id).code == "no_charge"


@pytest.mark.parametrize("by", [Role.CLIENT, Role.FREELANCER, Role.MEDIATOR])
def test_nobody_can_say_for_the_card_that_it_paid(by: Role) -> None:
    play = Play("500.00").accepted()
    charge = play.client("fund", milestone=play.id(1)).charge
    assert charge is not None
    refused = play.refused(by, "charge_succeeded", charge=charge.id)
    assert (refused.code, refused.kind) == ("other_side", Kind.ROLE)


def test_milestones_are_funded_one_after_the_other() -> None:
    play = Play("100.00", "200.00", "300.00").funded(1)
    assert play.refused(Role.CLIENT, "fund", milestone=play.id(2)).code == "another_milestone_funded"
    play.client("approve", milestone=play.id(1), amount="0.01")
    play.funded(2)
    assert play.contract.escrow == 29_999, "a part released is enough, and the rest stays"
    assert play.refused(Role.CLIENT, "fund", milestone=play.id(3)).code == "another_milestone_funded"


def test_the_operator_may_let_several_be_funded() -> None:
    play = Play("1.00", "2.00", "3.00", policy=Policy(milestones_funded_at_once=2)).funded(2).funded(1)
    assert play.refused(Role.CLIENT, "fund", milestone=play.id(3)).code == "another_milestone_funded"


def test_a_milestone_is_funded_once() -> None:
    play = Play("100.00", "200.00").funded(1)
    play.client("approve", milestone=play.id(1))
    assert play.refused(Role.CLIENT, "fund", milestone=play.id(1)).code == "already_funded"
    play.funded(2)
    play.client("approve", milestone=play.id(2))
    assert play.refused(Role.CLIENT, "fund", milestone=play.id(2)).code == "nothing_to_fund"


def test_only_the_client_funds_and_only_a_contract_that_lives() -> None:
    play = Play("100.00")
    assert play.refused(Role.CLIENT, "fund", milestone=play.id(1)).code == "contract_offered"
    play.accepted()
    assert play.refused(Role.FREELANCER, "fund", milestone=play.id(1)).kind == Kind.ROLE
    play.freelancer("end", reason="other")
    assert play.refused(Role.CLIENT, "fund", milestone=play.id(1)).code == "contract_ended"


def test_while_the_card_is_asked_nothing_happens_that_could_cross_with_it() -> None:
    play = Play("100.00", "200.00").funded(1)
    play.client("approve", milestone=play.id(1), amount="40.00")
    play.client("fund", milestone=play.id(2))
    for by, action, params in (
        (Role.CLIENT, "fund", {"milestone": play.id(2)}),
        (Role.CLIENT, "pay", {"amount": "5.00", "note": "Thanks."}),
        (Role.CLIENT, "end", {"reason": "other", "escrow": "refund"}),
        (Role.FREELANCER, "end", {"reason": "other"}),
        (Role.FREELANCER, "give_refund", {"amount": "5.00", "note": "Sorry."}),
    ):
        refused = play.refused(by, action, **params)
        assert refused.code == "charge_in_progress", action
    play.freelancer("submit", milestone=play.id(1), note="The rest.")
    play.client("approve", milestone=play.id(1), amount="10.00")
    play.card()
    assert play.contract.escrow == 25_000


# Handing in


def test_work_handed_in_is_released_by_itself_after_14_days_to_the_microsecond() -> None:
    play = Play("500.00").funded()
    play.wait(days(1))
    outcome = play.freelancer("submit", milestone=play.id(1), note="Done.")
    release_at = MONDAY + days(15)
    assert outcome.transfers == ()
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("submission_unanswered", release_at)]
    assert play.wait_until(release_at - MICROSECOND) == []
    (released,) = play.wait_until(release_at)
    assert moves(released) == [
        ("escrow", "held", "450.00", "release"),
        ("escrow", "fees", "50.00", "service fee"),
        ("fee_held", "fees", "25.00", "client fee"),
    ]
    assert play.contract.milestones[0].status == MilestoneStatus.PAID
    assert play.future() == [("hold_ends", release_at + days(5))]


def test_handing_in_again_starts_the_14_days_anew() -> None:
    play = Play("500.00").submitted()
    play.wait(days(10))
    outcome = play.freelancer("submit", milestone=play.id(1), note="Better.")
    assert [clock.at for clock in outcome.deadlines] == [MONDAY + days(24)]


def test_asking_for_changes_stops_the_clock_until_work_is_handed_in_again() -> None:
    play = Play("500.00").submitted()
    play.wait(days(13))
    outcome = play.client("request_changes", milestone=play.id(1), note="Blue, please.")
    assert (outcome.transfers, [clock.action for clock in outcome.deadlines]) == ((), ["escrow_goes_dormant"])
    assert play.contract.milestones[0].status == MilestoneStatus.FUNDED
    assert play.wait(days(89)) == []
    play.submitted()
    assert play.future()[0] == ("submission_unanswered", play.at + days(14))


def test_after_the_14_days_it_is_too_late_to_ask_for_changes() -> None:
    play = Play("500.00").submitted()
    play.wait(days(14))
    assert play.refused(Role.CLIENT, "request_changes", milestone=play.id(1), note="No.").code == "nothing_submitted"


def test_work_is_handed_in_only_for_a_funded_milestone() -> None:
    play = Play("1.00", "2.00").accepted()
    handed = {"milestone": play.id(1), "note": "Done."}
    assert play.refused(Role.FREELANCER, "submit", **handed).code == "nothing_funded"
    play.funded(2)
    assert play.refused(Role.FREELANCER, "submit", **handed).code == "not_funded"
    assert play.refused(Role.CLIENT, "submit", **handed).kind == Kind.ROLE
    assert play.refused(Role.CLIENT, "request_changes", milestone=play.id(2), note="?").code == "nothing_submitted"


def test_changes_are_asked_for_only_where_work_is_handed_in() -> None:
    play = Play("1.00", "2.00", policy=Policy(milestones_funded_at_once=2)).submitted(1).funded(2)
    assert play.refused(Role.CLIENT, "request_changes", milestone=play.id(2), note="?").code == "not_submitted"
    assert play.refused(Role.FREELANCER, "request_changes", milestone=play.id(1), note="?").kind == Kind.ROLE


@pytest.mark.parametrize("note", [None, "", "  ", 5, "x" * 5_001, "a\x00b", "\ud800"])
def test_who_hands_in_or_sends_back_says_something(note: object) -> None:
    play = Play("1.00").submitted()
    for by, action in ((Role.FREELANCER, "submit"), (Role.CLIENT, "request_changes")):
        refused = play.refused(by, action, milestone=play.id(1), note=note)
        assert (refused.kind, [name for name, _ in refused.errors]) == (Kind.INVALID, ["note"])


# Approving


@pytest.mark.parametrize("handed_in", [False, True])
def test_approving_releases_all_with_or_without_a_submission(handed_in: bool) -> None:
    play = Play("500.00").funded()
    if handed_in:
        play.submitted()
    outcome = play.client("approve", milestone=play.id(1))
    assert moves(outcome) == [
        ("escrow", "held", "450.00", "release"),
        ("escrow", "fees", "50.00", "service fee"),
        ("fee_held", "fees", "25.00", "client fee"),
    ]
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("hold_ends", MONDAY + days(5))]
    assert (play.contract.status, play.contract.paid, play.contract.fees_earned) == (Status.ACTIVE, 50_000, 7_500)
    (available,) = play.wait(days(5))
    assert moves(available) == [("held", "available", "450.00", "security hold ended")]
    assert play.contract.freelancer_available == 45_000


def test_a_part_approved_leaves_the_rest_as_it_was_and_on_its_clock() -> None:
    play = Play("500.00").submitted()
    play.wait(days(3))
    outcome = play.client("approve", milestone=play.id(1), amount="199.99")
    assert moves(outcome)[0] == ("escrow", "held", "179.99", "release")
    milestone = play.contract.milestones[0]
    assert (milestone.status, milestone.escrow, milestone.paid) == (MilestoneStatus.SUBMITTED, 30_001, 19_999)
    assert ("submission_unanswered", MONDAY + days(14)) in play.future()
    play.client("approve", milestone=play.id(1), amount="0.01")
    play.wait_until(MONDAY + days(14))
    assert (play.contract.escrow, play.contract.paid, play.balance("fees")) == (0, 50_000, "75.00")


def test_no_more_is_released_than_the_milestone_holds() -> None:
    play = Play("500.00", "500.00", policy=Policy(milestones_funded_at_once=2)).funded(1).funded(2)
    refused = play.refused(Role.CLIENT, "approve", milestone=play.id(1), amount="500.01")
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "amount")
    assert "500.00 USD" in told(refused)


@pytest.mark.parametrize("amount", ["0", "0.00", "-5", "5.001", "NaN", "1e2", "", "1000000000", 5, 5.0, [], True])
def test_an_amount_to_release_is_above_zero_and_in_digits(amount: object) -> None:
    play = Play("500.00").funded()
    refused = play.refused(Role.CLIENT, "approve", milestone=play.id(1), amount=amount)
    assert (refused.code, refused.kind, refused.errors[0][0]) == ("invalid", Kind.INVALID, "amount")


@pytest.mark.parametrize("milestone", [None, "", "another", 1, [], {}])
def test_a_milestone_of_another_contract_is_none(milestone: object) -> None:
    play = Play("500.00").submitted()
    for by, action, more in (
        (Role.CLIENT, "approve", {}),
        (Role.CLIENT, "fund", {}),
        (Role.CLIENT, "request_changes", {"note": "?"}),
        (Role.FREELANCER, "submit", {"note": "!"}),
    ):
        refused = play.refused(by, action, milestone=milestone, **more)
        assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "milestone")


def test_nothing_is_released_where_nothing_is() -> None:
    play = Play("1.00", "2.00").accepted()
    assert play.refused(Role.CLIENT, "approve", milestone=play.id(1)).code == "nothing_in_escrow"
    play.funded(1)
    refused = play.refused(Role.CLIENT, "approve", milestone=play.id(2))
    assert refused.code == "nothing_in_escrow"
    assert "“Part 2” is unfunded" in told(refused)
    assert play.refused(Role.FREELANCER, "approve", milestone=play.id(1)).kind == Kind.ROLE


def test_an_unknown_parameter_is_refused_by_its_name() -> None:
    play = Play("1.00").funded()
    refused = play.refused(Role.CLIENT, "approve", milestone=play.id(1), ammount="0.50")
    assert [name for name, _ in refused.errors] == ["ammount"]


def test_a_unit_that_is_all_fee_is_paid_without_a_hold() -> None:
    play = Play("5", currency="JPY").funded()
    nets = [moves(play.client("approve", milestone=play.id(1), amount="1")) for _ in range(5)]
    assert [move for outcome in nets for move in outcome if move[1] == "held"] == [
        ("escrow", "held", "1", "release")
    ] * 4
    assert nets[4] == [("escrow", "fees", "1", "service fee")]
    assert (play.balance("held"), play.balance("fees"), play.balance("fee_held")) == ("4", "1", "0")
