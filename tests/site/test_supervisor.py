"""Processes that run together end together."""

from __future__ import annotations

import signal
import sys
import time

from amicable.site.supervisor import ended_child, started, wait_until

FOR_LONG = [sys.executable, "-c", "import time; time.sleep(600)"]
TIDY = [
    sys.executable,
    "-c",
    "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); signal.pause()",
]


def test_the_one_that_ended_by_itself_is_named() -> None:
    with started({"short": [sys.executable, "-c", ""], "long": FOR_LONG}) as children:
        assert wait_until(lambda: ended_child(children)) == "short"


def test_all_are_ended_with_the_block_and_may_tidy_up() -> None:
    with started({"tidy": TIDY, "long": FOR_LONG}) as children:
        time.sleep(0.5)
    assert children["tidy"].returncode == 7
    assert children["long"].returncode == -signal.SIGTERM
