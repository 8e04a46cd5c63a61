"""The actions of the registry, each at its own address: nothing that can be done is listed twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from amicable.api import represent, schemas
from amicable.api.auth import Request
from amicable.api.body import parameters_of
from amicable.api.describe import may_refuse, sends
from amicable.api.etag import set_etag, version_seen
from amicable.api.once import REPLAYED, key_of
from amicable.api.parameters import action_schema
from amicable.api.problems import Problem, refused
from amicable.api.sight import command, look
from amicable.contracts import clock
from amicable.contracts.perform import Command, Done, Replayed
from amicable.contracts.perform import preview as foresee
from amicable.payments.commands import perform
from amicable.rules.contract import Contract
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.registry import ACTIONS, Action
from amicable.talk.picked import EVIDENCE_PARAM, no_such_message

router = Router(tags=["actions"], by_alias=True)
Preview = Annotated[bool, Query(description="Show what would happen, and do nothing.")]


def _endpoint(action: Action) -> Callable[..., schemas.Acted]:
    def act(request: Request, contract_id: UUID, response: HttpResponse, preview: Preview = False) -> schemas.Acted:
        wanted = command(
            request,
            contract_id,
            action.name,
            parameters_of(request),
            key=None if preview else key_of(request),
            seen=version_seen(request),
        )
        if no := _no_such_evidence(request, wanted):
            raise _refused(request, wanted, no)
        return _preview(request, wanted) if preview else _do(request, wanted, response)

    return act


def _no_such_evidence(request: Request, wanted: Command) -> Refused | None:
    if EVIDENCE_PARAM not in wanted.params:
        return None
    look(request, UUID(wanted.contract))
    return no_such_message(wanted.contract, wanted.params)


def _preview(request: Request, wanted: Command) -> schemas.Acted:
    foreseen = foresee(wanted, clock.now())
    if isinstance(foreseen, Refused):
        raise _refused(request, wanted, foreseen)
    return _acted(foreseen, foreseen.contract)


def _do(request: Request, wanted: Command, response: HttpResponse) -> schemas.Acted:
    result = perform(wanted, clock.now())
    match result:
        case Refused():
            raise _refused(request, wanted, result)
        case Done():
            set_etag(response, result.contract)
            return _acted(result.outcome, result.contract)
        case Replayed():
            sight = look(request, UUID(wanted.contract))
            response[REPLAYED] = "true"
            set_etag(response, sight.contract)
            return schemas.Acted(
                outcome=represent.outcome(result.event, sight.told),
                contract=represent.contract(sight.contract, sight.names, sight.at, sight.role),
            )


def _refused(request: Request, wanted: Command, no: Refused) -> Problem:
    return refused(no, look(request, UUID(wanted.contract)).told)


def _acted(outcome: Outcome, contract: Contract) -> schemas.Acted:
    names = represent.names_of(contract)
    return schemas.Acted(
        outcome=represent.outcome(outcome, represent.sides(contract, names)),
        contract=represent.contract(contract, names, outcome.at, outcome.by),
    )


for _action in ACTIONS.values():
    if not _action.is_automatic:
        router.post(
            f"/{{uuid:contract_id}}/actions/{_action.name}",
            response=schemas.Acted,
            operation_id=_action.name,
            description=f"By the {' or the '.join(_action.by)}: {_action.does}.",
            openapi_extra=sends(action_schema(_action)) | may_refuse(402, 403, 404, 409, 412),
        )(_endpoint(_action))
