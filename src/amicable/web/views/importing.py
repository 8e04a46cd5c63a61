"""Importing hours: a file is sent, what would be logged is shown, and then the button."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amicable.diary.imports.importing import Sent, foresee, perform
from amicable.diary.imports.plan import Plan, takes_imports
from amicable.diary.imports.products import PRODUCTS
from amicable.rules.outcome import Refused
from amicable.rules.week import hours_text
from amicable.web.importing import Form, broken_lines, read_form, shown
from amicable.web.refusals import status_of
from amicable.web.viewer import Sight, look, why


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def import_time(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """Ask for a file; POST shows what importing it would come to, and with `plan` does exactly that."""
    sight = look(request, contract_id)
    form = read_form(request, sight)
    refused = takes_imports(sight.contract, sight.role, sight.now)
    if refused:
        return _page(request, sight, Form(zone=sight.person.time_zone), refused=refused)
    sent = form.sent(sight)
    if sent is None:
        return _page(request, sight, form, status=HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)
    if "plan" in request.POST:
        return _import(request, sight, form, sent)
    foreseen = foresee(sent, sight.now)
    if isinstance(foreseen, Refused):
        return _page(request, sight, form, refused=foreseen)
    return _page(request, sight, form, preview=foreseen)


def _import(request: HttpRequest, sight: Sight, form: Form, sent: Sent) -> HttpResponse:
    """Log what was shown, or say why not and show what it would come to now."""
    done = perform(sent, sight.now, request.POST["plan"])
    if isinstance(done, Plan):
        messages.success(request, f"{hours_text(done.minutes)} logged from {done.export.product.name}.")
        return redirect(_diary(sight, done))
    again = foresee(sent, sight.now)
    return _page(request, sight, form, refused=done, preview=again if isinstance(again, Plan) else None)


def _diary(sight: Sight, done: Plan) -> str:
    """Where what was logged first is to be seen."""
    address = reverse("web:diary", args=[sight.contract.id])
    return f"{address}?week={done.weeks[0].start}" if done.weeks else address


def _page(
    request: HttpRequest,
    sight: Sight,
    form: Form,
    *,
    refused: Refused | None = None,
    preview: Plan | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    page = {
        "sight": sight,
        "contract": sight.contract,
        "form": form,
        "products": PRODUCTS,
        "may_import": takes_imports(sight.contract, sight.role, sight.now) is None,
        "nothing_done": why(refused, sight.people) if refused else None,
        "broken": broken_lines(refused),
        "wants_order": refused is not None and refused.code == "import_dates_ambiguous",
        "preview": shown(preview, sight.people) if preview else None,
        "now": sight.now,
    }
    return render(request, "web/import.html", page, status=status_of(refused) if refused else status)
