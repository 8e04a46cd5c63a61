"""Who sends a request: a person, by token."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer

from amicable.api.problems import Problem
from amicable.people.models import Person, Token


class Request(HttpRequest):
    """A request that somebody is known to have sent. It exists for the types only."""

    auth: Person


class BearerToken(HttpBearer):
    """`Authorization: Bearer TOKEN`."""

    def __call__(self, request: HttpRequest) -> Person:
        """The person, looked up once a request; raises AuthenticationError."""
        known = getattr(request, "auth", None) or super().__call__(request)
        if known is None:
            raise AuthenticationError
        cast(Request, request).auth = known
        return cast(Person, known)

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        """Whose token it is."""
        del request
        return Token.person_of(token)


def token_digest(request: HttpRequest) -> str:
    """The digest under which the token of an authenticated request is kept."""
    return Token.hash(request.headers["Authorization"].partition(" ")[2])


def require_role(person: Person, role: str) -> None:
    """Raise 403 unless the person plays `role`."""
    if not person.has_role(role):
        raise Problem(403, "role_needed", f"Only somebody with the role {role} can do this.")
