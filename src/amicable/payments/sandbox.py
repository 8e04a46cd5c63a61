"""Time in the sandbox: moved forward, with everything that is due on the way, in order."""

from __future__ import annotations

import time
from datetime import datetime

from amicable.contracts import billing, clock, outbox, reminding, worker
from amicable.contracts.clock import ClockRunsForwardError
from amicable.payments import jobs, sandbox_bank

PATIENCE_SECONDS = 10.0
LOOK_AGAIN_SECONDS = 0.02


def advance(to: datetime) -> int:
    """Move the clock to `to` (UTC), stopping wherever something is due, and wait for the provider's jobs.

    Returns how many actions happened by themselves. Raises ClockRunsForwardError when `to` is in the past.
    """
    if to < clock.now():
        raise ClockRunsForwardError("The clock runs forward only.")
    settle()
    performed, reached = 0, None
    while (reached := _next(after=reached)) and reached <= to:
        # Before the clock moves: to a worker beside us nothing is due yet, so none is still at it when we answer.
        while (done := billing.close_weeks(reached) + worker.perform_due(reached)) or _is_unfinished(reached):
            performed += done
            clock.move_at_least(reached)
            settle()
        reminding.remind(reached)
        clock.move_at_least(reached)
    clock.move_at_least(to)
    settle()
    return performed


def _next(after: datetime | None) -> datetime | None:
    """When the next thing happens by itself, somebody is reminded that it will, or a bank does something."""
    moments = (worker.next_due(after), reminding.next_reminded(after), sandbox_bank.next_report(after))
    return min((moment for moment in moments if moment), default=None)


def _is_unfinished(at: datetime) -> bool:
    """Whether more comes by then although there was nothing to do: from a bank, or when somebody else, who is at a
    contract of which something is due, is done with it."""
    if _is_reported(at):
        return True
    if not worker.is_held(at):
        return False
    time.sleep(LOOK_AGAIN_SECONDS)
    return True


def _is_reported(at: datetime) -> bool:
    """Whether a bank does something by then; providers are asked for it when the clock stands there."""
    reported = sandbox_bank.next_report()
    return reported is not None and clock.now() < at and reported <= at


def settle() -> None:
    """Do what waits for the provider, and wait for what others are doing of it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    jobs.run_pending()
    while outbox.pending(jobs.TOPICS) and time.monotonic() < give_up:
        time.sleep(LOOK_AGAIN_SECONDS)
        jobs.run_pending()
