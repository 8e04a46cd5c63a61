"""A file of a contract, and what can be seen of it before it is paid."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from amicable.talk.evidence import bundle, bundle_name
from amicable.talk.files import NOT_PAID_YET, file_of, is_open_to, spooled
from amicable.talk.models import File
from amicable.web.files import shown
from amicable.web.viewer import Sight, look


@never_cache
@login_required
@require_safe
def file(request: HttpRequest, contract_id: UUID, file_id: UUID) -> HttpResponseBase:
    """The file itself; of work that is not paid yet the client sees the preview, and when the file is there."""
    sight = look(request, contract_id)
    found = _file(sight, file_id)
    if is_open_to(found, sight.contract, sight.role):
        return FileResponse(spooled(found), as_attachment=True, filename=found.name, content_type=found.media_type)
    page = {"sight": sight, "file": shown([found], sight)[0], "text": _text(found), "now": sight.now}
    page["why_not"] = sight.people.tell(NOT_PAID_YET.reason)
    return render(request, "web/file.html", page, status=HTTPStatus.CONFLICT)


@never_cache
@login_required
@require_safe
def preview(request: HttpRequest, contract_id: UUID, file_id: UUID) -> HttpResponse:
    """The preview by itself: a small version of an image, or the first lines of a text."""
    found = _file(look(request, contract_id), file_id)
    if not hasattr(found, "preview"):
        raise Http404("This file has no preview.")
    return HttpResponse(bytes(found.preview.data), content_type=found.preview.media_type)


@never_cache
@login_required
@require_safe
def evidence(request: HttpRequest, contract_id: UUID) -> FileResponse:
    """One zip of all that there is on the contract."""
    sight = look(request, contract_id)
    spool = bundle(sight.contract, sight.role)
    return FileResponse(spool, as_attachment=True, filename=bundle_name(sight.contract), content_type="application/zip")


def _file(sight: Sight, file_id: UUID) -> File:
    found = file_of(sight.contract.id, file_id)
    if found is None:
        raise Http404("There is no such file.")
    return found


def _text(found: File) -> str:
    """The first lines, where the preview is text."""
    is_text = hasattr(found, "preview") and found.preview.media_type.startswith("text/")
    return bytes(found.preview.data).decode() if is_text else ""
