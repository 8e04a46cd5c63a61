"""Who comes in, at every address of the web app: an address that is added is tried as well."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, reverse

from amicable.rules.contract import Contract
from amicable.rules.registry import ACTIONS
from amicable.web.urls import urlpatterns
from market import NOW, Market, browser_of

pytestmark = pytest.mark.django_db
OPEN_TO_ALL = {"", "icon", "person", "sign_in", "styleguide"}
"""What is shown to who has not signed in; the first only leads on."""


@pytest.fixture
def market() -> Market:
    return Market()


def addresses(market: Market, contract: Contract) -> Iterator[tuple[str, str]]:
    """The name and the address of each, of this contract and of Clara's where they are of one; of ids that nothing
    has for the rest."""
    known = {
        "contract_id": contract.id, "person_id": str(market.clara.pk), "currency": "USD", "start": NOW.isoformat(),
        "file_id": str(uuid4()), "invoice_id": str(uuid4()), "dispute_id": str(uuid4()), "mail_id": "1",
    }  # fmt: skip
    for found in urlpatterns:
        assert isinstance(found, URLPattern)
        wanted = found.pattern.converters
        for name in ACTIONS if "name" in wanted else ("",):
            place = {key: name if key == "name" else known[key] for key in wanted}
            yield found.name or "", reverse(f"web:{found.name}", kwargs=place) if found.name else "/"


def test_nobody_comes_in_without_signing_in(market: Market) -> None:
    nobody, contract = Client(), market.hourly()
    for name, address in addresses(market, contract):
        if name in OPEN_TO_ALL:
            continue
        for answer in (nobody.get(address), nobody.post(address)):
            leads_to = answer.headers.get("Location", "")
            assert answer.status_code in (404, 405) or leads_to.startswith("/sign-in"), address
            assert contract.title not in answer.content.decode()


def test_nothing_is_done_by_what_another_site_sends(market: Market) -> None:
    contract = market.hourly()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(market.clara)
    for _, address in addresses(market, contract):
        assert browser.post(address, {"do": "delete", "text": "Hello", "reason": "other"}).status_code == 403, address


def test_nothing_that_somebody_sees_is_kept_by_a_browser_or_read_as_something_else(market: Market) -> None:
    contract = market.hourly()
    browser, seen = browser_of(market.clara), 0
    for name, address in addresses(market, contract):
        answer: HttpResponse = browser.get(address)
        if answer.status_code != 200 or name in OPEN_TO_ALL - {"person"}:
            continue
        seen += 1
        assert "no-store" in answer.headers.get("Cache-Control", ""), address
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if not answer.headers["Content-Type"].startswith("text/html"):
            assert answer.headers["Content-Disposition"].startswith("attachment"), address
    assert seen > 20


def test_an_account_that_is_closed_is_closed_at_once(market: Market) -> None:
    browser, contract = browser_of(market.femi), market.hourly()
    assert browser.get(f"/contracts/{contract.id}").status_code == 200
    market.femi.is_active = False
    market.femi.save()
    assert browser.get(f"/contracts/{contract.id}").headers["Location"].startswith("/sign-in")
