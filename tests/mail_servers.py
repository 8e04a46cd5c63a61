"""Mail servers with their ways, as e-mail backends of Django's."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

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


class Counting(locmem.EmailBackend):
    """Counts how often somebody calls, hangs up on every third mail, and lets nobody send before they have called."""

    calls = 0
    taken = 0
    is_moody = False

    def __init__(self, *args: object, **how: object) -> None:
        super().__init__(*args, **how)  # type: ignore[arg-type]
        self.is_open = False

    def open(self) -> bool:
        """Take the call."""
        Counting.calls += 1
        self.is_open = True
        return True

    def close(self) -> None:
        """Hang up."""
        self.is_open = False

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        """Take the mail, or not."""
        assert self.is_open
        Counting.taken += 1
        if Counting.is_moody and Counting.taken % 3 == 0:
            raise SMTPServerDisconnected
        return super().send_messages(messages)
