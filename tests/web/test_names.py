"""Feedback, standing and profiles on pages."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from amicable.contracts import clock
from amicable.contracts.perform import view
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.feedback import CATEGORIES
from amicable.rules.parts import Role
from market import Market, browser_of, person
from web.test_ending import words

pytestmark = pytest.mark.django_db
MARKER = "marker7391"


@pytest.fixture
def market(db: None) -> Market:
    """Clara and Femi."""
    del db
    return Market()


def ended(market: Market, *amounts: str, title: str = "Website for a bakery") -> Contract:
    """A contract that ended paid."""
    contract = market.submitted(*amounts or ("500.00",), title=title)
    return market.do(contract, "end", Role.CLIENT, reason="completed", escrow="release")


def given(count: int, **more: str) -> dict[str, str]:
    """A form of feedback with so many stars."""
    return {f"stars-{category}": str(count) for category in CATEGORIES} | {"comment": "As it was."} | more


def leave(browser: Client, contract: Contract, count: int = 5, **more: str) -> str:
    """Leave feedback as people do; the page that comes after it."""
    return pressed(browser, contract, "leave_feedback", given(count, **more))


def pressed(browser: Client, contract: Contract, name: str, form: dict[str, str]) -> str:
    """The page that comes after an action's button was pressed."""
    seen = str(view(contract.id, None, clock.now())[0].version)
    return words(browser.post(action(contract, name), form | {"seen": seen}, follow=True))


def action(contract: Contract, name: str) -> str:
    """The address of an action's page."""
    return f"/contracts/{contract.id}/actions/{name}"


def room(browser: Client, contract: Contract) -> str:
    """The words of the workroom."""
    return words(browser.get(f"/contracts/{contract.id}"))


class TestLeavingFeedback:
    def test_is_asked_for_in_the_workroom_after_the_end_and_not_before(self, market: Market) -> None:
        browser = browser_of(market.clara)
        assert "How was it to work with" not in room(browser, market.submitted("500.00"))
        page = room(browser, ended(market, title="Shop"))
        assert "How was it to work with Femi?" in page
        assert "Nobody has to: leaving none counts against nobody." in page

    def test_says_before_the_button_who_reads_it_and_when_and_what_it_does(self, market: Market) -> None:
        page = words(browser_of(market.clara).get(action(ended(market), "leave_feedback")))
        assert "nobody but its author can read it, or is told that it is there" in page
        assert "opens for both sides at once when both have left theirs" in page
        assert "everybody can read the stars and the comment on the public profile" in page
        assert "A private score or reason is shown to nobody" in page
        assert "nothing to the standing of its author" in page
        assert "Quality What came of the work; weighs 25 %" in page

    def test_keeps_it_sealed_for_the_other_side_until_both_have_left_it(self, market: Market) -> None:
        contract = ended(market)
        clara, femi = browser_of(market.clara), browser_of(market.femi)
        before = room(femi, contract)
        page = leave(clara, contract, 4, comment=MARKER, private_score="3")
        assert "Sealed Nobody but you can read this" in page
        assert MARKER in page
        assert "Shown to you alone: 3 of 10." in page
        assert room(femi, contract) == before
        page = leave(femi, contract)
        assert MARKER in page
        assert "4.00 of 5" in page
        assert "3 of 10" not in page

    def test_names_what_is_missing_and_keeps_what_was_written(self, market: Market) -> None:
        contract = ended(market)
        form = given(5, comment=MARKER, seen=str(contract.version)) | {"stars-quality": ""}
        response = browser_of(market.clara).post(action(contract, "leave_feedback"), form)
        assert response.status_code == 422
        assert "Give stars for each of these" in words(response)
        assert MARKER in response.content.decode()
        assert 'name="stars-skills" value="5" required checked' in response.content.decode()

    def test_puts_nothing_that_is_sealed_into_an_address(self, market: Market) -> None:
        page = browser_of(market.clara).get(action(ended(market), "leave_feedback")).content.decode()
        form = page[page.index("stars-skills") - 2000 :]
        assert 'method="get"' not in form[: form.index("</form>")]


class TestAfterItOpened:
    def test_it_is_answered_unlocked_and_changed(self, market: Market) -> None:
        contract = ended(market)
        clara, femi = browser_of(market.clara), browser_of(market.femi)
        leave(clara, contract, 2)
        leave(femi, contract)
        page = pressed(femi, contract, "respond_feedback", {"comment": "I was ill."})
        assert "In answer, the other side wrote I was ill." in page
        pressed(femi, contract, "unlock_feedback", {})
        form = clara.get(action(contract, "edit_feedback")).content.decode()
        assert 'name="stars-skills" value="2" required checked' in form
        page = pressed(clara, contract, "edit_feedback", given(4, comment="He was ill."))
        assert "He was ill." in page
        assert "4.00 of 5" in page

    def test_each_side_sees_what_the_contract_counts_for(self, market: Market) -> None:
        contract = ended(market)
        leave(browser_of(market.femi), contract)
        advance(clock.now() + timedelta(days=14))
        page = room(browser_of(market.femi), contract)
        assert "This contract Neutral, left out" in page
        assert "none counts neither for nor against anybody" in page
        assert "This contract Good" in room(browser_of(market.clara), contract)

    def test_marks_are_told_beside_it(self, market: Market) -> None:
        contract = ended(market)
        leave(browser_of(market.clara), contract, 1)
        leave(browser_of(market.femi), contract)
        market.do(contract, "give_refund", Role.FREELANCER, amount="500.00", note="Sorry.")
        page = words(Client().get(f"/people/{market.femi.pk}"))
        assert "1.00 of 5" in page
        assert "Money was returned on this contract" in page


class TestTheProfile:
    def test_is_everybodys_to_read_without_signing_in(self, market: Market) -> None:
        page = words(Client().get(f"/people/{market.femi.pk}"))
        assert "Femi Adeyemi" in page
        assert "No standing yet. It takes 2 contracts with 2 different people" in page
        assert "How the standing is computed" in page
        assert Client().get(f"/people/{uuid4()}").status_code == 404

    def test_has_standing_contracts_chart_and_feedback(self, market: Market) -> None:
        self._two(market)
        response = Client().get(f"/people/{market.femi.pk}")
        page = words(response)
        assert "100 of 100, over the last 24 months: 2 contracts" in page
        assert "<circle" in response.content.decode()
        assert "A client, " in page
        assert "Clara" not in page
        assert "Earned, roughly: 1,000.00 USD to 10,000.00 USD." in page

    def test_names_the_other_side_when_that_agrees_and_not_any_more_when_not(self, market: Market) -> None:
        self._two(market)
        browser = browser_of(market.clara)
        assert "may name you" in words(browser.post("/me/consent", {"is_named": "yes"}, follow=True))
        assert "Clara Whitfield" in words(Client().get(f"/people/{market.femi.pk}"))
        browser.post("/me/consent", {"is_named": "no"})
        assert "Clara" not in words(Client().get(f"/people/{market.femi.pk}"))

    def test_offers_its_choices_to_its_owner_alone(self, market: Market) -> None:
        address = f"/people/{market.femi.pk}"
        assert "Name me" in words(browser_of(market.femi).get(address))
        assert "Name me" not in words(browser_of(market.clara).get(address))
        assert Client().post("/me/consent", {"is_named": "yes"}).status_code == 302
        assert not Person.objects.filter(is_named=True).exists()

    def _two(self, market: Market) -> None:
        for client in (market.clara, person("Cleo Stone", "client")):
            market.clara = client
            contract = ended(market, title=f"Work for {client.name.split()[0][0]}")
            leave(browser_of(client), contract)
            leave(browser_of(market.femi), contract)
        market.clara = Person.objects.get(name="Clara Whitfield")


class TestTheCertificate:
    def test_is_a_pdf_for_who_earned_and_who_spent(self, market: Market) -> None:
        ended(market)
        for who, name in ((market.femi, "earnings"), (market.clara, "spend")):
            response = browser_of(who).get("/me/certificate.pdf?from=2026-01-01&to=2026-12-31")
            assert response.content.startswith(b"%PDF-")
            assert f'filename="{name}-2026-01-01-2026-12-31.pdf"' in response["Content-Disposition"]
        assert "Certificate" in words(browser_of(market.femi).get("/statement"))

    def test_of_no_sensible_period_says_what_to_write(self, market: Market) -> None:
        response = browser_of(market.femi).get("/me/certificate.pdf?from=soon")
        assert response.status_code == 422
        assert "Write dates as YYYY-MM-DD." in words(response)

        response = browser_of(market.femi).get("/me/certificate.pdf?from=2026-05-01&to=2026-04-01")
        assert response.status_code == 422
        assert "The period ends before it begins." in words(response)
        for typed in ('name="from" type="date" value="2026-05-01"', 'name="to" type="date" value="2026-04-01"'):
            assert typed in response.content.decode()

    def test_is_nobodys_who_has_not_signed_in(self) -> None:
        assert Client().get("/me/certificate.pdf").status_code == 302
