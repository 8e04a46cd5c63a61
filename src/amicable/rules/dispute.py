"""A dispute as a value: what it freezes, what was said and named, and how it was ruled on and closed; and chargebacks.

Amounts are minor units of the contract's currency, instants are UTC, ids are strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from amicable.rules.parts import Proposal, Role


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
    evidence: tuple[str, ...] = ()
    """What of the contract was picked in beside it (`evidence`)."""


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


class ChargebackStatus(StrEnum):
    """What the bank says, as the platform sees it: it has taken the money, has given it back, or keeps it."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A card payment that the client's bank has taken back from the platform: `taken`, fees included, of which
    `covered` came back to the platform when the dispute about it was divided."""

    charge: str
    at: datetime
    taken: int
    covered: int = 0
    status: ChargebackStatus = ChargebackStatus.OPEN
    decided_at: datetime | None = None
    """When the bank decided in the end."""

    @property
    def carried(self) -> int:
        """What the platform carries of it: for now while it is open, for good once it is lost."""
        return 0 if self.status == ChargebackStatus.WON else self.taken - self.covered


WITHDRAWN = "withdraw_dispute"
"""The action by which a dispute is taken back."""


@dataclass(frozen=True, slots=True)
class Closing:
    """How a dispute came to its end: by which action, and what of the sum went to the freelancer; None where nothing
    was divided."""

    at: datetime
    action: str
    released: int | None
    is_past: bool = False
    """Whether it stands in nobody's way any more, since work was handed in or money was asked back after it."""


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
    taken_from: str | None = None
    """The card payment (its id) whose money it is about and that the bank took back when it was open already."""
    taken: int = 0
    """How much of the sum that is, where `taken_from` says so: as much of what goes back is with the client already."""
    closing: Closing | None = None
    week: date | None = None
    """About hours: the Monday of the week."""
    segments: int | None = None
    """About hours: the disputed segments, as a bitmap of the week."""
    evidence: tuple[str, ...] = ()
    """What was picked in beside the reason."""

    def frozen_of(self, part: str) -> int:
        """What it is about of the milestone or of the payment with that id, in minor units."""
        return sum(frozen.amount for frozen in self.frozen if frozen.id == part)

    @property
    def at_bank(self) -> str | None:
        """The card payment (its id) that the client's bank has taken back, where this is about its money."""
        return self.charge or self.taken_from

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
    def all_evidence(self) -> tuple[str, ...]:
        """What was picked in beside anything that was said in it."""
        return (*self.evidence, *(pick for one in self.statements for pick in one.evidence))

    @property
    def answer(self) -> str:
        """What the side that did not open it said first; empty where it said nothing."""
        return next((one.text for one in self.statements if one.by == self.opened_by.other), "")

    def is_asked(self, by: Role) -> bool:
        """Whether a mediator has asked something since that side said something last, and has not ruled since."""
        ends = ("ask", "decide")
        last = next((one for one in reversed(self.statements) if one.by == by or one.action in ends), None)
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

    @property
    def alone_since(self) -> datetime | None:
        """When the side that spoke last began to speak without a word of anybody else; None where that is a mediator,
        or nobody spoke."""
        since = None
        for one in reversed(self.statements):
            if one.by == Role.MEDIATOR or one.by != self.statements[-1].by:
                break
            since = one.at
        return since

    def was_withdrawn_by(self, side: Role) -> bool:
        """Whether that side opened it and has taken it back."""
        return self.opened_by == side and self.closing is not None and self.closing.action == WITHDRAWN
