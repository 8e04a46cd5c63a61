"""What goes in and out of the sandbox's helpers, in pydantic's words."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from amicable.api.schemas import NO_NUL, Amount, Card, Instant, Role, Shown, Strict


class NewPerson(Strict):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=NO_NUL)]
    roles: Annotated[list[Role], Field(min_length=1, max_length=4)]
    card: Card = "works"


class PersonWithToken(BaseModel):
    id: str
    name: str
    roles: list[Role]
    token: str


class ClockMove(Strict):
    to: Instant


class ClockShown(BaseModel):
    now: Shown


class ClockMoved(BaseModel):
    now: Shown
    performed: int


BankStage = Literal["opened", "won", "lost"]


class BankStep(BaseModel):
    stage: BankStage
    at: Shown


class CardPayment(BaseModel):
    """A payment by card, the client's fee included."""

    id: str
    at: Shown
    amount: Amount
    currency: str
    bank: Annotated[list[BankStep], Field(description="What the bank does about it, done or planned, in order.")]


class BankPlan(Strict):
    payment: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=NO_NUL)]
    stage: Annotated[
        BankStage,
        Field(description="It takes the payment back; later it decides, won for the platform or lost for the client."),
    ]
    at: Annotated[Instant | None, Field(description="When; now when left out.")] = None


class BankPlanned(BaseModel):
    payment: str
    stage: BankStage
    at: Shown
