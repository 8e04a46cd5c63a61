"""The session in the documentation is true, word for word."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from callers import Caller, Json

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"\$([A-Z_]+)")


class Sent(NamedTuple):
    """A request, as a line for curl has it."""

    path: str
    body: str
    headers: dict[str, str]


def test_the_session_goes_as_it_is_told(anybody: Caller) -> None:
    known: dict[str, str] = {}
    blocks = BLOCK.findall(PAGE.read_text())
    steps = [
        (command, answer) for (kind, command), (then, answer) in pairwise(blocks) if (kind, then) == ("sh", "json")
    ]
    assert len(steps) == len(blocks) / 2 > 5
    for command, answer in steps:
        sent = _sent(_filled_in(command, known))
        reply = anybody.send("POST" if sent.body else "GET", sent.path, sent.body.encode(), **sent.headers)
        _compare(json.loads(answer), reply.body, known)


def _sent(command: str) -> Sent:
    program, *words = shlex.split(command.replace("\\\n", " "))
    assert program == "curl"
    path, body, headers = "", "", {}
    options = iter(words)
    for word in options:
        if word == "--json":
            body = next(options)
        elif word == "-H":
            name, value = next(options).split(": ", 1)
            headers[name.replace("-", "_")] = value
        else:
            path = word
    return Sent(path, body, headers)


def _filled_in(text: str, known: dict[str, str]) -> str:
    return NAME.sub(lambda name: known[name[1]], text.replace("$API", ""))


def _compare(told: Json, found: Json, known: dict[str, str]) -> None:
    """What is told is there; a name that is told for the first time stands for what is found."""
    if isinstance(told, dict):
        for name, value in told.items():
            _compare(value, found[name], known)
    elif isinstance(told, list):
        assert len(told) == len(found)
        for one, other in zip(told, found, strict=True):
            _compare(one, other, known)
    elif isinstance(told, str) and (name := NAME.fullmatch(told)):
        assert known.setdefault(name[1], found) == found
    else:
        assert (_filled_in(told, known) if isinstance(told, str) else told) == found
