"""A change of terms lists the milestones as they would be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from amicable.rules.contract import Contract
from amicable.rules.params import (
    Invalid,
    InvalidParts,
    MilestoneRef,
    Schema,
    Text,
    amount_schema,
    read_amount,
    read_day,
)
from amicable.rules.parts import Milestone

TITLE = Text("What it is about.", max_length=200)
LISTED = ("id", "title", "amount", "due")


@dataclass(frozen=True, slots=True)
class Listed:
    """A milestone on a list that is proposed; without an id it is new. `amount` is in minor units."""

    id: str | None
    title: str
    amount: int
    due: date | None


@dataclass(frozen=True)
class MilestoneList:
    """The whole list of milestones as it would be: those that are there by their ids, new ones without."""

    required: bool = False

    def read(self, raw: object, contract: Contract) -> tuple[Listed, ...]:
        """The milestones, in their order."""
        if not isinstance(raw, list) or not raw:
            raise Invalid("List all milestones as they should be, at least one.")
        if len(raw) > contract.policy.milestones_max:
            raise Invalid(f"At most {contract.policy.milestones_max} milestones.")
        listed = _all_listed(raw, contract)
        ids = [one.id for one in listed if one.id]
        if len(set(ids)) != len(ids):
            raise Invalid("A milestone is on the list twice. Leave its id out to add a new one.")
        return listed

    def schema(self, contract: Contract) -> Schema:
        """An array of objects."""
        ids = [milestone.id for milestone in contract.milestones]
        properties = {
            "id": {"type": "string", "description": "Of a milestone that is there.", **({"enum": ids} if ids else {})},
            "title": TITLE.schema(contract),
            "amount": amount_schema(contract, "Its price, in the contract's currency."),
            "due": {"type": ["string", "null"], "format": "date"},
        }
        return {
            "type": "array",
            "description": "The whole list as it should be. One that is left out goes, if it was not funded.",
            "minItems": 1,
            "maxItems": contract.policy.milestones_max,
            "items": {
                "type": "object",
                "properties": properties,
                "required": ["title", "amount"],
                "additionalProperties": False,
            },
        }


def _all_listed(raw: list[object], contract: Contract) -> tuple[Listed, ...]:
    listed: list[Listed] = []
    wrong: list[tuple[str, str]] = []
    for position, one in enumerate(raw):
        try:
            listed.append(_listed(one, contract))
        except InvalidParts as error:
            wrong += [(f"{position}.{name}", message) for name, message in error.parts]
        except Invalid as error:
            wrong.append((str(position), str(error)))
    if wrong:
        raise InvalidParts(wrong)
    return tuple(listed)


def _listed(raw: object, contract: Contract) -> Listed:
    if not isinstance(raw, Mapping):
        raise Invalid("A milestone is an object with a title and an amount.")
    found: dict[str, Any] = {}
    wrong = [(name, f"A milestone has no {name}.") for name in raw if name not in LISTED]
    for name, read in _READ_LISTED.items():
        try:
            found[name] = read(raw.get(name), contract)
        except Invalid as error:
            wrong.append((name, str(error)))
    if wrong:
        raise InvalidParts(wrong)
    return Listed(**found)


def _read_price(raw: object, contract: Contract) -> int:
    amount, least = read_amount(raw, contract), max(contract.policy.milestone_min_minor, 1)
    if amount < least:
        raise Invalid(f"A milestone is at least {contract.money(least)}.")
    return amount


def _any(milestone: Milestone) -> bool:
    del milestone
    return True


_READ_LISTED: Mapping[str, Callable[[object, Contract], Any]] = {
    "id": lambda raw, contract: None if raw is None else MilestoneRef(_any).read(raw, contract),
    "title": TITLE.read,
    "amount": _read_price,
    "due": lambda raw, _: read_day(raw),
}
