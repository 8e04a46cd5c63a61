"""Importing hours from the exports of time trackers."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from ninja import Query, Router
from pydantic import BaseModel, Field

from amicable.api.auth import Request
from amicable.api.body import read_table
from amicable.api.describe import may_refuse, sends_table
from amicable.api.imports import TimeImport, time_import
from amicable.api.problems import invalid, refused
from amicable.api.schemas import NO_NUL
from amicable.api.sight import look
from amicable.diary.imports.importing import Sent, foresee, perform
from amicable.diary.imports.moments import NO_ZONE, Order, zone_named
from amicable.diary.imports.products import PRODUCTS
from amicable.people.models import Person
from amicable.rules.outcome import Refused

router = Router(tags=["diary"])
EXPORTS = "; ".join(f"{product.name} ({product.export})" for product in PRODUCTS)


class HowToRead(BaseModel):
    """How a file is to be read, and whether it is to be imported."""

    preview: Annotated[bool, Field(description="Show what would be imported, and do nothing.")] = False
    plan: Annotated[
        str | None,
        Field(max_length=64, description="`plan` of the preview: if it would come to something else by now, 412."),
    ] = None
    zone: Annotated[
        str | None,
        Field(max_length=64, description="Of the times in the file, as in Europe/Berlin; the person's own by default."),
    ] = None
    dates: Annotated[Order | None, Field(description="Wanted where the dates can be read in two ways.")] = None
    project: Annotated[
        str | None, Field(max_length=500, pattern=NO_NUL, description="The only project in the file that is meant.")
    ] = None


@router.post(
    "/{uuid:contract_id}/time/import",
    response=TimeImport,
    operation_id="import_time",
    openapi_extra=sends_table(f"An export of single entries from {EXPORTS}; at most 2 MB.")
    | may_refuse(403, 404, 409, 412),
)
def import_time(request: Request, contract_id: UUID, how: Query[HowToRead]) -> TimeImport:
    """The freelancer logs the hours of an export, as time entered by hand. Answers what is taken, and what not and
    why; a file with a line that cannot be read imports nothing."""
    sight, person = look(request, contract_id), request.auth
    sent = Sent(sight.contract.id, str(person.id), read_table(request), _zone(how, person), how.dates, how.project)
    result = foresee(sent, sight.at) if how.preview else perform(sent, sight.at, how.plan)
    if isinstance(result, Refused):
        raise refused(result, sight.told)
    return time_import(result, sight.told, done=not how.preview)


def _zone(how: HowToRead, person: Person) -> ZoneInfo:
    """Raises 422."""
    zone = zone_named(how.zone or person.time_zone)
    if zone is None:
        raise invalid("zone", NO_ZONE)
    return zone
