"""A client's invoices: the card asked for all hours of a week in one sum, and asked again when it is another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from amicable.contracts import billing, clock, outbox
from amicable.contracts.models import Invoice, Outbox
from amicable.contracts.outbox import Job
from amicable.payments.provider import Declined, ProviderAwayError, Succeeded
from amicable.payments.providers import PROVIDERS
from amicable.rules.money import Money


@dataclass(frozen=True, slots=True)
class Charged:
    """An invoice whose card was asked, for a job, and what it said."""

    job: Job
    answer: Succeeded | Declined

    @property
    def invoice(self) -> str:
        """The invoice's id."""
        return str(self.job.payload["invoice"])

    @property
    def attempt(self) -> int:
        """How many times the card was asked for it by now."""
        return int(self.job.payload["attempt"])


def asked_for(jobs: Iterable[Job]) -> Mapping[str, Invoice]:
    """The invoices that the jobs ask to be charged, by their ids."""
    rows = Invoice.objects.filter(id__in=[job.payload["invoice"] for job in jobs])
    return {str(row.id): row for row in rows}


def charge(job: Job, rows: Mapping[str, Invoice]) -> Charged:
    """Ask the card for an invoice, one of `rows`, under a key of this attempt's own. Raises ProviderAwayError."""
    invoice = rows[job.payload["invoice"]]
    key, amount = f"{invoice.id}-{job.payload['attempt']}", Money(invoice.amount + invoice.fee, invoice.currency)
    return Charged(job, PROVIDERS[invoice.provider].charge(key=key, person=str(invoice.client_id), amount=amount))


def tell(charged: Sequence[Charged]) -> None:
    """Tell all contracts of those invoices what the cards said: all of it or nothing. Told twice is told once."""
    with transaction.atomic():
        billing.answered(map(_answer, charged), clock.now())
        outbox.finish_all(one.job for one in charged)


def _answer(charged: Charged) -> billing.Answer:
    declined = charged.answer.reason if isinstance(charged.answer, Declined) else None
    return billing.Answer(charged.invoice, charged.attempt, declined)


def charge_again(job: Job) -> None:
    """Have the client's oldest unpaid invoice charged again; the others follow when it is paid."""
    if not billing.ask_again(job.payload["client"], clock.now()):
        raise ProviderAwayError("the card is being asked for something else on one of the contracts")
    outbox.finish(job)


def waiting(client: str) -> list[int]:
    """The ids of the jobs in which the client's card is to be asked for an invoice."""
    charging = Invoice.objects.filter(client=UUID(client), status=Invoice.Status.CHARGING).values_list("id", flat=True)
    rows = Outbox.objects.filter(topic=billing.CHARGE, payload__invoice__in=[str(invoice) for invoice in charging])
    return list(rows.order_by("id").values_list("id", flat=True))
