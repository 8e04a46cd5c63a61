"""What an invoice looks like from outside."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from amicable.api.schemas import Amount, Shown
from amicable.contracts import invoices
from amicable.rules.week import hours_text


class InvoiceLine(BaseModel):
    """`amount` is `minutes` times `rate`, over 60, rounded half up."""

    contract: str
    title: str
    freelancer: Annotated[str, Field(description="Their name.")]
    hours: Annotated[str, Field(description="The minutes as hours.", examples=["7:10"])]
    minutes: int
    rate: Amount
    amount: Amount
    fee: Amount
    refunded: Annotated[Amount, Field(description="What of the amount went back because hours were disputed.")]


class Invoice(BaseModel):
    """What a client's card was asked for, in one sum, for the hours of a week in one currency."""

    id: str
    number: str
    week: Annotated[date, Field(description="Its Monday.")]
    status: Literal["charging", "paid", "unpaid"]
    lines: list[InvoiceLine]
    amount: Annotated[Amount, Field(description="The sum of the lines.")]
    fee: Annotated[Amount, Field(description="The client's fee on them.")]
    total: Amount
    refunded: Annotated[Amount, Field(description="What of the amount went back since.")]
    currency: str
    charged_at: Annotated[Shown | None, Field(description="When the card paid.")]


def invoice(of: invoices.Invoice) -> Invoice:
    """An invoice with its lines."""
    return Invoice(
        id=of.id,
        number=of.number,
        week=of.week,
        status=of.status,  # type: ignore[arg-type]
        lines=[_line(line) for line in of.lines],
        amount=of.amount.decimal,
        fee=of.fee.decimal,
        total=of.total.decimal,
        refunded=of.refunded.decimal,
        currency=of.amount.currency,
        charged_at=of.charged_at,
    )


def _line(of: invoices.Line) -> InvoiceLine:
    return InvoiceLine(
        contract=of.contract,
        title=of.title,
        freelancer=of.freelancer,
        hours=hours_text(of.minutes),
        minutes=of.minutes,
        rate=of.rate.decimal,
        amount=of.amount.decimal,
        fee=of.fee.decimal,
        refunded=of.refunded.decimal,
    )
