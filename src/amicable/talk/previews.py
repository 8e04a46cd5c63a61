"""What a client sees of work that is not paid for yet: enough to tell what it is, not enough to do without it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

import structlog
from PIL import Image, UnidentifiedImageError

TEXT = "text/plain; charset=utf-8"
TEXT_MOST = 1_000
"""Characters of a text that are shown at the most; never more than a quarter of it."""
IMAGE = "image/jpeg"
IMAGE_MOST = 360
"""The longer side of a small version in pixels; never more than half of the image's own."""
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")
PIXELS_MOST = 25_000_000
"""Larger images are not opened: each pixel takes memory, however small the file."""
QUALITY = 60

_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
log = structlog.get_logger()


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
    """A small version, where it is an image: made anew, so that nothing hidden in the file comes along."""
    content.seek(0)
    try:
        with Image.open(content, formats=FORMATS) as image:
            return _smaller(image)
    except UnidentifiedImageError:
        return None
    except Exception as error:  # noqa: BLE001 (a decoder that is given anything may raise anything)
        log.info("no_preview", error=repr(error))
        return None


def _smaller(image: Image.Image) -> Made | None:
    width, height = image.size
    if width * height > PIXELS_MOST:
        return None
    longer = min(IMAGE_MOST, max(width, height) // 2)
    if not longer:
        return None
    image.draft("RGB", (longer, longer))
    image.thumbnail((longer, longer))
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    small = BytesIO()
    paper.save(small, "JPEG", quality=QUALITY)
    return Made(IMAGE, small.getvalue())
