"""Where a person's money is: what there is in each currency, and what each part of it waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db.models import Q

from amicable.contracts.balance import Balance, balances_of
from amicable.contracts.models import Contract, Milestone, Payment, Week
from amicable.contracts.record import dispute_from_json
from amicable.contracts.store import load_many, policy
from amicable.people.models import Person
from amicable.rules import contract as rules
from amicable.rules.clocks import goes_back_at
from amicable.rules.dispute import Dispute
from amicable.rules.dispute_clocks import dispute_clock
from amicable.rules.hourly import CHARGED, WeekStatus
from amicable.rules.money import InvalidAmount, Money, parse
from amicable.rules.parts import MilestoneStatus, ProposalKind
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
    is_asked_back: bool
    """Whether it goes back then because the client asks for it, unless the freelancer contests that."""
    dispute_ends_at: datetime | None
    """When the dispute over all of it ends, if nobody does anything; None where there is none."""
    is_earners: bool
    """Whether the person is the freelancer."""


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
    available_at: datetime | None
    """None where all that is left of it is in dispute."""
    dispute_ends_at: datetime | None
    """When the dispute about some of it ends, if nobody does anything."""


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
    def is_disputed(self) -> bool:
        """Whether some of what is in review is in dispute."""
        return any(one.status == WeekStatus.DISPUTED for one in self.reviewed)

    @property
    def handed_in(self) -> Money:
        """What of the escrow is for work that is handed in."""
        handed_in = (kept.money.amount for kept in self.kept if kept.release_at)
        return Money(sum(handed_in), self.balance.currency)


def purses_of(person: Person, at: datetime) -> list[Purse]:
    """What the person has at `at`, by currency. A constant number of queries."""
    held, kept, reviewed = list(_held(person)), list(_kept(person, at)), list(_reviewed(person, at))
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
    stands = _as_they_stand(milestones, at)
    for milestone in milestones:
        contract = milestone.contract
        now = stands[str(contract.pk)]
        disputed = _in_dispute(milestone) == milestone.escrow
        asked = now.proposal(ProposalKind.ESCROW_REFUND)
        yield Kept(
            contract,
            other=(contract.client if contract.freelancer == person else contract.freelancer).name,
            milestone=milestone.title,
            money=Money(milestone.escrow, contract.currency),
            status="disputed" if disputed else MilestoneStatus(milestone.status),
            release_at=milestone.release_at,
            goes_back_at=asked.answer_by if asked else goes_back_at(now),
            is_asked_back=asked is not None,
            dispute_ends_at=_ends(now, _about(now, milestone)) if disputed else None,
            is_earners=contract.freelancer == person,
        )


def _as_they_stand(parts: Iterable[Milestone | Week], at: datetime) -> dict[str, rules.Contract]:
    """The contracts of these as the rules know them, by id."""
    return {contract.id: contract for contract in load_many({str(part.contract_id) for part in parts}, at)}


def _ends(contract: rules.Contract, disputes: Iterable[Dispute]) -> datetime | None:
    """When the first of these open disputes ends by itself; None where there is none."""
    return min((dispute_clock(contract, one).at for one in disputes), default=None)


def _about(contract: rules.Contract, milestone: Milestone) -> Iterator[Dispute]:
    """The open disputes that freeze something of the milestone."""
    return (one for one in contract.open_disputes if any(part.id == str(milestone.pk) for part in one.frozen))


def _answer_by(contract: rules.Contract, start: date) -> datetime | None:
    """Until when the freelancer has to answer a dispute about hours of that week."""
    asked = contract.proposal(ProposalKind.HOURS_DISPUTE)
    return asked.answer_by if asked and asked.about == start.isoformat() else None


def _reviewed(person: Person, at: datetime) -> Iterable[Reviewed]:
    mine = Q(contract__client=person) | Q(contract__freelancer=person)
    weeks = Week.objects.filter(mine, status__in=CHARGED).select_related("contract__client", "contract__freelancer")
    weeks = weeks.order_by("start", "contract")
    stands = _as_they_stand(weeks, at)
    for week in weeks:
        contract, start = week.contract, week.start
        now, is_over = stands[str(contract.pk)], week.review_ends and week.review_ends <= at
        contested = [one for one in now.open_disputes if one.week == start]
        assert week.review_ends is not None, "what was charged has a review"
        yield Reviewed(
            contract,
            other=(contract.client if contract.freelancer == person else contract.freelancer).name,
            start=start,
            minutes=week.minutes,
            money=Money(week.amount - week.paid - week.refunded, contract.currency),
            status=WeekStatus.DISPUTED if week.disputed else WeekStatus(week.status),
            review_ends=week.review_ends,
            available_at=None if is_over else available_at(week.review_ends, policy(contract.policy_id)),
            dispute_ends_at=_answer_by(now, start) or _ends(now, contested),
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
