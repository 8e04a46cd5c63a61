"""Importing an export: shown first, then done exactly as shown, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from amicable.contracts.perform import up_to_date, view
from amicable.diary import segments
from amicable.diary.imports.moments import Order
from amicable.diary.imports.plan import Plan, plan, takes_imports
from amicable.diary.imports.reading import read_export
from amicable.rules.contract import Contract
from amicable.rules.outcome import Refused
from amicable.rules.wording import say

STALE = Refused(
    "stale",
    say(
        "The contract or its diary has changed since you looked at what would be imported, so nothing was imported. "
        "Look at it again, then decide."
    ),
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that somebody wants to be imported on a contract, and how it is to be read."""

    contract: str
    person: str
    content: bytes
    zone: ZoneInfo
    """Of the times in the file."""
    order: Order | None = None
    """Of its dates, where they do not tell."""
    project: str | None = None
    """The only project in the file that is meant; None for all."""


def foresee(sent: Sent, at: datetime) -> Plan | Refused:
    """What importing would come to at `at`. Writes nothing. Raises NoSuchContractError."""
    contract, role = view(sent.contract, sent.person, at)
    refused = takes_imports(contract, role, at)
    if refused:
        return refused
    export = read_export(sent.content, sent.zone, sent.order)
    if isinstance(export, Refused):
        return export
    return plan(contract, export, lambda starts: segments.elsewhere(contract, starts), at, sent.project)


def perform(sent: Sent, at: datetime, seen: str | None = None) -> Plan | Refused:
    """Import at `at`, and say what was imported. With `seen`, the digest of the plan that somebody looked at, it is
    done exactly so or refused as stale. Raises NoSuchContractError and BusyContractError."""
    with transaction.atomic():
        foreseen = foresee(sent, at)
        if isinstance(foreseen, Refused):
            return foreseen
        if seen is not None and seen != foreseen.digest:
            return STALE
        if foreseen.taken and not _written(sent, foreseen, at):
            transaction.set_rollback(True)
            return STALE
    return foreseen


def _written(sent: Sent, foreseen: Plan, at: datetime) -> bool:
    """Whether all was logged, on the very contract and diary for which it was foreseen."""
    wanted = foreseen.segments
    batch = segments.log(sent.contract, sent.person, wanted, at, most=len(wanted))
    if isinstance(batch, Refused) or batch.new != len(wanted):
        return False
    return _version(up_to_date(sent.contract, at)) == (foreseen.contract.version, foreseen.contract.diary_version + 1)


def _version(contract: Contract) -> tuple[int, int]:
    return contract.version, contract.diary_version
