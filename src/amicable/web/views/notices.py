"""Notices: what others, or nobody, did to the person's contracts."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from amicable.contracts import clock
from amicable.talk.notices import Told, mark_read, notices_of
from amicable.web.outcome import People, Shown, show
from amicable.web.viewer import person_of

PAGE = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A notice in the list."""

    contract: str
    """Its id."""
    title: str
    """The contract's."""
    is_unread: bool
    event: Shown


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The person's notices, the newest first, page by page."""
    before = request.GET.get("before", "")
    told = notices_of(
        str(person_of(request).pk),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE + 1,
    )
    shown = told[:PAGE]
    page = {
        "rows": [_row(one) for one in shown],
        "has_unread": any(one.notice.read_at is None for one in shown),
        "older": f"?before={shown[-1].notice.pk}" if len(told) > PAGE else "",
        "is_first": not before,
        "now": clock.now(),
    }
    return render(request, "web/notices.html", page)


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """The person has read all of them."""
    mark_read(str(person_of(request).pk), clock.now())
    return redirect("web:notices")


def _row(told: Told) -> Row:
    contract = told.notice.contract
    people = People.called(contract.client.name, contract.freelancer.name)
    return Row(told.event.contract, told.title, told.notice.read_at is None, show(told.event, people))
