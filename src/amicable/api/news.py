"""What people are told and how, as it goes in and out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StrictBool

from amicable.api.schemas import Shown, Strict
from amicable.talk.choices import Choices, kinds_for
from amicable.talk.letters import in_words
from amicable.talk.notices import Told


class ContractNamed(BaseModel):
    id: str
    title: str


class Notice(BaseModel):
    id: str
    at: Shown
    what: Annotated[
        Literal["event", "reminder", "message", "file", "summary"],
        Field(
            description="Something that happened, a deadline that comes near, a message, evidence, the hours of a week."
        ),
    ]
    kind: Literal["money", "offers", "disputes", "mediation", "hours", "messages", "summary"]
    contract: ContractNamed | None
    action: Annotated[str | None, Field(description="What was done, or what happens by itself at the deadline.")]
    text: str
    until: Annotated[Shown | None, Field(description="Of a reminder, until when something can still be done.")]
    read: bool


class Seen(Strict):
    until: Annotated[
        str | None, Field(pattern=r"^[0-9]{1,18}$", description="The id of the newest notice seen; all when left out.")
    ] = None


class Unread(BaseModel):
    unread: int


class Ways(Strict):
    app: StrictBool
    email: StrictBool


class NoticeSettings(BaseModel):
    money: Ways
    offers: Ways
    disputes: Ways
    mediation: Annotated[Ways | None, Field(description="For mediators only.")] = None
    hours: Ways
    messages: Ways
    summary: Ways


class NewNoticeSettings(Strict):
    money: Ways | None = None
    offers: Ways | None = None
    disputes: Ways | None = None
    mediation: Annotated[Ways | None, Field(description="For mediators only.")] = None
    hours: Ways | None = None
    messages: Ways | None = None
    summary: Ways | None = None


def represent(of: Told) -> Notice:
    """What a person was told."""
    row, contract = of.notice, of.notice.contract
    about = of.event or of.clock
    return Notice(
        id=str(row.pk),
        at=row.at,
        what=row.what,  # type: ignore[arg-type]
        kind=row.kind,  # type: ignore[arg-type]
        contract=ContractNamed(id=str(contract.pk), title=contract.title) if contract else None,
        action=about.action if about else None,
        text=in_words(of),
        until=of.clock.at if of.clock else None,
        read=row.read_at is not None,
    )


def represent_settings(of: Choices, roles: Collection[str]) -> NoticeSettings:
    """How a person with these roles wants to be told."""
    ways = {kind.name: of[kind.name] for kind in kinds_for(roles)}
    return NoticeSettings(**{name: Ways(app=one.app, email=one.email) for name, one in ways.items()})
