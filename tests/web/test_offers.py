"""Making an offer."""

from __future__ import annotations

import pytest
from django.http import HttpResponse

from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.perform import view
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.money import Money
from market import NOW, Market, browser_of, person
from pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def filled_in(market: Market, **fields: str) -> dict[str, str]:
    """An offer to Femi that makes sense; a field of None is left out of it."""
    return {
        "freelancer": str(market.femi.pk),
        "search": "",
        "title": "Website for a bakery",
        "description": "Eight pages.",
        "currency": "USD",
        "milestones.0.title": "Logo",
        "milestones.0.amount": "500.00",
        "milestones.0.due": "",
        **fields,
    }


def send(who: Person, form: dict[str, str]) -> HttpResponse:
    return browser_of(who).post("/offers/new", form)


def made() -> list[Contract]:
    return [view(str(row.pk), None, NOW)[0] for row in ContractRow.objects.order_by("id")]


def rows(page: HttpResponse) -> list[str]:
    return [row["title"]["value"] for row in page.context["rows"]]


class TestAnOffer:
    def test_leads_to_the_workroom_of_what_was_written(self, market: Market) -> None:
        form = filled_in(market) | {
            "milestones.1.title": " Subpages ",
            "milestones.1.amount": "1200.50",
            "milestones.1.due": "2026-12-24",
        }
        answer = send(market.clara, form)
        (contract,) = made()

        assert answer.headers["Location"] == f"/contracts/{contract.id}"
        assert (contract.client, contract.freelancer) == (str(market.clara.pk), str(market.femi.pk))
        assert (contract.title, contract.description) == ("Website for a bakery", "Eight pages.")
        assert [(m.title, m.amount, str(m.due)) for m in contract.milestones] == [
            ("Logo", 50_000, "None"),
            ("Subpages", 120_050, "2026-12-24"),
        ]

    def test_is_made_once_however_often_the_button_is_pressed(self, market: Market) -> None:
        form = filled_in(market, key="one-time")
        answers = [send(market.clara, form) for _ in range(2)]
        other = send(market.clara, form | {"title": "Something else"})

        assert len(made()) == 1
        assert answers[0].headers["Location"] == answers[1].headers["Location"]
        assert other.status_code == 409
        assert "This page was sent before, with other words." in words(other)

    def test_is_in_any_currency_with_its_own_decimals(self, market: Market) -> None:
        send(market.clara, filled_in(market, currency="KWD") | {"milestones.0.amount": "120.005"})
        send(market.clara, filled_in(market, currency="JPY") | {"milestones.0.amount": "90001"})

        assert [str(contract.money(contract.milestones[0].amount)) for contract in made()] == [
            str(Money(120_005, "KWD")),
            str(Money(90_001, "JPY")),
        ]

    def test_says_how_often_changes_can_be_asked_for_and_how_long_an_answer_takes(self, market: Market) -> None:
        send(market.clara, filled_in(market, change_rounds="2", review_days="7"))
        send(market.clara, filled_in(market))

        agreed, left_open = made()
        assert (agreed.change_rounds, agreed.days_of_review) == (2, 7)
        assert (left_open.change_rounds, left_open.days_of_review) == (None, 14)

    def test_leaves_rows_out_that_were_left_empty(self, market: Market) -> None:
        empty = {f"milestones.1.{part}": "" for part in ("title", "amount", "due")}
        last = {"milestones.2.title": "Last", "milestones.2.amount": "1", "milestones.2.due": ""}
        send(market.clara, filled_in(market) | empty | last)

        assert [milestone.title for milestone in made()[0].milestones] == ["Logo", "Last"]


def by_the_hour(market: Market, **fields: str) -> dict[str, str]:
    """An offer by the hour to Femi that makes sense, with an empty row of milestones, as the form sends it."""
    row = {f"milestones.0.{part}": "" for part in ("title", "amount", "due")}
    hourly = {"kind": "hourly", "rate": "40.00", "weekly_limit_hours": "30", "manual_time": "no"}
    return filled_in(market) | row | hourly | fields


class TestAnOfferByTheHour:
    def test_has_its_rate_its_limit_and_whether_time_may_be_entered_by_hand(self, market: Market) -> None:
        send(market.clara, by_the_hour(market))
        send(market.clara, by_the_hour(market, weekly_limit_hours="", manual_time="yes"))

        with_limit, without = made()
        assert (with_limit.kind, with_limit.milestones) == ("hourly", ())
        assert [(t.rate, t.limit_hours, t.manual) for t in with_limit.hourly] == [(4_000, 30, False)]
        assert [(t.rate, t.limit_hours, t.manual) for t in without.hourly] == [(4_000, None, True)]

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("rate", "", "Write the amount in digits"),
            ("rate", "0", "The amount must be above zero."),
            ("rate", "40.005", "USD has 2 decimals; 40.005 has 3."),
            ("weekly_limit_hours", "169", "Write whole hours, 0 to 168"),
            ("weekly_limit_hours", "7.5", "Write whole hours, 0 to 168"),
            ("weekly_limit_hours", "many", "Write whole hours, 0 to 168"),
            ("title", "", "Write something"),
        ],
    )
    def test_is_not_made_with_terms_that_make_no_sense_and_says_so_at_their_fields(
        self, market: Market, field: str, value: str, said: str
    ) -> None:
        page = send(market.clara, by_the_hour(market) | {field: value})

        assert page.status_code == 422
        assert said in page.context["errors"][field]
        assert f'id="error-{field}">{said}' in page.content.decode()
        assert made() == []

    def test_tells_what_a_full_week_costs_with_the_fee_and_the_days_of_its_bill(self, market: Market) -> None:
        page = words(send(market.clara, by_the_hour(market, look="yes")))

        assert "A full week, 30 hours Hours 1,200.00 USD" in page
        assert "Client's fee, 5 % on top 60.00 USD Your card pays 1,260.00 USD" in page
        assert "The freelancer receives, 10 % service fee off 1,080.00 USD" in page
        assert "Mon 30 Nov 2026, 07:00 EST (12:00 UTC), in 7 days 2 h Billed" in page
        assert "Fri 4 Dec 2026, 18:59 EST (23:59 UTC), in 11 days 13 h The review ends" in page
        assert "Tue 8 Dec 2026, 19:00 EST (Wed 9 Dec, 00:00 UTC), in 15 days 14 h Paid out" in page
        assert made() == []

    def test_tells_what_an_hour_costs_where_there_is_no_limit(self, market: Market) -> None:
        page = words(send(market.clara, by_the_hour(market, look="yes", weekly_limit_hours="")))
        assert "An hour Hours 40.00 USD" in page
        assert "There is no weekly limit: every hour that is logged is billed." in page

    def test_waits_for_a_price_before_it_tells_what_a_week_costs(self, market: Market) -> None:
        page = words(send(market.clara, by_the_hour(market, look="yes", rate="")))
        assert "Write the price of an hour, and what a week costs is shown here" in page


class TestTheForm:
    def test_tells_what_an_offer_does_to_the_money_and_by_when(self, market: Market) -> None:
        page = words(browser_of(market.clara).get("/offers/new"))

        assert "No money moves." in page
        assert "The freelancer has 7 days to accept or decline. Without an answer the offer expires." in page
        assert "a fee of 5\N{NO-BREAK SPACE}% comes on top".replace("\N{NO-BREAK SPACE}", " ") in page

    def test_tells_what_comes_of_rounds_and_days_before_any_milestone_is_written(self, market: Market) -> None:
        empty = {f"milestones.0.{part}": "" for part in ("title", "amount", "due")}
        page = words(send(market.clara, filled_in(market, look="yes") | empty))
        assert "You have 14 days to answer work that is handed in. Without an answer its money is released." in page
        assert "You can ask for changes as often as you want" in page

        page = words(send(market.clara, filled_in(market, look="yes", change_rounds="1", review_days="7") | empty))
        assert "You have 7 days to answer work" in page
        assert "You can ask for changes 1 time on each milestone" in page

        page = words(send(market.clara, filled_in(market, look="yes", change_rounds="0") | empty))
        assert "You cannot ask for changes that stop these days." in page

        page = words(send(market.clara, filled_in(market, look="yes", review_days="61")))
        assert "whole numbers: up to 100 rounds, and 1 to 60 days" in page

    def test_adds_and_removes_milestones_and_keeps_the_rest(self, market: Market) -> None:
        longer = send(market.clara, filled_in(market, add="yes"))
        assert rows(longer) == ["Logo", ""]
        assert "Website for a bakery" in longer.content.decode()

        second = {"milestones.1.title": "Subpages", "milestones.1.amount": "", "milestones.1.due": ""}
        assert rows(send(market.clara, filled_in(market, remove="0") | second)) == ["Subpages"]
        assert rows(send(market.clara, filled_in(market, remove="0"))) == [""]
        assert rows(send(market.clara, filled_in(market, remove="nonsense"))) == ["Logo"]
        assert made() == []

    def test_finds_freelancers_by_name_and_keeps_the_one_who_is_chosen(self, market: Market) -> None:
        haruki = person("Haruki Sato", "freelancer")
        for number in range(10):
            person(f"Somebody {number}", "freelancer")
        page = send(market.clara, filled_in(market, find="yes", search="sato haru"))

        assert page.context["freelancers"] == [market.femi, haruki]
        nobody = send(market.clara, filled_in(market, find="yes", search="zzz\x00", freelancer=""))
        assert "Nobody of this name works here as a freelancer." in words(nobody)

    def test_begins_with_the_freelancer_one_came_from(self, market: Market) -> None:
        page = browser_of(market.clara).get("/offers/new", {"freelancer": str(market.femi.pk)})
        assert f'value="{market.femi.pk}" required aria-describedby' in page.content.decode()
        assert page.context["form"].freelancer == str(market.femi.pk)

    def test_is_for_clients_only(self, market: Market) -> None:
        assert browser_of(market.femi).get("/offers/new").status_code == 403
        refused = send(market.femi, filled_in(market))
        assert refused.status_code == 403
        assert "Only clients make offers." in words(refused)


class TestBadInput:
    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("title", "", "Write something"),
            ("title", "x" * 201, "At most 200 characters"),
            ("description", "x" * 20_001, "At most 20,000 characters"),
            ("currency", "XXX", "is not a currency of ISO 4217"),
            ("milestones.0.title", "", "Write something"),
            ("milestones.0.amount", "", "Write the amount in digits"),
            ("milestones.0.amount", "0", "The amount must be above zero."),
            ("milestones.0.amount", "1.005", "USD has 2 decimals; 1.005 has 3."),
            ("milestones.0.due", "tomorrow", "Write the date as YYYY-MM-DD, before the year 9000."),
            ("change_rounds", "some", "Send a whole number from 0 to 100"),
            ("review_days", "0", "Send a whole number from 1 to 60"),
            ("freelancer", "", "Choose whom the offer goes to."),
            ("freelancer", "nonsense", "Choose whom the offer goes to."),
            ("freelancer", "00000000-0000-0000-0000-000000000000", "Choose whom the offer goes to."),
        ],
    )
    def test_is_told_beside_its_field_and_no_offer_is_made(
        self, market: Market, field: str, value: str, said: str
    ) -> None:
        page = send(market.clara, filled_in(market) | {field: value})

        assert page.status_code == 422
        assert "The offer was not made" in words(page)
        assert said in page.context["errors"][field]
        assert said in words(page)
        assert made() == []

    def test_is_told_all_at_once(self, market: Market) -> None:
        page = send(market.clara, filled_in(market, freelancer="", title="") | {"milestones.0.amount": "many"})
        assert set(page.context["errors"]) == {"freelancer", "title", "milestones.0.amount"}

    def test_oneself_cannot_be_hired(self, market: Market) -> None:
        both = person("Dana Both", "client", "freelancer")
        page = send(both, filled_in(market, freelancer=str(both.pk)))

        assert page.status_code == 422
        assert both not in page.context["freelancers"]

    def test_errors_stay_with_their_rows_when_empty_ones_are_left_out(self, market: Market) -> None:
        empty = {f"milestones.0.{part}": "" for part in ("title", "amount", "due")}
        bad = {"milestones.1.title": "Last", "milestones.1.amount": "many", "milestones.1.due": ""}
        page = send(market.clara, filled_in(market) | empty | bad)

        assert rows(page) == ["Last"]
        assert "Write the amount in digits" in page.context["rows"][0]["amount"]["error"]
