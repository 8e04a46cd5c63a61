"""The outbox: what outcomes want from other rooms, claimed by one worker at a time and gone when done.

A row is claimed by moving its `available_at` ahead: a worker that dies leaves it to be claimed again, so whoever
handles rows does it so that twice is as good as once. Its time is the database's: leases and retries are about
machines, not about contracts, and the sandbox's clock does not move them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from amicable.contracts.models import Outbox

LEASE = timedelta(minutes=2)
RETRY_FIRST = timedelta(seconds=2)
RETRY_LAST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done outside of the contract."""

    id: int
    topic: str
    contract: str | None
    version: int | None
    payload: Any
    attempts: int
    """How often it was tried, this time included."""


def put(topic: str, payload: Any, contract: str | None = None) -> int:
    """Ask for something, of a contract or of none; call it in the transaction that wants it. Returns its id."""
    return Outbox.objects.create(topic=topic, payload=payload, contract=contract).id


def put_all(topic: str, payloads: Iterable[Any]) -> None:
    """Ask for many things that belong to no contract; call it in the transaction that wants them."""
    Outbox.objects.bulk_create(Outbox(topic=topic, payload=payload) for payload in payloads)


def claim(topics: Iterable[str], *, limit: int = 100, only: int | None = None) -> list[Job]:
    """Claim up to `limit` jobs of `topics` that wait to be done, the oldest first; or `only` the one of that id."""
    with transaction.atomic():
        rows = Outbox.objects.filter(topic__in=list(topics), available_at__lte=Now()).order_by("id")
        if only is not None:
            rows = rows.filter(id=only)
        claimed = list(rows.select_for_update(skip_locked=True)[:limit])
        ids = [row.id for row in claimed]
        Outbox.objects.filter(id__in=ids).update(available_at=Now() + LEASE, attempts=F("attempts") + 1)
    return [
        Job(row.id, row.topic, str(row.contract) if row.contract else None, row.version, row.payload, row.attempts + 1)
        for row in claimed
    ]


def find(topic: str, contract: str, version: int) -> int | None:
    """The id of the job that an event of a contract asked for, while it is not done."""
    return Outbox.objects.filter(topic=topic, contract=contract, version=version).values_list("id", flat=True).first()


def pending(topics: Iterable[str]) -> bool:
    """Whether anything of `topics` is not done yet."""
    return Outbox.objects.filter(topic__in=list(topics)).exists()


def finish(job: Job) -> None:
    """The job is done."""
    Outbox.objects.filter(id=job.id).delete()


def finish_all(jobs: Iterable[Job]) -> None:
    """The jobs are done."""
    Outbox.objects.filter(id__in=[job.id for job in jobs]).delete()


def retry(job: Job, error: str) -> None:
    """The job could not be done; it comes again after a time that doubles, up to an hour."""
    wait = min(RETRY_FIRST * 2 ** min(job.attempts - 1, 20), RETRY_LAST)
    Outbox.objects.filter(id=job.id).update(available_at=Now() + wait, last_error=error[:2_000])


def release(jobs: Iterable[Job]) -> None:
    """The jobs were claimed and not tried: whoever comes next may."""
    Outbox.objects.filter(id__in=[job.id for job in jobs]).update(available_at=Now(), attempts=F("attempts") - 1)
