"""A contract between two people, driven action by action without a browser, an API or a payment provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from amicable.contracts.offers import make_offer
from amicable.contracts.perform import Command, Done, perform
from amicable.contracts.store import load
from amicable.contracts.worker import perform_due
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.outcome import Outcome

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def person(name: str, role: str) -> Person:
    """Somebody new."""
    return Person.objects.create_person(name=name, email=f"{uuid4().hex}@amicable.example", roles=[role])


@dataclass
class Deal:
    """A contract, the two people it is between, and the time at which they act."""

    client: Person
    freelancer: Person
    contract: Contract
    at: datetime = START

    @classmethod
    def struck(
        cls,
        currency: str,
        *amounts: str,
        client: Person | None = None,
        freelancer: Person | None = None,
        title: str = "Logo",
    ) -> Deal:
        """An accepted contract with a milestone of each amount, between new people where nobody is named."""
        milestones = [{"title": f"Part {number}", "amount": amount} for number, amount in enumerate(amounts, 1)]
        client, freelancer = client or person("Clara", "client"), freelancer or person("Femi", "freelancer")
        terms = {"title": title, "kind": "fixed", "currency": currency, "milestones": milestones}
        offered = make_offer(client=str(client.id), freelancer=str(freelancer.id), terms=terms, at=START)
        assert isinstance(offered, Contract), offered
        deal = cls(client, freelancer, offered)
        deal.does(freelancer, "accept")
        return deal

    @classmethod
    def hourly(
        cls,
        currency: str,
        rate: str,
        client: Person | None = None,
        freelancer: Person | None = None,
        **terms: object,
    ) -> Deal:
        """An accepted hourly contract; `terms` are those of the offer that are not about who and how much."""
        client, freelancer = client or person("Clara", "client"), freelancer or person("Femi", "freelancer")
        wanted = {"title": "Logo", "kind": "hourly", "currency": currency, "rate": rate, **terms}
        offered = make_offer(client=str(client.id), freelancer=str(freelancer.id), terms=wanted, at=START)
        assert isinstance(offered, Contract), offered
        deal = cls(client, freelancer, offered)
        deal.does(freelancer, "accept")
        return deal

    @classmethod
    def funded(cls, currency: str, *amounts: str, **how: object) -> Deal:
        """An accepted contract whose first milestone is paid for."""
        deal = cls.struck(currency, *amounts, **how)  # type: ignore[arg-type]
        deal.fund()
        return deal

    def does(self, who: Person | None, action: str, **params: object) -> Outcome:
        """Somebody, or nobody, does something, and it is done."""
        done = perform(Command(self.contract.id, action, params, who and str(who.id)), self.at)
        assert isinstance(done, Done), done
        self.contract = done.outcome.contract
        return done.outcome

    def fund(self, number: int = 1) -> None:
        """The client funds a milestone and the card pays."""
        self._charge(self.does(self.client, "fund", milestone=self.milestone(number)))

    def pay(self, amount: str) -> None:
        """The client pays without a milestone and the card pays."""
        self._charge(self.does(self.client, "pay", amount=amount, note="Thanks"))

    def approve(self, amount: str | None = None, number: int = 1) -> None:
        """The client releases a milestone or a part of it."""
        part = {"amount": amount} if amount else {}
        self.does(self.client, "approve", milestone=self.milestone(number), **part)

    def days_pass(self, days: float) -> None:
        """Time passes and what is due happens."""
        self.at += timedelta(days=days)
        perform_due(self.at)
        loaded = load(self.contract.id, self.at)
        assert loaded is not None
        self.contract = loaded

    def milestone(self, number: int) -> str:
        """The id of the contract's first, second, … milestone."""
        return self.contract.milestones[number - 1].id

    def _charge(self, outcome: Outcome) -> None:
        assert outcome.charge is not None
        self.does(None, "charge_succeeded", charge=outcome.charge.id)
