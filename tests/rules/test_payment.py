"""Payments without a milestone, the hold, and giving back what was paid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amicable.rules.contract import Status
from amicable.rules.outcome import Kind
from amicable.rules.parts import Role
from amicable.rules.timeline import foresee
from rules.play import MONDAY, Play, days, moves, told

MICROSECOND = timedelta(microseconds=1)


def test_a_bonus_is_charged_with_its_fee_and_goes_into_the_hold() -> None:
    play = Play("500.00").accepted()
    asked = play.client("pay", amount="80.00", note="Well done.")
    assert (asked.transfers, asked.charge and asked.charge.fee) == ((), 400)
    paid = play.card()
    assert moves(paid) == [
        ("provider", "client", "84.00", "card charge"),
        ("client", "fee_held", "4.00", "client fee charged"),
        ("client", "held", "72.00", "payment"),
        ("client", "fees", "8.00", "service fee"),
        ("fee_held", "fees", "4.00", "client fee"),
    ]
    assert [(clock.action, clock.at) for clock in paid.deadlines] == [("hold_ends", MONDAY + days(5))]
    assert "72.00 USD after a service fee of 8.00 USD" in told(paid)


def test_a_payment_that_is_declined_changes_nothing() -> None:
    play = Play("500.00").funded()
    before = play.contract
    play.client("pay", amount="80.00", note="Well done.")
    play.card(pays=False)
    assert (play.contract.milestones, play.contract.payments, play.contract.charge) == (before.milestones, (), None)


def test_an_ended_contract_can_be_paid_on_for_365_days() -> None:
    play = Play("500.00").accepted()
    play.client("end", reason="completed")
    last = MONDAY + days(365)
    play.wait_until(last - MICROSECOND)
    play.paid("10.00")
    play.wait_until(last)
    refused = play.refused(Role.CLIENT, "pay", amount="10.00", note="Late.")
    assert refused.code == "payment_window_over"
    assert "Tue 2 Nov 2027, 09:30 UTC" in told(refused)


@pytest.mark.parametrize("close", ["decline", None])
def test_what_was_never_agreed_is_not_paid_on(close: str | None) -> None:
    play = Play("500.00")
    if close:
        play.freelancer(close)
    code = f"contract_{play.contract.status}"
    assert play.refused(Role.CLIENT, "pay", amount="10.00", note="For you.").code == code


@pytest.mark.parametrize("amount", [None, "0", "-1", "1.005", "1000000000", 10])
def test_a_payment_is_an_amount_above_zero(amount: object) -> None:
    refused = Play("500.00").accepted().refused(Role.CLIENT, "pay", amount=amount, note="For you.")
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "amount")


def test_only_the_client_pays_and_only_the_freelancer_gives_back() -> None:
    play = Play("500.00").accepted().paid("10.00")
    assert play.refused(Role.FREELANCER, "pay", amount="1.00", note="?").kind == Kind.ROLE
    assert play.refused(Role.CLIENT, "give_refund", amount="1.00", note="?").kind == Kind.ROLE


def test_the_hold_ends_after_five_days_to_the_microsecond() -> None:
    play = Play("500.00").accepted().paid("10.00")
    assert play.wait(days(5) - MICROSECOND) == []
    (outcome,) = play.wait(MICROSECOND)
    assert moves(outcome) == [("held", "available", "9.00", "security hold ended")]
    assert play.contract.freelancer_available == 900
    assert [notice.to for notice in outcome.notices] == [Role.FREELANCER], "it is nothing to the client"


def test_what_is_shown_before_the_card_is_asked_is_what_comes_when_it_pays() -> None:
    play = Play("500.00").accepted()
    for action, params in (("fund", {"milestone": play.id(1)}), ("pay", {"amount": "33.33", "note": "Thanks."})):
        asked = play.client(action, **params)
        foreseen = foresee(asked)
        paid = play.card()
        assert (foreseen.transfers, foreseen.explanation, foreseen.deadlines, foreseen.contract) == (
            paid.transfers, paid.explanation, paid.deadlines, paid.contract,
        )  # fmt: skip
        assert (foreseen.action, foreseen.by, foreseen.actor) == (action, Role.CLIENT, "cora")
    settled = play.history[-1]
    assert foresee(settled) is settled


# Giving back


def test_a_refund_comes_out_of_the_hold_and_returns_both_fees_on_it() -> None:
    play = Play("500.00").funded()
    play.client("approve", milestone=play.id(1))
    outcome = play.freelancer("give_refund", amount="100.00", note="The last page is missing.")
    assert moves(outcome) == [
        ("held", "client", "90.00", "refund"),
        ("fees", "client", "10.00", "service fee returned"),
        ("fees", "fee_held", "5.00", "client fee returned"),
        ("fee_held", "client", "5.00", "client fee returned"),
        ("client", "provider", "105.00", "refund to the card"),
    ]
    assert (play.contract.paid, play.contract.refunded, play.contract.fees_earned) == (40_000, 10_000, 6_000)
    (left,) = play.wait(days(5))
    assert moves(left) == [("held", "available", "360.00", "security hold ended")]


def test_a_refund_takes_what_is_held_first_and_then_what_is_available() -> None:
    play = Play("500.00").accepted().paid("100.00")
    play.wait(days(5))
    play.paid("50.00")
    outcome = play.freelancer("give_refund", amount="120.00", note="Sorry.")
    assert moves(outcome)[:2] == [("held", "client", "45.00", "refund"), ("available", "client", "63.00", "refund")]
    assert play.contract.freelancer_available == 2_700
    assert [payment.held for payment in play.contract.payments] == [0, 0]
    assert play.future() == []


def test_the_newest_payments_are_given_back_first() -> None:
    play = Play("500.00").accepted().paid("100.00")
    play.wait(days(1))
    play.paid("50.00")
    play.freelancer("give_refund", amount="60.00", note="Sorry.")
    assert [(payment.left, payment.held) for payment in play.contract.payments] == [(9_000, 8_100), (0, 0)]
    assert [outcome.transfers[0].amount for outcome in play.wait(days(9))] == [8_100]


def test_all_can_be_given_back_and_then_nothing_more() -> None:
    play = Play("500.00").accepted().paid("33.33")
    outcome = play.freelancer("give_refund", amount="33.33", note="Sorry.")
    assert moves(outcome)[-1] == ("client", "provider", "35.00", "refund to the card")
    assert play.balances == {account: 0 for account in play.balances}
    refused = play.refused(Role.FREELANCER, "give_refund", amount="0.01", note="More.")
    assert (refused.code, refused.kind) == ("nothing_to_refund", Kind.RULE)


def test_no_more_is_given_back_than_was_paid_in_180_days() -> None:
    play = Play("500.00").accepted().paid("100.00")
    play.wait(days(180) - MICROSECOND)
    play.paid("40.00")
    assert play.refused(Role.FREELANCER, "give_refund", amount="140.01", note="?").errors[0][0] == "amount"
    play.wait(MICROSECOND)
    refused = play.refused(Role.FREELANCER, "give_refund", amount="40.01", note="?")
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "amount")
    assert "At most 40.00 USD" in told(refused)
    play.freelancer("give_refund", amount="40.00", note="Sorry.")
    assert play.refused(Role.FREELANCER, "give_refund", amount="0.01", note="?").code == "nothing_to_refund"


def test_no_more_is_given_back_than_the_freelancer_has() -> None:
    play = Play("500.00").accepted().paid("100.00")
    play.wait(days(5))
    play.withdraw(8_000)
    assert play.refused(Role.FREELANCER, "give_refund", amount="11.12", note="?").errors[0][0] == "amount"
    outcome = play.freelancer("give_refund", amount="11.11", note="Sorry.")
    assert moves(outcome)[0] == ("available", "client", "10.00", "refund")
    assert play.contract.freelancer_available == 0


def test_a_refund_on_an_ended_contract_leaves_it_ended() -> None:
    play = Play("500.00").funded()
    play.client("end", reason="completed", escrow="release")
    outcome = play.freelancer("give_refund", amount="500.00", note="Sorry.")
    assert (outcome.before, outcome.after, play.contract.ended_at) == (Status.ENDED, Status.ENDED, MONDAY)
    assert play.balance("fees") == "0.00"


def test_escrow_that_is_asked_back_can_be_given_whatever_else_is_asked_and_not_there() -> None:
    play = Play("500.00", "300.00").submitted()
    play.client("approve", milestone=play.id(1))
    play.wait(days(5))
    play.client("request_refund", amount="100.00", note="It broke.")
    paid = play.contract.proposals[0].id
    play.withdraw(45_000)
    assert play.refused(Role.FREELANCER, "accept_refund", proposal=paid).code == "not_enough_to_refund"
    play.funded(2).asked_back()
    assert play.refused(Role.FREELANCER, "accept_refund", proposal=paid).code == "not_enough_to_refund"
    play.freelancer("accept_refund", proposal=play.request())
    assert (play.contract.refunded, play.contract.escrow, play.contract.paid) == (30_000, 0, 50_000)
