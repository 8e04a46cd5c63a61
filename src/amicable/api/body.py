"""Reading the body of a request: JSON, of a sensible size."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NoReturn, cast

from django.http import HttpRequest
from ninja.parser import Parser

from amicable.api.problems import Problem, invalid

MAX_BYTES = 1_000_000
METHODS = ("POST", "PUT", "PATCH", "DELETE")
UNREADABLE = Problem(400, "unreadable", "The body is not readable as JSON in UTF-8.")


class BodyParser(Parser):
    """Gives ninja what has been read already."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body's JSON."""
        return cast(dict[str, Any], read_body(request))


def read_body(request: HttpRequest) -> Any:
    """The JSON in the body, None when there is none; raises 400, 413 and 415. Read once a request."""
    if not hasattr(request, "json"):
        request.json = _read(request)  # type: ignore[attr-defined]
    return request.json  # type: ignore[attr-defined]


def parameters_of(request: HttpRequest) -> Mapping[str, Any]:
    """The JSON object in the body, empty when there is no body; raises 422 when it is something else."""
    body = read_body(request)
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise invalid("body", "Send a JSON object.")
    return body


def fingerprint(request: HttpRequest) -> str:
    """A digest of what is asked: two requests that mean the same have the same one."""
    asked = [request.method, request.path, sorted(request.GET.lists()), read_body(request)]
    return hashlib.sha256(_written(asked).encode()).hexdigest()


def _read(request: HttpRequest) -> Any:
    if request.method not in METHODS:
        return None
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        raise Problem(413, "too_large", f"The body is larger than {MAX_BYTES:,} bytes.")
    if not request.body:
        return None
    if request.content_type != "application/json":
        raise Problem(415, "not_json", "Send the body as Content-Type: application/json.")
    return _parsed(request.body)


def _parsed(body: bytes) -> Any:
    """Strict JSON: no NaN, and no text that cannot be kept in UTF-8."""
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
        _written(value).encode()
    except (ValueError, RecursionError):
        raise UNREADABLE from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
