"""Files as pages show them: what each is, who sent it, and whether the reader gets it or a preview of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from amicable.rules.parts import MilestoneStatus, Role
from amicable.talk.files import MAX_BYTES, Upload
from amicable.talk.models import File
from amicable.talk.previews import IMAGE
from amicable.web.viewer import Sight

MAX_BODY_BYTES = 4 * MAX_BYTES
SHOWN = 100
"""So many of a contract's files its page lists."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file in a list."""

    id: str
    name: str
    size: int
    sha256: str
    at: datetime
    who: str
    purpose: str
    is_image: bool
    """Whether the preview is an image, else it is text."""
    note: str
    """What the reader gets and when, where it is work that was handed in."""


def refuse_large(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a form that is larger than a few files is not read at all. The API has a limit of its own."""

    def respond(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.path.startswith("/api/") or not length.isdecimal() or int(length) <= MAX_BODY_BYTES:
            return get_response(request)
        return render(request, "413.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)

    return respond


def uploads(request: HttpRequest) -> list[Upload]:
    """The files that were chosen in a form."""
    return [
        Upload(file.name or "", file.content_type or "", cast(BinaryIO, file))
        for file in request.FILES.getlist("files")
    ]


def shown(files: Iterable[File], sight: Sight) -> list[Shown]:
    """The files as the reader sees them."""
    return [_shown(file, sight) for file in files]


def _shown(file: File, sight: Sight) -> Shown:
    preview = file.preview if hasattr(file, "preview") else None
    return Shown(
        id=str(file.id),
        name=file.name,
        size=file.size,
        sha256=file.sha256,
        at=file.at,
        who="You" if file.author_id == sight.person.pk else file.author.name,
        purpose=file.purpose,
        is_image=preview is not None and preview.media_type == IMAGE,
        note=_note(file, sight),
    )


def _note(file: File, sight: Sight) -> str:
    milestones = {milestone.id: milestone for milestone in sight.contract.milestones}
    milestone = milestones.get(str(file.milestone))
    if file.purpose != File.Purpose.SUBMISSION or milestone is None:
        return ""
    client = "You" if sight.role == Role.CLIENT else sight.people.client
    verb = "see" if sight.role == Role.CLIENT else "sees"
    if milestone.status == MilestoneStatus.PAID:
        return f"Handed in for “{milestone.title}”, which is paid: the file is there for both."
    return f"Handed in for “{milestone.title}”. {client} {verb} a preview until it is paid."
