"""A contract as the person who sends a request sees it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from amicable.api.auth import Request
from amicable.api.represent import Names, names_of, sides
from amicable.contracts import clock
from amicable.contracts.perform import Command, view
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.parts import Role


@dataclass(frozen=True, slots=True)
class Sight:
    """A contract, the side on which the person stands, and the names of both sides."""

    contract: Contract
    role: Role
    names: Names
    at: datetime

    @property
    def told(self) -> Names:
        """The names as sentences want them."""
        return sides(self.contract, self.names)


def look(request: Request, contract_id: UUID) -> Sight:
    """The contract as it stands; raises NoSuchContractError where it is none of the person's business."""
    person, at = request.auth, clock.now()
    contract, role = view(str(contract_id), str(person.id), at, is_mediator=mediates(person))
    return Sight(contract, role, names_of(contract), at)


def command(
    request: Request, contract_id: UUID, action: str, params: Mapping[str, Any], *, key: str | None, seen: int | None
) -> Command:
    """What the person wants done."""
    person = request.auth
    return Command(
        str(contract_id),
        action,
        params,
        actor=str(person.id),
        key=key,
        seen=seen,
        is_mediator=mediates(person),
    )


def mediates(person: Person) -> bool:
    """Whether the person may act as a mediator on contracts of others."""
    return person.has_role("mediator")
