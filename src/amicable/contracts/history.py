"""What has happened on a contract, as it was shown before it was done."""

from __future__ import annotations

from collections.abc import Collection
from operator import itemgetter

from amicable.contracts.models import Event
from amicable.contracts.names import sealed_events
from amicable.contracts.perform import EVENT_FIELDS
from amicable.contracts.record import Recorded, recorded
from amicable.rules.parts import Role


def history(contract_id: str, *, after: int = 0, limit: int = 200) -> list[Recorded]:
    """The events after the version `after`, oldest first."""
    rows = Event.objects.filter(contract_id=contract_id, version__gt=after).order_by("version")
    return [recorded(**row) for row in rows.values(*EVENT_FIELDS)[:limit]]


Placed = tuple[int, Recorded]
_SLOTS = 4
"""Places for each version: its event, and what was done under seal while it was the latest."""


def history_as_seen(contract_id: str, reader: Role, *, after: int = 0, limit: int = 200) -> list[Placed]:
    """The events after a place, oldest first, each with its place; among them what was done under seal, where
    `reader`'s side may know of it."""
    version = after // _SLOTS
    placed = [(event.version * _SLOTS, event) for event in history(contract_id, after=version, limit=limit)]
    sealed = sealed_events(contract_id, reader, since=version)
    placed += [(event.version * _SLOTS + slot, event) for slot, event in enumerate(sealed, start=1)]
    return sorted((one for one in placed if one[0] > after), key=itemgetter(0))[:limit]


def events_at(contract_id: str, versions: Collection[int]) -> list[Recorded]:
    """The events of those versions, oldest first."""
    rows = Event.objects.filter(contract_id=contract_id, version__in=versions).order_by("version")
    return [recorded(**row) for row in rows.values(*EVENT_FIELDS)]


def latest(contract_id: str, *, before: int | None = None, limit: int = 50) -> list[Recorded]:
    """The newest events, newest first; those from before a version where one is given."""
    rows = Event.objects.filter(contract_id=contract_id).order_by("-version")
    rows = rows if before is None else rows.filter(version__lt=before)
    return [recorded(**row) for row in rows.values(*EVENT_FIELDS)[:limit]]
