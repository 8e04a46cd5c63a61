"""A person at a window of a real browser, who clicks and reads as people do."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

READ = r"""(found) => found.map((item) => {
    const plain = (node) => node ? node.textContent.replace(/\s+/g, " ").trim() : "";
    const utc = [...item.querySelectorAll(".event-when .moment-beside")].map(plain).find((text) => text[0] === "(");
    return [[plain(item.querySelector("time")), utc].join(" ").trim(), plain(item.querySelector(".event-title")),
            [...(item.querySelector(".event-body")?.children ?? [])].map(plain).join(" ")];
})"""
"""When, what and in which words of each event of a timeline; without how far away it is."""


@dataclass(frozen=True)
class Happening:
    """An event of a timeline as a page tells it: when in the reader's zone, its title, and what it comes to."""

    when: str
    title: str
    text: str


@dataclass(frozen=True)
class Somebody:
    """A person at a window of their own."""

    page: Page

    def open_contract(self, title: str) -> None:
        """Go to the contracts, and from the title to the workroom."""
        self.page.goto("/")
        self.follow(title)

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
        """Follow a link, and wait for the page that it leads to."""
        with self.page.expect_event("load"):
            self.page.get_by_role("link", name=link, exact=True).click()

    def press(self, button: str, said: str) -> None:
        """Press a button, and be told on the next page what was done."""
        with self.page.expect_event("load"):
            self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.get_by_role("status").first).to_contain_text(said)

    def decide(self, button: str) -> None:
        """Press the button at the end of a page that shows what comes of it, and see in the workroom that exactly this
        was done, and that the same as was shown then happens by itself."""
        points = self.page.locator("#outcome .explain li").all_inner_texts()
        later = self._events("#outcome .timeline > li")
        self.press(button, points[0])
        done = self.behind[0]
        assert done.text.endswith(" ".join(points)), (done.text, points)
        assert self.ahead == later

    @property
    def ahead(self) -> list[Happening]:
        """What happens by itself, as the workroom tells it, the next first."""
        self.page.locator("#history").wait_for()
        return self._events("#ahead .timeline > li")

    @property
    def behind(self) -> list[Happening]:
        """What has happened, as the workroom tells it, the last first."""
        return self._events("#history .timeline > li")

    def _events(self, found: str) -> list[Happening]:
        return [Happening(*read) for read in self.page.locator(found).evaluate_all(READ)]

    def waits(self, until: str) -> Happening:
        """Say nothing: move the demo's clock from event to event, and see that each does just what the workroom had
        said it would, until the one of that title has."""
        while True:
            due = [event for event in self.ahead if event.when == self.ahead[0].when]
            self.move_time("Next event", due[0].title)
            assert self.behind[: len(due)] == due[::-1], (self.behind[:3], due)
            if until in (event.title for event in due):
                return due[0]

    def purse(self) -> dict[str, str]:
        """Go to the balance: the amount of each figure."""
        self.page.goto("/balance")
        names = self.page.locator(".figures dt").all_inner_texts()
        return dict(zip(names, self.page.locator(".figures .figure-amount").all_inner_texts(), strict=True))

    def end(self, reason: str, button: str, said: str) -> None:
        """Give the reason and end the contract."""
        self.page.get_by_label("Reason").select_option(label=reason)
        self.press(button, said)

    def move_time(self, to: str, said: str) -> None:
        """Move the demo's clock in the header, and be told what happened on the way."""
        self.press(to, said)
