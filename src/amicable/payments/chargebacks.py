"""What banks do about card payments afterwards: heard from the providers, and told to the contracts concerned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import structlog
from django.db import transaction

from amicable.contracts import clock, outbox
from amicable.contracts.models import Contract, Invoice
from amicable.contracts.outbox import Job
from amicable.contracts.perform import Command, perform, up_to_date
from amicable.contracts.weeks import weeks_at
from amicable.payments.models import CardPayment
from amicable.payments.provider import ProviderAwayError, Report, Stage
from amicable.payments.providers import PROVIDERS
from amicable.rules.money import Money
from amicable.rules.outcome import Refused

TOPIC = "chargeback"
_ACTIONS = {
    Stage.OPENED: ("charge_disputed", "already_charged_back"),
    Stage.WON: ("chargeback_won", "already_decided"),
    Stage.LOST: ("chargeback_lost", "already_decided"),
}
"""What is done to the contract, and what it answers when it was done before."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """What of a card payment one contract was paid, in minor units."""

    contract: str
    charge: str
    amount: int
    fee: int
    milestone: str | None = None
    week: str | None = None


def collect() -> int:
    """Take over what the providers report; returns how many reports there were. A crash on the way loses none: what
    is taken over twice is told twice, and done once."""
    taken = 0
    for name, provider in PROVIDERS.items():
        try:
            for report in provider.reports(clock.now()):
                if _take_over(report):
                    provider.acknowledge(report)
                    taken += 1
        except ProviderAwayError as error:
            log.warning("provider_away", provider=name, error=str(error))
    return taken


def _take_over(report: Report) -> bool:
    """False where the payment is not known yet: a bank may be quicker than we are, and tells it again."""
    parts = list(parts_of(report.payment))
    if not parts:
        log.warning("payment_not_known", payment=report.payment, stage=report.stage)
    with transaction.atomic():
        for part in parts:
            outbox.put(TOPIC, {"stage": report.stage, "params": _params(part, report.stage)}, part.contract)
    return bool(parts)


def parts_of(payment: str) -> Iterator[Part]:
    """What each contract was paid by the card payment with that key; nothing where none was made."""
    for row in CardPayment.objects.filter(key=payment):
        milestone = str(row.milestone) if row.milestone else None
        yield Part(str(row.contract_id), row.key, row.amount, row.fee, milestone)
    invoice, _, attempt = payment.rpartition("-")
    if _is_uuid(invoice) and attempt.isdecimal():
        yield from _parts_of_invoice(invoice, int(attempt))


def _parts_of_invoice(invoice_id: str, attempt: int) -> Iterator[Part]:
    """A bank takes an invoice back as a whole: each of its contracts is told of its part."""
    paid = Invoice.objects.filter(id=invoice_id, status=Invoice.Status.PAID, attempts=attempt).first()
    for week in paid.weeks.all() if paid else ():
        charge = f"{invoice_id}-{attempt}-{week.contract_id}"
        yield Part(str(week.contract_id), charge, week.amount, week.fee, week=week.start.isoformat())


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def tell(job: Job) -> None:
    """Tell a contract what the bank has done."""
    stage = Stage(job.payload["stage"])
    action, done_before = _ACTIONS[stage]
    params = _with_what_is_paid(str(job.contract), job.payload["params"])
    told = perform(Command(str(job.contract), action, params, actor=None), clock.now())
    if isinstance(told, Refused):
        if told.code == "charge_in_progress":
            raise ProviderAwayError("the card is being asked for something else on the contract")
        # Told already: an earlier try told the contract and died before it could say so here.
        if told.code != done_before:
            raise RuntimeError(f"the contract does not take {action} of {params}: {told.code}")
    outbox.finish(job)


def _with_what_is_paid(contract_id: str, params: dict[str, str]) -> dict[str, str]:
    """The same and, about a week, what of it the freelancer was paid and what of that is protected: a settled week is
    no part of the contract's snapshot."""
    if "week" not in params:
        return params
    contract = up_to_date(contract_id, clock.now())
    start = date.fromisoformat(params["week"])
    week = weeks_at(contract, [start])[start]
    money = contract.money
    return {**params, "paid": money(week.paid).decimal, "protected": money(week.protected).decimal}


def _params(part: Part, stage: Stage) -> dict[str, str]:
    """What the contract is told of its part."""
    if stage != Stage.OPENED:
        return {"charge": part.charge}
    currency = Contract.objects.values_list("currency", flat=True).get(id=part.contract)
    known = {"milestone": part.milestone, "week": part.week}
    return {
        "charge": part.charge,
        "amount": Money(part.amount, currency).decimal,
        "fee": Money(part.fee, currency).decimal,
        **{what: value for what, value in known.items() if value},
    }
