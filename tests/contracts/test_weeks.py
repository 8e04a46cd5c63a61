"""The diary's marks: what is logged in a week, and that nothing else is written when it may not be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Invoice
from amicable.contracts.models import Week as WeekRow
from amicable.contracts.store import load
from amicable.contracts.weeks import WeekChange, record
from amicable.rules.clocks import due
from amicable.rules.contract import Contract
from amicable.rules.week import bitmap, locks
from deals import Deal

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
NEXT = MONDAY + timedelta(days=7)


@pytest.fixture
def deal() -> Deal:
    return Deal.hourly("USD", "40.00")


def logged(deal: Deal, *changes: WeekChange) -> bool:
    return record(read(deal), changes, deal.at)


def read(deal: Deal) -> Contract:
    contract = load(deal.contract.id, deal.at)
    assert contract is not None
    return contract


def bits(*numbers: int) -> int:
    return bitmap(numbers)


def test_the_first_segment_makes_the_week_and_the_clients_invoice(deal: Deal) -> None:
    assert logged(deal, WeekChange(MONDAY, logged=bits(54, 55), covered=bits(55)))
    (week,) = read(deal).weeks
    assert (week.start, week.logged, week.covered, week.status) == (MONDAY, bits(54, 55), bits(55), "open")
    invoice = Invoice.objects.get()
    assert (invoice.client, invoice.currency, invoice.week, invoice.status) == (deal.client, "USD", MONDAY, "open")
    assert invoice.closes_at == locks(MONDAY, deal.contract.policy)
    assert ContractRow.objects.get().due_at == invoice.closes_at


def test_segments_are_added_written_again_and_cleared(deal: Deal) -> None:
    logged(deal, WeekChange(MONDAY, logged=bits(1, 2, 3), covered=bits(1, 2)))
    assert logged(deal, WeekChange(MONDAY, logged=bits(2, 4), covered=bits(4), cleared=bits(3)))
    (week,) = read(deal).weeks
    assert (week.logged, week.covered) == (bits(1, 2, 4), bits(1, 4))
    assert read(deal).diary_version == 2


def test_weeks_of_one_client_and_currency_share_an_invoice(deal: Deal) -> None:
    other = Deal.hourly("USD", "10.00", client=deal.client)
    elsewhere = Deal.hourly("EUR", "10.00", client=deal.client)
    for one in (deal, other, elsewhere):
        assert logged(one, WeekChange(MONDAY, logged=1), WeekChange(NEXT, logged=1))
    found = Invoice.objects.order_by("currency", "week").values_list("currency", "week")
    assert list(found) == [("EUR", MONDAY), ("EUR", NEXT), ("USD", MONDAY), ("USD", NEXT)]
    assert WeekRow.objects.count() == 6


def test_a_contract_that_is_another_by_now_takes_nothing(deal: Deal) -> None:
    before = read(deal)
    deal.does(deal.client, "end", reason="other")
    assert not record(before, [WeekChange(MONDAY, logged=1)], deal.at)
    assert not WeekRow.objects.exists()


def test_a_diary_that_is_another_by_now_takes_nothing(deal: Deal) -> None:
    before = read(deal)
    assert record(before, [WeekChange(MONDAY, logged=bits(1), covered=bits(1))], deal.at)
    assert not record(before, [WeekChange(MONDAY, logged=bits(1))], deal.at)
    assert read(deal).weeks[0].covered == bits(1)


def test_all_weeks_of_a_change_are_taken_or_none(deal: Deal) -> None:
    logged(deal, WeekChange(MONDAY, logged=1))
    WeekRow.objects.update(status="charging")
    assert not logged(deal, WeekChange(MONDAY, logged=2), WeekChange(NEXT, logged=1))
    assert [week.logged for week in read(deal).weeks] == [1]


def test_an_invoice_that_is_being_charged_takes_no_other_contract(deal: Deal) -> None:
    logged(deal, WeekChange(MONDAY, logged=1))
    Invoice.objects.update(status="charging")
    late = Deal.hourly("USD", "10.00", client=deal.client)
    assert not logged(late, WeekChange(MONDAY, logged=1))
    assert not read(late).weeks


def test_while_the_card_is_asked_a_week_is_not_due_and_it_is_when_the_card_has_answered(deal: Deal) -> None:
    asked = deal.does(deal.client, "pay", amount="1.00", note="x")
    assert asked.charge is not None
    assert logged(deal, WeekChange(MONDAY, logged=1))
    assert ContractRow.objects.get().due_at is None
    deal.does(None, "charge_succeeded", charge=asked.charge.id)
    lock = locks(MONDAY, deal.contract.policy)
    assert due(read(deal)) is not None
    assert ContractRow.objects.get().due_at == min(lock, read(deal).payments[0].available_at)


def refused(sql: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_keeps_a_week_as_it_was_billed(deal: Deal) -> None:
    logged(deal, WeekChange(MONDAY, logged=bits(1, 2)))
    refused("UPDATE contracts_week SET covered = ~logged")
    refused("UPDATE contracts_week SET disputed = ~logged")
    refused("UPDATE contracts_week SET returned = logged, disputed = logged")
    refused("DELETE FROM contracts_week")
    refused("UPDATE contracts_week SET start = start + 1")
    WeekRow.objects.update(status="charging")
    refused("UPDATE contracts_week SET logged = ~logged")
    refused("UPDATE contracts_week SET status = 'open'")
    refused("UPDATE contracts_week SET paid = 1, amount = 1")


@pytest.mark.django_db(transaction=True)
def test_many_who_log_at_once_lose_nothing() -> None:
    committed = Deal.hourly("USD", "40.00")

    def log(slot: int) -> None:
        try:
            while not record(read(committed), [WeekChange(MONDAY, logged=1 << slot, covered=1 << slot)], committed.at):
                pass
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(log, range(40)))
    (week,) = read(committed).weeks
    assert week.logged == week.covered == (1 << 40) - 1
    assert read(committed).diary_version == 40
