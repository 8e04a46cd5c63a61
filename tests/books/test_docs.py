"""The page about the books tells of all that there is, and of nothing that there is not."""

from __future__ import annotations

import re
from pathlib import Path

from amicable.books.export import account_name
from amicable.rules.outcome import Why

HERE = Path(__file__).parent
PAGE = (HERE.parent.parent / "docs" / "books.md").read_text()


def test_every_kind_of_transfer_is_explained() -> None:
    told = set(re.findall(r"^\| ([\w ]+) \| .* → ", PAGE, re.MULTILINE))
    assert told == {"why", *(why.value for why in Why)}


def test_every_account_is_explained_with_its_place_in_the_accountants_books() -> None:
    told = dict(re.findall(r"^\| `(\w+):\w+` \| .* \| (?:a |an )?(\w+) \|$", PAGE, re.MULTILINE))
    places = {"liability": "Liabilities", "income": "Income", "asset": "Assets"}
    assert len(told) == 9
    for kind, place in told.items():
        assert account_name(f"{kind}:x").startswith(f"{places[place]}:")


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    written = "".join(file.read_text() for file in HERE.glob("test_*.py"))
    assert len(named) > 25
    assert named <= set(re.findall(r"def (test_\w+)", written))


def test_every_guards_test_is_named() -> None:
    written = (HERE / "test_guards.py").read_text()
    assert set(re.findall(r"def (test_\w+)", written)) <= set(re.findall(r"`(test_\w+)`", PAGE))
