"""The data folder: everything that must outlive a process and is not in somebody else's database."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

CHECKOUT = Path(__file__).resolve().parents[3]


def data_folder() -> Path:
    """The folder in AMICABLE_DATA, else `.amicable` beside the Makefile, else in the working directory."""
    named = os.environ.get("AMICABLE_DATA")
    if named:
        return Path(named).expanduser().resolve()
    home = CHECKOUT if (CHECKOUT / "Makefile").is_file() else Path.cwd()
    return home / ".amicable"


def prepare(data: Path) -> None:
    """Make the folder. Others may pass through it, as a server's user must, but not look around."""
    data.parent.mkdir(parents=True, exist_ok=True)
    data.mkdir(mode=0o711, exist_ok=True)


def kept_secret(file: Path, template: str = "{}") -> str:
    """The text of `file`, first written, for its owner's eyes only, with a random word in `template`.

    All that ask at once read the same word.
    """
    if not file.exists():
        prepare(file.parent)
        # A hard link appears whole or not at all, and never replaces what somebody else was first to write.
        with NamedTemporaryFile("w", dir=file.parent) as draft, suppress(FileExistsError):
            draft.write(template.format(secrets.token_urlsafe(48)))
            draft.flush()
            os.link(draft.name, file)
    return file.read_text()


def private(path: str, flags: int) -> int:
    """An `opener` for `open`: a new file is for its owner only."""
    return os.open(path, flags, 0o600)
