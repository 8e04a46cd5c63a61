"""Monday's run: each client is charged once for all hours of a week, whatever stops the run or runs beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from amicable.contracts import billing
from amicable.contracts.billing import AGAIN, CHARGE, Answer, answered, ask_again, close_weeks
from amicable.contracts.models import Event, Invoice, Outbox
from amicable.contracts.models import Week as WeekRow
from amicable.contracts.perform import Command, perform
from amicable.contracts.store import load, load_many
from amicable.contracts.verify import verify
from amicable.contracts.weeks import WeekChange, record
from amicable.contracts.worker import perform_due
from amicable.people.models import Person
from amicable.rules.contract import Contract, Status
from amicable.rules.hourly import WeekStatus
from amicable.rules.week import bitmap, locks
from contracts.together import at_once, rewritten
from deals import Deal, person

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
HOUR = 6
WRITTEN = ("contracts_contract", "contracts_week", "contracts_event", "contracts_invoice", "contracts_outbox")


def worked(hours: int, client: Person | None = None, currency: str = "USD", start: date = MONDAY) -> Deal:
    """An hourly contract at 40 an hour on which hours were logged, from Monday 09:00 on."""
    deal = Deal.hourly(currency, "40")
    if client:
        deal = Deal.hourly(currency, "40", client=client)
    log(deal, hours, start)
    return deal


def log(deal: Deal, hours: int, start: date = MONDAY) -> None:
    bits = bitmap(range(54, 54 + hours * HOUR))
    assert record(read(deal), [WeekChange(start, logged=bits, covered=bits)], deal.at)


def read(deal: Deal) -> Contract:
    contract = load(deal.contract.id, deal.at)
    assert contract is not None
    return contract


def noon(deal: Deal, weeks: int = 0) -> datetime:
    return locks(MONDAY, deal.contract.policy) + timedelta(days=7 * weeks)


def status_of(deal: Deal) -> WeekStatus:
    return WeekStatus(WeekRow.objects.get(contract=deal.contract.id).status)


def test_a_client_is_charged_once_for_all_contracts_of_the_week() -> None:
    one = worked(7)
    other = worked(2, client=one.client)
    worked(1)
    assert close_weeks(noon(one)) == 3
    invoice = Invoice.objects.get(client=one.client)
    assert (invoice.status, invoice.amount, invoice.fee, invoice.attempts) == ("charging", 36_000, 1_800, 1)
    assert [job.payload for job in Outbox.objects.filter(topic=CHARGE, payload__invoice=str(invoice.id))] == [
        {"invoice": str(invoice.id), "attempt": 1}
    ]
    answered([Answer(str(invoice.id), 1)], noon(one))
    assert {status_of(one), status_of(other)} == {WeekStatus.IN_REVIEW}
    assert [contract.in_review for contract in (read(one), read(other))] == [28_000, 8_000]
    assert verify().balanced


def test_before_noon_nothing_is_closed() -> None:
    deal = worked(7)
    assert close_weeks(noon(deal) - timedelta(microseconds=1)) == 0
    assert status_of(deal) == WeekStatus.OPEN


def test_another_currency_is_another_invoice() -> None:
    one = worked(1)
    worked(1, client=one.client, currency="JPY")
    close_weeks(noon(one))
    assert {(i.currency, i.amount, i.fee) for i in Invoice.objects.all()} == {("USD", 4_000, 200), ("JPY", 40, 2)}


def test_contracts_through_another_provider_are_another_invoice(settings: Any) -> None:
    """An operator who changes providers leaves contracts with the one that they were made with."""
    one = worked(7)
    settings.PAYMENT_PROVIDER = "another"
    worked(1, client=one.client)
    close_weeks(noon(one))
    charged = Invoice.objects.filter(status="charging").values_list("provider", "amount")
    assert sorted(charged) == [("another", 4_000), ("sandbox", 28_000)]
    answered([Answer(str(invoice.id), 1) for invoice in Invoice.objects.all()], noon(one))
    assert set(WeekRow.objects.values_list("status", flat=True)) == {"in_review"}
    assert verify().balanced


def test_answers_are_told_together_by_the_same_few_queries_however_many_they_are(
    django_assert_num_queries: Any,
) -> None:
    deals = [worked(1) for _ in range(6)]
    close_weeks(noon(deals[0]))
    ids = [str(invoice.id) for invoice in Invoice.objects.order_by("id")]
    some = [Answer(ids[0], 1), Answer(ids[1], 1, "no funds")]
    with CaptureQueriesContext(connection) as few:
        answered(some, noon(deals[0]))
    rest = [Answer(ids[2], 1), Answer(ids[3], 1), Answer(ids[4], 1, "no funds"), Answer(ids[5], 1, "")]
    with django_assert_num_queries(len(few)):
        answered([*some, *rest], noon(deals[0]))
    statuses = list(Invoice.objects.order_by("id").values_list("status", flat=True))
    assert statuses == ["paid", "unpaid", "paid", "paid", "unpaid", "unpaid"]
    assert verify().balanced


def test_a_week_that_somebody_closed_in_passing_is_on_the_one_invoice() -> None:
    one = worked(7)
    worked(2, client=one.client)
    perform(Command(one.contract.id, "set_weekly_limit", {"hours": 20}, str(one.client.id)), noon(one))
    assert status_of(one) == WeekStatus.CHARGING
    assert Invoice.objects.get().status == "open"
    close_weeks(noon(one))
    assert Invoice.objects.get().amount == 36_000


def test_a_week_whose_segments_were_all_deleted_costs_nothing() -> None:
    deal = worked(1)
    record(read(deal), [WeekChange(MONDAY, cleared=bitmap(range(54, 60)))], deal.at)
    close_weeks(noon(deal))
    assert (status_of(deal), Invoice.objects.get().status) == (WeekStatus.PAID, "void")
    assert not Outbox.objects.filter(topic=CHARGE).exists()


def test_a_card_that_is_being_asked_for_something_else_is_asked_afterwards() -> None:
    deal = worked(1)
    deal.at = noon(deal) - timedelta(minutes=1)
    charge = deal.does(deal.client, "pay", amount="10", note="Thanks").charge
    assert charge is not None
    assert close_weeks(noon(deal)) == 0
    assert Invoice.objects.get().status == "open"
    deal.at = noon(deal)
    deal.does(None, "charge_succeeded", charge=charge.id)
    assert close_weeks(noon(deal)) == 1
    assert Invoice.objects.get().amount == 4_000


def test_what_the_card_says_is_told_once_and_only_for_the_attempt_it_is_about() -> None:
    deal = worked(7)
    close_weeks(noon(deal))
    invoice = Invoice.objects.get()
    answered([Answer(str(invoice.id), 2)], noon(deal))
    assert status_of(deal) == WeekStatus.CHARGING
    for _ in range(2):
        answered([Answer(str(invoice.id), 1)], noon(deal))
    assert Event.objects.filter(action="week_charged").count() == 1
    assert verify().balanced


def test_a_declined_card_pauses_and_another_card_resumes() -> None:
    deal = worked(7)
    close_weeks(noon(deal))
    invoice = Invoice.objects.get()
    answered([Answer(str(invoice.id), 1, "insufficient funds")], noon(deal))
    invoice.refresh_from_db()
    assert (read(deal).status, status_of(deal), invoice.status) == (Status.PAUSED, WeekStatus.UNPAID, "unpaid")
    later = noon(deal) + timedelta(days=1)
    assert ask_again(str(deal.client.id), later)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.attempts) == ("charging", 2)
    answered([Answer(str(invoice.id), 2)], later)
    invoice.refresh_from_db()
    assert (read(deal).status, status_of(deal), invoice.status) == (Status.ACTIVE, WeekStatus.IN_REVIEW, "paid")
    assert verify().balanced


def test_unpaid_invoices_are_asked_for_one_after_the_other() -> None:
    deal = worked(7)
    log(deal, 1, MONDAY + timedelta(days=7))
    for weeks in (0, 1):
        close_weeks(noon(deal, weeks))
        invoice = Invoice.objects.get(status="charging")
        answered([Answer(str(invoice.id), 1, "stolen")], noon(deal, weeks))
    client = str(deal.client.id)
    assert ask_again(client, noon(deal, 1))
    assert not ask_again(client, noon(deal, 1)), "the card is being asked for the first"
    first = Invoice.objects.get(status="charging")
    assert first.week == MONDAY
    answered([Answer(str(first.id), 2)], noon(deal, 1))
    assert Outbox.objects.filter(topic=AGAIN, payload={"client": client}).count() == 1
    assert ask_again(client, noon(deal, 1))
    answered([Answer(str(Invoice.objects.get(status="charging").id), 2)], noon(deal, 1))
    assert read(deal).status == Status.ACTIVE
    assert verify().balanced


def test_nothing_unpaid_is_nothing_to_ask_for() -> None:
    deal = worked(1)
    assert ask_again(str(deal.client.id), noon(deal))
    assert not Outbox.objects.filter(topic=CHARGE).exists()


# Stopped anywhere, shared by any number


@contextmanager
def broken(table: str, after: int) -> Iterator[None]:
    """Writing to the table fails once so many of its rows were written in a statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            CREATE FUNCTION break_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('breaks') > {after} THEN RAISE EXCEPTION 'the machine died'; END IF;
                RETURN NEW;
            END $$;
            CREATE SEQUENCE breaks;
            CREATE TRIGGER zz_break BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION break_down();
            """
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER zz_break ON {table}; DROP FUNCTION break_down; DROP SEQUENCE breaks")


def charged_once(deals: list[Deal]) -> None:
    """Every client has one invoice and one charge, over all hours; every week was closed once."""
    assert Invoice.objects.exclude(status="charging").count() == 0
    assert Invoice.objects.count() == Outbox.objects.filter(topic=CHARGE).count() == len(deals)
    assert set(Invoice.objects.values_list("amount", flat=True)) == {4_000}
    assert Event.objects.filter(action="week_closes").count() == len(deals)


@pytest.mark.parametrize("after", [0, 1, 3])
@pytest.mark.parametrize("table", WRITTEN)
def test_a_run_that_dies_at_any_stage_goes_on_and_bills_nothing_twice(table: str, after: int) -> None:
    deals = [worked(1) for _ in range(4)]
    with broken(table, after):
        close_weeks(noon(deals[0]), chunk=2)
    assert Event.objects.filter(action="week_closes").count() == Outbox.objects.filter(topic=CHARGE).count() < 4
    close_weeks(noon(deals[0]), chunk=2)
    charged_once(deals)


@pytest.mark.django_db(transaction=True)
def test_workers_whose_connections_are_killed_are_followed_by_others() -> None:
    deals = [worked(1) for _ in range(40)]
    ends = threading.Event()

    def work() -> None:
        while not ends.is_set():
            try:
                if not close_weeks(noon(deals[0]), chunk=3) and not Invoice.objects.filter(status="open").exists():
                    return
            except DatabaseError:
                connection.close()
        connection.close()

    def kill() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND query LIKE %s",
                ["%contracts_%"],
            )

    with ThreadPoolExecutor(2) as pool:
        workers = [pool.submit(work) for _ in range(2)]
        for _ in range(10):
            time.sleep(0.02)
            kill()
        for worker in workers:
            worker.result(timeout=60)
    charged_once(deals)


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_a_monday() -> None:
    deals = [worked(1) for _ in range(30)]

    def work(_: int) -> int:
        try:
            return close_weeks(noon(deals[0]), chunk=2) + perform_due(noon(deals[0]), chunk=2)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 30
    close_weeks(noon(deals[0]))
    charged_once(deals)


@pytest.mark.django_db(transaction=True)
def test_threads_of_one_worker_share_a_monday() -> None:
    deals = [worked(1) for _ in range(12)]
    assert close_weeks(noon(deals[0]), chunk=2, threads=3) == 12
    charged_once(deals)


@pytest.fixture
def all_read_before_anybody_writes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Without locks, two workers that read the same contracts before either writes; how many contracts each read."""
    both, read_by = threading.Barrier(2, timeout=10), list[int]()

    def load_and_wait(*args: Any) -> list[Contract]:
        contracts = load_many(*args)
        read_by.append(len(contracts))
        if len(read_by) <= 2:
            both.wait()
        return contracts

    monkeypatch.setattr(billing, "load_many", load_and_wait)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_: rows)
    return read_by


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_workers_take_the_same_invoice_and_the_version_stops_one(
    all_read_before_anybody_writes: list[int],
) -> None:
    deal = worked(1)
    assert sorted(at_once(*[lambda: close_weeks(noon(deal))] * 2)) == [0, 1]
    assert all_read_before_anybody_writes[:2] == [1, 1]
    charged_once([deal])


@pytest.mark.django_db(transaction=True)
def test_with_every_guard_off_both_bill_it(
    all_read_before_anybody_writes: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock, the contract's version, the invoice's status, and the history's key, which no two events share."""
    deal = worked(1)
    rewritten(
        monkeypatch,
        ("c.version = u.seen AND ", ""),
        ("INSERT INTO contracts_event", "INSERT INTO elsewhere"),
    )
    monkeypatch.setattr(billing, "_CHARGE", billing._CHARGE.replace(" AND i.status = u.was", ""))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE elsewhere (LIKE contracts_event)")
    try:
        assert at_once(*[lambda: close_weeks(noon(deal))] * 2) == [1, 1]
        assert all_read_before_anybody_writes == [1, 1]
        assert Outbox.objects.filter(topic=CHARGE).count() == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE elsewhere")


@pytest.mark.django_db(transaction=True)
def test_with_both_in_place_two_workers_bill_it_once() -> None:
    deal = worked(1)
    assert sorted(at_once(*[lambda: close_weeks(noon(deal))] * 2)) == [0, 1]
    charged_once([deal])


def test_an_invoice_of_a_week_cannot_be_made_twice() -> None:
    deal = worked(1)
    invoice = Invoice.objects.get()
    with pytest.raises(Exception, match="invoice_once"):
        Invoice.objects.create(
            id=person("Other", "client").id,
            client=deal.client,
            currency=invoice.currency,
            provider=invoice.provider,
            week=invoice.week,
            closes_at=invoice.closes_at,
        )
