"""Mails: one for a notice, sent by the worker after the notice is there, tried again when the mail server is away.

A job is finished when the server has taken the mail. A worker that dies in between leaves the job to be done again; the
mail then has the same Message-ID, by which mail servers, and the place where mails are kept, know it for the same one.
Neither the log nor a job says to whom a mail goes.
"""

from __future__ import annotations

import traceback
from email.utils import format_datetime
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from amicable.contracts import outbox
from amicable.contracts.outbox import Job
from amicable.talk.letters import letter, settings_url
from amicable.talk.models import Notice
from amicable.talk.notices import MAIL, Told, notice_of

CHUNK = 5
"""So few at once that all are sent before their lease ends, even when the mail server takes its time for each."""
GIVE_UP_AFTER = 20
"""Tries, which is about ten hours."""
log = structlog.get_logger()


def send_pending() -> int:
    """Send the mails that wait; returns how many were tried. What fails is tried again later."""
    tried = 0
    while jobs := outbox.claim([MAIL], limit=CHUNK):
        connection = get_connection()
        for job in jobs:
            _try(job, connection)
        tried += len(jobs)
    return tried


def _try(job: Job, connection: BaseEmailBackend) -> None:
    """Send one; put it off when that fails, so that others come on."""
    try:
        _send(job, connection)
    except Exception as error:  # noqa: BLE001 (a mail server, and what people write, may come to anything)
        # Told by its kind and its place: what it says may hold an address.
        place = traceback.extract_tb(error.__traceback__)[-1]
        _put_off(job, f"{type(error).__name__} at {place.name}:{place.lineno}")


def _put_off(job: Job, error: str) -> None:
    if job.attempts >= GIVE_UP_AFTER:
        log.error("mail_given_up", job=job.id, attempts=job.attempts, error=error)
        outbox.finish(job)
    else:
        log.warning("mail_failed", job=job.id, attempts=job.attempts, error=error)
        outbox.retry(job, error)


def _send(job: Job, connection: BaseEmailBackend) -> None:
    told = notice_of(job.payload["notice"])
    if told and not _was_seen(told):
        mail_of(told, connection).send()
    outbox.finish(job)


def _was_seen(told: Told) -> bool:
    """Whether the person has seen in the app what the mail would only repeat."""
    return told.notice.what in (Notice.What.MESSAGE, Notice.What.FILE) and told.notice.read_at is not None


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
