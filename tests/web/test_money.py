"""Balance, withdrawals, the card and the statement in the web app."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from amicable.contracts.balance import balances_of
from amicable.payments.cards import card_of
from amicable.payments.models import Withdrawal
from amicable.payments.sandbox import advance
from amicable.rules.money import Money
from amicable.rules.parts import Role
from market import NOW, Market, browser_of, person
from pages import hidden

pytestmark = pytest.mark.django_db
WITHDRAW = "/balance/withdraw/USD"


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def femi(market: Market) -> Client:
    """Femi's browser; 450.00 USD can be withdrawn."""
    market.paid("500.00")
    advance(NOW + timedelta(days=5))
    return browser_of(market.femi)


def words(response: object) -> str:
    """The page as it is read: without tags, in single spaces."""
    text = re.sub(r"<[^>]+>", " ", response.content.decode())  # type: ignore[attr-defined]
    return re.sub(r"\s+([.,:;)])", r"\1", re.sub(r"\s+", " ", text))


def press(browser: Client, page: HttpResponse, **more: str) -> object:
    """Press the button of a page that was shown."""
    form = hidden(page)
    return browser.post(WITHDRAW, form | more)


def available(market: Market) -> Money:
    return balances_of(str(market.femi.pk))[0].available


class TestTheBalance:
    def test_shows_each_currency_with_what_each_part_waits_for(self, market: Market) -> None:
        market.paid("500.00", title="Logo")
        market.submitted("70.00", title="Flyer")
        market.funded("100001", currency="JPY", title="Catalogue")
        page = words(browser_of(market.femi).get(reverse("web:balance")))

        assert "In the security hold 450.00 USD" in page
        assert "Logo Sat 28 Nov 2026, 11:00 WAT (10:00 UTC), in 5 days 450.00 USD" in page
        released = "Released Mon 7 Dec 2026, 11:00 WAT (10:00 UTC), in 14 days"
        assert f"Flyer Clara Whitfield Part 1 Handed in {released} 70.00 USD" in page
        assert "On 1 milestone; 70.00 USD of it for work that is handed in" in page
        back = "Goes back Sun 7 Mar 2027, 11:00 WAT (10:00 UTC), if nobody does anything"
        assert f"Catalogue Clara Whitfield Part 1 In escrow {back} 100,001 JPY" in page

    def test_of_a_client_is_what_is_in_escrow_and_the_card(self, market: Market) -> None:
        market.funded("70.00", title="Flyer")
        page = words(browser_of(market.clara).get(reverse("web:balance")))

        assert "In escrow 70.00 USD" in page
        assert "Withdraw" not in page
        assert "A card that works" in page

    def test_does_not_show_frozen_money_as_released_by_itself(self, market: Market) -> None:
        contract = market.do(market.submitted("70.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        market.do(contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id)

        page = words(browser_of(market.femi).get(reverse("web:balance")))
        decided = "The dispute is decided Sat 28 Nov 2026, 11:00 WAT (10:00 UTC), if nobody does anything before"
        assert f"Part 1 In dispute {decided} 70.00 USD" in page

    def test_says_when_what_is_asked_back_goes_back(self, market: Market) -> None:
        market.do(market.submitted("70.00"), "end", Role.CLIENT, reason="quality", escrow="refund")
        until = "Goes back Mon 30 Nov 2026, 11:00 WAT (10:00 UTC), unless you contest it"
        assert until in words(browser_of(market.femi).get(reverse("web:balance")))
        assert "unless Femi Adeyemi contests it" in words(browser_of(market.clara).get(reverse("web:balance")))

    def test_says_of_hours_in_dispute_when_that_ends_and_not_that_they_can_be_withdrawn(self, market: Market) -> None:
        contract = market.hourly()
        advance(NOW + timedelta(days=1))
        market.log(contract, NOW, 120)
        advance(NOW + timedelta(days=7, hours=3))
        asked = market.do(contract, "dispute_hours", Role.CLIENT, week="2026-11-23", minutes=60, reason="Not worked.")
        page = words(browser_of(market.femi).get(reverse("web:balance")))
        assert "paid out when the review ends, and what is in dispute when that is over" in page
        withdrawn = "Wed 9 Dec 2026, 01:00 WAT (00:00 UTC)"
        silent = "what is in dispute is decided Thu 3 Dec 2026, 14:00 WAT (13:00 UTC), if nobody does anything before"
        assert f"{withdrawn}; {silent} 80.00 USD" in page

        market.do(asked, "contest_hours_dispute", Role.FREELANCER, proposal=asked.proposals[0].id)
        advance(NOW + timedelta(days=12))
        page = words(browser_of(market.femi).get(reverse("web:balance")))
        ruling = "What is in dispute is decided Thu 10 Dec 2026, 14:00 WAT (13:00 UTC), if nobody does anything before"
        assert f"{ruling} 40.00 USD" in page
        assert f"{withdrawn};" not in page

    def test_says_what_of_paid_money_a_dispute_keeps_in_the_hold(self, market: Market) -> None:
        contract = market.paid("500.00", title="Logo")
        market.do(contract, "open_dispute", Role.CLIENT, reason="It broke.", about="refund", amount="200.00")

        page = words(browser_of(market.femi).get(reverse("web:balance")))
        assert "Logo Sat 28 Nov 2026, 11:00 WAT (10:00 UTC), in 5 days 270.00 USD" in page
        assert "Logo In dispute 180.00 USD" in page

    def test_of_somebody_without_money_says_so(self) -> None:
        assert "No money yet" in words(browser_of(person("Nia New", "freelancer")).get(reverse("web:balance")))


class TestAWithdrawal:
    def test_is_shown_for_all_there_is_before_anything_else_is_typed(self, femi: Client) -> None:
        page = words(femi.get(WITHDRAW))

        assert "450.00 USD leaves your balance at once and is sent to your bank. 0.00 USD can still be" in page
        assert "Withdraw 450.00 USD" in page

    def test_does_what_the_page_showed(self, market: Market, femi: Client) -> None:
        page = femi.get(WITHDRAW, {"amount": "20.5"})
        assert "429.50 USD can still be withdrawn afterwards" in words(page)

        assert press(femi, page).url == reverse("web:balance")
        assert available(market) == Money(42950, "USD")
        after = words(femi.get(reverse("web:balance")))
        assert "20.50 USD was sent to your bank." in after
        assert "Sent to your bank 20.50 USD" in after

    def test_is_one_when_the_button_is_pressed_twice(self, market: Market, femi: Client) -> None:
        page = femi.get(WITHDRAW, {"amount": "20.00"})
        press(femi, page)
        press(femi, page)

        assert available(market) == Money(43000, "USD")
        assert Withdrawal.objects.count() == 1

    @pytest.mark.parametrize("key", ["x" * 300, "a\x00b", "\u00e9"])
    def test_under_a_key_that_no_page_has_is_made_all_the_same(self, femi: Client, key: str) -> None:
        assert femi.post(WITHDRAW, {"amount": "10.00", "key": key}).status_code == 302
        assert [one.key for one in Withdrawal.objects.all()] == [None]

    def test_of_another_amount_from_the_same_page_is_none_and_the_page_is_shown_as_things_are(
        self, market: Market, femi: Client
    ) -> None:
        page = femi.get(WITHDRAW, {"amount": "20.00"})
        press(femi, page)
        again = press(femi, page, chosen="amount=30.00")

        assert again.status_code == 409
        assert "This page was sent before, with other words. Look at it again, then decide." in words(again)
        assert "You have 430.00 USD to withdraw." in words(again)
        assert available(market) == Money(43000, "USD")

    @pytest.mark.parametrize(
        ("amount", "sentence"),
        [
            ("450.01", "You have 450.00 USD to withdraw, not 450.01 USD."),
            ("0", "The amount must be above zero."),
            ("-1", "without a sign"),
            ("1.234", "USD has 2 decimals; 1.234 has 3."),
            ("all", "Write the amount in digits"),
            ("", "Write the amount in digits"),
        ],
    )
    def test_that_makes_no_sense_gets_a_sentence_and_takes_nothing(
        self, market: Market, femi: Client, amount: str, sentence: str
    ) -> None:
        page = femi.get(WITHDRAW, {"amount": amount})

        assert sentence in words(page)
        assert "chosen" not in hidden(page)
        assert press(femi, page, amount=amount).status_code in (409, 422)
        assert available(market) == Money(45000, "USD")

    def test_from_an_old_page_takes_no_more_than_there_is(self, market: Market, femi: Client) -> None:
        old = femi.get(WITHDRAW)
        press(femi, femi.get(WITHDRAW, {"amount": "400.00"}))
        pressed = press(femi, old)

        assert pressed.status_code == 409
        assert "There is less than 450.00 USD available to withdraw." in words(pressed)
        assert available(market) == Money(5000, "USD")

    def test_in_a_currency_that_the_person_never_had_is_not_there(self, femi: Client) -> None:
        assert femi.get("/balance/withdraw/EUR").status_code == 404
        assert femi.post("/balance/withdraw/XYZ", {"amount": "1"}).status_code == 404

    def test_changes_with_the_amount_without_the_rest_of_the_page(self, femi: Client) -> None:
        part = femi.get(WITHDRAW, {"amount": "1"}, headers={"HX-Request": "true"}).content.decode()

        assert "<html" not in part
        assert 'hx-swap-oob="true"' in part


class TestTheCard:
    def test_is_the_one_that_was_chosen(self, market: Market) -> None:
        browser = browser_of(market.clara)
        browser.post(reverse("web:card"), {"card": "declines"})

        assert card_of(str(market.clara.pk)).behaviour == "declines"  # type: ignore[union-attr]
        assert "A card that declines" in words(browser.get(reverse("web:balance")))

    @pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
    def test_leads_back_to_this_site_alone(self, market: Market, elsewhere: str) -> None:
        changed = browser_of(market.clara).post(reverse("web:card"), {"card": "works", "next": elsewhere})
        assert changed.headers["Location"] == reverse("web:balance")

    def test_is_no_other_than_those_there_are_and_no_freelancers(self, market: Market) -> None:
        gold = browser_of(market.clara).post(reverse("web:card"), {"card": "gold", "next": "/contracts"})
        assert gold.status_code == 422
        assert "Choose one of the cards. Nothing was changed." in words(gold)
        assert 'name="next" value="/contracts"' in gold.content.decode()
        hers = browser_of(market.femi).post(reverse("web:card"), {"card": "works"})
        assert hers.status_code == 403
        assert "Only clients have a card" in words(hers)
        assert card_of(str(market.clara.pk)).behaviour == "works"  # type: ignore[union-attr]


class TestTheStatement:
    def test_has_every_movement_with_the_running_balance(self, femi: Client) -> None:
        page = words(femi.get(reverse("web:statement")))

        assert "500.00 USD 500.00 USD" in page
        assert "-50.00 USD 450.00 USD" in page

    def test_comes_in_pages(self, market: Market) -> None:
        for number in range(14):
            market.paid("10.00", title=f"Job {number}")
        browser = browser_of(market.femi)
        first = browser.get(reverse("web:statement"))
        second = browser.get(reverse("web:statement"), {"after": first.context["older"]})

        assert (len(first.context["lines"]), len(second.context["lines"])) == (25, 3)
        assert second.context["older"] is None
        ids = [line.id for page in (first, second) for line in page.context["lines"]]
        assert ids == sorted(set(ids), reverse=True)

    def test_leaves_as_a_sheet(self, femi: Client) -> None:
        sheet = femi.get(reverse("web:statement_csv"))

        assert sheet["Content-Type"].startswith("text/csv")
        lines = list(csv.DictReader(io.StringIO(sheet.content.decode())))
        assert [line["amount"] for line in lines] == ["500.00", "-50.00", "0.00"]

    def test_says_what_of_paid_money_a_dispute_keeps_in_the_hold(self, market: Market) -> None:
        contract = market.paid("500.00", title="Logo")
        market.do(contract, "open_dispute", Role.CLIENT, reason="It broke.", about="refund", amount="200.00")

        page = words(browser_of(market.femi).get(reverse("web:balance")))
        assert "Logo Sat 28 Nov 2026, 11:00 WAT (10:00 UTC), in 5 days 270.00 USD" in page
        assert "Logo In dispute 180.00 USD" in page

    def test_of_somebody_without_money_says_so(self) -> None:
        browser = browser_of(person("Nia New", "freelancer"))

        assert "No movements" in words(browser.get(reverse("web:statement")))

    @pytest.mark.parametrize("after", ["x", "-1", "9" * 30])
    def test_with_a_place_that_is_none_begins_with_the_newest(self, femi: Client, after: str) -> None:
        assert len(femi.get(reverse("web:statement"), {"after": after}).context["lines"]) == 3


@pytest.mark.parametrize("name", ["balance", "statement", "statement_csv"])
def test_money_is_shown_to_nobody_who_has_not_signed_in(name: str) -> None:
    assert Client().get(reverse(f"web:{name}")).url.startswith(reverse("web:sign_in"))
