"""Disputes of others, for mediators."""

from __future__ import annotations

from typing import Annotated, Literal

from ninja import Query, Router
from pydantic import Field

from amicable.api import represent, schemas
from amicable.api.auth import Request, require_role
from amicable.api.describe import may_refuse
from amicable.api.paging import Window, an_id, page
from amicable.contracts import clock
from amicable.contracts.queries import disputes_of_others
from amicable.rules.contract import Contract
from amicable.rules.dispute import Dispute, DisputeStatus

router = Router(tags=["disputes"], by_alias=True)


class Search(Window):
    """Which disputes are looked for."""

    status: Annotated[
        Literal["open", "answered", "ruled", "appealed", "closed"] | None,
        Field(description="Where they stand; all that are not closed when left out."),
    ] = None


@router.get(
    "",
    response=schemas.Page[schemas.DisputeListed],
    operation_id="list_disputes",
    openapi_extra=may_refuse(403),
)
def list_disputes(request: Request, search: Query[Search]) -> schemas.Page[schemas.DisputeListed]:
    """Disputes on contracts to which the mediator is no party, oldest first."""
    require_role(request.auth, "mediator")
    person, at = str(request.auth.id), clock.now()

    def fetch(after: str | None, limit: int) -> list[tuple[Contract, Dispute]]:
        status = DisputeStatus(search.status) if search.status else None
        return disputes_of_others(person, at, status=status, after=after, limit=limit)

    found, cursor = page(search, fetch, place=lambda one: one[1].id, read=an_id)
    names = represent.names_of(*(contract for contract, _ in found))
    items = [represent.dispute_listed(dispute, contract, names) for contract, dispute in found]
    return schemas.Page[schemas.DisputeListed](items=items, next=cursor)
