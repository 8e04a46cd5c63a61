"""What a client sees of work that is not paid for yet: enough to tell what it is, not enough to do without it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from amicable.paper.pictures import MEDIA_TYPE, small_version

TEXT = "text/plain; charset=utf-8"
TEXT_MOST = 1_000
"""Characters of a text that are shown at the most; never more than a quarter of it."""
IMAGE = MEDIA_TYPE
IMAGE_MOST = 360
"""The longer side of a small version in pixels; never more than half of the image's own."""

_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Made:
    """A preview."""

    media_type: str
    data: bytes


def preview_of(content: BinaryIO, start: bytes, size: int) -> Made | None:
    """The preview of a file of `size` bytes that begins with `start`; None where there is only its name to show."""
    return _of_text(start, size) or _of_image(content)


def _of_text(start: bytes, size: int) -> Made | None:
    """The first lines, where it is text."""
    most = min(TEXT_MOST, size // 4)
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(start, final=len(start) == size)
    except UnicodeDecodeError:
        return None
    shown = text[:most]
    if _NO_TEXT.search(text) or not shown.strip():
        return None
    whole_lines = shown.rpartition("\n")[0] or shown
    return Made(TEXT, f"{whole_lines.rstrip()}\n…".encode())


def _of_image(content: BinaryIO) -> Made | None:
    """A small version, where it is an image; never more than half of the image's own size."""
    small = small_version(content, most=IMAGE_MOST, share=2)
    return Made(IMAGE, small) if small else None
