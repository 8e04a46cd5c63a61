"""Windows of a real browser in which people have signed in."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from amicable.people.models import Person
from market import Market, browser_of

# Playwright's event loop runs in the thread of the tests, which Django takes for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

Open = Callable[..., Page]
OVERFULL = """[...document.querySelectorAll(".card, .table-frame, .choice, .branch")]
    .filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => box.textContent.trim().slice(0, 60))"""
NO_COMPLAINT = re.compile(
    "Failed to load resource: .* status of (402|403|404|409|422) |htmx:(afterRequest|sendAbort), "
)
"""A page that says no, and a question that a newer one took the place of before it was answered."""


@pytest.fixture
def market(live_server: LiveServer) -> Market:  # noqa: ARG001 (first the database that the server sees)
    """The marketplace that the browsers see."""
    return Market()


@pytest.fixture
def open_as(browser: Browser, live_server: LiveServer) -> Iterator[Open]:
    """Open an address as somebody who has signed in; afterwards nothing may have been complained of."""
    complaints: list[str] = []
    contexts = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not NO_COMPLAINT.match(message.text):
            complaints.append(message.text)

    def open_page(who: Person | None, path: str, **look: object) -> Page:
        window = browser.new_context(base_url=live_server.url, **look)  # type: ignore[arg-type]
        contexts.append(window)
        window.set_default_timeout(10_000)
        if who:
            session = browser_of(who).cookies["sessionid"].value
            window.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = window.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for window in contexts:
        window.close()
    assert complaints == []


def wrong_with(page: Page) -> list[str]:
    """What axe finds when everything is unfolded, whether the page scrolls sideways at any width, or has not one
    first heading."""
    page.wait_for_load_state()
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    found = [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in Axe().run(page).response["violations"]]
    shown = page.viewport_size or {"width": 1280, "height": 900}
    for width in sorted({320, 768, 1280, shown["width"]}, key=lambda width: width == shown["width"]):
        page.set_viewport_size({**shown, "width": width})
        if wide := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"):
            found.append(f"{wide} px too wide at {width}")
        if (overfull := page.evaluate(OVERFULL)) != []:
            found.append(f"too narrow at {width}: {overfull}")
    if (headings := page.locator("h1").count()) != 1:
        found.append(f"{headings} first headings")
    return [f"{page.url}: {complaint}" for complaint in found]
