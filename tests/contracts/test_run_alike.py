"""Many contracts at once and one at a time come to the same, whatever state they are in on Monday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from amicable.contracts.billing import Answer, answered, close_weeks
from amicable.contracts.history import history
from amicable.contracts.models import Invoice
from amicable.contracts.models import Payment as PaymentRow
from amicable.contracts.store import load
from amicable.contracts.verify import verify
from amicable.contracts.weeks import WeekChange, record, weeks_of
from amicable.contracts.worker import perform_due
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.week import SEGMENTS, bitmap, locks, monday_of
from deals import START, Deal, person
from lives import lives


@dataclass(frozen=True)
class Case:
    """A contract on which hours were logged, and what was done to it before Monday."""

    rate: str
    limit: int | None
    slots: frozenset[int]
    covered: frozenset[int]
    before: str
    """`nothing`, `paused`, `ended`, `bonus` or `cut`."""


SLOTS = st.frozensets(st.integers(0, SEGMENTS - 1), max_size=25)
CASES = st.builds(
    Case,
    rate=st.sampled_from(["0.01", "19.99", "33.33", "40.00"]),
    limit=st.sampled_from([None, 0, 2, 40]),
    slots=SLOTS,
    covered=SLOTS,
    before=st.sampled_from(["nothing", "paused", "ended", "bonus", "cut"]),
)


def made(case: Case, client: Person) -> Deal:
    """The contract as it is on Sunday night."""
    deal = Deal.hourly("USD", case.rate, client=client, weekly_limit_hours=case.limit)
    logged, covered = bitmap(case.slots), bitmap(case.slots & case.covered)
    assert record(stored(deal), [WeekChange(monday_of(START), logged=logged, covered=covered)], deal.at)
    if case.before == "bonus":
        deal.pay("0.07")
    elif case.before == "cut":
        deal.does(client, "set_weekly_limit", hours=1)
    elif case.before in ("paused", "ended"):
        action, params = ("pause", {}) if case.before == "paused" else ("end", {"reason": "other"})
        deal.does(client, action, **params)
    return deal


def stored(deal: Deal) -> Contract:
    contract = load(deal.contract.id, deal.at)
    assert contract is not None
    return contract


def ran(cases: Sequence[Case], *, chunk: int, declined: str | None, alone: bool) -> list[Any]:
    """What comes of the cases, a client's, from Sunday night to long after: with ids and names left out."""
    client = person("Clara", "client")
    deals = [made(case, client) for case in cases]
    lock = locks(monday_of(START), deals[0].contract.policy)
    if alone:
        perform_due(lock, chunk=1)
    close_weeks(lock, chunk=chunk)
    invoice = Invoice.objects.get(client=client)
    if invoice.status == Invoice.Status.CHARGING:
        answered([Answer(str(invoice.id), invoice.attempts, declined)], lock)
    for days in (5, 12, 30):
        perform_due(lock + timedelta(days=days), chunk=chunk)
    told = [told_of(deal) for deal in deals]
    invoice.refresh_from_db()
    return [*told, invoice.amount, invoice.fee, invoice.status, invoice.attempts]


def told_of(deal: Deal) -> Any:
    """All that a contract says of itself, of its weeks, payments and history."""
    contract = stored(deal)
    pause = contract.pause and (contract.pause.cause, contract.pause.at)
    return (
        (contract.status, contract.version, contract.paid, contract.refunded, contract.in_review, pause),
        weeks_of(contract),
        list(
            PaymentRow.objects.filter(contract=contract.id).order_by("id").values_list("gross", "held", "available_at")
        ),
        [(event.action, event.at, event.explanation, len(event.transfers)) for event in history(contract.id)],
    )


@pytest.mark.django_db
@given(
    cases=st.lists(CASES, min_size=1, max_size=4),
    declined=st.sampled_from([None, None, "no funds"]),
    chunk=st.sampled_from([1, 2, 500]),
)
@lives(15)
def test_a_run_of_many_and_each_alone_agree(cases: list[Case], declined: str | None, chunk: int) -> None:
    with transaction.atomic():
        together = ran(cases, chunk=chunk, declined=declined, alone=False)
        each = ran(cases, chunk=1, declined=declined, alone=True)
        assert together == each
        assert verify().balanced, verify().problems
        transaction.set_rollback(True)
