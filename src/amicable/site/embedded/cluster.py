"""Where the embedded PostgreSQL keeps its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

DATABASE = "amicable"
USER = "amicable"
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True)
class Cluster:
    """The paths of the embedded PostgreSQL of one data folder. Naming them touches no file."""

    data: Path

    @property
    def home(self) -> Path:
        """The server's own folder, or a link to it where the server's user may not enter the data folder."""
        return self.data / "postgres"

    @property
    def files(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the server said since its last start."""
        return self.data / "postgres.log"

    @property
    def lock(self) -> Path:
        """Held by the process whose child the server is."""
        return self.data / "postgres.lock"

    @property
    def password_file(self) -> Path:
        """The password in libpq's pgpass format."""
        return self.data / "pgpass"

    @property
    def socket_folder(self) -> Path:
        """Where clients find the socket; below /tmp when the usual path is too long for a socket."""
        usual = self.home / "socket"
        if len(str(usual / SOCKET)) <= LONGEST_SOCKET_PATH:
            return usual
        return Path("/tmp") / f"amicable-{self.fingerprint}"

    @property
    def fingerprint(self) -> str:
        """A short name of this data folder that no other folder has."""
        return hashlib.sha256(str(self.data).encode()).hexdigest()[:16]
