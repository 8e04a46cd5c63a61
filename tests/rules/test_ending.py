"""Ending, by either side: what happens to the money in escrow, and what is left to answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amicable.rules.contract import Status
from amicable.rules.outcome import Kind
from amicable.rules.parts import MilestoneStatus, Role
from amicable.rules.policy import Policy
from amicable.rules.timeline import answers
from rules.play import MONDAY, Play, days, moves, told

TWO = Policy(milestones_funded_at_once=2)


@pytest.mark.parametrize("by", [Role.CLIENT, Role.FREELANCER])
def test_without_money_in_escrow_either_side_ends_at_once(by: Role) -> None:
    play = Play("500.00").accepted()
    outcome = play.do(by, "end", reason="no_longer_needed", note="Thank you all the same.")
    assert (outcome.before, outcome.after, outcome.transfers, outcome.deadlines) == (
        Status.ACTIVE, Status.ENDED, (), (),
    )  # fmt: skip
    assert play.contract.ended_at == MONDAY
    assert play.contract.ending is not None
    assert (play.contract.ending.by, play.contract.ending.note) == (by, "Thank you all the same.")
    assert "not funded lapse" in told(outcome)


def test_the_client_says_what_happens_to_money_in_escrow() -> None:
    play = Play("500.00").funded()
    refused = play.refused(Role.CLIENT, "end", reason="completed")
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "escrow")
    assert "500.00 USD is in escrow" in told(refused)


@pytest.mark.parametrize(
    "escrow",
    [
        "keep", "", 5, True, [], ["release"], {}, {"refund": "1.00"}, {"release": "1.00", "refund": "1.00"},
        {"release": "500.01"}, {"release": "-1"}, {"release": "1.001"}, {"release": 5},
        {"release": "NaN"}, {"release": None},
    ],
)  # fmt: skip
def test_a_choice_that_makes_no_sense_is_refused(escrow: object) -> None:
    refused = Play("500.00").funded().refused(Role.CLIENT, "end", reason="completed", escrow=escrow)
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "escrow")


@pytest.mark.parametrize("escrow", ["release", "refund", {"release": "0"}, {"release": "40.00"}])
def test_a_choice_about_nothing_decides_nothing(escrow: object) -> None:
    outcome = Play("500.00").accepted().client("end", reason="completed", escrow=escrow)
    assert (outcome.after, outcome.transfers) == (Status.ENDED, ())


@pytest.mark.parametrize("escrow", ["keep", float("nan"), "\x00", {"release": "\ud800"}])
def test_what_is_no_choice_is_refused_even_about_nothing(escrow: object) -> None:
    refused = Play("500.00").accepted().refused(Role.CLIENT, "end", reason="completed", escrow=escrow)
    assert refused.errors[0][0] == "escrow"


def test_releasing_ends_the_contract_at_once() -> None:
    play = Play("500.00").submitted()
    outcome = play.client("end", reason="completed", escrow="release")
    assert moves(outcome) == [
        ("escrow", "held", "450.00", "release"),
        ("escrow", "fees", "50.00", "service fee"),
        ("fee_held", "fees", "25.00", "client fee"),
    ]
    assert (outcome.after, play.contract.ended_at) == (Status.ENDED, MONDAY)
    assert play.future() == [("hold_ends", MONDAY + days(5))]


def test_asking_it_back_moves_nothing_and_gives_the_freelancer_seven_days() -> None:
    play = Play("500.00").submitted()
    outcome = play.client("end", reason="not_completed", escrow="refund")
    assert (outcome.after, outcome.transfers, play.contract.ended_at) == (Status.ENDING, (), None)
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("escrow_refund_unanswered", MONDAY + days(7))]
    words = told(outcome)
    assert "500.00 USD and the fee of 25.00 USD" in words
    assert "Mon 9 Nov 2026, 09:30 UTC" in words
    assert [notice.to for notice in outcome.notices] == [Role.FREELANCER]


def test_silence_gives_the_escrow_and_the_fee_on_it_back_on_the_dot() -> None:
    play = Play("500.00").funded().asked_back()
    assert play.wait(days(7) - timedelta(microseconds=1)) == []
    (outcome,) = play.wait_until(MONDAY + days(7))
    assert moves(outcome) == [
        ("escrow", "client", "500.00", "escrow refund"),
        ("fee_held", "client", "25.00", "client fee returned"),
        ("client", "provider", "525.00", "refund to the card"),
    ]
    assert outcome.card_refund is not None
    assert outcome.card_refund.amount == 52_500
    assert (outcome.after, play.contract.ended_at, play.contract.refunded) == (Status.ENDED, MONDAY + days(7), 50_000)
    assert play.contract.milestones[0].status == MilestoneStatus.REFUNDED
    assert play.future() == []


def test_agreeing_gives_it_back_at_once() -> None:
    play = Play("500.00").funded().asked_back()
    play.wait(days(2))
    outcome = play.freelancer("accept_refund", proposal=play.request(), note="Fair enough.")
    assert moves(outcome)[-1] == ("client", "provider", "525.00", "refund to the card")
    assert (outcome.after, play.contract.ended_at) == (Status.ENDED, MONDAY + days(2))
    assert play.contract.proposals == ()


def test_contesting_opens_a_dispute_and_freezes_the_money() -> None:
    play = Play("500.00").submitted().asked_back()
    play.wait(days(6))
    outcome = play.freelancer("decline_refund", proposal=play.request(), note="It was done.")
    assert (outcome.after, outcome.transfers) == (Status.ENDING, ())
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("dispute_unanswered", MONDAY + days(11))]
    dispute = play.contract.dispute
    assert dispute is not None
    assert (dispute.amount, dispute.opened_by, dispute.reason) == (50_000, Role.FREELANCER, "It was done.")
    assert play.contract.proposals == ()


def test_a_part_is_released_and_the_rest_asked_back() -> None:
    play = Play("500.00").funded()
    outcome = play.client("end", reason="scope_changed", escrow={"release": "200.00"})
    assert moves(outcome) == [
        ("escrow", "held", "180.00", "release"),
        ("escrow", "fees", "20.00", "service fee"),
        ("fee_held", "fees", "10.00", "client fee"),
    ]
    assert (play.contract.escrow, play.contract.proposals[0].amount) == (30_000, 30_000)
    assert play.future() == [("hold_ends", MONDAY + days(5)), ("escrow_refund_unanswered", MONDAY + days(7))]
    play.wait(days(7))
    assert (play.balance("provider"), play.balance("fees"), play.balance("available")) == ("-210.00", "30.00", "180.00")
    assert play.contract.milestones[0].status == MilestoneStatus.PAID, "a part of it was"


def test_what_is_handed_in_is_released_first() -> None:
    play = Play("100.00", "200.00", policy=TWO).funded(1).submitted(2)
    play.client("end", reason="other", escrow={"release": "250.00"})
    first, second = play.contract.milestones
    assert (second.escrow, second.paid, second.status) == (0, 20_000, MilestoneStatus.PAID)
    assert (first.escrow, first.paid) == (5_000, 5_000)


def test_every_answer_to_the_request_is_foreseen() -> None:
    play = Play("500.00").submitted().asked_back()
    accepted, declined = answers(play.contract, play.contract.proposals[0], play.at)
    assert (accepted.by, accepted.action, accepted.outcome.after) == (Role.FREELANCER, "accept_refund", Status.ENDED)
    assert (declined.action, declined.outcome.after) == ("decline_refund", Status.ENDING)
    done = play.freelancer("decline_refund", proposal=play.request())
    assert (done.contract, done.explanation) == (declined.outcome.contract, declined.outcome.explanation)


def test_what_the_client_releases_after_all_is_no_longer_asked_back() -> None:
    play = Play("500.00").funded().asked_back()
    play.client("approve", milestone=play.id(1), amount="120.00")
    assert play.contract.proposals[0].amount == 38_000
    assert play.contract.proposals[0].answer_by == MONDAY + days(7)
    outcome = play.client("approve", milestone=play.id(1))
    assert (outcome.after, play.contract.proposals, play.contract.ended_at) == (Status.ENDED, (), MONDAY)


def test_only_the_freelancer_answers_the_request_and_only_while_it_is_open() -> None:
    play = Play("500.00").funded()
    for action in ("accept_refund", "decline_refund"):
        assert play.refused(Role.FREELANCER, action, proposal="none").code == "no_refund_asked"
    play.asked_back()
    request = play.request()
    for action in ("accept_refund", "decline_refund"):
        assert play.refused(Role.CLIENT, action, proposal=request).kind == Kind.ROLE
        assert play.refused(Role.FREELANCER, action, proposal="another").code == "proposal_not_open"
        assert play.refused(Role.FREELANCER, action).errors[0][0] == "proposal"
    play.disputed()
    assert play.refused(Role.FREELANCER, "accept_refund", proposal=request).code == "no_refund_asked"


def test_an_ended_contract_does_not_end_again() -> None:
    play = Play("500.00").accepted()
    assert Play("5.00").refused(Role.CLIENT, "end", reason="other").code == "contract_offered"
    play.client("end", reason="other")
    for by in (Role.CLIENT, Role.FREELANCER):
        assert play.refused(by, "end", reason="other").code == "contract_ended"


def test_while_an_answer_is_due_neither_side_ends_it_again() -> None:
    play = Play("500.00").funded().asked_back()
    for by in (Role.CLIENT, Role.FREELANCER):
        assert play.refused(by, "end", reason="other", escrow="release").code == "contract_ending"
    play.disputed()
    for by in (Role.CLIENT, Role.FREELANCER):
        assert play.refused(by, "end", reason="other", escrow="release").code == "in_dispute"


def test_no_work_is_handed_in_or_sent_back_once_the_end_has_begun() -> None:
    play = Play("500.00").submitted().asked_back()
    assert play.refused(Role.FREELANCER, "submit", milestone=play.id(1), note="!").code == "contract_ending"
    assert play.refused(Role.CLIENT, "request_changes", milestone=play.id(1), note="?").code == "contract_ending"


# By the freelancer


def test_a_freelancer_who_ends_gives_back_what_nothing_was_handed_in_for() -> None:
    play = Play("500.00", "300.00").funded()
    outcome = play.freelancer("end", reason="deadline_missed")
    assert moves(outcome) == [
        ("escrow", "client", "500.00", "escrow refund"),
        ("fee_held", "client", "25.00", "client fee returned"),
        ("client", "provider", "525.00", "refund to the card"),
    ]
    assert (outcome.after, outcome.deadlines) == (Status.ENDED, ())


def test_what_is_handed_in_stays_in_review_on_its_clock() -> None:
    play = Play("100.00", "200.00", policy=TWO).funded(1).submitted(2)
    play.wait(days(4))
    outcome = play.freelancer("end", reason="scope_changed")
    assert moves(outcome)[0] == ("escrow", "client", "100.00", "escrow refund")
    assert (outcome.after, play.contract.escrow) == (Status.ENDING, 20_000)
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [("submission_unanswered", MONDAY + days(14))]
    assert "is not lost: 200.00 USD stays in review" in told(outcome)
    play.wait_until(MONDAY + days(14))
    assert (play.contract.status, play.contract.ended_at) == (Status.ENDED, MONDAY + days(14))
    assert play.contract.ending is not None
    assert play.contract.ending.by == Role.FREELANCER


def test_everything_handed_in_is_told_with_its_own_clock() -> None:
    play = Play("100.00", "200.00", "300.00", policy=Policy(milestones_funded_at_once=3)).submitted(1).funded(3)
    play.wait(days(1))
    play.submitted(2)
    words = told(play.freelancer("end", reason="scope_changed"))
    assert "“Part 1” is not lost: 100.00 USD" in words
    assert "released to Fred on Mon 16 Nov" in words
    assert "“Part 2” is not lost: 200.00 USD" in words
    assert "released to Fred on Tue 17 Nov" in words
    assert "Nothing is handed in for “Part 3”: 300.00 USD goes back" in words


def test_the_client_may_then_approve_it_in_part_or_whole() -> None:
    play = Play("200.00").submitted()
    play.freelancer("end", reason="scope_changed")
    play.client("approve", milestone=play.id(1), amount="50.00")
    assert (play.contract.status, play.contract.escrow) == (Status.ENDING, 15_000)
    assert ("submission_unanswered", MONDAY + days(14)) in play.future()
    assert play.client("approve", milestone=play.id(1)).after == Status.ENDED


def test_or_ask_the_rest_back_but_not_for_changes() -> None:
    play = Play("200.00").submitted()
    play.freelancer("end", reason="scope_changed")
    play.wait(days(3))
    assert play.refused(Role.CLIENT, "request_changes", milestone=play.id(1), note="?").code == "contract_ending"
    assert play.refused(Role.FREELANCER, "end", reason="other").code == "contract_ending"
    outcome = play.client("end", reason="quality", escrow={"release": "50.00"})
    assert [(clock.action, clock.at) for clock in outcome.deadlines] == [
        ("hold_ends", MONDAY + days(8)),
        ("escrow_refund_unanswered", MONDAY + days(10)),
    ]
    assert play.contract.ending is not None
    assert play.contract.ending.by == Role.FREELANCER, "who ended it stays on record"
    play.wait(days(7))
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, 5_000, 15_000)


@pytest.mark.parametrize("opened_by", [Role.CLIENT, Role.FREELANCER])
def test_a_client_who_ended_while_all_was_in_dispute_has_the_choice_when_the_dispute_is_withdrawn(
    opened_by: Role,
) -> None:
    play = Play("200.00").submitted()
    play.do(opened_by, "open_dispute", reason="We disagree.", about="escrow")
    play.client("end", reason="quality")
    assert play.refused(Role.CLIENT, "end", reason="quality", escrow="refund").code == "in_dispute"
    play.do(opened_by, "withdraw_dispute")
    assert play.refused(Role.CLIENT, "end", reason="quality").kind == Kind.INVALID
    assert play.refused(Role.FREELANCER, "end", reason="other").code == "contract_ending"
    play.client("end", reason="quality", escrow={"release": "50.00"})
    assert play.refused(Role.CLIENT, "end", reason="quality", escrow="refund").code == "contract_ending"
    play.wait(days(7))
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, 5_000, 15_000)


def ended_in_dispute() -> Play:
    """Of two milestones one is handed in; all was in dispute when the client ended, and then it was not any more."""
    play = Play("200.00", "300.00", policy=Policy(milestones_funded_at_once=2)).submitted().funded(2)
    play.freelancer("open_dispute", reason="We disagree.", about="escrow")
    play.client("end", reason="quality")
    play.wait(days(1))
    return play


def test_what_was_handed_in_keeps_its_clock_when_that_dispute_is_withdrawn_and_the_rest_waits_for_the_client() -> None:
    play = ended_in_dispute()
    withdrawn = play.freelancer("withdraw_dispute")
    assert "300.00 USD is not in review and waits for Cora" in told(withdrawn)
    assert play.future()[:2] == [
        ("submission_unanswered", MONDAY + days(15)),
        ("hold_ends", MONDAY + days(20)),
    ]
    assert ("escrow_refund_unanswered", MONDAY + days(22)) in play.future()
    (paid, *_) = play.wait_until(MONDAY + days(15))
    assert "Fred is asked to agree that 300.00 USD goes back" in told(paid)
    play.wait(days(7))
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, 20_000, 30_000)


def test_the_client_may_ask_all_of_it_back_instead() -> None:
    play = ended_in_dispute()
    play.freelancer("withdraw_dispute")
    play.client("end", reason="quality", escrow="refund")
    assert play.future() == [("escrow_refund_unanswered", MONDAY + days(8))]


@pytest.mark.parametrize("how", ["approve", "open_dispute"])
def test_the_rest_is_asked_back_once_nothing_is_in_review_any_more(how: str) -> None:
    play = ended_in_dispute()
    play.freelancer("withdraw_dispute")
    if how == "approve":
        last = play.client("approve", milestone=play.id(1))
    else:
        last = play.client("open_dispute", reason="It is late.", about="escrow", milestone=play.id(1))
    assert ("escrow_refund_unanswered", MONDAY + days(8)) in [(clock.action, clock.at) for clock in last.deadlines]


def test_the_rest_is_asked_back_when_a_ruling_leaves_nothing_in_review() -> None:
    play = ended_in_dispute()
    play.client("offer_settlement", release="500.00")
    play.freelancer("withdraw_dispute")
    play.client("open_dispute", reason="It is late.", about="escrow", milestone=play.id(1), amount="1.00")
    assert not play.contract.proposals, "a part is still in review"
    play.freelancer("concede_dispute")
    assert not play.contract.proposals
    play.client("approve", milestone=play.id(1))
    assert [(one.kind, one.amount) for one in play.contract.proposals] == [("escrow_refund", 30_000)]


def test_what_a_freelancer_who_ended_had_handed_nothing_in_for_goes_back_when_the_dispute_is_withdrawn() -> None:
    play = Play("250.00").funded()
    play.client("open_dispute", reason="We disagree.", about="escrow", amount="200.00")
    ended = play.freelancer("end", reason="other")
    assert told(ended).startswith("The contract is being ended: no more work is done.")
    assert "200.00 USD stays frozen" in told(ended)
    assert (play.contract.status, play.contract.refunded) == (Status.ENDING, 5_000)
    withdrawn = play.client("withdraw_dispute")
    assert "200.00 USD goes back to Cora's card at once, with the fee of 10.00 USD on it." in told(withdrawn)
    assert (play.contract.status, play.contract.refunded, play.balance("escrow")) == (Status.ENDED, 25_000, "0.00")


def test_asking_it_back_says_who_is_asked_for_what_and_until_when() -> None:
    ended = Play("200.00").funded().client("end", reason="quality", escrow="refund")
    assert "Fred is asked to agree that 200.00 USD goes back, and has until Mon 9 Nov 2026, 09:30 UTC" in told(ended)


# Reasons


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("completed", "completed"),
        (" mutual ", "mutual"),
        ("Moved to the sea", "other: Moved to the sea"),
        ("other", "other"),
    ],
)
def test_a_reason_is_a_word_of_the_list_or_kept_as_other(said: str, kept: str) -> None:
    play = Play("5.00").accepted()
    play.client("end", reason=said)
    assert play.contract.ending is not None
    assert play.contract.ending.reason == kept


@pytest.mark.parametrize("reason", [None, "", "  ", 5, [], "x" * 201, "a\x00b", "\udc00"])
def test_a_reason_is_given(reason: object) -> None:
    refused = Play("5.00").accepted().refused(Role.CLIENT, "end", reason=reason)
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "reason")


def test_ending_by_itself_touches_nobodys_standing() -> None:
    outcome = Play("5.00").accepted().client("end", reason="mutual")
    assert "no effect on anybody's standing by itself" in outcome.standing.tell()
