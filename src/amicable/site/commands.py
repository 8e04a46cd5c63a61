"""What the short commands do. Rooms are imported inside the functions, since they want Django set up first."""

from __future__ import annotations

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

import django

from amicable.site.embedded.postgres import erase, running
from amicable.site.folder import data_folder
from amicable.site.problems import ProblemError


@contextmanager
def django_ready() -> Iterator[None]:
    """Django set up, on a database that is up, for the block."""
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    with running(data_folder()):
        django.setup()
        try:
            yield
        finally:
            connections.close_all()
            database = connections["default"]
            assert isinstance(database, DatabaseWrapper)
            database.close_pool()


def expect_tables() -> None:
    """ProblemError unless the database's tables are those that this version wants."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ProblemError("The database's tables are not up to date. Run `amicable migrate` first.")


def demo_reset(_: Namespace) -> int:
    """Forget everything in the demo's database."""
    if os.environ.get("DATABASE_URL"):
        raise ProblemError("DATABASE_URL is set. Empty that database yourself: only the embedded one is forgotten.")
    erase(data_folder())
    print(f"The data in {data_folder()} is gone. The next `make demo` starts over.")
    return 0


def work(_: Namespace) -> int:
    """Perform what is due until told to stop; what is being done is finished first."""
    from amicable.site.worker import duties, work

    stop = threading.Event()
    with django_ready():
        expect_tables()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        work(duties(), stop)
    return 0


def migrate(_: Namespace) -> int:
    """Bring the database's tables up to date."""
    from django.core.management import call_command

    with django_ready():
        call_command("migrate")
    return 0


def recount(_: Namespace) -> int:
    """Compute anew what contracts count for in people's standing; the status is 1 when something was wrong."""
    with django_ready():
        from amicable.contracts import clock
        from amicable.contracts.standing import recount

        expect_tables()
        mended = recount(clock.now())
    print(f"{len(mended)} contracts counted for something else; that is mended.")
    for contract in mended:
        print(contract)
    return 1 if mended else 0


def manage(arguments: Namespace) -> int:
    """Run one of Django's own commands."""
    from django.core.management import execute_from_command_line

    with django_ready():
        execute_from_command_line(["amicable manage", *arguments.arguments])
    return 0


def books_verify(_: Namespace) -> int:
    """Audit the books, contracts against them and weeks against the diary; the status is 1 when something is wrong."""
    with django_ready():
        from amicable.diary.verify import verify

        expect_tables()
        report = verify()
    print(report)
    return 0 if report.balanced else 1


def books_export(arguments: Namespace) -> int:
    """Write the journal to standard output."""
    with django_ready():
        from amicable.books.export import export

        expect_tables()
        export(arguments.format, sys.stdout)
    return 0
