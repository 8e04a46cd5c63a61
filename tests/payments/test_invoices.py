"""The card and a client's hours: asked once a week, asked again when it is another card, paid out on Wednesday."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

import pytest

from amicable.contracts import billing, clock
from amicable.contracts.balance import balances_of
from amicable.contracts.billing import close_weeks
from amicable.contracts.models import Invoice
from amicable.contracts.store import load
from amicable.contracts.verify import verify
from amicable.contracts.weeks import WeekChange, record
from amicable.payments import jobs
from amicable.payments.cards import set_card
from amicable.payments.commands import change_card
from amicable.payments.jobs import run_pending
from amicable.payments.models import SandboxCall
from amicable.payments.sandbox import advance
from amicable.rules.contract import Contract, Status
from amicable.rules.timeline import RulesFault
from amicable.rules.week import available_at, bitmap, locks, review_ends
from deals import START, Deal
from payments.conftest import Trouble
from payments.providers import away

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
BITS = bitmap(range(60, 102))


@pytest.fixture
def deal() -> Deal:
    """Seven hours were logged at 40.00; the clock stands in their week."""
    clock.start(START)
    return worked()


def worked() -> Deal:
    """A contract on which seven hours were logged, of a client whose card works."""
    deal = Deal.hourly("USD", "40.00")
    set_card(str(deal.client.id), "works")
    assert record(kept(deal), [WeekChange(MONDAY, logged=BITS, covered=BITS)], deal.at)
    return deal


def kept(deal: Deal) -> Contract:
    contract = load(deal.contract.id, clock.now())
    assert contract is not None
    return contract


def charges() -> list[tuple[int, str]]:
    return list(SandboxCall.objects.filter(kind="charge").order_by("key").values_list("amount", "declined"))


def test_a_week_goes_from_the_bill_through_review_and_hold_to_the_freelancer(deal: Deal) -> None:
    figures = deal.contract.policy
    monday, friday = locks(MONDAY, figures), review_ends(MONDAY, figures)
    assert advance(monday) == 1
    assert charges() == [(29_400, "")]
    (balance,) = balances_of(str(deal.freelancer.id))
    assert (balance.in_review.amount, balance.held.amount, balance.available.amount) == (28_000, 0, 0)
    assert advance(friday) == 1
    (balance,) = balances_of(str(deal.freelancer.id))
    assert (balance.in_review.amount, balance.held.amount) == (0, 25_200)
    assert advance(available_at(friday, figures)) == 1
    (balance,) = balances_of(str(deal.freelancer.id))
    assert (balance.held.amount, balance.available.amount) == (0, 25_200)
    assert verify().balanced


def test_all_of_it_happens_in_order_when_the_clock_moves_far(deal: Deal) -> None:
    assert advance(clock.now() + timedelta(days=60)) == 3
    assert [balance.available.amount for balance in balances_of(str(deal.freelancer.id))] == [25_200]
    assert verify().balanced


def test_another_card_is_asked_at_once_for_what_the_last_one_did_not_pay(deal: Deal) -> None:
    client = str(deal.client.id)
    set_card(client, "declines")
    advance(locks(MONDAY, deal.contract.policy))
    assert kept(deal).status == Status.PAUSED
    change_card(client, "declines")
    assert Invoice.objects.get().status == "unpaid"
    change_card(client, "works")
    assert (kept(deal).status, Invoice.objects.get().status) == (Status.ACTIVE, "paid")
    assert charges() == [(29_400, "insufficient funds"), (29_400, "insufficient funds"), (29_400, "")]
    assert verify().balanced


def test_another_card_pays_all_that_is_unpaid(deal: Deal) -> None:
    client = str(deal.client.id)
    set_card(client, "declines")
    assert record(kept(deal), [WeekChange(MONDAY + timedelta(days=7), logged=1, covered=0)], deal.at)
    advance(locks(MONDAY + timedelta(days=7), deal.contract.policy))
    assert set(Invoice.objects.values_list("status", flat=True)) == {"unpaid"}
    change_card(client, "works")
    advance(clock.now())
    assert set(Invoice.objects.values_list("status", flat=True)) == {"paid"}
    assert kept(deal).status == Status.ACTIVE
    assert verify().balanced


@pytest.mark.usefixtures("deal")
def test_an_answer_that_one_contract_does_not_take_holds_up_no_other(
    monkeypatch: pytest.MonkeyPatch, later: Callable[[], int]
) -> None:
    others = [worked() for _ in range(3)]
    close_weeks(locks(MONDAY, others[0].contract.policy))
    told, bad = billing.answered, str(Invoice.objects.get(client=others[1].client).id)

    def refused(answers: Iterable[billing.Answer], at: datetime) -> None:
        answers = list(answers)
        if any(answer.invoice == bad for answer in answers):
            raise RulesFault("the contract does not take its answer")
        told(answers, at)

    monkeypatch.setattr(billing, "answered", refused)
    assert run_pending() == 4
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["charging", "paid", "paid", "paid"]
    monkeypatch.undo()
    later()
    assert set(Invoice.objects.values_list("status", flat=True)) == {"paid"}
    assert len(charges()) == 4, "asked again under the same key, a card pays once"
    assert verify().balanced


def test_a_card_that_does_not_answer_holds_up_no_other(trouble: Trouble, deal: Deal, later: Callable[[], int]) -> None:
    worked()
    close_weeks(locks(MONDAY, deal.contract.policy))
    trouble(before=[away])
    run_pending()
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["charging", "paid"]
    later()
    assert set(Invoice.objects.values_list("status", flat=True)) == {"paid"}


@pytest.mark.django_db(transaction=True)
def test_several_threads_share_what_waits_and_no_card_is_asked_twice(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "CHUNK", 2)
    for _ in range(8):
        worked()
    close_weeks(locks(MONDAY, deal.contract.policy))
    assert run_pending(threads=3) == 9
    assert set(Invoice.objects.values_list("status", flat=True)) == {"paid"}
    assert len(charges()) == 9
    assert verify().balanced


@pytest.mark.django_db(transaction=True)
def test_cards_are_asked_by_several_threads_once_each(deal: Deal) -> None:
    for _ in range(8):
        worked()
    close_weeks(locks(MONDAY, deal.contract.policy))
    assert run_pending(cards_at_once=4) == 9
    assert set(Invoice.objects.values_list("status", flat=True)) == {"paid"}
    assert len(charges()) == 9
    assert verify().balanced


def test_a_new_card_asks_for_nothing_where_nothing_is_unpaid(deal: Deal) -> None:
    change_card(str(deal.client.id), "works")
    assert charges() == []
