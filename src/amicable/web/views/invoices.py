"""A client's invoices for hours: the list, and each on a page that prints."""

from __future__ import annotations

import io
from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amicable.contracts import clock
from amicable.contracts.invoices import Invoice, all_of, invoice_of, invoices_of, place, write_csv
from amicable.web.viewer import person_of

PAGE = 25


@never_cache
@login_required
@require_safe
def invoices(request: HttpRequest) -> HttpResponse:
    """The invoices, the newest first."""
    after = _place(request.GET.get("after", ""))
    found = invoices_of(str(person_of(request).pk), after=after, limit=PAGE + 1, newest_first=True)
    page = {
        "invoices": found[:PAGE],
        "older": f"?{urlencode({'after': found[PAGE - 1].place})}" if len(found) > PAGE else "",
        "is_newest": after is None,
    }
    return render(request, "web/invoices.html", page)


@never_cache
@login_required
@require_safe
def invoice(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """One invoice, as a page or as CSV."""
    found = invoice_of(str(person_of(request).pk), str(invoice_id))
    if found is None:
        raise Http404("There is no such invoice.")
    if request.GET.get("format") == "csv":
        return _csv([found], f"invoice-{found.number}.csv")
    return render(request, "web/invoice.html", {"invoice": found, "now": clock.now()})


@never_cache
@login_required
@require_safe
def invoices_csv(request: HttpRequest) -> HttpResponse:
    """All invoices for a spreadsheet."""
    return _csv(all_of(str(person_of(request).pk)), "invoices.csv")


def _csv(found: Iterable[Invoice], name: str) -> HttpResponse:
    sheet = io.StringIO()
    write_csv(found, sheet)
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8", headers=named)


def _place(text: str) -> str | None:
    """The place in an address, or None where somebody wrote something else."""
    try:
        return place(text)
    except ValueError:
        return None
