"""The disputes of others, for mediators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amicable.contracts import clock
from amicable.contracts.queries import disputes_of_others
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.dispute import Dispute, DisputeStatus
from amicable.rules.dispute_clocks import dispute_clock
from amicable.rules.mediators import has_it
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.web.disputes import stands
from amicable.web.outcome import People
from amicable.web.viewer import Sight, one_time, person_of

AT_ONCE = 50
TABS = (("open", "Open"), ("closed", "Over"))


@dataclass(frozen=True, slots=True)
class Row:
    """A dispute in the list."""

    contract: Contract
    dispute: Dispute
    client: str
    freelancer: str
    amount: Money
    stands: str
    then: SafeString | str
    """What happens by itself when its clock strikes; nothing where it is over."""
    mediator: str
    """Who has it."""
    at: datetime
    """When its clock strikes, or when it was closed."""


@never_cache
@login_required
@require_safe
def disputes(request: HttpRequest) -> HttpResponse:
    """The open ones, or those that are over, oldest first."""
    person, now = person_of(request), clock.now()
    if not person.has_role("mediator"):
        raise PermissionDenied("Only mediators look at the disputes of others. Yours are shown with their contracts.")
    status = "closed" if request.GET.get("status") == "closed" else "open"
    wanted = DisputeStatus.CLOSED if status == "closed" else None
    after = one_time(request.GET.get("after"))
    found = disputes_of_others(str(person.pk), now, status=wanted, after=after, limit=AT_ONCE + 1)
    page = {
        "now": now,
        "tabs": TABS,
        "status": status,
        "rows": _rows(found[:AT_ONCE], person, now),
        "next": found[AT_ONCE - 1][1].id if len(found) > AT_ONCE else None,
    }
    return render(request, "web/disputes.html", page)


def _rows(found: list[tuple[Contract, Dispute]], person: Person, now: datetime) -> list[Row]:
    ids = {one for contract, dispute in found for one in (contract.client, contract.freelancer, has_it(dispute)) if one}
    names = {str(pk): name for pk, name in Person.objects.filter(id__in=ids).values_list("id", "name")}
    return [_row(contract, dispute, names, person, now) for contract, dispute in found]


def _row(contract: Contract, dispute: Dispute, names: dict[str, str], person: Person, now: datetime) -> Row:
    client, freelancer = names[contract.client], names[contract.freelancer]
    sight = Sight(contract, Role.MEDIATOR, person, People.called(client, freelancer), now)
    if dispute.closing:
        at, then = dispute.closing.at, ""
    else:
        strikes = dispute_clock(contract, dispute)
        at, then = strikes.at, sight.people.tell(strikes.explanation)
    has = has_it(dispute)
    mediator = "You" if has == sight.actor else names[has] if has else "Nobody" if dispute.closing else "Nobody yet"
    amount = contract.money(dispute.amount)
    return Row(contract, dispute, client, freelancer, amount, stands(dispute, sight), then, mediator, at)
