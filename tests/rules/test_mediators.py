"""Mediators are told of what they can take, and of what happens in the disputes that they have; the sides see none of
it twice."""

from __future__ import annotations

import pytest

from amicable.rules.clocks import clocks
from amicable.rules.mediators import has_it
from amicable.rules.outcome import Mediators, Outcome
from amicable.rules.parts import Role
from rules.play import MEDIATOR, MONDAY, Play, days

ANYBODY = Mediators()


def to_mediators(outcome: Outcome) -> list[Mediators | None]:
    return [notice.mediators for notice in outcome.notices if notice.to == Role.MEDIATOR]


def answered() -> tuple[Play, Outcome]:
    play = Play("500.00").submitted().disputed()
    return play, play.client("answer_dispute", note="It was not.")


def taken() -> Play:
    play, _ = answered()
    play.mediator("ask", note="Which page is missing?")
    return play


class TestADisputeThatComesToMediation:
    def test_is_told_to_all_when_it_is_answered_and_not_before(self) -> None:
        play = Play("500.00").submitted()
        for outcome in (play.client("end", reason="quality", escrow="refund"), play.disputed().history[-1]):
            assert to_mediators(outcome) == []
        assert to_mediators(play.client("answer_dispute", note="It was not.")) == [ANYBODY]

    def test_is_told_when_an_offer_answers_it_and_when_hours_are_contested(self) -> None:
        play = Play("500.00").submitted().disputed()
        assert to_mediators(play.client("offer_settlement", release="100.00")) == [ANYBODY]
        hours = Play.hourly().log(MONDAY, 120)
        hours.wait_until(MONDAY + days(7.2))
        hours.week_card()
        hours.client("dispute_hours", week="2026-11-02", minutes=60, reason="Not worked.")
        contested = hours.freelancer("contest_hours_dispute", proposal=hours.contract.proposals[0].id, note="Worked.")
        assert to_mediators(contested) == [ANYBODY]

    def test_is_told_once_whatever_comes_as_long_as_nobody_has_it(self) -> None:
        play, _ = answered()
        assert to_mediators(play.client("offer_settlement", release="100.00")) == []
        assert to_mediators(play.freelancer("offer_settlement", release="400.00")) == []

    def test_was_somebodys_already_who_asked_before_the_answer(self) -> None:
        play = Play("500.00").submitted().disputed()
        play.mediator("ask", note="What was agreed?")
        assert to_mediators(play.client("answer_dispute", note="All pages.")) == [Mediators(MEDIATOR)]


class TestWhoHasIt:
    def test_is_told_what_the_sides_say_and_offer_and_how_it_ends(self) -> None:
        play = taken()
        told = [
            play.client("answer_dispute", note="The third."),
            play.freelancer("offer_settlement", release="400.00"),
            play.client("accept_settlement", proposal=play.contract.proposals[-1].id),
        ]
        assert [to_mediators(outcome) for outcome in told] == [[Mediators(MEDIATOR)]] * 3

    def test_is_told_who_accepts_the_split(self) -> None:
        play = taken()
        proposed = play.mediator("propose_split", release="250.00", reason="Half is there.")
        split = play.contract.proposals[-1].id
        assert to_mediators(proposed) == []
        for by in (Role.CLIENT, Role.FREELANCER):
            assert to_mediators(play.do(by, "accept_split", proposal=split)) == [Mediators(MEDIATOR)]

    def test_is_told_what_happens_by_itself(self) -> None:
        play = taken()
        (overdue,) = play.wait(days(10))
        assert (overdue.action, to_mediators(overdue)) == ("ruling_overdue", [Mediators(MEDIATOR)])

    def test_is_told_when_another_takes_it_over(self) -> None:
        play = taken()
        asked = play.done_by("mo", Role.MEDIATOR, "ask", note="And the second?")
        assert to_mediators(asked) == [Mediators(MEDIATOR)]
        assert play.contract.dispute is not None
        assert has_it(play.contract.dispute) == "mo"

    def test_is_not_told_of_what_is_not_about_it(self) -> None:
        play = Play("500.00", "70.00").submitted()
        play.freelancer("open_dispute", about="escrow", reason="It waits.", milestone=play.id(1))
        play.client("answer_dispute", note="It is not done.")
        play.mediator("ask", note="Which page is missing?")
        assert to_mediators(play.client("pay", amount="5.00", note="For lunch.")) == []
        assert to_mediators(play.card()) == []


class TestAnAppeal:
    def test_is_for_all_but_who_ruled_until_another_has_it(self) -> None:
        play = taken()
        play.mediator("decide", release="200.00", reason="The files show it.")
        appealed = play.client("appeal", note="They do not.")
        assert to_mediators(appealed) == [Mediators(None, MEDIATOR)]
        (clock,) = (one for one in clocks(play.contract) if one.action == "appeal_overdue")
        assert clock.mediators == Mediators(None, MEDIATOR)

        play.done_by("mo", Role.MEDIATOR, "ask", note="Which files?")
        assert to_mediators(play.client("answer_dispute", note="These.")) == [Mediators("mo")]

    def test_forgets_who_asked_before_the_ruling(self) -> None:
        play, _ = answered()
        play.done_by("mo", Role.MEDIATOR, "ask", note="Which page?")
        play.mediator("decide", release="200.00", reason="The files show it.")
        assert to_mediators(play.freelancer("appeal", note="They do not.")) == [Mediators(None, MEDIATOR)]


def test_the_sides_are_told_as_before() -> None:
    _, outcome = answered()
    assert [notice.to for notice in outcome.notices if notice.mediators is None] == [Role.FREELANCER]


class TestTheClockOfARuling:
    def test_asks_mediators_and_the_sides_only_while_they_owe_an_answer(self) -> None:
        play, _ = answered()

        def asked() -> tuple[Role, ...]:
            (clock,) = (one for one in clocks(play.contract) if one.action == "ruling_overdue")
            return clock.asked

        assert asked() == (Role.MEDIATOR,)
        play.mediator("ask", note="Which page is missing?")
        assert asked() == (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR)
        play.client("answer_dispute", note="The third.")
        assert asked() == (Role.FREELANCER, Role.MEDIATOR)

    @pytest.mark.parametrize("price", ["90.00", "500.00"])
    def test_says_whose_the_dispute_is(self, price: str) -> None:
        play = Play(price).submitted().disputed()
        play.client("offer_settlement", release="10.00")
        play.freelancer("offer_settlement", release="80.00")
        play.mediator("ask", note="Which page?")
        assert {clock.mediators for clock in clocks(play.contract) if "dispute" in clock.params} == {
            Mediators(MEDIATOR)
        }


def test_a_question_waits_for_nobody_once_the_mediator_has_ruled() -> None:
    play = taken()
    asked = [clock for clock in clocks(play.contract) if clock.action == "ruling_overdue"]
    assert {Role.CLIENT, Role.FREELANCER} < set(asked[0].asked)
    play.mediator("decide", release="100.00", reason="Half of it is there.")
    assert play.refused(Role.CLIENT, "answer_dispute", note="That one.").code == "already_answered"
    play.client("appeal", note="It is not.")
    (overdue,) = clocks(play.contract)
    assert (overdue.action, overdue.asked) == ("appeal_overdue", (Role.MEDIATOR,))
