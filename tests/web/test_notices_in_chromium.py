"""Notices, how to be told and the demo's mails in a real browser, at every width."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django.fixtures import Settings

from amicable.payments.sandbox import advance
from amicable.talk.kept import mails_of
from amicable.talk.mail import send_pending
from amicable.talk.messages import write
from amicable.talk.notices import deliver_pending
from market import NOW, Market
from windows import Open, wrong_with

pytestmark = pytest.mark.browser


def test_pages_of_notices_can_be_read_by_everybody(market: Market, open_as: Open, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "amicable.talk.kept.Backend"
    contract = market.offered("500.00", title="Photographs for the Donaudampfschifffahrtselektrizitätenhauptwerk")
    write(contract.id, str(market.clara.pk), f"See https://example.org/{'a' * 80}", NOW)
    advance(NOW + timedelta(days=2))
    deliver_pending()
    send_pending()
    mail = mails_of(str(market.femi.pk))[0]
    complaints = []
    for look in ({"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}, {}):
        page = open_as(market.femi, "/notices", **look)
        for path in ("/notices", "/notices/settings", "/mail", f"/mail/{mail.pk}"):
            page.goto(path)
            complaints += wrong_with(page)
    assert complaints == []


def test_what_is_ticked_is_kept(market: Market, open_as: Open) -> None:
    page = open_as(market.femi, "/notices/settings", java_script_enabled=False)
    money = page.get_by_role("group", name="Money")
    money.get_by_label("By e-mail").uncheck()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("status").first).to_contain_text("From now on you are told as you chose.")
    expect(money.get_by_label("By e-mail")).not_to_be_checked()
    expect(money.get_by_label("In the app")).to_be_checked()
