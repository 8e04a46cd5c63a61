"""The sessions in the documentation are true, word for word."""

from __future__ import annotations

import io
import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from amicable.talk.notices import deliver_pending
from callers import Caller, Json, multipart

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAME = re.compile(r"\$([A-Z_]+)")


class Sent(NamedTuple):
    """A request, as a line for curl has it."""

    path: str
    body: bytes
    content_type: str
    headers: dict[str, str]
    saved_as: str
    """The file into which curl writes the answer; empty where it shows it."""


def test_the_sessions_go_as_they_are_told(anybody: Caller) -> None:
    known: dict[str, str] = {}
    blocks = BLOCK.findall(PAGE.read_text())
    steps = [
        (command, answer) for (kind, command), (then, answer) in pairwise(blocks) if (kind, then) == ("sh", "json")
    ]
    assert len(steps) == len(blocks) / 2 > 40
    for command, answer in steps:
        shown = _run(_filled_in(command, known).replace("\\\n", " "), anybody)
        try:
            _compare(json.loads(answer), shown, known)
        except (AssertionError, LookupError, TypeError) as error:
            raise AssertionError(f"{command}\nis answered {json.dumps(shown, indent=1)}") from error


def _run(command: str, anybody: Caller) -> Json:
    """What the commands of a block show: a curl, and perhaps an `unzip -p` of the file into which it saved."""
    request, _, then = command.partition("\nunzip -p ")
    sent = _sent(request)
    deliver_pending()  # as a worker does all the time
    reply = anybody.send("POST" if sent.body else "GET", sent.path, sent.body, sent.content_type, **sent.headers)
    if not then:
        return reply.body
    file, member = then.split()
    assert file == sent.saved_as
    with ZipFile(io.BytesIO(reply.body)) as archive:
        return json.loads(archive.read(member))


def _sent(command: str) -> Sent:
    program, *words = shlex.split(command)
    assert program == "curl"
    path, body, saved_as = "", b"", ""
    headers: dict[str, str] = {}
    form: dict[str, str] = {}
    files: list[tuple[str, str, bytes]] = []
    options = iter(words)
    for word in options:
        if word == "--json":
            body = next(options).encode()
        elif word == "-H":
            name, value = next(options).split(": ", 1)
            headers[name.replace("-", "_")] = value
        elif word == "-F":
            name, value = next(options).split("=", 1)
            if value.startswith("@"):
                files.append((name, value[1:], b"Mail of the third of January"))
            else:
                form[name] = value
        elif word == "-o":
            saved_as = next(options)
        else:
            path = word
    kind = "application/json"
    if form or files:
        body, kind = multipart(files, form)
    return Sent(path, body, kind, headers, saved_as)


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
