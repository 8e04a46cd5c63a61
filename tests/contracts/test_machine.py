"""The same random lives as the rules are played through, on PostgreSQL: through commands, cards, workers and books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from amicable.contracts.history import history
from amicable.contracts.offers import make_offer
from amicable.contracts.perform import Command, Done, NoSuchContractError, perform, preview, view
from amicable.contracts.standing import recount
from amicable.contracts.verify import verify
from amicable.contracts.worker import perform_due
from amicable.rules.accounts import CHARGEBACKS, LOSSES
from amicable.rules.clocks import due
from amicable.rules.contract import Contract
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.parts import Charge, Role
from amicable.rules.timeline import buttons, foresee
from contracts.offers import terms
from deals import START, person
from lives import lives
from rules.auditor import Auditor, Facts, Movement
from rules.sensible import First, sensible


def kind(account: str) -> str:
    """What an account is for."""
    of, _, which = account.partition(":")
    return which if account in (CHARGEBACKS, LOSSES) else of


PARTIES = (Role.CLIENT, Role.FREELANCER)
HIGHEST = 999_999_999


class Drawn:
    """Chooses as Hypothesis wants."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def one_of(self, options: Sequence[Any]) -> Any:
        """Any of the options."""
        return self.data.draw(st.sampled_from(options))

    def number(self, least: int, most: int) -> int:
        """Any number, its bounds included."""
        return self.data.draw(st.integers(least, max(least, most)))


class AKeptContract(RuleBasedStateMachine):
    """A contract in the database, and an auditor who reads its history."""

    at: datetime = START

    def __init__(self) -> None:
        super().__init__()
        self.paid_by_card: list[Charge] = []

    @initialize(
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
        prices=st.lists(st.one_of(st.integers(1, 30), st.integers(31, 20_000)), min_size=1, max_size=3),
    )
    def begin(self, currency: str, prices: list[int]) -> None:
        """A funded contract between new people."""
        people = {role: person(role.title(), role) for role in (*PARTIES, Role.MEDIATOR)}
        self.people = {role: str(one.id) for role, one in people.items()}
        self.auditor, self.audited = Auditor(currency, Decimal(10), Decimal(5)), 0
        offered = make_offer(
            client=self.people[Role.CLIENT],
            freelancer=self.people[Role.FREELANCER],
            terms=terms(currency, *[Money(price, currency).decimal for price in prices]),
            at=self.at,
        )
        assert isinstance(offered, Contract)
        self.id = offered.id
        self.press(Role.FREELANCER, "accept", {})
        self.press(Role.CLIENT, "fund", sensible("fund", self.contract, First(), Role.CLIENT))
        self.card_answers(pays=True)

    @rule(by=st.sampled_from(PARTIES), data=st.data())
    def a_party_acts(self, by: Role, data: st.DataObject) -> None:
        """Whatever is offered is done as it was shown."""
        self.press_something(by, data)

    @precondition(lambda self: self.contract.dispute)
    @rule(data=st.data())
    def a_mediator_acts(self, data: st.DataObject) -> None:
        """The same for a mediator."""
        self.press_something(Role.MEDIATOR, data)

    @precondition(lambda self: self.contract.charge)
    @rule(pays=st.booleans())
    def card_answers(self, pays: bool) -> None:
        """The card says yes or no."""
        charge = self.contract.charge
        assert charge is not None
        if pays:
            self.paid_by_card.append(charge)
        self.press(Role.NOBODY, "charge_succeeded" if pays else "charge_failed", {"charge": charge.id})

    @precondition(lambda self: self.paid_by_card)
    @rule()
    def the_bank_takes_a_payment_back(self) -> None:
        """The one that was made last."""
        charge, money = self.paid_by_card.pop(), self.contract.money
        params = {"charge": charge.id, "amount": money(charge.amount).decimal, "fee": money(charge.fee).decimal}
        self.press(
            Role.NOBODY, "charge_disputed", params | ({"milestone": charge.milestone} if charge.milestone else {})
        )

    @precondition(lambda self: any(one.status == "open" for one in self.contract.chargebacks))
    @precondition(lambda self: not self.contract.is_charging)
    @rule(decision=st.sampled_from(["chargeback_won", "chargeback_lost"]))
    def the_bank_decides(self, decision: str) -> None:
        """For the platform or for the client."""
        charge = next(one.charge for one in self.contract.chargebacks if one.status == "open")
        self.press(Role.NOBODY, decision, {"charge": charge})

    @rule(hours=st.sampled_from([1, 4 * 24, 8 * 24, 15 * 24, 190 * 24]), works=st.booleans())
    def time_passes(self, hours: int, works: bool) -> None:
        """A worker does what is due; or nobody does, until somebody comes."""
        self.at += timedelta(hours=hours)
        if works:
            perform_due(self.at)

    @rule(by=st.sampled_from((*PARTIES, Role.MEDIATOR)))
    def what_is_not_offered_is_refused(self, by: Role) -> None:
        """And nothing is written."""
        before, events = self.contract, len(history(self.id))
        for name, why_not in buttons(before, by, self.at, self.people[by]):
            if why_not is not None:
                self.is_refused(by, name, sensible(name, before, First(), by))
        assert len(history(self.id)) == events

    @invariant()
    def the_auditor_agrees(self) -> None:
        """With every event since the last time, and with the contract as it is kept."""
        self.the_auditor_reads_on()
        contract = self.kept
        self.auditor.check(
            Facts(
                status=contract.status,
                escrow=contract.escrow,
                paid=contract.paid,
                refunded=contract.refunded,
                fees=contract.fees_earned,
                carried=contract.carried - contract.lost,
                lost=contract.lost,
                milestones=[(m.status, m.amount, m.escrow) for m in contract.milestones],
                deadlines=[],
                may_be_late=True,
                at=self.at,
            )
        )

    def teardown(self) -> None:
        """In the end all is done that is due, and books, history and contracts agree to the cent."""
        if hasattr(self, "id"):
            if self.contract.charge:
                self.card_answers(pays=True)
            perform_due(self.at + timedelta(days=400))
            assert due(self.kept) is None
            self.the_auditor_agrees()
            assert verify().balanced, verify().problems
            assert recount(self.at) == [], "what was kept with each deed is what a full computation gives"

    # How

    @property
    def contract(self) -> Contract:
        """The contract as its client sees it now."""
        return view(self.id, self.people[Role.CLIENT], self.at)[0]

    @property
    def kept(self) -> Contract:
        """The contract as it was written last."""
        return view(self.id, self.people[Role.CLIENT], START)[0]

    def the_auditor_reads_on(self) -> None:
        for event in history(self.id, after=self.audited):
            self.audited = event.version
            self.auditor.book(Movement(kind(t.source), kind(t.target), t.amount, t.currency) for t in event.transfers)

    def command(self, by: Role, action: str, params: dict[str, Any]) -> Command:
        return Command(self.id, action, params, self.people.get(by), is_mediator=by == Role.MEDIATOR)

    def press_something(self, by: Role, data: st.DataObject) -> None:
        contract = self.contract
        offered = [name for name, why_not in buttons(contract, by, self.at, self.people[by]) if why_not is None]
        if offered:
            name = data.draw(st.sampled_from(offered), label="action")
            self.press(by, name, sensible(name, contract, Drawn(data), by))

    def press(self, by: Role, action: str, params: dict[str, Any]) -> None:
        """What was shown is what is done."""
        command = self.command(by, action, params)
        seen, done = preview(command, self.at), perform(command, self.at)
        assert isinstance(seen, Outcome), f"{action} by {by} with {params} is refused: {seen.code}"
        assert isinstance(done, Done)
        assert foresee(done.outcome) == seen

    def is_refused(self, by: Role, action: str, params: dict[str, Any]) -> None:
        try:
            assert isinstance(perform(self.command(by, action, params), self.at), Refused), f"{action} by {by} works"
        except NoSuchContractError:
            assert by == Role.MEDIATOR


@pytest.mark.django_db
def test_any_life_of_a_contract_in_the_database() -> None:
    run_state_machine_as_test(AKeptContract, settings=lives(25, steps=20))
