"""`make bench`: `approve` through the whole service layer, beside pgbench and django-hordak on the same server.

Rounds are interleaved, so that whatever else the machine does falls on all contenders alike, and each figure is the
median of its rounds. What counts is the ratio to pgbench's TPC-B-like transaction, T.
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
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
AIM = {1: 1.0, 4: 0.6, 16: 0.4}
PROCESSES = 2
"""Two processes with a few threads each use two cores best; sixteen processes would only take turns."""

Contender = Callable[[int], float]
"""Runs a number of clients and returns operations per second."""


def main() -> None:
    """Measure, print the ratios and write them as JSON."""
    options = _options()
    with tempfile.TemporaryDirectory(prefix="amicable-bench-") as folder:
        os.environ.update(AMICABLE_DATA=folder, DJANGO_SETTINGS_MODULE="amicable.site.settings")
        os.environ.pop("AMICABLE_SANDBOX", None)
        os.environ.setdefault("BENCH_CONTRACTS", str(options.contracts))
        from amicable.site.embedded.postgres import running

        with running(Path(folder)) as server:
            assert server is not None, "unset DATABASE_URL: the bench brings its own server"
            bench = Bench(server.cluster.socket_folder, server.cluster.password_file, options.seconds)
            bench.prepare(options.contracts, options.scale)
            rates = bench.measure(options.clients, options.rounds)
            bench.check_books()
    _report(rates, options)


class Bench:
    """The contenders on one server."""

    def __init__(self, socket: Path, password_file: Path, seconds: float) -> None:
        from amicable.site.embedded.programs import find_programs

        self.bin = find_programs().bin
        self.seconds = seconds
        self.environment = {
            **os.environ,
            "PGHOST": str(socket),
            "PGUSER": "amicable",
            "PGPASSFILE": str(password_file),
            "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE.parent / "src")]),
        }
        self.contenders: dict[str, Contender] = {
            "pgbench": self._pgbench,
            "approve": lambda clients: self._clients("bench.approve", "amicable.site.settings", clients),
            "hordak": lambda clients: self._clients("bench.hordak_transfer", "bench.hordak_settings", clients),
        }

    def prepare(self, contracts: int, scale: int) -> None:
        """Fill the three databases."""
        self._django("amicable.site.settings", "migrate", "--verbosity", "0")
        self._psql("amicable", "-v", f"contracts={contracts}", "-f", str(HERE / "market.sql"))
        for database in ("tpcb", "hordak"):
            self._run(self.bin / "createdb", database)
        self._run(self.bin / "pgbench", "--initialize", "--quiet", "--scale", str(scale), "tpcb")
        self._django("bench.hordak_settings", "migrate", "--verbosity", "0")
        self._run(
            sys.executable,
            "-c",
            "import django; django.setup(); from bench.hordak_transfer import prepare; prepare()",
            DJANGO_SETTINGS_MODULE="bench.hordak_settings",
        )

    def measure(self, levels: list[int], rounds: int) -> dict[int, dict[str, list[float]]]:
        """Operations per second of each contender, by number of clients, a figure a round."""
        rates: dict[int, dict[str, list[float]]] = {}
        for clients in levels:
            rates[clients] = {name: [] for name in self.contenders}
            for _ in range(rounds):
                for name, contender in self.contenders.items():
                    rates[clients][name].append(contender(clients))
                    print(f"{clients:>3} clients  {name:<8} {rates[clients][name][-1]:>8.0f}/s", flush=True)
        return rates

    def check_books(self) -> None:
        """After all that the books must hold."""
        self._run(sys.executable, "-m", "amicable.site.cli", "books", "verify")

    def _pgbench(self, clients: int) -> float:
        threads = str(min(clients, PROCESSES))
        said = self._run(
            self.bin / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", threads,
            "-T", str(max(1, round(self.seconds))), "tpcb",
        )  # fmt: skip
        found = re.search(r"tps = ([0-9.]+)", said)
        assert found, said
        return float(found[1])

    def _clients(self, module: str, settings: str, clients: int) -> float:
        processes = min(clients, PROCESSES)
        environment = {**self.environment, "DJANGO_SETTINGS_MODULE": settings}
        running = [
            subprocess.Popen(
                [
                    sys.executable, "-m", module, "--clients", str(clients // processes), "--process", str(number),
                    "--processes", str(processes), "--seconds", str(self.seconds),
                ],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(processes)
        ]  # fmt: skip
        for process in running:
            assert process.stdout is not None
            if process.stdout.readline().strip() != "ready":
                raise SystemExit(f"{module} did not get ready")
        for process in running:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        done = [process.communicate()[0] for process in running]
        if any(process.returncode for process in running):
            raise SystemExit(f"{module} failed")
        return sum(int(count) for count in done) / self.seconds

    def _django(self, settings: str, *arguments: str) -> None:
        self._run(sys.executable, "-m", "django", *arguments, DJANGO_SETTINGS_MODULE=settings)

    def _psql(self, *arguments: str) -> None:
        self._run(self.bin / "psql", "-q", "-v", "ON_ERROR_STOP=1", *arguments)

    def _run(self, *command: str | Path, **environment: str) -> str:
        result = subprocess.run(
            list(map(str, command)), env={**self.environment, **environment}, capture_output=True, text=True
        )
        if result.returncode:
            raise SystemExit(f"{' '.join(map(str, command[:3]))} failed:\n{result.stdout}{result.stderr}")
        return result.stdout


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="length of one run")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 4, 16])
    parser.add_argument("--contracts", type=int, default=20_000)
    parser.add_argument("--scale", type=int, default=50, help="pgbench's scale")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "approve.json")
    return parser.parse_args()


def _report(rates: dict[int, dict[str, list[float]]], options: argparse.Namespace) -> None:
    medians = {clients: {name: statistics.median(runs) for name, runs in row.items()} for clients, row in rates.items()}
    print(f"\n{'clients':>7} {'T':>8} {'approve':>8} {'hordak':>8}   approve/T  aim   approve/hordak")
    ratios = {}
    for clients, row in medians.items():
        to_pgbench, to_hordak = row["approve"] / row["pgbench"], row["approve"] / row["hordak"]
        ratios[clients] = {"approve/pgbench": round(to_pgbench, 3), "approve/hordak": round(to_hordak, 3)}
        aim = AIM.get(clients, "")
        print(
            f"{clients:>7} {row['pgbench']:>8.0f} {row['approve']:>8.0f} {row['hordak']:>8.0f} "
            f"{to_pgbench:>10.2f}  {aim:>4}  {to_hordak:>14.2f}"
        )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    figures = {"seconds": options.seconds, "rounds": options.rounds, "ratios": ratios, "medians": medians, "all": rates}
    options.out.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
