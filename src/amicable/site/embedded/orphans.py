"""Find server processes that an owner who was killed has left behind."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Orphans:
    """Processes of one cluster that are still there: the postmaster, if it lives, and how many there are."""

    postmaster: int | None
    count: int


def orphans_of(cluster_name: str) -> Orphans:
    """The processes of the cluster named `cluster_name`, which their command lines show."""
    postmaster, count = None, 0
    for pid, command in _commands():
        if f"cluster_name={cluster_name}" in command and "postgres" in command.split()[0]:
            postmaster, count = pid, count + 1
        elif command.startswith(f"postgres: {cluster_name}:"):
            count += 1
    return Orphans(postmaster, count)


def _commands() -> Iterator[tuple[int, str]]:
    return _commands_of_linux() if PROC.joinpath("self").exists() else _commands_of_ps()


def _commands_of_linux() -> Iterator[tuple[int, str]]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue  # it ended while we looked
            yield int(entry.name), command.replace(b"\0", b" ").decode(errors="replace")


def _commands_of_ps() -> Iterator[tuple[int, str]]:
    shown = subprocess.run(["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    for line in shown.stdout.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command.strip()
