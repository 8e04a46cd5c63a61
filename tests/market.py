"""A small marketplace for tests: people and contracts, brought about as people bring them about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.test import Client

from amicable.contracts import clock
from amicable.contracts.offers import make_offer
from amicable.contracts.perform import Command, Done, view
from amicable.diary.segments import log as log_time
from amicable.payments.cards import set_card
from amicable.payments.commands import perform
from amicable.people.models import Person
from amicable.rules.contract import Contract, Status
from amicable.rules.diary import Segment
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
"""A Monday, on which the clock of a new market stands."""


def person(name: str, *roles: str, zone: str = "UTC") -> Person:
    """Somebody with an e-mail address made from the name; a client has a card that works."""
    made = Person.objects.create_person(name=name, email=f"{name.replace(' ', '.')}@example.org", roles=list(roles))
    made.time_zone = zone
    made.save()
    if "client" in roles:
        set_card(str(made.pk), "works")
    return made


def browser_of(person: Person) -> Client:
    """A browser without a window, in which the person has signed in."""
    client = Client()
    client.force_login(person)
    return client


@dataclass
class Market:
    """Clara, who hires, and Femi, who is hired, at NOW."""

    clara: Person = field(default_factory=lambda: person("Clara Whitfield", "client", zone="America/New_York"))
    femi: Person = field(default_factory=lambda: person("Femi Adeyemi", "freelancer", zone="Africa/Lagos"))

    def __post_init__(self) -> None:
        clock.start(NOW)

    def do(self, contract: Contract, action: str, by: Role, **params: object) -> Contract:
        """Perform an action that has to be allowed; the contract after it."""
        actor = self.clara if by == Role.CLIENT else self.femi
        result = perform(Command(contract.id, action, params, str(actor.pk)), clock.now())
        assert isinstance(result, Done), result
        return result.outcome.contract

    def mediate(self, mediator: Person, contract: Contract, action: str, **params: object) -> Contract:
        """A mediator does something that has to be allowed; the contract after it."""
        result = perform(Command(contract.id, action, params, str(mediator.pk), is_mediator=True), clock.now())
        assert isinstance(result, Done), result
        return result.outcome.contract

    def offered(self, *amounts: str, currency: str = "USD", title: str = "Website for a bakery") -> Contract:
        """An offer of Clara's to Femi with a milestone for each amount."""
        milestones = [{"title": f"Part {number}", "amount": amount} for number, amount in enumerate(amounts, 1)]
        terms = {"title": title, "kind": "fixed", "currency": currency, "milestones": milestones}
        made = make_offer(client=str(self.clara.pk), freelancer=str(self.femi.pk), terms=terms, at=clock.now())
        assert not isinstance(made, Refused), made
        return made

    def hourly_offer(self, rate: str = "40.00", *, currency: str = "USD", **terms: object) -> Contract:
        """An offer of Clara's to Femi by the hour; `terms` are further ones."""
        wanted = {"title": "Care of a shop", "kind": "hourly", "currency": currency, "rate": rate, **terms}
        made = make_offer(client=str(self.clara.pk), freelancer=str(self.femi.pk), terms=wanted, at=clock.now())
        assert not isinstance(made, Refused), made
        return made

    def hourly(self, rate: str = "40.00", *, currency: str = "USD", **terms: object) -> Contract:
        """A contract by the hour that Femi has accepted."""
        return self.do(self.hourly_offer(rate, currency=currency, **terms), "accept", Role.FREELANCER)

    def log(
        self,
        contract: Contract,
        start: datetime,
        minutes: int,
        memo: str = "Checkout page: address form",
        *,
        activity: int = 7,
        manual: bool = False,
    ) -> Contract:
        """Femi logs so many minutes of work from `start` on; the contract after it."""
        starts = [start + timedelta(minutes=after) for after in range(0, minutes, 10)]
        logged = log_time(
            contract.id,
            str(self.femi.pk),
            [Segment(at, memo, 0 if manual else activity, manual=manual) for at in starts],
            clock.now(),
        )
        assert not isinstance(logged, Refused), logged
        return view(contract.id, None, clock.now())[0]

    def active(self, *amounts: str, currency: str = "USD", title: str = "Website for a bakery") -> Contract:
        """A contract that Femi has accepted."""
        return self.do(self.offered(*amounts, currency=currency, title=title), "accept", Role.FREELANCER)

    def funded(self, *amounts: str, currency: str = "USD", title: str = "Website for a bakery") -> Contract:
        """A contract whose first milestone is in escrow."""
        contract = self.active(*amounts, currency=currency, title=title)
        return self.do(contract, "fund", Role.CLIENT, milestone=contract.milestones[0].id)

    def submitted(self, *amounts: str, currency: str = "USD", title: str = "Website for a bakery") -> Contract:
        """A contract for whose first milestone work is handed in."""
        contract = self.funded(*amounts, currency=currency, title=title)
        return self.do(contract, "submit", Role.FREELANCER, milestone=contract.milestones[0].id, note="Here it is.")

    def paid(self, *amounts: str, currency: str = "USD", title: str = "Website for a bakery") -> Contract:
        """A contract whose first milestone is released, into the security hold."""
        contract = self.funded(*amounts, currency=currency, title=title)
        return self.do(contract, "approve", Role.CLIENT, milestone=contract.milestones[0].id)


def money(contract: Contract) -> tuple[Status, int, int, int]:
    """Where the contract stands: status, what waits in escrow and in review, paid, refunded."""
    now = view(contract.id, None, clock.now())[0]
    return now.status, now.escrow + now.in_review, now.paid, now.refunded
