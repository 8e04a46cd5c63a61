"""What two sides agree on, as a value: the scope, the price and the figures they may set themselves.

RULEBOOK row 8 of the first table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class MilestoneTerms:
    """What was agreed on a milestone, without what has become of it. `amount` is in minor units."""

    id: str
    title: str
    amount: int
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """The whole of what is agreed, or proposed, at one time."""

    description: str
    milestones: tuple[MilestoneTerms, ...] = ()
    rate: int | None = None
    """Minor units an hour; None for a fixed price."""
    weekly_limit_hours: int | None = None
    manual_time: bool | None = None
    """Whether time may be entered by hand."""
    change_rounds: int | None = None
    """How often changes may be asked for on a milestone; None is as often as wanted."""
    review_days: int | None = None
    """How long the client may look at work handed in; None is what the policy says."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a contract's terms, as it goes on record."""

    number: int
    since: datetime
    proposed_by: str
    """The side that put it forward."""
    accepted_by: str | None
    """The side that agreed; None for an offer."""
    note: str
    terms: Terms
    was: Terms | None
    """What was agreed until then; None for an offer."""
