"""What somebody's export says: entries from when to when, or why there is nothing to be read in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from amicable.diary.imports import moments
from amicable.diary.imports.moments import AmbiguousDatesError, Order, Placed
from amicable.diary.imports.products import PRODUCTS, Names, Product, product_of
from amicable.diary.imports.table import BrokenError, Row, decoded, header, rows
from amicable.rules.diary import MEMO_MAX
from amicable.rules.outcome import Kind, Refused
from amicable.rules.wording import Sentence, say

T = TypeVar("T")

MAX_BYTES = 2_000_000
LONGEST = timedelta(hours=24)
NAMED_AT_MOST = 20
"""So many broken lines are named; whoever has more has another trouble."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of an export. `placed` is when it was, or None with why that is not to be said."""

    line: int
    placed: Placed | None
    memo: str = ""
    project: str = ""
    code: str = ""
    why_not: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was read as a whole."""

    product: Product
    zone: ZoneInfo
    entries: tuple[Entry, ...]

    @property
    def projects(self) -> list[str]:
        """The projects that are named in it, in order of their names."""
        return sorted({entry.project for entry in self.entries if entry.project}, key=str.casefold)


# Why an entry has no place in the diary

NO_TIMES = say(
    "It has hours, but no start and end, so it has no place in the day. Have the tracker keep start and end times and "
    "export again, or enter this time by hand."
)
RUNNING = say("It was still running when the file was exported.")
NO_LENGTH = say("It has no length.")
TOO_LONG = say(
    "It lasts more than a day and a night at a stretch, like a timer that somebody forgot. Correct it and export again."
)
TOTALS = say("It is no entry but a sum.")

# What is to be said of how entries were read

CUT = say("Their duration is shorter than the time from start to end, for a pause or rounding: the end was left off.")
LONGER = say("Their duration is longer than the time from start to end. Only what lies between these was read.")
SHORTENED = say("Their notes are longer than a memo may be, and were cut.")


def read_export(content: bytes, zone: ZoneInfo, order: Order | None = None) -> Export | Refused:
    """The entries of a file, in its own order, times being on the wall of `zone`; dates that can be read in two ways
    are in that `order`. One row that cannot be read breaks the whole file.

    The refusals have the kind INVALID and name lines and columns.
    """
    if len(content) > MAX_BYTES:
        return refuse("import_too_large", TOO_LARGE)
    text = decoded(content)
    if text is None:
        return refuse("import_not_text", NOT_TEXT)
    if not text.strip():
        return refuse("import_empty", say("The file is empty."))
    columns, separator = header(text)
    product = product_of(columns)
    if product is None:
        return refuse("import_unknown", _unknown(columns))
    missing = [said for said, names in product.wants() if not set(names) & set(columns)]
    if missing:
        return refuse("import_broken", _missing(product, missing[0]), [("lines.1", missing[0])])
    found = list(rows(text, columns, separator))
    return _entries(product, [row for row in found if isinstance(row, Row)], _broken(found), zone, order)


TOO_LARGE = say("The file is larger than 2 MB. Export a shorter time: weeks that were billed are closed anyway.")
NOT_TEXT = say("The file is no text in UTF-8. Export it as CSV, not as a spreadsheet, and send it as it is.")


def refuse(code: str, reason: Sentence, errors: Sequence[tuple[str, str]] = ()) -> Refused:
    """A file from which nothing is imported."""
    return Refused(code, reason, Kind.INVALID, tuple(errors))


def _unknown(columns: Sequence[str]) -> Sentence:
    known = "; ".join(f"{product.name} ({product.export})" for product in PRODUCTS)
    return say(
        "This is no export that can be read here. Export single entries, with English column names, from one of these: "
        "{known}. The columns of this file are: {columns}.",
        known=known,
        columns=", ".join(filter(None, columns))[:300] or "none",
    )


def _missing(product: Product, what: str) -> Sentence:
    return say(
        "Nothing was imported: this looks like an export from {product}, but has no column for {what}. Take {export}.",
        product=product.name,
        what=what,
        export=product.export,
    )


def _broken(found: Sequence[Row | BrokenError]) -> list[BrokenError]:
    return [one for one in found if isinstance(one, BrokenError)]


def _entries(
    product: Product, found: Sequence[Row], broken: list[BrokenError], zone: ZoneInfo, order: Order | None
) -> Export | Refused:
    people = _people(product, found)
    if len(people) > 1:
        named = ", ".join(people)[:300]
        reason = say("The file has time of several people: {people}. Export only your own.", people=named)
        return refuse("import_several_people", reason)
    try:
        order = order or moments.order_of(row.cell(product.start_date)[1] for row in found)
    except AmbiguousDatesError:
        return refuse("import_dates_ambiguous", AMBIGUOUS, [("dates", "Say day_first or month_first.")])
    reader, entries = Reader(product, zone, order), []
    for number, row in enumerate(found):
        try:
            entries.append(reader.entry(row, is_last=number == len(found) - 1))
        except BrokenError as error:
            broken.append(error)
    if broken:
        return _refuse_broken(sorted(broken, key=lambda error: error.line))
    if not entries:
        return refuse("import_empty", say("The file has no entries."))
    return Export(product, zone, tuple(entries))


AMBIGUOUS = say(
    "The dates of this file can be read in two ways: nothing in them tells whether the day or the month comes first. "
    "Say which."
)


def _people(product: Product, found: Sequence[Row]) -> list[str]:
    people = {" ".join(filter(None, (row.words(names) for names in product.person))) for row in found}
    return sorted(filter(None, people))


def _refuse_broken(broken: Sequence[BrokenError]) -> Refused:
    first = broken[0]
    where = f"line {first.line}, column {first.column}" if first.column else f"line {first.line}"
    more = f" {len(broken) - 1} more lines are broken." if len(broken) > 1 else ""
    reason = say(
        "Nothing was imported, for {where} cannot be read: {message}{more}",
        where=where,
        message=first.message,
        more=more,
    )
    errors = [(f"lines.{one.line}.{one.column}".rstrip("."), one.message) for one in broken[:NAMED_AT_MOST]]
    return refuse("import_broken", reason, errors)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the rows of one file."""

    product: Product
    zone: ZoneInfo
    order: Order

    def entry(self, row: Row, *, is_last: bool) -> Entry:
        """What a row says. Raises BrokenError."""
        if is_last and self._is_sum(row):
            return Entry(row.line, None, code="totals", why_not=TOTALS)
        day = self._read(row, self.product.start_date, self._date)
        duration = self._duration(row)
        begin = self._maybe(row, self.product.start_time)
        if begin is None:
            if self.product.has_times:
                name, _ = row.cell(self.product.start_time)
                raise BrokenError(row.line, name, "There is no start.")
            return self._without(row, "no_times", NO_TIMES)
        placed = self._placed(row, _on(day, begin), duration)
        if placed is None:
            return self._without(row, "running", RUNNING)
        return self._checked(row, placed, duration)

    def _placed(self, row: Row, start: datetime, duration: timedelta | None) -> Placed | None:
        """When the row was; None when it has no end yet."""
        end = self._maybe(row, self.product.end_time)
        if end is None:
            return moments.place_start(start, duration, self.zone) if duration else None
        name, last_day = row.cell(self.product.end_date)
        day = self._read(row, (name,), self._date) if last_day else start.date()
        placed = moments.place(start, _on(day, end), duration, self.zone)
        if placed is None and not last_day:
            placed = moments.place(start, _on(day + timedelta(days=1), end), duration, self.zone)
        if placed is None:
            raise BrokenError(row.line, row.cell(self.product.end_time)[0], "It ends before it starts.")
        return placed

    def _checked(self, row: Row, placed: Placed, duration: timedelta | None) -> Entry:
        length, remarks = placed.end - placed.start, list(placed.remarks)
        if not length or duration == timedelta():
            return self._without(row, "no_length", NO_LENGTH)
        if length > LONGEST:
            return self._without(row, "too_long", TOO_LONG)
        if duration and length - duration >= moments.TOLERANCE:
            placed = Placed(placed.start, placed.start + duration)
            remarks.append(CUT)
        elif duration and duration - length >= moments.TOLERANCE:
            remarks.append(LONGER)
        memo = _UNPRINTABLE.sub(" ", row.words(self.product.memo)).strip()
        if len(memo) > MEMO_MAX:
            memo = memo[: MEMO_MAX - 1].rstrip() + "…"
            remarks.append(SHORTENED)
        return Entry(row.line, Placed(placed.start, placed.end, tuple(remarks)), memo, row.words(self.product.project))

    def _without(self, row: Row, code: str, why_not: Sentence) -> Entry:
        return Entry(row.line, None, project=row.words(self.product.project), code=code, why_not=why_not)

    def _duration(self, row: Row) -> timedelta | None:
        """How long it was, pauses not counted; None where the file does not say."""
        name, said = row.cell(self.product.duration)
        return self._read(row, (name,), moments.read_duration) if said else None

    def _maybe(self, row: Row, names: Names) -> datetime | time | None:
        name, said = row.cell(names)
        return self._read(row, (name,), self._time) if said else None

    def _read(self, row: Row, names: Names, read: Callable[[str], T]) -> T:
        name, said = row.cell(names)
        try:
            return read(said)
        except ValueError:
            what = f"“{said[:60]}” is not understood." if said else "Nothing stands here."
            raise BrokenError(row.line, name, what) from None

    def _date(self, text: str) -> date:
        return moments.read_date(text, self.order)

    def _time(self, text: str) -> datetime | time:
        """A time, or where the cell has a date before it the two together."""
        first, _, rest = text.partition(" ")
        if ":" in first:
            return moments.read_time(text)
        return datetime.combine(self._date(first), moments.read_time(rest.strip()))

    def _is_sum(self, row: Row) -> bool:
        """Whether the row sums up those before it, as trackers write below their reports."""
        says_when = (self.product.start_time, self.product.end_time)
        _, day = row.cell(self.product.start_date)
        return not any(row.cell(names)[1] for names in says_when) and day.lower() in ("", "total")


def _on(day: date, at: datetime | time) -> datetime:
    return at if isinstance(at, datetime) else datetime.combine(day, at)


def remarks_of(entries: Sequence[Entry]) -> Iterator[tuple[Sentence, tuple[int, ...]]]:
    """What is to be said of how entries were read, each with the lines that it is about."""
    lines: dict[str, tuple[Sentence, list[int]]] = {}
    for entry in entries:
        for remark in entry.placed.remarks if entry.placed else ():
            lines.setdefault(remark.template, (remark, []))[1].append(entry.line)
    for remark, where in lines.values():
        yield remark, tuple(where)
