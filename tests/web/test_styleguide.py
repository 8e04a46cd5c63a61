"""Every component, in the themes and at the widths people read in, for the eye, the keyboard and the screen reader."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

import amicable.web
from amicable.web.styleguide import ICONS

WEB = Path(amicable.web.__file__).parent


class Guide:
    """The style guide, open in one theme at one width; keeps what the browser complains about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        page.wait_for_load_state("networkidle")

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[320, 768, 1280])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def guide(browser: Browser, live_server: LiveServer, theme: str, width: int) -> Iterator[Guide]:
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
    yield Guide(page, f"{live_server.url}/styleguide")
    page.close()


@pytest.fixture
def phone(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme="light")
    page.goto(f"{live_server.url}/styleguide")
    yield page
    page.close()


class TestThePage:
    pytestmark = pytest.mark.browser

    def test_has_no_axe_violation_does_not_scroll_sideways_and_obeys_the_content_policy(self, guide: Guide) -> None:
        found = Axe().run(guide.page).response["violations"]
        wide = guide.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

        assert [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in found] == []
        assert wide == 0
        assert guide.complaints == []

    def test_writes_money_in_figures_of_one_width_from_the_vendored_font(self, phone: Page) -> None:
        widths = phone.evaluate(
            """() => ["1111", "8888"].map((figures) => {
                const money = document.querySelector(".money").cloneNode();
                money.textContent = figures;
                document.body.append(money);
                return money.getBoundingClientRect().width;
            })"""
        )

        assert widths[0] == widths[1]
        assert phone.evaluate("[...document.fonts].some((font) => font.family === 'Inter' && font.status === 'loaded')")

    def test_puts_no_gap_between_a_component_in_a_sentence_and_its_full_stop(self, phone: Page) -> None:
        assert phone.get_by_text("You release 500.00 USD.").is_visible()


class TestTheKeyboard:
    pytestmark = pytest.mark.browser

    def test_reaches_every_control_and_always_shows_where_it_is(self, phone: Page) -> None:
        controls = phone.locator("a[href]:visible, button:enabled:visible, summary:visible").count()
        seen = 0
        for _ in range(3 * controls):
            phone.keyboard.press("Tab")
            state = phone.evaluate(
                """() => {
                    const at = document.activeElement;
                    const ring = (element) => getComputedStyle(element).outlineStyle === "solid";
                    return {tag: at.tagName, shown: ring(at) || ring(at.parentElement)};
                }"""
            )
            if state["tag"] == "BODY":
                break
            assert state["shown"], phone.evaluate("document.activeElement.outerHTML")
            seen += state["tag"] in ("A", "BUTTON", "SUMMARY")

        assert seen == controls

    def test_jumps_over_the_header_with_the_first_key(self, phone: Page) -> None:
        phone.keyboard.press("Tab")
        phone.keyboard.press("Enter")

        assert phone.evaluate("document.activeElement.id") == "main"

    def test_opens_the_menu_of_the_person_and_closes_it_with_escape(self, phone: Page) -> None:
        phone.get_by_role("button", name="Jonas Weber").focus()
        phone.keyboard.press("Enter")
        assert phone.get_by_role("button", name="Sign out").is_visible()

        phone.keyboard.press("Escape")
        assert not phone.get_by_role("button", name="Sign out").is_visible()

    def test_moves_between_choices_and_opens_what_belongs_to_one(self, phone: Page) -> None:
        phone.get_by_role("radio", name="Release a part").focus()
        assert phone.get_by_label("Release to Clara Okafor").is_visible()

        phone.keyboard.press("ArrowUp")
        assert phone.get_by_role("radio", name="Ask all of it back").is_checked()
        assert not phone.get_by_label("Release to Clara Okafor").is_visible()


class TestTheTheme:
    pytestmark = pytest.mark.browser

    def test_is_the_systems_until_the_reader_chooses_and_is_remembered(self, phone: Page) -> None:
        light = phone.evaluate("getComputedStyle(document.body).backgroundColor")
        phone.get_by_role("radio", name="Dark").check(force=True)
        dark = phone.evaluate("getComputedStyle(document.body).backgroundColor")
        phone.reload()

        assert dark != light
        assert phone.evaluate("getComputedStyle(document.body).backgroundColor") == dark
        assert phone.get_by_role("radio", name="Dark").is_checked()


@pytest.mark.browser
def test_without_javascript_everything_but_the_theme_switch_is_there(browser: Browser, live_server: LiveServer) -> None:
    page = browser.new_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page.goto(f"{live_server.url}/styleguide")

    page.get_by_role("button", name="Jonas Weber").click()
    assert page.get_by_role("button", name="Sign out").is_visible()
    assert page.get_by_role("heading", name="End the contract with Clara Okafor").is_visible()
    assert not page.get_by_role("group", name="Appearance").is_visible()
    page.close()


def test_vendored_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((WEB / "static/web/vendor/MANIFEST.json").read_text())
    listed = {name: digest for part in manifest for name, digest in part["files"].items()}
    icons = [*(WEB / "templates/cotton/icons").iterdir()]
    vendored = [
        file for file in (WEB / "static/web/vendor").rglob("*") if file.is_file() and file.name != "MANIFEST.json"
    ]

    found = {str(file.relative_to(WEB)): hashlib.sha256(file.read_bytes()).hexdigest() for file in [*icons, *vendored]}
    assert found == listed
    assert sorted(icon.stem for icon in icons) == ICONS
