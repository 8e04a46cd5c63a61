"""The page of an import: what somebody sends, and what would come of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from amicable.diary.imports.importing import Sent
from amicable.diary.imports.moments import Order, zone_named, zones
from amicable.diary.imports.plan import BY_HAND, SNAPPING, LeftOut, Plan, Taken, WeekAfter
from amicable.diary.imports.reading import MAX_BYTES
from amicable.rules.money import Money
from amicable.rules.outcome import Refused
from amicable.rules.week import hours_text, segments_text
from amicable.rules.wording import Sentence
from amicable.web.outcome import People
from amicable.web.viewer import Sight

ORDERS = (
    ("", "Told by the file itself"),
    (Order.DAY_FIRST.value, "The day comes first: 31/12/2026"),
    (Order.MONTH_FIRST.value, "The month comes first: 12/31/2026"),
)
GROUPS = {
    "no_times": "Without start and end",
    "running": "Still running",
    "no_length": "Without a length",
    "too_long": "Longer than a day",
    "too_short": "Too short",
    "totals": "Sums",
    "other_project": "Of other projects",
    "week_locked": "In weeks that are closed",
    "before_start": "Before the contract began",
    "after_end": "After the contract's end",
    "in_pause": "In a pause of the contract",
    "in_future": "In the future",
    "already_logged": "Logged already",
    "overlap": "Logged on other contracts",
    "manual_time_not_allowed": "In weeks without time by hand",
}
"""What is not taken, in order of what can be mended."""
LINES_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent, or is to be filled in."""

    text: str = ""
    """The file's, in UTF-8; it goes to the preview and back."""
    zone: str = "UTC"
    dates: str = ""
    project: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def orders(self) -> tuple[tuple[str, str], ...]:
        """How dates may be written."""
        return ORDERS

    @property
    def zones(self) -> list[str]:
        """The time zones that are offered: those that are named after places."""
        places = {zone for zone in zones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))}
        return sorted(places | {self.zone, "UTC"})

    def sent(self, sight: Sight) -> Sent | None:
        """What is to be imported; None while something is wrong or missing."""
        zone = zone_named(self.zone)
        if self.errors or zone is None or not self.text:
            return None
        order = Order(self.dates) if self.dates else None
        project = self.project or None
        return Sent(sight.contract.id, str(sight.person.pk), self.text.encode(), zone, order, project)


def read_form(request: HttpRequest, sight: Sight) -> Form:
    """What somebody sent: a file, or the text of one that was sent before."""
    if request.method != "POST":
        return Form(zone=sight.person.time_zone)
    errors: dict[str, str] = {}
    posted = request.POST
    file = request.FILES.get("file")
    text = _text(file, errors) if isinstance(file, UploadedFile) else posted.get("text", "")
    if not text and not errors:
        errors["file"] = "Choose the file that your time tracker exported."
    zone, dates = posted.get("zone", sight.person.time_zone), posted.get("dates", "")
    if zone_named(zone) is None:
        errors["zone"] = "Choose one of the time zones."
    if dates not in dict(ORDERS):
        errors["dates"] = "Choose one of these."
    return Form(text, zone, dates, posted.get("project", ""), errors)


def _text(file: UploadedFile[Any], errors: dict[str, str]) -> str:
    content: bytes = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        errors["file"] = (
            "The file is larger than 2 MB. Export a shorter time: weeks that were billed are closed anyway."
        )
        return ""
    try:
        return content.decode()
    except UnicodeDecodeError:
        errors["file"] = "The file is no text in UTF-8. Export it as CSV, not as a spreadsheet, and send it as it is."
        return ""


def broken_lines(refused: Refused | None) -> list[tuple[str, str]]:
    """(where, what) of each line that cannot be read, where there are several."""
    errors = refused.errors if refused and len(refused.errors) > 1 else ()
    return [(", ".join(where.removeprefix("lines.").split(".", 1)), what) for where, what in errors]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Segments in a row with one memo that would be logged."""

    begin: datetime
    hours: str
    memo: str
    is_over_limit: bool


@dataclass(frozen=True, slots=True)
class Omission:
    """What would not be logged for one reason of one day, or entries without a place."""

    why: str
    lines: str
    hours: str
    begin: datetime | None


@dataclass(frozen=True, slots=True)
class Omissions:
    """What would not be logged for one kind of reason."""

    title: str
    hours: str
    entries: tuple[Omission, ...]


@dataclass(frozen=True, slots=True)
class WeekChange:
    """A week before the import and after it."""

    of: WeekAfter
    before: str
    after: str
    over_limit: str
    amount_before: Money
    amount_after: Money


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan, as the page shows it."""

    digest: str
    product: str
    projects: list[str]
    hours: str
    stretches: tuple[Stretch, ...]
    omissions: tuple[Omissions, ...]
    remarks: tuple[tuple[str, str], ...]
    weeks: tuple[WeekChange, ...]
    explanation: tuple[str, ...]


def shown(plan: Plan, people: People) -> Preview:
    """The plan in words."""
    return Preview(
        digest=plan.digest,
        product=plan.export.product.name,
        projects=plan.export.projects,
        hours=hours_text(plan.minutes),
        stretches=tuple(_stretches(plan.taken)),
        omissions=tuple(omissions(plan.left_out, people)),
        remarks=tuple((people.tell(remark), lines_text(lines)) for remark, lines in plan.remarks),
        weeks=tuple(_week(one, plan) for one in plan.weeks),
        explanation=tuple(map(people.tell, _explanation())),
    )


def _explanation() -> Iterable[Sentence]:
    return SNAPPING, BY_HAND


def lines_text(lines: Iterable[int]) -> str:
    """Lines of the file: `3 to 5, 9`."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    told = [f"{first}" if first == last else f"{first} to {last}" for first, last in runs]
    more = [f"and {len(told) - LINES_SHOWN} more"] if len(told) > LINES_SHOWN else []
    return ", ".join([*told[:LINES_SHOWN], *more])


def _stretches(taken: Iterable[Taken]) -> Iterable[Stretch]:
    runs: list[list[Taken]] = []
    for one in taken:
        if runs and _goes_on(runs[-1][-1], one):
            runs[-1].append(one)
        else:
            runs.append([one])
    for run in runs:
        first = run[0].segment
        yield Stretch(first.start, segments_text(len(run)), first.memo, run[0].is_over_limit)


def _goes_on(one: Taken, other: Taken) -> bool:
    same = (one.segment.memo, one.is_over_limit) == (other.segment.memo, other.is_over_limit)
    return same and one.segment.end == other.segment.start


def omissions(left_out: Iterable[LeftOut], people: People) -> Iterable[Omissions]:
    """What would not be logged, by kind of reason; those of a kind without a heading come last."""
    found: dict[str, list[LeftOut]] = {}
    for one in left_out:
        found.setdefault(one.code, []).append(one)
    for code in [*filter(found.get, GROUPS), *(code for code in found if code not in GROUPS)]:
        minutes = sum(one.minutes for one in found[code])
        entries = tuple(_omission(one, people) for one in found[code])
        yield Omissions(GROUPS.get(code, "For other reasons"), hours_text(minutes) if minutes else "", entries)


def _omission(one: LeftOut, people: People) -> Omission:
    hours = hours_text(one.minutes) if one.minutes else ""
    return Omission(people.tell(one.why), lines_text(one.lines), hours, one.begin)


def _week(one: WeekAfter, plan: Plan) -> WeekChange:
    return WeekChange(
        one,
        hours_text(one.minutes_before),
        hours_text(one.minutes_after),
        hours_text(one.over_limit_after) if one.over_limit_after else "",
        plan.contract.money(one.amount_before),
        plan.contract.money(one.amount_after),
    )
