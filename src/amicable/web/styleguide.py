"""The style guide: every token and component on one page, with the words of a real contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from amicable.rules.contract import Status
from amicable.rules.money import Money
from amicable.rules.parts import MilestoneStatus
from amicable.web.stars import MEANINGS, StarRow

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

TONES = ("neutral", "info", "success", "warning", "problem")
COLOURS = [
    ("paper", "The page"),
    ("surface", "Cards and fields"),
    ("sunken", "What is not available"),
    ("line", "Separators"),
    ("line-strong", "Borders of controls"),
    ("ink", "Text"),
    ("ink-soft", "Secondary text"),
    ("accent", "Links, primary buttons, focus"),
    ("accent-strong", "The accent under the pointer"),
    ("accent-soft", "The choice that is made"),
    *((f"{tone}-{part}", "") for tone in TONES for part in ("ink", "soft")),
    ("danger", "The button that cannot be undone"),
    ("danger-strong", "The same under the pointer"),
]
ICONS = [
    "arrow-left-right", "arrow-right", "ban", "calendar", "check", "chevron-down", "chevron-left", "chevron-right",
    "circle-alert", "circle-check", "circle-help", "clock", "download", "fast-forward", "file-text", "history", "inbox",
    "info", "lock", "log-out", "message-square", "monitor", "moon", "plus", "search", "send", "shield", "sun",
    "triangle-alert", "upload", "user", "wallet", "x",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody signed in, as far as the header looks at a person."""

    name: str
    email: str
    roles: tuple[str, ...]
    time_zone: str
    is_authenticated: bool = True


class PaymentForm(forms.Form):
    """What a client fills in to pay on a contract that has ended."""

    amount = forms.CharField(
        label="Amount",
        help_text="The freelancer receives it less the service fee of 10 %.",
        error_messages={"required": "Write the amount in digits, such as 120.00."},
    )
    note = forms.CharField(label="What it is for", required=False, widget=forms.Textarea(attrs={"rows": 3}))


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show all components, as a reader in Berlin sees them on Monday 23 November 2026."""
    with timezone.override(ZoneInfo("Europe/Berlin")):
        return render(request, "web/styleguide.html", _example())


def _example() -> dict[str, Any]:
    return {
        "now": NOW,
        "reader": Reader("Jonas Weber", "jonas@example.org", ("client",), "Europe/Berlin"),
        "colours": COLOURS,
        "icons": ICONS,
        "statuses": [*Status, *MilestoneStatus, "disputed"],
        "form": PaymentForm({"amount": ""}),
        "money": {name: Money(*value) for name, value in _AMOUNTS.items()},
        "at": {name: NOW + span for name, span in _SPANS.items()},
        "due": date(2026, 12, 4),
        "explanation": _EXPLANATION,
        "stars": tuple(StarRow(c, f"stars-{c}", MEANINGS[c], 20, None) for c in ("quality", "deadlines")),
    }


_AMOUNTS = {
    "logo": (50_000, "USD"),
    "pages": (120_000, "USD"),
    "fee_held": (2_500, "USD"),
    "back": (52_500, "USD"),
    "released": (20_000, "USD"),
    "service_fee": (2_000, "USD"),
    "to_freelancer": (18_000, "USD"),
    "rest": (30_000, "USD"),
    "rest_fee": (1_500, "USD"),
    "platform": (3_000, "USD"),
    "yen": (1_500, "JPY"),
    "dinar": (12_345_678, "KWD"),
    "large": (99_999_999_999, "USD"),
    "minus": (-18_000, "USD"),
    "nothing": (0, "USD"),
}
_SPANS = {
    "offered": -timedelta(days=20, hours=3),
    "funded": -timedelta(days=12, hours=2, minutes=30),
    "submitted": -timedelta(days=3, hours=5),
    "message": -timedelta(hours=2, minutes=12),
    "reply": -timedelta(minutes=25),
    "hold": timedelta(days=5),
    "answer": timedelta(days=6, hours=23),
    "release": timedelta(days=10, hours=13, minutes=30),
}
_EXPLANATION = [
    "Clara Okafor has 7 days to answer. Until then the 300.00 USD stay in escrow.",
    "If she agrees, the money and its fee go back to your card at once.",
    "If she says nothing, the same happens on Mon 30 Nov 2026, 10:00 CET (09:00 UTC).",
    "If she contests it, a dispute opens and a mediator decides; it costs nothing.",
]
