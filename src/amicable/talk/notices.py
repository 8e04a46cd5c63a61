"""Notices: what people are told of what others, or nobody, did to their contracts, and of what runs against them.

A notice is a row, once for each person and what it tells of. Whether it is shown in the app, and whether a mail goes
out as well, is the person's choice. The mail is a job in the outbox, written together with the notice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from amicable.contracts import outbox
from amicable.contracts.outbox import Job
from amicable.contracts.perform import EVENT_FIELDS
from amicable.contracts.record import Recorded, clock_from_json, recorded
from amicable.contracts.reminding import TOPIC as REMINDER
from amicable.rules.contract import Contract
from amicable.rules.mediators import has_it
from amicable.rules.outcome import Clock
from amicable.talk.choices import DISPUTES, MEDIATION, MESSAGES, choices_of
from amicable.talk.models import File, Message, Notice
from amicable.talk.news import News, events_of, mediators, news_of

TOPIC = "notice"
MAIL = "mail"
CHUNK = 500
log = structlog.get_logger()

INSERT = """
INSERT INTO talk_notice (
    person_id, contract_id, what, kind, about, version, message_id, file_id, payload, at, in_app)
SELECT u.person, u.contract, u.what, u.kind, u.about, u.version, u.message, u.file, u.payload, u.at, u.in_app
FROM json_to_recordset(%s) AS u(
    person uuid, contract uuid, what text, kind text, about text, version int, message uuid, file uuid, payload jsonb,
    at timestamptz, in_app bool)
ON CONFLICT DO NOTHING
RETURNING id, person_id::text, kind
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice with what it tells of: an event or a clock, which are None where it is a message, a file or a week."""

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

    @property
    def to_mediator(self) -> bool:
        """Whether the person is told of it as a mediator."""
        return self.notice.kind == MEDIATION.name

    @property
    def is_taken(self) -> bool:
        """Of what a mediator is told: whether somebody has the dispute already."""
        if self.clock:
            return self.clock.mediators is not None and self.clock.mediators.has is not None
        return not self.notice.payload or bool(self.notice.payload.get("is_taken", True))


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
        tell(news_of(jobs))
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


def tell_of_evidence(file: File, contract: Contract) -> None:
    """Tell the other side, and who mediates on `contract`, that evidence came which nobody wrote about: once, until
    they have looked. Call it in the transaction."""
    author = str(file.author_id)
    found = {person for dispute in contract.open_disputes if (person := has_it(dispute))}
    mediating = found.intersection(mediators()) if found else found
    sides = {contract.client, contract.freelancer}
    tell(
        News(
            person=person,
            contract=contract.id,
            what=Notice.What.FILE,
            kind=DISPUTES.name if person in sides else MEDIATION.name,
            about=f"{contract.id}:file:{file.pk}",
            at=file.at,
            file=str(file.pk),
        )
        for person in sorted(sides | mediating)
        if person != author
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


def notices_by_id(ids: Iterable[int]) -> dict[int, Told]:
    """The notices of those ids, by them. Two queries."""
    return {one.notice.pk: one for one in told(list(_with_all(Notice.objects.filter(id__in=list(ids)))))}


def count_unread(person: str) -> int:
    """How many notices the person (an id) has not read."""
    return Notice.objects.filter(person_id=person, in_app=True, read_at__isnull=True).count()


def mark_read(person: str, at: datetime, *, until: int | None = None) -> None:
    """The person has seen all notices there are, or those up to the one with the id `until`."""
    rows = Notice.objects.filter(person_id=person, read_at__isnull=True)
    (rows.filter(id__lte=until) if until else rows).update(read_at=at)


def mark_seen(person: str, contract: str, at: datetime, *what: Notice.What) -> None:
    """The person has seen what was written on the contract, or what evidence came: `what` they were told of."""
    rows = Notice.objects.filter(person_id=person, contract_id=contract, what__in=what)
    rows.filter(read_at__isnull=True).update(read_at=at)


def _mails(wanted: bool) -> bool:
    """Whether a mail goes out: where it is wanted and this installation sends any."""
    return wanted and settings.SENDS_MAIL


def _with_all(rows: QuerySet[Notice]) -> QuerySet[Notice]:
    return rows.select_related("person", "contract__client", "contract__freelancer", "message__author", "file__author")


def _events(notices: Sequence[Notice]) -> dict[tuple[str, int | None], Recorded]:
    rows = events_of((notice.contract_id, notice.version) for notice in notices).values(*EVENT_FIELDS)
    return {(str(row["contract"]), row["version"]): recorded(**row) for row in rows}
