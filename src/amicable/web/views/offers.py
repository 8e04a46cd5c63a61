"""Offering a contract to a freelancer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amicable.contracts import clock
from amicable.contracts.offers import current_policy, make_offer
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.offering import offer as would_offer
from amicable.rules.outcome import Outcome, Refused, invalid
from amicable.rules.week import monday_of
from amicable.web.hourly import cycle_of, terms_now
from amicable.web.looking import LOOK
from amicable.web.offer_form import OfferForm, currencies, freelancers, kind_of
from amicable.web.outcome import People
from amicable.web.refusals import status_of
from amicable.web.typed import fields
from amicable.web.viewer import one_time, person_of, why


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest) -> HttpResponse:
    """Fill in an offer; a POST changes the rows, searches for a freelancer, or makes the offer."""
    client = person_of(request)
    if not client.has_role("client"):
        raise PermissionDenied("Only clients make offers. Sign in as somebody who hires.")
    if request.method != "POST":
        return _page(request, OfferForm(freelancer=request.GET.get("freelancer", ""), kind=kind_of(request.GET)))
    form = OfferForm.read(request.POST)
    if "add" in request.POST:
        return _page(request, form.with_row(), focus="row")
    if "remove" in request.POST:
        return _page(request, form.without_row(request.POST["remove"]), focus="add")
    if "find" in request.POST or LOOK in request.POST or LOOK in request.GET:
        return _page(request, form)
    return _offer(request, client, form.without_empty_rows())


def _offer(request: HttpRequest, client: Person, form: OfferForm) -> HttpResponse:
    freelancer = next((found for found in freelancers(form, client) if str(found.pk) == form.freelancer), None)
    if freelancer is None:
        nobody = invalid("freelancer", "Choose whom the offer goes to.")
        foreseen = _foreseen(form.terms, clock.now())
        wrong = foreseen.errors if isinstance(foreseen, Refused) else ()
        return _page(request, form, dict((*nobody.errors, *wrong)), status=status_of(nobody))
    key, now = one_time(request.POST.get("key")), clock.now()
    made = make_offer(client=str(client.pk), freelancer=str(freelancer.pk), terms=form.terms, at=now, key=key)
    if isinstance(made, Refused):
        people = People.called(client.name, freelancer.name)
        errors = dict(made.errors) or {"offer": why(made, people)}
        return _page(request, form, errors, status=status_of(made))
    messages.success(request, f"The offer is made. {freelancer.name} has been told. Nothing was charged.")
    return redirect("web:contract", made.id)


def _page(
    request: HttpRequest,
    form: OfferForm,
    errors: Mapping[str, str] | None = None,
    focus: str = "",
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    errors, now = errors or {}, clock.now()
    hourly = _would_be(form.price, now) if form.kind == "hourly" else None
    page: dict[str, Any] = {
        "form": form,
        "errors": errors,
        "rows": [fields(number, row, errors) for number, row in enumerate(form.rows)],
        "freelancers": freelancers(form, person_of(request)),
        "currencies": currencies(),
        "policy": current_policy(),
        "terms": terms_now(hourly, now) if hourly else None,
        "cycle": cycle_of(hourly, monday_of(now)) if hourly else None,
        "fixed": _would_be(form.review, now) if form.kind == "fixed" else None,
        "now": now,
        "key": secrets.token_urlsafe(16),
        "focus": focus,
    }
    return render(request, "web/offer.html", page, status=status)


def _would_be(terms: Mapping[str, Any], at: datetime) -> Contract | None:
    """The contract that would be offered at `at`, as soon as its terms make sense."""
    offered = _foreseen(terms, at)
    return None if isinstance(offered, Refused) else offered.contract


def _foreseen(terms: Mapping[str, Any], at: datetime) -> Outcome | Refused:
    """What offering these terms comes to, whoever gets the offer."""
    nobody = {"contract_id": "", "client": "client", "freelancer": "freelancer", "provider": ""}
    return would_offer(terms, **nobody, policy=current_policy(), at=at)
