"""Mails that are kept instead of sent: where there is no mail server, people read them on a page."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from typing import cast

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from amicable.people.models import Person
from amicable.talk.models import KeptMail


class Backend(BaseEmailBackend):
    """An e-mail backend of Django's that keeps each mail once, by its Message-ID."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the mails for those of their readers who are known here; returns how many mails that were."""
        return sum(_keep(cast(EmailMultiAlternatives, mail)) for mail in email_messages)


def mails_of(person: str, *, before: int | None = None, limit: int = 50) -> list[KeptMail]:
    """The person's mails, newest first; `before` is a mail's id."""
    rows = KeptMail.objects.filter(person_id=person).order_by("-id")
    return list((rows.filter(id__lt=before) if before else rows)[:limit])


def _keep(mail: EmailMultiAlternatives) -> int:
    sent = mail.message()
    person = Person.objects.filter(email__in=mail.to).first()
    if person is None:
        return 0
    written = {
        "person": person,
        "sender": mail.from_email,
        "subject": mail.subject,
        "text": mail.body,
        "html": next((content for content, kind in mail.alternatives if kind == "text/html"), ""),
        "at": parsedate_to_datetime(sent["Date"]),
    }
    KeptMail.objects.get_or_create(message_id=sent["Message-ID"], defaults=written)
    return 1
