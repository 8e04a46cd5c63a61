"""Contracts: offered, listed and looked at, with what lies ahead of them and behind."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router, Schema, Status
from pydantic import Field

from amicable.api import represent, schemas
from amicable.api.auth import Request, require_role
from amicable.api.body import parameters_of
from amicable.api.describe import may_refuse, sends
from amicable.api.etag import set_etag
from amicable.api.once import key_of
from amicable.api.paging import Paging, Window, a_date, a_number, among, an_id, page
from amicable.api.parameters import offer_schema
from amicable.api.problems import Problem, invalid, nothing_here, refused
from amicable.api.sight import look, mediates
from amicable.contracts import clock
from amicable.contracts.history import history_as_seen
from amicable.contracts.offers import make_offer
from amicable.contracts.perform import role_of
from amicable.contracts.queries import contracts_of
from amicable.contracts.standing import effect_of
from amicable.contracts.versions import versions_of
from amicable.contracts.weeks import weeks_of
from amicable.people.models import Person
from amicable.rules import contract as rules
from amicable.rules import parts
from amicable.rules.outcome import Refused
from amicable.rules.registry import ACTIONS
from amicable.rules.standing import SIDES, verdict
from amicable.rules.timeline import buttons, timeline

router = Router(tags=["contracts"], by_alias=True)


class Search(Window):
    """Which contracts are looked for."""

    status: schemas.ContractStatus | None = None
    role: Annotated[Literal["client", "freelancer"] | None, Field(description="The person's own side.")] = None
    q: Annotated[
        str, Field(max_length=200, pattern=schemas.NO_NUL, description="Words of the title or the other's name.")
    ] = ""


@router.post(
    "",
    response={201: schemas.Contract},
    operation_id="offer",
    openapi_extra=sends(offer_schema()) | may_refuse(403, 409),
)
def offer(request: Request, response: HttpResponse) -> Status[schemas.Contract]:
    """A client offers a contract. Nothing is charged."""
    client = request.auth
    require_role(client, "client")
    terms = dict(parameters_of(request))
    freelancer = _freelancer(terms.pop("freelancer", None))
    at = clock.now()
    made = make_offer(client=str(client.id), freelancer=str(freelancer.id), terms=terms, at=at, key=key_of(request))
    if isinstance(made, Refused):
        raise refused(made, {"client": client.name, "freelancer": freelancer.name})
    set_etag(response, made)
    return Status(201, represent.contract(made, represent.names_of(made), at, parts.Role.CLIENT))


def _freelancer(named: object) -> Person:
    """Whom the offer is for; raises 422."""
    try:
        return Person.objects.get(id=UUID(str(named)), roles__contains="freelancer")
    except (ValueError, Person.DoesNotExist):
        raise invalid("freelancer", "There is no freelancer with this id.") from None


@router.get("", response=schemas.Page[schemas.Contract], operation_id="list_contracts")
def list_contracts(request: Request, search: Query[Search]) -> schemas.Page[schemas.Contract]:
    """The person's contracts, oldest first. A mediator also sees those of others with a dispute."""
    person, at = request.auth, clock.now()

    def fetch(after: str | None, limit: int) -> list[rules.Contract]:
        return contracts_of(
            str(person.id),
            at,
            role=parts.Role(search.role) if search.role else None,
            status=rules.Status(search.status) if search.status else None,
            q=search.q,
            mediates=mediates(person),
            after=after,
            limit=limit,
        )

    found, cursor = page(search, fetch, place=lambda contract: contract.id, read=an_id)
    names = represent.names_of(*found)
    shown = [represent.contract(one, names, at, role_of(one, str(person.id), is_mediator=True)) for one in found]
    return schemas.Page[schemas.Contract](items=shown, next=cursor)


@router.get(
    "/{uuid:contract_id}", response=schemas.Contract, operation_id="get_contract", openapi_extra=may_refuse(404)
)
def get_contract(request: Request, contract_id: UUID, response: HttpResponse) -> schemas.Contract:
    """A contract as it stands, with its version in `ETag`."""
    sight = look(request, contract_id)
    set_etag(response, sight.contract)
    return represent.contract(sight.contract, sight.names, sight.at, sight.role)


@router.get(
    "/{uuid:contract_id}/actions",
    response=schemas.Page[schemas.Action],
    operation_id="list_actions",
    openapi_extra=may_refuse(404),
)
def list_actions(request: Request, contract_id: UUID, window: Paging) -> schemas.Page[schemas.Action]:
    """Every action: whether the person can do it now, why not, and what it takes."""
    sight = look(request, contract_id)
    told = sight.told
    numbered = list(enumerate(buttons(sight.contract, sight.role, sight.at, str(request.auth.id))))
    shown, cursor = page(window, among(numbered, _number), place=_number, read=a_number)
    items = [represent.action(ACTIONS[name], sight.contract, sight.role, no, told) for _, (name, no) in shown]
    return schemas.Page[schemas.Action](items=items, next=cursor)


class Side(Schema):
    """Whose standing is asked for."""

    side: Annotated[Literal["client", "freelancer"] | None, Field(description="The caller's own side.")] = None


@router.get(
    "/{uuid:contract_id}/standing",
    response=schemas.Effect,
    operation_id="get_effect_on_standing",
    openapi_extra=may_refuse(403, 404),
)
def get_effect_on_standing(request: Request, contract_id: UUID, asked: Query[Side]) -> schemas.Effect:
    """What the contract counts for in the caller's own standing, before and after."""
    sight = look(request, contract_id)
    if sight.role not in SIDES:
        raise nothing_here("There is no such contract.")
    if asked.side and asked.side != sight.role:
        raise Problem(403, "other_side", "Only the other side is shown what the contract counts for in its standing.")
    found = verdict(sight.contract, sight.role, sight.at)
    return represent.effect(effect_of(sight.contract, sight.role, sight.at), found, sight.told)


def _number(numbered: tuple[int, object]) -> int:
    return numbered[0]


@router.get(
    "/{uuid:contract_id}/timeline",
    response=schemas.Page[schemas.TimelineItem],
    operation_id="get_timeline",
    openapi_extra=may_refuse(404),
)
def get_timeline(request: Request, contract_id: UUID, window: Paging) -> schemas.Page[schemas.TimelineItem]:
    """What happens if nobody does anything, in order, to the end."""
    sight = look(request, contract_id)
    told = sight.told
    ahead = among(timeline(sight.contract), lambda outcome: outcome.contract.version)
    shown, cursor = page(window, ahead, place=lambda outcome: outcome.contract.version, read=a_number)
    return schemas.Page[schemas.TimelineItem](
        items=[represent.timeline_item(outcome, told) for outcome in shown], next=cursor
    )


@router.get(
    "/{uuid:contract_id}/weeks",
    response=schemas.Page[schemas.Week],
    operation_id="list_weeks",
    openapi_extra=may_refuse(404),
)
def list_weeks(request: Request, contract_id: UUID, window: Paging) -> schemas.Page[schemas.Week]:
    """The billing weeks of an hourly contract in which time was logged, oldest first."""
    contract = look(request, contract_id).contract
    shown, cursor = page(
        window,
        lambda after, limit: weeks_of(contract, after=date.fromisoformat(after) if after else None, limit=limit),
        place=lambda week: week.start.isoformat(),
        read=a_date,
    )
    return schemas.Page[schemas.Week](items=[represent.week(week, contract) for week in shown], next=cursor)


@router.get(
    "/{uuid:contract_id}/terms",
    response=schemas.Page[schemas.TermsVersion],
    operation_id="list_terms",
    openapi_extra=may_refuse(404),
)
def list_terms(request: Request, contract_id: UUID, window: Paging) -> schemas.Page[schemas.TermsVersion]:
    """Every version of the terms, with what it changed, oldest first. The last one holds."""
    contract = look(request, contract_id).contract
    shown, cursor = page(
        window,
        lambda after, limit: versions_of(contract.id, after=after or 0, limit=limit),
        place=lambda version: version.number,
        read=a_number,
    )
    return schemas.Page[schemas.TermsVersion](
        items=[represent.terms_version(version, contract) for version in shown], next=cursor
    )


@router.get(
    "/{uuid:contract_id}/history",
    response=schemas.Page[schemas.HistoryItem],
    operation_id="get_history",
    openapi_extra=may_refuse(404),
)
def get_history(request: Request, contract_id: UUID, window: Paging) -> schemas.Page[schemas.HistoryItem]:
    """What has happened, oldest first."""
    sight = look(request, contract_id)
    told = sight.told
    shown, cursor = page(
        window,
        lambda after, limit: history_as_seen(sight.contract.id, sight.role, after=after or 0, limit=limit),
        place=lambda placed: placed[0],
        read=a_number,
    )
    return schemas.Page[schemas.HistoryItem](
        items=[represent.history_item(event, told) for _, event in shown], next=cursor
    )
