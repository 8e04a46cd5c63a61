"""Every action tried by everybody in every state; and the page that is drawn from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from amicable.rules import actions
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.parts import Role
from amicable.rules.registry import ACTIONS
from rules.gallery import ALL
from rules.lifecycle import cells, document

PAGE = Path(__file__).parents[2] / "docs" / "lifecycle.md"
RULES = Path(actions.__file__).parents[1]
OF_NOBODY = {"already_charged_back", "no_charge", "nothing_sealed"}
"""With these only what happens by itself is refused."""


def test_the_page_is_what_the_rules_do() -> None:
    assert PAGE.read_text() == document(), "run `make docs` and look at what has changed"


@pytest.mark.parametrize("state", ALL)
def test_whatever_anybody_tries_works_or_is_refused_with_a_documented_code(state: str) -> None:
    documented = PAGE.read_text()
    for cell in cells():
        if cell.state != state:
            continue
        where = f"{cell.action} by {cell.by}"
        if isinstance(cell.result, Refused):
            assert cell.result.reason.tell(), where
            assert cell.result.code == "invalid" or f"| `{cell.result.code}` |" in documented, where
            assert (cell.result.kind == Kind.INVALID) == bool(cell.result.errors), where
        else:
            assert cell.by in ACTIONS[cell.action].by, where
            assert cell.result.contract.version > cell.before.version or cell.result.is_sealed, where
            assert cell.result.explanation, where


def test_every_code_with_which_people_are_refused_is_on_the_page() -> None:
    sources = (*RULES.glob("actions/*.py"), RULES / "guards.py", RULES / "disputing.py")
    codes = {code for source in sources for code in re.findall(r'Refused\(\s*"(\w+)"', source.read_text())}
    on_page = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE))
    assert codes - on_page == OF_NOBODY


def test_everything_that_can_be_done_is_done_in_some_state() -> None:
    played = {cell.action for cell in cells() if isinstance(cell.result, Outcome)}
    assert played == set(ACTIONS)


def test_what_is_for_people_is_not_done_by_nobody_and_the_reverse() -> None:
    for cell in cells():
        if cell.by not in ACTIONS[cell.action].by:
            assert isinstance(cell.result, Refused), f"{cell.action} by {cell.by} in {cell.state}"
            assert cell.result.kind == Kind.ROLE
    assert any(cell.by == Role.NOBODY for cell in cells() if isinstance(cell.result, Outcome))
