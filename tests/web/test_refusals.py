"""What is refused answers with the code of the refusal, says why, and changes nothing: for all addresses alike."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, reverse

from amicable.contracts.perform import view
from amicable.diary import segments
from amicable.rules.contract import Contract
from amicable.rules.registry import ACTIONS
from amicable.web.urls import urlpatterns
from market import NOW, Market, browser_of, person
from pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def contract(market: Market) -> Contract:
    return market.hourly()


def addresses(contract: Contract) -> Iterator[str]:
    """Of everything that belongs to a contract, with all that can be done to it."""
    places = {
        "contract_id": contract.id,
        "file_id": str(uuid4()),
        "dispute_id": "1",
        "start": NOW.isoformat(),
    }
    for found in urlpatterns:
        assert isinstance(found, URLPattern)
        wanted = found.pattern.converters
        if "contract_id" not in wanted:
            continue
        for name in ACTIONS if "name" in wanted else ("",):
            place = {key: name if key == "name" else places[key] for key in wanted}
            yield reverse(f"web:{found.name}", kwargs=place)


def test_what_is_other_peoples_does_not_exist(contract: Contract) -> None:
    for stranger in (person("Sam Stranger", "client", "freelancer", "operator"), person("Mina Hale", "mediator")):
        browser = browser_of(stranger)
        for address in addresses(contract):
            answers = {browser.get(address, follow=True).status_code, browser.post(address).status_code}
            assert answers <= {404, 405}, address
    assert view(contract.id, None, NOW)[0].version == contract.version


def test_no_refusal_is_a_page_that_all_went_well(market: Market, contract: Contract) -> None:
    """A form without anything in it does something only where nothing has to be said."""
    needs_nothing = {"pause", "propose_reopening", "keep_escrow"}
    for who in (market.clara, market.femi):
        browser = browser_of(who)
        for address in addresses(contract):
            if address.rpartition("/")[2] in needs_nothing:
                continue
            answer = browser.post(address)
            is_page_to_fill_in = address.endswith("/terms/propose")
            assert answer.status_code in ({200} if is_page_to_fill_in else {403, 404, 405, 409, 422}), address
    assert view(contract.id, None, NOW)[0].version == contract.version


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/diary/time", "/diary"),
        ("/diary/segments", "/diary"),
        ("/diary/timer", "/diary"),
        ("/diary/screenshots", "/diary"),
        ("/messages", ""),
    ],
)
def test_who_loads_a_refusal_again_comes_to_the_page(
    market: Market, contract: Contract, address: str, page: str
) -> None:
    browser, room = browser_of(market.femi), f"/contracts/{contract.id}"
    again = browser.get(f"{room}{address}")
    assert (again.status_code, again.headers["Location"]) == (302, f"{room}{page}")
    assert browser.put(f"{room}{address}").status_code == 405


def test_a_card_that_was_refused_leads_back_to_the_balance_too(market: Market) -> None:
    assert browser_of(market.clara).get(reverse("web:card")).headers["Location"] == reverse("web:balance")


@pytest.mark.parametrize("name", ["end", "propose_terms", "dispute_hours"])
def test_what_has_a_page_of_its_own_is_done_nowhere_else(market: Market, contract: Contract, name: str) -> None:
    address = f"/contracts/{contract.id}/actions/{name}"
    assert browser_of(market.clara).get(address).status_code == 302
    assert browser_of(market.clara).post(address, {"reason": "other"}).status_code == 405


def test_mediators_alone_look_at_the_disputes_of_others(market: Market) -> None:
    page: HttpResponse = browser_of(market.clara).get("/disputes")
    assert page.status_code == 403
    assert "Only mediators look at the disputes of others. Yours are shown with their contracts." in words(page)


def test_a_contract_that_changes_all_the_time_is_left_alone_and_the_page_says_so(
    market: Market, contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = {"do": "delete", "start": NOW.isoformat()}
    monkeypatch.setattr(segments, "MAX_TRIES", 0)
    busy = browser_of(market.femi).post(f"/contracts/{contract.id}/diary/segments", form)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "2")
    assert "Go back, load the page again, and press the button once more." in words(busy)
