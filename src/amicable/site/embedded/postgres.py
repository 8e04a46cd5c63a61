"""The embedded PostgreSQL: a child of the process that needs it first, shared with those that come later."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from amicable.site.embedded.cluster import DATABASE, SOCKET, USER, Cluster
from amicable.site.embedded.new_cluster import make_files, make_folders
from amicable.site.embedded.orphans import orphans_of
from amicable.site.embedded.programs import Programs, find_programs
from amicable.site.embedded.service_user import ServiceUser
from amicable.site.family import bound_to_this_process
from amicable.site.folder import prepare, private
from amicable.site.problems import ProblemError

PATIENCE = 60.0
STEP = 0.02
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def running(data: Path, *, durable: bool = True) -> Iterator[Server | None]:
    """Keep the database up for the block. None, and nothing to do, where DATABASE_URL names another one."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    server = Server(Cluster(data), durable=durable)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def erase(data: Path) -> None:
    """Remove the embedded database of this data folder; ProblemError while somebody uses it."""
    cluster = Cluster(data)
    if not data.exists():
        return
    with open(cluster.lock, "a+") as lock:
        if not _locked(lock):
            raise ProblemError(f"The database in {data} is in use. Stop the process that runs it first.")
        for folder in (cluster.home.resolve(), cluster.socket_folder):
            shutil.rmtree(folder, ignore_errors=not folder.exists())
        for file in (cluster.home, cluster.password_file, cluster.log):
            file.unlink(missing_ok=True)


class Server:
    """The server of one cluster. Who starts it owns it; a later process attaches, and leaves it running."""

    def __init__(self, cluster: Cluster, *, durable: bool = True) -> None:
        self.cluster = cluster
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def owned(self) -> bool:
        """Whether this process started the server and will stop it."""
        return self.process is not None

    @property
    def ended(self) -> bool:
        """Whether the server that this process started has stopped by itself."""
        return self.process is not None and self.process.poll() is not None

    def start(self) -> None:
        """Start the server or wait until its owner has. Call it in the main thread, whose end ends the server.

        ProblemError when there are no programs for it, or its files are another version's.
        """
        prepare(self.cluster.data)
        self._lock = open(self.cluster.lock, "a+")  # noqa: SIM115 (held until `stop`)
        for _ in _until(PATIENCE):
            if _locked(self._lock):
                return self._launch()
            if self.cluster.lock.read_text():
                return None
        raise ProblemError(f"The process that holds {self.cluster.lock} did not get its database to run.")

    def stop(self) -> None:
        """Stop the server if this process owns it; what was committed stays."""
        if self._lock is None:
            return
        if self.process is not None:
            self._lock.truncate(0)
            _end(self.process)
            self.process = None
        self._lock.close()
        self._lock = None

    def _launch(self) -> None:
        assert self._lock is not None
        self._lock.truncate(0)
        try:
            user = make_folders(self.cluster)
            programs = self._programs_for(user)
            make_files(self.cluster, programs, user, durable=self.durable)
            self._outlive_orphans()
            self.process = self._spawn(programs, user)
            self._await_ready(self.process)
            self._make_database()
        except BaseException:
            self.stop()
            raise
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _programs_for(self, user: ServiceUser) -> Programs:
        programs = find_programs()
        if user.may_enter(programs.bin):
            return programs
        return programs.moved_to(self.cluster.home.resolve() / f"programs-{programs.version()}")

    def _outlive_orphans(self) -> None:
        """See an earlier owner's server off, and what it would have tidied up."""
        for _ in _until(PATIENCE):
            left = orphans_of(self.cluster.fingerprint)
            if not left.count:
                break
            if left.postmaster is not None:
                os.kill(left.postmaster, signal.SIGINT)
        (self.cluster.socket_folder / f"{SOCKET}.lock").unlink(missing_ok=True)
        self._disown_pid_file()

    def _disown_pid_file(self) -> None:
        # Its pid may be a zombie's or a stranger's by now, which PostgreSQL takes for a running server. It does
        # not take its own parent for one, and still looks whether the shared memory named there is in use.
        pid_file = self.cluster.files / "postmaster.pid"
        if pid_file.exists():
            _, _, rest = pid_file.read_text().partition("\n")
            pid_file.write_text(f"{os.getpid()}\n{rest}")

    def _spawn(self, programs: Programs, user: ServiceUser) -> subprocess.Popen[bytes]:
        settings = {
            "cluster_name": self.cluster.fingerprint,
            "listen_addresses": "",
            "unix_socket_directories": str(self.cluster.socket_folder.resolve()),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
            **({} if self.durable else UNSAFE_BUT_FAST),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.cluster.log.unlink(missing_ok=True)  # it may be another user's, in a folder of this one's
        with open(self.cluster.log, "wb", opener=private) as log:
            return subprocess.Popen(
                [programs.postgres, "-D", self.cluster.files.resolve(), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=bound_to_this_process(signal.SIGINT),
                umask=0o077,
                **user.process_options(),
            )

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        pid_file = self.cluster.files / "postmaster.pid"
        for _ in _until(PATIENCE):
            if process.poll() is not None:
                break
            lines = pid_file.read_text().splitlines() if pid_file.exists() else []
            if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return
        said = self.cluster.log.read_text(errors="replace").strip()
        raise ProblemError(f"PostgreSQL did not start in {self.cluster.home}. It said:\n{said[-2000:]}")

    def _make_database(self) -> None:
        with psycopg.connect(
            host=str(self.cluster.socket_folder),
            dbname="postgres",
            user=USER,
            passfile=str(self.cluster.password_file),
            autocommit=True,
        ) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if known.fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _until(seconds: float) -> Iterator[float]:
    """Come round every moment until `seconds` are over."""
    deadline = time.monotonic() + seconds
    while (now := time.monotonic()) < deadline:
        yield now
        time.sleep(STEP)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Stop the server fast, or at once when it will not: it then recovers from its log at the next start."""
    for notice in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(notice)
        try:
            process.wait(PATIENCE / 2)
        except subprocess.TimeoutExpired:
            continue
        return
