"""The OpenAPI document as it is, and as a page to browse. Both are made here: nothing comes from elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from amicable.api.openapi import document, operations
from amicable.api.problems import MEDIA_TYPE, nothing_here

_REFERENCE = re.compile(r"#/components/schemas/(\w+)")


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The document, for programs."""
    del request
    return JsonResponse(document())


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The document, for people."""
    return render(request, "api/docs.html", {"info": document()["info"], "chapters": chapters(), "shapes": shapes()})


def nothing(request: HttpRequest, *args: object) -> HttpResponse:
    """Answers where there is nothing."""
    del request, args
    raise nothing_here()


@dataclass(frozen=True)
class Said:
    """What is sent or answered: a parameter, a body or a status, in words and as a schema."""

    name: str
    description: str
    schema: SafeString


@dataclass(frozen=True)
class Described:
    """An operation, as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    needs_token: bool
    sent: list[Said]
    answered: list[Said]
    refused: list[str]
    """The statuses of the problems that it may answer with, with their names."""


@cache
def chapters() -> list[tuple[str, list[Described]]]:
    """The operations, by tag."""
    found = [_described(*one) for one in operations(document())]
    tags = [operation["tags"][0] for _, _, operation in operations(document())]
    return [(tag, [one for one, its in zip(found, tags, strict=True) if its == tag]) for tag in dict.fromkeys(tags)]


@cache
def shapes() -> list[Said]:
    """The schemas that operations refer to."""
    return [
        Said(name, schema.get("description", ""), _pretty(schema))
        for name, schema in sorted(document()["components"]["schemas"].items())
    ]


def _described(path: str, method: str, operation: Mapping[str, Any]) -> Described:
    return Described(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        needs_token="security" in operation,
        sent=list(_sent(operation)),
        answered=[_answer(*one) for one in operation["responses"].items() if not _is_problem(*one)],
        refused=[f"{one[0]} {one[1]['description']}" for one in operation["responses"].items() if _is_problem(*one)],
    )


def _sent(operation: Mapping[str, Any]) -> Iterator[Said]:
    for parameter in operation["parameters"]:
        where = f"{parameter['name']} ({parameter['in']})"
        yield Said(where, parameter.get("description", ""), _pretty(parameter["schema"]))
    body = operation.get("requestBody")
    if body:
        yield Said("body", "", _pretty(_content_schema(body)))


def _answer(status: str, response: Mapping[str, Any]) -> Said:
    return Said(status, response["description"], _pretty(_content_schema(response)))


def _is_problem(status: str, response: Mapping[str, Any]) -> bool:
    del status
    return MEDIA_TYPE in response["content"]


def _content_schema(carrier: Mapping[str, Any]) -> Any:
    return next(iter(carrier["content"].values()))["schema"]


def _pretty(schema: Any) -> SafeString:
    """The schema in JSON, in which the name of another schema is a link to it."""
    text = escape(json.dumps(schema, indent=2, ensure_ascii=False))
    return mark_safe(_REFERENCE.sub(r'<a href="#schema-\1">\1</a>', text))
