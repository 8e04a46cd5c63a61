"""The command line: `amicable demo`, `serve`, `worker`, `migrate`, `recount`, `manage`, `books` and `track`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from django.db import OperationalError

from amicable import __version__
from amicable.site import commands, serving, track
from amicable.site.problems import ProblemError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; what a person can mend is said in a sentence, not a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amicable.site.settings")
    arguments = parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments)
    except KeyboardInterrupt:
        return 130
    except PermissionError as refused:
        return _complain(f"{refused.filename} belongs to another user. Name a folder of yours in AMICABLE_DATA.")
    except ProblemError as problem:
        return _complain(str(problem))
    except OperationalError as problem:
        return _complain(f"The database does not answer as it should: {problem}")
    return status


def parser() -> argparse.ArgumentParser:
    """What can be asked for, and with which arguments."""
    top = argparse.ArgumentParser(prog="amicable", description="Contracts whose endings are shown before they happen.")
    top.add_argument("--version", action="version", version=__version__)
    known = top.add_subparsers(required=True, metavar="COMMAND")

    demo = known.add_parser("demo", help="a small marketplace to try, with all that it needs, at HOST:PORT")
    demo.add_argument("--stop-with-parent", action="store_true", help="stop when the process that started this ends")
    demo.set_defaults(run=serving.demo)
    for name, run, help_ in (
        ("demo-reset", commands.demo_reset, "forget the demo's data"),
        ("serve", serving.serve, "the web app and the API at HOST:PORT"),
        ("worker", commands.work, "perform what is due, and what providers are to be asked"),
        ("migrate", commands.migrate, "bring the database's tables up to date"),
        ("recount", commands.recount, "compute anew what contracts count for people's standing"),
    ):
        known.add_parser(name, help=help_).set_defaults(run=run)

    manage = known.add_parser("manage", help="Django's own commands", add_help=False)
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    manage.set_defaults(run=commands.manage)

    _add_books(known.add_parser("books", help="check or export the ledger"))

    tracking = known.add_parser(
        "track",
        help="track time on a contract, from where you work",
        description=track.DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    track.add_arguments(tracking)
    tracking.set_defaults(run=track.track)
    return top


def _add_books(books: argparse.ArgumentParser) -> None:
    known = books.add_subparsers(required=True, metavar="COMMAND")
    verify = known.add_parser("verify", help="recompute everything from the entries")
    verify.set_defaults(run=commands.books_verify)
    export = known.add_parser("export", help="write the journal to standard output")
    export.add_argument("--format", choices=("hledger", "beancount", "csv"), default="hledger")
    export.set_defaults(run=commands.books_export)


def _complain(sentence: str) -> int:
    print(f"amicable: {sentence}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
