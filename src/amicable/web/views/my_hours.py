"""A person's week: hours by day and contract."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amicable.contracts import clock
from amicable.diary.summary import summary_of, write_csv
from amicable.rules.policy import DEFAULT
from amicable.rules.week import available_at, locks, monday_of, opens, review_ends
from amicable.web.my_hours import sides_of
from amicable.web.viewer import person_of

A_WEEK = timedelta(days=7)
YEARS = range(2000, 2200)


@never_cache
@login_required
@require_safe
def hours(request: HttpRequest) -> HttpResponse:
    """The week in which a day lies, this week's where none is named."""
    now = clock.now()
    start = _week(request, now)
    summary = summary_of(str(person_of(request).pk), start, now)
    page = {
        "start": start,
        "last_day": start + timedelta(days=6),
        "previous": start - A_WEEK,
        "next": start + A_WEEK if start + A_WEEK <= monday_of(now) else None,
        "is_open": now < locks(start, DEFAULT),
        "closes_at": locks(start, DEFAULT),
        "review_ends_at": review_ends(start, DEFAULT),
        "available_at": available_at(review_ends(start, DEFAULT), DEFAULT),
        "sides": sides_of(summary),
        "now": now,
    }
    return render(request, "web/my_hours.html", page)


@never_cache
@login_required
@require_safe
def hours_csv(request: HttpRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    now, sheet = clock.now(), io.StringIO()
    start = _week(request, now)
    write_csv(summary_of(str(person_of(request).pk), start, now), sheet)
    named = {"Content-Disposition": f'attachment; filename="hours-{start}.csv"'}
    return HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8", headers=named)


def _week(request: HttpRequest, now: datetime) -> date:
    """The Monday of the week that is asked for; raises Http404 for what is no day."""
    named = request.GET.get("week")
    if not named:
        return monday_of(now)
    try:
        day = date.fromisoformat(named)
    except ValueError:
        raise Http404("This is no day.") from None
    if day.year not in YEARS:
        raise Http404("There are no hours that long ago or ahead.")
    return monday_of(opens(day))
