"""The random lives of an hourly contract, on PostgreSQL: the diary's marks, Monday's run, cards, and the books."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db.models import QuerySet
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from amicable.contracts.billing import Answer, answered, ask_again, close_weeks
from amicable.contracts.models import Invoice
from amicable.contracts.offers import make_offer
from amicable.contracts.store import load
from amicable.contracts.verify import verify
from amicable.contracts.weeks import WeekChange, record, weeks_of
from amicable.contracts.worker import perform_due
from amicable.rules.clocks import due
from amicable.rules.contract import Contract, Status
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.rules.week import locks, monday_of, slot_of
from contracts.test_machine import PARTIES, AKeptContract
from deals import person
from lives import lives
from rules.auditor import Auditor, Facts


def charge_of(invoice: Invoice) -> str:
    """What a bank calls the card's payment for the contract's week."""
    return f"{invoice.id}-{invoice.attempts}"


class AKeptHourlyContract(AKeptContract):
    """An hourly contract in the database, and an auditor who reads its history."""

    @initialize(
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
        rate=st.integers(1, 20_000),
        limit=st.sampled_from([None, 0, 5]),
    )
    def begin(self, currency: str, rate: int, limit: int | None) -> None:  # type: ignore[override]
        """An accepted contract between new people."""
        people = {role: person(role.title(), role) for role in (*PARTIES, Role.MEDIATOR)}
        self.people = {role: str(one.id) for role, one in people.items()}
        self.auditor, self.audited = Auditor(currency, Decimal(10), Decimal(5)), 0
        terms = {"title": "Care", "kind": "hourly", "currency": currency, "rate": Money(rate, currency).decimal}
        offered = make_offer(
            client=self.people[Role.CLIENT],
            freelancer=self.people[Role.FREELANCER],
            terms={**terms, "weekly_limit_hours": limit},
            at=self.at,
        )
        assert isinstance(offered, Contract)
        self.id = offered.id
        self.press(Role.FREELANCER, "accept", {})

    @precondition(lambda self: self.contract.status == Status.ACTIVE)
    @rule(count=st.integers(1, 30), covered=st.booleans())
    def time_is_logged(self, count: int, covered: bool) -> None:
        """Up to now. A week that was billed takes nothing."""
        contract, start, end = self.stored(), monday_of(self.at), slot_of(self.at)
        segments = ((1 << count) - 1) << max(0, end - count)
        change = WeekChange(start, logged=segments, covered=segments * covered)
        assert record(contract, [change], self.at) or contract.version != self.stored().version

    @precondition(lambda self: self.invoices("charging").exists())
    @rule(pays=st.sampled_from([True, True, False]))
    def the_card_answers_an_invoice(self, pays: bool) -> None:
        """The oldest that waits for it."""
        invoice = self.invoices("charging").order_by("week").first()
        assert invoice is not None
        answered([Answer(str(invoice.id), invoice.attempts, None if pays else "no funds")], self.at)

    @precondition(lambda self: self.invoices("unpaid").exists())
    @rule()
    def another_card_is_tried(self) -> None:
        """For what is unpaid, if nothing stands in its way."""
        ask_again(self.people[Role.CLIENT], self.at)

    @precondition(lambda self: self.weeks_paid_by_card())
    @rule()
    def the_bank_takes_a_week_back(self) -> None:
        """The latest that a card has paid and no bank has taken back."""
        invoice = self.weeks_paid_by_card()[-1]
        money, week = self.contract.money, invoice.weeks.get()
        params = {"charge": charge_of(invoice), "week": invoice.week.isoformat()}
        amounts = {"amount": money(week.amount).decimal, "fee": money(week.fee).decimal}
        self.press(Role.NOBODY, "charge_disputed", params | amounts)

    @rule(works=st.booleans())
    def a_week_passes(self, works: bool) -> None:
        """To the lock; Monday's run closes the week, or whoever comes by first."""
        self.at = locks(monday_of(self.at), self.contract.policy)
        if works:
            close_weeks(self.at)
            perform_due(self.at)

    @invariant()
    def the_auditor_agrees(self) -> None:
        """With every event since the last time, with the contract as it is kept, and week by week."""
        self.the_auditor_reads_on()
        contract = self.stored()
        weeks = [week for week in weeks_of(contract) if week.review_ends]
        self.auditor.check(
            Facts(
                status=contract.status,
                escrow=0,
                paid=contract.paid,
                refunded=contract.refunded,
                fees=contract.fees_earned,
                carried=contract.carried - contract.lost,
                lost=contract.lost,
                milestones=[],
                deadlines=[],
                may_be_late=True,
                at=self.at,
                in_review=contract.in_review,
                weeks=[(week.amount, week.in_review, week.paid, week.refunded) for week in weeks],
            )
        )

    def teardown(self) -> None:
        """In the end all is billed, reviewed and paid that the card pays, and everything agrees to the cent."""
        if not hasattr(self, "id"):
            return
        self.at += timedelta(days=60)
        for _ in range(30):
            if self.contract.charge:
                self.card_answers(pays=True)
            close_weeks(self.at)
            perform_due(self.at)
            self.answer_all()
        self.at += timedelta(days=60)
        perform_due(self.at)
        assert due(self.stored()) is None
        self.the_auditor_agrees()
        assert verify().balanced, verify().problems
        billed = sum(invoice.amount for invoice in self.invoices("paid"))
        assert billed == sum(week.amount for week in weeks_of(self.stored()))

    def answer_all(self) -> None:
        """The card says yes to all that it is asked, and is asked for all that is unpaid."""
        for invoice in self.invoices("charging"):
            answered([Answer(str(invoice.id), invoice.attempts)], self.at)
        ask_again(self.people[Role.CLIENT], self.at)

    def invoices(self, status: str) -> QuerySet[Invoice]:
        """The client's."""
        return Invoice.objects.filter(client=UUID(self.people[Role.CLIENT]), status=status)

    def weeks_paid_by_card(self) -> list[Invoice]:
        """The earliest first, without what a bank has taken back."""
        paid = self.invoices("paid").order_by("week")
        return [one for one in paid if self.stored().chargeback(charge_of(one)) is None]

    def stored(self) -> Contract:
        """The contract as it was written last."""
        contract = load(self.id, self.at)
        assert contract is not None
        return contract


@pytest.mark.django_db
def test_any_life_of_an_hourly_contract_in_the_database() -> None:
    run_state_machine_as_test(AKeptHourlyContract, settings=lives(25, steps=20))
