"""Text in tables that people open with a spreadsheet."""

from __future__ import annotations

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def as_text(words: str) -> str:
    """Words that somebody chose, with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{words}" if words.startswith(_FORMULAS) else words
