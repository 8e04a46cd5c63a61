"""Mails: what they say, that they come once whatever happens to the worker, and that nobody can write into a header."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage as Sent
from email.message import Message
from email.parser import BytesParser
from email.policy import default
from typing import Any

import pytest
from django.core import mail as outgoing
from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from amicable.contracts import outbox
from amicable.contracts.models import Outbox
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.feedback import CATEGORIES
from amicable.rules.parts import Role
from amicable.talk import mail
from amicable.talk.choices import Ways, choose
from amicable.talk.kept import mails_of
from amicable.talk.mail import send_pending
from amicable.talk.messages import write
from amicable.talk.models import KeptMail, Notice
from amicable.talk.notices import MAIL, deliver_pending, mark_seen
from mail_servers import Counting
from market import NOW, Market, browser_of
from pages import words

KEPT = "amicable.talk.kept.Backend"


@pytest.fixture
def market(db: None, settings: Settings) -> Market:
    del db
    settings.EMAIL_BACKEND = KEPT
    settings.BASE_URL = "https://amicable.example"
    return Market()


def deliver() -> None:
    deliver_pending()
    send_pending()


def letters(who: Person) -> list[KeptMail]:
    return mails_of(str(who.pk))[::-1]


def in_wire_form(mail: EmailMessage) -> Sent:
    parsed: Message[Any, Any] = BytesParser(policy=default).parsebytes(mail.message().as_bytes())
    assert isinstance(parsed, Sent)
    return parsed


class TestALetter:
    def test_says_what_happened_and_what_happens_next_in_the_readers_zone(self, market: Market) -> None:
        contract = market.submitted("500.00")
        deliver()
        mail = letters(market.clara)[-1]

        assert mail.subject.startswith("Work for “Part 1” is handed in. Clara has until Mon 7 Dec 2026, 05:00 EST")
        assert "Hello Clara Whitfield," in mail.text
        assert "When: Mon 23 Nov 2026, 05:00 EST (Mon 23 Nov 2026, 10:00 UTC)" in mail.text
        assert "- Mon 7 Dec 2026, 05:00 EST (Mon 7 Dec 2026, 10:00 UTC): Unless Clara answers before" in mail.text
        assert f"See the contract: https://amicable.example/contracts/{contract.id}" in mail.text
        assert "https://amicable.example/notices/settings" in mail.text
        assert f'<a href="https://amicable.example/contracts/{contract.id}">' in mail.html
        assert "style" not in mail.html

    def test_says_who_did_it(self, market: Market) -> None:
        market.do(market.submitted("500.00"), "end", Role.FREELANCER, reason="other", note="I have to stop.")
        deliver()
        ended = letters(market.clara)[-1]
        assert "By: Femi Adeyemi\n" in ended.text
        assert "<br>By: Femi Adeyemi<br>" in ended.html
        advance(NOW + timedelta(days=14))
        deliver()
        paid = letters(market.clara)[-1]
        assert "did not answer the work handed in" in paid.subject
        assert "By:" not in paid.text
        page = words(browser_of(market.clara).get("/notices"))
        assert "· Femi Adeyemi Contract is being ended" in page

    def test_of_a_contest_that_opens_a_dispute_comes_whatever_else_is_not_wanted(self, market: Market) -> None:
        choose(str(market.clara.pk), {name: Ways(app=False, email=False) for name in ("offers", "money")})
        contract = market.do(market.submitted("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        asked = contract.proposals[0].id
        market.do(contract, "decline_refund", Role.FREELANCER, proposal=asked, note="It is all there.")
        deliver()
        [mail] = letters(market.clara)
        assert mail.subject.startswith("Femi contests the refund, which opens a dispute")

    def test_says_whose_feedback_is_answered_allowed_to_change_or_changed(self, market: Market) -> None:
        contract = market.do(market.paid("500.00"), "end", Role.CLIENT, reason="completed")
        stars = dict.fromkeys(CATEGORIES, 4)
        for side in (Role.CLIENT, Role.FREELANCER):
            market.do(contract, "leave_feedback", side, stars=stars, comment="As agreed.")
        advance(NOW)
        market.do(contract, "respond_feedback", Role.FREELANCER, comment="Any time again.")
        market.do(contract, "unlock_feedback", Role.FREELANCER)
        market.do(contract, "edit_feedback", Role.CLIENT, stars=stars, comment="Better than agreed.")
        deliver()
        answered, unlocked = letters(market.clara)[-2:]
        assert answered.subject.startswith("Femi answers the feedback of Clara.")
        assert "“Any time again.”" in answered.text
        assert unlocked.subject.startswith("Femi lets Clara change the feedback:")
        changed = letters(market.femi)[-1]
        assert changed.subject.startswith("Clara changes the feedback")
        assert "“Better than agreed.”" in changed.text

    def test_goes_to_who_did_not_do_it(self, market: Market) -> None:
        market.submitted("500.00")
        deliver()
        assert letters(market.femi)[0].subject.startswith("Clara offers Femi")
        assert not any("is handed in" in mail.subject for mail in letters(market.femi))

    def test_has_both_forms_and_the_headers_of_a_mail_that_nobody_wrote(
        self, market: Market, settings: Settings
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        market.offered("500.00")
        deliver()
        sent = in_wire_form(outgoing.outbox[0])

        assert {part.get_content_type() for part in sent.walk()} == {
            "multipart/alternative", "text/plain", "text/html"
        }  # fmt: skip
        assert sent["To"] == market.femi.email
        assert sent["Auto-Submitted"] == "auto-generated"
        assert sent["List-Unsubscribe"] == "<https://amicable.example/notices/settings>"
        assert sent["Message-ID"].endswith("@amicable.example>")

    @pytest.mark.parametrize(
        "title",
        ["Logo\r\nBcc: everybody@example.org", "Logo\nX-Evil: yes", "Logo\x85\u2028Bcc: a@b.de", "L" * 200],
    )
    def test_has_one_subject_whatever_the_contract_is_called(
        self, market: Market, settings: Settings, title: str
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        market.offered("500.00", title=title)
        deliver()
        [mail] = outgoing.outbox
        sent = in_wire_form(mail)

        assert len(mail.subject) <= 173
        assert sent["Bcc"] is None
        assert sent["X-Evil"] is None
        assert len(sent.get_all("Subject", [])) == 1

    def test_shows_what_people_wrote_as_text(self, market: Market) -> None:
        contract = market.offered("500.00", title="<script>alert(1)</script> & Söhne 契約")
        write(contract.id, str(market.clara.pk), "<img src=x>\nSee {client} & {0}", NOW)
        deliver()
        message, offer = letters(market.femi)

        assert "<script>" not in offer.html
        assert "<script>alert(1)</script> & Söhne 契約" in offer.text
        assert "<img" not in message.html
        assert "<img src=x>\nSee {client} & {0}" in message.text


class TestOnce:
    def test_a_mail_that_was_sent_is_not_sent_again(self, market: Market) -> None:
        market.offered("500.00")
        deliver()
        deliver()
        assert len(letters(market.femi)) == 1
        assert not outbox.pending([MAIL])

    def test_two_workers_send_it_once_because_the_first_has_claimed_it(
        self, market: Market, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.EMAIL_BACKEND = "mail_servers.Slow"
        with monkeypatch.context() as without:
            without.setattr(outbox, "LEASE", timedelta(0))
            market.offered("500.00")
            deliver()
            assert len(outgoing.outbox) == 2
        outgoing.outbox.clear()
        market.offered("700.00")
        deliver()
        assert len(outgoing.outbox) == 1

    def test_a_worker_that_died_before_sending_leaves_it_to_the_next(self, market: Market) -> None:
        market.offered("500.00")
        deliver_pending()
        assert len(outbox.claim([MAIL])) == 1
        send_pending()
        assert letters(market.femi) == []
        Outbox.objects.update(available_at=NOW - timedelta(days=900))
        send_pending()
        assert len(letters(market.femi)) == 1

    def test_a_worker_that_died_after_sending_sends_what_is_known_for_the_same(
        self, market: Market, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        market.offered("500.00")
        deliver_pending()
        with monkeypatch.context() as dying:
            dying.setattr(outbox, "finish", die)
            with pytest.raises(SystemExit):
                send_pending()
        assert len(letters(market.femi)) == 1
        Outbox.objects.update(available_at=NOW - timedelta(days=900))
        send_pending()
        assert len(letters(market.femi)) == 1
        assert not outbox.pending([MAIL])

    def test_a_worker_that_died_while_telling_tells_again_and_mails_once(
        self, market: Market, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        market.offered("500.00")
        with monkeypatch.context() as dying:
            dying.setattr(outbox, "finish_all", die)
            with pytest.raises(SystemExit):
                deliver_pending()
        Outbox.objects.update(available_at=NOW - timedelta(days=900))
        deliver()
        assert len(letters(market.femi)) == 1

    def test_a_mail_server_that_is_away_is_asked_again_later_without_a_word_of_the_address(
        self, market: Market, settings: Settings, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.EMAIL_BACKEND = "mail_servers.Refusing"
        market.offered("500.00")
        deliver()
        job = Outbox.objects.get(topic=MAIL)

        assert job.attempts == 1
        assert "SMTPRecipientsRefused" in job.last_error
        told = job.last_error + caplog.text + "".join(capsys.readouterr())
        assert "mail_failed" in told
        assert market.femi.email not in told
        settings.EMAIL_BACKEND = KEPT
        Outbox.objects.update(available_at=NOW - timedelta(days=900))
        send_pending()
        assert len(letters(market.femi)) == 1

    @pytest.mark.parametrize("what", ["answered", "over", "open"])
    def test_a_reminder_that_was_put_off_is_not_sent_to_who_has_answered_by_then(
        self, market: Market, settings: Settings, what: str
    ) -> None:
        contract = market.submitted("500.00")
        deliver()
        settings.EMAIL_BACKEND = "mail_servers.Refusing"
        advance(NOW + timedelta(days=13))
        deliver()
        if what == "answered":
            milestone = contract.milestones[0].id
            market.do(contract, "request_changes", Role.CLIENT, milestone=milestone, note="In blue.")
        if what == "over":
            advance(NOW + timedelta(days=14))
        settings.EMAIL_BACKEND = KEPT
        Outbox.objects.update(available_at=NOW - timedelta(days=900))
        deliver()
        reminders = [mail for mail in letters(market.clara) if mail.subject.startswith("Until")]
        assert len(reminders) == (5 if what == "open" else 0)
        assert not outbox.pending([MAIL])

    def test_a_mail_that_nobody_takes_is_given_up(self, market: Market, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "mail_servers.Refusing"
        market.offered("500.00")
        deliver_pending()
        for _ in range(20):
            Outbox.objects.filter(topic=MAIL).update(available_at=NOW - timedelta(days=900))
            send_pending()
        assert not outbox.pending([MAIL])


def die(job: object) -> None:
    del job
    raise SystemExit


class TestMany:
    """Mails go out in chunks: read at once, over one connection, and none is lost with it."""

    @pytest.fixture(autouse=True)
    def _server(self, market: Market, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        del market
        settings.EMAIL_BACKEND = "mail_servers.Counting"
        for name, value in {"calls": 0, "taken": 0, "is_moody": False}.items():
            monkeypatch.setattr(Counting, name, value)

    def test_go_over_one_connection(self, market: Market) -> None:
        for number in range(5):
            market.offered("500.00", title=f"Offer {number}")
        deliver()
        assert (len(outgoing.outbox), Counting.calls) == (5, 1)

    def test_a_connection_that_breaks_is_made_anew_and_what_it_lost_comes_later(
        self, market: Market, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Counting, "is_moody", True)
        for number in range(5):
            market.offered("500.00", title=f"Offer {number}")
        deliver()
        assert (len(outgoing.outbox), Counting.calls) == (4, 2)
        monkeypatch.setattr(Counting, "is_moody", False)
        Outbox.objects.update(available_at=NOW - timedelta(days=900))
        deliver()
        assert len({mail.subject for mail in outgoing.outbox}) == 5

    def test_what_a_slow_server_leaves_of_a_chunk_waits_for_whoever_comes_next(
        self, market: Market, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(mail, "PATIENCE_SECONDS", 0)
        for number in range(3):
            market.offered("500.00", title=f"Offer {number}")
        deliver_pending()
        [first, *others] = outbox.claim([MAIL])
        outbox.release([first, *others])
        assert mail.send_pending() == 3
        assert Counting.calls == 3, "a chunk for each"
        assert not outbox.pending([MAIL])

    def test_one_that_cannot_be_read_does_not_stop_the_others(self, market: Market) -> None:
        broken, _ = market.offered("500.00", title="Broken"), market.offered("500.00", title="Whole")
        deliver_pending()
        Notice.objects.filter(contract=broken.id).update(version=99)
        send_pending()
        assert [one.subject.partition(" · ")[2] for one in outgoing.outbox] == ["Whole"]
        assert Outbox.objects.get(topic=MAIL).last_error.startswith("KeyError")

    def test_take_as_many_queries_to_tell_of_as_few_do(self, market: Market) -> None:
        def queries(count: int) -> int:
            for number in range(count):
                market.offered("500.00", title=f"Offer {number}")
            with CaptureQueriesContext(connection) as told:
                deliver_pending()
            with CaptureQueriesContext(connection) as sent:
                send_pending()
            assert len(sent) <= 2 * count + 12
            return len(told)

        assert queries(2) == queries(20)


class TestMessages:
    def test_are_mailed_once_until_they_are_read(self, market: Market) -> None:
        contract = market.active("500.00")
        deliver()
        before = len(letters(market.femi))
        for text in ("Hello", "Are you there?"):
            write(contract.id, str(market.clara.pk), text, NOW)
            deliver()
        assert [mail.subject for mail in letters(market.femi)[before:]] == [
            "Clara Whitfield wrote to you · Website for a bakery"
        ]
        browser_of(market.femi).get(f"/contracts/{contract.id}")
        write(contract.id, str(market.clara.pk), "And now?", NOW)
        deliver()
        assert len(letters(market.femi)) == before + 2
        assert not any("wrote to you" in mail.subject for mail in letters(market.clara))

    def test_that_were_read_at_once_are_not_mailed(self, market: Market) -> None:
        contract = market.active("500.00")
        deliver()
        before = len(letters(market.femi))
        write(contract.id, str(market.clara.pk), "Hello", NOW)
        mark_seen(str(market.femi.pk), contract.id, NOW, Notice.What.MESSAGE)
        deliver()
        assert len(letters(market.femi)) == before


class TestChoices:
    def test_say_whether_a_mail_comes(self, market: Market) -> None:
        choose(str(market.femi.pk), {"offers": Ways(app=True, email=False)})
        contract = market.active("500.00")
        deliver()
        assert letters(market.femi) == []
        market.do(contract, "fund", Role.CLIENT, milestone=contract.milestones[0].id)
        deliver()
        assert ["is charged" in mail.subject for mail in letters(market.femi)] == [True]

    def test_where_no_mail_is_sent_nothing_waits_for_it(self, market: Market, settings: Settings) -> None:
        settings.SENDS_MAIL = False
        market.offered("500.00")
        deliver_pending()
        assert not outbox.pending([MAIL])
