"""What goes in and out, in pydantic's words. `represent` makes what goes out."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    WithJsonSchema,
)

T = TypeVar("T")

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def instant(at: datetime) -> str:
    """RFC 3339 in UTC: `2026-11-30T12:00:00Z`."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(raw: object) -> datetime:
    """A time from RFC 3339, in UTC; raises ValueError."""
    if isinstance(raw, str) and _RFC3339.fullmatch(raw):
        try:
            return datetime.fromisoformat(raw.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise ValueError("Write the time as in 2026-11-30T12:00:00Z.")


_DATE_TIME = WithJsonSchema({"type": "string", "format": "date-time"})
Instant = Annotated[datetime, BeforeValidator(read_instant), PlainSerializer(instant), _DATE_TIME]
Shown = Annotated[datetime, PlainSerializer(instant, return_type=str), _DATE_TIME]
Amount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["1500.00"])]
NO_NUL = r"^[^\x00]*$"
Role = Literal["client", "freelancer", "mediator", "operator"]
Side = Literal["client", "freelancer", "mediator", "nobody"]
ContractStatus = Literal["offered", "declined", "withdrawn", "expired", "active", "paused", "ending", "ended"]
Card = Literal["works", "declines", "disputes"]
Mark = Literal["money_returned", "disputed", "declined_change_order"]


class Strict(BaseModel):
    """A body that is sent: a field it does not know is an error."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel, Generic[T]):
    """A part of a list; `next` is the cursor of the part after it."""

    items: list[T]
    next: str | None


class FieldError(BaseModel):
    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError]


# People


class Me(BaseModel):
    id: str
    name: str
    roles: list[Role]
    member_since: Shown
    time_zone: str
    named: Annotated[bool, Field(description="Whether the public profiles of those one worked with may name one.")]


class Naming(Strict):
    named: StrictBool


class PersonName(BaseModel):
    id: str
    name: str


class CardChoice(Strict):
    card: Card


class CardShown(BaseModel):
    card: Card


# Money


class Balance(BaseModel):
    currency: str
    available: Amount
    held: Amount
    in_review: Amount
    escrow: Amount


class StatementLine(BaseModel):
    at: Shown
    kind: str
    amount: Amount
    currency: str
    balance: Amount
    contract: str | None
    description: str


class NewWithdrawal(Strict):
    amount: Annotated[str, Field(examples=["1500.00"], description="How much, in the currency.")]
    currency: Annotated[str, Field(examples=["USD"], description="A code of ISO 4217.")]


class Withdrawal(BaseModel):
    id: str
    amount: Amount
    currency: str
    status: Literal["on_its_way", "paid", "failed"]
    requested_at: Shown


class Transfer(BaseModel):
    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]
    amount: Amount
    currency: str
    why: str

    model_config = ConfigDict(populate_by_name=True)


class Verification(BaseModel):
    balanced: bool
    accounts: int
    transfers: int
    entries: int
    checked_at: Shown
    problems: list[str]


# Contracts


class Milestone(BaseModel):
    id: str
    title: str
    amount: Amount
    due: date | None
    status: Literal["unfunded", "funding", "funded", "submitted", "paid", "refunded"]
    escrow: Amount
    paid: Amount
    submitted_at: Shown | None
    release_at: Shown | None
    changes: int


class MoneyOfContract(BaseModel):
    escrow: Amount
    in_review: Amount
    paid: Amount
    refunded: Amount
    fees: Amount


class MilestoneTerms(BaseModel):
    id: str
    title: str
    amount: Amount
    due: date | None


class Terms(BaseModel):
    description: str
    milestones: list[MilestoneTerms]
    rate: Amount | None
    weekly_limit_hours: int | None
    manual_time: bool | None
    change_rounds: int | None
    review_days: int | None


class Difference(BaseModel):
    what: str
    milestone: str | None
    before: str | int | MilestoneTerms | None
    after: str | int | MilestoneTerms | None
    explanation: str


class TermsVersion(BaseModel):
    version: int
    since: Shown
    proposed_by: Side
    accepted_by: Side | None
    note: str
    terms: Terms
    differs: list[Difference]


class Dormancy(BaseModel):
    since: Shown
    waits_for: Side
    answer_by: Shown


class Proposal(BaseModel):
    id: str
    kind: str
    by: Side
    status: Literal["open"]
    amount: Amount
    release: Amount | None
    about: str | None
    terms: Terms | None
    differs: list[Difference]
    note: str
    opened_at: Shown
    answer_by: Shown | None


class Ruling(BaseModel):
    release: Amount
    reason: str
    mediator: str
    at: Shown
    takes_effect_at: Shown
    segments: Annotated[list[Shown] | None, Field(description="About hours, where they were decided by segment.")]


Picks = Annotated[
    list[str], Field(description="What was picked in beside it: `message:ID` and `event:VERSION` of this contract.")
]


class Statement(BaseModel):
    by: Side
    person: Annotated[str | None, Field(description="Who said it.")]
    at: Shown
    action: Annotated[str, Field(description="The action with which it was said.")]
    text: str
    evidence: Picks


class Claims(BaseModel):
    """What of the sum should go to the freelancer; a side that named nothing claims all."""

    client: Amount
    freelancer: Amount
    middle: Annotated[Amount, Field(description="What the freelancer gets if no mediator rules in time.")]


class Appeal(BaseModel):
    by: Side
    at: Shown
    note: str
    ruling: Annotated[Ruling, Field(description="The ruling that another mediator is to look at.")]


class Closing(BaseModel):
    at: Shown
    action: Annotated[str, Field(description="The action that closed it.")]
    released: Annotated[
        Amount | None, Field(description="What of the sum went to the freelancer; null where nothing was divided.")
    ]


class SettlementOffer(BaseModel):
    proposal: Annotated[str, Field(description="Its id, for accept_settlement or accept_split.")]
    by: Side
    release: Annotated[Amount, Field(description="What of the sum would go to the freelancer.")]
    note: str
    at: Shown
    accepted_by: Annotated[list[Side], Field(description="A mediator's split is done when both have accepted it.")]


class Dispute(BaseModel):
    id: str
    about: Literal["escrow", "refund", "hours"]
    status: Literal["open", "answered", "ruled", "appealed", "closed"]
    opened_by: Side
    opened_at: Shown
    amount: Annotated[Amount, Field(description="The sum in dispute, which is frozen.")]
    reason: str
    evidence: Picks
    answer_by: Shown
    answered_at: Shown | None
    answer: Annotated[str, Field(description="What the side that did not open it said first.")]
    statements: Annotated[list[Statement], Field(description="All that was said since it was opened, oldest first.")]
    claims: Claims
    offers: Annotated[
        list[SettlementOffer], Field(description="What can be accepted: each side's offer, and a mediator's split.")
    ]
    ruling: Annotated[Ruling | None, Field(description="The ruling that takes effect.")]
    appeal: Appeal | None
    closing: Closing | None
    charge: Annotated[
        str | None, Field(description="The card payment that the client's bank took back, where that opened it.")
    ]
    week: Annotated[date | None, Field(description="About hours: the Monday of the week.")]
    segments: Annotated[list[Shown] | None, Field(description="About hours: when the disputed segments begin.")]


class Chargeback(BaseModel):
    charge: str
    at: Shown
    status: Annotated[
        Literal["open", "won", "lost"],
        Field(description="Whether the client's bank has decided: won for the platform, lost for the client."),
    ]
    decided_at: Shown | None
    taken: Annotated[Amount, Field(description="What the client's bank took back from the platform, fees included.")]
    covered: Annotated[Amount, Field(description="What of it came back to the platform when the dispute was divided.")]
    carried: Annotated[
        Amount, Field(description="What the platform carries: for now while it is open, for good once it is lost.")
    ]


class DisputeListed(BaseModel):
    """A dispute with the contract that it is on."""

    contract: str
    title: str
    currency: str
    client: PersonName
    freelancer: PersonName
    dispute: Dispute


class Ending(BaseModel):
    by: Side
    at: Shown
    reason: str
    note: str
    agreed: bool


class Week(BaseModel):
    """`minutes` and `amount` are what is billed, of an open week so far."""

    start: date
    minutes: int
    amount: Amount
    currency: str
    status: Literal["open", "charging", "unpaid", "in_review", "disputed", "paid", "refunded"]
    locks: Shown
    review_ends: Shown
    available_at: Shown
    rate: Amount
    limit_hours: int | None
    logged_minutes: int
    over_limit_minutes: int
    covered_minutes: int
    disputed_minutes: int
    disputed_segments: Annotated[list[Shown], Field(description="When each segment in dispute begins.")]
    in_review: Amount
    disputed: Amount
    paid: Amount
    refunded: Amount


class Pause(BaseModel):
    by: Side
    at: Shown
    cause: Literal["client", "unpaid"]
    note: str


class Stars(BaseModel):
    skills: int
    quality: int
    availability: int
    deadlines: int
    communication: int
    cooperation: int


class Response(BaseModel):
    comment: str
    at: Shown


class Feedback(BaseModel):
    """What one side left. While it is sealed, only its author gets to see that it is there."""

    stars: Stars
    rating: Annotated[str, Field(description="The stars by the published weights.", examples=["4.65"])]
    comment: str
    left_at: Shown
    sealed: bool
    opened_at: Shown | None
    marks: list[Mark]
    response: Response | None
    unlocked_at: Shown | None
    edited_at: Shown | None
    private_score: Annotated[int | None, Field(description="For its author alone.")]
    private_reason: Annotated[str | None, Field(description="For its author alone.")]


class FeedbackOfBoth(BaseModel):
    client: Feedback | None
    freelancer: Feedback | None


class Standing(BaseModel):
    score: Annotated[int, Field(ge=0, le=100)]
    window_months: int
    contracts: int
    neutral: int


class Review(BaseModel):
    """What everybody may read of somebody."""

    contract: str
    by: Literal["client", "freelancer"]
    author: Annotated[PersonName | None, Field(description="Who wrote it, if they agreed to be named.")]
    stars: Stars
    rating: str
    comment: str
    left_at: Shown
    marks: list[Mark]
    response: Response | None
    edited_at: Shown | None


class Profile(BaseModel):
    id: str
    name: str
    roles: list[Role]
    member_since: Shown
    standing: Annotated[Standing | None, Field(description="As a freelancer; of somebody who only hires, as a client.")]
    standing_as_client: Standing | None
    feedback: Annotated[list[Review], Field(description="The newest, the oldest of them first.")]


class Effect(BaseModel):
    """What a contract counts for: the score without it and with it."""

    before: int | None
    after: int | None
    kind: Annotated[Literal["good", "bad", "neutral", "open"], Field(alias="class")]
    weight: float
    explanation: str

    model_config = ConfigDict(populate_by_name=True)


class TermsToCome(BaseModel):
    since: Annotated[date, Field(description="The Monday from which the other terms hold.")]
    rate: Amount
    weekly_limit_hours: int | None
    manual_time: bool


class Contract(BaseModel):
    id: str
    version: int
    title: str
    description: str
    kind: Literal["fixed", "hourly"]
    currency: str
    status: ContractStatus
    client: PersonName
    freelancer: PersonName
    created_at: Shown
    accepted_at: Shown | None
    ended_at: Shown | None
    ending: Ending | None
    milestones: list[Milestone]
    rate: Amount | None = None
    weekly_limit_hours: int | None = None
    manual_time: bool | None = None
    terms_to_come: TermsToCome | None = None
    pause: Pause | None = None
    change_rounds: int | None
    review_days: int
    terms_version: int
    dormant: Dormancy | None
    money: MoneyOfContract
    dispute: Annotated[Dispute | None, Field(description="The oldest that is open.")]
    chargebacks: list[Chargeback]
    disputes: Annotated[list[Dispute], Field(description="The open ones and those that are closed, oldest first.")]
    proposals: list[Proposal]
    feedback: FeedbackOfBoth


class Action(BaseModel):
    name: str
    does: str
    allowed: bool
    why_not: str | None
    by: list[Side]
    params: dict[str, Any]


class StatusChange(BaseModel):
    before: ContractStatus
    after: ContractStatus


class Deadline(BaseModel):
    at: Shown
    action: str
    explanation: str


class Outcome(BaseModel):
    status: StatusChange
    transfers: list[Transfer]
    deadlines: list[Deadline]
    explanation: list[str]
    standing: str


class Acted(BaseModel):
    outcome: Outcome
    contract: Contract


class TimelineItem(BaseModel):
    at: Shown
    action: str
    explanation: str
    transfers: list[Transfer]


class HistoryItem(BaseModel):
    at: Shown
    action: str
    by: Side
    explanation: str
    transfers: list[Transfer]


class File(BaseModel):
    id: str
    name: str
    size: int
    sha256: str
    media_type: str
    by: Side
    author: PersonName
    at: Shown
    purpose: Literal["message", "submission", "evidence"]
    milestone: str | None
    message: str | None
    is_open: Annotated[
        bool, Field(description="Whether you get the file itself; else only a preview, until it is paid.")
    ]
    has_preview: bool


class NewMessage(Strict):
    text: str
    files: Annotated[list[str], Field(max_length=20, description="Ids of files that you sent for a message.")] = []


class Message(BaseModel):
    id: str
    at: Shown
    by: Side
    author: PersonName
    text: str
    files: list[File]
