"""A client's invoices: the card asked for all hours of a week in one sum, and asked again when it is another."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from amicable.contracts import billing, clock, outbox
from amicable.contracts.models import Contract, Invoice, Outbox
from amicable.contracts.outbox import Job
from amicable.payments.provider import Declined, ProviderAwayError, Succeeded
from amicable.payments.providers import PROVIDERS
from amicable.rules.money import Money


def charge(job: Job) -> None:
    """Ask the card for an invoice, and tell its contracts what it said. Each attempt has a key of its own."""
    invoice, attempt = Invoice.objects.get(id=job.payload["invoice"]), job.payload["attempt"]
    amount = Money(invoice.amount + invoice.fee, invoice.currency)
    provider = PROVIDERS[_provider_of(invoice)]
    answer = provider.charge(key=f"{invoice.id}-{attempt}", person=str(invoice.client_id), amount=amount)
    with transaction.atomic():
        declined = answer.reason if isinstance(answer, Declined) else None
        billing.answered(str(invoice.id), attempt, clock.now(), declined)
        if isinstance(answer, Succeeded) and answer.is_disputed:
            _report_chargeback(invoice, attempt)
        outbox.finish(job)


def _report_chargeback(invoice: Invoice, attempt: int) -> None:
    """The bank takes an invoice back as a whole: each of its contracts is told of its part."""
    for week in invoice.weeks.all():
        charge = {
            "id": f"{invoice.id}-{attempt}-{week.contract_id}",
            "amount": week.amount,
            "fee": week.fee,
            "week": week.start.isoformat(),
        }
        outbox.put("chargeback", charge, contract=str(week.contract_id))


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


def _provider_of(invoice: Invoice) -> str:
    """Through whom the invoice's contracts are paid."""
    (provider,) = Contract.objects.filter(weeks__invoice=invoice).values_list("provider", flat=True).distinct()
    return str(provider)
