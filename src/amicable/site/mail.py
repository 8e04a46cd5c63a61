"""Where mails go: to the server in EMAIL_URL, in the sandbox to a page of their own, else nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from amicable.site.problems import ProblemError

SMTP = "django.core.mail.backends.smtp.EmailBackend"
KEPT = "amicable.talk.kept.Backend"
NONE = "django.core.mail.backends.dummy.EmailBackend"
TIMEOUT_SECONDS = 10
"""After which a mail server is taken for away."""
PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
"""Without encryption, with STARTTLS, with TLS from the start."""


@dataclass(frozen=True)
class MailServer:
    """Where mails go and how; `user` is empty where none is needed."""

    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    @classmethod
    def at(cls, url: str, *, sandbox: bool) -> MailServer:
        """The server of `smtp+tls://USER:PASSWORD@HOST:PORT` or the like; without one mails are kept, or not sent."""
        if not url:
            return cls(KEPT if sandbox else NONE)
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise _unreadable() from None
        if parts.scheme not in PORTS or not parts.hostname:
            raise _unreadable()
        return cls(
            SMTP,
            host=parts.hostname,
            port=port or PORTS[parts.scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            starttls=parts.scheme == "smtp+tls",
            tls=parts.scheme == "smtps",
        )


def _unreadable() -> ProblemError:
    """The address is not repeated: it has a password in it."""
    return ProblemError(
        "EMAIL_URL cannot be read. Write smtp+tls://USER:PASSWORD@HOST:PORT (STARTTLS), smtps://… (TLS) or smtp://…, "
        "with what is special in a password as %XX."
    )
