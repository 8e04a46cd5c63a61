"""The versions of a contract's terms."""

from __future__ import annotations

from amicable.contracts.models import Terms
from amicable.contracts.record import version_from_row
from amicable.rules.terms import Version

_FIELDS = ("number", "since", "proposed_by", "accepted_by", "note", "terms", "was")


def versions_of(contract_id: str, *, after: int = 0, limit: int = 200) -> list[Version]:
    """The versions after that with the number `after`, oldest first."""
    rows = Terms.objects.filter(contract_id=contract_id, number__gt=after).order_by("number")
    return [version_from_row(**row) for row in rows.values(*_FIELDS)[:limit]]
