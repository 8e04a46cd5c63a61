"""How money, moments, people and states are written on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from django import template
from django.template.context import Context
from django.utils import timezone

from amicable.rules.contract import Status
from amicable.rules.hourly import WeekStatus
from amicable.rules.money import Money
from amicable.rules.parts import MilestoneStatus
from amicable.rules.standing import tell_weight
from amicable.rules.week import hours_text
from amicable.rules.wording import zone_name
from amicable.web.wall import wall_time

register = template.Library()

TONES: dict[str, str] = {
    Status.OFFERED: "info",
    Status.DECLINED: "neutral",
    Status.WITHDRAWN: "neutral",
    Status.EXPIRED: "neutral",
    Status.ACTIVE: "success",
    Status.PAUSED: "warning",
    Status.ENDING: "warning",
    Status.ENDED: "neutral",
    MilestoneStatus.UNFUNDED: "neutral",
    MilestoneStatus.FUNDING: "info",
    MilestoneStatus.FUNDED: "info",
    MilestoneStatus.SUBMITTED: "warning",
    MilestoneStatus.PAID: "success",
    MilestoneStatus.REFUNDED: "neutral",
    WeekStatus.OPEN: "info",
    WeekStatus.CHARGING: "info",
    WeekStatus.UNPAID: "problem",
    WeekStatus.IN_REVIEW: "warning",
    WeekStatus.DISPUTED: "problem",
}

WORDS: dict[str, str] = {
    MilestoneStatus.UNFUNDED: "Not funded",
    MilestoneStatus.FUNDING: "Being funded",
    MilestoneStatus.FUNDED: "In escrow",
    MilestoneStatus.SUBMITTED: "Handed in",
    WeekStatus.CHARGING: "Card is being asked",
    WeekStatus.UNPAID: "Not paid",
    WeekStatus.DISPUTED: "In dispute",
}


class Amount(Protocol):
    """Anything with minor units and an ISO 4217 code."""

    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant as a reader sees it."""

    iso: str
    """For machines: `2026-11-30T12:00:00+00:00`."""
    local: str
    """In the reader's zone: `Mon 30 Nov 2026, 13:00 CET`."""
    utc: str
    """Beside it: `12:00 UTC`, with the day where it is another; empty for a reader in UTC."""
    distance: str
    """`in 6 days 23 h` or `2 h ago`; empty without a given now."""


@register.filter
def weight(thousandths: int) -> str:
    """What a contract weighs in a standing: `1.25`."""
    return tell_weight(thousandths)


@register.filter
def wall(at: datetime) -> str:
    """A time of the day in the reader's zone: `02:10`, and with the zone's name where it comes twice that day."""
    return wall_time(timezone.localtime(at))


@register.filter
def amount(money: Amount) -> str:
    """`1,500 JPY`, `12,345.678 KWD`, `500.00 USD`."""
    return str(Money(money.amount, money.currency))


@register.filter
def number(money: Amount) -> str:
    """`amount` without its currency."""
    return amount(money).rpartition(" ")[0]


@register.filter
def percent(basis_points: int) -> str:
    """`10 %`, `2.75 %`, with a space that does not break."""
    return f"{basis_points / 100:g}\N{NO-BREAK SPACE}%"


@register.filter
def hours(minutes: int) -> str:
    """Minutes as hours: `7:10`."""
    return hours_text(minutes)


@register.simple_tag
def moment_of(at: datetime, now: datetime | None = None) -> Moment:
    """How the reader, whose zone is Django's current one, sees the instant `at`."""
    local, utc = timezone.localtime(at), at.astimezone(UTC)
    return Moment(
        iso=utc.isoformat(),
        local=f"{local:%a %-d %b %Y, %H:%M} {zone_name(local)}",
        utc="" if local.utcoffset() == utc.utcoffset() else _utc_beside(local, utc),
        distance=distance(at, now) if now else "",
    )


@register.filter
def distance(at: datetime, now: datetime) -> str:
    """How far `at` is from `now`: `in 6 days 23 h`, `in 45 min`, `now`, `2 h ago`."""
    span = _span(abs(at - now))
    if not span:
        return "now"
    return f"in {span}" if at > now else f"{span} ago"


@register.filter
def initials(name: str) -> str:
    """`Mara Lindqvist` is ML, `Prince` is P."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def tone(status: str) -> str:
    """The colour of a status: neutral, info, success, warning or problem."""
    return TONES.get(status, "neutral")


@register.filter
def in_words(status: str) -> str:
    """What a status is called on a page: `funded` is `In escrow`."""
    return WORDS.get(status, str(status).replace("_", " ").capitalize())


@register.simple_tag(takes_context=True)
def current(context: Context, url: str) -> str:
    """The value of aria-current for a link to `url`: page, true when the page lies below it, or false."""
    path = context["request"].path
    if path == url:
        return "page"
    return "true" if path.startswith(f"{url.rstrip('/')}/") else "false"


def _utc_beside(local: datetime, utc: datetime) -> str:
    pattern = "%H:%M UTC" if local.date() == utc.date() else "%a %-d %b, %H:%M UTC"
    return utc.strftime(pattern)


def _span(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    long, short = [(days, "day" if days == 1 else "days"), (hours, "h")], [(hours, "h"), (minutes, "min")]
    parts = long if days else short
    return " ".join(f"{count} {unit}" for count, unit in parts if count)
