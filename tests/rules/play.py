"""A contract played through by the rules alone: who presses what, when, what the card says, and the books it writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import amicable.rules.actions  # noqa: F401 (registers the actions)
from amicable.rules.contract import Contract
from amicable.rules.feedback import CATEGORIES
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.offering import offer
from amicable.rules.outcome import Outcome, Refused, Transfer
from amicable.rules.parts import MilestoneStatus, ProposalKind, Role
from amicable.rules.policy import DEFAULT, Policy
from amicable.rules.registry import act
from amicable.rules.timeline import timeline
from amicable.rules.week import bitmap, monday_of, slot_of

MONDAY = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
CLIENT, FREELANCER, MEDIATOR = "cora", "fred", "mia"
PEOPLE = {Role.CLIENT: CLIENT, Role.FREELANCER: FREELANCER, Role.MEDIATOR: MEDIATOR, Role.NOBODY: None}
CONTRACT = "contract-1"


def days(count: float) -> timedelta:
    """`count` times 24 hours."""
    return timedelta(days=count)


def moves(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """What an outcome moves: (from, to, amount, why), accounts by their kind, amounts as decimals."""
    return [_move(transfer) for transfer in outcome.transfers]


def _move(transfer: Transfer) -> tuple[str, str, str, str]:
    source, target = (account.split(":")[0] for account in (transfer.source, transfer.target))
    return source, target, Money(transfer.amount, transfer.currency).decimal, str(transfer.why)


def told(said: Outcome | Refused) -> str:
    """What people read."""
    sentences = said.explanation if isinstance(said, Outcome) else [said.reason]
    return " ".join(sentence.tell({"client": "Cora", "freelancer": "Fred"}) for sentence in sentences)


def terms(*amounts: str, currency: str = "USD") -> dict[str, Any]:
    """An offer's terms, a milestone for each amount."""
    milestones = [{"title": f"Part {number}", "amount": amount} for number, amount in enumerate(amounts, start=1)]
    return {"title": "A shop", "description": "", "kind": "fixed", "currency": currency, "milestones": milestones}


def offer_of(
    wanted: dict[str, Any],
    *,
    policy: Policy = DEFAULT,
    at: datetime = MONDAY,
    contract_id: str = CONTRACT,
    client: str = CLIENT,
    freelancer: str = FREELANCER,
) -> Outcome | Refused:
    """What comes of offering the terms."""
    return offer(
        wanted,
        contract_id=contract_id,
        client=client,
        freelancer=freelancer,
        provider="sandbox",
        policy=policy,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What was done, so that it can be done again elsewhere; `actor` is None for what nobody did, and `after` is the
    contract then."""

    action: str
    by: Role
    actor: str | None
    params: Mapping[str, Any]
    at: datetime
    after: Contract


LOG, WITHDRAW = "log", "withdraw money"
"""What is done in a play that is no action of the contract."""


class Play:
    """An offered contract and the time; everything that is done moves both."""

    def __init__(self, *amounts: str, currency: str = "USD", policy: Policy = DEFAULT, at: datetime = MONDAY) -> None:
        self._begin(terms(*amounts, currency=currency), policy, at)

    def _begin(self, wanted: dict[str, Any], policy: Policy, at: datetime) -> None:
        offered = offer_of(wanted, policy=policy, at=at)
        assert isinstance(offered, Outcome), told(offered)
        self.said = [Said("offer", Role.CLIENT, CLIENT, wanted, at, offered.contract)]
        self.contract: Contract = offered.contract
        self.at = at
        self.history: list[Outcome] = [offered]
        self.balances: Counter[str] = Counter()

    @classmethod
    def at_hand(cls, contract: Contract, at: datetime) -> Play:
        """A contract that is there already, at that time."""
        play = cls("1.00")
        play.contract, play.at = contract, at
        return play

    @classmethod
    def hourly(cls, rate: str = "40.00", **how: Any) -> Play:
        """An accepted hourly contract."""
        return cls.hourly_offer(rate, **how).accepted()

    @classmethod
    def hourly_offer(
        cls, rate: str = "40.00", *, policy: Policy = DEFAULT, at: datetime = MONDAY, **more: object
    ) -> Play:
        """An hourly contract that is offered; `more` are further terms."""
        play = cls.__new__(cls)
        wanted = {"title": "Care", "kind": "hourly", "currency": "USD", "rate": rate, **more}
        play._begin(wanted, policy, at)
        return play

    def log(self, start: datetime, minutes: int, *, covered: bool = True) -> Play:
        """The diary has `minutes` from `start` on, all in one week; as it writes them when they are logged."""
        monday = monday_of(start)
        segments = bitmap(range(slot_of(start), slot_of(start) + minutes // 10))
        weeks = {week.start: week for week in self.contract.weeks}
        week = weeks.get(monday, Week(monday))
        assert week.status == WeekStatus.OPEN, "a week that was billed takes no more segments"
        logged, protected = week.logged | segments, (week.covered & ~segments) | (segments if covered else 0)
        weeks[monday] = replace(week, logged=logged, covered=protected)
        self.contract = replace(
            self.contract,
            weeks=tuple(weeks[start] for start in sorted(weeks)),
            diary_version=self.contract.diary_version + 1,
        )
        self._say(LOG, Role.FREELANCER, FREELANCER, {"start": start, "minutes": minutes, "covered": covered})
        return self

    # What people do

    def ask(self, by: Role, action: str, **params: object) -> Outcome | Refused:
        """What would come of it; nothing is done."""
        return act(self.contract, action, params, by=by, at=self.at, actor=PEOPLE[by])

    def do(self, by: Role, action: str, **params: object) -> Outcome:
        """Do it; it must be allowed."""
        outcome = self.ask(by, action, **params)
        assert isinstance(outcome, Outcome), told(outcome)
        return self._done(outcome, params)

    def done_by(self, person: str, by: Role, action: str, **params: object) -> Outcome:
        """Somebody else does it on that side, such as another mediator."""
        outcome = act(self.contract, action, params, by=by, at=self.at, actor=person)
        assert isinstance(outcome, Outcome), told(outcome)
        return self._done(outcome, params)

    def client(self, action: str, **params: object) -> Outcome:
        """The client does it."""
        return self.do(Role.CLIENT, action, **params)

    def freelancer(self, action: str, **params: object) -> Outcome:
        """The freelancer does it."""
        return self.do(Role.FREELANCER, action, **params)

    def mediator(self, action: str, **params: object) -> Outcome:
        """The mediator does it."""
        return self.do(Role.MEDIATOR, action, **params)

    def refused(self, by: Role, action: str, **params: object) -> Refused:
        """It must be refused."""
        refused = self.ask(by, action, **params)
        assert isinstance(refused, Refused), f"{action} by {by} was allowed: {told(refused)}"
        return refused

    # What happens by itself

    def card(self, *, pays: bool = True) -> Outcome:
        """The card that is being asked answers."""
        assert self.contract.charge is not None, "no card is being asked"
        action = "charge_succeeded" if pays else "charge_failed"
        return self.do(Role.NOBODY, action, charge=self.contract.charge.id)

    def week_card(self, *, pays: bool = True) -> list[Outcome]:
        """The card answers the bills of the weeks that wait for it."""
        waiting = [week.start.isoformat() for week in self.contract.weeks if week.status == WeekStatus.CHARGING]
        assert waiting, "no card is being asked for a week"
        if pays:
            return [self.do(Role.NOBODY, "week_charged", week=week) for week in waiting]
        return [self.do(Role.NOBODY, "week_unpaid", week=week, reason="no funds") for week in waiting]

    def wait(self, span: timedelta) -> list[Outcome]:
        """Time passes, and what is due on the way happens."""
        return self.wait_until(self.at + span)

    def wait_until(self, at: datetime) -> list[Outcome]:
        """Time passes until `at`, what strikes then included."""
        self.at = at
        return [self._done(outcome, {}) for outcome in timeline(self.contract, until=at)]

    def future(self) -> list[tuple[str, datetime]]:
        """What will happen if nobody does anything: (action, when)."""
        return [(outcome.action, outcome.at) for outcome in timeline(self.contract)]

    def _done(self, outcome: Outcome, params: Mapping[str, Any]) -> Outcome:
        self.contract = outcome.contract
        self.history.append(outcome)
        self._say(outcome.action, outcome.by, outcome.actor, params, outcome.at)
        self.book(outcome.transfers)
        return outcome

    def _say(
        self, action: str, by: Role, actor: str | None, params: Mapping[str, Any], at: datetime | None = None
    ) -> None:
        self.said.append(Said(action, by, actor, params, at or self.at, self.contract))

    # Short ways to where a test begins

    def accepted(self) -> Play:
        """The freelancer accepts."""
        self.freelancer("accept")
        return self

    def funded(self, number: int = 1) -> Play:
        """Accepted if it was not, and the milestone's money is in escrow."""
        if not self.contract.accepted_at:
            self.accepted()
        self.client("fund", milestone=self.id(number))
        self.card()
        return self

    def submitted(self, number: int = 1) -> Play:
        """Funded if it was not, and work is handed in."""
        if self.contract.milestones[number - 1].status == MilestoneStatus.UNFUNDED:
            self.funded(number)
        self.freelancer("submit", milestone=self.id(number), note="It is all there.")
        return self

    def asked_back(self, release: str = "0") -> Play:
        """The client ends the contract, releases that much and asks the rest of the escrow back."""
        self.client("end", reason="not_completed", escrow={"release": release})
        return self

    def disputed(self) -> Play:
        """Asked back, and contested."""
        if not self.contract.proposals:
            self.asked_back()
        self.freelancer("decline_refund", proposal=self.request(), note="The work was done.")
        return self

    def answered(self) -> Play:
        """Disputed, and the client answers."""
        if not self.contract.dispute:
            self.disputed()
        self.client("answer_dispute", note="It was not.")
        return self

    def paid(self, amount: str) -> Play:
        """The client pays without a milestone."""
        self.client("pay", amount=amount, note="Thank you.")
        self.card()
        return self

    def review(self, by: Role, stars: int, **more: object) -> Outcome:
        """One side leaves feedback with so many stars in each category."""
        return self.do(by, "leave_feedback", stars=dict.fromkeys(CATEGORIES, stars), comment="As it was.", **more)

    # What can be read off it

    def id(self, number: int) -> str:
        """The id of the milestone with that number, counted from one."""
        return self.contract.milestones[number - 1].id

    def request(self) -> str:
        """The id of the client's request for the escrow."""
        proposal = self.contract.proposal(ProposalKind.ESCROW_REFUND)
        assert proposal is not None, "no escrow is asked back"
        return proposal.id

    def book(self, transfers: Sequence[Transfer]) -> None:
        """Write transfers into the books."""
        for transfer in transfers:
            self.balances[transfer.source.split(":")[0]] -= transfer.amount
            self.balances[transfer.target.split(":")[0]] += transfer.amount

    def balance(self, account: str) -> str:
        """What is on the accounts of that kind, as a decimal."""
        return Money(self.balances[account], self.contract.currency).decimal

    def withdraw(self, amount: int) -> None:
        """The freelancer takes `amount` minor units of what is available elsewhere."""
        self.balances["available"] -= amount
        self.contract = replace(self.contract, freelancer_available=self.contract.freelancer_available - amount)
        self._say(WITHDRAW, Role.FREELANCER, FREELANCER, {"amount": amount})
