"""Monday's run: the weeks whose time has come are closed by the rules, and each client gets one invoice, charged once.

An invoice is for all hours of a client in one week and currency, through one provider. It is charged when its last
week is closed, whoever closed it. All that is written for an invoice is written together, so a run may be stopped
anywhere and goes on where it was, and any number of workers share one. Invoices are locked before their contracts.
RULEBOOK section 3.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import chain
from threading import Lock
from typing import Any
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

import amicable.rules.actions  # noqa: F401 (registers the actions)
from amicable.contracts.chunks import in_chunks, side_by_side
from amicable.contracts.commit import commit_locked
from amicable.contracts.deed import Deed
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Invoice, Outbox
from amicable.contracts.models import Week as WeekRow
from amicable.contracts.store import load_many
from amicable.rules.contract import Contract
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.parts import Role
from amicable.rules.registry import act
from amicable.rules.timeline import RulesFault, timeline

CHUNK = 500
CHARGE, AGAIN = "invoice", "invoice_again"
"""What the outbox is told: ask the card for an invoice; see whether one of a client's can be asked for again."""

_CHARGE = f"""
WITH charged AS (
    UPDATE contracts_invoice i SET status = u.status, amount = u.amount, fee = u.fee, attempts = i.attempts + u.asks
    FROM json_to_recordset(%s) AS u(id uuid, was text, status text, amount bigint, fee bigint, asks int)
    WHERE i.id = u.id AND i.status = u.was
    RETURNING i.id, i.attempts, u.asks
), jobs AS (
    INSERT INTO contracts_outbox (topic, payload)
    SELECT '{CHARGE}', jsonb_build_object('invoice', id, 'attempt', attempts) FROM charged WHERE asks > 0
)
SELECT id::text FROM charged
"""

log = structlog.get_logger()


def close_weeks(at: datetime, *, chunk: int = CHUNK, threads: int = 1) -> int:
    """Close every week whose time has come at `at` (UTC) and have its invoice charged; returns how many actions
    happened by themselves.

    A contract whose card is being asked for something else closes its week when that is answered; its invoice waits.
    Where there is more than a chunk of invoices, `threads` share them: one decides while the database writes what
    another has decided, and how far they are is logged.
    """
    due = _due(at)
    if not due[chunk : chunk + 1].exists():
        return _close_due(at, chunk, lambda _: None)
    return sum(side_by_side(partial(_close_due, at, chunk, _progress(due.count())), threads))


def ask_again(client: str, at: datetime) -> bool:
    """Have the oldest unpaid invoice of the client (an id) charged again; whether nothing stands in the way of that.

    Something does while the card is asked for anything else on its contracts: then it is to be tried again later.
    """
    with transaction.atomic():
        unpaid = Invoice.objects.filter(client=UUID(client), status=Invoice.Status.UNPAID).order_by(
            "week", "currency", "provider"
        )
        invoice = unpaid.select_for_update().first()
        if invoice is None:
            return True
        deeds = _Deeds(_lock([invoice], at), at)
        if not deeds.act(invoice, "week_retried", WeekStatus.UNPAID, {}):
            return False
        commit_locked(deeds.all())
        _charge([invoice], [deed.after for deed in deeds.all()])
    return True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the card said to an attempt to charge an invoice (an id)."""

    invoice: str
    attempt: int
    declined: str | None = None
    """Why not; None is yes."""


def answered(answers: Iterable[Answer], at: datetime) -> None:
    """Tell all contracts of the invoices what the card said. Told twice is told once.

    Call it in the transaction that finishes the jobs. Raises RulesFault when a contract does not take its answer.
    """
    told = {(answer.invoice, answer.attempt): answer for answer in answers}
    ids = {invoice for invoice, _ in told}
    rows = Invoice.objects.filter(id__in=ids, status=Invoice.Status.CHARGING).order_by("id").select_for_update()
    invoices = [row for row in rows if (str(row.id), row.attempts) in told]
    deeds = _Deeds(_lock(invoices, at), at)
    by_status: defaultdict[Invoice.Status, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        declined = told[str(invoice.id), invoice.attempts].declined
        action, more = ("week_charged", {}) if declined is None else ("week_unpaid", {"reason": declined})
        if not deeds.act(invoice, action, WeekStatus.CHARGING, more):
            raise RulesFault(f"{action} of invoice {invoice.id} is refused")
        by_status[Invoice.Status.PAID if declined is None else Invoice.Status.UNPAID].append(invoice)
    commit_locked(deeds.all())
    for status, some in by_status.items():
        Invoice.objects.filter(id__in=[invoice.id for invoice in some]).update(status=status, answered_at=at)
    _ask_again_where_unpaid(invoice.client_id for invoice in by_status[Invoice.Status.PAID])


def _ask_again_where_unpaid(clients: Iterable[UUID]) -> None:
    """A card that paid one of a client's invoices is asked for another that is unpaid."""
    unpaid = Invoice.objects.filter(client__in=set(clients), status=Invoice.Status.UNPAID)
    for client in unpaid.values_list("client_id", flat=True).distinct():
        Outbox.objects.create(topic=AGAIN, payload={"client": str(client)})


# Closing


def _due(at: datetime) -> QuerySet[Invoice]:
    return Invoice.objects.filter(status=Invoice.Status.OPEN, closes_at__lte=at)


def _close_due(at: datetime, chunk: int, closed: Callable[[int], None]) -> int:
    """Close in chunks until nothing is left; `closed` is told how many invoices each chunk closed."""
    waiting = set[str]()

    def perform(ids: Sequence[str]) -> int:
        performed, open_ = _close(ids, at)
        waiting.update(open_)
        closed(len(ids) - len(open_))
        return performed

    return in_chunks(lambda stuck: _claim(at, chunk, {*stuck, *waiting}), perform, "invoice")


def _progress(invoices: int) -> Callable[[int], None]:
    """Logs how many of so many invoices are closed, by whichever thread."""
    closed, lock = 0, Lock()

    def add(count: int) -> None:
        nonlocal closed
        with lock:
            closed += count
            log.info("weeks_closing", invoices=closed, of=invoices)

    return add


def _claim(at: datetime, chunk: int, without: Collection[str]) -> list[str]:
    rows = _due(at).exclude(id__in=without).order_by("closes_at", "id").select_for_update(skip_locked=True)
    return [str(invoice) for invoice in rows.values_list("id", flat=True)[:chunk]]


def _close(ids: Sequence[str], at: datetime) -> tuple[int, set[str]]:
    """Close the weeks of the locked invoices; returns how many actions that were, and which invoices have to wait."""
    invoices = list(Invoice.objects.filter(id__in=ids, status=Invoice.Status.OPEN))
    contracts = _lock(invoices, at)
    deeds = [Deed(contract, outcomes) for contract in contracts if (outcomes := timeline(contract, until=at))]
    commit_locked(deeds)
    changed = {deed.seen.id: deed.after for deed in deeds}
    as_they_are = [changed.get(contract.id, contract) for contract in contracts]
    waiting = _charge(invoices, as_they_are)
    return sum(len(deed.outcomes) for deed in deeds), waiting


def _charge(invoices: Sequence[Invoice], contracts: Iterable[Contract]) -> set[str]:
    """Have the invoices charged that are as they were read and whose weeks are all closed; the ids of the others."""
    weeks = _by_invoice(contracts)
    rows = [_charging(invoice, weeks[_key(invoice)]) for invoice in invoices]
    ready = [row for row in rows if row is not None]
    with connection.cursor() as cursor:
        cursor.execute(_CHARGE, [json.dumps(ready)])
        charged = {row[0] for row in cursor.fetchall()}
    return {str(invoice.id) for invoice in invoices} - charged


def _charging(invoice: Invoice, weeks: Sequence[Week]) -> dict[str, Any] | None:
    """What an invoice comes to; None as long as one of its weeks is open."""
    if any(week.status == WeekStatus.OPEN for week in weeks):
        return None
    asked = [week for week in weeks if week.status == WeekStatus.CHARGING]
    status = Invoice.Status.CHARGING if asked else Invoice.Status.VOID
    return {
        "id": str(invoice.id),
        "was": invoice.status,
        "status": status,
        "amount": sum(week.amount for week in asked),
        "fee": sum(week.fee for week in asked),
        "asks": 1 if asked else 0,
    }


Key = tuple[str, str, str, date]
"""Whose invoice it is, in which currency, through which provider, and of which week."""


def _by_invoice(contracts: Iterable[Contract]) -> Mapping[Key, list[Week]]:
    weeks: defaultdict[Key, list[Week]] = defaultdict(list)
    for contract in contracts:
        for week in contract.weeks:
            weeks[contract.client, contract.currency, contract.provider, week.start].append(week)
    return weeks


def _key(invoice: Invoice) -> Key:
    return str(invoice.client_id), invoice.currency, invoice.provider, invoice.week


# All contracts of an invoice


def _lock(invoices: Iterable[Invoice], at: datetime) -> list[Contract]:
    """The contracts of the invoices, locked."""
    ids = WeekRow.objects.filter(invoice__in=[invoice.id for invoice in invoices]).values("contract_id")
    rows = ContractRow.objects.filter(id__in=ids).order_by("id").select_for_update(no_key=True)
    return load_many([str(contract) for contract in rows.values_list("id", flat=True)], at)


class _Deeds:
    """What is done to locked contracts, invoice by invoice."""

    def __init__(self, contracts: Iterable[Contract], at: datetime) -> None:
        self._at = at
        self._outcomes: dict[str, list[Outcome]] = {}
        self._of: defaultdict[tuple[str, str, str], list[Contract]] = defaultdict(list)
        for contract in contracts:
            self._of[contract.client, contract.currency, contract.provider].append(contract)

    def act(self, invoice: Invoice, action: str, status: WeekStatus, more: Mapping[str, object]) -> bool:
        """Do `action` to the invoice's week on each contract where it stands at `status`, after what is due; whether
        none of them refused."""
        params = {"week": invoice.week.isoformat(), **more}
        for seen in self._of[str(invoice.client_id), invoice.currency, invoice.provider]:
            done = self._outcomes.get(seen.id, [])
            contract = done[-1].contract if done else seen
            week = contract.week(invoice.week)
            if week is None or week.status != status:
                continue
            past = timeline(contract, until=self._at)
            as_it_is = past[-1].contract if past else contract
            outcome = act(as_it_is, action, params, by=Role.NOBODY, at=self._at)
            if isinstance(outcome, Refused):
                return False
            # What had to wait for the card is done now that it has answered.
            self._outcomes[seen.id] = [*done, *past, outcome, *timeline(outcome.contract, until=self._at)]
        return True

    def all(self) -> list[Deed]:
        """What was done."""
        contracts = chain.from_iterable(self._of.values())
        return [Deed(one, self._outcomes[one.id]) for one in contracts if one.id in self._outcomes]
