"""A client's invoices as pages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from amicable.payments import sandbox
from market import NOW, Market, browser_of, person
from pages import words

pytestmark = pytest.mark.django_db
MONDAY = NOW + timedelta(days=7, hours=3)


@pytest.fixture
def market() -> Market:
    """Femi worked 7:10 hours at 33.33 USD for Clara, which was billed."""
    market = Market()
    contract = market.hourly("33.33")
    sandbox.advance(NOW + timedelta(hours=9))
    market.log(contract, NOW, 430)
    sandbox.advance(MONDAY)
    return market


def test_an_invoice_can_be_checked_by_hand(market: Market) -> None:
    browser = browser_of(market.clara)
    listed = browser.get("/invoices")
    (address,) = set(re.findall(r'href="(/invoices/[\w-]+)"', listed.content.decode()))
    page = words(browser.get(address))

    assert "2026-W48-USD-" in words(listed)
    assert "Care of a shop Paid 238.87 USD 11.94 USD 250.81 USD" in words(listed)
    assert "Care of a shop Femi Adeyemi 7:10 33.33 238.87" in page
    assert "Hours 238.87 Client's fee 11.94 In all 250.81" in page
    assert "Your card paid 250.81 USD on Mon 30 Nov 2026, 07:00 EST (12:00 UTC)." in page
    assert "7:10,430,33.33,238.87,11.94,0.00,USD" in browser.get(f"{address}?format=csv").content.decode()
    assert browser.get("/invoices.csv").content.decode().count("Care of a shop") == 1


def test_they_are_the_clients_alone(market: Market) -> None:
    listed = browser_of(market.clara).get("/invoices").content.decode()
    (address,) = set(re.findall(r'href="(/invoices/[\w-]+)"', listed))

    for other in (market.femi, person("Cora Other", "client")):
        assert browser_of(other).get(address).status_code == 404
        assert "No invoices" in words(browser_of(other).get("/invoices"))
    assert browser_of(market.clara).get("/invoices/00000000-0000-0000-0000-000000000000").status_code == 404


def test_they_are_found_from_the_balance_of_whoever_pays(market: Market) -> None:
    assert 'href="/invoices"' in browser_of(market.clara).get("/balance").content.decode()
    assert 'href="/invoices"' not in browser_of(market.femi).get("/balance").content.decode()


def test_older_ones_are_on_further_pages(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    from amicable.web.views import invoices

    monkeypatch.setattr(invoices, "PAGE", 1)
    contract = market.hourly("40.00", title="A garden")
    sandbox.advance(MONDAY + timedelta(hours=2))
    market.log(contract, MONDAY, 60)
    sandbox.advance(MONDAY + timedelta(days=7))
    browser = browser_of(market.clara)
    newest = browser.get("/invoices")
    (older,) = re.findall(r'rel="next" href="([^"]+)"', newest.content.decode())

    assert "A garden" in words(newest)
    assert "Care of a shop" in words(browser.get(f"/invoices{older}"))
    assert "A garden" in words(browser.get("/invoices?after=nonsense"))
