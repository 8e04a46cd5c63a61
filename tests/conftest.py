"""One database server for the whole run, and a browser to look at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck
from hypothesis import settings as examples

import settings as under_test
from amicable.site.embedded.postgres import running

# Helpers of the tests say what was wrong, as tests do.
pytest.register_assert_rewrite("callers", "deals", "market", "pages", "somebody", "sweep", "windows")

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

# A machine that is busy with something else is slow, and nothing is wrong with the code for that.
examples.register_profile("however slow", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("however slow")


def pytest_configure(config: pytest.Config) -> None:
    """Start the embedded PostgreSQL of this run; parallel workers use the one of the process that started them."""
    if settings.SETTINGS_MODULE != "settings":
        raise pytest.UsageError("Tests have settings and data of their own: unset DJANGO_SETTINGS_MODULE.")
    if not under_test.FOLDER_IS_OURS:
        return
    config.add_cleanup(lambda: shutil.rmtree(settings.DATA))
    database = running(Path(settings.DATA), durable=False)
    database.__enter__()
    config.add_cleanup(lambda: database.__exit__(None, None, None))


@pytest.fixture(scope="session", autouse=True)
def flush_around_the_guards() -> Iterable[None]:
    """Between tests that commit, the tables are emptied although their guards refuse it, and the first policy, which
    a migration wrote, is written again."""

    def execute_sql_flush(operations: DatabaseOperations, sql_list: Iterable[str]) -> None:
        with transaction.atomic(), operations.connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for sql in sql_list:
                cursor.execute(sql)
            cursor.execute("INSERT INTO contracts_policy (figures, created_at) VALUES ('{}', now())")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", execute_sql_flush)
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one, else Playwright's own; neither talks to the outside."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    own = {"executable_path": found} if found else {}
    return {**browser_type_launch_args, **own, "args": QUIET_CHROMIUM}
