"""Nobody wins by opening and taking back: what one side does alone puts the other off by so much, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from amicable.rules.clocks import due
from amicable.rules.contract import Contract
from amicable.rules.outcome import Outcome
from amicable.rules.parts import ProposalKind, Role
from amicable.rules.policy import Policy
from amicable.rules.registry import act
from amicable.rules.timeline import timeline
from rules.play import MONDAY, PEOPLE, Play, days, told

ABOUT_ESCROW = {"reason": "It is late.", "about": "escrow"}
ABOUT_PAID = {"reason": "It broke.", "about": "refund"}
MOMENT = timedelta(microseconds=1)


def in_review() -> Play:
    return Play("500.00", "300.00").submitted()


def taken_back(play: Play, by: Role = Role.CLIENT, **what: object) -> Play:
    """One side opens a dispute and takes it back."""
    play.do(by, "open_dispute", **{**ABOUT_ESCROW, **what})
    play.do(by, "withdraw_dispute")
    return play


# Escrow


def test_who_took_back_a_dispute_about_a_milestone_opens_no_other_until_something_new_is_handed_in() -> None:
    play = taken_back(in_review())
    once = "can open no other about the same money until something new is handed in."
    assert once in told(play.history[-1])
    refused = play.refused(Role.CLIENT, "open_dispute", **ABOUT_ESCROW)
    assert refused.code == "already_disputed"
    assert "until Fred hands in something new" in told(refused)
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_ESCROW, amount="0.01").code == "already_disputed"
    play.wait(days(1))
    play.submitted()
    play.client("open_dispute", **ABOUT_ESCROW)


def test_only_who_took_it_back_and_only_about_that_milestone() -> None:
    play = taken_back(in_review(), amount="0.01")
    play.client("approve", milestone=play.id(1), amount="1.00")
    play.funded(2)
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_ESCROW, milestone=play.id(1)).code == "already_disputed"
    opened = play.client("open_dispute", **ABOUT_ESCROW)
    assert opened.contract.dispute is not None
    assert [frozen.id for frozen in opened.contract.dispute.frozen] == [play.id(2)]
    play.freelancer("open_dispute", **ABOUT_ESCROW, milestone=play.id(1))


def test_a_part_whose_milestone_is_still_in_review_joins_its_clock_when_the_client_takes_the_dispute_back() -> None:
    play = in_review()
    play.wait(days(10))
    play.client("open_dispute", **ABOUT_ESCROW, amount="0.01")
    play.wait(days(3))
    play.client("withdraw_dispute")
    assert play.contract.milestones[0].release_at == MONDAY + days(14), "the client gains no time by it"


def test_a_freelancer_who_takes_a_dispute_back_has_not_shortened_the_clients_time() -> None:
    play = in_review()
    play.wait(days(1))
    play.freelancer("open_dispute", **ABOUT_ESCROW, amount="499.99")
    play.client("answer_dispute", note="I have not read it yet.")
    play.wait(days(9))
    play.freelancer("withdraw_dispute")
    assert play.contract.milestones[0].release_at == play.at + days(13)


def test_a_request_that_was_contested_and_taken_back_is_contested_once() -> None:
    play = in_review().asked_back()
    play.wait(days(2))
    play.disputed()
    play.wait(days(3))
    play.freelancer("withdraw_dispute")
    refused = play.refused(Role.FREELANCER, "decline_refund", proposal=play.request())
    assert refused.code == "already_disputed"
    assert play.refused(Role.FREELANCER, "open_dispute", **ABOUT_ESCROW).code == "already_disputed"
    play.wait(days(5))
    assert play.contract.refunded == 50_000


def test_what_was_not_contested_before_still_can_be() -> None:
    play = Play("500.00", "300.00", policy=Policy(milestones_funded_at_once=2)).submitted().funded(2).asked_back()
    play.freelancer("open_dispute", **ABOUT_ESCROW, milestone=play.id(1))
    play.freelancer("withdraw_dispute")
    play.freelancer("decline_refund", proposal=play.request())
    assert play.contract.dispute is not None
    assert play.contract.dispute.amount == 30_000
    asked = play.contract.proposal(ProposalKind.ESCROW_REFUND)
    assert asked is not None
    assert (asked.amount, asked.answer_by) == (50_000, MONDAY + days(7)), "the rest is still asked back"


def test_a_dispute_taken_back_before_the_client_asks_for_the_money_does_not_stand_in_the_way() -> None:
    play = taken_back(in_review(), by=Role.FREELANCER)
    play.wait(days(1))
    play.asked_back().disputed()


# Money that was paid


def test_paid_money_is_disputed_once_by_who_took_it_back_and_what_is_paid_later_can_be() -> None:
    play = in_review()
    play.client("approve", milestone=play.id(1))
    taken_back(play, **ABOUT_PAID, amount="200.00")
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_PAID, amount="300.01").code == "invalid"
    taken_back(play, **ABOUT_PAID)
    refused = play.refused(Role.CLIENT, "open_dispute", **ABOUT_PAID)
    assert refused.code == "already_disputed"
    assert "is paid later" in told(refused)
    play.paid("20.00")
    opened = play.client("open_dispute", **ABOUT_PAID)
    assert opened.contract.dispute is not None
    assert opened.contract.dispute.amount == 2_000


def test_asking_paid_money_back_later_opens_no_dispute_about_it_again() -> None:
    play = in_review()
    play.client("approve", milestone=play.id(1))
    taken_back(play, **ABOUT_PAID)
    play.wait(days(31))
    play.client("request_refund", amount="100.00", note="All the same.")
    assert play.refused(Role.CLIENT, "open_dispute", **ABOUT_PAID).code == "already_disputed"
    play.freelancer("open_dispute", **ABOUT_PAID)


# Hours

LOCK = datetime(2026, 11, 9, 12, tzinfo=UTC)
WEDNESDAY = datetime(2026, 11, 18, tzinfo=UTC)
WEEK = "2026-11-02"


def billed() -> Play:
    play = Play.hourly("40.00").log(MONDAY, 420)
    play.wait_until(LOCK)
    play.week_card()
    return play


def contested(play: Play, minutes: int = 120) -> Play:
    play.client("dispute_hours", week=WEEK, minutes=minutes, reason="Nothing was done.")
    (asked,) = play.contract.proposals
    play.freelancer("contest_hours_dispute", proposal=asked.id)
    return play


def test_hours_whose_contested_dispute_was_taken_back_are_disputed_no_more_and_others_are() -> None:
    play = contested(billed())
    play.client("withdraw_dispute")
    too_many = play.refused(Role.CLIENT, "dispute_hours", week=WEEK, minutes=310, reason="Nothing.")
    assert too_many.code == "invalid"
    contested(play, 300).client("withdraw_dispute")
    refused = play.refused(Role.CLIENT, "dispute_hours", week=WEEK, minutes=10, reason="Nothing.")
    assert refused.code == "already_decided"
    play.wait(days(5))
    assert play.contract.paid == 28_000


def test_before_the_freelancer_has_answered_other_hours_can_be_named_until_friday() -> None:
    play = billed()
    for minutes in (60, 120, 60):
        play.client("dispute_hours", week=WEEK, minutes=minutes, reason="Nothing was done.")
        play.client("withdraw_hours_dispute", proposal=play.contract.proposals[0].id)
    assert play.future()[0] == ("review_ends", datetime(2026, 11, 13, 23, 59, 59, tzinfo=UTC))


def test_hours_whose_dispute_is_taken_back_are_paid_in_their_weeks_cycle() -> None:
    """RULEBOOK section 3.2."""
    play = contested(billed())
    play.wait(days(5))
    play.client("withdraw_dispute")
    assert play.contract.payments[-1].available_at == WEDNESDAY
    late = contested(billed())
    late.wait(days(9.9))
    late.client("withdraw_dispute")
    assert [outcome.action for outcome in late.wait(timedelta(0))] == ["hold_ends"]


# Words


def test_one_side_alone_puts_a_ruling_off_no_longer_than_a_month() -> None:
    play = in_review().disputed()
    play.client("answer_dispute", note="It is not.")
    for day in range(29):
        play.wait(days(1))
        play.client("offer_settlement", release=f"{day}.00")
    assert play.future()[0] == ("ruling_overdue", MONDAY + days(30))
    play.freelancer("offer_settlement", release="500.00")
    assert play.future()[0][1] == play.at + days(10), "two who talk have their time"
    play.mediator("ask", note="What was agreed?")
    play.wait(days(1))
    play.freelancer("answer_dispute", note="All of it.")
    assert play.future()[0][1] == play.at + days(10)


# Any sequence of actions of one side

Move = tuple[str, dict[str, Any]]


def moves_of_disputes(contract: Contract) -> Iterator[Move]:
    """What a side can do about money that it wants to keep from the other."""
    yield "open_dispute", ABOUT_ESCROW
    yield "open_dispute", {**ABOUT_ESCROW, "amount": "0.01"}
    yield "open_dispute", ABOUT_PAID
    yield "open_dispute", {**ABOUT_PAID, "amount": "0.01"}
    for dispute in contract.open_disputes:
        yield "withdraw_dispute", {"dispute": dispute.id}
    yield "offer_settlement", {"release": "0.00" if contract.version % 2 else "0.01"}
    yield "answer_dispute", {"note": "As I said."}
    yield "dispute_hours", {"week": WEEK, "minutes": 10, "reason": "Nothing was done."}
    for asked in contract.proposals:
        if asked.kind == ProposalKind.HOURS_DISPUTE:
            yield "withdraw_hours_dispute", {"proposal": asked.id}
        if asked.kind == ProposalKind.ESCROW_REFUND:
            yield "decline_refund", {"proposal": asked.id}
    yield "propose_terms", {"note": "More.", "description": f"Scope {contract.version}"}
    yield "propose_cancellation", {"note": "Stop?", "release": "0.00"}
    yield "end", {"reason": "other", "escrow": "refund"}
    for clock in ("submission_unanswered", "escrow_refund_unanswered", "dispute_unanswered"):
        yield "extend_clock", {"clock": clock}


def defended(contract: Contract, side: Role, at: datetime) -> Contract:
    """The other side answers at once whatever else would cost it the money, and does nothing besides."""
    for dispute in contract.open_disputes:
        if dispute.opened_by == side and not dispute.answered_at:
            contract = done(contract, side.other, "answer_dispute", {"note": "No.", "dispute": dispute.id}, at)
    for asked in contract.proposals:
        if asked.kind == ProposalKind.HOURS_DISPUTE and side == Role.CLIENT:
            contract = done(contract, side.other, "contest_hours_dispute", {"proposal": asked.id}, at)
        if asked.kind == ProposalKind.ESCROW_REFUND and side == Role.CLIENT:
            contract = done(contract, side.other, "decline_refund", {"proposal": asked.id}, at)
    return contract


def done(contract: Contract, by: Role, action: str, params: dict[str, Any], at: datetime) -> Contract:
    outcome = act(contract, action, params, by=by, at=at, actor=PEOPLE[by])
    return outcome.contract if isinstance(outcome, Outcome) else contract


def settled_at(contract: Contract, at: datetime) -> datetime:
    """When the last of the money has come to whom it is due, if nobody does anything any more."""
    last = at
    for outcome in timeline(contract):
        if outcome.action not in ("escrow_goes_dormant", "dormant_client_silent", "dormant_escrow_returns"):
            last = max(last, outcome.at)
    return last


def worst_by_depth(start: Play, side: Role, depth: int) -> list[timedelta]:
    """How late the settlement can be made by one action of `side`, by two, and so on, each done at once or at the last
    moment. Of states that offer the same, the one that is settled last goes on."""
    reached, worst = {"": (settled_at(start.contract, start.at), start.contract, start.at)}, [timedelta(0)]
    for _ in range(depth):
        following: dict[str, tuple[datetime, Contract, datetime]] = {}
        latest = worst[-1]
        for _, contract, at in reached.values():
            for after, now in after_one_action(contract, at, side):
                last = settled_at(after, now)
                latest = max(latest, last - start.at)
                kind = what_is_left(after)
                if kind not in following or following[kind][0] < last:
                    following[kind] = (last, after, now)
        reached = following
        worst.append(latest)
    return worst


def after_one_action(contract: Contract, at: datetime, side: Role) -> Iterator[tuple[Contract, datetime]]:
    for now in {at, last_moment(contract, at)}:
        for action, params in moves_of_disputes(contract):
            after = done(contract, side, action, params, now)
            if after.version != contract.version:
                yield defended(after, side, now), now


def what_is_left(contract: Contract) -> str:
    """Of which kind the state is, whatever the time and however often something was done."""
    disputes = {
        (d.about, d.status, d.opened_by, d.was_withdrawn_by(d.opened_by), len(d.frozen)) for d in contract.disputes
    }
    milestones = [(m.status, bool(m.release_at), bool(contract.free(m))) for m in contract.milestones]
    weeks = [(week.status, bool(week.disputed)) for week in contract.weeks]
    return repr((contract.status, sorted(disputes), milestones, weeks, sorted({p.kind for p in contract.proposals})))


def last_moment(contract: Contract, at: datetime) -> datetime:
    """A moment before the next thing happens by itself."""
    clock = due(contract)
    return max(at, clock.at - MOMENT) if clock else at


def paid_lately() -> Play:
    play = in_review()
    play.client("approve", milestone=play.id(1))
    return play


STARTS: dict[str, tuple[Callable[[], Play], Role, int]] = {
    "work in review": (in_review, Role.CLIENT, 94),
    "escrow asked back": (lambda: in_review().asked_back(), Role.FREELANCER, 52),
    "money in the hold": (paid_lately, Role.CLIENT, 45),
    "hours in review": (billed, Role.CLIENT, 20),
}
"""What one side waits for, who would rather put it off, and within how many days it comes all the same."""


@pytest.mark.parametrize("what", STARTS)
def test_no_sequence_of_actions_of_one_side_puts_the_others_money_off_for_ever(what: str) -> None:
    start, side, most = STARTS[what]
    *_, before, last = worst_by_depth(start(), side, depth=11)
    assert last == before, "more of the same gains nothing"
    assert days(most - 1) < last <= days(most)
