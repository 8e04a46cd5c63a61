"""What has happened on a contract, as it was shown before it was done."""

from __future__ import annotations

from amicable.contracts.models import Event
from amicable.contracts.perform import EVENT_FIELDS
from amicable.contracts.record import Recorded, recorded


def history(contract_id: str, *, after: int = 0, limit: int = 200) -> list[Recorded]:
    """The events after the version `after`, oldest first."""
    rows = Event.objects.filter(contract_id=contract_id, version__gt=after).order_by("version")
    return [recorded(**row) for row in rows.values(*EVENT_FIELDS)[:limit]]


def latest(contract_id: str, *, limit: int = 50) -> list[Recorded]:
    """The newest events, newest first."""
    rows = Event.objects.filter(contract_id=contract_id).order_by("-version")
    return [recorded(**row) for row in rows.values(*EVENT_FIELDS)[:limit]]
