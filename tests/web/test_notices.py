"""The pages of notices: what is told, how to choose, and the demo's mails."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from amicable.payments.sandbox import advance
from amicable.talk.choices import choices_of
from amicable.talk.mail import send_pending
from amicable.talk.messages import write
from amicable.talk.notices import deliver_pending
from market import NOW, Market, browser_of
from pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(settings: Settings) -> Market:
    settings.EMAIL_BACKEND = "amicable.talk.kept.Backend"
    return Market()


def test_the_header_counts_what_is_new_until_it_is_read(market: Market) -> None:
    contract = market.offered("500.00")
    write(contract.id, str(market.clara.pk), "Hello", NOW)
    deliver_pending()
    browser = browser_of(market.femi)
    assert "Notices 2 new" in words(browser.get("/contracts"))
    browser.get(f"/contracts/{contract.id}")
    assert "Notices 1 new" in words(browser.get("/contracts"))
    browser.post("/notices/read")
    assert "new" not in words(browser.get("/contracts")).partition("Balance")[2].partition("Femi")[0]


def test_the_list_tells_of_events_reminders_and_messages(market: Market) -> None:
    contract = market.offered("500.00")
    write(contract.id, str(market.clara.pk), "Hello <b>", NOW)
    advance(NOW + timedelta(days=2))
    deliver_pending()
    page = words(browser_of(market.femi).get("/notices"))
    assert "Reminder Website for a bakery New You can still answer until Mon 30 Nov 2026, 11:00 WAT (10:00 UTC)" in page
    assert "Clara Whitfield wrote to you Website for a bakery New Hello <b>" in page
    assert "Offer made" in page


def test_a_deadline_that_is_over_says_so(market: Market) -> None:
    market.offered("500.00")
    advance(NOW + timedelta(days=8))
    deliver_pending()
    page = words(browser_of(market.femi).get("/notices"))
    assert "This was possible until Mon 30 Nov 2026, 11:00 WAT" in page
    assert "You can still" not in page


def ticks(page: HttpResponse) -> int:
    return len(re.findall(r'type="checkbox"[^>]* checked', page.content.decode()))


class TestChoosing:
    def test_is_ticking(self, market: Market) -> None:
        browser = browser_of(market.femi)
        page = browser.get("/notices/settings")
        assert ticks(page) == 10
        assert "Always in the app" in words(page)
        ticked = {"money.app": "on", "messages.email": "on"}
        assert browser.post("/notices/settings", ticked).headers["Location"] == "/notices/settings"
        chosen = choices_of([str(market.femi.pk)])[str(market.femi.pk)]
        assert {f"{name}.app" for name, ways in chosen.items() if ways.app} == {
            "money.app", "disputes.app", "hours.app", "mediation.app"
        }  # fmt: skip
        assert [name for name, ways in chosen.items() if ways.email and name != "mediation"] == ["messages"]
        assert ticks(browser.get("/notices/settings")) == 2

    def test_says_when_no_mail_is_sent_here(self, market: Market, settings: Settings) -> None:
        settings.SENDS_MAIL = False
        assert "sends no e-mail" in words(browser_of(market.femi).get("/notices/settings"))


class TestKeptMails:
    def test_are_read_by_whose_they_are(self, market: Market) -> None:
        contract = market.offered("500.00")
        deliver_pending()
        send_pending()
        browser = browser_of(market.femi)
        listed = browser.get("/mail")
        [mail] = listed.context["mails"]
        assert "Clara offers Femi the contract" in words(listed)
        assert f"/contracts/{contract.id}" in browser.get(f"/mail/{mail.pk}").content.decode()
        html = browser.get(f"/mail/{mail.pk}/html")
        assert "<p>Hello Femi Adeyemi,</p>" in html.content.decode()
        assert "default-src 'none'" in html.headers["Content-Security-Policy"]
        for path in ("", "/html"):
            assert browser_of(market.clara).get(f"/mail/{mail.pk}{path}").status_code == 404

    def test_are_not_there_where_mails_are_sent(self, market: Market, settings: Settings) -> None:
        settings.SANDBOX = False
        assert browser_of(market.femi).get("/mail").status_code == 404
