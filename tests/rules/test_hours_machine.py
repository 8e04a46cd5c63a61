"""Any hours, actions, cards and time on an hourly contract, in any order: the same auditor checks after each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from amicable.rules.contract import Status
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome
from amicable.rules.parts import ProposalKind, Role
from amicable.rules.timeline import answers
from amicable.rules.week import SEGMENTS, locks, minutes_of, monday_of, opens, price_of, slot_of
from lives import lives
from rules.auditor import Auditor
from rules.play import offer_of
from rules.test_machine import POLICIES, AContract

RATES = st.one_of(st.integers(1, 30), st.integers(31, 20_000), st.sampled_from([1_999, 33_333, 999_999_999]))
BEGINNINGS = st.sampled_from(["2026-11-02", "2026-12-30", "2027-12-31", "2028-02-28", "2020-12-28", "2026-03-27"])
"""An ordinary week, ends of years with 52 and 53 weeks, a leap day, the spring in which clocks go forward."""


class AnHourlyContract(AContract):
    """An hourly contract from its acceptance on."""

    @initialize(
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
        figures=st.sampled_from(range(len(POLICIES))),
        rate=RATES,
        limit=st.sampled_from([None, 0, 1, 5, 40]),
        day=BEGINNINGS,
    )
    def begin(self, currency: str, figures: int, rate: int, limit: int | None, day: str) -> None:  # type: ignore[override]
        """An hourly contract, accepted."""
        policy = POLICIES[figures]
        self.at = datetime.fromisoformat(f"{day}T09:30:00+00:00")
        service, client = Decimal(policy.freelancer_fee_bp) / 100, Decimal(policy.client_fee_bp) / 100
        self.auditor = Auditor(currency, service, client)
        terms = {"title": "Care", "kind": "hourly", "currency": currency, "rate": Money(rate, currency).decimal}
        offered = offer_of({**terms, "weekly_limit_hours": limit}, policy=policy, at=self.at)
        assert isinstance(offered, Outcome)
        self.take(offered)
        self.press(Role.FREELANCER, "accept", {})

    @precondition(lambda self: self.contract.status == Status.ACTIVE)
    @rule(count=st.integers(1, 60), back=st.integers(0, 600), covered=st.booleans())
    def time_is_logged(self, count: int, back: int, covered: bool) -> None:
        """Some segments before now, in a week that is open."""
        until = max(self.at - timedelta(minutes=10 * back), opens(monday_of(self.at)) + timedelta(minutes=10))
        start = monday_of(until)
        week = self.contract.week(start) or Week(start)
        if week.status != WeekStatus.OPEN or self.at >= locks(start, self.contract.policy):
            return
        segments = ((1 << count) - 1) << max(0, min(slot_of(until), SEGMENTS) - count)
        self.diary(replace(week, logged=week.logged | segments, covered=week.covered | segments * covered))

    @precondition(lambda self: any(week.status == WeekStatus.OPEN for week in self.contract.weeks))
    @rule(data=st.data())
    def time_is_deleted(self, data: st.DataObject) -> None:
        """All of an open week."""
        week = data.draw(st.sampled_from([w for w in self.contract.weeks if w.status == WeekStatus.OPEN]))
        self.diary(replace(week, logged=0, covered=0))

    def diary(self, week: Week) -> None:
        """The diary writes a week."""
        weeks: dict[date, Week] = {one.start: one for one in self.contract.weeks} | {week.start: week}
        self.contract = replace(self.contract, weeks=tuple(weeks[start] for start in sorted(weeks)))

    @precondition(lambda self: any(week.status == WeekStatus.CHARGING for week in self.contract.weeks))
    @rule(pays=st.sampled_from([True, True, False]))
    def the_weeks_card_answers(self, pays: bool) -> None:
        """The card says yes or no to the week's bill."""
        week = next(week for week in self.contract.weeks if week.status == WeekStatus.CHARGING)
        self.press(Role.NOBODY, "week_charged" if pays else "week_unpaid", {"week": week.start.isoformat()})
        self.go_to(self.at)

    @precondition(
        lambda self: (
            not self.contract.is_charging and any(week.status == WeekStatus.UNPAID for week in self.contract.weeks)
        )
    )
    @rule(data=st.data())
    def the_card_is_tried_again(self, data: st.DataObject) -> None:
        """For any unpaid week, while nothing else is charged."""
        week = data.draw(st.sampled_from([w for w in self.contract.weeks if w.status == WeekStatus.UNPAID]))
        self.press(Role.NOBODY, "week_retried", {"week": week.start.isoformat()})

    @rule()
    def a_week_passes(self) -> None:
        """To the next lock, and a little."""
        self.go_to(locks(monday_of(self.at), self.contract.policy) + timedelta(hours=1))

    @invariant()
    def a_dispute_about_hours_can_be_answered(self) -> None:
        """Agreed to and contested, unless money could cross with a card payment under way."""
        if asked := self.contract.proposal(ProposalKind.HOURS_DISPUTE):
            possible = [answer.action for answer in answers(self.contract, asked, self.at)]
            agree = [] if self.contract.is_charging else ["accept_hours_dispute"]
            assert possible == [*agree, "contest_hours_dispute"]

    @invariant()
    def weeks_add_up(self) -> None:
        """What was billed is the price of the minutes within the limit, and its parts are the whole."""
        for week in self.contract.weeks:
            if week.status != WeekStatus.OPEN:
                assert week.amount == price_of(week.minutes, week.rate)
                assert week.minutes <= minutes_of(week.logged)
                assert 0 <= week.in_dispute <= week.in_review <= week.amount
                assert not week.disputed & week.decided
            if week.is_settled:
                assert week.amount == week.paid + week.refunded

    @invariant()
    def an_unpaid_week_stops_the_work(self) -> None:
        """Unless the contract was over before."""
        if any(week.status == WeekStatus.UNPAID for week in self.contract.weeks):
            assert self.contract.status != Status.ACTIVE


TestAnHourlyContract: Callable[..., Any] = AnHourlyContract.TestCase
TestAnHourlyContract.settings = lives(100, steps=30)  # type: ignore[attr-defined]
