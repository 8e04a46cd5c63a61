"""Run a few processes together: when one ends all end, in order and with time to finish."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from amicable.site.family import bound_to_this_process

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 20.0
STEP = 0.1

T = TypeVar("T")
Children = dict[str, subprocess.Popen[bytes]]


def stop_on_signals() -> None:
    """Turn the first request to stop into KeyboardInterrupt, so that open blocks are left in order."""

    def stop(*_: object) -> None:
        # Whoever is impatient and asks again must not break off the tidying up.
        for other in STOPPING:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in STOPPING:
        signal.signal(number, stop)


@contextmanager
def started(programs: Mapping[str, Sequence[str]]) -> Iterator[Children]:
    """Run the named programs for the block, and end them with it. Enter it in the main thread."""
    children: Children = {}
    try:
        for name, program in programs.items():
            children[name] = _start(program)
        yield children
    finally:
        _end_all(list(children.values()))


def ended_child(children: Children) -> str | None:
    """The name of a child that has ended, if any has."""
    return next((name for name, child in children.items() if child.poll() is not None), None)


def wait_until(condition: Callable[[], T | None]) -> T:
    """Ask again and again, until the answer says something, and return it."""
    while not (answer := condition()):
        time.sleep(STEP)
    return answer


def _start(program: Sequence[str]) -> subprocess.Popen[bytes]:
    # In a session of their own they do not hear Ctrl-C themselves: this process tells them.
    return subprocess.Popen(program, start_new_session=True, preexec_fn=bound_to_this_process(signal.SIGTERM))


def _end_all(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
