"""Performing: decided on a fresh snapshot, written whole or not at all, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from amicable.books.models import Transfer as TransferRow
from amicable.contracts import perform as performing
from amicable.contracts.history import history, latest
from amicable.contracts.models import Event, Outbox
from amicable.contracts.models import Policy as PolicyRow
from amicable.contracts.perform import (
    MAX_TRIES,
    STALE,
    BusyContractError,
    Command,
    Done,
    NoSuchContractError,
    perform,
    preview,
    role_of,
    view,
)
from amicable.contracts.store import load, load_many
from amicable.contracts.verify import verify
from amicable.rules.contract import Contract, Status
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.parts import Role
from contracts.offers import offered
from deals import START, Deal, person

pytestmark = pytest.mark.django_db


def everything() -> tuple[list[Any], ...]:
    """All that performing can write."""
    tables = ("contracts_contract", "contracts_milestone", "contracts_payment", "contracts_event", "contracts_outbox")
    with connection.cursor() as cursor:
        found = []
        for table in (*tables, "books_transfer", "books_account"):
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            found.append(cursor.fetchall())
    return tuple(found)


@contextmanager
def nothing_is_written() -> Iterator[None]:
    before = everything()
    yield
    assert everything() == before


def command(deal: Deal, who: Any, action: str, **params: Any) -> Command:
    return Command(deal.contract.id, action, params, who and str(who.id))


def as_kept(contract: Contract) -> Contract:
    """The snapshot as it is read again: payments of one moment have no order, and those that are gone are left out."""
    kept = [payment for payment in contract.payments if payment.left or payment.held]
    return replace(contract, payments=tuple(sorted(kept, key=lambda payment: (payment.paid_at, payment.id))))


def a_whole_life(deal: Deal) -> Iterator[Outcome]:
    """Every action there is, one after the other."""
    client, freelancer, mediator = deal.client, deal.freelancer, person("Mia", "mediator")
    yield deal.does(freelancer, "accept", note="Gladly.")
    for pays in ("charge_failed", "charge_succeeded"):
        asked = deal.does(client, "fund", milestone=deal.milestone(1))
        yield asked
        assert asked.charge is not None
        yield deal.does(None, pays, charge=asked.charge.id)
    yield deal.does(freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    yield deal.does(client, "request_changes", milestone=deal.milestone(1), note="Blue — “please” 🙂.")
    yield deal.does(freelancer, "submit", milestone=deal.milestone(1), note="Blue.")
    yield deal.does(client, "approve", milestone=deal.milestone(1), amount="33.33")
    yield deal.does(freelancer, "give_refund", amount="11.11", note="Sorry.")
    deal.fund(2)
    yield deal.does(client, "end", reason="Something else", note="Bye.", escrow={"release": "66.67"})
    yield deal.does(freelancer, "decline_refund", proposal=deal.contract.proposals[0].id, note="No.")
    yield deal.does(client, "answer_dispute", note="Yes.")
    ruling = Command(
        deal.contract.id, "decide", {"release": "77.77", "reason": "So."}, str(mediator.id), is_mediator=True
    )
    done = perform(ruling, deal.at)
    assert isinstance(done, Done)
    deal.contract = done.outcome.contract
    yield done.outcome


def test_what_is_written_is_read_again_as_the_same_all_through_a_life() -> None:
    deal = offered("USD", "500.00", "250.00")
    assert load(deal.contract.id, deal.at) == deal.contract
    for outcome in a_whole_life(deal):
        assert load(deal.contract.id, deal.at) == as_kept(deal.contract), outcome.action
    deal.days_pass(20)
    assert deal.contract.status == Status.ENDED
    assert verify().balanced


def test_the_history_tells_what_was_shown_and_the_books_move_that_and_nothing_else() -> None:
    deal = offered("KWD", "500.000", "250.005")
    done = list(a_whole_life(deal))
    told = {event.version: event for event in history(deal.contract.id)}
    for outcome in done:
        event = told[outcome.contract.version]
        for name in (
            "at",
            "action",
            "by",
            "actor",
            "params",
            "before",
            "after",
            "explanation",
            "deadlines",
            "standing",
        ):
            assert getattr(event, name) == getattr(outcome, name), (outcome.action, name)
        posted = TransferRow.objects.filter(contract=deal.contract.id, version=event.version).order_by("id")
        moved = [(t.source, t.target, t.amount, t.currency, t.why, t.at) for t in posted]
        assert event.transfers == outcome.transfers
        assert moved == [(t.source, t.target, t.amount, t.currency, t.why, outcome.at) for t in outcome.transfers]
    assert list(told) == list(range(1, deal.contract.version + 1))
    assert [event.version for event in latest(deal.contract.id, limit=3)] == [*reversed(told)][:3]
    assert [event.version for event in history(deal.contract.id, after=2, limit=2)] == [3, 4]


def test_what_an_outcome_wants_from_others_lies_in_the_outbox() -> None:
    deal = Deal.struck("USD", "500.00")
    Outbox.objects.all().delete()
    asked = deal.does(deal.client, "fund", milestone=deal.milestone(1))
    (charge,) = Outbox.objects.filter(contract=deal.contract.id, version=deal.contract.version)
    assert asked.charge is not None
    assert (charge.topic, charge.payload["id"], charge.payload["amount"]) == ("charge", asked.charge.id, 50_000)
    deal.does(None, "charge_succeeded", charge=asked.charge.id)
    ended = deal.does(deal.freelancer, "end", reason="other")
    topics = Outbox.objects.filter(contract=deal.contract.id, version=deal.contract.version).order_by("topic")
    assert list(topics.values_list("topic", flat=True)) == ["card_refund", "notice"]
    assert ended.card_refund is not None
    assert topics[0].payload == {"id": ended.card_refund.id, "amount": 52_500}


@pytest.mark.parametrize("escrow", ["release", "refund", {"release": "0.01"}, {"release": "333.33"}])
def test_a_preview_is_what_is_done_and_writes_nothing(escrow: object) -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    deal.at += timedelta(days=3)
    end = command(deal, deal.client, "end", reason="other", escrow=escrow)
    with nothing_is_written():
        seen = preview(end, deal.at)
    done = perform(end, deal.at)
    assert isinstance(done, Done)
    assert seen == done.outcome


def test_a_refusal_writes_nothing() -> None:
    deal = Deal.funded("USD", "500.00")
    with nothing_is_written():
        for who, action, params, code in (
            (deal.client, "accept", {}, "other_side"),
            (deal.freelancer, "accept", {}, "contract_active"),
            (deal.client, "approve", {"milestone": deal.milestone(1), "amount": "500.01"}, "invalid"),
            (deal.client, "approve", {"milestone": str(uuid4())}, "invalid"),
            (deal.client, "end", {"reason": "other"}, "invalid"),
            (deal.client, "charge_succeeded", {"charge": "x"}, "other_side"),
        ):
            for ask in (perform, preview):
                refused = ask(command(deal, who, action, **params), deal.at)
                assert isinstance(refused, Refused), action
                assert refused.code == code


# Who


def test_what_is_not_yours_does_not_exist() -> None:
    deal = Deal.funded("USD", "500.00")
    stranger, mediator = person("Sam", "client"), person("Mia", "mediator")
    for actor in (str(stranger.id), str(mediator.id), str(uuid4())):
        for ask in (perform, preview):
            with pytest.raises(NoSuchContractError):
                ask(Command(deal.contract.id, "approve", {}, actor), deal.at)
        with pytest.raises(NoSuchContractError):
            view(deal.contract.id, actor, deal.at)
    with pytest.raises(NoSuchContractError):
        view(str(uuid4()), str(deal.client.id), deal.at)
    with pytest.raises(NoSuchContractError):
        perform(Command(str(uuid4()), "accept", {}, str(deal.freelancer.id)), deal.at)


def test_a_mediator_sees_a_contract_of_others_once_it_is_in_dispute_and_afterwards() -> None:
    deal = Deal.funded("USD", "500.00")
    mediator = str(person("Mia", "mediator").id)
    with pytest.raises(NoSuchContractError):
        view(deal.contract.id, mediator, deal.at, is_mediator=True)
    deal.does(deal.client, "end", reason="other", escrow="refund")
    deal.does(deal.freelancer, "decline_refund", proposal=deal.contract.proposals[0].id)
    assert view(deal.contract.id, mediator, deal.at, is_mediator=True)[1] == Role.MEDIATOR
    with pytest.raises(NoSuchContractError):
        view(deal.contract.id, mediator, deal.at)
    deal.days_pass(5)
    contract, role = view(deal.contract.id, mediator, deal.at, is_mediator=True)
    assert (contract.dispute, role) == (None, Role.MEDIATOR)


def test_a_mediator_who_is_a_party_stays_one() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.client, "end", reason="other", escrow="refund")
    deal.does(deal.freelancer, "decline_refund", proposal=deal.contract.proposals[0].id)
    deal.does(deal.client, "answer_dispute", note="No.")
    assert role_of(deal.contract, str(deal.client.id), is_mediator=True) == Role.CLIENT
    ruling = {"release": "0", "reason": "Mine."}
    refused = perform(Command(deal.contract.id, "decide", ruling, str(deal.client.id), is_mediator=True), deal.at)
    assert isinstance(refused, Refused)
    assert refused.kind == Kind.ROLE


# When


def test_who_saw_something_else_is_told_so_and_nothing_is_done() -> None:
    deal = Deal.funded("USD", "500.00")
    seen = deal.contract.version
    approve = Command(deal.contract.id, "approve", {"milestone": deal.milestone(1)}, str(deal.client.id), seen=seen)
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    with nothing_is_written():
        assert perform(approve, deal.at) == STALE
        assert preview(approve, deal.at) == STALE
    assert isinstance(perform(replace(approve, seen=deal.contract.version), deal.at), Done)


def test_what_somebody_sees_after_a_deadline_is_what_they_act_on_though_nothing_was_written_yet() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    before = deal.contract.version
    deal.at += timedelta(days=14)
    with nothing_is_written():
        seen, _ = view(deal.contract.id, str(deal.client.id), deal.at)
    assert (seen.version, seen.paid) == (before + 1, 50_000)
    pay = Command(deal.contract.id, "pay", {"amount": "1.00", "note": "Thanks."}, str(deal.client.id))
    assert perform(replace(pay, seen=before), deal.at) == STALE
    assert isinstance(perform(replace(pay, seen=seen.version), deal.at), Done)


def test_what_is_overdue_is_done_first_and_at_its_own_time() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    deal.at += timedelta(days=30)
    late = perform(command(deal, deal.client, "approve", milestone=deal.milestone(1)), deal.at)
    assert isinstance(late, Refused)
    assert late.code == "nothing_in_escrow"
    done = deal.does(deal.client, "end", reason="completed")
    happened = [(event.action, event.by, event.at) for event in history(deal.contract.id, after=5)]
    assert happened == [
        ("submission_unanswered", Role.NOBODY, START + timedelta(days=14)),
        ("hold_ends", Role.NOBODY, START + timedelta(days=19)),
        ("end", Role.CLIENT, deal.at),
    ]
    assert done.before == Status.ACTIVE
    assert verify().balanced


def test_a_microsecond_decides() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    changes = command(deal, deal.client, "request_changes", milestone=deal.milestone(1), note="Blue.")
    last = START + timedelta(days=14)
    assert isinstance(preview(changes, last - timedelta(microseconds=1)), Outcome)
    assert isinstance(preview(changes, last), Refused)


def test_instants_keep_their_microseconds() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.at = datetime(2026, 3, 3, 23, 59, 59, 999_999, tzinfo=START.tzinfo)
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    contract = load(deal.contract.id, deal.at)
    assert contract is not None
    assert contract.milestones[0].release_at == deal.at + timedelta(days=14)


# How


@pytest.mark.parametrize("payments", [1, 60])
def test_however_old_a_contract_is_it_is_read_in_one_query_and_changed_in_one(payments: int) -> None:
    deal = Deal.funded("USD", "500.00")
    for _ in range(payments):
        deal.approve("1.00")
    approve = command(deal, deal.client, "approve", milestone=deal.milestone(1), amount="1.00")
    with CaptureQueriesContext(
        connection,
    ) as reads:
        load(deal.contract.id, deal.at)
        load_many([deal.contract.id], deal.at)
        preview(approve, deal.at)
        view(deal.contract.id, str(deal.client.id), deal.at)
    assert len(reads) == 4
    with CaptureQueriesContext(connection) as writes:
        assert isinstance(perform(approve, deal.at), Done)
    statements = [query["sql"] for query in writes if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 2, statements


def test_a_contract_that_changes_under_every_try_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    deal = Deal.funded("USD", "500.00")
    tries: list[Any] = []
    monkeypatch.setattr(performing, "commit", lambda deeds: tries.append(deeds) or 0)
    with nothing_is_written(), pytest.raises(BusyContractError):
        perform(command(deal, deal.client, "approve", milestone=deal.milestone(1)), deal.at)
    assert len(tries) == MAX_TRIES


def test_a_contract_that_changed_meanwhile_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    deal = Deal.funded("USD", "500.00")
    approve = command(deal, deal.client, "approve", milestone=deal.milestone(1))
    read = performing.load

    def read_and_be_overtaken(*args: Any) -> Contract | None:
        contract = read(*args)
        monkeypatch.setattr(performing, "load", read)
        deal.does(deal.client, "approve", milestone=deal.milestone(1), amount="100.00")
        return contract

    monkeypatch.setattr(performing, "load", read_and_be_overtaken)
    done = perform(approve, deal.at)
    assert isinstance(done, Done)
    assert done.outcome.transfers[0].amount == 36_000, "what is left, less the fee"
    assert verify().balanced


def test_what_the_books_refuse_leaves_nothing_behind_and_the_callers_transaction_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deal = Deal.funded("USD", "500.00")
    monkeypatch.setattr("amicable.rules.change.accounts.escrow", lambda _: "escrow:of another")
    with nothing_is_written(), pytest.raises(BusyContractError):
        perform(command(deal, deal.client, "approve", milestone=deal.milestone(1)), deal.at)
    monkeypatch.undo()
    deal.approve()


def test_the_largest_contract_fits_into_the_books() -> None:
    deal = Deal.struck("KWD", *["999999999.990"] * 100)
    deal.fund(1)
    deal.approve()
    assert deal.contract.paid == 999_999_999_990
    assert verify().balanced


# What lasts


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contracts_event SET at = at",
        "DELETE FROM contracts_event",
        "TRUNCATE contracts_event",
        "UPDATE contracts_policy SET figures = figures",
        "DELETE FROM contracts_policy",
        "TRUNCATE contracts_policy CASCADE",
    ],
)
def test_the_history_and_the_figures_are_never_changed(statement: str) -> None:
    Deal.funded("USD", "500.00")
    before = Event.objects.count(), PolicyRow.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else TRUNCATE is refused for another reason
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (Event.objects.count(), PolicyRow.objects.count()) == before


def test_a_contract_keeps_the_figures_that_it_was_offered_under() -> None:
    old = offered("USD", "500.00")
    PolicyRow.objects.create(figures={"freelancer_fee_bp": 2_000, "dormant_notice_days": [1, 2], "abolished": 1})
    new = offered("USD", "500.00")
    assert (old.contract.policy.freelancer_fee_bp, new.contract.policy.freelancer_fee_bp) == (1_000, 2_000)
    assert new.contract.policy.dormant_notice_days == (1, 2)
    for deal, fee in ((old, 5_000), (new, 10_000)):
        deal.does(deal.freelancer, "accept")
        deal.fund()
        deal.approve()
        assert deal.contract.service_fee(deal.contract.paid) == fee
    assert verify().balanced


def test_a_payment_older_than_any_refund_is_no_longer_read() -> None:
    deal = Deal.struck("USD", "500.00")
    deal.pay("10.00")
    deal.days_pass(6)
    assert len(deal.contract.payments) == 1
    deal.days_pass(731)
    assert deal.contract.payments == ()
    deal.pay("5.00")
    assert [payment.gross for payment in deal.contract.payments] == [500]
    refused = perform(command(deal, deal.freelancer, "give_refund", amount="5.01", note="Sorry."), deal.at)
    assert isinstance(refused, Refused)
    deal.does(deal.freelancer, "give_refund", amount="5.00", note="Sorry.")
    assert verify().balanced
