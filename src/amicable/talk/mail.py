"""Mails: one for a notice, sent by the worker after the notice is there, tried again when the mail server is away.

A job is finished when the server has taken the mail. A worker that dies in between leaves the job to be done again; the
mail then has the same Message-ID, by which mail servers, and the place where mails are kept, know it for the same one.
Neither the log nor a job says to whom a mail goes.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping, Sequence
from email.utils import format_datetime
from smtplib import SMTPException
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from amicable.contracts import clock, outbox
from amicable.contracts.outbox import Job
from amicable.contracts.store import load
from amicable.rules.clocks import clocks
from amicable.rules.parts import Role
from amicable.talk.letters import letter, settings_url
from amicable.talk.models import Notice
from amicable.talk.notices import MAIL, Told, notice_of, notices_by_id

CHUNK = 50
"""So many are claimed and read at once, and go over one connection to the mail server."""
PATIENCE_SECONDS = outbox.LEASE.total_seconds() / 3
"""What is not sent of a chunk by then is left to others: a slow mail server must not outlast the lease."""
GIVE_UP_AFTER = 20
"""Tries, which is about ten hours."""
log = structlog.get_logger()


def send_pending() -> int:
    """Send the mails that wait; returns how many were tried. What fails is tried again later."""
    tried = 0
    while jobs := outbox.claim([MAIL], limit=CHUNK):
        tried += _send_all(jobs)
    return tried


def _send_all(jobs: Sequence[Job]) -> int:
    """Send as many as there is time for; returns how many were tried."""
    read, line = _read(jobs), Line()
    until = time.monotonic() + PATIENCE_SECONDS
    for tried, job in enumerate(jobs, 1):
        _try(job, read, line)
        if time.monotonic() > until:
            outbox.release(jobs[tried:])
            break
    line.hang_up()
    return tried


class Line:
    """A connection to the mail server over which many mails go; opened when it is wanted, anew after a failure."""

    def __init__(self) -> None:
        self._open: BaseEmailBackend | None = None

    def get(self) -> BaseEmailBackend:
        """The open connection."""
        if self._open is None:
            connection = get_connection()
            connection.open()
            self._open = connection
        return self._open

    def hang_up(self) -> None:
        """Close it, if it is open."""
        connection, self._open = self._open, None
        if connection:
            try:
                connection.close()
            except (SMTPException, OSError) as error:
                log.info("mail_server_gone", error=type(error).__name__)


def _read(jobs: Sequence[Job]) -> Mapping[int, Told]:
    """What is to be mailed, by the ids of the notices; nothing where one cannot be read: then each is read alone."""
    try:
        return notices_by_id([job.payload["notice"] for job in jobs])
    except Exception:
        log.warning("mails_unread", jobs=len(jobs), exc_info=True)
        return {}


def _try(job: Job, read: Mapping[int, Told], line: Line) -> None:
    """Send one; put it off when that fails, so that others come on."""
    try:
        _send(job, read, line)
    except Exception as error:  # noqa: BLE001 (a mail server, and what people write, may come to anything)
        # Told by its kind and its place: what it says may hold an address.
        place = traceback.extract_tb(error.__traceback__)[-1]
        _put_off(job, f"{type(error).__name__} at {place.name}:{place.lineno}")
        line.hang_up()


def _put_off(job: Job, error: str) -> None:
    if job.attempts >= GIVE_UP_AFTER:
        log.error("mail_given_up", job=job.id, attempts=job.attempts, error=error)
        outbox.finish(job)
    else:
        log.warning("mail_failed", job=job.id, attempts=job.attempts, error=error)
        outbox.retry(job, error)


def _send(job: Job, read: Mapping[int, Told], line: Line) -> None:
    told = read.get(job.payload["notice"]) or notice_of(job.payload["notice"])
    if told and not _was_seen(told) and not (job.attempts > 1 and _is_over(told)):
        mail_of(told, line.get()).send()
    outbox.finish(job)


def _was_seen(told: Told) -> bool:
    """Whether the person has seen in the app what the mail would only repeat."""
    return told.notice.what in (Notice.What.MESSAGE, Notice.What.FILE) and told.notice.read_at is not None


def _is_over(told: Told) -> bool:
    """Whether a reminder was put off for so long that its clock has struck, or the reader has answered."""
    reminded, about, now = told.clock, told.notice.contract, clock.now()
    if reminded is None or about is None:
        return False
    contract = load(str(about.pk), now)
    assert contract is not None, "there are reminders only of contracts"
    side = Role.CLIENT if told.notice.person_id == about.client_id else Role.FREELANCER
    reader = Role.MEDIATOR if told.to_mediator else side
    same = (reminded.action, reminded.params, reminded.at)
    return reminded.at <= now or not any(
        (running.action, running.params, running.at) == same and reader in running.asked for running in clocks(contract)
    )


def mail_of(told: Told, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The mail of a notice."""
    written = letter(told)
    domain = urlsplit(settings.BASE_URL).hostname
    headers = {
        "Message-ID": f"<notice-{told.notice.pk}@{domain}>",
        "Date": format_datetime(told.notice.at),
        "List-Unsubscribe": f"<{settings_url()}>",
        "Auto-Submitted": "auto-generated",
    }
    mail = EmailMultiAlternatives(
        written.subject, written.text, None, [told.notice.person.email], connection=connection, headers=headers
    )
    mail.attach_alternative(written.html, "text/html")
    return mail
