"""What an action comes to: everything that would happen, as one value; or a refusal, a value too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from amicable.rules.contract import Contract, Status
from amicable.rules.parts import Charge, Role
from amicable.rules.terms import Version
from amicable.rules.wording import Sentence, say


class Why(StrEnum):
    """Why money moves. The words are what people read beside the amount."""

    CARD_CHARGE = "card charge"
    ESCROW_FUNDED = "escrow funded"
    CLIENT_FEE_CHARGED = "client fee charged"
    RELEASE = "release"
    PAYMENT = "payment"
    HOURS_BILLED = "hours billed"
    HOURS = "hours"
    HOURS_REFUND = "hours refund"
    SERVICE_FEE = "service fee"
    CLIENT_FEE = "client fee"
    ESCROW_REFUND = "escrow refund"
    REFUND = "refund"
    SERVICE_FEE_RETURNED = "service fee returned"
    CLIENT_FEE_RETURNED = "client fee returned"
    CARD_REFUND = "refund to the card"
    CHARGEBACK = "chargeback"
    CHARGEBACK_COVERED = "chargeback covered"
    CHARGEBACK_WON = "chargeback won"
    CHARGEBACK_LOST = "chargeback lost"
    COVER_RETURNED = "chargeback cover returned"
    HOLD_ENDED = "security hold ended"
    WITHDRAWAL = "withdrawal"
    PAYOUT = "payout"
    PAYOUT_FAILED = "payout failed"


@dataclass(frozen=True, slots=True)
class Transfer:
    """`amount` minor units (above zero) from one account of the books to another."""

    source: str
    target: str
    amount: int
    currency: str
    why: Why


@dataclass(frozen=True, slots=True)
class Mediators:
    """Which mediators something is for: the one who has the dispute or, where nobody has it, all who may take it."""

    has: str | None = None
    """The id of who has it."""
    barred: str | None = None
    """The id of who may not take it: theirs is the ruling that is appealed against."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Something that happens by itself at `at` if nobody does anything, and in words what."""

    at: datetime
    action: str
    explanation: Sentence
    params: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = field(default=None, compare=False)
    """When it began to run, where somebody is asked. This and the next three are for reminders and in no history."""
    asked: tuple[Role, ...] = field(default=(), compare=False)
    """Who can still do something about it, and so is reminded of it."""
    announced: tuple[datetime, ...] = field(default=(), compare=False)
    """When they are reminded, where that is not on the usual days."""
    mediators: Mediators | None = field(default=None, compare=False)
    """Which mediators are asked, where any are."""

    @property
    def subject(self) -> str | None:
        """The id of what it is about."""
        return next(iter(self.params.values()), None)

    @property
    def key(self) -> str:
        """Tells it from every other clock of the contract, earlier ones about the same thing included."""
        return f"{self.action} {self.subject} {self.since and self.since.isoformat()}"


@dataclass(frozen=True, slots=True)
class CardRefund:
    """`amount` minor units, fee included, that the payment provider is to give back to the client's card."""

    id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Notice:
    """What one side is told, or mediators are."""

    to: Role
    text: Sentence
    mediators: Mediators | None = None
    """Which mediators, where it is to them."""


NO_STANDING = say("No effect on anybody's standing.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that an action does. Committing it writes exactly this and nothing else."""

    contract: Contract
    """The contract after it."""
    before: Status
    action: str
    by: Role
    at: datetime
    transfers: tuple[Transfer, ...]
    explanation: tuple[Sentence, ...]
    deadlines: tuple[Clock, ...]
    """What then happens by itself, the next first."""
    standing: Sentence = NO_STANDING
    notices: tuple[Notice, ...] = ()
    charge: Charge | None = None
    """The card payment that the outside world is asked for."""
    card_refund: CardRefund | None = None
    agreed: Version | None = None
    """The terms that hold from now on, where they changed."""
    params: Mapping[str, object] = field(default_factory=dict)
    """What the actor said, as it goes on record."""
    actor: str | None = None
    """The person's id; None for what nobody does."""
    is_sealed: bool = False
    """Whether nobody but the actor may learn of it: it is no event of the history and leaves the version as it is."""

    @property
    def after(self) -> Status:
        """Where the contract stands after it."""
        return self.contract.status

    def then(self, later: Outcome) -> Outcome:
        """This outcome and, at once after it, `later`, told as one."""
        return replace(
            later,
            before=self.before,
            action=self.action,
            by=self.by,
            actor=self.actor,
            params=self.params,
            transfers=self.transfers + later.transfers,
            explanation=later.explanation,
            notices=self.notices + later.notices,
        )


class Kind(StrEnum):
    """What sort of no it is."""

    RULE = "rule"
    """The rules do not allow it as things stand."""
    INVALID = "invalid"
    """What was sent makes no sense."""
    ROLE = "role"
    """It is the other side's to do."""
    PAYMENT = "payment"
    """The card said no."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A no: a stable code, a sentence that says why and what to do instead, and for bad input which field."""

    code: str
    reason: Sentence
    kind: Kind = Kind.RULE
    errors: tuple[tuple[str, str], ...] = ()
    """(field, message) pairs, for invalid input."""


def invalid(field_name: str, message: str) -> Refused:
    """The refusal of one bad field."""
    return Refused("invalid", say("{message}", message=message), Kind.INVALID, ((field_name, message),))
