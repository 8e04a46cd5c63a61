"""`python -m bench.diary`: logging time, a day's 144 segments at once, beside COPY into the same constraints.

Each run logs another week, so both tables grow alike. What counts is the ratio to COPY.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path

from bench.__main__ import HERE, Bench
from bench.diary_clients import BATCH

AIM = 0.5


class DiaryBench(Bench):
    """The two ways of writing segments, on one server."""

    def __init__(self, socket: Path, password_file: Path, seconds: float) -> None:
        super().__init__(socket, password_file, seconds)
        self.week = 0
        self.contenders = {"copy": lambda clients: self._write("copy", clients), "log": self._log}

    def prepare(self, contracts: int, scale: int = 0) -> None:
        """Make the market."""
        del scale
        self._django("amicable.site.settings", "migrate", "--verbosity", "0")
        self._psql("amicable", "-v", f"contracts={contracts}", "-f", str(HERE / "hours.sql"))

    def _log(self, clients: int) -> float:
        rate = self._write("log", clients)
        self.week += 1
        return rate

    def _write(self, by: str, clients: int) -> float:
        self.environment |= {"BENCH_BY": by, "BENCH_WEEK": str(self.week)}
        return BATCH * self._clients("bench.diary_clients", "amicable.site.settings", clients)


def main() -> None:
    """Measure, print the ratios and write them as JSON."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="amicable-bench-") as folder:
        os.environ.update(AMICABLE_DATA=folder, DJANGO_SETTINGS_MODULE="amicable.site.settings")
        os.environ.pop("AMICABLE_SANDBOX", None)
        os.environ["BENCH_CONTRACTS"] = str(options.contracts)
        from amicable.site.embedded.postgres import running

        with running(Path(folder)) as server:
            assert server is not None, "unset DATABASE_URL: the bench brings its own server"
            bench = DiaryBench(server.cluster.socket_folder, server.cluster.password_file, options.seconds)
            bench.prepare(options.contracts)
            rates = bench.measure(options.clients, options.rounds)
    _report(rates, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.diary", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="length of one run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--contracts", type=int, default=2_000)
    parser.add_argument("--out", type=Path, default=HERE / "results" / "diary.json")
    return parser.parse_args()


def _report(rates: dict[int, dict[str, list[float]]], options: argparse.Namespace) -> None:
    medians = {clients: {name: statistics.median(runs) for name, runs in row.items()} for clients, row in rates.items()}
    ratios = {clients: round(row["log"] / row["copy"], 3) for clients, row in medians.items()}
    print(f"\n{'clients':>7} {'copy':>9} {'log':>9}   log/copy  aim")
    for clients, row in medians.items():
        print(f"{clients:>7} {row['copy']:>7.0f}/s {row['log']:>7.0f}/s {ratios[clients]:>10.2f}  {AIM:>4}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    figures = {"seconds": options.seconds, "rounds": options.rounds, "ratios": ratios, "medians": medians, "all": rates}
    options.out.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
