"""A person's weeks: hours by day and contract."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from django.http import FileResponse
from ninja import Path, Query, Router

from amicable.api.auth import Request
from amicable.api.describe import as_text
from amicable.api.downloads import download
from amicable.api.endpoints.diary import Monday
from amicable.api.summaries import WeekShown, week_summary
from amicable.contracts import clock
from amicable.diary.summary import summary_of, write_csv

router = Router(tags=["diary"])
Format = Annotated[Literal["json", "csv"], Query(description="`csv` gives a line a contract, with hours as 7:10.")]


@router.get("/me/weeks/{start}", response=WeekShown, operation_id="get_my_week", openapi_extra=as_text("text/csv"))
def get_my_week(
    request: Request, start: Annotated[Monday, Path()], format: Format = "json"
) -> WeekShown | FileResponse:
    """The hours of a week by day (of UTC) and contract, and what they come to."""
    summary = summary_of(str(request.auth.id), start, clock.now())
    if format == "csv":
        return download(partial(write_csv, summary), name=f"hours-{start}.csv", media_type="text/csv")
    return week_summary(summary)
