"""Screenshots of segments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from ninja import Router, Status

from amicable.api import entries, schemas
from amicable.api.auth import Request
from amicable.api.body import read_upload
from amicable.api.describe import may_refuse, sends_file
from amicable.api.problems import Problem, invalid, nothing_here, refused
from amicable.api.sight import look
from amicable.diary.screenshots import MAX_BYTES, NoSuchSegmentError, keep, screenshot_of
from amicable.rules.outcome import Refused

router = Router(tags=["diary"])
NOTHING_LOGGED = nothing_here("Nothing is logged at that time. Log the segment first.")
PICTURE = {"schema": {"type": "string", "format": "binary"}}


@router.post(
    "/{uuid:contract_id}/time/{start}/screenshot",
    response={201: entries.Screenshot},
    operation_id="send_screenshot",
    openapi_extra=sends_file({}) | may_refuse(403, 404, 409),
)
def send_screenshot(request: Request, contract_id: UUID, start: str) -> Status[entries.Screenshot]:
    """The freelancer adds a picture of the screen, a PNG or a JPEG of at most 2 MB, to a segment until its week closes,
    in place of one that there was."""
    sight = look(request, contract_id)
    upload, words = read_upload(request)
    for name in words:
        raise invalid(name, "There is no part of this name here.")
    image = upload.content.read(MAX_BYTES + 1)
    if len(image) > MAX_BYTES:
        raise Problem(413, "too_large", f"A screenshot has at most {MAX_BYTES:,} bytes. Send a smaller one.")
    try:
        kept = keep(sight.contract.id, str(request.auth.id), _start(start), image, sight.at)
    except NoSuchSegmentError:
        raise NOTHING_LOGGED from None
    if isinstance(kept, Refused):
        raise refused(kept, sight.told)
    return Status(
        201, entries.Screenshot(start=kept.start, media_type=kept.media_type, size=len(image), taken_at=kept.taken_at)
    )


@router.get(
    "/{uuid:contract_id}/time/{start}/screenshot",
    response=None,
    operation_id="get_screenshot",
    openapi_extra={
        "responses": {200: {"content": {"image/png": PICTURE, "image/jpeg": PICTURE}}, **may_refuse(404)["responses"]}
    },
)
def get_screenshot(request: Request, contract_id: UUID, start: str) -> HttpResponse:
    """The picture. Both sides see it."""
    found = screenshot_of(look(request, contract_id).contract.id, _start(start))
    if found is None:
        raise nothing_here("There is no screenshot of that segment.")
    return HttpResponse(bytes(found.image), content_type=found.media_type)


def _start(text: str) -> datetime:
    """When the segment begins, from its address; raises 404."""
    try:
        return schemas.read_instant(text)
    except ValueError:
        raise NOTHING_LOGGED from None
