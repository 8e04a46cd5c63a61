"""The command line: what cannot be done is said in a sentence, and the demo starts, stops and survives a kill."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amicable.site import serving
from amicable.site.cli import main
from amicable.site.embedded.cluster import Cluster
from amicable.site.embedded.orphans import orphans_of
from amicable.site.embedded.postgres import erase
from servers import Holder, environment

PATIENCE = 60


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of the commands."""
    folder = tmp_path / "data"
    monkeypatch.setenv("AMICABLE_DATA", str(folder))
    yield folder
    erase(folder)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """A port on which nobody listens, named in PORT."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free: int = listener.getsockname()[1]
    monkeypatch.setenv("PORT", str(free))
    return free


class Demo:
    """A demo in a process of its own."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "amicable.site.cli", "demo", "--stop-with-parent"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment(),
        )

    def address(self) -> str:
        """Where it says that it is, as soon as it is there."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Amicable is at "):
                return line.split()[3]
        raise AssertionError("the demo did not start")

    def end(self, how: signal.Signals) -> int:
        """Send it a signal, and return its exit status."""
        self.process.send_signal(how)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own to its end."""
    return subprocess.run(
        [sys.executable, "-m", "amicable.site.cli", *command],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=PATIENCE,
    )


@pytest.fixture
def start_demo(data: Path, port: int) -> Iterator[Callable[[], Demo]]:
    """Starts demos with this data and port; none of them outlives the test."""
    demos: list[Demo] = []

    def start() -> Demo:
        demos.append(Demo())
        return demos[-1]

    yield start
    for demo in demos:
        if demo.process.poll() is None:
            demo.end(signal.SIGTERM)
    assert all_gone_soon(data, port)


def status_of(address: str) -> int:
    with urllib.request.urlopen(f"{address}/health/live", timeout=PATIENCE) as answer:
        return int(answer.status)


def all_gone_soon(data: Path, port: int) -> bool:
    """Whether neither the database nor the web server is left."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not orphans_of(Cluster(data).fingerprint).count and not serving.Address("127.0.0.1", port).answers():
            return True
        time.sleep(0.1)
    return False


def test_the_demo_serves_and_leaves_nothing_running(start_demo: Callable[[], Demo], data: Path, port: int) -> None:
    demo = start_demo()
    assert status_of(demo.address()) == 200
    assert demo.end(signal.SIGTERM) == 0
    assert all_gone_soon(data, port)


def test_a_killed_demo_takes_its_processes_along_and_starts_again(
    start_demo: Callable[[], Demo], data: Path, port: int
) -> None:
    demo = start_demo()
    demo.address()
    demo.end(signal.SIGKILL)
    assert all_gone_soon(data, port)
    again = start_demo()
    assert status_of(again.address()) == 200
    assert again.end(signal.SIGINT) == 0


@pytest.mark.usefixtures("port")
def test_a_second_demo_on_the_same_data_is_refused(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "stop_on_signals", lambda: None)
    owner = Holder(data)
    owner.said()
    assert main(["demo"]) == 1
    assert f"Another process uses the data in {data}" in capsys.readouterr().err
    owner.let_go()


@pytest.mark.parametrize("named", ["http", "0", "65536", "-1", "80.5"])
def test_a_port_that_is_none_is_refused(
    named: str, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "stop_on_signals", lambda: None)
    monkeypatch.setenv("PORT", named)
    assert main(["serve"]) == 1
    assert f"PORT is '{named}', and should be a number from 1 to 65535." in capsys.readouterr().err
    assert not data.exists()


@pytest.mark.usefixtures("data")
def test_a_taken_port_is_named_with_a_way_out(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "stop_on_signals", lambda: None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        assert main(["serve"]) == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use. Name another" in capsys.readouterr().err


def test_the_demos_data_is_forgotten_on_request(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    owner = Holder(data)
    owner.said()
    assert main(["demo-reset"]) == 1
    assert "is in use. Stop the process that runs it first." in capsys.readouterr().err
    owner.let_go()
    assert main(["demo-reset"]) == 0
    assert not Cluster(data).home.exists()


@pytest.mark.usefixtures("data")
def test_somebody_elses_database_is_not_emptied(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    assert main(["demo-reset"]) == 1
    assert "Empty that database yourself" in capsys.readouterr().err


def test_a_folder_of_another_user_is_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/theirs/postgres.lock")

    monkeypatch.setattr("amicable.site.commands.erase", refuse)
    assert main(["demo-reset"]) == 1
    assert "/srv/theirs/postgres.lock belongs to another user." in capsys.readouterr().err


def test_an_unknown_command_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["dmeo"])
    assert "demo-reset" in capsys.readouterr().err


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("command", [["serve"], ["worker"], ["books", "verify"], ["books", "export"]])
def test_a_database_without_the_tables_is_to_be_migrated_first(command: list[str]) -> None:
    done = run(command)
    assert done.returncode == 1
    assert done.stderr == "amicable: The database's tables are not up to date. Run `amicable migrate` first.\n"


@pytest.mark.usefixtures("data")
def test_the_books_of_a_new_database_balance() -> None:
    assert run(["migrate"]).returncode == 0
    done = run(["books", "verify"])
    assert done.returncode == 0
    assert done.stdout == "The books balance: 0 accounts, 0 transfers, 0 entries.\n"


def test_a_database_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql:///books?host={tmp_path}")
    done = run(["books", "verify"])
    assert done.returncode == 1
    assert "amicable: The database does not answer as it should: " in done.stderr
