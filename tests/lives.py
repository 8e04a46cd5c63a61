"""How many random lives are played: a few in the suite, LIVES times as many in `make simulate`."""

from __future__ import annotations

import os

from hypothesis import settings

LIVES = int(os.environ.get("LIVES", "1"))


def lives(count: int, steps: int = 50) -> settings:
    """Settings for so many lives, and for so many steps in each where there are steps."""
    return settings(max_examples=count * LIVES, stateful_step_count=steps)
