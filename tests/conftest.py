"""One database server for the whole run, and a browser to look at it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import settings as under_test
from amicable.site.postgres import running

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded PostgreSQL of this run; parallel workers use the one of the process that started them."""
    if not under_test.FOLDER_IS_OURS:
        return
    config.add_cleanup(lambda: shutil.rmtree(settings.DATA))
    database = running(Path(settings.DATA), durable=False)
    database.__enter__()
    config.add_cleanup(lambda: database.__exit__(None, None, None))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one, else Playwright's own; neither talks to the outside."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    own = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **own, "args": QUIET_CHROMIUM}
