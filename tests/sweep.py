"""Every page of the web app that somebody can look at, for tests of what must not be seen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from django.test import Client
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from amicable.rules.registry import ACTIONS


class HasId(Protocol):
    """Somebody."""

    @property
    def id(self) -> str:
        """Their id."""


RANDOM = re.compile(r'(name="(csrfmiddlewaretoken|key)" value="[^"]*")|nonce="[^"]*"|"X-CSRFToken": ?"[^"]*"')
"""What is another each time a page is shown."""


def pages_of(browser: Client, contract: str, people: Sequence[HasId]) -> dict[str, tuple[int, str]]:
    """The status and the text of each page, for the contract and the people."""
    seen = {}
    for address in addresses(contract, people):
        response = browser.get(address)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        seen[address] = response.status_code, RANDOM.sub("", content.decode(errors="replace"))
    return seen


def addresses(contract: str, people: Sequence[HasId]) -> list[str]:
    """The addresses of the web app that can be made from what is known."""
    known = [{"contract_id": contract}, {}]
    known += [{"person_id": person.id} for person in people]
    known += [{"contract_id": contract, "name": name} for name, action in ACTIONS.items() if not action.is_automatic]
    known += [{"currency": "USD"}]
    found = []
    for name in names():
        for parameters in known:
            try:
                found.append(reverse(f"web:{name}", kwargs=parameters))
            except NoReverseMatch:
                continue
    return found


def names() -> list[str]:
    """The names of the web app's addresses."""
    web = next(part for part in get_resolver().url_patterns if getattr(part, "namespace", None) == "web")
    return [pattern.name for pattern in web.url_patterns if isinstance(pattern, URLPattern) and pattern.name]
