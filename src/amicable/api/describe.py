"""What the OpenAPI document says of an operation beyond what its types say."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from amicable.api.body import CSV, MULTIPART
from amicable.api.problems import MEDIA_TYPE

Extra = dict[str, Any]


def may_refuse(*statuses: int) -> Extra:
    """The operation may answer with a problem of these statuses, besides those that any operation of its kind may."""
    return {"responses": {status: problem_response(status) for status in statuses}}


def problem_response(status: int) -> Extra:
    """A problem, as a response in the document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}


def sends(schema: Extra) -> Extra:
    """The operation's body, where the rules read it themselves. It may be left out when nothing in it is needed."""
    required = "oneOf" in schema or bool(schema["required"])
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def sends_file(properties: Extra) -> Extra:
    """The operation's body is one file with these words beside it, none of which is needed."""
    file = {"type": "string", "format": "binary", "description": "At most 25 MB."}
    schema = {
        "type": "object",
        "properties": {"file": file, **properties},
        "required": ["file"],
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {MULTIPART: {"schema": schema}}}}


def sends_table(description: str) -> Extra:
    """The operation's body is a table."""
    schema = {"type": "string", "description": description}
    return {"requestBody": {"required": True, "content": {CSV: {"schema": schema}}}}


def takes_table(extra: Extra | None) -> bool:
    """Whether an operation that is described so takes a table."""
    return CSV in (extra or {}).get("requestBody", {}).get("content", {})


def takes_file(extra: Extra | None) -> bool:
    """Whether an operation that is described so takes a file."""
    return MULTIPART in (extra or {}).get("requestBody", {}).get("content", {})


def as_file(*refuses: int, media_type: str = "*/*") -> Extra:
    """The operation answers with a file, and may refuse as in `may_refuse`."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"content": content}, **may_refuse(*refuses)["responses"]}}


def as_text(*media_types: str, refuses: tuple[int, ...] = ()) -> Extra:
    """The operation can answer with text of these types, and may refuse as in `may_refuse`."""
    content = {media_type: {"schema": {"type": "string"}} for media_type in media_types}
    return {"responses": {200: {"content": content}, **may_refuse(*refuses)["responses"]}}
