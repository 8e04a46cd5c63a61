"""Outcomes as people read them: by names, in the reader's zone, every cent accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

import amicable.rules.actions  # noqa: F401 (registers the actions)
from amicable.contracts.history import latest
from amicable.contracts.record import Recorded
from amicable.rules.contract import Contract, Status
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome
from amicable.rules.parts import Milestone, MilestoneStatus, Role
from amicable.rules.registry import ACTIONS, act
from amicable.rules.timeline import foresee
from amicable.rules.wording import say
from amicable.web.outcome import TITLES, People, show
from market import NOW, Market

PEOPLE = People("Clara", "Femi")


@pytest.fixture(autouse=True)
def in_berlin() -> Iterator[None]:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        yield


def contract(currency: str = "USD", escrow: int = 50_000) -> Contract:
    milestone = Milestone("m", "Logo", escrow, status=MilestoneStatus.FUNDED, escrow=escrow)
    return Contract("c", 3, "Bakery", currency, "a", "b", NOW, status=Status.ACTIVE, milestones=(milestone,))


def outcome_of(action: str, by: Role, on: Contract | None = None, **params: object) -> Outcome:
    outcome = act(on or contract(), action, params, by=by, at=NOW)
    assert isinstance(outcome, Outcome), outcome
    return foresee(outcome)


class TestMoney:
    def test_moves_between_people_and_not_between_accounts(self) -> None:
        shown = show(outcome_of("approve", Role.CLIENT, milestone="m"), PEOPLE)

        assert [(flow.source, flow.target, flow.money) for flow in shown.flows] == [
            ("Escrow", "Femi, in the security hold", Money(45_000, "USD")),
            ("Escrow", "Amicable", Money(5_000, "USD")),
            ("Clara's fee, held", "Amicable", Money(2_500, "USD")),
        ]

    def test_on_its_way_to_the_card_does_not_stop_in_an_account_that_nobody_knows(self) -> None:
        shown = show(outcome_of("end", Role.FREELANCER, reason="other"), PEOPLE)

        assert [(flow.source, flow.target, flow.money) for flow in shown.flows] == [
            ("Escrow", "Clara's card", Money(50_000, "USD")),
            ("Clara's fee, held", "Clara's card", Money(2_500, "USD")),
        ]

    @pytest.mark.parametrize(("currency", "escrow"), [("USD", 50_000), ("JPY", 100_001), ("KWD", 333_333), ("USD", 1)])
    def test_that_leaves_escrow_is_what_the_two_people_and_the_fees_come_to(self, currency: str, escrow: int) -> None:
        part = Money(escrow // 3, currency)
        params = {"reason": "other", "escrow": {"release": part.decimal}}
        shown = show(outcome_of("end", Role.CLIENT, contract(currency, escrow), **params), PEOPLE)
        left = [flow.money.amount for flow in shown.flows if flow.source == "Escrow"]

        assert sum(left) == part.amount
        assert sum(share.money.amount for share in shown.shares) + sum(left[1:]) == part.amount

    def test_paid_by_card_is_summed_up_with_its_fee_and_what_is_received_with_its_date(self) -> None:
        clara, femi = show(outcome_of("pay", Role.CLIENT, amount="100.00", note="Thanks"), PEOPLE).shares

        assert (clara.who, clara.does, clara.money) == ("Clara", "pays", Money(10_500, "USD"))
        assert (femi.who, femi.does, femi.money) == ("Femi", "receives", Money(9_000, "USD"))
        assert femi.available_at == datetime(2026, 11, 28, 10, 0, tzinfo=UTC)

    def test_given_back_is_summed_up_for_both_sides(self) -> None:
        paid = outcome_of("approve", Role.CLIENT, milestone="m").contract
        back, given = show(outcome_of("give_refund", Role.FREELANCER, paid, amount="200.00", note="x"), PEOPLE).shares

        assert (back.who, back.does, back.money) == ("Clara", "gets back", Money(21_000, "USD"))
        assert (given.who, given.does, given.money) == ("Femi", "gives back", Money(18_000, "USD"))


class TestSentences:
    def test_have_the_peoples_names_and_the_readers_time_with_utc_beside_it(self) -> None:
        shown = show(outcome_of("submit", Role.FREELANCER, milestone="m", note="Done"), PEOPLE)

        assert shown.by == "Femi"
        assert shown.points[0].startswith("Work for “Logo” is handed in. Clara has until ")
        assert "Mon 7 Dec 2026, 11:00 CET</time>" in shown.points[0]
        assert "(10:00 UTC)" in shown.points[0]

    def test_do_not_let_what_people_wrote_become_markup(self) -> None:
        told = People("<b>Clara</b>", "Femi").tell(say("{client} offers “{title}”.", title="<script>"))

        assert told == "&lt;b&gt;Clara&lt;/b&gt; offers “&lt;script&gt;”."

    def test_call_two_people_of_one_first_name_by_their_whole_names(self) -> None:
        assert People.called("Sam Ito", "Sam Berg") == People("Sam Ito", "Sam Berg")
        assert People.called("Sam Ito", "Kim Berg") == People("Sam", "Kim")

    def test_name_every_action_in_a_timeline(self) -> None:
        assert set(ACTIONS) | {"offer"} == set(TITLES)


def test_an_outcome_on_the_page_has_its_sentences_movements_deadlines_and_standing() -> None:
    outcome = outcome_of("end", Role.CLIENT, reason="other", escrow={"release": "200.00"})
    page = render_to_string("web/outcome.html", {"shown": show(outcome, PEOPLE), "now": NOW})

    assert "The contract is being ended" in page
    assert "Femi, in the security hold" in page
    assert "Unless Femi answers before" in page
    assert "no effect on anybody" in page


@pytest.mark.django_db
def test_what_is_on_record_reads_as_what_was_foreseen() -> None:
    market = Market()
    funded = market.funded("500.00")
    foreseen = outcome_of("end", Role.CLIENT, funded, reason="other", escrow={"release": "200.00"})
    market.do(funded, "end", Role.CLIENT, reason="other", escrow={"release": "200.00"})
    recorded = latest(funded.id, limit=1)[0]

    assert isinstance(recorded, Recorded)
    assert show(recorded, People.on(funded)) == show(foreseen, People.on(funded))
