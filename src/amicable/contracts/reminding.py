"""Reminders: of each clock that asks somebody, put into the outbox at its time and once.

A reminder changes nothing on the contract and is no event of its history. When the next one is due is kept in the
contract's row, so that the worker finds those few that have one without looking at the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction

from amicable.contracts import record
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Outbox
from amicable.contracts.store import load_many
from amicable.rules.clocks import clocks
from amicable.rules.contract import Contract
from amicable.rules.reminders import Reminder, due_reminders, next_reminder

TOPIC = "reminder"
CHUNK = 1_000
log = structlog.get_logger()

DONE = """
UPDATE contracts_contract c SET remind_at = u.remind_at
FROM unnest(%s::uuid[], %s::timestamptz[]) AS u(id, remind_at) WHERE c.id = u.id
"""


def remind(at: datetime, *, chunk: int = CHUNK) -> int:
    """Put every reminder that is due at `at` (UTC) into the outbox; returns on how many contracts there were any.

    What has happened by itself until then is to be performed first: a clock that has struck reminds nobody. Claims
    contracts in chunks that others skip, so any number of workers may run. A contract that cannot be read is logged
    and left for the next run; it does not stop the others.
    """
    reminded, stuck = 0, set[str]()
    while (count := _remind_chunk(at, chunk, stuck)) is not None:
        reminded += count
    return reminded


def next_reminded(after: datetime | None = None) -> datetime | None:
    """When somebody is next to be reminded, on any contract; with `after`, the next time later than that."""
    waiting = ContractRow.objects.filter(remind_at__isnull=False)
    if after:
        waiting = waiting.filter(remind_at__gt=after)
    return waiting.order_by("remind_at").values_list("remind_at", flat=True).first()


def _remind_chunk(at: datetime, chunk: int, stuck: set[str]) -> int | None:
    """Remind on up to `chunk` contracts; None when nobody is to be reminded."""
    with transaction.atomic():
        since = _claim(at, chunk, stuck)
        if not since:
            return None
        try:
            with transaction.atomic():
                return _remind_all(since, at)
        except Exception:
            log.warning("reminders_failed", contracts=len(since), exc_info=True)
        return sum(_remind_alone(contract_id, {contract_id: since[contract_id]}, at, stuck) for contract_id in since)


def _claim(at: datetime, chunk: int, stuck: set[str]) -> dict[str, datetime]:
    """Contracts on which somebody is to be reminded, with the time of the first reminder that is due."""
    rows = ContractRow.objects.filter(remind_at__lte=at).exclude(id__in=stuck).order_by("remind_at", "id")
    claimed = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
    found = claimed.values_list("id", "remind_at")[:chunk]
    return {str(contract_id): remind_at for contract_id, remind_at in found if remind_at}


def _remind_alone(contract_id: str, since: dict[str, datetime], at: datetime, stuck: set[str]) -> int:
    try:
        with transaction.atomic():
            return _remind_all(since, at)
    except Exception:
        log.exception("contract_stuck", contract=contract_id)
        stuck.add(contract_id)
        return 0


def _remind_all(since: dict[str, datetime], at: datetime) -> int:
    contracts = load_many(since, at)
    Outbox.objects.bulk_create(row for one in contracts for row in _rows(one, since[one.id], at))
    _done(contracts, at)
    return len(contracts)


def _rows(contract: Contract, since: datetime, at: datetime) -> list[Outbox]:
    due = due_reminders(clocks(contract), contract.policy, since, at)
    return [Outbox(topic=TOPIC, contract=contract.id, version=contract.version, payload=_payload(one)) for one in due]


def _payload(reminder: Reminder) -> record.Json:
    return {"at": reminder.at.isoformat(), "clock": record.clock_to_json(reminder.clock)}


def _done(contracts: Sequence[Contract], at: datetime) -> None:
    ids = [contract.id for contract in contracts]
    nexts = [next_reminder(clocks(contract), contract.policy, at) for contract in contracts]
    with connection.cursor() as cursor:
        cursor.execute(DONE, [ids, nexts])
