"""Opening a dispute: what it freezes, what it leaves alone, what silence does, and taking it back."""

from __future__ import annotations

import pytest

from amicable.rules.contract import Status
from amicable.rules.outcome import Kind
from amicable.rules.parts import MilestoneStatus, Role
from rules.play import MONDAY, Play, days, moves, told

ABOUT_ESCROW = {"reason": "It is late.", "about": "escrow"}
ABOUT_PAID = {"reason": "It broke.", "about": "refund"}


def paid(amount: str = "500.00") -> Play:
    play = Play(amount).submitted()
    play.client("approve", milestone=play.id(1))
    return play


@pytest.mark.parametrize(
    ("by", "account", "outcome"),
    [(Role.CLIENT, "provider", (0, 50_000)), (Role.FREELANCER, "held", (50_000, 0))],
)
def test_silence_gives_it_to_who_opened_it(by: Role, account: str, outcome: tuple[int, int]) -> None:
    play = Play("500.00").submitted()
    opened = play.do(by, "open_dispute", **ABOUT_ESCROW)
    assert [(clock.action, clock.at) for clock in opened.deadlines] == [("dispute_unanswered", MONDAY + days(5))]
    assert opened.transfers == ()
    (silent,) = play.wait(days(5))
    assert account in {target for _, target, _, _ in moves(silent)}
    assert (play.contract.paid, play.contract.refunded) == outcome
    assert play.contract.status == Status.ACTIVE


def test_only_the_sum_in_dispute_is_frozen() -> None:
    play = Play("500.00", "300.00").submitted()
    play.client("open_dispute", **ABOUT_ESCROW, amount="200.00")
    assert play.refused(Role.CLIENT, "approve", milestone=play.id(1), amount="300.01").kind == Kind.INVALID
    play.client("approve", milestone=play.id(1), amount="100.00")
    play.funded(2)
    play.paid("10.00")
    play.wait(days(3))
    play.freelancer("answer_dispute", note="It is there.")
    play.wait(days(10))
    assert (play.contract.paid, play.contract.refunded) == (10_000 + 1_000 + 20_000 // 2, 20_000 // 2)
    assert play.contract.milestones[0].escrow == 20_000, "the rest is still in review"
    play.wait(days(1))
    assert play.contract.milestones[0].status == MilestoneStatus.PAID


def test_a_contract_can_be_ended_while_a_part_of_it_is_in_dispute() -> None:
    play = Play("500.00").submitted()
    play.client("open_dispute", **ABOUT_ESCROW, amount="200.00")
    ended = play.client("end", reason="not_completed", escrow="release")
    assert (play.contract.paid, play.contract.escrow, play.contract.status) == (30_000, 20_000, Status.ENDING)
    assert "200.00 USD stays frozen" in told(ended)
    play.freelancer("concede_dispute")
    assert (play.contract.status, play.contract.refunded) == (Status.ENDED, 20_000)


def test_the_review_goes_on_with_the_time_that_was_left_when_a_dispute_is_withdrawn() -> None:
    play = Play("500.00").submitted()
    play.wait(days(10))
    play.client("open_dispute", **ABOUT_ESCROW)
    assert "submission_unanswered" not in [action for action, _ in play.future()]
    play.wait(days(3))
    play.client("withdraw_dispute")
    assert play.future()[0] == ("submission_unanswered", MONDAY + days(17))


def test_the_claim_that_is_named_is_what_silence_gives() -> None:
    play = Play("500.00").submitted()
    play.client("open_dispute", **ABOUT_ESCROW, release="120.00")
    play.wait(days(5))
    assert (play.contract.paid, play.contract.refunded) == (12_000, 38_000)


def test_conceding_gives_the_whole_to_the_other_side() -> None:
    for by, expected in ((Role.CLIENT, (50_000, 0)), (Role.FREELANCER, (0, 50_000))):
        play = Play("500.00").submitted()
        play.client("open_dispute", **ABOUT_ESCROW)
        play.do(by, "concede_dispute")
        assert (play.contract.paid, play.contract.refunded) == expected


def test_there_has_to_be_something_to_disagree_about() -> None:
    play = Play("500.00").accepted()
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_ESCROW).code == "nothing_paid_lately"
    play.funded()
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_ESCROW, amount="500.01").kind == Kind.INVALID
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_ESCROW, release="500.01").kind == Kind.INVALID
    assert play.refused(Role.CLIENT, "open_dispute", reason="", about="escrow").kind == Kind.INVALID
    assert play.refused(Role.CLIENT, "open_dispute", reason="Late.", about="hours").kind == Kind.INVALID
    play.client("open_dispute", **ABOUT_ESCROW)
    assert play.refused(Role.FREELANCER, "open_dispute", **ABOUT_ESCROW).code == "in_dispute"


def test_a_milestone_of_which_all_is_in_dispute_has_nothing_more_to_disagree_about() -> None:
    play = Play("500.00", "300.00").funded(1)
    play.client("open_dispute", **ABOUT_ESCROW, milestone=play.id(1))
    play.funded(2)
    refused = play.refused(Role.FREELANCER, "open_dispute", **ABOUT_ESCROW, milestone=play.id(1))
    assert refused.code == "in_dispute"
    play.freelancer("open_dispute", **ABOUT_ESCROW, milestone=play.id(2))
    assert play.contract.free_escrow == 0


@pytest.mark.parametrize("dispute", [5, "", ["a"], {}])
def test_a_dispute_is_named_by_its_id(dispute: object) -> None:
    play = Play("500.00").submitted()
    play.client("open_dispute", **ABOUT_ESCROW)
    refused = play.refused(Role.CLIENT, "withdraw_dispute", dispute=dispute)
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "dispute")


def test_who_asks_for_more_escrow_than_is_free_is_told_what_is() -> None:
    play = Play("500.00").submitted()
    play.client("open_dispute", **ABOUT_ESCROW, amount="200.00")
    refused = play.refused(Role.CLIENT, "propose_cancellation", release="400.00", note="Stop.")
    assert refused.errors[0][1] == "There is 300.00 USD in escrow and not in dispute, not 400.00 USD."
    play.client("withdraw_dispute")
    refused = play.refused(Role.CLIENT, "propose_cancellation", release="501.00", note="Stop.")
    assert refused.errors[0][1] == "There is 500.00 USD in escrow, not 501.00 USD."


def test_who_asked_escrow_back_waits_for_the_answer_and_who_is_asked_may_contest_a_part() -> None:
    play = Play("500.00").submitted().asked_back()
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_ESCROW).code == "refund_already_asked"
    play.freelancer("open_dispute", reason="Half is there.", about="escrow", amount="200.00")
    play.wait(days(7))
    assert (play.contract.refunded, play.contract.paid) == (30_000, 20_000), "the client answered neither"


# Paid money


def test_paid_money_that_is_disputed_stays_in_the_hold() -> None:
    play = paid()
    play.client("open_dispute", **ABOUT_PAID, amount="200.00")
    play.freelancer("answer_dispute", note="It works here.")
    (held,) = play.wait(days(5))
    assert moves(held) == [("held", "available", "270.00", "security hold ended")]
    play.mediator("decide", release="50.00", reason="A quarter of it works.")
    (ruled,) = play.wait(days(3))
    assert ("held", "client", "135.00", "refund") in moves(ruled)
    assert ("held", "available", "45.00", "security hold ended") in moves(ruled)
    assert (play.contract.refunded, play.contract.paid) == (15_000, 35_000)
    assert play.balance("held") == "0.00"


def test_a_ruling_takes_no_more_than_the_freelancer_has() -> None:
    play = paid()
    play.wait(days(6))
    play.withdraw(40_000)
    play.client("open_dispute", **ABOUT_PAID)
    (silent,) = play.wait(days(5))
    assert play.contract.refunded == 5_556, "what 50.00 less the service fee comes to"
    assert "has no more here" in told(silent)


def test_who_disputes_or_divides_more_than_the_freelancer_has_is_told_so_before() -> None:
    play = paid()
    play.wait(days(6))
    play.withdraw(40_000)
    there = "Of what would go back, Fred has 55.56 USD here now"
    assert there in told(play.client("open_dispute", **ABOUT_PAID))
    assert there in told(play.freelancer("answer_dispute", note="It works here."))
    assert there not in told(play.client("offer_settlement", release="444.44"))
    for step in (
        play.client("offer_settlement", release="444.43"),
        play.mediator("propose_split", release="100.00", reason="A fifth of it works."),
        play.mediator("decide", release="100.00", reason="A fifth of it works."),
    ):
        assert there in told(step)


def test_nobody_is_told_so_where_the_hold_has_it() -> None:
    play = paid()
    opened = play.client("open_dispute", **ABOUT_PAID)
    ruled = play.freelancer("answer_dispute", note="It works."), play.mediator("decide", release="0", reason="No.")
    assert not any("here now" in told(step) for step in (opened, *ruled))


def test_what_was_paid_is_disputed_for_30_days_and_decided_once() -> None:
    play = paid()
    play.wait(days(30) - days(1) / 86_400)
    play.client("open_dispute", **ABOUT_PAID)
    play.client("concede_dispute")
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_PAID).code == "nothing_paid_lately"
    late = paid()
    late.wait(days(30))
    assert late.refused(Role.CLIENT, "open_dispute", **ABOUT_PAID).code == "nothing_paid_lately"


def test_what_was_decided_about_is_not_disputed_again_however_late_it_is_asked_back() -> None:
    play = paid()
    play.client("open_dispute", **ABOUT_PAID)
    play.freelancer("answer_dispute", note="It works.")
    play.mediator("decide", release="500.00", reason="It works.")
    play.wait(days(34))
    play.client("request_refund", amount="500.00", note="All the same.")
    for by in (Role.CLIENT, Role.FREELANCER):
        assert play.refused(by, "open_dispute", **ABOUT_PAID).code == "nothing_paid_lately"


def test_what_is_paid_after_a_ruling_can_be_disputed_for_all_of_its_30_days() -> None:
    play = paid()
    play.client("open_dispute", **ABOUT_PAID)
    play.freelancer("answer_dispute", note="It works.")
    play.mediator("decide", release="300.00", reason="Most of it works.")
    play.wait(days(20))
    play.paid("50.00")
    play.wait(days(12))
    play.client("open_dispute", **ABOUT_PAID)
    assert [one.amount for one in play.contract.open_disputes] == [5_000], "what was decided about is older by now"


def test_a_dispute_that_is_open_leaves_older_money_as_old_as_it_is() -> None:
    play = paid()
    play.wait(days(31))
    play.paid("50.00")
    play.client("open_dispute", **ABOUT_PAID)
    assert play.refused(Role.FREELANCER, "open_dispute", **ABOUT_PAID).code == "nothing_paid_lately"


def test_what_is_in_dispute_is_not_given_back_beside_it() -> None:
    play = paid()
    play.client("open_dispute", **ABOUT_PAID, amount="400.00")
    assert play.refused(Role.FREELANCER, "give_refund", amount="100.01", note="Sorry.").kind == Kind.INVALID
    play.freelancer("give_refund", amount="100.00", note="Sorry.")
    play.freelancer("concede_dispute")
    assert (play.contract.paid, play.contract.refunded) == (0, 50_000)


def test_one_request_for_paid_money_is_open_also_when_a_dispute_about_an_earlier_one_is_taken_back() -> None:
    play = paid()
    play.client("request_refund", amount="100.00", note="It broke.")
    opened = play.freelancer("open_dispute", **ABOUT_PAID)
    assert "Cora's request for 100.00 USD waits. If the dispute is withdrawn it is open again, unless" in told(opened)
    anew = play.client("request_refund", amount="50.00", note="This did too.")
    assert "This stands in place of the request for 100.00 USD" in told(anew)
    later = play.contract.proposals[0]
    taken_back = play.freelancer("withdraw_dispute")
    assert play.contract.proposals == (later,)
    assert "Cora has asked for 50.00 USD since. That stands in place of the request for 100.00 USD." in told(taken_back)


def test_proposals_are_listed_oldest_first_whatever_becomes_smaller_or_opens_again() -> None:
    play = Play("500.00", "300.00").submitted()
    play.client("approve", milestone=play.id(1), amount="100.00")
    play.asked_back()
    play.wait(days(1))
    play.client("request_refund", amount="20.00", note="And of this.")
    play.client("approve", milestone=play.id(1), amount="50.00")
    assert [proposal.kind for proposal in play.contract.proposals] == ["escrow_refund", "refund"]
    play.disputed()
    play.freelancer("withdraw_dispute")
    assert [proposal.kind for proposal in play.contract.proposals] == ["escrow_refund", "refund"]
