"""The contract as a value: everything a rule may look at, and nothing else.

Amounts are minor units of the contract's currency, instants are UTC, ids are strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from amicable.rules.hourly import HourlyTerms, Week, WeekStatus
from amicable.rules.money import Money, share
from amicable.rules.policy import DEFAULT, Policy
from amicable.rules.terms import MilestoneTerms, Terms
from amicable.rules.week import SEGMENTS, SEGMENTS_AN_HOUR, first, minutes_of, price_of


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


class Status(StrEnum):
    """Where a contract stands. An offer is a contract in its first status."""

    OFFERED = "offered"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ACTIVE = "active"
    PAUSED = "paused"
    ENDING = "ending"
    ENDED = "ended"


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


class About(StrEnum):
    """What a dispute is about: money in escrow, money already paid, or billed hours."""

    ESCROW = "escrow"
    REFUND = "refund"
    HOURS = "hours"


class DisputeStatus(StrEnum):
    """Where a dispute stands: opened, answered, ruled on, before a second mediator, or closed."""

    OPEN = "open"
    ANSWERED = "answered"
    RULED = "ruled"
    APPEALED = "appealed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a dispute freezes of a milestone's escrow, or of what of a payment is in the hold."""

    id: str
    """The milestone's or the payment's."""
    amount: int
    release_at: datetime | None = None
    """When the milestone would have been released by itself; its clock stands still meanwhile."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody said in a dispute, and by which action."""

    by: Role
    person: str | None
    at: datetime
    action: str
    text: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a mediator decided: `release` goes to the freelancer, the rest of the sum in dispute to the client."""

    release: int
    reason: str
    at: datetime
    takes_effect_at: datetime
    mediator: str
    segments: int | None = None
    """About hours: those that are paid, as a bitmap of the week."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """A side wants another mediator to look at the ruling, which stands unless that one rules otherwise."""

    by: Role
    at: datetime
    note: str
    ruling: Ruling


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A card payment that the client's bank has taken back from the platform: `taken`, fees included, of which
    `covered` came back to the platform when the dispute about it was divided. The platform carries the rest."""

    charge: str
    at: datetime
    taken: int
    covered: int = 0


@dataclass(frozen=True, slots=True)
class Closing:
    """How a dispute came to its end: by which action, and what of the sum went to the freelancer; None where nothing
    was divided."""

    at: datetime
    action: str
    released: int | None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A disagreement about `amount`, which is frozen until the dispute is closed. Nothing else is."""

    id: str
    about: About
    opened_by: Role
    opened_at: datetime
    amount: int
    reason: str
    answer_by: datetime
    frozen: tuple[Frozen, ...] = ()
    answered_at: datetime | None = None
    statements: tuple[Statement, ...] = ()
    """What was said since it was opened, oldest first."""
    client_claim: int | None = None
    """What of the sum should go to the freelancer, as the client named it last."""
    freelancer_claim: int | None = None
    """The same, as the freelancer named it last."""
    moved_at: datetime | None = None
    """When either side last named an amount."""
    request: Proposal | None = None
    """The client's request for the money, which the dispute suspends."""
    ruling: Ruling | None = None
    """The one that takes effect; None while there is none, or a second mediator is asked."""
    appeal: Appeal | None = None
    accepted_by: tuple[Role, ...] = ()
    """The sides that have accepted the split that a mediator proposes."""
    charge: str | None = None
    """The card payment (its id) that the client's bank has taken back, where that opened it."""
    closing: Closing | None = None
    week: date | None = None
    """About hours: the Monday of the week."""
    segments: int | None = None
    """About hours: the disputed segments, as a bitmap of the week."""

    @property
    def is_open(self) -> bool:
        """Whether the sum still waits."""
        return self.closing is None

    @property
    def status(self) -> DisputeStatus:
        """Where it stands."""
        if self.closing:
            return DisputeStatus.CLOSED
        if self.ruling:
            return DisputeStatus.RULED
        if self.appeal:
            return DisputeStatus.APPEALED
        return DisputeStatus.ANSWERED if self.answered_at else DisputeStatus.OPEN

    @property
    def answer(self) -> str:
        """What the side that did not open it said first; empty where it said nothing."""
        return next((one.text for one in self.statements if one.by == self.opened_by.other), "")

    def is_asked(self, by: Role) -> bool:
        """Whether a mediator has asked something since that side said something last."""
        last = next((one for one in reversed(self.statements) if one.by == by or one.action == "ask"), None)
        return last is not None and last.action == "ask"

    @property
    def claims(self) -> tuple[int, int]:
        """What of the sum goes to the freelancer by the client and by the freelancer; who named nothing claims all."""
        client, freelancer = self.client_claim, self.freelancer_claim
        return client or 0, self.amount if freelancer is None else freelancer

    @property
    def by_default(self) -> int:
        """What goes to the freelancer when it is not answered: as who opened it claims."""
        client, freelancer = self.claims
        return client if self.opened_by == Role.CLIENT else freelancer

    @property
    def middle(self) -> int:
        """The middle of the two claims, half up."""
        return (sum(self.claims) + 1) // 2

    @property
    def last_said_at(self) -> datetime:
        """When the last statement was made, the opening included."""
        return max((statement.at for statement in self.statements), default=self.opened_at)


@dataclass(frozen=True, slots=True)
class Ending:
    """Who ended the contract, when and why."""

    by: Role
    at: datetime
    reason: str
    note: str = ""
    agreed: bool = False
    """Whether both agreed to it: nobody is at fault."""


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
    """A pause that is over."""

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


@dataclass(frozen=True, slots=True)
class Contract:
    """The snapshot on which every rule works."""

    id: str
    version: int
    title: str
    currency: str
    client: str
    freelancer: str
    created_at: datetime
    description: str = ""
    kind: str = "fixed"
    provider: str = "sandbox"
    """Through whom the client pays; names the ledger account of the outside world."""
    policy: Policy = DEFAULT
    status: Status = Status.OFFERED
    accepted_at: datetime | None = None
    active_at: datetime | None = None
    """When somebody last did or said something; None is when it was offered."""
    terms_version: int = 1
    change_rounds: int | None = None
    """How often changes may be asked for on a milestone, if that was agreed."""
    review_days: int | None = None
    """How long the client may look at work handed in, if that was agreed."""
    dormant: Dormancy | None = None
    ended_at: datetime | None = None
    ending: Ending | None = None
    pause: Pause | None = None
    pauses: tuple[PastPause, ...] = ()
    """Those that are over and may lie in a week that takes time still: none can be logged in them."""
    milestones: tuple[Milestone, ...] = ()
    hourly: tuple[HourlyTerms, ...] = ()
    """What was agreed for hours, the earliest first; a week goes by the last that had begun on its Monday."""
    weeks: tuple[Week, ...] = ()
    """Those in which time was logged and that are not settled, the earliest first."""
    diary_version: int = 0
    """Counts what was written into the diary, so that no week is billed by an old reading of it."""
    payments: tuple[Payment, ...] = ()
    """Those still held, and those of the time in which they can be refunded; oldest first."""
    charge: Charge | None = None
    proposals: tuple[Proposal, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    """The open ones, and those that are closed; oldest first."""
    chargebacks: tuple[Chargeback, ...] = ()
    extended: tuple[str, ...] = ()
    """The clocks, by their keys, that one side has extended for the other."""
    paid: int = 0
    """What left escrow or review for the freelancer, or was paid directly; before the service fee, less refunds."""
    refunded: int = 0
    feedback: tuple[Feedback, ...] = ()
    """What each side left, sealed or open, the earlier first."""
    seals: int = 0
    """Counts what was done under seal, which leaves the version as it is. It is shown to nobody."""
    record: Record = Record()
    freelancer_available: int = 0
    """What the freelancer could withdraw now in this currency, from all contracts."""

    @property
    def escrow(self) -> int:
        """What the milestones hold together."""
        return sum(milestone.escrow for milestone in self.milestones)

    @property
    def in_review(self) -> int:
        """Billed hours, charged and not settled: what the contract's review account holds, disputed hours included."""
        return sum(week.in_review for week in self.weeks)

    @property
    def committed(self) -> int:
        """What the client's card has paid in all and has not back: the client's fee is charged on this."""
        return self.paid + self.escrow + self.in_review

    @property
    def is_charging(self) -> bool:
        """Whether the card is being asked: for a milestone, a payment or a week."""
        return self.charge is not None or any(week.status == WeekStatus.CHARGING for week in self.weeks)

    @property
    def free_escrow(self) -> int:
        """What of the escrow is not in dispute."""
        return sum(map(self.free, self.milestones))

    @property
    def carried(self) -> int:
        """What the platform carries of the contract's chargebacks."""
        return sum(one.taken - one.covered for one in self.chargebacks)

    @property
    def open_disputes(self) -> tuple[Dispute, ...]:
        """Those that are not closed, oldest first."""
        return tuple(dispute for dispute in self.disputes if dispute.is_open)

    @property
    def dispute(self) -> Dispute | None:
        """The oldest open dispute, if there is one."""
        return next((dispute for dispute in self.disputes if dispute.is_open), None)

    def frozen(self, part: str) -> int:
        """What is in dispute of the milestone or of the payment with that id."""
        return sum(frozen.amount for dispute in self.open_disputes for frozen in dispute.frozen if frozen.id == part)

    def free(self, milestone: Milestone) -> int:
        """What of a milestone's escrow is not in dispute."""
        return milestone.escrow - self.frozen(milestone.id)

    def is_frozen(self, milestone: Milestone) -> bool:
        """Whether all that a milestone holds is in dispute."""
        return milestone.escrow > 0 and not self.free(milestone)

    @property
    def terms(self) -> Terms:
        """What is agreed now."""
        milestones = tuple(MilestoneTerms(m.id, m.title, m.amount, m.due) for m in self.milestones)
        hourly = self.hourly[-1] if self.hourly else None
        return Terms(
            self.description,
            milestones,
            rate=hourly.rate if hourly else None,
            weekly_limit_hours=hourly.limit_hours if hourly else None,
            manual_time=hourly.manual if hourly else None,
            change_rounds=self.change_rounds,
            review_days=self.review_days,
        )

    @property
    def days_of_review(self) -> int:
        """How many days after work is handed in it is released by itself."""
        return self.review_days or self.policy.submission_release_days

    @property
    def last_activity(self) -> datetime:
        """When somebody last did or said something."""
        return self.active_at or self.created_at

    @property
    def dormancy(self) -> Dormancy | None:
        """The escrow's dormancy, unless somebody has done or said something since."""
        return self.dormant if self.dormant and self.last_activity <= self.dormant.since else None

    @property
    def is_live(self) -> bool:
        """Whether work goes on: accepted, and nobody has ended it."""
        return self.status in (Status.ACTIVE, Status.PAUSED)

    @property
    def fees_earned(self) -> int:
        """What the platform earned on the contract, both sides' fees, less what went back."""
        return self.service_fee(self.paid) + self.client_fee(self.paid)

    @property
    def client_fee_held(self) -> int:
        """The client's fee on what is in escrow and in review, charged and not yet earned."""
        return self.client_fee(self.committed) - self.client_fee(self.paid)

    def service_fee(self, gross: int) -> int:
        """The freelancer's fee on `gross` paid in all. Cumulative, so splitting a sum changes nothing."""
        return share(gross, self.policy.freelancer_fee_bp)

    def client_fee(self, gross: int) -> int:
        """The client's fee on `gross` paid in all."""
        return share(gross, self.policy.client_fee_bp)

    def money(self, amount: int) -> Money:
        """`amount` minor units of this contract's currency."""
        return Money(amount, self.currency)

    def milestone(self, milestone_id: str) -> Milestone:
        """The milestone with that id; KeyError when it is none of this contract's."""
        for milestone in self.milestones:
            if milestone.id == milestone_id:
                return milestone
        raise KeyError(milestone_id)

    def terms_of(self, start: date) -> HourlyTerms:
        """What holds for the week of the Monday `start`."""
        return next((terms for terms in reversed(self.hourly) if terms.since <= start), self.hourly[0])

    def week(self, start: date) -> Week | None:
        """The week of that Monday, if time was logged in it and it is not settled."""
        return next((week for week in self.weeks if week.start == start), None)

    def bill(self, week: Week) -> tuple[int, int]:
        """The minutes of an open week that count, those within the limit, and what they come to."""
        terms = self.terms_of(week.start)
        limit = SEGMENTS if terms.limit_hours is None else terms.limit_hours * SEGMENTS_AN_HOUR
        minutes = minutes_of(first(week.logged, limit))
        return minutes, price_of(minutes, terms.rate)

    def proposal(self, kind: ProposalKind) -> Proposal | None:
        """The open proposal of that kind, if there is one."""
        return next((proposal for proposal in self.proposals if proposal.kind == kind), None)

    def feedback_by(self, side: Role) -> Feedback | None:
        """What `side` left, sealed or not."""
        return next((feedback for feedback in self.feedback if feedback.by == side), None)

    def side_of(self, person: str) -> Role | None:
        """On which side `person` (an id) is party to the contract."""
        if person == self.client:
            return Role.CLIENT
        if person == self.freelancer:
            return Role.FREELANCER
        return None
