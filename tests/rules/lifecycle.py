"""The life of a contract, drawn by living it: every state of the gallery, every action, everybody who may try it.

`python -m rules.lifecycle` prints `docs/lifecycle.md`; `make docs` writes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from amicable.rules.actions.extension import EXTENDABLE
from amicable.rules.clocks import clocks, opening
from amicable.rules.contract import Contract, Status
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.parts import Role
from amicable.rules.registry import ACTIONS, act
from amicable.rules.timeline import foresee
from amicable.rules.week import monday_of
from rules.gallery import ALL
from rules.play import PEOPLE
from rules.sensible import First, Params, sensible

PARTIES = (Role.CLIENT, Role.FREELANCER, Role.MEDIATOR)
WHO = {Role.CLIENT: "client", Role.FREELANCER: "freelancer", Role.MEDIATOR: "mediator", Role.NOBODY: "by itself"}
WEEK_ANSWERS = ("week_charged", "week_unpaid", "week_retried")
HEAD = """# The life of a contract

Drawn from the rules by `make docs`, by playing every action in every state; a test fails when it is not what they do.
Parameters are in the [API](api.md) and its OpenAPI document.
"""


class Last:
    """Always takes the last option and the greatest number."""

    def one_of(self, options: Sequence[Any]) -> Any:
        """The last."""
        return options[-1]

    def number(self, least: int, most: int) -> int:
        """The greatest."""
        return max(least, most)


@dataclass(frozen=True)
class Cell:
    """An action that somebody tries in a state, and what comes of it."""

    state: str
    action: str
    by: Role
    before: Contract
    result: Outcome | Refused


@dataclass
class Told:
    """What an action does, over all states in which it is done."""

    froms: set[Status] = field(default_factory=set)
    tos: set[Status] = field(default_factory=set)
    starts: dict[str, set[timedelta]] = field(default_factory=lambda: defaultdict(set))


@cache
def cells() -> tuple[Cell, ...]:
    """Every state, action and side, with parameters that make sense there."""
    return tuple(_walk())


def _walk() -> Iterator[Cell]:
    for state, make in ALL.items():
        play = make()
        for name, action in ACTIONS.items():
            for by in PARTIES:
                for chooser in (First(), Last()):
                    params = sensible(name, play.contract, chooser, by)
                    yield Cell(state, name, by, play.contract, _try(play.contract, name, params, by, play.at))
                for params in _astray(name, play.contract, by):
                    yield Cell(state, name, by, play.contract, _try(play.contract, name, params, by, play.at))
            if action.is_automatic:
                for params, at in _strikes(name, play.contract, play.at):
                    result = _try(play.contract, name, params, Role.NOBODY, at)
                    yield Cell(state, name, Role.NOBODY, play.contract, result)


def _astray(name: str, contract: Contract, by: Role) -> Iterator[Params]:
    """Parameters about something else of the contract than the sensible ones: not open any more, or not theirs."""
    following = monday_of(contract.created_at) + timedelta(weeks=5)
    others: dict[str, Sequence[object]] = {
        "proposal": ["closed", *(proposal.id for proposal in contract.proposals)],
        "milestone": [milestone.id for milestone in contract.milestones],
        "clock": list(EXTENDABLE),
        "hours": [contract.hourly[-1].limit_hours] if contract.hourly else [],
        "week": [following.isoformat()],
    }
    params = sensible(name, contract, First(), by)
    for key in ACTIONS[name].params:
        yield from ({**params, key: other} for other in others.get(key, ()))


def _try(contract: Contract, name: str, params: Params, by: Role, at: datetime) -> Outcome | Refused:
    return act(contract, name, params, by=by, at=at, actor=PEOPLE[by])


def _strikes(name: str, contract: Contract, now: datetime) -> Iterator[tuple[Params, datetime]]:
    """What happens by itself does so when its clock strikes, when the card answers, or the bank."""
    running = [*clocks(contract), opening(contract)]
    yield from ((dict(clock.params), clock.at) for clock in running if clock and clock.action == name)
    if name in ("charge_disputed", "chargeback_won", "chargeback_lost"):
        yield sensible(name, contract, First(), Role.NOBODY), now
    elif name.startswith("charge_") and contract.charge:
        yield {"charge": contract.charge.id}, now
    for week in contract.weeks if name in WEEK_ANSWERS else ():
        yield {"week": week.start.isoformat()}, now


def done() -> dict[str, Told]:
    """What each action does, by its name."""
    told: dict[str, Told] = defaultdict(Told)
    for cell in cells():
        if isinstance(cell.result, Outcome):
            _add(told[cell.action], cell.before, cell.result)
    return told


def _add(told: Told, before: Contract, outcome: Outcome) -> None:
    told.froms.add(before.status)
    told.tos.add(outcome.after)
    running = {(clock.action, clock.at) for clock in clocks(before)}
    for clock in foresee(outcome).deadlines:
        if (clock.action, clock.at) not in running:
            told.starts[clock.action].add(clock.at - outcome.at)


def refusals() -> dict[str, tuple[set[str], set[str]]]:
    """By code: the sentences with which something is refused, and the actions that are."""
    told: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for cell in cells():
        if isinstance(cell.result, Refused) and cell.result.code != "invalid":
            sentences, actions = told[cell.result.code]
            sentences.add(cell.result.reason.template)
            actions.add(cell.action)
    return told


def document() -> str:
    """The page."""
    told = done()
    return "\n".join([HEAD, *_diagram(), *_people(told), *_by_itself(told), *_refusals()])


def _diagram() -> Iterator[str]:
    edges: dict[tuple[Status, Status], list[str]] = defaultdict(list)
    for cell in cells():
        if isinstance(cell.result, Outcome) and cell.before.status != cell.result.after:
            names = edges[cell.before.status, cell.result.after]
            if cell.action not in names:
                names.append(cell.action)
    yield "```mermaid\nstateDiagram-v2"
    yield f"    [*] --> {Status.OFFERED}: offer"
    for (before, after), names in sorted(edges.items(), key=_as_listed):
        yield f"    {before} --> {after}: {', '.join(names)}"
    left = {before for before, _ in edges}
    yield from (f"    {status} --> [*]" for status in Status if status not in left)
    yield "```\n"


def _as_listed(edge: tuple[tuple[Status, Status], list[str]]) -> tuple[int, int]:
    order = list(Status)
    return order.index(edge[0][0]), order.index(edge[0][1])


def _people(told: dict[str, Told]) -> Iterator[str]:
    yield "## What people do\n"
    yield "| Action | Who | When the contract is | What it does | Then | If nobody answers |\n|---|---|---|---|---|---|"
    for name, action in ACTIONS.items():
        if not action.is_automatic:
            row = told[name]
            who = ", ".join(WHO[by] for by in action.by)
            yield (
                f"| `{name}` | {who} | {_statuses(row.froms)} | {action.does} | {_statuses(row.tos)} "
                f"| {'; '.join(_started(row)) or '–'} |"
            )
    yield ""


def _by_itself(told: dict[str, Told]) -> Iterator[str]:
    yield "## What happens by itself\n"
    yield "Every clock has one default. Nobody has to do these, and nobody can.\n"
    yield "| What | When the contract is | What it is | Then | And after that |\n|---|---|---|---|---|"
    for name, action in ACTIONS.items():
        if action.is_automatic:
            row = told[name]
            yield (
                f"| `{name}` | {_statuses(row.froms)} | {action.does} | {_statuses(row.tos)} "
                f"| {'; '.join(_started(row)) or '–'} |"
            )
    yield ""


def _refusals() -> Iterator[str]:
    yield "## Why something is refused\n"
    yield "`code` is for programs and does not change; the sentence is for people.\n"
    yield "| Code | Sentence | Actions |\n|---|---|---|"
    for code, (sentences, actions) in sorted(refusals().items()):
        names = ", ".join(f"`{name}`" for name in ACTIONS if name in actions) if len(actions) < MANY else "many"
        yield f"| `{code}` | {'<br>'.join(sorted(sentences))} | {names} |"
    yield ""


MANY = 9


def _statuses(found: Iterable[Status]) -> str:
    there = set(found)
    return ", ".join(status for status in Status if status in there)


def _started(told: Told) -> Iterator[str]:
    for clock in ACTIONS:
        if spans := told.starts.get(clock):
            yield f"`{clock}`{_after(spans)}"


def _after(spans: set[timedelta]) -> str:
    """How long until then, where that is always the same."""
    if len(spans) > 1:
        return ""
    (span,) = spans
    days, rest = divmod(span, timedelta(days=1))
    return "" if rest else f" after {days} days" if days != 1 else " after 1 day"


if __name__ == "__main__":
    print(document(), end="")
