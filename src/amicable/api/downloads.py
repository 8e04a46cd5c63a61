"""Long texts as downloads: written to a file first, so that a slow reader holds nothing open in the database."""

from __future__ import annotations

from collections.abc import Callable
from io import TextIOWrapper
from tempfile import SpooledTemporaryFile
from typing import TextIO

from django.http import FileResponse

IN_MEMORY_BYTES = 1_000_000


def download(write: Callable[[TextIO], None], *, name: str, media_type: str) -> FileResponse:
    """What `write` writes, as the file `name`."""
    spool = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (the response closes it)
    text = TextIOWrapper(spool, encoding="utf-8", newline="")
    write(text)
    text.flush()
    text.detach()
    spool.seek(0)
    return FileResponse(spool, as_attachment=True, filename=name, content_type=f"{media_type}; charset=utf-8")
