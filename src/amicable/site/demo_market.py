"""Who lives in the demo and what they did: data, told in days before today, or in billing weeks."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from amicable.rules.feedback import CATEGORIES


@dataclass(frozen=True)
class Resident:
    """Somebody who can sign in. A client's `card` works, declines or disputes."""

    name: str
    roles: tuple[str, ...]
    time_zone: str = "UTC"
    card: str | None = None

    @property
    def email(self) -> str:
        """With what they sign in."""
        return f"{self.name.split()[0].lower()}@amicable.example"


@dataclass(frozen=True, order=True)
class InWeek:
    """A moment of a billing week: `week` 0 is the one of today, -1 the one before; Monday is `weekday` 0; UTC."""

    week: int
    weekday: int
    hour: float


When = float | InWeek
"""So many days after today (below zero: before), or a moment of a billing week."""


@dataclass(frozen=True)
class Step:
    """What somebody did. What is told in billing weeks and is still to come was not done."""

    day: When
    by: str
    """A resident's first name."""
    action: str
    params: dict[str, Any] = field(default_factory=dict)
    """A milestone by its number, a week by how far it is from today's; `proposal` is filled in."""
    files: tuple[tuple[str, str], ...] = ()
    """Name and text of what is handed in with it."""


@dataclass(frozen=True)
class Message:
    """What somebody wrote."""

    day: When
    by: str
    text: str
    files: tuple[tuple[str, str], ...] = ()
    """Name and text of what goes with it."""


@dataclass(frozen=True)
class Work:
    """Time that the freelancer logged when it was over."""

    begins: InWeek
    minutes: int
    memo: str
    activity: int = 7
    """Minutes of each ten with input; none where it was entered by hand."""

    @property
    def day(self) -> InWeek:
        """When it was over."""
        return replace(self.begins, hour=self.begins.hour + self.minutes / 60)


@dataclass(frozen=True)
class Story:
    """A contract from its offer on."""

    day: float
    client: str
    freelancer: str
    title: str
    description: str
    milestones: tuple[tuple[str, str], ...]
    """Title and amount; none where it is paid by the hour."""
    steps: tuple[Step | Message | Work, ...] = ()
    currency: str = "USD"
    hourly: dict[str, Any] = field(default_factory=dict)
    """The rate, the weekly limit and whether time may be entered by hand."""


PAGES = "\n".join(f"Page {page}, paragraph {part}: ready to publish." for page in range(1, 6) for part in range(1, 9))
BOOKING = (
    "<!doctype html>\n<title>Book a chair</title>\n<h1>When would you like to come?</h1>\n" + "<p>9:00 free</p>\n" * 40
)


def _stars(count: int, **other: int) -> dict[str, int]:
    return dict.fromkeys(CATEGORIES, count) | other


RESIDENTS = (
    Resident("Clara Lindqvist", ("client",), "Europe/Stockholm", "works"),
    Resident("Ugo Nwosu", ("client",), "Africa/Lagos", "works"),
    Resident("Kym Aldridge", ("client",), "America/Chicago", "declines"),
    Resident("Haruto Mori", ("client",), "Asia/Tokyo", "works"),
    Resident("Gaby Ortega", ("freelancer",), "America/Mexico_City"),
    Resident("Femi Adeyemi", ("freelancer",), "Africa/Lagos"),
    Resident("Rina Kobayashi", ("freelancer",), "Asia/Tokyo"),
    Resident("Noor Al-Sabah", ("client", "freelancer"), "Asia/Kuwait", "works"),
    Resident("Mira Holm", ("mediator",), "Europe/Berlin"),
    Resident("Otto Brandt", ("operator",), "Europe/Berlin"),
)

BY_THE_HOUR = (
    Story(
        -29, "Clara", "Gaby", "Letters to customers", "Answers in Spanish and English, every day a few.", (),
        (
            Step(-28.5, "Gaby", "accept", {"note": "With pleasure."}),
            *(
                Work(InWeek(week, weekday, hour), minutes, memo)
                for week in (-3, -2, -1)
                for weekday, hour, minutes, memo in (
                    (0, 14, 130, "Letters to twelve customers about the delay"),
                    (1, 14, 90, "Return form: answers and a template"),
                    (3, 14.5, 170, "Complaint of the hotel in Burgos, with all its history"),
                    (4, 15, 40, "Spanish names in the catalogue"),
                )
            ),
            Message(InWeek(-1, 2, 9), "Clara", "The hotel has ordered again. Thank you!"),
            Work(InWeek(0, 0, 0.5), 60, "Letters about the winter opening hours"),
            Work(InWeek(0, 1, 14), 100, "Return form: the first answers"),
            Work(InWeek(0, 2, 14), 60, "Catalogue: sizes in Spanish"),
        ),
        hourly={"rate": "33.33", "weekly_limit_hours": 10},
    ),
    Story(
        -29, "Ugo", "Femi", "Care of the web shop", "Small repairs and improvements, as they come up.", (),
        (
            Step(-28.4, "Femi", "accept"),
            Work(InWeek(-3, 1, 9), 200, "Checkout page: address form"),
            Work(InWeek(-3, 2, 9), 140, "Rounding in the basket's total"),
            Work(InWeek(-2, 0, 9), 180, "Pictures of the product page load one by one"),
            Work(InWeek(-2, 1, 9), 30, "Call with Ugo about the sale", 0),
            Work(InWeek(-2, 2, 9), 120, "work"),
            Work(InWeek(-2, 3, 10), 90, "Search finds names with accents", 3),
            Step(InWeek(-1, 3, 10), "Ugo", "dispute_hours", {
                "week": -2, "minutes": 120,
                "reason": "On Wednesday nothing in the shop changed, and the memo says “work”.",
            }),
            Step(InWeek(-1, 4, 18), "Femi", "contest_hours_dispute", {
                "note": "I looked for the error in the payment log all morning. The notes are in the memos.",
            }),
            Work(InWeek(-1, 1, 9), 150, "Payment log: why orders arrive twice"),
            Work(InWeek(-1, 4, 9), 60, "Payment log: orders arrive once"),
            Work(InWeek(-1, 4, 10), 30, "Call about the payment log", 0),
            Step(InWeek(-1, 5, 9), "Ugo", "set_weekly_limit", {"hours": 12}),
            Work(InWeek(0, 0, 0.5), 90, "Gift cards: form"),
            Work(InWeek(0, 1, 9), 120, "Gift cards: e-mail with the code"),
            Work(InWeek(0, 1, 11), 20, "Gift cards: e-mail with the code", 0),
            Work(InWeek(0, 2, 9), 120, "Gift cards: where they are redeemed"),
        ),
        hourly={"rate": "45.00", "weekly_limit_hours": 20, "manual_time": True},
    ),
    Story(
        -15, "Kym", "Rina", "Pictures for the blog", "Two or three a week.", (),
        (
            Step(-14.5, "Rina", "accept"),
            Work(InWeek(-2, 6, 20), 80, "Two drafts for the article about rain"),
            Work(InWeek(-2, 6, 21.5), 40, "", 5),
            Message(InWeek(-1, 1, 6), "Rina", "The contract is paused because of the card. Can you look at it?"),
        ),
        hourly={"rate": "30.00"},
    ),
)  # fmt: skip

STORIES = (
    Story(
        -52, "Clara", "Gaby", "Proofread a machine-translated website",
        "Twelve pages, Spanish to English. Meaning first, then style.",
        (("Pages 1 to 12", "500.00"),),
        (
            Step(-51.8, "Gaby", "accept"),
            Step(-51.5, "Clara", "fund", {"milestone": 0}),
            Step(-48, "Gaby", "submit", {"milestone": 0, "note": "All twelve pages, and a list of the changes."}),
            Message(-47.8, "Clara", "Wonderful work, thank you!"),
            Step(-47.5, "Clara", "approve", {"milestone": 0, "note": "Exactly what we needed."}),
            Step(-47, "Clara", "end", {"reason": "completed"}),
            Step(-46, "Clara", "leave_feedback", {
                "stars": _stars(5), "comment": "Reads as if it had been written in English.",
            }),
            Step(-44, "Gaby", "leave_feedback", {
                "stars": _stars(5, communication=4), "comment": "Clear brief, paid at once. No glossary, though.",
            }),
            Step(-43, "Clara", "respond_feedback", {"comment": "Next time there will be one!"}),
            Step(-30, "Clara", "pay", {"amount": "60.00", "note": "For the two extra pages."}),
        ),
    ),
    Story(
        -9, "Clara", "Gaby", "Translate a few pages of our shop",
        "“A few pages” of product texts, Spanish to English. About five.",
        (("The first five pages", "400.00"), ("Final read", "100.00")),
        (
            Step(-8.6, "Gaby", "accept"),
            Step(-8.5, "Clara", "fund", {"milestone": 0}),
            Message(-6, "Clara", "I have added a few pages to the folder, please do them too."),
            Message(-5.9, "Gaby", "The folder has more than sixty pages now. Shall we agree on a price for them?"),
            Message(-5.5, "Clara", "Our budget is what it is."),
            Step(-4, "Gaby", "submit", {"milestone": 0, "note": "The five pages we agreed on, ready to publish."},
                 (("five-pages.txt", PAGES),)),
        ),
    ),
    Story(
        -6, "Ugo", "Femi", "Booking page for a barber shop",
        "One page with a calendar, three services, confirmation by e-mail.",
        (("Design and calendar", "500.00"), ("E-mails", "200.00")),
        (
            Step(-5.7, "Femi", "accept", {"note": "Looking forward to it."}),
            Step(-5.5, "Ugo", "fund", {"milestone": 0}),
            Message(-2, "Ugo", "How is it going? I have not seen anything yet."),
            Message(-1, "Femi", "The calendar stands. Here is the page.", (("booking.html", BOOKING),)),
        ),
    ),
    Story(
        -20, "Ugo", "Femi", "Logo and business cards",
        "Two drafts, then one round of changes.",
        (("Drafts", "150.00"), ("Final files", "350.00")),
        (
            Step(-19.5, "Femi", "accept"),
            Step(-19, "Ugo", "fund", {"milestone": 0}),
            Step(-16, "Femi", "submit", {"milestone": 0, "note": "Two drafts."}),
            Step(-15, "Ugo", "approve", {"milestone": 0}),
            Step(-14.5, "Ugo", "fund", {"milestone": 1}),
            Step(-9, "Femi", "submit", {"milestone": 1, "note": "Final files, all formats."}),
            Step(-8, "Ugo", "request_changes", {"milestone": 1, "note": "The green is too dark on paper."}),
            Step(-7, "Ugo", "approve", {"milestone": 1, "amount": "100.00", "note": "For the cards, they are fine."}),
        ),
    ),
    Story(
        -15, "Clara", "Femi", "Newsletter template",
        "Responsive, tested in the usual mail programs.",
        (("Template", "300.00"),),
        (
            Step(-14.8, "Femi", "accept"),
            Step(-14.5, "Clara", "fund", {"milestone": 0}),
            Step(-3, "Clara", "end", {"reason": "deadline_missed", "note": "Too late now.", "escrow": "refund"}),
        ),
    ),
    Story(
        -28, "Noor", "Femi", "Stock list in a spreadsheet",
        "Import from the old system, with a page for printing.",
        (("Spreadsheet", "100.001"), ("Printing", "33.333")),
        (
            Step(-27.5, "Femi", "accept"),
            Step(-27, "Noor", "fund", {"milestone": 0}),
            Step(-20, "Femi", "submit", {"milestone": 0, "note": "Import and list are done."}),
            Step(-12, "Noor", "end", {"reason": "quality", "note": "Half is there.", "escrow": {"release": "33.334"}}),
            Step(-10, "Femi", "decline_refund", {"note": "All that was described is there; see the list I sent."}),
            Step(-8, "Noor", "answer_dispute", {"note": "The import stops after 400 rows. We have 900."}),
        ),
        currency="KWD",
    ),
    Story(
        -32, "Haruto", "Rina", "Subtitles for a product film",
        "Japanese to English, 14 minutes.",
        (("Subtitles", "50001"),),
        (
            Step(-31, "Rina", "accept"),
            Step(-30, "Haruto", "fund", {"milestone": 0}),
            Step(-26, "Rina", "submit", {"milestone": 0, "note": "File and a proof with time codes."}),
            Step(-13, "Haruto", "end", {"reason": "quality", "note": "Names are misspelled.", "escrow": "refund"}),
            Step(-12, "Rina", "decline_refund", {"note": "The spelling follows the list that I was given."}),
            Step(-11, "Haruto", "answer_dispute", {"note": "The list was replaced on the third day."}),
            Step(-2, "Mira", "decide", {
                "release": "33334",
                "reason": "The work was done and handed in on time. The new list came after a third of it was done.",
            }),
        ),
        currency="JPY",
    ),
    Story(
        -3, "Haruto", "Rina", "Voice-over script", "Two pages from the film's subtitles.",
        (("Script", "20000"),),
        (Step(-2.5, "Rina", "accept"), Step(-2.4, "Haruto", "fund", {"milestone": 0})),
        currency="JPY",
    ),
    Story(
        -2, "Kym", "Gaby", "Edit a grant application", "Twenty pages, due next week.",
        (("Edit", "240.00"),),
        (Step(-1.8, "Gaby", "accept"), Step(-1.5, "Kym", "fund", {"milestone": 0})),
    ),
    Story(-1, "Clara", "Femi", "Landing page for the sale", "One page, our fonts and colours.", (("Page", "450.00"),)),
    Story(-40, "Kym", "Femi", "Fix the contact form", "It sends nothing.", (("Fix", "40.00"),)),
    Story(
        -18, "Ugo", "Gaby", "Menu in three languages", "English, Spanish, French.", (("Menu", "90.00"),),
        (Step(-17, "Gaby", "decline", {"note": "Thank you, but I do not write French well enough."}),),
    ),
    Story(
        -16, "Ugo", "Rina", "Photographs of the shop", "Ten pictures.", (("Pictures", "180.00"),),
        (Step(-15.5, "Ugo", "withdraw", {"note": "We found somebody in town."}),),
    ),
    Story(
        -25, "Clara", "Rina", "Japanese product names", "Thirty names.", (("Names", "120.00"),),
        (
            Step(-24.5, "Rina", "accept"),
            Step(-24, "Clara", "fund", {"milestone": 0}),
            Step(-22, "Rina", "end", {"reason": "other", "note": "I fell ill and cannot finish in time. I am sorry."}),
            Message(-10, "Rina", "I am well again and have finished them after all, see the file.",
                    (("finished.txt", PAGES),)),
        ),
    ),
    *BY_THE_HOUR,
)  # fmt: skip
