"""The data folder: everything that must outlive a process and is not in somebody else's database."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]


def data_folder() -> Path:
    """The folder named by AMICABLE_DATA, else `.amicable` beside the Makefile, else below the working directory."""
    named = os.environ.get("AMICABLE_DATA")
    if named:
        return Path(named).expanduser().absolute()
    home = CHECKOUT if (CHECKOUT / "Makefile").is_file() else Path.cwd()
    return home / ".amicable"


def kept_secret(file: Path, template: str = "{}") -> str:
    """The text of `file`, which is first written, readable by its owner only, with a new random word in `template`.

    Two processes that come at once read the same word.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{os.getpid()}")
        with open(draft, "w", opener=_private) as out:
            out.write(template.format(secrets.token_urlsafe(48)))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)
