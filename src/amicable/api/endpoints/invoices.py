"""A client's invoices for hours."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from django.http import FileResponse
from ninja import Query, Router, Schema
from pydantic import Field

from amicable.api import schemas
from amicable.api.auth import Request
from amicable.api.describe import as_text
from amicable.api.downloads import download
from amicable.api.invoices import Invoice, invoice
from amicable.api.paging import Window, page
from amicable.api.problems import nothing_here
from amicable.contracts import invoices

router = Router(tags=["money"])
Format = Annotated[Literal["json", "csv"], Field(description="`csv` has a row for each contract of the week.")]


class InvoicesWindow(Window):
    """Which of the invoices, and in which form: with `csv` all of them come."""

    format: Format = "json"


class InForm(Schema):
    """In which form."""

    format: Format = "json"


@router.get(
    "/me/invoices", response=schemas.Page[Invoice], operation_id="list_invoices", openapi_extra=as_text("text/csv")
)
def list_invoices(request: Request, window: Query[InvoicesWindow]) -> schemas.Page[Invoice] | FileResponse:
    """What the client's card was asked for on Mondays, one invoice a week and currency, oldest first."""
    client = str(request.auth.id)
    if window.format == "csv":
        return _csv(invoices.all_of(client), "invoices.csv")
    shown, cursor = page(
        window,
        lambda after, limit: invoices.invoices_of(client, after=after, limit=limit),
        place=lambda one: one.place,
        read=invoices.place,
    )
    return schemas.Page[Invoice](items=[invoice(one) for one in shown], next=cursor)


@router.get(
    "/me/invoices/{uuid:invoice_id}",
    response=Invoice,
    operation_id="get_invoice",
    openapi_extra=as_text("text/csv", refuses=(404,)),
)
def get_invoice(request: Request, invoice_id: UUID, wanted: Query[InForm]) -> Invoice | FileResponse:
    """One invoice."""
    found = invoices.invoice_of(str(request.auth.id), str(invoice_id))
    if found is None:
        raise nothing_here()
    return _csv([found], f"invoice-{found.number}.csv") if wanted.format == "csv" else invoice(found)


def _csv(of: Iterable[invoices.Invoice], name: str) -> FileResponse:
    return download(partial(invoices.write_csv, of), name=name, media_type="text/csv")
