"""Deciding disputed hours: which of the segments are paid and which go back, as it is chosen on a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.http import QueryDict
from django.utils.http import urlencode

from amicable.rules.contract import Contract
from amicable.rules.dispute import Dispute
from amicable.rules.hourly import Week
from amicable.rules.week import bitmap, hours_text, minutes_of, segments_text, slot_begins, slot_of, slots
from amicable.web.diary import Block
from amicable.web.disputing_hours import by_day
from amicable.web.outcome import People
from amicable.web.spans import bits_of, spans_of

PAID, RETURNED = "paid", "returned"
VERDICTS = ((PAID, "Paid"), (RETURNED, "Returned"))


@dataclass(frozen=True, slots=True)
class Part:
    """A segment that can be decided the other way than the stretch it is in."""

    begins: datetime
    slot: str
    activity: int
    is_other: bool


@dataclass(frozen=True, slots=True)
class Stretch:
    """Segments that follow each other, of the same work, with what is decided about them."""

    block: Block
    span: str
    """All of them, as the form sends them."""
    verdict: str
    """Empty as long as none is given."""
    parts: tuple[Part, ...]

    @property
    def others(self) -> list[datetime]:
        """When those begin that are decided the other way."""
        return [part.begins for part in self.parts if part.is_other]

    @property
    def activity(self) -> str:
        """From the least to the most of its segments: `3 to 8`."""
        found = [part.activity for part in self.parts]
        least, most = min(found), max(found)
        return str(most) if least == most else f"{least} to {most}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the reader's zone."""

    date: date
    stretches: tuple[Stretch, ...]

    @property
    def hours(self) -> str:
        """What of it is in dispute, as 2:00."""
        return segments_text(sum(len(stretch.parts) for stretch in self.stretches))


@dataclass(frozen=True, slots=True)
class Decided:
    """What was chosen of the segments in dispute, as bitmaps of the week."""

    disputed: int
    paid: int = 0
    returned: int = 0

    @property
    def open(self) -> int:
        """Those about which nothing is said yet."""
        return self.disputed & ~(self.paid | self.returned)

    @property
    def query(self) -> str:
        """What is decided, as `read` reads it."""
        return urlencode({PAID: list(spans_of(self.paid)), RETURNED: list(spans_of(self.returned))}, doseq=True)

    @property
    def paid_hours(self) -> str:
        """How much, as 1:20."""
        return hours_text(minutes_of(self.paid))

    @property
    def returned_hours(self) -> str:
        """How much, as 1:20."""
        return hours_text(minutes_of(self.returned))

    @property
    def open_hours(self) -> str:
        """How much, as 1:20; empty when nothing is."""
        return hours_text(minutes_of(self.open)) if self.open else ""

    def starts(self, week: date) -> list[str]:
        """The paid segments as the action `decide` takes them."""
        return [slot_begins(week, slot).isoformat() for slot in slots(self.paid)]


Found = Sequence[tuple[date, Sequence[Block]]]


def in_dispute(contract: Contract, dispute: Dispute, people: People) -> Found:
    """The disputed segments, by days of the reader's zone."""
    assert dispute.week is not None, "a dispute about hours names its week"
    return list(by_day(contract, dispute.week, dispute.segments or 0, people))


def as_it_stands(contract: Contract, week: Week, people: People) -> list[Day]:
    """What of a week is in dispute, with the ruling about it where one was given by segment."""
    disputes = [dispute for dispute in contract.open_disputes if dispute.week == week.start]
    rulings = [dispute.ruling or (dispute.appeal and dispute.appeal.ruling) for dispute in disputes]
    decided = Decided(week.disputed)
    for ruling in rulings:
        if ruling and ruling.segments is not None:
            decided = Decided(week.disputed, ruling.segments, week.disputed & ~ruling.segments)
    return days(list(by_day(contract, week.start, week.disputed, people)), decided)


def read(data: QueryDict, dispute: Dispute, found: Found) -> Decided:
    """What was chosen in a query or a form: `paid` and `returned` are spans; `day.DATE` and `span.SPAN` say one of
    VERDICTS of a day or a stretch, the stretch before the day; `but` are spans decided the other way."""
    disputed = dispute.segments or 0
    paid = bits_of(data.getlist(PAID)) & disputed
    returned = bits_of(data.getlist(RETURNED)) & disputed & ~paid
    for day, blocks in found:
        of_day = data.get(f"day.{day}", "")
        for block in blocks:
            bits = _bits(block)
            verdict = data.get(f"span.{next(spans_of(bits))}") or of_day
            if verdict in (PAID, RETURNED):
                paid, returned = paid & ~bits, returned & ~bits
                paid, returned = (paid | bits, returned) if verdict == PAID else (paid, returned | bits)
    other = bits_of(data.getlist("but")) & (paid | returned)
    return Decided(disputed, paid ^ other, returned ^ other)


def days(found: Found, decided: Decided) -> list[Day]:
    """The disputed segments with what is decided about them."""
    return [Day(day, tuple(_stretch(block, decided) for block in blocks)) for day, blocks in found]


def _stretch(block: Block, decided: Decided) -> Stretch:
    bits = _bits(block)
    paid, returned = bits & decided.paid, bits & decided.returned
    is_paid = paid.bit_count() >= returned.bit_count()
    verdict = (PAID if is_paid else RETURNED) if paid | returned else ""
    other = returned if is_paid else paid
    parts = (
        Part(begins, str(slot), one.segment.activity, bool(other >> slot & 1))
        for one in block.segments
        for begins, slot in [(one.segment.start, slot_of(one.segment.start))]
    )
    return Stretch(block, next(spans_of(bits)), verdict, tuple(parts))


def _bits(block: Block) -> int:
    return bitmap(slot_of(one.segment.start) for one in block.segments)
