"""The parts of a contract as values: who acts, milestones, payments, proposals, endings, pauses and feedback.

Amounts are minor units of the contract's currency, instants are UTC, ids are strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from amicable.rules.terms import Terms


class Role(StrEnum):
    """On which side somebody acts. NOBODY does what happens by itself."""

    CLIENT = "client"
    FREELANCER = "freelancer"
    MEDIATOR = "mediator"
    NOBODY = "nobody"

    @property
    def other(self) -> Role:
        """The other party's side."""
        return _OTHER[self]


_OTHER = {Role.CLIENT: Role.FREELANCER, Role.FREELANCER: Role.CLIENT}


class MilestoneStatus(StrEnum):
    """Where a milestone stands. FUNDING waits for the card; PAID and REFUNDED hold no money any more."""

    UNFUNDED = "unfunded"
    FUNDING = "funding"
    FUNDED = "funded"
    SUBMITTED = "submitted"
    PAID = "paid"
    REFUNDED = "refunded"


_CAN_BE_FUNDED = (MilestoneStatus.UNFUNDED, MilestoneStatus.FUNDED, MilestoneStatus.SUBMITTED)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A part of the work with its price. `escrow` is what it holds now, `paid` what left it for the freelancer."""

    id: str
    title: str
    amount: int
    due: date | None = None
    status: MilestoneStatus = MilestoneStatus.UNFUNDED
    escrow: int = 0
    paid: int = 0
    submitted_at: datetime | None = None
    release_at: datetime | None = None
    """When it is released if the client says nothing; None while no clock runs."""
    changes: int = 0
    """How often changes were asked for."""
    answer_days: int | None = None
    """How many days the client was given when work was handed in last; the clock can be extended by as many."""

    @property
    def to_fund(self) -> int:
        """What can be put into escrow for it: its price; once funded, by what the price was raised since."""
        return self.amount - self.escrow - self.paid if self.status in _CAN_BE_FUNDED else 0


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment to the freelancer. `left` is the gross not refunded since, `held` the net still in the hold."""

    id: str
    paid_at: datetime
    gross: int
    left: int
    held: int
    available_at: datetime


@dataclass(frozen=True, slots=True)
class Charge:
    """The client's card is being asked for `amount` and the client's `fee`, for a milestone or a payment."""

    id: str
    purpose: str
    """The action that asked: `fund` or `pay`."""
    amount: int
    fee: int
    asked_at: datetime
    milestone: str | None = None


class ProposalKind(StrEnum):
    """What one side has put to the other."""

    TERMS = "terms"
    CANCELLATION = "cancellation"
    REFUND = "refund"
    ESCROW_REFUND = "escrow_refund"
    REOPENING = "reopening"
    SETTLEMENT = "settlement"
    SPLIT = "split"
    HOURS_DISPUTE = "hours_dispute"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An open question of one side to the other. Without `answer_by` it stays until it is answered, withdrawn or void.

    Amounts are minor units.
    """

    id: str
    kind: ProposalKind
    by: Role
    amount: int
    """The sum in question; 0 where none is."""
    opened_at: datetime
    answer_by: datetime | None = None
    note: str = ""
    release: int | None = None
    """What of the sum the freelancer would get, the rest going back; None where that is not what is asked."""
    about: str | None = None
    """The dispute (its id) or the week (its Monday) in question."""
    terms: Terms | None = None
    """The whole terms as they would be."""
    was: Terms | None = None
    """The terms that it would change."""
    evidence: tuple[str, ...] = ()
    """What was picked in beside the note, where it becomes a dispute when it is contested."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ended the contract, when and why."""

    by: Role
    at: datetime
    reason: str
    note: str = ""
    agreed: bool = False
    """Whether both agreed to it: nobody is at fault."""

    @property
    def takes_hours(self) -> bool:
        """Whether hours worked before it can still be entered: the freelancer did not end it alone."""
        return self.by == Role.CLIENT or self.agreed


@dataclass(frozen=True, slots=True)
class Dormancy:
    """Escrow in which nothing was done for long: whose move it is, and until when."""

    since: datetime
    waits_for: Role
    answer_by: datetime


class PauseCause(StrEnum):
    """Why a contract is paused."""

    CLIENT = "client"
    UNPAID = "unpaid"


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when a contract is paused, by whom and why."""

    by: Role
    """The client; nobody when a card was declined."""
    at: datetime
    cause: PauseCause
    note: str = ""


@dataclass(frozen=True, slots=True)
class PastPause:
    """From when to when a contract that goes on was paused, or had ended."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one side says of the other after the end. As long as it is sealed, nobody but its author may learn that it
    is there; `rules.feedback.readable` says who may read it, and nothing else shows it."""

    by: Role
    left_at: datetime
    stars: tuple[int, ...] = field(repr=False)
    """One to five for each of `rules.feedback.CATEGORIES`, in that order."""
    comment: str = field(repr=False)
    private_score: int | None = field(default=None, repr=False)
    """Zero to ten, for the standing's weight class; shown to nobody but its author."""
    private_reason: str = field(default="", repr=False)
    opened_at: datetime | None = None
    """None while it is sealed."""
    response: str = field(default="", repr=False)
    responded_at: datetime | None = None
    unlocked_at: datetime | None = None
    edited_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """What of a contract's past counts for people's names; the history has it all, but is no part of the snapshot."""

    paid: int = 0
    """What the freelancer was paid in all, before fees; refunds take nothing off it."""
    quarters: int = 0
    """In how many three-month periods, counted from the acceptance, something was paid."""
    last_quarter: int = -1
    """The latest of those periods, the first being 0."""
    declined_terms: bool = False
    """Whether a change of terms was proposed and declined."""
    late_weeks: tuple[str, ...] = ()
    """The Mondays (YYYY-MM-DD) of weeks of hours that the card did not pay when they were billed."""
    hours_disputes: int = 0
    """How often the client disputed hours."""
