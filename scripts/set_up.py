"""Make .venv hold exactly what a lock file pins, with this checkout importable. Does nothing when it already does.

Usage: set_up.py LOCK. Runs on a bare Python, before anything is installed.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
COMMAND = """#!/bin/sh
exec "{python}" -m amicable.site.cli "$@"
"""


def main(lock_file: str) -> None:
    """Bring .venv up to date; of several that come at once one does it and the others wait."""
    with open(__file__) as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        lock = CHECKOUT / lock_file
        stamp = VENV / f"{lock_file}.installed"
        wanted = f"{CHECKOUT}\n{lock.read_text()}"
        if stamp.exists() and stamp.read_text() == wanted and _runs("import amicable"):
            return
        print(f"Installing {lock_file} into .venv ...", flush=True)
        if not _runs("import pip"):
            venv.create(VENV, with_pip=True, clear=True, symlinks=True)
        _install(lock)
        _link_checkout()
        stamp.write_text(wanted)


def _runs(statement: str) -> bool:
    # os.path, because it is as good as missing when its target is out of reach.
    return os.path.exists(PYTHON) and subprocess.run([PYTHON, "-c", statement], capture_output=True).returncode == 0


def _install(lock: Path) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    if os.geteuid() == 0:
        quiet += ["--root-user-action", "ignore"]
    subprocess.run([PYTHON, "-m", "pip", "install", *quiet, "--require-hashes", "-r", lock], check=True)


def _link_checkout() -> None:
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([PYTHON, "-c", where], capture_output=True, text=True, check=True).stdout.strip()
    Path(packages, "amicable.pth").write_text(f"{CHECKOUT / 'src'}\n")
    command = VENV / "bin" / "amicable"
    command.write_text(COMMAND.format(python=PYTHON))
    command.chmod(0o755)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except PermissionError as refused:
        sys.exit(f"{refused.filename} belongs to another user: give it to this one, or use a checkout of your own.")
    except subprocess.CalledProcessError as failed:
        sys.exit(f"Setting up .venv failed: {' '.join(map(str, failed.cmd))}")
