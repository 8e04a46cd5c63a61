"""Where a person's money is: what there is in each currency, and what each part of it waits for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db.models import Q

from amicable.contracts.balance import Balance, balances_of
from amicable.contracts.models import Contract, Milestone, Payment, Week
from amicable.contracts.record import dispute_from_json
from amicable.contracts.store import load_many, policy
from amicable.people.models import Person
from amicable.rules.clocks import goes_back_at
from amicable.rules.hourly import CHARGED, WeekStatus
from amicable.rules.money import InvalidAmount, Money, parse
from amicable.rules.parts import MilestoneStatus
from amicable.rules.week import available_at


@dataclass(frozen=True, slots=True)
class Held:
    """A payment to the person that is still in the security hold, or the part of it that is in dispute."""

    contract: Contract
    money: Money
    available_at: datetime | None
    """None while it is in dispute."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a milestone of one of the person's contracts has in escrow."""

    contract: Contract
    other: str
    """The name of the other side."""
    milestone: str
    money: Money
    status: str
    """The milestone's, or `disputed`."""
    release_at: datetime | None
    """When it is released by itself, if work is in review."""
    goes_back_at: datetime | None
    """When it goes back by itself to the client, if nobody does anything about it."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a week's hours have in review."""

    contract: Contract
    other: str
    """The name of the other side."""
    start: date
    """The week's Monday."""
    minutes: int
    """Those billed."""
    money: Money
    status: str
    """`in_review`, or `disputed` while some of it is."""
    review_ends: datetime
    available_at: datetime


@dataclass(frozen=True, slots=True)
class Purse:
    """What a person has in one currency."""

    balance: Balance
    held: list[Held]
    kept: list[Kept]
    reviewed: list[Reviewed]

    @property
    def next_at(self) -> datetime | None:
        """When the next of what is in the hold can be withdrawn."""
        return min((one.available_at for one in self.held if one.available_at), default=None)

    @property
    def handed_in(self) -> Money:
        """What of the escrow is for work that is handed in."""
        handed_in = (kept.money.amount for kept in self.kept if kept.release_at)
        return Money(sum(handed_in), self.balance.currency)


def purses_of(person: Person, at: datetime) -> list[Purse]:
    """What the person has at `at`, by currency. A constant number of queries."""
    held, kept, reviewed = list(_held(person)), list(_kept(person, at)), list(_reviewed(person))
    return [
        Purse(
            balance,
            [one for one in held if one.money.currency == balance.currency],
            [one for one in kept if one.money.currency == balance.currency],
            [one for one in reviewed if one.money.currency == balance.currency],
        )
        for balance in balances_of(str(person.pk))
    ]


def _held(person: Person) -> Iterable[Held]:
    payments = Payment.objects.filter(contract__freelancer=person, held__gt=0).select_related("contract")
    for payment in payments.order_by("available_at", "id"):
        currency, frozen = payment.contract.currency, _in_dispute(payment)
        if payment.held > frozen:
            yield Held(payment.contract, Money(payment.held - frozen, currency), payment.available_at)
        if frozen:
            yield Held(payment.contract, Money(frozen, currency), None)


def _kept(person: Person, at: datetime) -> Iterable[Kept]:
    mine = Q(contract__client=person) | Q(contract__freelancer=person)
    milestones = Milestone.objects.filter(mine, escrow__gt=0)
    milestones = milestones.select_related("contract__client", "contract__freelancer").order_by("contract", "position")
    contracts = load_many({str(milestone.contract_id) for milestone in milestones}, at)
    back = {contract.id: goes_back_at(contract) for contract in contracts}
    for milestone in milestones:
        contract = milestone.contract
        yield Kept(
            contract,
            other=(contract.client if contract.freelancer == person else contract.freelancer).name,
            milestone=milestone.title,
            money=Money(milestone.escrow, contract.currency),
            status="disputed" if _in_dispute(milestone) == milestone.escrow else MilestoneStatus(milestone.status),
            release_at=milestone.release_at,
            goes_back_at=back[str(contract.pk)],
        )


def _reviewed(person: Person) -> Iterable[Reviewed]:
    mine = Q(contract__client=person) | Q(contract__freelancer=person)
    weeks = Week.objects.filter(mine, status__in=CHARGED).select_related("contract__client", "contract__freelancer")
    for week in weeks.order_by("start", "contract"):
        contract = week.contract
        assert week.review_ends is not None, "what was charged has a review"
        yield Reviewed(
            contract,
            other=(contract.client if contract.freelancer == person else contract.freelancer).name,
            start=week.start,
            minutes=week.minutes,
            money=Money(week.amount - week.paid - week.refunded, contract.currency),
            status=WeekStatus.DISPUTED if week.disputed else WeekStatus(week.status),
            review_ends=week.review_ends,
            available_at=available_at(week.review_ends, policy(contract.policy_id)),
        )


def _in_dispute(part: Milestone | Payment) -> int:
    """What of the milestone or of the payment's hold is frozen."""
    disputes = map(dispute_from_json, part.contract.disputes)
    frozen = chain.from_iterable(dispute.frozen for dispute in disputes if dispute.is_open)
    return sum(one.amount for one in frozen if one.id == str(part.pk))


@dataclass(frozen=True, slots=True)
class TakingOut:
    """What withdrawing an amount, as it was typed, comes to."""

    available: Money
    typed: str

    @property
    def amount(self) -> Money | None:
        """How much; None where it makes no sense."""
        return None if self.wrong else parse(self.typed, self.available.currency)

    @property
    def wrong(self) -> str:
        """What is wrong with the amount."""
        try:
            amount = parse(self.typed, self.available.currency)
        except InvalidAmount as error:
            return str(error)
        if not amount.amount:
            return "The amount must be above zero."
        return f"You have {self.available} to withdraw, not {amount}." if self.available < amount else ""

    @property
    def left(self) -> Money:
        """What can be withdrawn afterwards."""
        return self.available - self.amount if self.amount else self.available
