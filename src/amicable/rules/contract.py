"""The contract as a value: everything a rule may look at, and nothing else.

Amounts are minor units of the contract's currency, instants are UTC, ids are strings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from amicable.rules.dispute import Chargeback, ChargebackStatus, Dispute
from amicable.rules.hourly import HourlyTerms, Week, WeekStatus
from amicable.rules.money import Money, share
from amicable.rules.parts import (
    Charge,
    Dormancy,
    Ending,
    Feedback,
    Milestone,
    PastPause,
    Pause,
    Payment,
    Proposal,
    ProposalKind,
    Record,
    Role,
)
from amicable.rules.policy import DEFAULT, Policy
from amicable.rules.terms import MilestoneTerms, Terms
from amicable.rules.week import SEGMENTS, SEGMENTS_AN_HOUR, first, minutes_of, price_of


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
    """Those that are over, and times between an end and a reopening, that may lie in a week that takes time still: none
    can be logged in them."""
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
    record: Record = field(default_factory=Record)
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
        return sum(one.carried for one in self.chargebacks)

    @property
    def lost(self) -> int:
        """What of that the platform carries for good."""
        return sum(one.carried for one in self.chargebacks if one.status == ChargebackStatus.LOST)

    def chargeback(self, charge: str) -> Chargeback | None:
        """The chargeback of the card payment with that id."""
        return next((one for one in self.chargebacks if one.charge == charge), None)

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
        return sum(dispute.frozen_of(part) for dispute in self.open_disputes)

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
