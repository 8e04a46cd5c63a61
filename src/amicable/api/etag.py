"""Versions of contracts as entity tags: somebody who says what they saw does not act on something else."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from amicable.rules.contract import Contract

NEVER = -1
"""The version of no contract."""


def set_etag(response: HttpResponse, contract: Contract) -> None:
    """Tell which version of the contract the response shows."""
    response["ETag"] = f'"{contract.version}"'


def version_seen(request: HttpRequest) -> int | None:
    """The version in If-Match; None when the request does not say. What is none of our tags matches no contract."""
    tag = request.headers.get("If-Match", "*").strip()
    if tag == "*":
        return None
    number = tag.strip('"')
    return int(number) if tag == f'"{number}"' and number.isascii() and number.isdigit() else NEVER
