"""Times as the clock on a reader's wall shows them."""

from __future__ import annotations

from datetime import datetime


def wall_time(local: datetime) -> str:
    """`local`, which knows its zone, as `02:10`; in an hour that comes twice, as `02:10 CEST`, so that the two can be
    told apart."""
    return f"{local:%H:%M %Z}" if comes_twice(local) else f"{local:%H:%M}"


def comes_twice(local: datetime) -> bool:
    """Whether the clock shows that time twice on that day, because it is put back."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
