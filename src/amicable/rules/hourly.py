"""The parts of an hourly contract: its terms week by week, its weeks, its pause. RULEBOOK section 3."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from amicable.rules.week import SEGMENTS_AN_HOUR, first, minutes_of, price_of


@dataclass(frozen=True, slots=True)
class HourlyTerms:
    """What holds for the weeks from that of the Monday `since` on. `rate` is minor units an hour."""

    since: date
    rate: int
    limit_hours: int | None = None
    """What is billed of a week at the most; None is no limit."""
    manual: bool = False
    """Whether time may be entered that no timer measured."""


def changed(schedule: tuple[HourlyTerms, ...], monday: date, **fields: Any) -> tuple[HourlyTerms, ...]:
    """The schedule with these fields of HourlyTerms changed for the week of `monday` and all after it."""
    before = [terms for terms in schedule if terms.since < monday]
    later = [terms for terms in schedule if terms.since >= monday]
    if before and (not later or later[0].since > monday):
        later.insert(0, replace(before[-1], since=monday))
    return (*before, *(replace(terms, **fields) for terms in later))


def to_come(schedule: tuple[HourlyTerms, ...], monday: date) -> HourlyTerms | None:
    """The next terms after those of the week of `monday` that are others, if there are any."""
    now = next((terms for terms in reversed(schedule) if terms.since <= monday), None)
    later = (terms for terms in schedule if terms.since > monday)
    return next((terms for terms in later if now is None or replace(terms, since=now.since) != now), None)


class WeekStatus(StrEnum):
    """Where a week stands. CHARGING waits for the card, UNPAID had it declined; PAID and REFUNDED are settled."""

    OPEN = "open"
    CHARGING = "charging"
    UNPAID = "unpaid"
    IN_REVIEW = "in_review"
    DISPUTED = "disputed"
    """Its review is over, and what is in dispute is all that is not settled."""
    PAID = "paid"
    REFUNDED = "refunded"


CHARGED = frozenset({WeekStatus.IN_REVIEW, WeekStatus.DISPUTED})
"""While a week stands here, what is not settled of it lies in the review account."""


@dataclass(frozen=True, slots=True)
class Week:
    """A billing week in which time was logged. Bitmaps are those of `rules.week`; amounts are minor units.

    Once charged, `amount` = what is in review + `paid` + `refunded`.
    """

    start: date
    """Its Monday."""
    logged: int = 0
    """All segments, also those over the limit."""
    covered: int = 0
    """Those that by themselves meet the conditions of hourly protection."""
    status: WeekStatus = WeekStatus.OPEN
    rate: int = 0
    """What was billed for an hour; it and the next three stand from the lock on."""
    minutes: int = 0
    amount: int = 0
    fee: int = 0
    """The client's fee that was charged with the amount."""
    asked_at: datetime | None = None
    """When the card was last asked."""
    disputed: int = 0
    """The segments in dispute."""
    decided: int = 0
    """The segments that were in dispute and are settled; they cannot be disputed again."""
    returned: int = 0
    """Those of the decided segments for which the client has the money back, where it was decided by segment."""
    paid: int = 0
    refunded: int = 0
    review_ends: datetime | None = None
    """Known when the card has paid."""

    @property
    def billed(self) -> int:
        """The segments that were billed, refunded ones included."""
        return first(self.logged, self.minutes * SEGMENTS_AN_HOUR // 60)

    @property
    def is_settled(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.status in (WeekStatus.PAID, WeekStatus.REFUNDED)

    @property
    def in_review(self) -> int:
        """What of its money lies in the review account, in dispute or not."""
        return self.amount - self.paid - self.refunded if self.status in CHARGED else 0

    @property
    def undisputed(self) -> int:
        """The minutes that never were in dispute, or are not any more."""
        return self.minutes - minutes_of(self.decided | self.disputed)

    def share_of(self, segments: int) -> int:
        """What `segments`, disputed ones, come to: their price together with the undisputed minutes less the price of
        those alone, so that the parts add up."""
        return price_of(self.undisputed + minutes_of(segments), self.rate) - price_of(self.undisputed, self.rate)

    @property
    def in_dispute(self) -> int:
        """What is frozen."""
        return self.share_of(self.disputed) if self.disputed else 0

    @property
    def protected(self) -> int:
        """What of `paid` is for segments that hourly protection covers."""
        kept = self.billed & self.covered & ~(self.disputed | self.returned)
        return min(self.paid, price_of(minutes_of(kept), self.rate))

    @property
    def shown_status(self) -> WeekStatus:
        """As people see it: disputed while any part of it is."""
        return WeekStatus.DISPUTED if self.disputed else self.status
