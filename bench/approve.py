"""Clients who approve: each goes round its own share of the contracts and releases a part of each in turn."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

import django

from bench.clients import Share, Turn, run

AMOUNT = "10.00"
CONTRACTS = int(os.environ.get("BENCH_CONTRACTS", "20000"))


def main() -> None:
    """Run the clients of one process."""
    django.setup()
    share = Share.from_arguments()
    run(share, lambda number: _client(number, share.stride))


def _client(number: int, stride: int) -> Turn:
    from amicable.contracts.perform import Command, Done, perform

    own = range(number + 1, CONTRACTS + 1, stride)

    def approve(done: int) -> None:
        n = own[done % len(own)]
        command = Command(
            contract=f"00000000-0000-7000-9000-{n:012x}",
            action="approve",
            params={"milestone": f"00000000-0000-7000-a000-{n:012x}", "amount": AMOUNT},
            actor=f"00000000-0000-7000-8000-{1 + n % 1000:012x}",
            key=f"{number}-{time.time_ns()}",
        )
        result = perform(command, datetime.now(UTC))
        if not isinstance(result, Done):
            raise RuntimeError(f"approve came to {result}")

    return approve


if __name__ == "__main__":
    main()
