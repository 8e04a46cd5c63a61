"""The commands that stay: the demo, and the web server by itself."""

from __future__ import annotations

import os
import signal
import socket
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from amicable.site.commands import django_ready, expect_tables
from amicable.site.embedded.postgres import Server, running
from amicable.site.family import end_with_parent
from amicable.site.folder import data_folder
from amicable.site.problems import ProblemError
from amicable.site.supervisor import ended_child, started, stop_on_signals, wait_until


@dataclass(frozen=True)
class Address:
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def from_environment(cls) -> Address:
        """HOST and PORT; ProblemError when nothing can listen there."""
        named = os.environ.get("PORT") or "8000"
        if not named.isdecimal() or not 0 < int(named) < 65536:
            raise ProblemError(f"PORT is {named!r}, and should be a number from 1 to 65535.")
        address = cls(os.environ.get("HOST") or "127.0.0.1", int(named))
        address.try_out()
        return address

    @property
    def url(self) -> str:
        """What to type into a browser."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def try_out(self) -> None:
        """Take the port for a moment, because the web server would share a taken one in silence."""
        try:
            family = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)[0][0]
            with socket.socket(family) as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                listener.bind((self.host, self.port))
        except OSError as refused:
            raise ProblemError(
                f"The server cannot listen on {self.host}:{self.port}: {refused.strerror}. Name another HOST or PORT, "
                "such as PORT=8001."
            ) from refused

    def answers(self) -> bool:
        """Whether somebody listens there."""
        try:
            socket.create_connection((self.host, self.port), timeout=1).close()
        except OSError:
            return False
        return True


def demo(arguments: Namespace) -> int:
    """Set up the small marketplace if there is none yet, and serve it until told to stop."""
    if arguments.stop_with_parent:
        end_with_parent(signal.SIGTERM)
    stop_on_signals()
    os.environ["AMICABLE_SANDBOX"] = "1"
    address = Address.from_environment()
    os.environ.setdefault("AMICABLE_URL", address.url)
    with running(data_folder()) as server:
        if server and not server.owned:
            raise ProblemError(
                f"Another process uses the data in {data_folder()}. Stop it, or name another folder in AMICABLE_DATA."
            )
        print(f"Setting up the data in {data_folder()} ...", flush=True)
        people = _migrate_and_seed()
        return _keep_up({"web server": _web_server(address), "worker": _worker()}, server, address, people)


def serve(_: Namespace) -> int:
    """Serve the web app and the API until told to stop."""
    stop_on_signals()
    address = Address.from_environment()
    with running(data_folder()) as server:
        with django_ready():
            expect_tables()
        return _keep_up({"web server": _web_server(address)}, server, address)


def _migrate_and_seed() -> str:
    """Make the demo's data where there is none, and return who can sign in."""
    from django.core.management import call_command

    with django_ready():
        from amicable.site.demo import introduction, seed

        call_command("migrate", verbosity=0)
        seed()
        return introduction()


def _keep_up(programs: Mapping[str, Sequence[str]], server: Server | None, address: Address, greeting: str = "") -> int:
    """Run the programs until somebody stops them, or one of them or the database stops by itself."""
    with started(programs) as children:

        def ended() -> str | None:
            return "database" if server and server.ended else ended_child(children)

        try:
            wait_until(lambda: ended() or address.answers())
            if not ended():
                print(f"{greeting}Amicable is at {address.url} until you press Ctrl-C.", flush=True)
            name = wait_until(ended)
        except KeyboardInterrupt:
            return 0
        raise ProblemError(f"The {name} stopped by itself, so everything else was stopped too.")


def _web_server(address: Address) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", address.host, "--port", str(address.port)),
        *("--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "--workers-kill-timeout", "10"),
        *("--log-level", "warning", "amicable.site.web_process:application"),
    ]


def _worker() -> list[str]:
    return [sys.executable, "-m", "amicable.site.cli", "worker"]
