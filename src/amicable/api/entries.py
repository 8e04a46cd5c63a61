"""Segments of the work diary, as they go in and out."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from amicable.api.represent import Names
from amicable.api.schemas import NO_NUL, Instant, Shown, Strict
from amicable.diary.reading import Logged


class NewSegment(Strict):
    start: Annotated[Instant, Field(description="On a ten-minute mark of UTC, not in the future, in an open week.")]
    memo: Annotated[str, Field(max_length=500, pattern=NO_NUL, description="What was done.")] = ""
    activity: Annotated[
        int, Field(ge=0, le=10, strict=True, description="In how many of the ten minutes there was input.")
    ] = 0
    manual: Annotated[bool, Field(strict=True, description="Entered by hand: no timer measured it.")] = False


class NewTime(Strict):
    segments: Annotated[list[NewSegment], Field(min_length=1, max_length=1_008)]


class NewMemo(Strict):
    start: Instant
    memo: Annotated[str, Field(max_length=500, pattern=NO_NUL)]


class NewMemos(Strict):
    segments: Annotated[list[NewMemo], Field(min_length=1, max_length=1_008)]


class Starts(Strict):
    starts: Annotated[list[Instant], Field(min_length=1, max_length=1_008)]


class Segment(BaseModel):
    start: Shown
    end: Shown
    memo: str
    activity: int
    manual: bool
    late: Annotated[bool, Field(description="Entered after the contract had ended.")]
    over_limit: Annotated[bool, Field(description="Over the weekly limit: kept and shown, not billed.")]
    covered: Annotated[bool, Field(description="Whether hourly protection covers it.")]
    why_not: str | None
    screenshot: bool
    logged_at: Shown


class Segments(BaseModel):
    items: list[Segment]


class TimeLogged(Segments):
    logged: Annotated[int, Field(description="How many of them are new.")]


class TimeDeleted(BaseModel):
    deleted: int


class Screenshot(BaseModel):
    start: Shown
    media_type: Annotated[str, Field(examples=["image/png"])]
    size: int
    taken_at: Shown


def represent(of: Logged, told: Names) -> Segment:
    """A segment of the diary, with why hourly protection does not cover it if it does not."""
    one, why_not = of.segment, of.why_not
    return Segment(
        start=one.start,
        end=one.end,
        memo=one.memo,
        activity=one.activity,
        manual=one.manual,
        late=one.late,
        over_limit=of.is_over_limit,
        covered=not why_not,
        why_not=" ".join(sentence.tell(told) for sentence in why_not) or None,
        screenshot=of.has_screenshot,
        logged_at=of.logged_at,
    )
