"""The states of the gallery in the database: what was played by the rules alone is done again there by people, cards,
banks and workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from amicable.contracts import clock
from amicable.contracts.billing import Answer, answered, close_weeks
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Invoice, Outbox, SandboxClock
from amicable.contracts.offers import make_offer
from amicable.contracts.perform import Command, Done, perform
from amicable.contracts.store import load
from amicable.contracts.worker import perform_due
from amicable.diary import segments
from amicable.payments import jobs, sandbox_bank
from amicable.payments.cards import set_card
from amicable.payments.provider import Stage
from amicable.payments.withdrawals import withdraw
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.diary import SEGMENT, Segment
from amicable.rules.money import Money
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from deals import person
from rules.play import CLIENT, FREELANCER, LOG, MEDIATOR, WITHDRAW, Play, Said

ROLES = {CLIENT: "client", FREELANCER: "freelancer", MEDIATOR: "mediator", "max": "mediator"}
"""Who is in the plays of the gallery."""
BANK = {"charge_disputed": Stage.OPENED, "chargeback_won": Stage.WON, "chargeback_lost": Stage.LOST}
WEEKS = {"week_charged": None, "week_unpaid": "no funds"}
FAR = timedelta(days=36_500)


@dataclass
class Kept:
    """A contract in the database, who is on it by their names in the play, and the time."""

    contract: Contract
    people: Mapping[str, Person]
    at: datetime
    called: dict[str, str] = field(default_factory=dict)
    """What things are called here, by their ids in the play."""

    def id_of(self, name: str) -> str:
        """The id of the person whom the play calls so."""
        return str(self.people[name].pk)

    def move(self, at: datetime) -> None:
        """It is that time, and nothing has happened by itself."""
        self.at = at
        SandboxClock.objects.filter(id=1).update(now=at)

    def reload(self) -> Contract:
        """The contract as it was written last."""
        found = load(self.contract.id, self.at)
        assert found is not None
        self.contract = found
        return found

    def put_away(self) -> None:
        """Nothing happens on it by itself any more, and nobody is told of what happens on others."""
        ContractRow.objects.filter(id=self.contract.id).update(due_at=None, remind_at=None)
        Invoice.objects.filter(client=self.people[CLIENT], status="open").update(closes_at=self.at + FAR)
        Person.objects.filter(id__in=[one.pk for one in self.people.values()]).update(is_active=False)
        Outbox.objects.all().delete()


def kept(state: Callable[[], Play]) -> Kept:
    """The state, between new people. The sandbox's clock stands where the play ends."""
    play = state()
    offer, *said = play.said
    people = {name: person(name.title(), role) for name, role in ROLES.items()}
    set_card(str(people[CLIENT].pk), "works")
    SandboxClock.objects.all().delete()
    clock.start(offer.at)
    sides = {"client": str(people[CLIENT].pk), "freelancer": str(people[FREELANCER].pk)}
    made = make_offer(**sides, terms=offer.params, at=offer.at)
    assert isinstance(made, Contract), made
    here = Kept(made, people, offer.at)
    _compare(here, offer.after)
    for one in said:
        here.move(max(here.at, one.at))
        _do(here, one)
        _compare(here, one.after)
    here.move(max(here.at, play.at))
    return here


def _do(here: Kept, said: Said) -> None:
    """The same again, in the way in which it comes about."""
    if said.action == LOG:
        _log(here, **said.params)
    elif said.action == WITHDRAW:
        money = Money(said.params["amount"], here.contract.currency)
        assert not isinstance(withdraw(here.id_of(FREELANCER), money, here.at), Refused)
    elif said.actor is None:
        _happen(here, said)
    else:
        params = _translated(here, dict(said.params))
        command = Command(
            here.contract.id, said.action, params, here.id_of(said.actor), is_mediator=said.by == Role.MEDIATOR
        )
        done = perform(command, here.at)
        assert isinstance(done, Done), done


def _happen(here: Kept, said: Said) -> None:
    """What cards, banks and time do."""
    if said.action in BANK:
        planned = sandbox_bank.plan(here.called[said.params["charge"]], BANK[said.action], here.at)
        assert not isinstance(planned, Refused), planned
    if said.action in BANK or said.action == "charge_succeeded":
        jobs.run_pending()
    elif said.action in WEEKS:
        asked = Invoice.objects.filter(client=here.people[CLIENT], status="charging")
        with transaction.atomic():
            answered([Answer(str(one.id), one.attempts, WEEKS[said.action]) for one in asked], here.at)
    else:
        close_weeks(here.at)
        perform_due(here.at)


def _log(here: Kept, start: datetime, minutes: int, *, covered: bool) -> None:
    here.move(max(here.at, start + timedelta(minutes=minutes)))
    one = ("Address form", 7) if covered else ("", 0)
    wanted = [Segment(start + number * SEGMENT, *one) for number in range(minutes // 10)]
    logged = segments.log(here.contract.id, here.id_of(FREELANCER), wanted, here.at)
    assert not isinstance(logged, Refused), logged


def _translated(here: Kept, params: Any) -> Any:
    if isinstance(params, dict):
        return {name: _translated(here, value) for name, value in params.items()}
    if isinstance(params, list):
        return [_translated(here, value) for value in params]
    return here.called.get(params, params) if isinstance(params, str) else params


def _compare(here: Kept, there: Contract) -> None:
    """It is the same as in the play, and note what is called how."""
    contract = here.reload()
    assert (contract.status, contract.escrow, contract.paid, contract.refunded) == (
        there.status,
        there.escrow,
        there.paid,
        there.refunded,
    )
    for ours, theirs in (
        (contract.milestones, there.milestones),
        (contract.proposals, there.proposals),
        (contract.disputes, there.disputes),
    ):
        here.called |= {play.id: kept.id for kept, play in zip(ours, theirs, strict=True)}  # type: ignore[attr-defined]
    if contract.charge and there.charge:
        here.called[there.charge.id] = contract.charge.id
