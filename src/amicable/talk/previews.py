"""What a client sees of work that is not paid for yet: enough to tell what it is, not enough to do without it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

TEXT = "text/plain; charset=utf-8"
TEXT_MOST = 1_000
"""Characters of a text that are shown at the most; never more than a quarter of it."""

_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True, slots=True)
class Made:
    """A preview."""

    media_type: str
    data: bytes


def preview_of(start: bytes, size: int) -> Made | None:
    """The preview of a file of `size` bytes that begins with `start`; None where there is only its name to show."""
    return _of_text(start, size)


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
