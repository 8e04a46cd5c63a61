"""Time in the sandbox: moved forward with all that is due on the way, in order, and all that the provider then does."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from amicable.contracts import clock, outbox, worker
from amicable.contracts.clock import ClockRunsForwardError
from amicable.contracts.history import history
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Event
from amicable.contracts.perform import Command, Done
from amicable.contracts.verify import verify
from amicable.contracts.worker import perform_due
from amicable.payments import jobs, sandbox
from amicable.payments.cards import set_card
from amicable.payments.commands import perform
from amicable.payments.models import SandboxCall
from amicable.payments.sandbox import advance, settle
from contracts.offers import offered
from contracts.together import at_once
from deals import START, Deal
from payments.conftest import Trouble
from payments.providers import away
from tampering import tamper

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _started(db: None) -> None:
    del db
    clock.start(START)


def submitted(amount: str = "500.00") -> Deal:
    deal = Deal.funded("USD", amount)
    deal.at = clock.now()
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    return deal


def test_what_is_due_on_the_way_happens_at_its_own_time_and_the_clock_stands_where_it_was_moved_to() -> None:
    first = submitted()
    advance(START + timedelta(hours=6))
    second = submitted()
    assert advance(START + timedelta(days=19, hours=1)) == 3
    assert clock.now() == START + timedelta(days=19, hours=1)
    assert [(event.action, event.at) for event in history(first.contract.id, after=first.contract.version)] == [
        ("submission_unanswered", START + timedelta(days=14)),
        ("hold_ends", START + timedelta(days=19)),
    ]
    assert [event.at for event in history(second.contract.id, after=second.contract.version)] == [
        START + timedelta(days=14, hours=6)
    ]


def test_across_contracts_it_happens_in_the_order_of_time(monkeypatch: pytest.MonkeyPatch) -> None:
    stops: list[Any] = []

    def perform_and_note(at: Any) -> int:
        performed = perform_due(at)
        if performed:
            stops.append(at)
        return performed

    monkeypatch.setattr(worker, "perform_due", perform_and_note)
    submitted()
    submitted()
    offered("USD", "5.00")
    assert advance(START + timedelta(days=100)) == 5
    assert list(dict.fromkeys(stops)) == [START + timedelta(days=days) for days in (7, 14, 19)]


def test_the_clock_does_not_run_back_and_to_now_it_just_waits() -> None:
    with pytest.raises(ClockRunsForwardError):
        advance(START - timedelta(microseconds=1))
    assert (advance(START), clock.now()) == (0, START)


def test_it_stops_a_microsecond_before_a_deadline_and_strikes_on_it() -> None:
    submitted()
    assert advance(START + timedelta(days=14) - timedelta(microseconds=1)) == 0
    assert advance(START + timedelta(days=14)) == 1


def test_what_goes_back_has_reached_the_card_when_it_answers() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.client, "end", reason="other", escrow="refund")
    assert advance(START + timedelta(days=7)) == 1
    assert list(SandboxCall.objects.filter(kind="refund").values_list("amount", flat=True)) == [52_500]
    assert not outbox.pending(jobs.TOPICS)
    assert verify().balanced


def test_it_waits_for_a_provider_that_is_away_for_a_moment(
    trouble: Trouble, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amicable.payments.commands.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(outbox, "RETRY_FIRST", timedelta(seconds=0.2))
    trouble(before=[away, away])
    fund = Command(deal.contract.id, "fund", {"milestone": deal.milestone(1)}, str(deal.client.id))
    assert isinstance(perform(fund, deal.at), Done)
    assert advance(START) == 0
    assert Event.objects.filter(action="charge_succeeded").count() == 1


def test_it_does_not_wait_for_ever(trouble: Trouble, deal: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("amicable.payments.commands.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(sandbox, "PATIENCE_SECONDS", 0.1)
    trouble(before=[away] * 99)
    perform(Command(deal.contract.id, "fund", {"milestone": deal.milestone(1)}, str(deal.client.id)), deal.at)
    began = time.monotonic()
    settle()
    assert 0.1 <= time.monotonic() - began < 2


def test_a_refund_that_waited_for_the_card_happens_as_soon_as_the_card_has_answered(
    trouble: Trouble, deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("amicable.payments.commands.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(sandbox, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(outbox, "RETRY_FIRST", timedelta(seconds=0.1))
    who = str(deal.client.id)
    for action, params in (
        ("fund", {"milestone": deal.milestone(1)}),
        ("end", {"reason": "other", "escrow": "refund"}),
    ):
        assert isinstance(perform(Command(deal.contract.id, action, params, who), deal.at), Done)
    trouble(before=[away] * 99)
    perform(Command(deal.contract.id, "pay", {"amount": "1.00", "note": "Thanks."}, who), deal.at)
    assert advance(START + timedelta(days=8)) == 0
    trouble()
    monkeypatch.setattr(sandbox, "PATIENCE_SECONDS", 10.0)
    assert advance(clock.now()) == 1
    assert [event.action for event in history(deal.contract.id)][-2:] == [
        "charge_succeeded",
        "escrow_refund_unanswered",
    ]
    assert SandboxCall.objects.filter(kind="refund").count() == 1
    assert verify().balanced


def test_a_worker_beside_it_finds_nothing_left_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else somebody who reads right after the clock has answered may be earlier than that worker."""
    submitted()
    submitted()
    move, found = clock.move_at_least, []

    def move_and_be_overtaken(to: Any) -> None:
        move(to)
        found.append(perform_due(clock.now()))

    monkeypatch.setattr(clock, "move_at_least", move_and_be_overtaken)
    assert advance(START + timedelta(days=30)) == 4
    assert sum(found) == 0


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_is_at_is_waited_for() -> None:
    """Else it would happen after the clock has answered, and after what is due later."""
    deal = submitted()
    is_held, answered = threading.Event(), threading.Event()

    def hold() -> bool:
        with transaction.atomic():
            ContractRow.objects.select_for_update().get(id=deal.contract.id)
            is_held.set()
            return answered.wait(0.3)

    def move() -> int:
        is_held.wait(10)
        performed = advance(START + timedelta(days=19))
        answered.set()
        return performed

    assert at_once(hold, move) == [False, 2]
    assert [event.at for event in history(deal.contract.id, after=deal.contract.version)] == [
        START + timedelta(days=14),
        START + timedelta(days=19),
    ]


def test_a_stuck_contract_does_not_stop_the_clock() -> None:
    stuck, fine = submitted(), submitted()
    tamper(f"UPDATE books_account SET balance = 0 WHERE name = 'escrow:{stuck.contract.id}'")
    assert advance(START + timedelta(days=30)) == 2
    assert len(history(fine.contract.id, after=fine.contract.version)) == 2
    assert clock.now() == START + timedelta(days=30)


def test_a_card_that_is_given_works_from_then_on(deal: Deal) -> None:
    set_card(str(deal.client.id), "declines")
    fund = Command(deal.contract.id, "fund", {"milestone": deal.milestone(1)}, str(deal.client.id))
    assert not isinstance(perform(fund, clock.now()), Done)
    advance(START + timedelta(days=1))
    set_card(str(deal.client.id), "works")
    assert isinstance(perform(fund, clock.now()), Done)
