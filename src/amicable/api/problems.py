"""Errors as RFC 9457 problems: whatever goes wrong on a request is answered here, in one form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from ninja.errors import AuthenticationError, ValidationError

from amicable.contracts.perform import BusyContractError, NoSuchContractError
from amicable.rules.outcome import Kind, Refused

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
STATUS = {
    Kind.RULE: HTTPStatus.CONFLICT,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.ROLE: HTTPStatus.FORBIDDEN,
    Kind.PAYMENT: HTTPStatus.PAYMENT_REQUIRED,
}


class Problem(Exception):
    """A request that cannot be answered as asked.

    `code` is stable and for programs, `detail` a sentence for people, `errors` are (field, message) pairs.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = HTTPStatus(status)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers or {}

    def response(self) -> HttpResponse:
        """The problem as it is sent."""
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
            "code": self.code,
            "errors": [{"field": field, "message": message} for field, message in self.errors],
        }
        content = json.dumps(body)
        return HttpResponse(content, status=self.status, content_type=MEDIA_TYPE, headers=dict(self.headers))


def invalid(field: str, message: str) -> Problem:
    """One field makes no sense."""
    return _all_invalid([(field, message)])


def refused(no: Refused, names: Mapping[str, str] | None = None) -> Problem:
    """What the rules do not allow; `names` are those of {client} and {freelancer}."""
    status = HTTPStatus.PRECONDITION_FAILED if no.code == "stale" else STATUS[no.kind]
    return Problem(status, no.code, no.reason.tell(names), errors=no.errors)


def nothing_here(what: str = "There is nothing at this address.") -> Problem:
    """404, also for what is somebody else's."""
    return Problem(404, "not_found", what)


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to whoever sent the request."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return _all_invalid([_field_error(found) for found in error.errors])
        case AuthenticationError():
            return Problem(
                401,
                "not_authenticated",
                "Send a token that is valid: Authorization: Bearer TOKEN.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        case Http404():
            return nothing_here()
        case NoSuchContractError():
            return nothing_here("There is no such contract among yours.")
        case BusyContractError() | OperationalError() | InterfaceError():
            log.warning("busy_or_away", error=str(error))
            detail = (
                "This cannot be answered now. Try again in a moment, with the same Idempotency-Key where there is one."
            )
            return Problem(503, "unavailable", detail, headers={"Retry-After": "2"})
    log.error("request_failed", exc_info=error)
    return Problem(500, "fault", "This is a fault of ours. It has been noted.")


def _all_invalid(errors: Sequence[tuple[str, str]]) -> Problem:
    said = " ".join(f"{field}: {message}" if field else message for field, message in errors)
    return Problem(422, "invalid", said, errors=errors)


def _field_error(found: Mapping[str, Any]) -> tuple[str, str]:
    """What pydantic found, without where ninja looked for it: ("body", "payload", "roles", 0) is `roles.0`."""
    source, *where = found["loc"]
    path = where[1:] if source == "body" else where
    return ".".join(map(str, path)) or source, _sentence(found["msg"])


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message[:1].upper() + message[1:].rstrip(".") + "."
