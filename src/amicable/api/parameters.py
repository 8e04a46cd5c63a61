"""JSON Schemas of what is sent, made from the rules' own parameters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from amicable.rules.contract import Contract
from amicable.rules.offering import DESCRIPTION, LIMIT, RATE, TITLE
from amicable.rules.params import CHANGE_ROUNDS, REVIEW_DAYS, Amount, Schema
from amicable.rules.policy import DEFAULT
from amicable.rules.registry import Action

SAMPLE = Contract(
    id="", version=0, title="", currency="KWD", client="", freelancer="", created_at=datetime(2000, 1, 1, tzinfo=UTC)
)
"""Stands for any contract where a schema is not about a certain one; its currency has the most decimals in use."""


def action_schema(action: Action) -> Schema:
    """The parameters of an action, for any contract."""
    return action.schema(SAMPLE)


def offer_schema() -> Schema:
    """What an offer consists of."""
    milestone = _object(
        {
            "title": TITLE.schema(SAMPLE),
            "amount": Amount("Its price, in the contract's currency.").schema(SAMPLE),
            "due": {"type": ["string", "null"], "format": "date"},
        },
        optional=("due",),
    )
    common = {
        "freelancer": {"type": "string", "format": "uuid", "description": "Whom it is offered to."},
        "title": TITLE.schema(SAMPLE),
        "description": DESCRIPTION.schema(SAMPLE),
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "A code of ISO 4217."},
    }
    fixed = {
        "kind": {"type": "string", "enum": ["fixed"]},
        "milestones": {"type": "array", "minItems": 1, "maxItems": DEFAULT.milestones_max, "items": milestone},
        "change_rounds": CHANGE_ROUNDS.schema(SAMPLE),
        "review_days": REVIEW_DAYS.schema(SAMPLE),
    }
    hourly = {
        "kind": {"type": "string", "enum": ["hourly"]},
        "rate": RATE.schema(SAMPLE),
        "weekly_limit_hours": {**LIMIT.schema(SAMPLE), "type": ["integer", "null"]},
        "manual_time": {"type": "boolean", "description": "Whether time may be entered that no timer measured."},
    }
    optional = ("description", "change_rounds", "review_days", "weekly_limit_hours", "manual_time")
    return {"oneOf": [_object(common | kind, optional) for kind in (fixed, hourly)]}


def _object(properties: dict[str, Any], optional: tuple[str, ...]) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
