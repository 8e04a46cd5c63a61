"""Where mails go."""

from __future__ import annotations

import pytest

from amicable.site.mail import KEPT, NONE, SMTP, MailServer
from amicable.site.problems import ProblemError


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", MailServer(SMTP, "mail.example", 25)),
        ("smtp+tls://me:a%40b%3A@mail.example", MailServer(SMTP, "mail.example", 587, "me", "a@b:", starttls=True)),
        ("smtps://me@[::1]:2465", MailServer(SMTP, "::1", 2465, "me", tls=True)),
    ],
)
def test_a_mail_server_is_named_in_one_line(url: str, server: MailServer) -> None:
    assert MailServer.at(url, sandbox=False) == server
    assert MailServer.at(url, sandbox=True) == server


def test_without_one_the_sandbox_keeps_mails_and_nobody_else_sends_any() -> None:
    assert MailServer.at("", sandbox=True) == MailServer(KEPT)
    assert MailServer.at("", sandbox=False) == MailServer(NONE)


@pytest.mark.parametrize(
    "url", ["mail.example", "http://mail.example", "smtp://", "smtp://u:secret@h:port", "smtp://["]
)
def test_what_cannot_be_read_is_said_without_the_password(url: str) -> None:
    with pytest.raises(ProblemError) as problem:
        MailServer.at(url, sandbox=False)
    assert "EMAIL_URL" in str(problem.value)
    assert "secret" not in str(problem.value)
