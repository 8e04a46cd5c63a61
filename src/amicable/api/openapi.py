"""The OpenAPI document: ninja's, with what is true of all operations of a kind added."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from amicable.api import schemas
from amicable.api.app import api
from amicable.api.describe import problem_response
from amicable.api.once import HEADER, REPLAYED

PREFIX = "api/v1/"
IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same key with the same body is done once and answered as the first time.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the contract as it was seen. If it has changed since, nothing is done: 412.",
    "schema": {"type": "string"},
}
WAS_REPLAYED = {"description": "`true` when this is the answer of an earlier time.", "schema": {"type": "string"}}


@cache
def document() -> dict[str, Any]:
    """The whole document. Nobody may change it."""
    described: dict[str, Any] = api.get_openapi_schema(path_prefix=PREFIX)
    described["components"]["schemas"] |= _problem_schemas()
    for path, method, operation in operations(described):
        _complete(operation, path, method)
    return described


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation of the document with its path and its method."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete(operation: dict[str, Any], path: str, method: str) -> None:
    """Add the headers that the operation takes, and the problems that any operation of its kind may answer with."""
    operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    statuses = [422, 503]
    if "security" in operation:
        statuses += [401, 429]
    if "requestBody" in operation:
        statuses += [400, 413, 415]
    if method == "post":
        statuses.append(409)
        operation["parameters"].append(IDEMPOTENCY_KEY)
        for response in operation["responses"].values():
            response.setdefault("headers", {})[REPLAYED] = WAS_REPLAYED
    if "/actions/" in path:
        operation["parameters"].append(IF_MATCH)
    for status in statuses:
        operation["responses"].setdefault(status, problem_response(status))
    operation["responses"] = {str(status): operation["responses"][status] for status in sorted(operation["responses"])}


def _problem_schemas() -> dict[str, Any]:
    schema = schemas.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**schema.pop("$defs"), "Problem": schema}
