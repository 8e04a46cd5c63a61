"""What lies ahead, as people read it, of every state and of all that can be done in it."""

from __future__ import annotations

from datetime import datetime

import pytest

from amicable.rules.contract import Contract
from amicable.rules.outcome import Outcome
from amicable.rules.parts import Role
from amicable.rules.timeline import buttons
from amicable.web.ahead import Branch, ahead, dispute_branches, escrow_branches, proposal_branches
from amicable.web.outcome import People
from rules.gallery import STATES
from rules.play import PEOPLE, Play
from rules.sensible import First, sensible

READERS = (
    (Role.CLIENT, People("Clara", "Femi", Role.CLIENT)),
    (Role.FREELANCER, People("Clara", "Femi", Role.FREELANCER)),
    (Role.MEDIATOR, People("Clara", "Femi")),
)


def waiting(contract: Contract, at: datetime, people: People) -> list[Branch]:
    """Everything on a contract's page that waits for an answer, with what comes of each."""
    disputed = [one for dispute in contract.open_disputes for one in dispute_branches(contract, dispute, at, people)]
    return [*escrow_branches(contract, at, people), *disputed]


def says_something(branch: Branch) -> bool:
    """Whether it, and every branch of it, says what it comes to."""
    is_said = branch.shares or (branch.text and not branch.text.endswith(":"))
    return bool(branch.title and is_said) and all(map(says_something, branch.then))


def after(play: Play, by: Role, people: People) -> list[tuple[Outcome, list[Branch]]]:
    """All that a side can do now, with what would wait then."""
    found = []
    for name, why_not in buttons(play.contract, by, play.at, PEOPLE[by]):
        if why_not is None:
            done = play.ask(by, name, **sensible(name, play.contract, First(), by))
            assert isinstance(done, Outcome), name
            found.append((done, proposal_branches(done, play.contract, people)))
    return found


@pytest.mark.parametrize("state", STATES)
def test_what_waits_and_what_comes_of_it_is_told_in_every_state_and_of_all_that_can_be_done_in_it(state: str) -> None:
    play = STATES[state]()
    for by, people in READERS:
        told = waiting(play.contract, play.at, people)
        for done, proposed in after(play, by, people):
            ahead(done, people)
            told += [*proposed, *waiting(done.contract, done.at, people)]
        assert all(map(says_something, told))
