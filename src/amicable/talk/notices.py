"""Notices: what people are told of what others, or nobody, did to their contracts, and of what runs against them.

A notice is a row, once for each person and what it tells of. Whether it is shown in the app, and whether a mail goes
out as well, is the person's choice. The mail is a job in the outbox, written together with the notice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from amicable.contracts import outbox
from amicable.contracts.models import Contract, Event
from amicable.contracts.outbox import Job
from amicable.contracts.perform import EVENT_FIELDS
from amicable.contracts.record import Recorded, clock_from_json, notice_from_json, recorded
from amicable.contracts.reminding import TOPIC as REMINDER
from amicable.rules.outcome import Clock
from amicable.rules.parts import Role
from amicable.talk.choices import DISPUTES, MESSAGES, SUMMARY, choices_of, kind_of
from amicable.talk.models import Message, Notice

TOPIC = "notice"
MAIL = "mail"
CHUNK = 500
BILLED = ("week_charged", "week_unpaid")
"""Once the card has answered about a week, its hours and what they come to can be summed up."""
log = structlog.get_logger()

INSERT = """
INSERT INTO talk_notice (person_id, contract_id, what, kind, about, version, message_id, payload, at, in_app)
SELECT u.person, u.contract, u.what, u.kind, u.about, u.version, u.message, u.payload, u.at, u.in_app
FROM json_to_recordset(%s) AS u(
    person uuid, contract uuid, what text, kind text, about text, version int, message uuid, payload jsonb,
    at timestamptz, in_app bool)
ON CONFLICT DO NOTHING
RETURNING id, person_id::text, kind
"""


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
    payload: Any = None


@dataclass(frozen=True, slots=True)
class _Fact:
    """What is looked at of an event, to know of which kind its news is."""

    at: datetime
    action: str
    moves_money: bool
    week: str | None
    """The Monday of the week that it is about."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with what it tells of: an event or a clock, which are None where it is a message or a week."""

    notice: Notice
    event: Recorded | None
    clock: Clock | None

    @property
    def title(self) -> str:
        """The title of the contract that it is about; empty where it is about none."""
        return self.notice.contract.title if self.notice.contract else ""

    @property
    def week(self) -> date | None:
        """The week (its Monday) whose hours it sums up, where it does that."""
        if self.notice.what != Notice.What.SUMMARY or self.notice.payload is None:
            return None
        return date.fromisoformat(self.notice.payload["week"])


def deliver_pending() -> int:
    """Put what is to be told before the people; returns how many outcomes and reminders that were.

    What cannot be told, for whatever reason, is logged and tried again later; it does not stop the others.
    """
    delivered = 0
    while jobs := outbox.claim([TOPIC, REMINDER], limit=CHUNK):
        try:
            _deliver(jobs)
        except Exception:
            log.warning("notices_failed", jobs=len(jobs), exc_info=True)
            for job in jobs:
                _deliver_alone(job)
        delivered += len(jobs)
    return delivered


def _deliver(jobs: Sequence[Job]) -> None:
    with transaction.atomic():
        tell(_news(jobs))
        outbox.finish_all(jobs)


def _deliver_alone(job: Job) -> None:
    try:
        _deliver([job])
    except Exception as error:
        log.exception("notice_failed", job=job.id, attempts=job.attempts)
        outbox.retry(job, repr(error))


def tell(news: Iterable[News]) -> None:
    """Tell people the news, each once, in the ways that they have chosen. Call it in a transaction."""
    news = list(news)
    if not news:
        return
    choices = choices_of(one.person for one in news)
    rows = []
    for one in news:
        ways = choices[one.person][one.kind]
        if ways.app or _mails(ways.email):
            rows.append({**asdict(one), "at": one.at.isoformat(), "in_app": ways.app})
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [json.dumps(rows)])
        told = cursor.fetchall()
    mails = [{"notice": notice} for notice, person, kind in told if _mails(choices[person][kind].email)]
    outbox.put_all(MAIL, mails)


def tell_of_message(message: Message, people: Iterable[str]) -> None:
    """Tell the people (ids) that somebody wrote: once, until they have read it. Call it in the transaction."""
    tell(
        News(
            person=person,
            contract=str(message.contract_id),
            what=Notice.What.MESSAGE,
            kind=MESSAGES.name,
            about=f"{message.contract_id}:message:{message.pk}",
            at=message.at,
            message=str(message.pk),
        )
        for person in people
    )


def notices_of(person: str, *, before: int | None = None, limit: int = 50) -> list[Told]:
    """What the person (an id) is told in the app, newest first; `before` is a notice's id."""
    rows = _with_all(Notice.objects.filter(person_id=person, in_app=True)).order_by("-id")
    return told(list((rows.filter(id__lt=before) if before else rows)[:limit]))


def told(notices: Sequence[Notice]) -> list[Told]:
    """The notices with what they tell of."""
    events = _events([notice for notice in notices if notice.version is not None])
    return [
        Told(
            notice,
            event=events[str(notice.contract_id), notice.version] if notice.version is not None else None,
            clock=clock_from_json(notice.payload) if notice.what == Notice.What.REMINDER else None,
        )
        for notice in notices
    ]


def notice_of(notice_id: int) -> Told | None:
    """The notice of that id, with whom it is for."""
    found = _with_all(Notice.objects.filter(id=notice_id)).first()
    return told([found])[0] if found else None


def count_unread(person: str) -> int:
    """How many notices the person (an id) has not read."""
    return Notice.objects.filter(person_id=person, in_app=True, read_at__isnull=True).count()


def mark_read(person: str, at: datetime, *, until: int | None = None) -> None:
    """The person has seen all notices there are, or those up to the one with the id `until`."""
    rows = Notice.objects.filter(person_id=person, read_at__isnull=True)
    (rows.filter(id__lte=until) if until else rows).update(read_at=at)


def mark_messages_read(person: str, contract: str, at: datetime) -> None:
    """The person has seen what was written on the contract."""
    rows = Notice.objects.filter(person_id=person, contract_id=contract, what=Notice.What.MESSAGE)
    rows.filter(read_at__isnull=True).update(read_at=at)


def _mails(wanted: bool) -> bool:
    """Whether a mail goes out: where it is wanted and this installation sends any."""
    return wanted and settings.SENDS_MAIL


def _with_all(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    return rows.select_related("person", "contract__client", "contract__freelancer", "message__author")


def _news(jobs: Sequence[Job]) -> list[News]:
    contracts = Contract.objects.only("client_id", "freelancer_id").in_bulk([job.contract for job in jobs])
    people = {
        str(key): {Role.CLIENT: str(contract.client_id), Role.FREELANCER: str(contract.freelancer_id)}
        for key, contract in contracts.items()
    }
    events = _facts([job for job in jobs if job.topic == TOPIC])
    found: list[News] = []
    for job in jobs:
        assert job.contract is not None, "a notice belongs to a contract"
        if job.topic == REMINDER:
            found += _reminders(job, people[job.contract])
        else:
            found += _of_event(job, people[job.contract], events[job.contract, job.version])
    return found


def _of_event(job: Job, people: dict[Role, str], fact: _Fact) -> Iterable[News]:
    for raw in job.payload:
        yield News(
            person=people[notice_from_json(raw).to],
            contract=job.contract,
            what=Notice.What.EVENT,
            kind=kind_of(fact.action, moves_money=fact.moves_money).name,
            about=f"{job.contract}:event:{job.version}",
            at=fact.at,
            version=job.version,
        )
    if fact.action in BILLED and fact.week:
        yield from (_summary(person, fact.week, fact.at) for person in people.values())


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


def _reminders(job: Job, people: dict[Role, str]) -> Iterable[News]:
    at, clock = datetime.fromisoformat(job.payload["at"]), clock_from_json(job.payload["clock"])
    which = ",".join(clock.params.values())
    for role in clock.asked:
        yield News(
            person=people[role],
            contract=job.contract,
            what=Notice.What.REMINDER,
            kind=DISPUTES.name,
            about=f"{job.contract}:{clock.action}:{which}:{at.isoformat()}",
            at=at,
            payload=job.payload["clock"],
        )


def _facts(jobs: Sequence[Job]) -> dict[tuple[str | None, int | None], _Fact]:
    """What the event of each job was."""
    rows = _rows((job.contract, job.version) for job in jobs).values_list(
        "contract", "version", "at", "action", "outcome__transfers", "params__week"
    )
    return {(str(row[0]), row[1]): _Fact(row[2], row[3], bool(row[4]), row[5]) for row in rows}


def _events(notices: Sequence[Notice]) -> dict[tuple[str, int | None], Recorded]:
    rows = _rows((notice.contract_id, notice.version) for notice in notices).values(*EVENT_FIELDS)
    return {(str(row["contract"]), row["version"]): recorded(**row) for row in rows}


def _rows(wanted: Iterable[tuple[Any, int | None]]) -> QuerySet[Event]:
    """The events of these contracts and versions."""
    pairs = list(wanted)
    contracts, versions = [str(contract) for contract, _ in pairs], [version for _, version in pairs]
    return Event.objects.extra(where=[_PAIRS], params=[contracts, versions])


_PAIRS = "(contract_id, contracts_event.version) IN (SELECT * FROM unnest(%s::uuid[], %s::int[]))"
