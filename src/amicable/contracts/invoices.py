"""A client's invoices: what was asked of the card for the hours of a week, with a line for each contract."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TextIO
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from amicable.contracts.models import Invoice as InvoiceRow
from amicable.contracts.models import Week as WeekRow
from amicable.contracts.sheets import as_text
from amicable.rules.money import Money
from amicable.rules.week import hours_text

BILLED = (InvoiceRow.Status.CHARGING, InvoiceRow.Status.PAID, InvoiceRow.Status.UNPAID)
"""Before its week is closed an invoice is none yet, and one on which there was nothing to charge never is."""
HEADER = (
    "number", "week", "status", "charged_at", "contract", "title", "hours", "minutes", "rate", "amount", "fee",
    "refunded", "currency",
)  # fmt: skip
_CURRENCY = re.compile("[A-Z]{3}")
_PROVIDER = re.compile("[a-z0-9_-]{1,20}")
_PLACE = ("week", "currency", "provider")
"""The fields of a place, in order."""


@dataclass(frozen=True, slots=True)
class Line:
    """The hours of the week on one contract: minutes times the rate, over 60, half up, is the amount."""

    contract: str
    title: str
    freelancer: str
    """Their name."""
    minutes: int
    rate: Money
    amount: Money
    fee: Money
    """The client's, on this contract."""
    refunded: Money
    """What of the amount went back since, because the hours were disputed."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """What a client was asked for, in one sum, for the hours of a week in one currency through one provider."""

    id: str
    week: date
    """Its Monday."""
    status: str
    """`charging`, `paid` or `unpaid`."""
    amount: Money
    fee: Money
    charged_at: datetime | None
    """When the card paid."""
    provider: str
    lines: tuple[Line, ...]

    @property
    def number(self) -> str:
        """What people call it: `2026-W48-USD-1a2b3c4d`, the week by ISO 8601 and the end of its id."""
        year, week, _ = self.week.isocalendar()
        return f"{year}-W{week:02}-{self.amount.currency}-{self.id[-8:]}"

    @property
    def place(self) -> str:
        """Where it stands in the list: there is one for each week, currency and provider."""
        return f"{self.week}:{self.amount.currency}:{self.provider}"

    @property
    def total(self) -> Money:
        """What the card pays."""
        return self.amount + self.fee

    @property
    def refunded(self) -> Money:
        """What of the amount went back since."""
        return Money(sum(line.refunded.amount for line in self.lines), self.amount.currency)


def invoices_of(client: str, *, after: str | None = None, limit: int = 50, newest_first: bool = False) -> list[Invoice]:
    """Up to `limit` invoices of the client (an id), the oldest first or `newest_first`, those that then come after the
    place `after`. Two queries."""
    stored = _stored(client).order_by(*(f"-{field}" if newest_first else field for field in _PLACE))
    if after:
        comes, known = Q(), dict[str, str]()
        for field, value in zip(_PLACE, after.split(":"), strict=True):
            comes |= Q(**known, **{f"{field}__{'lt' if newest_first else 'gt'}": value})
            known[field] = value
        stored = stored.filter(comes)
    return [_invoice(row) for row in stored[:limit]]


def unpaid_of(client: str) -> list[Invoice]:
    """Those that the client's card has not paid, in the order in which it is asked again. Two queries."""
    return [_invoice(row) for row in _stored(client).filter(status=InvoiceRow.Status.UNPAID).order_by(*_PLACE)]


def place(text: str) -> str:
    """Reads an invoice's place in the list; raises ValueError for what is none."""
    week, currency, provider = text.split(":")
    if not _CURRENCY.fullmatch(currency) or not _PROVIDER.fullmatch(provider):
        raise ValueError(text)
    return f"{date.fromisoformat(week)}:{currency}:{provider}"


def invoice_of(client: str, invoice_id: str) -> Invoice | None:
    """The invoice, if it is one of the client's."""
    row = _stored(client).filter(id=invoice_id).first()
    return _invoice(row) if row else None


def write_csv(invoices: Iterable[Invoice], out: TextIO) -> None:
    """Write the lines of invoices as comma-separated values, with a header."""
    sheet = csv.writer(out)
    sheet.writerow(HEADER)
    for invoice in invoices:
        sheet.writerows(_cells(invoice))


def all_of(client: str) -> Iterator[Invoice]:
    """All invoices of the client, the oldest first, a part at a time."""
    part = invoices_of(client)
    while part:
        yield from part
        part = invoices_of(client, after=part[-1].place)


def _stored(client: str) -> QuerySet[InvoiceRow]:
    weeks = WeekRow.objects.filter(amount__gt=0).select_related("contract__freelancer").order_by("contract_id")
    stored = InvoiceRow.objects.filter(client=UUID(client), status__in=BILLED)
    return stored.prefetch_related(Prefetch("weeks", queryset=weeks, to_attr="billed"))


def _invoice(row: InvoiceRow) -> Invoice:
    return Invoice(
        str(row.id),
        row.week,
        row.status,
        Money(row.amount, row.currency),
        Money(row.fee, row.currency),
        row.answered_at if row.status == InvoiceRow.Status.PAID else None,
        row.provider,
        tuple(_line(week, row.currency) for week in row.billed),  # type: ignore[attr-defined] # by the prefetch
    )


def _line(week: WeekRow, currency: str) -> Line:
    return Line(
        str(week.contract_id),
        week.contract.title,
        week.contract.freelancer.name,
        week.minutes,
        Money(week.rate, currency),
        Money(week.amount, currency),
        Money(week.fee, currency),
        Money(week.refunded, currency),
    )


def _cells(invoice: Invoice) -> Iterator[tuple[object, ...]]:
    charged_at = invoice.charged_at and invoice.charged_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    for line in invoice.lines:
        money = (line.rate.decimal, line.amount.decimal, line.fee.decimal, line.refunded.decimal)
        hours = (hours_text(line.minutes), line.minutes)
        about = (
            invoice.number,
            invoice.week.isoformat(),
            invoice.status,
            charged_at,
            line.contract,
            as_text(line.title),
        )
        yield (*about, *hours, *money, invoice.amount.currency)
