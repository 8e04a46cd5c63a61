"""Segments of a week as forms send them: a slot, or the first and last of a span of slots that follow each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from amicable.rules.week import SEGMENTS, bitmap, slots

_SPAN = re.compile("([0-9]{1,4})(?:-([0-9]{1,4}))?", re.ASCII)


def bits_of(spans: Iterable[str]) -> int:
    """The bitmap of the segments in the spans; one that is no span of a week has none."""
    bits = 0
    for span in spans:
        bits |= _bits(span)
    return bits


def spans_of(bits: int) -> Iterator[str]:
    """The segments of a bitmap, in as few spans as there are."""
    for _, found in groupby(enumerate(slots(bits)), key=lambda numbered: numbered[1] - numbered[0]):
        span = [slot for _, slot in found]
        yield f"{span[0]}-{span[-1]}" if len(span) > 1 else str(span[0])


def _bits(span: str) -> int:
    found = _SPAN.fullmatch(span)
    if not found:
        return 0
    first, last = int(found[1]), int(found[2] or found[1])
    return bitmap(range(first, last + 1)) if first <= last < SEGMENTS else 0
