"""A dispute about escrow: its clocks, its defaults, and a mediator's ruling applied to the cent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amicable.rules.contract import Status
from amicable.rules.outcome import Kind
from amicable.rules.parts import MilestoneStatus, Role
from rules.play import MEDIATOR, MONDAY, Play, days, moves, told

MICROSECOND = timedelta(microseconds=1)


def test_silence_of_the_client_pays_the_freelancer_after_five_days() -> None:
    play = Play("500.00").submitted().disputed()
    assert play.wait(days(5) - MICROSECOND) == []
    (outcome,) = play.wait_until(MONDAY + days(5))
    assert outcome.action == "dispute_unanswered"
    assert moves(outcome) == [
        ("escrow", "held", "450.00", "release"),
        ("escrow", "fees", "50.00", "service fee"),
        ("fee_held", "fees", "25.00", "client fee"),
    ]
    assert (outcome.after, play.contract.dispute, play.contract.ended_at) == (Status.ENDED, None, MONDAY + days(5))


def test_an_answer_hands_it_to_a_mediator_who_has_ten_days() -> None:
    play = Play("500.00").submitted().disputed()
    play.wait(days(4))
    outcome = play.client("answer_dispute", note="It was not.")
    assert outcome.transfers == ()
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("ruling_overdue", MONDAY + days(14))]
    assert play.contract.dispute is not None
    assert play.contract.dispute.answer == "It was not."


@pytest.mark.parametrize(("price", "released"), [("500.00", 25_000), ("0.01", 1), ("0.03", 2), ("333.33", 16_667)])
def test_without_a_ruling_the_middle_of_the_two_claims_is_paid(price: str, released: int) -> None:
    play = Play(price).submitted().answered()
    play.wait(days(10))
    contract = play.contract
    assert (contract.status, contract.paid, contract.escrow) == (Status.ENDED, released, 0)
    assert contract.refunded == contract.milestones[0].amount - released


@pytest.mark.parametrize("release", ["0", "0.01", "200.00", "333.33", "499.99", "500.00"])
def test_a_ruling_takes_effect_after_three_days_to_the_cent(release: str) -> None:
    play = Play("500.00").submitted().answered()
    play.wait(days(2))
    outcome = play.mediator("decide", release=release, reason="The files show it.")
    assert outcome.transfers == ()
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("ruling_takes_effect", MONDAY + days(5))]
    assert play.contract.dispute is not None
    assert play.contract.dispute.ruling is not None
    assert play.contract.dispute.ruling.mediator == MEDIATOR
    assert play.wait(days(3) - MICROSECOND) == []
    play.wait(MICROSECOND)
    minor = round(float(release) * 100)
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, minor, 50_000 - minor)
    assert (play.balance("escrow"), play.balance("fee_held"), play.balance("client")) == ("0.00", "0.00", "0.00")


def test_a_divided_sum_shows_both_ways_in_one_outcome() -> None:
    play = Play("500.00").submitted().answered()
    play.mediator("decide", release="200.00", reason="The files show it.")
    (outcome,) = play.wait(days(3))
    assert moves(outcome) == [
        ("escrow", "held", "180.00", "release"),
        ("escrow", "fees", "20.00", "service fee"),
        ("fee_held", "fees", "10.00", "client fee"),
        ("escrow", "client", "300.00", "escrow refund"),
        ("fee_held", "client", "15.00", "client fee returned"),
        ("client", "provider", "315.00", "refund to the card"),
    ]
    assert play.contract.milestones[0].status == MilestoneStatus.PAID


def test_a_mediator_decides_once_and_only_after_the_answer() -> None:
    play = Play("500.00").submitted()
    ruling = {"release": "1.00", "reason": "Because."}
    assert play.refused(Role.MEDIATOR, "decide", **ruling).code == "no_dispute"
    play.disputed()
    assert play.refused(Role.MEDIATOR, "decide", **ruling).code == "awaiting_answer"
    play.answered()
    for by in (Role.CLIENT, Role.FREELANCER):
        assert play.refused(by, "decide", **ruling).kind == Kind.ROLE
    play.mediator("decide", **ruling)
    assert play.refused(Role.MEDIATOR, "decide", **ruling).code == "already_decided"


@pytest.mark.parametrize("release", [None, "", "500.01", "-1", "1.001", "all", 5])
def test_a_ruling_divides_what_is_in_dispute(release: object) -> None:
    play = Play("500.00").submitted().answered()
    refused = play.refused(Role.MEDIATOR, "decide", release=release, reason="Because.")
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "release")


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_ruling_has_reasons(reason: object) -> None:
    play = Play("500.00").submitted().answered()
    assert play.refused(Role.MEDIATOR, "decide", release="0", reason=reason).errors[0][0] == "reason"


def test_only_the_other_side_answers_and_once() -> None:
    play = Play("500.00").submitted()
    assert play.refused(Role.CLIENT, "answer_dispute", note="?").code == "no_dispute"
    play.disputed()
    assert play.refused(Role.FREELANCER, "answer_dispute", note="?").kind == Kind.ROLE
    assert play.refused(Role.MEDIATOR, "answer_dispute", note="?").kind == Kind.ROLE
    play.answered()
    assert play.refused(Role.CLIENT, "answer_dispute", note="?").code == "already_answered"


def test_a_dispute_freezes_the_money_in_it_and_nothing_else() -> None:
    play = Play("500.00").submitted()
    play.asked_back("200.00").disputed()
    assert play.refused(Role.CLIENT, "approve", milestone=play.id(1)).code == "in_dispute"
    assert "300.00 USD is in dispute" in told(play.refused(Role.CLIENT, "approve", milestone=play.id(1)))
    play.paid("10.00")
    play.freelancer("give_refund", amount="5.00", note="Too much.")
    assert [action for action, _ in play.future()] == ["dispute_unanswered", "hold_ends", "hold_ends", "hold_ends"]


def test_a_refund_is_contested_also_while_the_card_is_asked() -> None:
    play = Play("500.00").submitted().asked_back()
    play.client("pay", amount="1.00", note="For the trouble.")
    assert play.refused(Role.FREELANCER, "accept_refund", proposal=play.request()).code == "charge_in_progress"
    play.disputed()
    play.card()
    assert play.contract.dispute is not None


def test_what_goes_back_waits_while_the_card_is_asked_and_goes_then() -> None:
    play = Play("333.33").submitted().asked_back()
    play.client("pay", amount="0.07", note="For the trouble.")
    assert play.wait(days(8)) == []
    play.card()
    (back, *_) = play.wait(timedelta(0))
    assert back.action == "escrow_refund_unanswered"
    assert (play.contract.status, play.balance("fee_held"), play.balance("client")) == (Status.ENDED, "0.00", "0.00")


def test_a_withdrawn_dispute_leaves_the_request_the_time_that_was_left_of_it() -> None:
    play = Play("500.00").submitted().asked_back()
    play.wait(days(2))
    play.disputed()
    play.wait(days(4))
    assert play.refused(Role.CLIENT, "withdraw_dispute").kind == Kind.ROLE
    outcome = play.freelancer("withdraw_dispute")
    assert outcome.transfers == ()
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [
        ("escrow_refund_unanswered", MONDAY + days(11))
    ]
    assert play.contract.disputes[0].closing is not None
    play.wait(days(5))
    assert (play.contract.status, play.contract.refunded) == (Status.ENDED, 50_000)


def test_a_dispute_is_not_withdrawn_from_a_ruling() -> None:
    play = Play("500.00").submitted().answered()
    play.mediator("decide", release="0", reason="Nothing was there.")
    assert play.refused(Role.FREELANCER, "withdraw_dispute").code == "already_decided"
