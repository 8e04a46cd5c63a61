"""What a client's bank does in the sandbox: people have it take a payment back, and decide, now or on a later day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import IntegrityError, transaction

from amicable.contracts import clock
from amicable.contracts.models import Invoice
from amicable.payments.chargebacks import parts_of
from amicable.payments.models import CardPayment, SandboxReport
from amicable.payments.provider import Stage
from amicable.rules.money import Money
from amicable.rules.outcome import Refused, invalid
from amicable.rules.week import week_text
from amicable.rules.wording import say


@dataclass(frozen=True, slots=True)
class Step:
    """What the bank does, or did, from `at` on."""

    stage: Stage
    at: datetime
    is_told: bool


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that a client's card has made, fee included."""

    key: str
    at: datetime
    money: Money
    contract: str | None
    """Its id; None for an invoice, which may be for several."""
    title: str
    steps: tuple[Step, ...] = ()

    @property
    def can(self) -> tuple[Stage, ...]:
        """What the bank can still do."""
        if not self.steps:
            return (Stage.OPENED,)
        return (Stage.WON, Stage.LOST) if len(self.steps) == 1 else ()


def plan(payment: str, stage: Stage, at: datetime) -> SandboxReport | Refused:
    """Have the bank do it at `at` (UTC), which may be now."""
    if at < clock.now():
        return invalid("at", "The bank does it now or later; this time has passed.")
    if not any(parts_of(payment)):
        return invalid("payment", "No card has made this payment.")
    refused = _why_not(stage, at, _steps([payment]).get(payment, ()))
    if refused:
        return refused
    try:
        with transaction.atomic():
            return SandboxReport.objects.create(payment=payment, stage=stage, at=at)
    except IntegrityError:
        return _DONE_BEFORE[stage]


_DONE_BEFORE = {
    Stage.OPENED: Refused("already_charged_back", say("The bank takes this payment back already.")),
    Stage.WON: Refused("already_decided", say("The bank decides about this payment already.")),
    Stage.LOST: Refused("already_decided", say("The bank decides about this payment already.")),
}


def _why_not(stage: Stage, at: datetime, steps: Sequence[Step]) -> Refused | None:
    opened = next((step for step in steps if step.stage == Stage.OPENED), None)
    if stage == Stage.OPENED:
        return _DONE_BEFORE[stage] if opened else None
    if opened is None or at < opened.at:
        return Refused("no_chargeback", say("The bank decides only about a payment that it has taken back before."))
    return _DONE_BEFORE[stage] if len(steps) > 1 else None


def next_report(after: datetime | None = None) -> datetime | None:
    """When a bank does something next that is not told; with `after`, the next later than that."""
    waiting = SandboxReport.objects.filter(is_told=False)
    if after:
        waiting = waiting.filter(at__gt=after)
    return waiting.order_by("at").values_list("at", flat=True).first()


def payments_of(client: str, *, limit: int) -> list[Paid]:
    """What the client's card has paid, the newest first."""
    found = [*_of_contracts(client, limit), *_of_invoices(client, limit)]
    return sorted(found, key=lambda paid: paid.at, reverse=True)[:limit]


def payments_on(contract: str) -> list[Paid]:
    """What was paid by card on the contract, its invoices for hours included; the oldest first."""
    rows = CardPayment.objects.filter(contract=UUID(contract)).select_related("contract")
    invoices = Invoice.objects.filter(weeks__contract=UUID(contract), status=Invoice.Status.PAID)
    return sorted(chain(_read(rows), _read_invoices(invoices)), key=lambda paid: (paid.at, paid.key))


def _of_contracts(client: str, limit: int) -> list[Paid]:
    rows = CardPayment.objects.filter(contract__client=UUID(client)).select_related("contract")
    return _read(rows.order_by("-paid_at", "-key")[:limit])


def _of_invoices(client: str, limit: int) -> list[Paid]:
    paid = Invoice.objects.filter(client=UUID(client), status=Invoice.Status.PAID)
    return _read_invoices(paid.order_by("-answered_at")[:limit])


def _read(rows: Iterable[CardPayment]) -> list[Paid]:
    rows = list(rows)
    steps = _steps([row.key for row in rows])
    return [
        Paid(
            row.key,
            row.paid_at,
            Money(row.amount + row.fee, row.contract.currency),
            str(row.contract_id),
            row.contract.title,
            steps.get(row.key, ()),
        )
        for row in rows
    ]


def _read_invoices(rows: Iterable[Invoice]) -> list[Paid]:
    rows = list(rows)
    keys = {row.id: f"{row.id}-{row.attempts}" for row in rows}
    steps = _steps(list(keys.values()))
    return [
        Paid(
            keys[row.id],
            row.answered_at,
            Money(row.amount + row.fee, row.currency),
            None,
            f"Hours of the week of {week_text(row.week)}",
            steps.get(keys[row.id], ()),
        )
        for row in rows
        if row.answered_at
    ]


def _steps(payments: Sequence[str]) -> dict[str, tuple[Step, ...]]:
    found: dict[str, tuple[Step, ...]] = {}
    for row in SandboxReport.objects.filter(payment__in=payments).order_by("at", "id"):
        found[row.payment] = (*found.get(row.payment, ()), Step(Stage(row.stage), row.at, row.is_told))
    return found
