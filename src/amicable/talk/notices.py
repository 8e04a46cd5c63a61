"""Notices: what people are told of what others, or nobody, did to their contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from amicable.contracts import outbox
from amicable.contracts.models import Contract, Event
from amicable.contracts.outbox import Job
from amicable.contracts.perform import EVENT_FIELDS
from amicable.contracts.record import Recorded, notice_from_json, recorded
from amicable.rules.contract import Role
from amicable.talk.models import Notice

TOPIC = "notice"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with the event it tells of and the contract's title."""

    notice: Notice
    title: str
    event: Recorded


def deliver_pending() -> int:
    """Put what outcomes want told before the people; returns how many outcomes that were."""
    delivered = 0
    while jobs := outbox.claim([TOPIC], limit=CHUNK):
        with transaction.atomic():
            Notice.objects.bulk_create(_notices(jobs), ignore_conflicts=True)
            for job in jobs:
                outbox.finish(job)
        delivered += len(jobs)
    return delivered


def notices_of(person: str, *, before: int | None = None, limit: int = 50) -> list[Told]:
    """The person's notices, newest first; `before` is a notice's id."""
    rows = Notice.objects.filter(person_id=person).order_by("-id")
    rows = rows.select_related("contract__client", "contract__freelancer")
    notices = list((rows.filter(id__lt=before) if before else rows)[:limit])
    events = _events(notices)
    return [Told(n, n.contract.title, events[str(n.contract_id), n.version]) for n in notices]


def mark_read(person: str, at: datetime) -> None:
    """The person has seen all notices there are."""
    Notice.objects.filter(person_id=person, read_at__isnull=True).update(read_at=at)


def _notices(jobs: Sequence[Job]) -> list[Notice]:
    contracts = Contract.objects.only("client_id", "freelancer_id").in_bulk([job.contract for job in jobs])
    by_id = {str(key): contract for key, contract in contracts.items()}
    found = []
    for job in jobs:
        assert job.contract is not None, "a notice belongs to a contract"
        assert job.version is not None, "a notice tells of an event"
        contract = by_id[job.contract]
        sides = {Role.CLIENT: contract.client_id, Role.FREELANCER: contract.freelancer_id}
        for raw in job.payload:
            person = sides[notice_from_json(raw).to]
            found.append(Notice(person_id=person, contract_id=job.contract, version=job.version))
    return found


def _events(notices: Sequence[Notice]) -> dict[tuple[str, int], Recorded]:
    wanted = Q()
    for notice in notices:
        wanted |= Q(contract_id=notice.contract_id, version=notice.version)
    rows = Event.objects.filter(wanted).values(*EVENT_FIELDS) if notices else []
    return {(str(row["contract"]), row["version"]): recorded(**row) for row in rows}
