"""The worker: performs what is due and what providers are to be asked, over and over."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog
from django.db import close_old_connections

log = structlog.get_logger(__name__)

Duty = Callable[[], int]
"""Does what waits to be done and says how much it was."""

HOUR = 3600.0
CARDS_AT_ONCE = 4
"""A provider takes its time to answer. So many are asked by each thread."""
THREADS = 2
"""One decides while the database is busy with what the other has decided; Python runs one at a time."""
PAUSE = 0.2
PAUSE_AFTER_FAILURE = 5.0


def duties() -> Sequence[Duty]:
    """What the worker does in each round."""
    from amicable.books.balances import checkpoint
    from amicable.contracts.billing import close_weeks
    from amicable.contracts.clock import now
    from amicable.contracts.reminding import remind
    from amicable.contracts.worker import perform_due
    from amicable.payments.jobs import run_pending
    from amicable.talk.mail import send_pending
    from amicable.talk.notices import deliver_pending

    return (
        lambda: run_pending(threads=THREADS, cards_at_once=CARDS_AT_ONCE),
        lambda: close_weeks(now(), threads=THREADS),
        lambda: perform_due(now()),
        lambda: remind(now()),
        deliver_pending,
        send_pending,
        now_and_then(checkpoint, HOUR),
    )


def now_and_then(duty: Duty, seconds: float) -> Duty:
    """The duty, done once in so many seconds at the most; it never calls for another round."""
    last = -seconds

    def do() -> int:
        nonlocal last
        if time.monotonic() - last >= seconds:
            duty()
            last = time.monotonic()
        return 0

    return do


def work(duties: Sequence[Duty], stop: threading.Event) -> None:
    """Do the duties until told to stop, resting when nothing is left to do. A failed duty is tried again later."""
    while not stop.is_set():
        pauses = [_fulfil(duty) for duty in duties]
        stop.wait(max(pauses) if all(pauses) else 0)


def _fulfil(duty: Duty) -> float:
    """Seconds after which the duty wants to be asked again."""
    try:
        return 0.0 if duty() else PAUSE
    except Exception:
        log.exception("duty_failed", duty=repr(duty))
        return PAUSE_AFTER_FAILURE
    finally:
        close_old_connections()
