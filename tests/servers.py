"""Other processes that want the database of a data folder, for the tests of the launcher."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from amicable.site.embedded.cluster import DATABASE, USER, Cluster
from amicable.site.folder import CHECKOUT

HOLD = """
import sys
from pathlib import Path
from amicable.site.embedded.postgres import running
with running(Path(sys.argv[1])) as server:
    print(server.process.pid if server.owned else "attached", flush=True)
    sys.stdin.read()
"""


def environment() -> dict[str, str]:
    """The environment of a process that runs the site from this checkout, with its own settings."""
    site = {"PYTHONPATH": str(CHECKOUT / "src"), "DJANGO_SETTINGS_MODULE": "amicable.site.settings"}
    return {**os.environ, **site}


class Holder:
    """A process that keeps the database up until it is let go or killed."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def said(self) -> str:
        """The pid of the server that it started, or `attached`; comes when the database is up."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def let_go(self) -> None:
        """Have it leave in order."""
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        """End it without giving it a chance to tidy up."""
        self.process.kill()
        self.process.communicate(timeout=60)


def ask(data: Path, statement: str, **how: Any) -> Any:
    """The first value that the database answers, or None for a command."""
    cluster = Cluster(data)
    place = {"host": str(cluster.socket_folder), "dbname": DATABASE, "user": USER}
    login = {"passfile": str(cluster.password_file), **how}
    with psycopg.connect(**place, **login, autocommit=True) as connection:
        answer = connection.execute(statement)  # type: ignore[call-overload]
        return answer.fetchone()[0] if answer.description else None
