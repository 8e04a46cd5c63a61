"""The work diary: time logged, shown, described and deleted, in ten-minute segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import AfterValidator, Field

from amicable.api import entries, schemas
from amicable.api.auth import Request
from amicable.api.describe import may_refuse
from amicable.api.paging import Window, a_number, page
from amicable.api.problems import refused
from amicable.api.sight import Sight, look
from amicable.diary import segments
from amicable.diary.reading import Logged, segments_of
from amicable.rules import diary
from amicable.rules.outcome import Refused
from amicable.rules.week import monday_of, opens

router = Router(tags=["diary"])
LAST_SECOND = int(datetime.max.replace(tzinfo=UTC).timestamp())


def a_monday(day: date) -> date:
    """The Monday by which a week goes; raises ValueError for another day."""
    monday = monday_of(opens(day))
    if day != monday:
        raise ValueError(f"A week goes by its Monday: write {monday}.")
    return day


Monday = Annotated[date, AfterValidator(a_monday), Field(description="The Monday of a week, as in 2026-11-23.")]


class WeekWindow(Window):
    """Which part of the diary."""

    week: Monday | None = None


@router.post(
    "/{uuid:contract_id}/time",
    response={201: entries.TimeLogged},
    operation_id="log_time",
    openapi_extra=may_refuse(403, 404, 409),
)
def log_time(request: Request, contract_id: UUID, new: entries.NewTime) -> Status[entries.TimeLogged]:
    """The freelancer logs ten-minute segments: all of those that are sent, or none. A segment that is logged already
    stays as it is and counts once."""
    sight = look(request, contract_id)
    wanted = [diary.Segment(one.start, one.memo, one.activity, one.manual) for one in new.segments]
    logged = segments.log(sight.contract.id, str(request.auth.id), wanted, sight.at)
    if isinstance(logged, Refused):
        raise refused(logged, sight.told)
    return Status(201, entries.TimeLogged(items=_shown(logged.segments, sight), logged=logged.new))


@router.get(
    "/{uuid:contract_id}/time",
    response=schemas.Page[entries.Segment],
    operation_id="list_time",
    openapi_extra=may_refuse(404, 409),
)
def list_time(request: Request, contract_id: UUID, window: Query[WeekWindow]) -> schemas.Page[entries.Segment]:
    """The segments of a week, or all of them, oldest first. Both sides see them."""
    sight = look(request, contract_id)
    if sight.contract.kind != "hourly":
        raise refused(diary.NOT_HOURLY, sight.told)
    shown, cursor = page(
        window,
        lambda after, limit: segments_of(
            sight.contract,
            week=window.week,
            after=None if after is None else datetime.fromtimestamp(after, UTC),
            limit=limit,
        ),
        place=lambda logged: int(logged.segment.start.timestamp()),
        read=_a_start,
    )
    return schemas.Page[entries.Segment](items=_shown(shown, sight), next=cursor)


@router.patch(
    "/{uuid:contract_id}/time",
    response=entries.Segments,
    operation_id="describe_time",
    openapi_extra=may_refuse(403, 404, 409),
)
def describe_time(request: Request, contract_id: UUID, new: entries.NewMemos) -> entries.Segments:
    """The freelancer gives segments other memos, until their week closes. Starts at which nothing is logged are passed
    over."""
    sight = look(request, contract_id)
    memos = {one.start: one.memo for one in new.segments}
    described = segments.describe(sight.contract.id, str(request.auth.id), memos, sight.at)
    if isinstance(described, Refused):
        raise refused(described, sight.told)
    return entries.Segments(items=_shown(described, sight))


@router.delete(
    "/{uuid:contract_id}/time",
    response=entries.TimeDeleted,
    operation_id="delete_time",
    openapi_extra=may_refuse(403, 404, 409),
)
def delete_time(request: Request, contract_id: UUID, which: entries.Starts) -> entries.TimeDeleted:
    """The freelancer deletes segments, until their week closes. Starts at which nothing is logged are not counted."""
    sight = look(request, contract_id)
    deleted = segments.delete(sight.contract.id, str(request.auth.id), which.starts, sight.at)
    if isinstance(deleted, Refused):
        raise refused(deleted, sight.told)
    return entries.TimeDeleted(deleted=deleted)


def _shown(logged: Sequence[Logged], sight: Sight) -> list[entries.Segment]:
    return [entries.represent(one, sight.told) for one in logged]


def _a_start(text: str) -> int:
    """Reads a place that is when a segment begins, in seconds."""
    seconds = a_number(text)
    if seconds >= LAST_SECOND:
        raise ValueError(text)
    return seconds
