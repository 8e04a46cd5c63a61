"""Mail servers with their ways, as e-mail backends of Django's."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.core.mail.backends.base import BaseEmailBackend

from amicable.talk.mail import send_pending


class Refusing(BaseEmailBackend):
    """Refuses everybody, and says whom in its error."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Refuse."""
        raise SMTPRecipientsRefused({to: (550, b"no such user") for mail in email_messages for to in mail.to})


class Slow(locmem.EmailBackend):
    """So slow that another worker looks for mails meanwhile."""

    is_busy = False

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Take the mail, and let the other worker work first."""
        if not Slow.is_busy:
            Slow.is_busy = True
            try:
                send_pending()
            finally:
                Slow.is_busy = False
        return super().send_messages(messages)
