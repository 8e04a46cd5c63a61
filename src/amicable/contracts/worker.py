"""What happens by itself, performed: the same rules over many contracts at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

import amicable.rules.actions  # noqa: F401 (registers the actions)
from amicable.contracts.activity import set_due
from amicable.contracts.chunks import in_chunks
from amicable.contracts.commit import commit_locked
from amicable.contracts.deed import Deed
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.store import load_many
from amicable.rules.contract import Contract
from amicable.rules.timeline import timeline

CHUNK = 1_000


def perform_due(at: datetime, *, chunk: int = CHUNK) -> int:
    """Perform everything that is due at `at` (UTC), the earliest first; returns how many actions that were.

    Claims contracts in chunks that others skip, so any number of workers may run. A contract that cannot be read or
    performed, for whatever reason, is logged and left for the next run; it does not stop the others.
    """
    return in_chunks(
        lambda stuck: _claim(at, chunk, stuck),
        lambda ids: _perform_all(load_many(ids, at), at),
        "contract",
    )


def next_due(after: datetime | None = None) -> datetime | None:
    """When the next thing happens by itself, on any contract; with `after`, the next one later than that."""
    due = ContractRow.objects.filter(due_at__isnull=False)
    if after:
        due = due.filter(due_at__gt=after)
    return due.order_by("due_at").values_list("due_at", flat=True).first()


def is_held(at: datetime) -> bool:
    """Whether somebody else is at a contract on which something is due at `at` (UTC), so that it was left to them."""
    with transaction.atomic():
        free = set(_lock(_due(at)))
    return not free.issuperset(_due(at).values_list("id", flat=True))


def _claim(at: datetime, chunk: int, stuck: Collection[str]) -> list[str]:
    rows = _lock(_due(at).exclude(id__in=stuck).order_by("due_at", "id"))
    return [str(contract_id) for contract_id in rows[:chunk]]


def _due(at: datetime) -> QuerySet[ContractRow]:
    return ContractRow.objects.filter(due_at__lte=at)


def _lock(rows: QuerySet[ContractRow]) -> QuerySet[ContractRow, UUID]:
    """The ids of those that nobody else is at. Whoever writes a row that only refers to one is not at it."""
    return rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).values_list("id", flat=True)


def _perform_all(contracts: Sequence[Contract], at: datetime) -> int:
    deeds = [Deed(contract, outcomes) for contract in contracts if (outcomes := timeline(contract, until=at))]
    commit_locked(deeds)
    moved = {deed.seen.id for deed in deeds}
    set_due([contract for contract in contracts if contract.id not in moved])
    return sum(len(deed.outcomes) for deed in deeds)
