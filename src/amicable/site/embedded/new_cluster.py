"""What a server needs before it can start: its folders and its files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from amicable.site.embedded.cluster import USER, Cluster
from amicable.site.embedded.programs import Programs
from amicable.site.embedded.service_user import ServiceUser
from amicable.site.folder import kept_secret
from amicable.site.problems import ProblemError

OUT_OF_REACH = Path("/var/lib/amicable")
BUILTIN_LOCALE_SINCE = 17


def make_folders(cluster: Cluster) -> ServiceUser:
    """Make the server's folders where there are none, and return who the server runs as.

    They lie elsewhere, with a link to them, when that user could not reach them in the data folder.
    """
    home = cluster.home
    user = ServiceUser.for_files_in(home)
    if not home.exists() and not home.is_symlink() and not user.may_enter(home.parent):
        home.symlink_to(OUT_OF_REACH / cluster.fingerprint)
    _make_private(home.resolve(), user)
    _make_private(cluster.socket_folder, user)
    return user


def make_files(cluster: Cluster, programs: Programs, user: ServiceUser, *, durable: bool) -> None:
    """Make PostgreSQL's files, whole or not at all; ProblemError when there are some of another version."""
    version = programs.major_version()
    if cluster.files.exists():
        _expect_version(cluster.files, version)
        return
    draft = cluster.files.resolve().with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    password = _hand_over_password(cluster, user)
    command: list[str | Path] = [programs.initdb, "-D", draft, "-U", USER, "-A", "scram-sha-256", "--pwfile", password]
    options = ["-E", "UTF8", *_locale(version), *([] if durable else ["--no-sync"])]
    made = subprocess.run([*command, *options], capture_output=True, text=True, **user.process_options())
    password.unlink()
    if made.returncode:
        raise ProblemError(f"PostgreSQL could not make its files in {draft}:\n{made.stderr.strip()}")
    draft.rename(cluster.files)


def _expect_version(files: Path, version: int) -> None:
    written_by = int((files / "PG_VERSION").read_text())
    if written_by != version:
        raise ProblemError(
            f"The data in {files} was written by PostgreSQL {written_by}; this is PostgreSQL {version}, which cannot "
            f"read it. Keep it for PostgreSQL {written_by} and name another folder in AMICABLE_DATA, or move it over "
            "with pg_dump."
        )


def _hand_over_password(cluster: Cluster, user: ServiceUser) -> Path:
    """A file for initdb's eyes with the password that clients find in their own file."""
    secret = kept_secret(cluster.password_file, f"*:*:*:{USER}:{{}}").rpartition(":")[2]
    file = cluster.home.resolve() / "password"
    file.touch(mode=0o600)
    file.write_text(secret)
    user.give(file)
    return file


def _locale(version: int) -> list[str]:
    """Options for an order of text that no update of the operating system changes."""
    if version >= BUILTIN_LOCALE_SINCE:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    return ["--locale=C.UTF-8"]


def _make_private(folder: Path, user: ServiceUser) -> None:
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        user.give(folder)
    if not user.owns(folder):
        raise ProblemError(f"{folder} belongs to another user. Remove it, or name another AMICABLE_DATA.")
