"""Perform an action on a contract, or show what it would come to: the one way in which contracts change."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, UniqueViolation

import amicable.rules.actions  # noqa: F401 (registers the actions)
from amicable.contracts.commit import commit
from amicable.contracts.deed import Deed
from amicable.contracts.models import Event
from amicable.contracts.names import sealed_event
from amicable.contracts.record import Recorded, recorded
from amicable.contracts.store import load
from amicable.rules.contract import Contract
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.parts import Role
from amicable.rules.registry import ACTIONS, act
from amicable.rules.timeline import foresee, timeline
from amicable.rules.wording import say

MAX_TRIES = 20
"""So often a contract is read again when somebody else changed it in between."""


class NoSuchContractError(LookupError):
    """There is no such contract, or none that this person may see."""


class BusyContractError(RuntimeError):
    """A contract changed under every one of MAX_TRIES tries."""


@dataclass(frozen=True, slots=True)
class Command:
    """Somebody wants something done to a contract."""

    contract: str
    action: str
    params: Mapping[str, Any]
    actor: str | None
    """The person's id; None for what happens by itself."""
    key: str | None = None
    """The actor's idempotency key: the same command with the same key is done once."""
    seen: int | None = None
    """The version that the actor saw; if the contract has another by now, the command is refused."""
    diary_seen: int | None = None
    """The same of its diary, where hours are part of what was seen."""
    is_mediator: bool = False
    """Whether the actor may act as a mediator on contracts of others."""


@dataclass(frozen=True, slots=True)
class Done:
    """The action was performed."""

    outcome: Outcome
    contract: Contract
    """The contract as it stands then. What was done under seal may have opened at once; its outcome does not say so,
    as its preview could not."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """The same command was performed before, under the same key; nothing was done now."""

    event: Recorded


STALE = Refused(
    "stale",
    say("The contract has changed since you looked at it, so nothing was done. Look at it again, then decide."),
)
KEY_REUSED = Refused(
    "idempotency_key_reused",
    say("This idempotency key was used for another request. Send a new key with a new request."),
    Kind.INVALID,
)


def view(contract_id: str, actor: str | None, at: datetime, *, is_mediator: bool = False) -> tuple[Contract, Role]:
    """The contract as it stands at `at`, what is due until then included, and the side on which `actor` sees it.

    Raises NoSuchContractError, also for contracts that are not the actor's to see.
    """
    contract, _ = _up_to_date(_load(contract_id, at), at)
    return contract, role_of(contract, actor, is_mediator=is_mediator)


def role_of(contract: Contract, actor: str | None, *, is_mediator: bool = False) -> Role:
    """On which side `actor` stands; a mediator, who is no party, sees contracts that are or were in dispute.

    Raises NoSuchContractError where the contract is none of the actor's business.
    """
    if actor is None:
        return Role.NOBODY
    side = contract.side_of(actor)
    if side is None and is_mediator and contract.disputes:
        side = Role.MEDIATOR
    if side is None:
        raise NoSuchContractError(contract.id)
    return side


def up_to_date(contract_id: str, at: datetime) -> Contract:
    """The contract as it is stored, after performing what was due until `at`: what is read can be written upon.

    Raises NoSuchContractError and BusyContractError.
    """
    for _ in range(MAX_TRIES):
        stored = _load(contract_id, at)
        contract, past = _up_to_date(stored, at)
        if not past:
            return contract
        with savepoint():
            commit([Deed(stored, past)])
    raise BusyContractError(contract_id)


def preview(command: Command, at: datetime) -> Outcome | Refused:
    """What performing the command at `at` would come to. Writes nothing."""
    decided = _decide(command, at)
    return decided if isinstance(decided, Refused) else foresee(decided.outcome)


def perform(command: Command, at: datetime) -> Done | Replayed | Refused:
    """Do it: decide on a fresh snapshot and commit exactly what was decided, or refuse and write nothing.

    Raises NoSuchContractError and BusyContractError.
    """
    for _ in range(MAX_TRIES):
        decided = _decide(command, at)
        if isinstance(decided, Refused):
            return _replayed(command) or decided
        try:
            with savepoint():
                if commit([decided.deed]):
                    return Done(decided.outcome, decided.deed.after)
        except IntegrityError as error:
            # Either this key was used a moment ago, or money of the freelancer's that the snapshot still had was
            # spent by another contract; both are decided anew.
            if isinstance(error.__cause__, UniqueViolation):
                replayed = _replayed(command)
                if replayed:
                    return replayed
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    raise BusyContractError(command.contract)


@dataclass(frozen=True, slots=True)
class _Decided:
    """What comes of a command, and the deed of which it is a part: what is due before it, and what opens with it."""

    outcome: Outcome
    deed: Deed


def _decide(command: Command, at: datetime) -> _Decided | Refused:
    """What is due until `at`, and then the command, as one deed."""
    stored = _load(command.contract, at)
    contract, past = _up_to_date(stored, at)
    role = role_of(contract, command.actor, is_mediator=command.is_mediator)
    if command.seen not in (None, contract.version) or command.diary_seen not in (None, contract.diary_version):
        return STALE
    outcome = act(contract, command.action, command.params, by=role, at=at, actor=command.actor)
    if isinstance(outcome, Refused):
        return outcome
    opened = timeline(outcome.contract, until=at) if outcome.is_sealed else []
    return _Decided(outcome, Deed(stored, [*past, outcome, *opened], command.key))


def _load(contract_id: str, at: datetime) -> Contract:
    contract = load(contract_id, at)
    if contract is None:
        raise NoSuchContractError(contract_id)
    return contract


def _up_to_date(stored: Contract, at: datetime) -> tuple[Contract, list[Outcome]]:
    """The contract with what is due until `at` done, and those outcomes: nobody depends on when the worker comes."""
    past = timeline(stored, until=at)
    return (past[-1].contract if past else stored), past


def _replayed(command: Command) -> Replayed | Refused | None:
    """What was done under the command's key before, if anything was."""
    if command.key is None or command.actor is None:
        return None
    row = Event.objects.filter(actor=command.actor, key=command.key).values(*EVENT_FIELDS).first()
    event = recorded(**row) if row else sealed_event(command.actor, command.key)
    if event is None:
        return None
    params = ACTIONS[command.action].on_record(command.params)
    same = (event.contract, event.action, event.params) == (command.contract, command.action, params)
    return Replayed(event) if same else KEY_REUSED


EVENT_FIELDS = ("contract", "version", "at", "action", "by", "actor", "params", "outcome")


def savepoint() -> AbstractContextManager[Any]:
    """Inside somebody's transaction a refused statement must not take the rest with it."""
    return transaction.atomic() if connection.in_atomic_block else nullcontext()
