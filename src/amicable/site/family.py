"""Processes that end with the one that started them, even when it is killed."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(notice: signal.Signals) -> None:
    """Have the kernel send `notice` to this process when its parent's thread ends. Nothing outside Linux."""
    if _libc is not None:
        _libc.prctl(_SET_PARENT_DEATH_SIGNAL, int(notice))


def bound_to_this_process(notice: signal.Signals) -> Callable[[], None]:
    """A `preexec_fn` for a child that gets `notice` when this process ends. Start it in the main thread."""
    parent = os.getpid()

    def bind() -> None:
        end_with_parent(notice)
        if os.getppid() != parent:
            os._exit(1)

    return bind
