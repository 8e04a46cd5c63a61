"""Jobs > Contracts: the contracts of the person who looks, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amicable.contracts import clock
from amicable.contracts.queries import contracts_of
from amicable.people.models import Person
from amicable.rules.clocks import due
from amicable.rules.contract import Contract, Status
from amicable.rules.money import Money
from amicable.rules.outcome import Clock
from amicable.rules.parts import Role
from amicable.web.outcome import Deadline, People, show_clock
from amicable.web.viewer import person_of, searched
from amicable.web.waiting import waits_for

PAGE = 20
TABS = (
    ("All", None),
    ("Offers", Status.OFFERED),
    ("Active", Status.ACTIVE),
    ("Paused", Status.PAUSED),
    ("Ending", Status.ENDING),
    ("Ended", Status.ENDED),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A contract in the list."""

    contract: Contract
    other: str
    """The name of the other side, or of both where the person is neither."""
    other_role: str
    waiting: Money
    """What is in escrow, or for hours in review."""
    paid: Money
    next: Deadline | None
    waits_for: SafeString
    """What has to be done first, where nothing happens by itself."""


@never_cache
@login_required
@require_safe
def contracts(request: HttpRequest) -> HttpResponse:
    """The list, with search, by status, and page by page."""
    person, now = person_of(request), clock.now()
    q, status = searched(request.GET, "q"), _status(request.GET.get("status", ""))
    found = contracts_of(
        str(person.pk),
        now,
        status=status,
        q=q,
        mediates=person.has_role("mediator"),
        newest_first=True,
        after=_id(request.GET.get("after", "")),
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    page = {
        "rows": _rows(shown, person, now),
        "now": now,
        "q": q,
        "status": status,
        "tabs": [(words, _address(q, at), at == status) for words, at in TABS],
        "older": _address(q, status, shown[-1].id) if len(found) > PAGE else "",
        "newest": _address(q, status) if "after" in request.GET else "",
        "offers": person.has_role("client"),
    }
    return render(request, "web/contracts.html", page)


def _status(text: str) -> Status | None:
    return Status(text) if text in list(Status) else None


def _id(text: str) -> str | None:
    """The id in an address, or None where somebody wrote something else."""
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _address(q: str, status: Status | None, after: str = "") -> str:
    parts = {"q": q, "status": status, "after": after}
    return f"?{urlencode({name: value for name, value in parts.items() if value})}"


def _rows(found: Iterable[Contract], person: Person, now: datetime) -> list[Row]:
    found = list(found)
    names = _names(found)
    return [_row(contract, names, str(person.pk), now) for contract in found]


def _names(found: Iterable[Contract]) -> dict[str, str]:
    ids = {side for contract in found for side in (contract.client, contract.freelancer)}
    people = Person.objects.filter(id__in=ids).values_list("id", "name")
    return {str(person): name for person, name in people}


def _next(contract: Contract, now: datetime) -> Clock | None:
    """The next thing that happens by itself. That nothing will be done for months is none of it before it shows."""
    following = due(contract)
    is_far = following is not None and following.announced and now < following.announced[0]
    return None if is_far else following


def _row(contract: Contract, names: dict[str, str], reader: str, now: datetime) -> Row:
    client, freelancer = names[contract.client], names[contract.freelancer]
    people, next_clock = People.called(client, freelancer), _next(contract, now)
    others = {
        Role.CLIENT: (freelancer, "Freelancer"),
        Role.FREELANCER: (client, "Client"),
        None: (f"{client} and {freelancer}", "Client and freelancer"),
    }
    other, other_role = others[contract.side_of(reader)]
    return Row(
        contract,
        other,
        other_role,
        waiting=contract.money(contract.escrow + contract.in_review),
        paid=contract.money(contract.paid),
        next=show_clock(next_clock, people) if next_clock else None,
        waits_for=people.tell(waits_for(contract)),
    )
