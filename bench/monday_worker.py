"""A worker's Monday, part by part as it is told: closes weeks, then asks the cards and tells what they said."""

from __future__ import annotations

import resource
import sys
from collections.abc import Sequence
from datetime import datetime

import django

from bench.monday_market import AT


class AtOnce:
    """A provider whose every card pays, without a moment's thought."""

    def charge(self, **_: object) -> object:
        """Yes."""
        from amicable.payments.provider import Succeeded

        return Succeeded()

    def reports(self, at: datetime) -> Sequence[object]:
        """No bank has anything to say."""
        del at
        return ()


def main() -> None:
    """Do the parts that are named, a line each, until there are no more."""
    django.setup()
    from django.db import connection

    from amicable.contracts import clock
    from amicable.contracts.billing import close_weeks
    from amicable.payments.jobs import run_pending
    from amicable.payments.providers import PROVIDERS
    from amicable.site.worker import THREADS

    PROVIDERS["sandbox"] = AtOnce()  # type: ignore[assignment] # asked for nothing but charges
    clock.now = lambda: AT
    parts = {"closed": lambda: close_weeks(AT, threads=THREADS), "paid": lambda: run_pending(threads=THREADS)}
    connection.ensure_connection()
    print("ready", flush=True)
    for line in sys.stdin:
        parts[line.strip()]()
        print(line.strip(), flush=True)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", flush=True)


if __name__ == "__main__":
    main()
