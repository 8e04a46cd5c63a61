"""Who is told what: from the jobs that outcomes, and clocks that ask somebody, leave in the outbox, to news."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from amicable.contracts.models import Contract, Event
from amicable.contracts.outbox import Job
from amicable.contracts.record import clock_from_json, notice_from_json
from amicable.contracts.reminding import TOPIC as REMINDER
from amicable.people.models import Person
from amicable.rules.outcome import Clock, Mediators
from amicable.rules.outcome import Notice as Told
from amicable.rules.parts import Role
from amicable.talk.choices import MEDIATION, SUMMARY, kind_of, kind_of_reminder
from amicable.talk.models import Notice

BILLED = ("week_charged", "week_unpaid")
"""Once the card has answered about a week, its hours and what they come to can be summed up."""


@dataclass(frozen=True, slots=True)
class News:
    """Something that a person (an id) is to be told."""

    person: str
    contract: str | None
    what: Notice.What
    kind: str
    about: str
    at: datetime
    version: int | None = None
    message: str | None = None
    file: str | None = None
    payload: Any = None


def news_of(jobs: Sequence[Job]) -> list[News]:
    """What people are to be told because of the jobs. A fixed number of queries however many there are."""
    ready = [(job, _Reminder(job) if job.topic == REMINDER else _Happened(job)) for job in jobs]
    readers = _readers(jobs, wants_mediators=any(Role.MEDIATOR in told.roles for _, told in ready))
    facts = _facts([job for job in jobs if job.topic != REMINDER])
    found: list[News] = []
    for job, told in ready:
        if isinstance(told, _Reminder):
            found += _reminders(job, told, readers)
        else:
            found += _of_event(job, told, readers, facts[job.contract, job.version])
    return found


def events_of(wanted: Iterable[tuple[Any, int | None]]) -> QuerySet[Event]:
    """The events of these contracts and versions."""
    pairs = list(wanted)
    contracts, versions = [str(contract) for contract, _ in pairs], [version for _, version in pairs]
    return Event.objects.extra(where=[_PAIRS], params=[contracts, versions])


_PAIRS = "(contract_id, contracts_event.version) IN (SELECT * FROM unnest(%s::uuid[], %s::int[]))"


class _Happened:
    """What a job says of an event."""

    def __init__(self, job: Job) -> None:
        self.notices: list[Told] = [notice_from_json(raw) for raw in job.payload]

    @property
    def roles(self) -> set[Role]:
        return {notice.to for notice in self.notices}


class _Reminder:
    """What a job says of a clock."""

    def __init__(self, job: Job) -> None:
        self.at = datetime.fromisoformat(job.payload["at"])
        self.clock: Clock = clock_from_json(job.payload["clock"])

    @property
    def roles(self) -> set[Role]:
        return set(self.clock.asked)


@dataclass(frozen=True, slots=True)
class Readers:
    """Who stands where: on the two sides of each contract, and the mediators that there are."""

    sides: Mapping[str, Mapping[Role, str]]
    mediators: Sequence[str]

    def of(self, contract: str, role: Role, mediators: Mediators | None) -> Sequence[str]:
        """The people (ids) in that role on the contract. Nobody mediates between themselves and somebody else; what
        was of a mediator who is none any more is for all again."""
        sides = self.sides[contract]
        if role != Role.MEDIATOR:
            return [sides[role]]
        assert mediators is not None, "what is for mediators says for which"
        free = [one for one in self.mediators if one not in sides.values() and one != mediators.barred]
        return [mediators.has] if mediators.has in free else free


def mediators() -> list[str]:
    """All who may mediate, by their ids."""
    return [str(key) for key in Person.objects.with_role("mediator").values_list("id", flat=True)]


def _readers(jobs: Sequence[Job], *, wants_mediators: bool) -> Readers:
    contracts = Contract.objects.only("client_id", "freelancer_id").in_bulk([job.contract for job in jobs])
    sides = {
        str(key): {Role.CLIENT: str(contract.client_id), Role.FREELANCER: str(contract.freelancer_id)}
        for key, contract in contracts.items()
    }
    return Readers(sides, mediators() if wants_mediators else ())


@dataclass(frozen=True, slots=True)
class _Fact:
    """What is looked at of an event, to know of which kind its news is."""

    at: datetime
    action: str
    moves_money: bool
    week: str | None
    """The Monday of the week that it is about."""


def _facts(jobs: Sequence[Job]) -> dict[tuple[str | None, int | None], _Fact]:
    """What the event of each job was."""
    rows = events_of((job.contract, job.version) for job in jobs).values_list(
        "contract", "version", "at", "action", "outcome__transfers", "params__week"
    )
    return {(str(row[0]), row[1]): _Fact(row[2], row[3], bool(row[4]), row[5]) for row in rows}


def _of_event(job: Job, happened: _Happened, readers: Readers, fact: _Fact) -> Iterator[News]:
    assert job.contract is not None, "a notice belongs to a contract"
    kind = kind_of(fact.action, moves_money=fact.moves_money).name
    for notice in happened.notices:
        is_taken = None if notice.mediators is None else {"is_taken": notice.mediators.has is not None}
        for person in readers.of(job.contract, notice.to, notice.mediators):
            yield News(
                person=person,
                contract=job.contract,
                what=Notice.What.EVENT,
                kind=kind if notice.mediators is None else MEDIATION.name,
                about=f"{job.contract}:event:{job.version}",
                at=fact.at,
                version=job.version,
                payload=is_taken,
            )
    if fact.action in BILLED and fact.week:
        yield from (_summary(person, fact.week, fact.at) for person in readers.sides[job.contract].values())


def _summary(person: str, week: str, at: datetime) -> News:
    """The sum of a person's week: on the first answer of a card about it, and so once, on whatever contract that is."""
    return News(
        person=person,
        contract=None,
        what=Notice.What.SUMMARY,
        kind=SUMMARY.name,
        about=f"summary:{week}",
        at=at,
        payload={"week": week},
    )


def _reminders(job: Job, reminder: _Reminder, readers: Readers) -> Iterator[News]:
    assert job.contract is not None, "a reminder belongs to a contract"
    clock = reminder.clock
    which = ",".join(clock.params.values())
    for role in clock.asked:
        kind = MEDIATION if role == Role.MEDIATOR else kind_of_reminder(clock.action)
        for person in readers.of(job.contract, role, clock.mediators):
            yield News(
                person=person,
                contract=job.contract,
                what=Notice.What.REMINDER,
                kind=kind.name,
                about=f"{job.contract}:{clock.action}:{which}:{reminder.at.isoformat()}",
                at=reminder.at,
                payload=job.payload["clock"],
            )
