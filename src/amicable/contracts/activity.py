"""What people do and say keeps escrow from becoming dormant, also where it changes nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from amicable.contracts.commit import commit
from amicable.contracts.deed import Deed
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.store import load
from amicable.rules.clocks import due_unseen
from amicable.rules.contract import Contract
from amicable.rules.timeline import timeline


def note_activity(contract_id: str, at: datetime) -> None:
    """Somebody said something in the contract's workroom at `at`.

    What is due until then is done before: what was to happen by itself happens, whether or not a worker came in time.
    When the contract is looked at next is left as it is, since activity only puts things off.
    """
    while not _noted(contract_id, at):
        contract = load(contract_id, at)
        assert contract is not None, "somebody is in its workroom"
        past = timeline(contract, until=at)
        if past:
            commit([Deed(contract, past)])
        else:
            set_due([contract])


def _noted(contract_id: str, at: datetime) -> bool:
    nothing_due = Q(due_at__isnull=True) | Q(due_at__gt=at)
    return bool(ContractRow.objects.filter(nothing_due, id=contract_id).update(active_at=at))


def set_due(contracts: Iterable[Contract]) -> None:
    """Note when something next happens on contracts of which nothing was due after all: activity had put it off.

    A contract that somebody has written since keeps what they wrote.
    """
    for contract in contracts:
        clock = due_unseen(contract)
        rows = ContractRow.objects.filter(id=contract.id, version=contract.version)
        rows.update(due_at=clock.at if clock else None)
