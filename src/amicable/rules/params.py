"""What an action takes: each kind of parameter reads itself from JSON and describes itself as JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeGuard

from amicable.rules import money, week
from amicable.rules.contract import Contract
from amicable.rules.feedback import CATEGORIES, MOST_PRIVATE, MOST_STARS
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused
from amicable.rules.parts import Milestone, MilestoneStatus, ProposalKind, Role

Schema = dict[str, Any]
_CANNOT_BE_KEPT = re.compile("[\x00\ud800-\udfff]")


class Invalid(ValueError):
    """A value that makes no sense; the message says what to send instead. It never leaves the rules."""


class InvalidParts(Invalid):
    """A value of which parts make no sense."""

    def __init__(self, parts: Iterable[tuple[str, str]]) -> None:
        """`parts` are the names of those within the value, as `0.amount`, with their messages."""
        self.parts = tuple(parts)
        super().__init__(" ".join(f"{name}: {message}" for name, message in self.parts))


class Param(Protocol):
    """A kind of parameter."""

    @property
    def required(self) -> bool:
        """Whether the action cannot do without it."""

    def read(self, raw: object, contract: Contract) -> Any:
        """The value in the rules' own terms; raises Invalid."""

    def schema(self, contract: Contract) -> Schema:
        """JSON Schema of what `read` takes."""


@dataclass(frozen=True)
class Amount:
    """A decimal string in the contract's currency, read as minor units above zero."""

    does: str = "How much, in the contract's currency."
    required: bool = True

    def read(self, raw: object, contract: Contract) -> int:
        """Minor units."""
        amount = read_amount(raw, contract)
        if not amount:
            raise Invalid("The amount must be above zero.")
        return amount

    def schema(self, contract: Contract) -> Schema:
        """A string with at most the currency's decimals."""
        return amount_schema(contract, self.does)


@dataclass(frozen=True)
class Part:
    """A decimal string read as minor units, zero to all that is in escrow and not in dispute."""

    does: str
    required: bool = True

    def read(self, raw: object, contract: Contract) -> int:
        """Minor units."""
        return read_part(raw, contract)

    def schema(self, contract: Contract) -> Schema:
        """A string with at most the currency's decimals."""
        return amount_schema(contract, self.does)


@dataclass(frozen=True)
class Share:
    """A decimal string read as minor units, zero or more. How much there is to divide is for the action to say."""

    does: str
    required: bool = True

    def read(self, raw: object, contract: Contract) -> int:
        """Minor units."""
        return read_amount(raw, contract)

    def schema(self, contract: Contract) -> Schema:
        """A string with at most the currency's decimals."""
        return amount_schema(contract, self.does)


@dataclass(frozen=True)
class Hours:
    """Whole hours a week, 0 to 168."""

    does: str
    required: bool = True

    def read(self, raw: object, contract: Contract) -> int:
        """The number."""
        del contract
        if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= week.HOURS:
            raise Invalid(f"Write whole hours, 0 to {week.HOURS}: so many has a week.")
        return raw

    def schema(self, contract: Contract) -> Schema:
        """An integer."""
        del contract
        return {"type": "integer", "minimum": 0, "maximum": week.HOURS, "description": self.does}


@dataclass(frozen=True)
class Minutes:
    """Whole ten minutes, more than none."""

    does: str
    required: bool = True

    def read(self, raw: object, contract: Contract) -> int:
        """The number."""
        del contract
        if isinstance(raw, bool) or not isinstance(raw, int) or raw <= 0 or raw % week.SEGMENT_MINUTES:
            raise Invalid("Write minutes in tens, as in 120 for two hours.")
        return raw

    def schema(self, contract: Contract) -> Schema:
        """An integer."""
        del contract
        tens = week.SEGMENT_MINUTES
        return {"type": "integer", "minimum": tens, "multipleOf": tens, "description": self.does}


@dataclass(frozen=True)
class WeekRef:
    """A billing week, by the date of its Monday."""

    does: str = "The week's Monday."
    required: bool = True

    def read(self, raw: object, contract: Contract) -> date:
        """The Monday."""
        del contract
        day = _day(raw)
        if day is None or day.weekday():
            raise Invalid("Write the date of the week's Monday as YYYY-MM-DD.")
        return day

    def schema(self, contract: Contract) -> Schema:
        """A date."""
        weeks = [week.start.isoformat() for week in contract.weeks if week.status == WeekStatus.IN_REVIEW]
        return {"type": "string", "format": "date", "description": self.does, **({"enum": weeks} if weeks else {})}


@dataclass(frozen=True)
class Text:
    """Words of one person to the other."""

    does: str
    required: bool = True
    max_length: int = 5_000

    def read(self, raw: object, contract: Contract) -> str:
        """The text without space around it."""
        del contract
        if not isinstance(raw, str):
            raise Invalid("Send text.")
        text = kept(raw).strip()
        if self.required and not text:
            raise Invalid("Write something: the other side reads it.")
        if len(text) > self.max_length:
            raise Invalid(f"At most {self.max_length:,} characters; this has {len(text):,}.")
        return text

    def schema(self, contract: Contract) -> Schema:
        """A string."""
        del contract
        least = 1 if self.required else 0
        return {"type": "string", "minLength": least, "maxLength": self.max_length, "description": self.does}


@dataclass(frozen=True)
class Stars:
    """One to five stars for each category, read in the categories' order."""

    required: bool = True

    def read(self, raw: object, contract: Contract) -> tuple[int, ...]:
        """The stars."""
        del contract
        if not isinstance(raw, Mapping) or set(raw) != set(CATEGORIES):
            raise Invalid(f"Give stars for each of these and nothing else: {', '.join(CATEGORIES)}.")
        stars = tuple(raw[category] for category in CATEGORIES)
        if not all(_is_whole(count) and 1 <= count <= MOST_STARS for count in stars):
            raise Invalid(f"Stars are whole numbers from 1 to {MOST_STARS}.")
        return stars

    def schema(self, contract: Contract) -> Schema:
        """An object with a whole number for each category."""
        weights = contract.policy.feedback_weights
        return {
            "type": "object",
            "description": f"1 to {MOST_STARS} stars each.",
            "properties": {
                category: {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST_STARS,
                    "description": f"Weighs {weight} %.",
                }
                for category, weight in zip(CATEGORIES, weights, strict=True)
            },
            "required": list(CATEGORIES),
            "additionalProperties": False,
        }


@dataclass(frozen=True)
class Score:
    """A whole number from zero to ten."""

    does: str
    required: bool = False

    def read(self, raw: object, contract: Contract) -> int:
        """The number."""
        del contract
        if not _is_whole(raw) or not 0 <= raw <= MOST_PRIVATE:
            raise Invalid(f"Send a whole number from 0 to {MOST_PRIVATE}.")
        return raw

    def schema(self, contract: Contract) -> Schema:
        """A whole number."""
        del contract
        return {"type": "integer", "minimum": 0, "maximum": MOST_PRIVATE, "description": self.does}


def _is_whole(raw: object) -> TypeGuard[int]:
    return isinstance(raw, int) and not isinstance(raw, bool)


def _nothing_against(contract: Contract, milestone: Milestone, by: Role) -> Refused | None:
    del contract, milestone, by
    return None


@dataclass(frozen=True)
class MilestoneRef:
    """The id of one of the contract's milestones."""

    makes_sense: Callable[[Milestone], bool]
    """For which milestones the action makes sense; the schema offers only these."""
    required: bool = True
    why_not: Callable[[Contract, Milestone, Role], Refused | None] = _nothing_against
    """Why a side cannot do it to one of these; the schema for that side offers only the others."""

    def open_to(self, contract: Contract, by: Role | None) -> list[Milestone]:
        """Those to which that side can do it; with None those for which it makes sense."""
        found = [milestone for milestone in contract.milestones if self.makes_sense(milestone)]
        return [milestone for milestone in found if by is None or self.why_not(contract, milestone, by) is None]

    def read(self, raw: object, contract: Contract) -> str:
        """The id. A contract by the hour has none; that is for the action to say."""
        if contract.milestones and not any(milestone.id == raw for milestone in contract.milestones):
            raise Invalid("This is not a milestone of the contract. Its milestones are listed with the contract.")
        return str(raw)

    def schema(self, contract: Contract, by: Role | None = None) -> Schema:
        """The ids that make sense now."""
        ids = [milestone.id for milestone in self.open_to(contract, by)]
        return {"type": "string", "description": "The milestone's id.", **({"enum": ids} if ids else {})}


def stands_at(*statuses: MilestoneStatus) -> Callable[[Milestone], bool]:
    """Says whether a milestone stands at one of these."""
    return lambda milestone: milestone.status in statuses


@dataclass(frozen=True)
class ProposalRef:
    """The id of an open proposal of one of the kinds."""

    kinds: tuple[ProposalKind, ...]
    required: bool = True

    def read(self, raw: object, contract: Contract) -> str:
        """The id. That it is open is for the action to say."""
        del contract
        if not isinstance(raw, str) or not raw:
            raise Invalid("Send the proposal's id, as the contract lists it.")
        return raw

    def schema(self, contract: Contract) -> Schema:
        """The ids of the open ones."""
        ids = [proposal.id for proposal in contract.proposals if proposal.kind in self.kinds]
        return {"type": "string", "description": "The proposal's id.", **({"enum": ids} if ids else {})}


@dataclass(frozen=True)
class DisputeRef:
    """The id of an open dispute; without one it is the oldest that the action can be about."""

    required: bool = False

    def read(self, raw: object, contract: Contract) -> str:
        """The id. That it is open is for the action to say."""
        del contract
        if not isinstance(raw, str) or not raw:
            raise Invalid("Send the dispute's id, as the contract lists it.")
        return raw

    def schema(self, contract: Contract) -> Schema:
        """The ids of the open ones."""
        ids = [dispute.id for dispute in contract.open_disputes]
        description = "The dispute's id; without it, the oldest that this can be about."
        return {"type": "string", "description": description, **({"enum": ids} if ids else {})}


@dataclass(frozen=True)
class Choice:
    """One of a few words."""

    does: str
    words: tuple[str, ...]
    required: bool = True

    def read(self, raw: object, contract: Contract) -> str:
        """The word."""
        del contract
        if isinstance(raw, str) and raw in self.words:
            return raw
        raise Invalid("Choose " + " or ".join(f'"{word}"' for word in self.words) + ".")

    def schema(self, contract: Contract) -> Schema:
        """The words."""
        del contract
        return {"type": "string", "enum": list(self.words), "description": self.does}


@dataclass(frozen=True)
class Segments:
    """Ten-minute segments, by when they begin."""

    does: str
    required: bool = False

    def read(self, raw: object, contract: Contract) -> tuple[datetime, ...]:
        """When they begin, in UTC."""
        del contract
        if not isinstance(raw, list):
            raise Invalid("List when each segment begins, as in 2026-11-23T09:10:00Z.")
        return tuple(map(_begins, raw))

    def schema(self, contract: Contract) -> Schema:
        """An array of times."""
        del contract
        time = {"type": "string", "format": "date-time"}
        return {"type": "array", "items": time, "maxItems": week.SEGMENTS, "description": self.does}


def _begins(raw: object) -> datetime:
    try:
        at = datetime.fromisoformat(raw.upper()) if isinstance(raw, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("Write when a segment begins as in 2026-11-23T09:10:00Z.")
    start = at.astimezone(UTC)
    if start != week.slot_begins(week.monday_of(start), week.slot_of(start)):
        raise Invalid(f"A segment begins on a {week.SEGMENT_MINUTES}-minute mark.")
    return start


@dataclass(frozen=True)
class Number:
    """A whole number from `least` through `most`; or, where there is one, a word that says that there is no limit."""

    does: str
    least: int
    most: int
    word: str | None = None
    required: bool = False

    def read(self, raw: object, contract: Contract) -> int | str:
        """The number, or the word."""
        del contract
        if self.word and raw == self.word:
            return self.word
        if isinstance(raw, int) and not isinstance(raw, bool) and self.least <= raw <= self.most:
            return raw
        instead = f', or "{self.word}"' if self.word else ""
        raise Invalid(f"Send a whole number from {self.least} to {self.most}{instead}.")

    def schema(self, contract: Contract) -> Schema:
        """An integer in its bounds."""
        del contract
        number = {"type": "integer", "minimum": self.least, "maximum": self.most}
        if self.word is None:
            return {**number, "description": self.does}
        return {"description": self.does, "anyOf": [number, {"enum": [self.word]}]}


UNLIMITED = "unlimited"
CHANGE_ROUNDS = Number(
    "How often changes can be asked for on a milestone. After that the review clock runs on.", 0, 100, UNLIMITED
)
REVIEW_DAYS = Number("How many days the client has to answer work that is handed in.", 1, 60)


def read_day(raw: object) -> date | None:
    """A date from `YYYY-MM-DD`, or none; raises Invalid."""
    if raw is None:
        return None
    day = _day(raw)
    if day is None:
        raise Invalid(f"Write the date as YYYY-MM-DD, before the year {END_OF_DATES}.")
    return day


END_OF_DATES = 9000
"""Windows are added to dates, and time itself ends with the year 9999."""


def _day(raw: object) -> date | None:
    try:
        day = date.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return day if day and day.isoformat() == raw and day.year < END_OF_DATES else None


@dataclass(frozen=True)
class Reason:
    """A short word from a list; anything else is kept as "other", with what was said."""

    words: tuple[str, ...]
    required: bool = True
    max_length: int = 200

    def read(self, raw: object, contract: Contract) -> str:
        """One of the words, or `other: …`."""
        del contract
        if not isinstance(raw, str) or not raw.strip():
            raise Invalid("Say why, in a word or two: " + ", ".join(self.words) + ".")
        text = kept(raw).strip()
        if len(text) > self.max_length:
            raise Invalid(f"At most {self.max_length} characters; put the rest into the note.")
        if text in self.words:
            return text
        return f"other: {text}"

    def schema(self, contract: Contract) -> Schema:
        """A string; the list is offered, not imposed."""
        del contract
        return {
            "description": "Why. Any other text is kept as “other”.",
            "anyOf": [
                {"enum": list(self.words)},
                {"type": "string", "minLength": 1, "maxLength": self.max_length},
            ],
        }


@dataclass(frozen=True)
class EscrowChoice:
    """What happens to the money in escrow: "release", "refund" or {"release": AMOUNT}. Read as what is released."""

    required: bool = False

    def read(self, raw: object, contract: Contract) -> int:
        """Minor units to release; the rest is asked back. With nothing in escrow it decides nothing."""
        if raw == "refund":
            return 0
        if raw == "release":
            return contract.free_escrow
        if isinstance(raw, Mapping) and set(raw) == {"release"}:
            read = read_part if contract.free_escrow else read_amount
            return read(raw["release"], contract)
        raise Invalid('Choose "release", "refund" or {"release": AMOUNT}.')

    def schema(self, contract: Contract) -> Schema:
        """Release, refund or a part."""
        part = amount_schema(contract, "What of the escrow goes to the freelancer; the rest is asked back.")
        return {
            "description": "What happens to the money in escrow; needed when there is any.",
            "anyOf": [
                {"enum": ["release", "refund"]},
                {
                    "type": "object",
                    "properties": {"release": part},
                    "required": ["release"],
                    "additionalProperties": False,
                },
            ],
        }


def kept(text: str) -> str:
    """The text, if a database can keep each of its characters; else raises Invalid."""
    if _CANNOT_BE_KEPT.search(text):
        raise Invalid("The text has a character that cannot be kept.")
    return text


def read_amount(raw: object, contract: Contract) -> int:
    """Minor units, zero or more; raises Invalid."""
    try:
        return money.parse(raw, contract.currency).amount
    except money.InvalidAmount as error:
        raise Invalid(str(error)) from None


def read_part(raw: object, contract: Contract) -> int:
    """Minor units, zero to all that is in escrow and not in dispute; raises Invalid."""
    amount = read_amount(raw, contract)
    if amount > contract.free_escrow:
        in_dispute = " and not in dispute" if contract.free_escrow < contract.escrow else ""
        free, wanted = contract.money(contract.free_escrow), contract.money(amount)
        raise Invalid(f"There is {free} in escrow{in_dispute}, not {wanted}.")
    return amount


def amount_schema(contract: Contract, description: str) -> Schema:
    """A decimal string of the contract's currency."""
    places = money.exponent(contract.currency)
    pattern = rf"^[0-9]{{1,9}}(\.[0-9]{{1,{places}}})?$" if places else "^[0-9]{1,9}$"
    return {"type": "string", "pattern": pattern, "description": description}
