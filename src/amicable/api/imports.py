"""What an import of hours looks like from outside."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from amicable.api.represent import Names
from amicable.api.schemas import Amount, Shown
from amicable.diary.imports.plan import BY_HAND, SNAPPING, LeftOut, Plan, WeekAfter
from amicable.rules.contract import Contract


class ImportedSegment(BaseModel):
    start: Shown
    end: Shown
    memo: str
    over_limit: Annotated[bool, Field(description="Over the weekly limit: kept and shown, not billed.")]


class NotImported(BaseModel):
    code: str
    why_not: str
    lines: Annotated[list[int], Field(description="Where in the file; its header is line 1.")]
    minutes: Annotated[int, Field(description="Of the segments that are left out; 0 for entries that come to none.")]
    start: Shown | None
    end: Shown | None


class ReadSo(BaseModel):
    remark: str
    lines: list[int]


class ImportedWeek(BaseModel):
    start: date
    minutes_before: int
    minutes_after: int
    over_limit_before: Annotated[int, Field(description="Minutes that are not billed.")]
    over_limit_after: int
    amount_before: Amount
    amount_after: Amount
    currency: str


class TimeImport(BaseModel):
    done: Annotated[bool, Field(description="False in a preview.")]
    plan: Annotated[str, Field(description="Names exactly this. Sent back, it makes the import do this or nothing.")]
    product: str
    zone: str
    projects: Annotated[list[str], Field(description="Those in the file.")]
    minutes: Annotated[int, Field(description="Of all that is imported.")]
    taken: list[ImportedSegment]
    not_taken: list[NotImported]
    remarks: Annotated[list[ReadSo], Field(description="How entries were read that could be read in another way.")]
    weeks: list[ImportedWeek]
    explanation: list[str]


def time_import(of: Plan, told: Names, *, done: bool) -> TimeImport:
    """What is imported, or would be; `told` are the `sides`."""
    return TimeImport(
        done=done,
        plan=of.digest,
        product=of.export.product.name,
        zone=of.export.zone.key,
        projects=of.export.projects,
        minutes=of.minutes,
        taken=[
            ImportedSegment(
                start=one.segment.start, end=one.segment.end, memo=one.segment.memo, over_limit=one.is_over_limit
            )
            for one in of.taken
        ],
        not_taken=[_left_out(one, told) for one in of.left_out],
        remarks=[ReadSo(remark=remark.tell(told), lines=list(lines)) for remark, lines in of.remarks],
        weeks=[_week(one, of.contract) for one in of.weeks],
        explanation=[SNAPPING.tell(told), BY_HAND.tell(told)],
    )


def _left_out(of: LeftOut, told: Names) -> NotImported:
    return NotImported(
        code=of.code, why_not=of.why.tell(told), lines=list(of.lines), minutes=of.minutes, start=of.begin, end=of.end
    )


def _week(of: WeekAfter, contract: Contract) -> ImportedWeek:
    return ImportedWeek(
        start=of.start,
        minutes_before=of.minutes_before,
        minutes_after=of.minutes_after,
        over_limit_before=of.over_limit_before,
        over_limit_after=of.over_limit_after,
        amount_before=contract.money(of.amount_before).decimal,
        amount_after=contract.money(of.amount_after).decimal,
        currency=contract.currency,
    )
