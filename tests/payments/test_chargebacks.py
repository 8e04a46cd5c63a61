"""What banks do about payments afterwards: reported by the provider, told to the contracts once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from amicable.contracts import clock, outbox
from amicable.contracts.history import history
from amicable.contracts.models import Outbox
from amicable.contracts.perform import Command, Done, view
from amicable.contracts.verify import verify
from amicable.contracts.weeks import WeekChange, record
from amicable.payments import chargebacks, jobs
from amicable.payments.cards import set_card
from amicable.payments.commands import perform
from amicable.payments.models import CardPayment, SandboxCall, SandboxReport
from amicable.payments.provider import Stage
from amicable.payments.sandbox import advance, settle
from amicable.payments.sandbox_bank import Paid, payments_of, payments_on, plan
from amicable.rules.contract import Contract
from amicable.rules.outcome import Refused
from amicable.rules.week import available_at, bitmap, review_ends
from deals import START, Deal
from payments.conftest import Trouble
from payments.providers import away
from tampering import tamper

pytestmark = pytest.mark.django_db


@pytest.fixture
def funded(deal: Deal) -> Deal:
    """500.00 USD and the fee were paid by card."""
    fund = Command(deal.contract.id, "fund", {"milestone": deal.milestone(1)}, str(deal.client.id))
    assert isinstance(perform(fund, clock.now()), Done)
    return deal


def paid(deal: Deal) -> Paid:
    (one,) = payments_on(deal.contract.id)
    return one


def bank(deal: Deal, stage: Stage, after: timedelta = timedelta(0)) -> None:
    """The client's bank does it about the payment, after so long."""
    planned = plan(paid(deal).key, stage, clock.now() + after)
    assert isinstance(planned, SandboxReport)
    settle()


def now(deal: Deal) -> Contract:
    return view(deal.contract.id, str(deal.client.id), clock.now())[0]


def told(deal: Deal) -> list[str]:
    return [event.action for event in history(deal.contract.id) if "charge" in event.action][1:]


def test_a_bank_takes_a_payment_back_and_decides_when_that_is_wanted(funded: Deal) -> None:
    assert (paid(funded).can, paid(funded).money.amount) == ((Stage.OPENED,), 52_500)
    bank(funded, Stage.OPENED, timedelta(days=10))
    assert (told(funded), now(funded).dispute) == ([], None)
    bank(funded, Stage.WON, timedelta(days=12))
    advance(START + timedelta(days=11))
    assert told(funded) == ["charge_disputed"]
    assert now(funded).chargebacks[0].at == START + timedelta(days=10), "on its day, whenever the clock was moved to"
    assert now(funded).carried == 52_500
    advance(START + timedelta(days=13))
    assert told(funded) == ["charge_disputed", "chargeback_won"]
    assert (now(funded).carried, now(funded).escrow, now(funded).open_disputes) == (0, 50_000, ())
    assert paid(funded).can == ()
    assert verify().balanced


def test_a_card_whose_owner_disputes_has_the_payment_taken_back_at_once(deal: Deal) -> None:
    set_card(str(deal.client.id), "disputes")
    perform(Command(deal.contract.id, "pay", {"amount": "80.00", "note": "Thanks."}, str(deal.client.id)), clock.now())
    advance(clock.now())
    assert told(deal) == ["charge_disputed"]
    bank(deal, Stage.LOST)
    assert (now(deal).carried, now(deal).lost) == (8_400, 8_400)
    assert verify().balanced


def test_what_a_dispute_gave_the_client_reaches_the_card_when_the_bank_gives_the_payment_back(funded: Deal) -> None:
    bank(funded, Stage.OPENED)
    advance(START + timedelta(days=6))
    assert now(funded).refunded == 50_000
    assert not SandboxCall.objects.filter(kind="refund").exists(), "the bank had paid it back"
    bank(funded, Stage.WON)
    assert list(SandboxCall.objects.filter(kind="refund").values_list("amount", flat=True)) == [52_500]
    assert verify().balanced


def test_the_bank_takes_back_once_and_decides_once_about_what_it_took(funded: Deal) -> None:
    key, at = paid(funded).key, clock.now()

    def refused(stage: Stage, when: datetime = at, payment: str = key) -> str:
        found = plan(payment, stage, when)
        assert isinstance(found, Refused)
        return found.errors[0][0] if found.errors else found.code

    assert refused(Stage.WON) == "no_chargeback"
    assert refused(Stage.OPENED, payment="nothing") == "payment"
    assert refused(Stage.OPENED, at - timedelta(seconds=1)) == "at"
    bank(funded, Stage.OPENED, timedelta(days=2))
    assert refused(Stage.OPENED) == "already_charged_back"
    assert refused(Stage.LOST, at + timedelta(days=1)) == "no_chargeback"
    bank(funded, Stage.LOST, timedelta(days=3))
    assert refused(Stage.WON, at + timedelta(days=4)) == "already_decided"


def test_the_database_keeps_a_bank_from_deciding_twice(funded: Deal) -> None:
    for stage, again in (("opened", "opened"), ("won", "lost"), ("won", "settled")):
        SandboxReport.objects.get_or_create(payment=paid(funded).key, stage=stage, defaults={"at": START})
        with pytest.raises(IntegrityError), transaction.atomic():
            SandboxReport.objects.create(payment=paid(funded).key, stage=again, at=START)


def test_a_report_that_is_taken_over_twice_is_done_once(funded: Deal) -> None:
    bank(funded, Stage.OPENED)
    bank(funded, Stage.LOST)
    SandboxReport.objects.update(is_told=False)
    jobs.run_pending()
    assert told(funded) == ["charge_disputed", "chargeback_lost"]
    assert not outbox.pending(jobs.TOPICS)


def test_a_decision_that_comes_before_what_it_is_about_waits_for_it(funded: Deal, later: Any) -> None:
    key = paid(funded).key
    outbox.put(chargebacks.TOPIC, {"stage": "won", "params": {"charge": key}}, contract=funded.contract.id)
    jobs.run_pending()
    assert (told(funded), Outbox.objects.get(topic=chargebacks.TOPIC).attempts) == ([], 1)
    SandboxReport.objects.create(payment=key, stage="opened", at=clock.now())
    jobs.run_pending()
    later()
    assert told(funded) == ["charge_disputed", "chargeback_won"]


@pytest.mark.usefixtures("no_patience")
def test_money_that_would_cross_with_a_card_payment_waits_for_it(funded: Deal, trouble: Trouble, later: Any) -> None:
    bank(funded, Stage.OPENED)
    advance(START + timedelta(days=6))
    key = paid(funded).key
    trouble(before=[away, away])
    pay = Command(funded.contract.id, "pay", {"amount": "1.00", "note": "Thanks."}, str(funded.client.id))
    perform(pay, clock.now())
    plan(key, Stage.WON, clock.now())
    jobs.run_pending()
    assert "chargeback_won" not in told(funded)
    later()
    later()
    assert "chargeback_won" in told(funded)
    assert verify().balanced


def test_a_bank_that_is_quicker_than_we_are_is_heard_when_the_payment_is_known(funded: Deal) -> None:
    kept = CardPayment.objects.values().get()
    CardPayment.objects.all().delete()
    SandboxReport.objects.create(payment=kept["key"], stage="opened", at=clock.now())
    assert jobs.run_pending() == 0
    CardPayment.objects.create(**kept)
    jobs.run_pending()
    assert told(funded) == ["charge_disputed"]


def test_a_provider_that_is_away_is_asked_again(funded: Deal, monkeypatch: pytest.MonkeyPatch) -> None:
    SandboxReport.objects.create(payment=paid(funded).key, stage="opened", at=clock.now())
    with monkeypatch.context() as patch:
        patch.setattr("amicable.payments.sandbox_provider.SandboxProvider.reports", lambda *_: away())
        jobs.run_pending()
    assert told(funded) == []
    jobs.run_pending()
    assert told(funded) == ["charge_disputed"]


def test_the_audit_finds_what_the_books_do_not_carry(funded: Deal) -> None:
    bank(funded, Stage.OPENED)
    bank(funded, Stage.LOST)
    tamper("""UPDATE contracts_contract SET chargebacks = jsonb_set(chargebacks, '{0,status}', '"open"')""")
    problems = verify().problems
    assert any("525.00 USD is carried by the platform until the bank decides" in problem for problem in problems)
    assert any("0.00 USD is carried by the platform for good; by the books that is 525.00" in one for one in problems)


def test_clients_see_their_payments_the_newest_first(funded: Deal) -> None:
    advance(datetime(START.year, START.month, START.day, tzinfo=UTC) + timedelta(days=2))
    perform(Command(funded.contract.id, "pay", {"amount": "80.00", "note": "So."}, str(funded.client.id)), clock.now())
    assert [one.money.amount for one in payments_of(str(funded.client.id), limit=5)] == [8_400, 52_500]
    assert len(payments_of(str(funded.client.id), limit=1)) == 1
    assert payments_of(str(funded.freelancer.id), limit=5) == []


def test_hours_that_are_paid_and_protected_stay_paid_when_the_bank_takes_their_week_back() -> None:
    clock.start(START)
    deal = Deal.hourly("USD", "40.00")
    set_card(str(deal.client.id), "works")
    week = date(2026, 3, 2)
    logged, covered = bitmap(range(60, 102)), bitmap(range(60, 72))
    contract = now(deal)
    assert record(contract, [WeekChange(week, logged=logged, covered=covered)], deal.at)
    advance(available_at(review_ends(week, contract.policy), contract.policy))
    bank(deal, Stage.OPENED)
    (dispute,) = now(deal).open_disputes
    assert (dispute.amount, dispute.by_default) == (28_000, 8_000)
    advance(clock.now() + timedelta(days=6))
    assert (now(deal).paid, now(deal).refunded, now(deal).carried) == (8_000, 20_000, 8_400)
    assert verify().balanced
