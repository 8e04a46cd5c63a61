"""The demo: a small believable marketplace."""

from __future__ import annotations


def seed() -> None:
    """Fill the migrated database with the demo's people and contracts, once.

    It comes at every start, so a database with people in it must stay as it is; and all in one transaction, so that
    a start which is broken off leaves nothing.
    """


def introduction() -> str:
    """Who can sign in, how, and an API token for each: text to print at every start."""
    return ""
