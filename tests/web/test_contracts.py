"""The list of contracts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from amicable.people.models import Person
from amicable.rules.parts import Role
from market import Market, browser_of, person
from pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def listed(who: Person, query: str = "") -> HttpResponse:
    return browser_of(who).get(f"/contracts{query}")


def titles(page: HttpResponse) -> list[str]:
    return [row.contract.title for row in page.context["rows"]]


def test_shows_the_other_side_the_status_the_money_and_what_happens_next(market: Market) -> None:
    contract = market.submitted("500.00")
    market.do(contract, "approve", Role.CLIENT, milestone=contract.milestones[0].id, amount="200.00")
    page = listed(market.clara)

    assert f'<a class="person-name" href="/contracts/{contract.id}">Femi Adeyemi</a>' in page.content.decode()
    assert f'<a href="/contracts/{contract.id}">Website for a bakery</a>' in page.content.decode()
    assert "Femi Adeyemi Freelancer Active In 5 days: Femi can withdraw 180.00 USD. 300.00 USD 200.00 USD" in words(
        page
    )
    assert "Clara Whitfield Client Active" in words(listed(market.femi))


def test_says_whose_move_it_is_where_no_clock_runs(market: Market) -> None:
    contract = market.active("500.00")
    assert "Clara can fund “Part 1”, so that work starts." in words(listed(market.femi))

    contract = market.do(contract, "fund", Role.CLIENT, milestone=contract.milestones[0].id)
    assert "Femi works on “Part 1”." in words(listed(market.clara))

    market.do(contract, "end", Role.FREELANCER, reason="other")
    assert "Nothing more happens." in words(listed(market.clara))


def test_finds_by_title_and_by_the_name_of_the_other(market: Market) -> None:
    market.offered("1.00", title="Logo")
    market.offered("1.00", title="Website")

    assert titles(listed(market.clara, "?q=logo")) == ["Logo"]
    assert titles(listed(market.clara, "?q=femi web")) == ["Website"]
    assert titles(listed(market.clara, "?q=clara")) == []
    assert "None of your contracts has “clara” in its title" in words(listed(market.clara, "?q=clara"))
    assert listed(market.clara, "?q=%00").status_code == 200


def test_keeps_a_status_while_searching_and_shows_all_where_there_is_no_such_status(market: Market) -> None:
    market.offered("1.00", title="Logo")
    market.active("1.00", title="Logo for trams")

    page = listed(market.clara, "?q=logo&status=active")
    assert titles(page) == ["Logo for trams"]
    assert '<input type="hidden" name="status" value="active">' in page.content.decode()
    assert titles(listed(market.clara, "?status=nonsense")) == ["Logo for trams", "Logo"]


def test_comes_newest_first_and_page_by_page(market: Market) -> None:
    for number in range(25):
        market.offered("1.00", title=f"Job {number}")
    first = listed(market.clara, "?status=offered")
    older = listed(market.clara, first.context["older"])

    assert titles(first) == [f"Job {number}" for number in range(24, 4, -1)]
    assert titles(older) == [f"Job {number}" for number in range(4, -1, -1)]
    assert older.context["older"] == ""
    assert titles(listed(market.clara, older.context["newest"])) == titles(first)
    assert len(titles(listed(market.clara, "?after=nonsense"))) == 20


def test_shows_nobody_what_belongs_to_others_and_a_mediator_only_disputes(market: Market) -> None:
    market.funded("500.00", title="Calm")
    disputed = market.do(market.funded("500.00", title="Stormy"), "end", Role.CLIENT, reason="quality", escrow="refund")
    market.do(disputed, "decline_refund", Role.FREELANCER, proposal=disputed.proposals[0].id)

    assert titles(listed(person("Sam Stranger", "client", "freelancer"))) == []
    page = listed(person("Mina Hale", "mediator"))
    assert titles(page) == ["Stormy"]
    assert "Clara Whitfield and Femi Adeyemi" in words(page)


def test_offers_to_make_an_offer_to_clients_only(market: Market) -> None:
    assert "New offer" in words(listed(market.clara))
    assert "New offer" not in words(listed(market.femi))


def test_asks_the_database_as_often_for_many_contracts_as_for_one(market: Market) -> None:
    market.offered("1.00")
    for_one = queries(market.clara)
    for _ in range(10):
        market.offered("1.00")

    assert queries(market.clara) == for_one


def queries(who: Person) -> int:
    with CaptureQueriesContext(connection) as asked:
        listed(who)
    return len(asked)
