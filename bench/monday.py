"""`make bench-monday`: a Monday's run over many hourly contracts, beside pure set-based SQL that writes the same rows.

A Monday has two parts: the weeks are closed and cards asked; then the cards have paid, and the money is in the books.
The provider answers at once, so that what is measured is ours. Each run is on a fresh copy of one database. The SQL is
one transaction a part over ordinary foreign keys, and moves balances by sets itself; the run goes in chunks through the
rules that people are shown, over the ledger's guards. What counts is the ratio, and that a contract costs no more among
many.
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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.__main__ import HERE, Bench
from bench.monday_market import AT

CONTENDERS = ("sql", "one worker", "two workers")
AIM = {"one worker": 1.1, "two workers": 1.1}
PARTS = ("closed", "paid")


@dataclass(frozen=True)
class Took:
    """One run: seconds for each of PARTS."""

    parts: tuple[float, ...]
    megabytes: int = 0
    """The most memory that one process had."""

    @property
    def seconds(self) -> float:
        """For all of it."""
        return sum(self.parts)


class MondayBench(Bench):
    """The contenders, each on a copy of the market."""

    def __init__(self, socket: Path, password_file: Path) -> None:
        super().__init__(socket, password_file, seconds=0)
        ways = (self._sql, lambda: self._workers(1), lambda: self._workers(2))
        self.runs: dict[str, Callable[[], Took]] = dict(zip(CONTENDERS, ways, strict=True))

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
        self._psql("amicable", "-f", str(HERE / "monday_keys.sql"))
        return Took(tuple(self._timed(HERE / f"monday_{part}.sql") for part in PARTS))

    def _timed(self, script: Path) -> float:
        begin = time.perf_counter()
        self._psql("amicable", "-v", f"at={AT.isoformat()}", "-f", str(script))
        return time.perf_counter() - begin

    def _workers(self, count: int) -> Took:
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": "amicable.site.settings"}
        workers = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.monday_worker"],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for _ in range(count)
        ]  # fmt: skip
        _said(workers, "ready")
        parts = tuple(_part(workers, part) for part in PARTS)
        said = [worker.communicate()[0] for worker in workers]
        if any(worker.returncode for worker in workers):
            raise SystemExit("a worker failed")
        return Took(parts, max(int(re.findall(r"(\d+) MB", text)[-1]) for text in said))


def _said(workers: Sequence[subprocess.Popen[str]], word: str) -> None:
    for worker in workers:
        assert worker.stdout is not None
        if worker.stdout.readline().strip() != word:
            raise SystemExit(f"a worker did not say {word}")


def _part(workers: Sequence[subprocess.Popen[str]], part: str) -> float:
    """Seconds until all workers have done a part."""
    begin = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(f"{part}\n")
        worker.stdin.flush()
    _said(workers, part)
    return time.perf_counter() - begin


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
                figures[contracts] = _measure(bench, contracts, options.rounds, options.contenders)
    _report(figures, options.out)


def _measure(bench: MondayBench, contracts: int, rounds: int, contenders: Sequence[str]) -> dict[str, list[Took]]:
    took: dict[str, list[Took]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name in contenders:
            one = bench.run(name)
            took[name].append(one)
            rates = "  ".join(f"{part} {contracts / took:>7.0f}/s" for part, took in zip(PARTS, one.parts, strict=True))
            print(f"{contracts:>9} contracts  {name:<12} {rates}  {one.megabytes or '':>5}", flush=True)
    return took


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.monday", description=__doc__)
    parser.add_argument("--contracts", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--contenders", choices=CONTENDERS, nargs="+", default=CONTENDERS)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "monday.json")
    return parser.parse_args()


def _median(runs: Sequence[Took], part: str) -> float:
    """Seconds for a part, or for all."""
    return statistics.median(one.seconds if part == "all" else one.parts[PARTS.index(part)] for one in runs)


def _report(figures: dict[int, dict[str, list[Took]]], out: Path) -> None:
    print(f"\n{'contracts':>9}  {'':<12} {'part':<8} {'per second':>10} {'to sql':>7} {'aim':>5} {'MB':>5}")
    told: dict[int, dict[str, dict[str, float]]] = {}
    for contracts, took in figures.items():
        told[contracts] = {}
        for part in (*PARTS, "all"):
            seconds = {name: _median(runs, part) for name, runs in took.items()}
            told[contracts][part] = {name: round(seconds["sql"] / median, 3) for name, median in seconds.items()}
            for name, median in seconds.items():
                aim = AIM.get(name, "") if part == "all" else ""
                megabytes = max(one.megabytes for one in took[name])
                print(
                    f"{contracts:>9}  {name:<12} {part:<8} {contracts / median:>10.0f} "
                    f"{seconds['sql'] / median:>7.2f} {aim:>5} {megabytes or '':>5}"
                )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"ratios": told}, indent=2) + "\n")
    print(f"\nwritten to {out}")


if __name__ == "__main__":
    main()
