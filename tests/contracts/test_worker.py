"""What is due is done: in order, in bulk as one by one, by any number of workers, and past whatever is stuck."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier, local
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from amicable.contracts import worker
from amicable.contracts.history import history
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Event
from amicable.contracts.perform import Command, perform
from amicable.contracts.verify import verify
from amicable.contracts.worker import next_due, perform_due
from amicable.rules.contract import Status
from amicable.rules.outcome import Why
from contracts.offers import offered
from contracts.together import at_once
from deals import START, Deal
from tampering import tamper

pytestmark = pytest.mark.django_db


def submitted(hours: int = 0) -> Deal:
    """Work handed in so many hours after the start."""
    deal = Deal.funded("USD", "500.01")
    deal.at += timedelta(hours=hours)
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    return deal


def statuses(*deals: Deal) -> list[str]:
    return [ContractRow.objects.get(id=deal.contract.id).status for deal in deals]


def test_everything_due_is_done_at_its_own_time_the_earliest_first() -> None:
    late, early, offer = submitted(hours=5), submitted(), offered("USD", "5.00")
    assert next_due() == START + timedelta(days=7)
    assert next_due(START + timedelta(days=7)) == START + timedelta(days=14)
    assert perform_due(START + timedelta(days=40)) == 5
    happened = Event.objects.filter(actor=None, at__gt=START).values_list("contract_id", "action", "at")
    assert sorted(happened, key=lambda event: event[2]) == [
        (_id(offer), "offer_expires", START + timedelta(days=7)),
        (_id(early), "submission_unanswered", START + timedelta(days=14)),
        (_id(late), "submission_unanswered", START + timedelta(days=14, hours=5)),
        (_id(early), "hold_ends", START + timedelta(days=19)),
        (_id(late), "hold_ends", START + timedelta(days=19, hours=5)),
    ]
    assert (next_due(), perform_due(START + timedelta(days=900))) == (None, 0)
    assert verify().balanced


def test_nothing_is_done_before_it_is_due() -> None:
    deal = submitted()
    assert perform_due(START + timedelta(days=14) - timedelta(microseconds=1)) == 0
    assert perform_due(START + timedelta(days=14)) == 1
    assert statuses(deal) == ["active"]


def in_chunks_of(size: int) -> Callable[[Deal], None]:
    def work(deal: Deal) -> None:
        perform_due(deal.at + timedelta(days=60), chunk=size)

    return work


def day_by_day(deal: Deal) -> None:
    for day in range(61):
        perform_due(deal.at + timedelta(days=day))


def by_the_next_who_comes(deal: Deal) -> None:
    """Nobody worked; the next command brings everything up to date."""
    who = str(deal.client.id)
    perform(Command(deal.contract.id, "pay", {"amount": "1.00", "note": "Thanks."}, who), deal.at + timedelta(days=60))


def a_life() -> Deal:
    """Payments in the hold, and a dispute that nobody decides."""
    deal = Deal.struck("KWD", "100.001", "50.005")
    deal.fund(1)
    deal.approve("33.333", 1)
    deal.fund(2)
    deal.at += timedelta(hours=1)
    deal.pay("7.007")
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(2), note="Here.")
    deal.does(deal.client, "end", reason="other", escrow={"release": "10.000"})
    deal.does(deal.freelancer, "decline_refund", proposal=deal.contract.proposals[0].id)
    deal.does(deal.client, "answer_dispute", note="No.")
    return deal


def told(deal: Deal) -> list[Any]:
    """What happened by itself, without names."""
    after = deal.contract.version
    events = [event for event in history(deal.contract.id, after=after) if event.action != "pay"]
    return sorted(
        (event.at, event.action, sorted((t.amount, str(Why(t.why))) for t in event.transfers)) for event in events
    )


def test_in_bulk_one_by_one_day_by_day_and_late_come_to_the_same() -> None:
    results = []
    for way in (in_chunks_of(1), in_chunks_of(1_000), day_by_day, by_the_next_who_comes):
        deal = a_life()
        way(deal)
        row = ContractRow.objects.get(id=deal.contract.id)
        results.append((row.status, row.paid, row.refunded, row.ended_at, told(deal)))
    assert results[0][0] == Status.ENDED
    assert results[1:] == results[:1] * 3


def test_a_chunk_costs_the_same_however_many_contracts_are_in_it() -> None:
    counts = []
    for size in (1, 12):
        for _ in range(size):
            submitted()
        with CaptureQueriesContext(connection) as queries:
            assert perform_due(START + timedelta(days=15)) == size
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("chunk", [1, 2, 1_000])
def test_a_contract_that_the_books_refuse_does_not_stop_the_others(chunk: int) -> None:
    first, stuck, last = submitted(), submitted(hours=1), submitted(hours=2)
    tamper(f"UPDATE books_account SET balance = 0 WHERE name = 'escrow:{stuck.contract.id}'")
    assert perform_due(START + timedelta(days=15), chunk=chunk) == 2
    assert [len(told(deal)) for deal in (first, stuck, last)] == [1, 0, 1]
    tamper(f"UPDATE books_account SET balance = 50001 WHERE name = 'escrow:{stuck.contract.id}'")
    assert perform_due(START + timedelta(days=15), chunk=chunk) == 1
    assert verify().balanced


@pytest.mark.parametrize(
    "damage",
    [
        """proposals = '[{"kind": "never heard of"}]'""",
        """proposals = '[{}]'""",
        """disputes = '[{"amount": 1}]'""",
    ],
)
def test_a_contract_that_cannot_be_read_does_not_stop_the_others(damage: str) -> None:
    first, stuck, last = submitted(), submitted(hours=1), submitted(hours=2)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE contracts_contract SET {damage} WHERE id = %s", [stuck.contract.id])
    assert perform_due(START + timedelta(days=15)) == 2
    assert [_events(deal) for deal in (first, stuck, last)] == [1, 0, 1]


def test_a_contract_that_the_rules_contradict_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    first, stuck, last = submitted(), submitted(hours=1), submitted(hours=2)
    rules = worker.timeline

    def timeline(contract: Any, **how: Any) -> Any:
        assert contract.id != stuck.contract.id, "a rule that contradicts itself"
        return rules(contract, **how)

    monkeypatch.setattr(worker, "timeline", timeline)
    assert perform_due(START + timedelta(days=15)) == 2
    assert [_events(deal) for deal in (first, stuck, last)] == [1, 0, 1]


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work_and_do_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    deals = [submitted() for _ in range(12)]
    both_have_claimed, mine, load_many = Barrier(2, timeout=10), local(), worker.load_many

    def load_together(*args: Any) -> Any:
        if not getattr(mine, "has_waited", False):
            mine.has_waited = True
            both_have_claimed.wait()
        return load_many(*args)

    monkeypatch.setattr(worker, "load_many", load_together)
    work = partial(perform_due, START + timedelta(days=15), chunk=3)
    counts = at_once(work, work)
    assert sum(counts) == 12
    assert min(counts) >= 3
    assert [len(told(deal)) for deal in deals] == [1] * 12
    assert verify().balanced


@pytest.mark.django_db(transaction=True)
def test_a_contract_that_somebody_holds_is_left_for_later_and_not_waited_for() -> None:
    held, free = submitted(), submitted()

    def hold_and_work() -> int:
        with transaction.atomic():
            ContractRow.objects.select_for_update().get(id=held.contract.id)
            return at_once(partial(perform_due, START + timedelta(days=15)))[0]

    assert at_once(hold_and_work) == [1]
    assert [len(told(deal)) for deal in (held, free)] == [0, 1]
    assert perform_due(START + timedelta(days=15)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_contract_to_which_somebody_else_s_row_refers_is_not_left_for_later() -> None:
    """As each notice does that is told about it while the worker comes by."""
    deal = submitted()

    def refer_and_work() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM contracts_contract WHERE id = %s FOR KEY SHARE", [deal.contract.id])
            return at_once(partial(perform_due, START + timedelta(days=15)))[0]

    assert at_once(refer_and_work) == [1]
    assert len(told(deal)) == 1


def _id(deal: Deal) -> Any:
    return ContractRow.objects.get(id=deal.contract.id).id


def _events(deal: Deal) -> int:
    return Event.objects.filter(contract_id=deal.contract.id, version__gt=deal.contract.version).count()
