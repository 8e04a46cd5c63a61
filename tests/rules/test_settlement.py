"""Offers that cross until they meet, small claims, mediators' splits, rulings and the one appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amicable.rules.contract import Status
from amicable.rules.outcome import Kind
from amicable.rules.parts import ProposalKind, Role
from amicable.rules.policy import Policy
from rules.play import MONDAY, Play, days, told

BOTH = (Role.CLIENT, Role.FREELANCER)


def disputed(price: str = "500.00") -> Play:
    return Play(price).submitted().disputed()


def offer(play: Play, by: Role) -> str:
    return next(p.id for p in play.contract.proposals if p.kind == ProposalKind.SETTLEMENT and p.by == by)


def test_each_side_has_one_standing_offer_and_either_can_be_accepted() -> None:
    for accepts, paid in ((Role.CLIENT, 40_000), (Role.FREELANCER, 25_000)):
        play = disputed()
        play.client("offer_settlement", release="100.00")
        play.freelancer("offer_settlement", release="400.00")
        play.client("offer_settlement", release="250.00")
        assert len(play.contract.proposals) == 2
        assert play.refused(accepts, "accept_settlement", proposal=offer(play, accepts)).kind == Kind.ROLE
        play.do(accepts, "accept_settlement", proposal=offer(play, accepts.other))
        assert (play.contract.status, play.contract.paid, play.contract.proposals) == (Status.ENDED, paid, ())


def test_offers_that_meet_settle_the_dispute() -> None:
    play = disputed()
    play.client("offer_settlement", release="100.00")
    outcome = play.freelancer("offer_settlement", release="100.00")
    assert "Both offer the same" in told(outcome)
    assert (play.contract.status, play.contract.paid) == (Status.ENDED, 10_000)


def test_an_offer_is_an_answer_and_a_claim() -> None:
    play = disputed()
    play.client("offer_settlement", release="100.00")
    assert play.future()[0] == ("ruling_overdue", MONDAY + days(10))
    play.wait(days(10))
    assert play.contract.paid == (10_000 + 50_000) // 2, "the freelancer named nothing, so claims all"


@pytest.mark.parametrize(("offers", "paid"), [(("10.00", "50.01"), 3_001), (("0", "60.00"), 3_000)])
def test_a_small_claim_splits_itself_when_neither_moves_for_14_days(offers: tuple[str, str], paid: int) -> None:
    play = disputed("60.00")
    play.client("offer_settlement", release=offers[0])
    play.freelancer("offer_settlement", release=offers[1])
    for _ in range(2):
        play.wait(days(6))
        play.mediator("ask", note="What was agreed?")
    assert play.future()[0] == ("small_claim_idle", MONDAY + days(14))
    play.wait(days(2))
    assert (play.contract.paid, play.contract.refunded) == (paid, 6_000 - paid)


def test_a_claim_is_small_by_the_policy_and_when_both_have_named_an_amount() -> None:
    for policy, release in ((Policy(small_claim_minor=5_999), "50.00"), (Policy(), None)):
        play = Play("60.00", policy=policy).submitted().disputed()
        play.client("offer_settlement", release="10.00")
        if release:
            play.freelancer("offer_settlement", release=release)
        play.wait(days(9))
        play.mediator("ask", note="What was agreed?")
        assert play.future()[0] == ("ruling_overdue", MONDAY + days(19))


def test_a_moved_amount_starts_the_14_days_again() -> None:
    play = disputed("60.00")
    play.client("offer_settlement", release="10.00")
    play.freelancer("offer_settlement", release="50.00")
    play.wait(days(9))
    play.client("offer_settlement", release="20.00")
    play.wait(days(9))
    play.mediator("ask", note="What was agreed?")
    assert play.future()[0] == ("small_claim_idle", MONDAY + days(23))


# Mediators


def test_a_question_is_answered_by_both_and_the_ten_days_count_from_the_last_word() -> None:
    play = disputed()
    play.client("answer_dispute", note="It was not.")
    assert play.refused(Role.FREELANCER, "answer_dispute", note="It was!").kind == Kind.ROLE
    play.wait(days(2))
    play.mediator("ask", note="Where are the files?")
    play.wait(days(1))
    for by in BOTH:
        play.do(by, "answer_dispute", note="There.")
        assert play.refused(by, "answer_dispute", note="Again.").code in ("already_answered", "other_side")
    assert play.future()[0] == ("ruling_overdue", MONDAY + days(13))
    assert [one.by for one in play.contract.disputes[0].statements] == [
        Role.CLIENT,
        Role.MEDIATOR,
        Role.CLIENT,
        Role.FREELANCER,
    ]


def test_a_split_is_done_when_both_have_accepted_it() -> None:
    play = Play("500.00").submitted().answered()
    proposed = play.mediator("propose_split", release="200.00", reason="Two of five pages.")
    assert "When both have, it is done at once; until then everything goes on as it was." in told(proposed)
    first = play.contract.proposals[0].id
    play.client("accept_split", proposal=first)
    assert play.refused(Role.CLIENT, "accept_split", proposal=first).code == "already_accepted"
    play.mediator("propose_split", release="300.00", reason="Three of five pages.")
    (split,) = play.contract.proposals
    assert play.refused(Role.FREELANCER, "accept_split", proposal=first).code == "proposal_not_open"
    accepted = play.freelancer("accept_split", proposal=split.id)
    assert told(accepted).startswith("Fred accepts the split that the mediator proposes. It is done when the other")
    done = play.client("accept_split", proposal=split.id)
    assert told(done).startswith("Cora accepts the split that the mediator proposes. Both have accepted it")
    assert (play.contract.status, play.contract.paid) == (Status.ENDED, 30_000)


def ruled(release: str = "200.00") -> Play:
    play = Play("500.00").submitted().answered()
    play.mediator("decide", release=release, reason="The files show it.")
    return play


def test_an_appeal_goes_to_another_mediator_whose_ruling_is_done_at_once() -> None:
    play = ruled()
    play.wait(days(3) - timedelta(microseconds=1))
    outcome = play.client("appeal", note="Look at the last file.")
    assert outcome.transfers == ()
    assert play.refused(Role.MEDIATOR, "decide", release="0", reason="Again.").code == "same_mediator"
    assert play.refused(Role.FREELANCER, "appeal", note="Me too.").code == "already_appealed"
    play.done_by("max", Role.MEDIATOR, "decide", release="100.00", reason="The last file is empty.")
    assert (play.contract.status, play.contract.paid, play.contract.refunded) == (Status.ENDED, 10_000, 40_000)


def test_a_ruling_that_no_second_mediator_overrules_stands() -> None:
    play = ruled()
    play.freelancer("appeal", note="Look at the last file.")
    assert play.future()[0] == ("appeal_overdue", MONDAY + days(10))
    play.wait(days(10))
    assert (play.contract.status, play.contract.paid) == (Status.ENDED, 20_000)


def test_the_two_can_settle_until_the_ruling_takes_effect() -> None:
    play = ruled()
    play.freelancer("offer_settlement", release="150.00")
    play.client("accept_settlement", proposal=play.contract.proposals[0].id)
    assert (play.contract.status, play.contract.paid) == (Status.ENDED, 15_000)


def test_what_was_decided_stays_with_the_contract() -> None:
    play = ruled()
    play.wait(days(3))
    (dispute,) = play.contract.disputes
    assert dispute.closing is not None
    assert (dispute.closing.action, dispute.closing.released) == ("ruling_takes_effect", 20_000)
    assert dispute.ruling is not None
    assert play.contract.dispute is None


# More time


def test_each_clock_is_extended_once_by_the_side_that_waits() -> None:
    play = Play("500.00")
    play.client("extend_clock", clock="offer_expires")
    assert play.future()[0] == ("offer_expires", MONDAY + days(14))
    play.submitted()
    assert play.refused(Role.CLIENT, "extend_clock", clock="submission_unanswered").code == "nothing_to_extend"
    play.freelancer("extend_clock", clock="submission_unanswered")
    assert play.future()[0] == ("submission_unanswered", MONDAY + days(28))
    assert play.refused(Role.FREELANCER, "extend_clock", clock=play.id(1)).code == "already_extended"
    play.wait(days(1))
    play.freelancer("submit", milestone=play.id(1), note="Again.")
    play.freelancer("extend_clock", clock=play.id(1))
    play.asked_back()
    play.client("extend_clock", clock=play.request())
    assert play.future()[0] == ("escrow_refund_unanswered", MONDAY + days(15))
    play.disputed()
    play.freelancer("extend_clock", clock="dispute_unanswered")
    assert play.future()[0] == ("dispute_unanswered", MONDAY + days(11))
    assert play.refused(Role.CLIENT, "extend_clock", clock="dispute_unanswered").code == "nothing_to_extend"
    assert play.refused(Role.FREELANCER, "extend_clock", clock="dispute_unanswered").code == "already_extended"


def test_work_that_lies_there_is_given_as_long_again_whatever_terms_are_agreed_on_since() -> None:
    play = Play("500.00").submitted()
    (part,) = play.contract.milestones
    same = [{"id": part.id, "title": part.title, "amount": "500.00"}]
    play.client("propose_terms", note="Quicker from now on.", milestones=same, review_days=3)
    play.freelancer("accept_terms", proposal=play.contract.proposals[0].id)
    play.freelancer("extend_clock", clock=part.id)
    assert play.future()[0] == ("submission_unanswered", MONDAY + days(28))
    play.client("request_changes", milestone=part.id, note="Blue.")
    play.submitted()
    play.freelancer("extend_clock", clock=part.id)
    assert play.future()[0] == ("submission_unanswered", MONDAY + days(6)), "another clock, also at the same time"


def test_the_last_call_on_dormant_escrow_is_extended_by_its_own_days() -> None:
    play = Play("500.00").funded()
    (part,) = play.contract.milestones
    same = [{"id": part.id, "title": part.title, "amount": "500.00"}]
    play.client("propose_terms", note="Quick.", milestones=same, review_days=3)
    play.freelancer("accept_terms", proposal=play.contract.proposals[0].id)
    play.wait(days(98))
    play.freelancer("submit", milestone=part.id, note="It is all there.")
    play.freelancer("extend_clock", clock=part.id)
    assert play.future()[0] == ("submission_unanswered", MONDAY + days(98 + 28))
