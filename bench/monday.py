"""`make bench-monday`: a Monday's run over many hourly contracts, beside pure set-based SQL that writes the same rows.

Each run is on a fresh copy of one database. The SQL is one transaction over ordinary foreign keys; the run goes in
chunks through the rules that people are shown. What counts is the ratio, and that a contract costs no more among many.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.__main__ import HERE, Bench
from bench.monday_market import AT

AIM = {"one worker": 1.1, "two workers": 1.1}


@dataclass(frozen=True)
class Took:
    """One run."""

    seconds: float
    megabytes: int = 0
    """The most memory that one process had."""


class MondayBench(Bench):
    """The contenders, each on a copy of the market."""

    def __init__(self, socket: Path, password_file: Path) -> None:
        super().__init__(socket, password_file, seconds=0)
        self.runs: dict[str, Callable[[], Took]] = {
            "sql": self._sql,
            "one worker": lambda: self._workers(1),
            "two workers": lambda: self._workers(2),
        }

    def make_market(self, contracts: int) -> None:
        """A database with that many contracts, to be copied."""
        self._fresh("amicable", None)
        self._django("amicable.site.settings", "migrate", "--verbosity", "0")
        self._run(sys.executable, "-m", "bench.monday_market", str(contracts))
        self._fresh("market", "amicable")

    def run(self, name: str) -> Took:
        """One run of a contender on a fresh copy."""
        self._fresh("amicable", "market")
        took = self.runs[name]()
        self._run(sys.executable, "-m", "bench.monday_market", "check")
        return took

    def _fresh(self, name: str, template: str | None) -> None:
        self._psql("postgres", "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        copy = f" TEMPLATE {template}" if template else ""
        self._psql("postgres", "-c", f"CREATE DATABASE {name}{copy}")
        self._psql(name, "-c", "CHECKPOINT")

    def _sql(self) -> Took:
        begin = time.perf_counter()
        self._psql("amicable", "-v", f"at={AT.isoformat()}", "-f", str(HERE / "monday.sql"))
        return Took(time.perf_counter() - begin)

    def _workers(self, count: int) -> Took:
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "amicable.site.settings"}
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.monday_worker"],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(count)
        ]  # fmt: skip
        for worker in workers:
            assert worker.stdout is not None
            if worker.stdout.readline().strip() != "ready":
                raise SystemExit("a worker did not get ready")
        begin = time.perf_counter()
        for worker in workers:
            assert worker.stdin is not None
            worker.stdin.write("go\n")
            worker.stdin.flush()
        said = [worker.communicate()[0] for worker in workers]
        seconds = time.perf_counter() - begin
        if any(worker.returncode for worker in workers):
            raise SystemExit("a worker failed")
        return Took(seconds, max(int(re.findall(r"(\d+) MB", text)[-1]) for text in said))


def main() -> None:
    """Measure, print the ratios and write them as JSON."""
    options = _options()
    figures = {}
    with tempfile.TemporaryDirectory(prefix="amicable-bench-") as folder:
        os.environ.update(AMICABLE_DATA=folder, DJANGO_SETTINGS_MODULE="amicable.site.settings")
        os.environ.pop("AMICABLE_SANDBOX", None)
        from amicable.site.embedded.postgres import running

        with running(Path(folder)) as server:
            assert server is not None, "unset DATABASE_URL: the bench brings its own server"
            bench = MondayBench(server.cluster.socket_folder, server.cluster.password_file)
            for contracts in options.contracts:
                bench.make_market(contracts)
                figures[contracts] = _measure(bench, contracts, options.rounds)
    _report(figures, options.out)


def _measure(bench: MondayBench, contracts: int, rounds: int) -> dict[str, list[Took]]:
    took: dict[str, list[Took]] = {name: [] for name in bench.runs}
    for _ in range(rounds):
        for name in bench.runs:
            one = bench.run(name)
            took[name].append(one)
            rate = contracts / one.seconds
            print(f"{contracts:>9} contracts  {name:<12} {rate:>8.0f}/s  {one.megabytes or '':>5}", flush=True)
    return took


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.monday", description=__doc__)
    parser.add_argument("--contracts", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "monday.json")
    return parser.parse_args()


def _report(figures: dict[int, dict[str, list[Took]]], out: Path) -> None:
    print(f"\n{'contracts':>9}  {'':<12} {'per second':>10} {'to sql':>7} {'aim':>5} {'MB':>5}")
    told = {}
    for contracts, took in figures.items():
        seconds = {name: statistics.median(one.seconds for one in runs) for name, runs in took.items()}
        for name, median in seconds.items():
            ratio, megabytes = seconds["sql"] / median, max(one.megabytes for one in took[name])
            print(
                f"{contracts:>9}  {name:<12} {contracts / median:>10.0f} {ratio:>7.2f} {AIM.get(name, ''):>5} "
                f"{megabytes or '':>5}"
            )
        told[contracts] = {name: round(seconds["sql"] / median, 3) for name, median in seconds.items()}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"ratios": told}, indent=2) + "\n")
    print(f"\nwritten to {out}")


if __name__ == "__main__":
    main()
