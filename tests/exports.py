"""Exports of time trackers, made up in the form in which those write them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "diary" / "samples"


def sample(name: str) -> bytes:
    """The content of one of them."""
    return (FOLDER / f"{name}.csv").read_bytes()


def toggl(*entries: tuple[str, str, str], memo: str = "Checkout page", project: str = "Shop") -> bytes:
    """A Toggl Track export of entries: `2026-11-23`, `09:00:00`, `10:30:00`, which end on the day they begin."""
    header = "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration,Tags"
    lines = [
        f"Femi,femi@amicable.example,Clara,{project},,{memo},Yes,{day},{start},{day},{end},,"
        for day, start, end in entries
    ]
    return "\r\n".join([header, *lines, ""]).encode()
