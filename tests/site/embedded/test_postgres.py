"""The embedded PostgreSQL comes up for whoever needs it, survives what kills it, and refuses in sentences."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from amicable.site.embedded import programs
from amicable.site.embedded.cluster import LONGEST_SOCKET_PATH, SOCKET, Cluster
from amicable.site.embedded.postgres import erase, running
from amicable.site.embedded.service_user import ServiceUser
from amicable.site.problems import ProblemError
from servers import Holder, ask


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder; what its server keeps elsewhere goes with it."""
    folder = tmp_path / "data"
    yield folder
    erase(folder)


@pytest.fixture
def written(data: Path) -> Path:
    """A data folder with a row in its database, whose server has been stopped."""
    with running(data, durable=False):
        ask(data, "CREATE TABLE kept (word text)")
        ask(data, "INSERT INTO kept VALUES ('kept')")
    return data


def kept(data: Path) -> object:
    return ask(data, "SELECT word FROM kept")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def gone_soon(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


def test_what_was_committed_is_there_at_the_next_start(written: Path) -> None:
    with running(written, durable=False):
        assert kept(written) == "kept"


def test_what_was_committed_survives_a_kill_of_the_owner_and_the_server_together(written: Path) -> None:
    owner = Holder(written)
    server = int(owner.said())
    ask(written, "INSERT INTO kept VALUES ('in the last moment')")
    os.kill(server, signal.SIGKILL)
    owner.kill()
    with running(written, durable=False):
        assert ask(written, "SELECT count(*) FROM kept") == 2


def test_a_server_ends_with_its_owner_even_when_that_one_is_killed(written: Path) -> None:
    owner = Holder(written)
    server = int(owner.said())
    owner.kill()
    assert gone_soon(server)


def test_a_new_owner_starts_at_once_after_the_old_one_was_killed(written: Path) -> None:
    owner = Holder(written)
    server = int(owner.said())
    owner.kill()
    with running(written, durable=False) as successor:
        assert successor is not None
        assert successor.process is not None
        assert successor.process.pid != server
        assert kept(written) == "kept"


def test_of_several_that_come_at_once_one_starts_the_server_and_the_others_attach(data: Path) -> None:
    holders = [Holder(data) for _ in range(3)]
    said = [holder.said() for holder in holders]
    assert said.count("attached") == 2
    for holder in holders:
        holder.let_go()


def test_a_process_that_attached_leaves_the_server_running(data: Path) -> None:
    owner = Holder(data)
    server = int(owner.said())
    with running(data) as attached:
        assert attached is not None
        assert not attached.owned
    assert is_running(server)
    assert ask(data, "SELECT 1") == 1
    owner.let_go()
    assert not is_running(server)


def test_a_pid_file_that_names_a_stranger_does_not_keep_the_server_down(written: Path) -> None:
    owner = Holder(written)
    server = int(owner.said())
    pid_file = Cluster(written).files / "postmaster.pid"
    left_behind = pid_file.read_text()
    os.kill(server, signal.SIGKILL)
    owner.kill()
    stranger = subprocess.Popen(["sleep", "60"], **ServiceUser.for_files_in(Cluster(written).home).process_options())
    try:
        pid_file.write_text(left_behind.replace(str(server), str(stranger.pid), 1))
        with running(written, durable=False):
            assert kept(written) == "kept"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_first_start_that_was_broken_off_is_begun_again(data: Path) -> None:
    half_made = Cluster(data).home / "data.new"
    with running(data, durable=False):
        pass
    Cluster(data).files.rename(half_made)
    (half_made / "PG_VERSION").unlink()
    with running(data, durable=False):
        assert ask(data, "SELECT 1") == 1
    assert not half_made.exists()


def test_data_of_another_version_is_refused_and_left_as_it_is(written: Path) -> None:
    version = Cluster(written).files / "PG_VERSION"
    version.write_text("12\n")
    with pytest.raises(ProblemError, match=r"was written by PostgreSQL 12; this is PostgreSQL \d+"), running(written):
        pass
    assert version.read_text() == "12\n"


def test_the_server_never_runs_as_root_and_owns_its_files(data: Path) -> None:
    with running(data, durable=False) as server:
        assert server is not None
        assert server.process is not None
        user = os.stat(f"/proc/{server.process.pid}").st_uid
        assert user == server.cluster.files.stat().st_uid
        assert user != 0


def test_a_folder_that_only_its_owner_may_enter_will_do(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with running(closed / "data", durable=False):
        assert ask(closed / "data", "SELECT 1") == 1
    erase(closed / "data")
    assert not Cluster(closed / "data").home.is_symlink()


def test_programs_that_the_servers_user_may_not_reach_are_copied(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out_of_reach = programs.find_programs().bin
    may_enter = ServiceUser.may_enter
    monkeypatch.setattr(
        ServiceUser, "may_enter", lambda user, folder: folder != out_of_reach and may_enter(user, folder)
    )
    with running(data, durable=False) as server:
        assert server is not None
        assert server.process is not None
        assert Path(str(server.process.args[0])).is_relative_to(Cluster(data).home.resolve())  # type: ignore[index]


def test_a_long_path_does_not_matter(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 25)
    assert len(str(data / SOCKET)) > LONGEST_SOCKET_PATH
    with running(data, durable=False):
        assert ask(data, "SELECT 1") == 1
    erase(data)
    assert not Cluster(data).socket_folder.exists()


def test_the_server_keeps_what_it_confirms_and_talks_only_through_its_socket(data: Path) -> None:
    with running(data):
        settings = {name: ask(data, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "listen_addresses")}
    assert settings == {"fsync": "on", "synchronous_commit": "on", "listen_addresses": ""}


def test_the_server_wants_the_password_which_only_its_owner_can_read(data: Path) -> None:
    with running(data, durable=False):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(data, "SELECT 1", password="guessed")
        assert Cluster(data).password_file.stat().st_mode & 0o077 == 0


def test_text_is_ordered_and_cased_alike_on_every_machine(data: Path) -> None:
    with running(data, durable=False):
        assert ask(data, "SELECT upper('straße łódź')") == "STRASSE ŁÓDŹ".replace("SS", "ß", 1)
        assert ask(data, "SELECT 'Z' < 'a'") is True


def test_a_machine_without_postgresql_is_told_what_to_do(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "WHEEL", "no_such_wheel")
    monkeypatch.setenv("PATH", str(data))
    with pytest.raises(ProblemError, match="Set DATABASE_URL"), running(data):
        pass


def test_programs_on_the_path_serve_where_the_wheel_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    of_the_wheel = programs.find_programs().bin
    monkeypatch.setattr(programs, "WHEEL", "no_such_wheel")
    monkeypatch.setenv("PATH", str(of_the_wheel))
    assert programs.find_programs().bin == of_the_wheel


def test_nothing_is_started_where_another_database_is_named(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/else")
    with running(data) as server:
        assert server is None
    assert not data.exists()


def test_a_database_in_use_is_not_erased(written: Path) -> None:
    with running(written, durable=False):
        with pytest.raises(ProblemError, match="is in use"):
            erase(written)
        assert kept(written) == "kept"


def test_an_erased_database_starts_empty(written: Path) -> None:
    erase(written)
    with running(written, durable=False), pytest.raises(psycopg.errors.UndefinedTable):
        kept(written)
