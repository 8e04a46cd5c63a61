"""Small versions of images."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO

import structlog
from PIL import Image, UnidentifiedImageError

MEDIA_TYPE = "image/jpeg"
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP")
PIXELS_MOST = 25_000_000
"""Larger images are not opened: each pixel takes memory, however small the file."""
QUALITY = 60
log = structlog.get_logger()


def small_version(content: BinaryIO, *, most: int, share: int = 1) -> bytes | None:
    """The image as a JPEG whose longer side has at most `most` pixels, and a `share`-th of the image's own; None where
    it is no image. It is made anew, so that nothing hidden in the file comes along."""
    content.seek(0)
    try:
        with Image.open(content, formats=FORMATS) as image:
            return _smaller(image, most, share)
    except UnidentifiedImageError:
        return None
    except Exception as error:  # noqa: BLE001 (a decoder that is given anything may raise anything)
        log.info("no_small_version", error=repr(error))
        return None


def _smaller(image: Image.Image, most: int, share: int) -> bytes | None:
    width, height = image.size
    longer = min(most, max(width, height) // share)
    if width * height > PIXELS_MOST or not longer:
        return None
    image.draft("RGB", (longer, longer))
    image.thumbnail((longer, longer))
    seen = image.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen.getchannel("A"))
    small = BytesIO()
    paper.save(small, "JPEG", quality=QUALITY)
    return small.getvalue()
