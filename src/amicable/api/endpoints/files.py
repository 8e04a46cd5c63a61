"""Files of a contract: of messages, handed in as work, evidence."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
from ninja import Router, Status

from amicable.api import represent, schemas
from amicable.api.auth import Request
from amicable.api.body import read_upload
from amicable.api.describe import as_file, may_refuse, sends_file
from amicable.api.once import key_of
from amicable.api.paging import Paging, an_id, page
from amicable.api.problems import invalid, nothing_here, refused
from amicable.api.sight import Sight, look
from amicable.rules.outcome import Refused
from amicable.talk.evidence import bundle, bundle_name
from amicable.talk.files import NOT_PAID_YET, Aim, file_of, files_of, is_open_to, receive, spooled
from amicable.talk.models import File, Notice
from amicable.talk.notices import mark_seen

router = Router(tags=["files"])

AIM = {
    "purpose": {
        "type": "string",
        "enum": list(File.Purpose.values),
        "description": "What it is for; `message` when left out. Work that is handed in is a preview to the client "
        "until its milestone is paid.",
    },
    "milestone": {"type": "string", "description": "The id of the milestone that it belongs to."},
    "message": {"type": "string", "description": "The id of a message of yours that it goes with."},
}


@router.post(
    "/{uuid:contract_id}/files",
    response={201: schemas.File},
    operation_id="send_file",
    openapi_extra=sends_file(AIM) | may_refuse(403, 404),
)
def send_file(request: Request, contract_id: UUID) -> Status[schemas.File]:
    """Send a file."""
    sight = look(request, contract_id)
    upload, words = read_upload(request)
    for name in words:
        if name not in AIM:
            raise invalid(name, "There is no part of this name here.")
    kept = receive(sight.contract, str(request.auth.id), sight.role, upload, Aim(**words), sight.at, key_of(request))
    if isinstance(kept, Refused):
        raise refused(kept, sight.told)
    return Status(201, represent.file(kept, sight.contract, sight.role))


@router.get(
    "/{uuid:contract_id}/files",
    response=schemas.Page[schemas.File],
    operation_id="list_files",
    openapi_extra=may_refuse(404),
)
def list_files(request: Request, contract_id: UUID, window: Paging) -> schemas.Page[schemas.File]:
    """The contract's files, oldest first."""
    sight = look(request, contract_id)
    mark_seen(str(request.auth.id), sight.contract.id, sight.at, Notice.What.FILE)
    shown, cursor = page(
        window,
        lambda after, limit: files_of(sight.contract.id, after=after, limit=limit),
        place=lambda file: str(file.id),
        read=an_id,
    )
    items = [represent.file(file, sight.contract, sight.role) for file in shown]
    return schemas.Page[schemas.File](items=items, next=cursor)


@router.get(
    "/{uuid:contract_id}/files/{uuid:file_id}",
    response=None,
    operation_id="get_file",
    openapi_extra=as_file(404, 409),
)
def get_file(request: Request, contract_id: UUID, file_id: UUID) -> FileResponse:
    """What is in a file, as it came."""
    sight = look(request, contract_id)
    file = _file(sight, file_id)
    if not is_open_to(file, sight.contract, sight.role):
        raise refused(NOT_PAID_YET)
    return FileResponse(spooled(file), as_attachment=True, filename=file.name, content_type=file.media_type)


@router.get(
    "/{uuid:contract_id}/files/{uuid:file_id}/preview",
    response=None,
    operation_id="get_file_preview",
    openapi_extra=as_file(404),
)
def get_file_preview(request: Request, contract_id: UUID, file_id: UUID) -> HttpResponse:
    """What a client sees of work before it is paid: the first lines of a text, a small version of an image."""
    file = _file(look(request, contract_id), file_id)
    if not hasattr(file, "preview"):
        raise nothing_here("This file has no preview; its name, size and checksum are listed.")
    return HttpResponse(bytes(file.preview.data), content_type=file.preview.media_type)


def _file(sight: Sight, file_id: UUID) -> File:
    file = file_of(sight.contract.id, file_id)
    if file is None:
        raise nothing_here("There is no such file on this contract.")
    return file


@router.get(
    "/{uuid:contract_id}/evidence",
    response=None,
    operation_id="get_evidence",
    openapi_extra=as_file(404, media_type="application/zip"),
)
def get_evidence(request: Request, contract_id: UUID) -> FileResponse:
    """One zip of all that there is on the contract, as JSON, as files and as a PDF, with checksums."""
    sight = look(request, contract_id)
    spool = bundle(sight.contract, sight.role)
    return FileResponse(spool, as_attachment=True, filename=bundle_name(sight.contract), content_type="application/zip")
