"""The workroom's talk."""

from __future__ import annotations

from uuid import UUID

from ninja import Router, Status

from amicable.api import represent, schemas
from amicable.api.auth import Request
from amicable.api.describe import may_refuse
from amicable.api.once import key_of
from amicable.api.paging import Paging, an_id, page
from amicable.api.problems import refused
from amicable.api.sight import look
from amicable.rules.outcome import Refused
from amicable.talk.messages import messages_of, write
from amicable.talk.models import Notice
from amicable.talk.notices import mark_seen

router = Router(tags=["messages"])


@router.get(
    "/{uuid:contract_id}/messages",
    response=schemas.Page[schemas.Message],
    operation_id="list_messages",
    openapi_extra=may_refuse(404),
)
def list_messages(request: Request, contract_id: UUID, window: Paging) -> schemas.Page[schemas.Message]:
    """What was said, oldest first. Who reads it is told again when something new is said."""
    sight = look(request, contract_id)
    mark_seen(str(request.auth.id), sight.contract.id, sight.at, Notice.What.MESSAGE)
    contract = sight.contract
    shown, cursor = page(
        window,
        lambda after, limit: messages_of(contract.id, after=after, limit=limit),
        place=lambda message: str(message.id),
        read=an_id,
    )
    items = [represent.message(message, contract, sight.role) for message in shown]
    return schemas.Page[schemas.Message](items=items, next=cursor)


@router.post(
    "/{uuid:contract_id}/messages",
    response={201: schemas.Message},
    operation_id="write_message",
    openapi_extra=may_refuse(404),
)
def write_message(request: Request, contract_id: UUID, new: schemas.NewMessage) -> Status[schemas.Message]:
    """Say something to the other side."""
    sight = look(request, contract_id)
    written = write(sight.contract.id, str(request.auth.id), new.text, sight.at, key_of(request), files=new.files)
    if isinstance(written, Refused):
        raise refused(written)
    return Status(201, represent.message(written, sight.contract, sight.role))
