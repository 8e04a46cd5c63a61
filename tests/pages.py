"""Reading pages as people do, and pressing what is on them."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse
from django.test import Client


def words(page: HttpResponse) -> str:
    """The page as it is read: without tags, in single spaces."""
    text = unescape(re.sub(r"<[^>]+>", " ", page.content.decode()))
    return re.sub(r"\s+([.,:;)])", r"\1", re.sub(r"\s+", " ", text))


def hidden(page: HttpResponse) -> dict[str, str]:
    """What a page sends along with its button."""
    found = re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', page.content.decode())
    return {name: unescape(value) for name, value in found}


def press(browser: Client, address: str, page: HttpResponse, **filled_in: str) -> HttpResponse:
    """Fill in the form of a page that was shown, and press its button."""
    return browser.post(address, hidden(page) | filled_in)
