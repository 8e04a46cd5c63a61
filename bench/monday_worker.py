"""A worker that closes Monday's weeks, until none is left."""

from __future__ import annotations

import resource

import django

from bench.monday_market import AT


def main() -> None:
    """Wait for the word, then run."""
    django.setup()
    from django.db import connection

    from amicable.contracts.billing import close_weeks
    from amicable.site.worker import THREADS

    connection.ensure_connection()
    print("ready", flush=True)
    input()
    performed = close_weeks(AT, threads=THREADS)
    print(f"{performed} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", flush=True)


if __name__ == "__main__":
    main()
