"""A person at a window of a real browser, who clicks and reads as people do."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True)
class Somebody:
    """A person at a window of their own."""

    page: Page

    def open_contract(self, title: str) -> None:
        """Go to the contracts, and from the title to the workroom."""
        self.page.goto("/")
        self.page.get_by_role("link", name=title).click()

    def reads(self, *sentences: str) -> None:
        """The page says this, in one place or another."""
        for sentence in sentences:
            expect(self.page.get_by_role("main")).to_contain_text(sentence)

    def choose(self, what: str, outcome: str) -> None:
        """Choose on the ending page, and see what comes of it before there is a button for it."""
        self.page.get_by_role("radio", name=what).check()
        expect(self.outcome).to_contain_text(outcome)

    @property
    def outcome(self) -> Locator:
        """What the page says will happen."""
        return self.page.locator("#outcome")

    def write(self, label: str, text: str) -> None:
        """Fill in a field."""
        self.page.get_by_label(label).fill(text)

    def follow(self, link: str) -> None:
        """Follow a link."""
        self.page.get_by_role("link", name=link, exact=True).click()

    def press(self, button: str, said: str) -> None:
        """Press a button, and be told what was done."""
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.get_by_role("status").first).to_contain_text(said)

    def end(self, reason: str, button: str, said: str) -> None:
        """Give the reason and end the contract."""
        self.page.get_by_label("Reason").select_option(label=reason)
        self.press(button, said)

    def move_time(self, to: str, said: str) -> None:
        """Move the demo's clock in the header, and be told what happened on the way."""
        self.press(to, said)
