"""What happens by itself on a person's contracts, over a span of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from amicable.contracts.models import DISPUTED
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Event as EventRow
from amicable.contracts.perform import EVENT_FIELDS
from amicable.contracts.queries import in_order
from amicable.contracts.record import recorded
from amicable.people.models import Person
from amicable.rules.clocks import due
from amicable.web.outcome import People, Shown, show


@dataclass(frozen=True, slots=True)
class Happened:
    """An event on one of the person's contracts."""

    contract: str
    """Its id."""
    title: str
    """The contract's."""
    event: Shown


def next_event(person: Person, now: datetime) -> datetime | None:
    """When the next thing happens by itself on a contract of the person's; None where nothing will.

    That sealed feedback will open is not told: it would tell that there is some.
    """
    mine = ContractRow.objects.filter(_whose(person))
    sealed = mine.filter(feedback__isnull=False, feedback__opened_at__isnull=True).values_list("pk", flat=True)
    open_ = mine.filter(due_at__gt=now).exclude(pk__in=sealed).order_by("due_at").values_list("due_at", flat=True)
    clocks = [due(contract) for contract in in_order(map(str, sealed), now)]
    moments = [at for at in open_[:1] if at] + [clock.at for clock in clocks if clock]
    return min(moments, default=None)


def happened(person: Person, since: datetime, until: datetime) -> Iterator[Happened]:
    """What happened after `since` and until `until` on the person's contracts, in order."""
    contracts = ContractRow.objects.filter(_whose(person))
    rows = EventRow.objects.filter(contract__in=contracts, at__gt=since, at__lte=until)
    for row in rows.order_by("at", "contract", "version").values(*EVENT_FIELDS, *ABOUT):
        title, client, freelancer = (row.pop(name) for name in ABOUT)
        event = recorded(**row)
        yield Happened(event.contract, title, show(event, People.called(client, freelancer)))


ABOUT = ("contract__title", "contract__client__name", "contract__freelancer__name")


def _whose(person: Person) -> Q:
    """The person's contracts; for a mediator, who is party to none, those that are or were in dispute."""
    mine = Q(client=person) | Q(freelancer=person)
    return mine | DISPUTED if person.has_role("mediator") else mine
