"""A number of clients, each in a thread of its own, doing the same thing for a while."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

Turn = Callable[[int], None]
"""One operation, given how many the client has done before."""


@dataclass(frozen=True)
class Share:
    """Which part of the work is this process's: `clients` threads in each of `processes` processes."""

    clients: int
    process: int
    processes: int
    seconds: float

    @classmethod
    def from_arguments(cls) -> Share:
        """Read it from the command line."""
        parser = argparse.ArgumentParser()
        for name in ("clients", "process", "processes"):
            parser.add_argument(f"--{name}", type=int, required=True)
        parser.add_argument("--seconds", type=float, required=True)
        return cls(**vars(parser.parse_args()))

    @property
    def stride(self) -> int:
        """How many clients there are in all processes."""
        return self.clients * self.processes


def run(share: Share, client: Callable[[int], Turn]) -> None:
    """Run this process's clients, `client(number)` making the operation of client `number`; print how many they did.

    A parent that reads `ready` from our output and writes a line starts the clock in all processes at once.
    """
    counts = [0] * share.clients
    turns = [client(share.process * share.clients + index) for index in range(share.clients)]
    print("ready", flush=True)
    input()
    stop = time.perf_counter() + share.seconds
    failures: list[BaseException] = []

    def work(index: int) -> None:
        try:
            while time.perf_counter() < stop:
                turns[index](counts[index])
                counts[index] += 1
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work, args=(index,)) for index in range(share.clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{len(failures)} clients failed: {failures[0]!r}")
    print(sum(counts), flush=True)
