"""Whom the database server runs as. PostgreSQL refuses to run as root, so root lends it another user."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amicable.site.problems import ProblemError

LENT_BY_ROOT = ("postgres", "nobody")


@dataclass(frozen=True)
class ServiceUser:
    """The user of the server's process; `None` is whoever runs this one."""

    account: pwd.struct_passwd | None

    @classmethod
    def for_files_in(cls, home: Path) -> ServiceUser:
        """Under root: who owns `home` already, else `postgres` or `nobody`. Otherwise: nobody else."""
        if os.geteuid() != 0:
            return cls(None)
        if home.exists() and (owner := home.stat().st_uid) != 0:
            return cls(pwd.getpwuid(owner))
        known = {account.pw_name: account for account in pwd.getpwall()}
        for name in LENT_BY_ROOT:
            if name in known:
                return cls(known[name])
        raise ProblemError("PostgreSQL does not run as root, and this machine has no user `nobody` to lend it.")

    def process_options(self) -> dict[str, Any]:
        """Arguments with which `subprocess` starts one of PostgreSQL's programs as this user."""
        # Messages and sort order must not depend on who starts it, and its user may not be allowed in here.
        place = {"cwd": "/", "env": {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}}
        if self.account is None:
            return place
        return {**place, "user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def owns(self, path: Path) -> bool:
        """Whether `path` belongs to this user."""
        return path.stat().st_uid == (self.account.pw_uid if self.account else os.geteuid())

    def give(self, path: Path) -> None:
        """Hand over `path`, which this process has just made."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def may_enter(self, folder: Path) -> bool:
        """Whether this user can reach what lies in `folder`."""
        return self.account is None or all(self._may_search(step) for step in (folder, *folder.parents))

    def _may_search(self, folder: Path) -> bool:
        assert self.account is not None
        status = folder.stat()
        if status.st_uid == self.account.pw_uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.account.pw_gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)
