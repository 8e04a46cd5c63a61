"""On Monday after the bill, both sides are told of the week's hours by day and contract."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from amicable.payments.cards import set_card
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.talk.choices import Ways, choose
from amicable.talk.kept import mails_of
from amicable.talk.mail import send_pending
from amicable.talk.models import KeptMail
from amicable.talk.notices import deliver_pending
from market import NOW, Market, browser_of
from pages import words

pytestmark = pytest.mark.django_db
BILL = NOW + timedelta(days=7, hours=2)


@pytest.fixture
def market(settings: Settings) -> Market:
    settings.EMAIL_BACKEND = "amicable.talk.kept.Backend"
    settings.BASE_URL = "https://amicable.example"
    return Market()


def two_contracts(market: Market) -> None:
    first, second = market.hourly("40.00"), market.hourly("60.00", title="Logo & more")
    advance(NOW + timedelta(days=2))
    market.log(first, NOW + timedelta(hours=2), 70)
    market.log(second, NOW + timedelta(days=1), 30)


def weekly(who: Person) -> list[KeptMail]:
    deliver_pending()
    send_pending()
    return [mail for mail in mails_of(str(who.pk)) if mail.subject.startswith("Your week of")]


def test_the_freelancer_and_the_client_are_told_once(market: Market) -> None:
    two_contracts(market)
    advance(BILL - timedelta(minutes=1))
    assert weekly(market.femi) == []
    advance(BILL + timedelta(days=20))

    [his], [hers] = weekly(market.femi), weekly(market.clara)
    assert his.subject == "Your week of 23 Nov 2026: you worked 1:40 hours, billed at 76.67 USD."
    assert hers.subject == "Your week of 23 Nov 2026: others worked for you 1:40 hours, billed at 76.67 USD."
    assert his.at == BILL
    assert "- Care of a shop (Clara Whitfield)" in his.text
    assert "Mon 1:10, Tue 0:00" in his.text
    assert "0:30 logged, 0:30 billed at 60.00 USD an hour: 30.00 USD" in his.text
    assert "In all 1:40 logged, 1:40 billed: 76.67 USD" in his.text
    assert "https://amicable.example/hours?week=2026-11-23" in his.text
    assert "<h3>Logo &amp; more (Femi Adeyemi)</h3>" in hers.html
    assert "The week is billed Your hours" in words(browser_of(market.femi).get("/notices"))


def test_also_when_the_card_was_declined(market: Market) -> None:
    two_contracts(market)
    set_card(str(market.clara.pk), "declines")
    advance(BILL)
    [his] = weekly(market.femi)
    assert "unpaid" in his.text


def test_whoever_does_not_want_it_is_not_told(market: Market) -> None:
    choose(str(market.femi.pk), {"summary": Ways(app=False, email=False)})
    two_contracts(market)
    advance(BILL)
    assert weekly(market.femi) == []
    assert "The week is billed" not in words(browser_of(market.femi).get("/notices"))


def test_a_week_without_hours_is_not_told_of(market: Market) -> None:
    market.hourly("40.00")
    advance(BILL + timedelta(days=7))
    assert weekly(market.femi) == []
