"""The registry of actions: buttons, `GET …/actions`, the OpenAPI document and the docs all come from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.params import Invalid, InvalidParts, MilestoneRef, Param, Schema
from amicable.rules.parts import Role
from amicable.rules.wording import say

Guard = Callable[[Contract, Role, datetime], Refused | None]
"""Says whether an action is open to a side at a time, whatever its parameters; None is yes."""

ActorGuard = Callable[[Contract, datetime, str | None], Refused | None]
"""Says whether it is open to this person (an id), where that depends on more than their side."""

Do = Callable[..., Refused | None]
"""Makes the change, given the parameters as keywords; or refuses because of them."""


@dataclass(frozen=True)
class Action:
    """One thing that can be done to a contract."""

    name: str
    does: str
    """In words, for the docs and the schema."""
    by: tuple[Role, ...]
    params: Mapping[str, Param]
    guard: Guard
    do: Do
    who: ActorGuard | None = None
    unrecorded: tuple[str, ...] = ()
    """Parameters that do not go on record with the action."""
    undone_by: str = ""
    """The action by which the same side can take this back as long as nobody has answered it, or this action itself
    where doing it again replaces it; empty where nobody can take it back alone."""

    def on_record(self, params: Mapping[str, object]) -> Mapping[str, object]:
        """Of what the actor said, what the history keeps."""
        return {name: value for name, value in params.items() if name not in self.unrecorded}

    @property
    def is_automatic(self) -> bool:
        """Whether it happens by itself."""
        return self.by == (Role.NOBODY,)

    def why_not(self, contract: Contract, by: Role, at: datetime, actor: str | None = None) -> Refused | None:
        """Why `by`, the person `actor`, cannot do this now; None when it can be done, given sensible parameters."""
        if by not in self.by:
            return Refused("other_side", _whose(self.by), Kind.ROLE)
        return self.guard(contract, by, at) or (self.who(contract, at, actor) if self.who else None)

    def schema(self, contract: Contract, by: Role | None = None) -> Schema:
        """JSON Schema of the parameters, as they make sense for `contract` now; for one side, as they do for it."""
        return {
            "type": "object",
            "properties": {
                name: param.schema(contract, by) if isinstance(param, MilestoneRef) else param.schema(contract)
                for name, param in self.params.items()
            },
            "required": [name for name, param in self.params.items() if param.required],
            "additionalProperties": False,
        }

    def read(self, raw: Mapping[str, object], contract: Contract) -> dict[str, Any] | Refused:
        """The parameters in the rules' own terms, or a refusal that names each bad field."""
        values: dict[str, Any] = {}
        errors = [(name, f"{self.name} takes no parameter of this name.") for name in raw if name not in self.params]
        for name, param in self.params.items():
            if raw.get(name) is None:
                if param.required:
                    errors.append((name, "This is needed."))
                continue
            try:
                values[name] = param.read(raw[name], contract)
            except InvalidParts as error:
                errors += [(f"{name}.{part}", message) for part, message in error.parts]
            except Invalid as error:
                errors.append((name, str(error)))
        if errors:
            said = " ".join(f"{name}: {message}" for name, message in errors)
            return Refused("invalid", say("{said}", said=said), Kind.INVALID, tuple(errors))
        return values


ACTIONS: dict[str, Action] = {}


def action(
    *by: Role,
    does: str,
    guard: Guard,
    params: Mapping[str, Param] | None = None,
    who: ActorGuard | None = None,
    unrecorded: tuple[str, ...] = (),
    undone_by: str = "",
) -> Callable[[Do], Do]:
    """Register a function as the action of its name."""

    def register(do: Do) -> Do:
        name = do.__name__
        if name in ACTIONS:
            raise ValueError(f"there are two actions named {name}")
        ACTIONS[name] = Action(name, does, by, params or {}, guard, do, who, unrecorded, undone_by)
        return do

    return register


def given(name: str, find: Callable[[Change, Mapping[str, Any]], object]) -> Callable[[Do], Do]:
    """The function is given as `name` what `find` finds by the parameters; where that is a refusal, it is refused."""

    def wrap(do: Do) -> Do:
        @wraps(do)
        def found(change: Change, **params: Any) -> Refused | None:
            value = find(change, params)
            return value if isinstance(value, Refused) else do(change, **{**params, name: value})

        return found

    return wrap


def act(
    contract: Contract,
    name: str,
    params: Mapping[str, object],
    *,
    by: Role,
    at: datetime,
    actor: str | None = None,
) -> Outcome | Refused:
    """What comes of `by` doing the action `name` to `contract` at `at` (UTC): its outcome, or why not.

    `params` are as they come from JSON. Pure: nothing happens until the outcome is committed.
    Raises KeyError when no action has that name.
    """
    action = ACTIONS[name]
    if by not in action.by:
        return Refused("other_side", _whose(action.by), Kind.ROLE)
    values = action.read(params, contract)
    if isinstance(values, Refused):
        return values
    refused = action.why_not(contract, by, at, actor)
    if refused:
        return refused
    change = Change(contract, action=name, by=by, at=at, actor=actor, params=action.on_record(params))
    return action.do(change, **values) or change.outcome()


def _whose(by: tuple[Role, ...]) -> Any:
    if by == (Role.NOBODY,):
        return say("This happens by itself; nobody has to do it.")
    people = {
        Role.CLIENT: say("Only {client}, the client, can do this."),
        Role.FREELANCER: say("Only {freelancer}, the freelancer, can do this."),
        Role.MEDIATOR: say("Only a mediator can do this."),
    }
    return people[by[0]] if len(by) == 1 else say("Only the two sides of the contract can do this.")
