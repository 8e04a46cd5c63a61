"""Words broken into lines that fit, in one pass: the PDF library measures a line anew for each of its letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

SHAPED = re.compile("[\u0300-\u036f\u0590-\u08ff\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufb1d-\ufdff\ufe70-\ufeff]")
"""Letters that are written otherwise among others, or from right to left: their lines are not broken here."""


def lines(words: str, room: float, widths: Mapping[int, float]) -> Iterator[str]:
    """The lines of `words`, each at most `room` wide; `widths` are those of letters by their code, in the same unit.

    A word that is longer than a line is cut.
    """
    for paragraph in words.split("\n"):
        yield from _wrapped(paragraph, room, widths)


def _wrapped(paragraph: str, room: float, widths: Mapping[int, float]) -> Iterator[str]:
    line: list[str] = []
    used, space = 0.0, widths[ord(" ")]
    for word in paragraph.split(" "):
        wide = sum(widths[ord(letter)] for letter in word)
        if line and used + space + wide > room:
            yield " ".join(line)
            line, used = [], 0.0
        if wide > room:
            *whole, word = _cut(word, room, widths)
            yield from whole
            wide = sum(widths[ord(letter)] for letter in word)
        used += wide + (space if line else 0.0)
        line.append(word)
    yield " ".join(line)


def _cut(word: str, room: float, widths: Mapping[int, float]) -> Iterator[str]:
    start, used = 0, 0.0
    for place, letter in enumerate(word):
        wide = widths[ord(letter)]
        if used + wide > room and place > start:
            yield word[start:place]
            start, used = place, 0.0
        used += wide
    yield word[start:]
