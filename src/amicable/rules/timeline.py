"""The future, replayed: what happens by itself if nobody does anything, and what comes of each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from amicable.rules.clocks import awaited, clocks, due, due_unseen, first_due
from amicable.rules.contract import Contract
from amicable.rules.outcome import Clock, Outcome, Refused
from amicable.rules.parts import Proposal, Role
from amicable.rules.proposals import ANSWERS
from amicable.rules.registry import ACTIONS, act

MAX_STEPS = 10_000
"""No contract has more clocks than this; a timeline that goes on is a fault in the rules."""


class RulesFault(Exception):
    """The rules contradict themselves: what should happen by itself is refused, or never comes to an end."""


def strike(contract: Contract) -> Outcome | None:
    """The outcome of the next clock, at the time it strikes; None when none runs."""
    clock = due(contract)
    return _struck(contract, clock) if clock else None


def _struck(contract: Contract, clock: Clock) -> Outcome:
    outcome = act(contract, clock.action, clock.params, by=Role.NOBODY, at=clock.at)
    if isinstance(outcome, Refused):
        raise RulesFault(f"{clock.action} of contract {contract.id} at {clock.at} is refused: {outcome.code}")
    return outcome


def timeline(contract: Contract, until: datetime | None = None) -> list[Outcome]:
    """All that happens by itself, in order: to the end, as people may know of it, with the card's yes to what it is
    asked for; or through `until`, as it is done, the opening of sealed feedback included."""
    outcomes: list[Outcome] = []
    running: Sequence[Clock] = clocks(contract)
    while True:
        clock = _foreseen(contract, running) if until is None else due_unseen(contract, running)
        if clock is None or (until is not None and clock.at > until):
            return outcomes
        if len(outcomes) == MAX_STEPS:
            raise RulesFault(f"the timeline of contract {contract.id} does not end")
        outcome = _struck(contract, clock)
        outcomes.append(outcome)
        contract, running = outcome.contract, outcome.deadlines


def _foreseen(contract: Contract, running: Sequence[Clock]) -> Clock | None:
    return awaited(contract) or first_due(contract, running)


def when_paid(contract: Contract) -> Contract:
    """The contract as it is when the card has paid all that it is asked for: until then no money goes back."""
    while clock := awaited(contract):
        contract = _struck(contract, clock).contract
    return contract


def foresee(outcome: Outcome) -> Outcome:
    """The outcome as people are shown it: where it asks the card, together with the card's yes."""
    if outcome.charge is None:
        return outcome
    paid = act(outcome.contract, "charge_succeeded", {"charge": outcome.charge.id}, by=Role.NOBODY, at=outcome.at)
    if isinstance(paid, Refused):
        raise RulesFault(f"a card payment on contract {outcome.contract.id} is refused: {paid.code}")
    return outcome.then(paid)


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer what is open, and what would come of it."""

    by: Role
    action: str
    outcome: Outcome


def answers(contract: Contract, proposal: Proposal, at: datetime) -> list[Answer]:
    """What would come of each answer of the other side's to an open proposal, given at `at`."""
    found = []
    for name in ANSWERS[proposal.kind]:
        by = proposal.by.other
        outcome = act(contract, name, {"proposal": proposal.id}, by=by, at=at)
        if isinstance(outcome, Outcome):
            found.append(Answer(by, name, outcome))
    return found


def buttons(contract: Contract, by: Role, at: datetime, actor: str | None = None) -> list[tuple[str, Refused | None]]:
    """Every action that people can do, with why `by`, the person `actor`, cannot do it now (None when they can)."""
    return [
        (name, action.why_not(contract, by, at, actor)) for name, action in ACTIONS.items() if not action.is_automatic
    ]
