"""Feedback: sealed for both until it opens, shown with what is marked on it, answered and changed once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amicable.rules.clocks import clocks, opening
from amicable.rules.contract import Contract
from amicable.rules.feedback import (
    CATEGORIES,
    Mark,
    is_shown_to_all,
    least_paid,
    marks,
    rating,
    readable,
    tell_rating,
)
from amicable.rules.outcome import Kind, Outcome
from amicable.rules.parts import Role
from amicable.rules.policy import DEFAULT
from amicable.rules.timeline import buttons, timeline
from rules.play import Play, days, told
from rules.sensible import First, sensible

SIDES = (Role.CLIENT, Role.FREELANCER)


def ended(*amounts: str, currency: str = "USD") -> Play:
    """A contract that ended paid."""
    play = Play(*amounts or ("500.00",), currency=currency).submitted()
    play.client("end", reason="completed", escrow="release")
    return play


def opened(client: int = 5, freelancer: int = 5) -> Play:
    """Both have left so many stars, and it has opened."""
    play = ended()
    play.review(Role.CLIENT, client)
    play.review(Role.FREELANCER, freelancer)
    play.wait(days(0))
    return play


def seen_by(side: Role, contract: Contract) -> list[object]:
    """Whatever the rules tell a side of a contract, and of all that it could do."""
    at = contract.ended_at or contract.created_at
    told: list[object] = [buttons(contract, side, at), clocks(contract), contract.version]
    told += [(outcome.action, outcome.at, outcome.explanation) for outcome in timeline(contract)]
    for action, _ in buttons(contract, side, at):
        result = Play.at_hand(contract, at).ask(side, action, **sensible(action, contract, First(), side))
        if isinstance(result, Outcome):
            told += [result.explanation, result.deadlines, result.transfers, result.standing, result.contract.version]
        else:
            told += [result]
    return told


@pytest.mark.parametrize("side", SIDES)
def test_what_the_other_side_left_under_seal_changes_nothing_that_one_is_told(side: Role) -> None:
    play = ended("500.00", "300.00")
    before = play.contract
    play.review(side.other, 1, private_score=0, private_reason="Never again.")
    assert seen_by(side, play.contract) == seen_by(side, before)


@pytest.mark.parametrize("side", SIDES)
def test_sealed_feedback_is_readable_by_its_author_alone(side: Role) -> None:
    play = ended()
    outcome = play.review(side, 5)
    assert outcome.is_sealed
    assert readable(play.contract, side, side)
    for reader in (side.other, Role.MEDIATOR, Role.NOBODY, None):
        assert readable(play.contract, side, reader) is None
    assert "5 of 5" not in repr(play.contract)
    assert "As it was." not in repr(play.contract)


def test_leaving_it_tells_its_author_until_when_it_is_sealed_and_the_other_side_nothing() -> None:
    play = ended()
    until = play.at + days(14)
    outcome = play.review(Role.CLIENT, 5, private_score=9)
    assert outcome.notices == ()
    assert outcome.transfers == ()
    assert [clock.at for clock in outcome.deadlines if clock.action == "feedback_opens"] == [until]
    assert "sealed: nobody but its author can read it" in told(outcome)
    assert "everybody can read the stars and the comment" in told(outcome)
    assert "A private score or reason is shown to nobody" in told(outcome)
    assert "nothing to the standing of its author" in outcome.standing.tell()


def test_it_opens_for_both_when_both_have_left_it() -> None:
    play = ended()
    play.review(Role.CLIENT, 5)
    play.wait(days(3))
    assert not readable(play.contract, Role.CLIENT, Role.FREELANCER)
    play.review(Role.FREELANCER, 4)
    (opens,) = [outcome for outcome in play.wait(days(0)) if outcome.action == "feedback_opens"]
    assert [notice.to for notice in opens.notices] == list(SIDES)
    assert "Cora gives Fred 5.00 of 5 stars" in told(opens)
    assert "Fred gives Cora 4.00 of 5 stars" in told(opens)
    for side in SIDES:
        assert readable(play.contract, side, side.other)


def test_what_one_side_left_opens_after_14_days_to_the_second() -> None:
    play = ended()
    play.review(Role.CLIENT, 5)
    end = play.at
    play.wait_until(end + days(14) - days(1) / 86_400)
    assert not readable(play.contract, Role.CLIENT, None)
    play.wait_until(end + days(14))
    feedback = readable(play.contract, Role.CLIENT, None)
    assert feedback
    assert feedback.opened_at == end + days(14)
    assert play.refused(
        Role.FREELANCER, "leave_feedback", **sensible("leave_feedback", play.contract, First(), Role.FREELANCER)
    ).code == ("feedback_window_over")


def test_nobody_is_forced_to_leave_it_and_nothing_happens_if_nobody_does() -> None:
    play = ended()
    assert opening(play.contract) is None
    assert "feedback_opens" not in [outcome.action for outcome in play.wait(days(20))]


def test_it_can_be_left_once_and_only_after_the_end() -> None:
    assert Play("5.00").accepted().refused(Role.CLIENT, "leave_feedback", **review(5)).code == "contract_active"
    play = ended()
    play.review(Role.CLIENT, 5)
    assert play.refused(Role.CLIENT, "leave_feedback", **review(1)).code == "feedback_left"


def review(count: int, **more: object) -> dict[str, object]:
    """Parameters of feedback."""
    return {"stars": dict.fromkeys(CATEGORIES, count), "comment": "So.", **more}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("stars", 5),
        ("stars", dict.fromkeys(CATEGORIES[:5], 5)),
        ("stars", dict.fromkeys(CATEGORIES, 0)),
        ("stars", dict.fromkeys(CATEGORIES, 6)),
        ("stars", dict.fromkeys(CATEGORIES, 4.5)),
        ("stars", dict.fromkeys(CATEGORIES, True)),
        ("stars", dict.fromkeys((*CATEGORIES, "smile"), 5)),
        ("comment", ""),
        ("private_score", 11),
        ("private_score", -1),
        ("private_score", "9"),
        ("private_score", True),
    ],
)
def test_what_makes_no_sense_is_named(field: str, value: object) -> None:
    refused = ended().refused(Role.CLIENT, "leave_feedback", **review(5) | {field: value})
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, field)


def test_the_six_categories_count_by_their_published_weights() -> None:
    assert tell_rating(rating((5, 5, 5, 5, 5, 5), DEFAULT)) == "5.00"
    assert tell_rating(rating((1, 5, 5, 5, 5, 5), DEFAULT)) == "4.20", "skills weigh 20 %"
    assert tell_rating(rating((5, 1, 5, 5, 5, 5), DEFAULT)) == "4.00", "quality weighs 25 %"


# After a dispute


def disputed(release: str) -> Play:
    """A contract that a mediator's ruling ended."""
    play = Play("500.00").submitted().answered()
    play.mediator("decide", release=release, reason="The files were there.")
    play.wait(days(3))
    assert play.contract.ended_at == play.at
    return play


def test_after_a_dispute_feedback_comes_after_the_ruling_and_is_marked() -> None:
    play = disputed("400.00")
    play.review(Role.CLIENT, 1)
    play.wait(days(14))
    assert readable(play.contract, Role.CLIENT, Role.FREELANCER)
    assert Mark.DISPUTED in marks(play.contract)


def test_sealed_feedback_does_not_open_while_a_dispute_is_open() -> None:
    play = disputed("400.00")
    play.review(Role.CLIENT, 1)
    (dispute,) = play.contract.disputes
    reopened = replace(play.contract, disputes=(dispute, replace(dispute, id="two", closing=None)))
    assert opening(reopened) is None


def test_a_refund_changes_no_review_and_is_marked() -> None:
    play = opened(client=2)
    assert marks(play.contract) == ()
    play.freelancer("give_refund", amount="500.00", note="Sorry.")
    feedback = readable(play.contract, Role.CLIENT, None)
    assert feedback
    assert feedback.stars == (2,) * 6
    assert marks(play.contract) == (Mark.MONEY_RETURNED,)
    assert is_shown_to_all(play.contract), "what was paid was paid, although it went back"


# From 1.00 on


@pytest.mark.parametrize(
    ("currency", "enough", "too_little"), [("USD", "1.00", "0.99"), ("JPY", "1", None), ("KWD", "1.000", "0.999")]
)
def test_reviews_are_public_from_one_whole_unit_paid(currency: str, enough: str, too_little: str | None) -> None:
    assert is_shown_to_all(ended(enough, currency=currency).contract)
    if too_little:
        play = ended(too_little, currency=currency)
        assert not is_shown_to_all(play.contract)
        assert f"less than {play.contract.money(least_paid(play.contract))} was paid" in told(
            play.review(Role.CLIENT, 5)
        )


# Answered and changed


def test_who_received_it_answers_once_within_28_days_of_the_end() -> None:
    play = opened()
    end = play.contract.ended_at
    assert end
    play.freelancer("respond_feedback", comment="Thank you.")
    assert play.refused(Role.FREELANCER, "respond_feedback", comment="Again.").code == "already_responded"
    play.wait_until(end + days(28) - days(1) / 86_400)
    assert isinstance(play.ask(Role.CLIENT, "respond_feedback", comment="Late."), Outcome)
    play.wait_until(end + days(28))
    assert play.refused(Role.CLIENT, "respond_feedback", comment="Too late.").code == "response_window_over"


def test_nobody_answers_or_unlocks_what_they_cannot_read() -> None:
    play = ended()
    play.review(Role.CLIENT, 1)
    for action, params in (("respond_feedback", {"comment": "No!"}), ("unlock_feedback", {})):
        assert play.refused(Role.FREELANCER, action, **params).code == "no_feedback"


def test_who_received_it_unlocks_it_once_and_its_author_changes_it_once_within_14_days() -> None:
    play = opened(client=2)
    assert play.refused(Role.CLIENT, "edit_feedback", **review(5)).code == "feedback_locked"
    play.freelancer("unlock_feedback")
    assert play.refused(Role.FREELANCER, "unlock_feedback").code == "already_unlocked"
    late = Play.at_hand(play.contract, play.at + days(14))
    assert late.refused(Role.CLIENT, "edit_feedback", **review(5)).code == "edit_window_over"
    play.client("edit_feedback", **review(4))
    feedback = readable(play.contract, Role.CLIENT, None)
    assert feedback
    assert feedback.stars == (4,) * 6
    assert play.refused(Role.CLIENT, "edit_feedback", **review(5)).code == "already_edited"


def test_the_private_part_is_never_changed_and_never_on_record() -> None:
    play = ended()
    play.review(Role.CLIENT, 2, private_score=3, private_reason="Between us.")
    play.wait(days(14))
    play.freelancer("unlock_feedback")
    refused = play.refused(Role.CLIENT, "edit_feedback", **review(5, private_score=9))
    assert refused.errors[0][0] == "private_score"
    edited = play.client("edit_feedback", **review(5, private_score=3, private_reason="Between us."))
    assert set(edited.params) == {"stars", "comment"}
    feedback = readable(play.contract, Role.CLIENT, Role.CLIENT)
    assert feedback
    assert (feedback.private_score, feedback.private_reason) == (3, "Between us.")


def reopen(play: Play) -> None:
    """Both agree to go on."""
    play.client("propose_reopening", note="There is more to do.")
    play.freelancer("accept_reopening", proposal=play.contract.proposals[0].id)


def test_reopening_discards_what_is_sealed_unread_and_says_the_same_where_nothing_is() -> None:
    play, without = ended(), ended()
    play.review(Role.CLIENT, 1)
    for one in (play, without):
        reopen(one)
    assert play.contract.feedback == ()
    for asked, without_it in zip(play.history[-2:], without.history[-2:], strict=True):
        assert asked.explanation == without_it.explanation
        assert "discarded unread" in told(asked)
    play.client("end", reason="completed")
    play.review(Role.CLIENT, 5)


def test_reopening_leaves_what_is_open_as_it_is() -> None:
    play = opened(client=2)
    reopen(play)
    assert not any("discarded" in told(outcome) for outcome in play.history[-2:])
    play.client("end", reason="completed")
    assert len(play.contract.feedback) == 2
    assert play.refused(Role.CLIENT, "leave_feedback", **review(5)).code == "feedback_left"


def test_reopening_says_nothing_of_sealed_feedback_where_everybody_knows_that_there_is_none() -> None:
    play = ended()
    play.wait(days(14))
    reopen(play)
    assert not any("discarded" in told(outcome) for outcome in play.history[-2:])


def test_a_review_after_a_declined_change_order_is_marked() -> None:
    play = Play("500.00").submitted()
    kept = {"id": play.id(1), "title": "Part 1", "amount": "500.00"}
    more = {"title": "Sixty pages", "amount": "900.00"}
    play.freelancer("propose_terms", note="Sixty pages are more than a few.", milestones=[kept, more])
    play.client("decline_terms", proposal=play.contract.proposals[0].id)
    play.client("end", reason="completed", escrow="release")
    assert marks(play.contract) == (Mark.DECLINED_CHANGE_ORDER,)
