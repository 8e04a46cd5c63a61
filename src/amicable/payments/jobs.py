"""What outcomes want from the payment provider, done: claimed from the outbox, asked outside any transaction, and
answered by an action like anybody else's. A crash between any two steps neither charges twice nor forgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

import structlog
from django.db import transaction

from amicable.books.ledger import Posting, post
from amicable.contracts import billing, clock, outbox
from amicable.contracts.chunks import no_search_for_cycles, side_by_side
from amicable.contracts.models import Contract, Invoice
from amicable.contracts.outbox import Job
from amicable.contracts.perform import Command, perform
from amicable.payments import chargebacks, invoices
from amicable.payments.invoices import Charged
from amicable.payments.models import CardPayment, Withdrawal
from amicable.payments.provider import Declined, Provider, ProviderAwayError, Succeeded
from amicable.payments.providers import PROVIDERS
from amicable.rules import accounts
from amicable.rules.money import Money
from amicable.rules.outcome import Refused, Why

CHUNK = 250
log = structlog.get_logger()


def run_pending(*, threads: int = 1, cards_at_once: int = 1) -> int:
    """Do everything that waits for the provider, and tell what it reports; returns how much was tried. What fails is
    tried again later.

    Where there is more than a chunk, `threads` share it. Each asks so many cards at once for invoices, as a provider
    takes its time to answer.
    """
    tried = 0
    while chargebacks.collect() + (done := _run_all(threads, cards_at_once)):
        tried += done
    return tried


def _run_all(threads: int, cards_at_once: int) -> int:
    tried = _run_chunk(cards_at_once)
    if not tried:
        return 0
    return tried + sum(side_by_side(lambda: _run_chunks(cards_at_once), threads if tried == CHUNK else 1))


def _run_chunks(cards_at_once: int) -> int:
    tried = 0
    while done := _run_chunk(cards_at_once):
        tried += done
    return tried


def _run_chunk(cards_at_once: int) -> int:
    """Claim some and do them; returns how many those were."""
    jobs = outbox.claim(TOPICS, limit=CHUNK)
    for job in jobs:
        if job.topic != billing.CHARGE:
            run(job)
    # Last, as there may be many, and somebody may be waiting for one of the others.
    _charge_invoices([job for job in jobs if job.topic == billing.CHARGE], cards_at_once)
    return len(jobs)


def run_now(job_id: int) -> None:
    """Do one job now, unless somebody is at it already."""
    for job in outbox.claim(TOPICS, only=job_id):
        run(job)


def run(job: Job) -> None:
    """Do a claimed job; put it off when the provider is away or anything else goes wrong, so that others come on."""
    with _put_off_if_it_fails(job):
        HANDLERS[job.topic](job)


@contextmanager
def _put_off_if_it_fails(job: Job) -> Iterator[None]:
    try:
        yield
    except ProviderAwayError as error:
        log.warning("provider_away", job=job.id, topic=job.topic, attempts=job.attempts, error=str(error))
        outbox.retry(job, str(error))
    except Exception as error:
        log.exception("job_failed", job=job.id, topic=job.topic, attempts=job.attempts)
        outbox.retry(job, repr(error))


def _charge_invoices(jobs: Sequence[Job], cards_at_once: int) -> None:
    """Ask each client's card, and tell all contracts together what the cards said; if that fails, each alone."""
    if not jobs:
        return
    left, rows = iter(jobs), invoices.asked_for(jobs)
    charged = list(chain.from_iterable(side_by_side(lambda: _asked(left, rows), min(cards_at_once, len(jobs)))))
    try:
        with no_search_for_cycles():
            invoices.tell(charged)
    except Exception:
        log.warning("answers_failed", count=len(charged), exc_info=True)
        for one in charged:
            with _put_off_if_it_fails(one.job):
                invoices.tell([one])


def _asked(jobs: Iterator[Job], rows: Mapping[str, Invoice]) -> list[Charged]:
    charged = []
    for job in jobs:
        with _put_off_if_it_fails(job):
            charged.append(invoices.charge(job, rows))
    return charged


def _charge(job: Job) -> None:
    """Ask the card, and tell the contract what it said."""
    contract = _contract(job)
    charge = job.payload
    amount = Money(charge["amount"] + charge["fee"], contract.currency)
    answer = _provider(contract).charge(key=charge["id"], person=str(contract.client_id), amount=amount)
    if isinstance(answer, Declined):
        action, params = "charge_failed", {"charge": charge["id"], "reason": answer.reason}
    else:
        action, params = "charge_succeeded", {"charge": charge["id"]}
    told = perform(Command(str(contract.id), action, params, actor=None), clock.now())
    # No such charge any more: an earlier try told the contract and died before it could say so here.
    if isinstance(told, Refused) and told.code != "no_charge":
        raise RuntimeError(f"the contract does not take the card's answer {params}: {told.code}")
    with transaction.atomic():
        if isinstance(answer, Succeeded):
            _keep(contract, charge)
        outbox.finish(job)


def _keep(contract: Contract, charge: Mapping[str, Any]) -> None:
    """Remember what was paid: years later a bank may have something to say about it."""
    paid = {name: charge[name] for name in ("amount", "fee", "milestone")}
    CardPayment.objects.get_or_create(
        key=charge["id"], defaults={"contract_id": contract.id, "paid_at": clock.now(), **paid}
    )


def _refund(job: Job) -> None:
    """Give money back to the card."""
    contract = _contract(job)
    amount = Money(job.payload["amount"], contract.currency)
    answer = _provider(contract).refund(key=job.payload["id"], person=str(contract.client_id), amount=amount)
    if isinstance(answer, Declined):
        raise ProviderAwayError(f"the provider declined to refund {amount}: {answer.reason}")
    outbox.finish(job)


def _pay_out(job: Job) -> None:
    """Send a withdrawal out; money that does not arrive is available again."""
    withdrawal = Withdrawal.objects.get(id=job.payload["withdrawal"])
    name = job.payload["provider"]
    person, amount = str(withdrawal.person_id), Money(withdrawal.amount, withdrawal.currency)
    answer = PROVIDERS[name].pay_out(key=str(withdrawal.id), person=person, amount=amount)
    on_its_way = accounts.payout(person)
    with transaction.atomic():
        row = Withdrawal.objects.select_for_update().get(id=withdrawal.id)
        if row.status == Withdrawal.Status.ON_ITS_WAY:
            at = clock.now()
            if isinstance(answer, Declined):
                row.status = Withdrawal.Status.FAILED
                _post(on_its_way, accounts.available(person), amount, Why.PAYOUT_FAILED, at)
            else:
                row.status = Withdrawal.Status.PAID
                _post(on_its_way, accounts.provider(name), amount, Why.PAYOUT, at)
            row.save(update_fields=["status"])
        outbox.finish(job)


def _post(source: str, target: str, amount: Money, why: Why, at: datetime) -> None:
    post([Posting(source, target, amount, why, at)])


def _contract(job: Job) -> Contract:
    assert job.contract is not None, f"a {job.topic} belongs to a contract"
    return Contract.objects.only("id", "client_id", "currency", "provider").get(id=job.contract)


def _provider(contract: Contract) -> Provider:
    return PROVIDERS[contract.provider]


HANDLERS: dict[str, Callable[[Job], None]] = {
    "charge": _charge,
    chargebacks.TOPIC: chargebacks.tell,
    "card_refund": _refund,
    "payout": _pay_out,
    billing.CHARGE: lambda job: invoices.tell([invoices.charge(job, invoices.asked_for([job]))]),
    billing.AGAIN: invoices.charge_again,
}
TOPICS = tuple(HANDLERS)
