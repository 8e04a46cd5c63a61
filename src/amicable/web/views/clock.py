"""The demo's clock: moved forward by whoever has signed in, with all that is due on the way."""

from __future__ import annotations

from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import islice

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from amicable.contracts import clock
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.web.happened import happened, next_event
from amicable.web.viewer import person_of

TOLD = 8
"""So many events are told; the contracts' histories have them all."""


@require_POST
@login_required
def move(request: HttpRequest) -> HttpResponse:
    """Move the clock to the next event of the person's, a day on or to the next Monday, and tell what happened."""
    if not settings.SANDBOX:
        raise Http404
    person, now = person_of(request), clock.now()
    to = _target(request.POST.get("to", ""), person, now)
    if to is None:
        page = {"reason": "The clock moves to “next”, “day” or “monday”. It stands where it stood."}
        return render(request, "422.html", page, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    advance(to)
    messages.info(request, _told(person, now, to))
    return redirect(_where_they_were(request))


def _target(to: str, person: Person, now: datetime) -> datetime | None:
    if to == "next":
        return next_event(person, now) or now
    if to == "day":
        return now + timedelta(days=1)
    return next_monday(now) if to == "monday" else None


def next_monday(now: datetime) -> datetime:
    """The next Monday 00:00 UTC, on which a billing week begins."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=7 - now.weekday())


def _told(person: Person, since: datetime, until: datetime) -> str:
    events = list(islice(happened(person, since, until), TOLD + 1))
    page = {"until": until, "events": events[:TOLD], "more": len(events) > TOLD}
    return mark_safe(render_to_string("web/clock_moved.html", page))


def _where_they_were(request: HttpRequest) -> str:
    page = request.headers.get("Referer", "")
    return page if url_has_allowed_host_and_scheme(page, {request.get_host()}, request.is_secure()) else "/"
