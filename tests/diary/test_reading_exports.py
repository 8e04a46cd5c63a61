"""Reading the exports of time trackers: what each says, and that a broken one says nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from amicable.diary.imports import moments, reading
from amicable.diary.imports.moments import Order
from amicable.diary.imports.reading import Entry, Export, read_export, remarks_of
from amicable.rules.outcome import Kind, Refused
from exports import sample, toggl

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def read(content: bytes, zone: ZoneInfo = UTC_ZONE, order: Order | None = None) -> Export:
    export = read_export(content, zone, order)
    assert isinstance(export, Export), export
    return export


def broken(content: bytes, zone: ZoneInfo = UTC_ZONE) -> Refused:
    no = read_export(content, zone)
    assert isinstance(no, Refused), no
    assert no.kind == Kind.INVALID
    return no


def times(entry: Entry) -> tuple[str, str]:
    assert entry.placed, entry
    return f"{entry.placed.start:%d %H:%M:%S}", f"{entry.placed.end:%d %H:%M:%S}"


def remarks(export: Export) -> dict[str, tuple[int, ...]]:
    return {remark.tell(): lines for remark, lines in remarks_of(export.entries)}


def is_unreadable(read: Callable[[], object]) -> bool:
    try:
        read()
    except ValueError:
        return True
    return False


class TestEachProduct:
    def test_toggl_track(self) -> None:
        export = read(sample("toggl"))

        assert export.product.name == "Toggl Track"
        assert [(entry.line, *times(entry)) for entry in export.entries] == [
            (2, "23 09:58:31", "23 11:32:04"),
            (3, "23 11:32:04", "23 11:47:20"),
            (4, "23 23:40:00", "24 00:25:00"),
            (7, "24 14:00:10", "24 14:03:40"),
            (8, "24 15:00:00", "24 16:00:00"),
        ]
        assert [entry.memo for entry in export.entries[:3]] == [
            "Checkout page: address form",
            'Call with Clara: "ship it", then notes',
            "Payment errors - declined cards - expired cards",
        ]
        assert export.projects == ["Blog", "Shop"]
        assert remarks(export) == {}

    def test_clockify_with_american_dates_and_times(self) -> None:
        export = read(sample("clockify"))

        assert export.product.name == "Clockify"
        first, second, total = export.entries
        assert (*times(first), first.memo) == ("23 09:58:00", "23 11:32:00", "Checkout page: address form")
        assert (*times(second), second.memo) == ("23 12:05:00", "23 13:15:00", "Support")
        assert (total.line, total.placed, total.code) == (4, None, "totals")

    def test_harvest_whose_hours_have_no_place_in_the_day(self) -> None:
        export = read(sample("harvest"))

        assert export.product.name == "Harvest"
        assert [(entry.line, entry.placed, entry.code) for entry in export.entries] == [
            (2, None, "no_times"),
            (3, None, "no_times"),
        ]
        assert export.entries[0].why_not == reading.NO_TIMES

    def test_harvest_with_start_and_end_times_where_it_keeps_them(self) -> None:
        export = read(sample("harvest_with_times"))

        first, past_midnight, without = export.entries
        assert (*times(first), first.memo) == ("23 09:58:00", "23 11:32:00", "Checkout page: address form")
        assert times(past_midnight) == ("23 23:40:00", "24 00:25:00")
        assert (without.line, without.code) == (4, "no_times")

    def test_kimai_with_a_pause_and_an_entry_that_runs(self) -> None:
        export = read(sample("kimai"))

        assert export.product.name == "Kimai"
        first, past_midnight, with_pause, running = export.entries
        assert (*times(first), first.memo) == ("23 09:58:00", "23 11:32:00", "Checkout page: address form")
        assert (*times(past_midnight), past_midnight.memo) == (
            "23 23:40:00",
            "24 00:25:00",
            "Payment errors - declined cards",
        )
        assert (*times(with_pause), with_pause.memo) == ("24 13:00:00", "24 15:30:00", "Development")
        assert (running.line, running.code) == (6, "running")
        assert remarks(export) == {reading.CUT.tell(): (5,)}

    def test_kimai_with_semicolons_dates_in_its_times_and_a_sum(self) -> None:
        export = read(sample("kimai_semicolons"))

        assert export.product.name == "Kimai"
        assert [times(entry) for entry in export.entries[:2]] == [
            ("23 09:58:00", "23 11:32:00"),
            ("23 23:40:00", "24 00:25:00"),
        ]
        assert export.entries[0].memo == "Checkout page; address form"
        assert export.entries[2].code == "totals"

    @pytest.mark.parametrize("name", ["toggl", "clockify", "harvest_with_times", "kimai", "kimai_semicolons"])
    def test_comes_with_any_ends_of_lines_and_with_a_byte_order_mark(self, name: str) -> None:
        plain = sample(name)
        for content in (
            b"\xef\xbb\xbf" + plain,
            plain.replace(b"\n", b"\r\n"),
            plain.rstrip(b"\n"),
        ):
            entries = read(content).entries
            assert [(one.placed, one.memo, one.code) for one in entries] == [
                (one.placed, one.memo, one.code) for one in read(plain).entries
            ]


class TestABrokenFile:
    @pytest.mark.parametrize(
        ("wrong", "line", "column", "message"),
        [
            (("2026-11-31", "09:00:00", "10:00:00"), 3, "start date", "“2026-11-31” is not understood."),
            (("", "09:00:00", "10:00:00"), 3, "start date", "Nothing stands here."),
            (("2026-11-23", "9 o'clock", "10:00:00"), 3, "start time", "“9 o'clock” is not understood."),
            (("2026-11-23", "", "10:00:00"), 3, "start time", "There is no start."),
            (("2026-11-23", "09:00:00", "10:60:00"), 3, "end time", "“10:60:00” is not understood."),
            (("2026-11-23", "09:00:00", "08:00:00"), 3, "end time", "It ends before it starts."),
        ],
    )
    def test_is_not_read_at_all_and_says_where_it_is_broken(
        self, wrong: tuple[str, str, str], line: int, column: str, message: str
    ) -> None:
        good = ("2026-11-23", "09:00:00", "10:30:00")
        no = broken(toggl(good, wrong, good))

        assert no.code == "import_broken"
        assert no.reason.tell() == f"Nothing was imported, for line {line}, column {column} cannot be read: {message}"
        assert no.errors == ((f"lines.{line}.{column}", message),)

    def test_names_the_first_of_its_broken_lines_and_counts_the_others(self) -> None:
        wrong = ("yesterday", "09:00:00", "10:30:00")
        no = broken(toggl(*[wrong] * 30))

        assert no.reason.tell().endswith("“yesterday” is not understood. 29 more lines are broken.")
        assert len(no.errors) == 20

    def test_may_be_cut_off_anywhere_and_never_says_anything_that_the_whole_does_not(self) -> None:
        whole = sample("toggl")
        for length in range(whole.index(b"\n") + 2, len(whole)):
            export = read_export(whole[:length], UTC_ZONE)
            if isinstance(export, Export):
                assert export.entries == read(whole).entries[: len(export.entries)]

    @pytest.mark.parametrize("name", ["toggl", "clockify", "harvest", "kimai", "kimai_semicolons"])
    def test_that_is_cut_off_half_way_is_refused(self, name: str) -> None:
        whole = sample(name)
        cut = whole[: whole.index(b"Checkout page") + 8]

        assert "cut off" in broken(cut).reason.tell()

    def test_has_a_line_with_too_many_columns(self) -> None:
        content = toggl(("2026-11-23", "09:00:00", "10:30:00"), memo="Checkout page, address form")

        assert broken(content).errors == (("lines.2", "The line has 14 columns, and the header 13."),)

    @pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
    def test_is_empty(self, content: bytes) -> None:
        assert broken(content).code == "import_empty"

    def test_has_a_header_and_nothing_else(self) -> None:
        no = broken(toggl())

        assert (no.code, no.reason.tell()) == ("import_empty", "The file has no entries.")

    @pytest.mark.parametrize("content", ["Zeit".encode("utf-16"), "Größe".encode("latin-1"), b"PK\x03\x04\x00\x00"])
    def test_is_no_text(self, content: bytes) -> None:
        assert broken(content).code == "import_not_text"

    def test_comes_from_elsewhere(self) -> None:
        no = broken(sample("toggl_summary"))

        assert no.code == "import_unknown"
        assert "Toggl Track (Reports, Detailed, as CSV)" in no.reason.tell()
        assert "The columns of this file are: project, client, duration." in no.reason.tell()

    def test_lacks_a_column(self) -> None:
        content = toggl(("2026-11-23", "09:00:00", "10:30:00")).replace(b"Start time", b"Beginning")
        no = broken(content)

        assert no.code == "import_broken"
        assert "has no column for the start" in no.reason.tell()

    def test_is_too_large(self) -> None:
        assert broken(toggl(*[("2026-11-23", "09:00:00", "10:30:00")] * 25_000)).code == "import_too_large"

    def test_has_time_of_several_people(self) -> None:
        content = sample("toggl").replace(b"femi@amicable.example,Other", b"eve@amicable.example,Other")
        no = broken(content)

        assert no.code == "import_several_people"
        assert "eve@amicable.example, femi@amicable.example" in no.reason.tell()


class TestDates:
    @pytest.mark.parametrize(
        ("dates", "order"),
        [
            (["11/23/2026", "12/1/2026"], Order.MONTH_FIRST),
            (["1/12/2026", "23/11/2026"], Order.DAY_FIRST),
            (["1-12-2026", "23-11-2026"], Order.DAY_FIRST),
            (["01.12.2026"], Order.DAY_FIRST),
            (["2026-12-01"], Order.DAY_FIRST),
            (["11/11/2026"], Order.DAY_FIRST),
        ],
    )
    def test_tell_their_order_together(self, dates: list[str], order: Order) -> None:
        assert moments.order_of(dates) == order

    def test_that_can_be_read_in_two_ways_want_to_be_told_which(self) -> None:
        content = sample("clockify").replace(b"11/23/2026", b"11/12/2026")

        assert broken(content).code == "import_dates_ambiguous"
        assert read(content, order=Order.DAY_FIRST).entries[0].placed.start.month == 12  # type: ignore[union-attr]
        assert read(content, order=Order.MONTH_FIRST).entries[0].placed.start.month == 11  # type: ignore[union-attr]

    def test_that_contradict_each_other_are_unreadable(self) -> None:
        content = toggl(("23/11/2026", "09:00:00", "10:30:00"), ("11/23/2026", "09:00:00", "10:30:00"))

        assert broken(content).errors == (("lines.3.start date", "“11/23/2026” is not understood."),)

    @pytest.mark.parametrize(
        "text", ["23.13.2026", "2026-02-29", "0001-01-01", "9999-12-31", "23/11-2026", "23.11.26", ""]
    )
    def test_that_are_none(self, text: str) -> None:
        assert is_unreadable(lambda: moments.read_date(text, Order.DAY_FIRST))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1:30", 5400), ("01:30:15", 5415), ("0:06", 360), ("1.5", 5400), ("1,57", 5652), (".25", 900), ("2", 7200),
        ("47:06 min", 2826), ("12 sec", 12), ("100:00", 360_000),
    ],
)  # fmt: skip
def test_durations_are_read_as_each_product_writes_them(text: str, seconds: int) -> None:
    assert moments.read_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["1:75", "1:3", "-1", "1.5h", "1:30:61", "nan"])
def test_durations_that_are_none(text: str) -> None:
    assert is_unreadable(lambda: moments.read_duration(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("12:05 AM", "00:05"),
        ("12:05 pm", "12:05"),
        ("1:05:09 P.M.", "13:05"),
        ("9:58am", "09:58"),
        ("9:58\u202fPM", "21:58"),
        ("23:59", "23:59"),
    ],
)
def test_times_are_read_with_twelve_hours_and_with_twenty_four(text: str, told: str) -> None:
    assert f"{moments.read_time(text):%H:%M}" == told


@pytest.mark.parametrize("text", ["13:00 pm", "0:30 am", "24:00", "9", "9:5", ""])
def test_times_that_are_none(text: str) -> None:
    assert is_unreadable(lambda: moments.read_time(text))


class TestTheZone:
    def test_is_that_of_the_wall_the_times_hung_on(self) -> None:
        content = toggl(("2026-11-23", "09:00:00", "10:30:00"))

        assert times(read(content, BERLIN).entries[0]) == ("23 08:00:00", "23 09:30:00")
        assert times(read(content, NEW_YORK).entries[0]) == ("23 14:00:00", "23 15:30:00")

    def test_leaves_an_hour_out_when_summer_time_begins(self) -> None:
        export = read(toggl(("2026-03-29", "01:30:00", "03:30:00"), ("2026-03-29", "02:15:00", "03:30:00")), BERLIN)

        assert times(export.entries[0]) == ("29 00:30:00", "29 01:30:00")
        assert times(export.entries[1]) == ("29 01:15:00", "29 01:30:00")
        assert remarks(export) == {moments.NEVER_WAS.tell(): (3,)}

    @pytest.mark.parametrize(
        ("duration", "end", "remark"),
        [
            ("01:00:00", "25 00:30:00", moments.TOLD_BY_DURATION),
            ("02:00:00", "25 01:30:00", moments.TOLD_BY_DURATION),
            ("", "25 00:30:00", moments.TWICE),
        ],
    )
    def test_has_an_hour_twice_when_it_ends_which_the_duration_tells_apart(
        self, duration: str, end: str, remark: object
    ) -> None:
        content = toggl(("2026-10-25", "01:30:00", "02:30:00")).replace(b"02:30:00,,", f"02:30:00,{duration},".encode())
        export = read(content, BERLIN)

        assert times(export.entries[0]) == ("24 23:30:00", end)
        assert remarks(export) == {remark.tell(): (2,)}  # type: ignore[attr-defined]

    def test_may_end_an_entry_before_it_began_on_the_wall(self) -> None:
        export = read(toggl(("2026-10-25", "02:50:00", "02:10:00")), BERLIN)

        assert times(export.entries[0]) == ("25 00:50:00", "25 01:10:00")


class TestAnEntry:
    def test_without_an_end_lasts_as_long_as_its_duration(self) -> None:
        header = b"User,Email,Description,Start date,Start time,Duration\n"
        export = read(header + b"Femi,f@amicable.example,Logo,2026-11-23,09:00:00,01:30:00\n", BERLIN)

        assert times(export.entries[0]) == ("23 08:00:00", "23 09:30:00")

    def test_without_a_length_is_left_out(self) -> None:
        assert read(toggl(("2026-11-23", "09:00:00", "09:00:00"))).entries[0].code == "no_length"

    def test_of_a_forgotten_timer_is_left_out(self) -> None:
        content = toggl(("2026-11-23", "09:00:00", "10:00:00")).replace(b"09:00:00,2026-11-23", b"09:00:00,2026-11-25")

        assert read(content).entries[0].code == "too_long"

    def test_that_claims_more_than_lies_between_its_times_is_read_by_its_times(self) -> None:
        content = toggl(("2026-11-23", "09:00:00", "10:00:00")).replace(b"10:00:00,,", b"10:00:00,01:15:00,")
        export = read(content)

        assert times(export.entries[0]) == ("23 09:00:00", "23 10:00:00")
        assert remarks(export) == {reading.LONGER.tell(): (2,)}

    def test_has_its_long_notes_cut(self) -> None:
        export = read(toggl(("2026-11-23", "09:00:00", "10:00:00"), memo="Words " * 200))

        assert len(export.entries[0].memo) <= 500
        assert export.entries[0].memo.endswith("…")
        assert remarks(export) == {reading.SHORTENED.tell(): (2,)}

    def test_is_read_quickly_even_with_many_others(self) -> None:
        content = toggl(*[("2026-11-23", "09:00:00", "10:30:00")] * 15_000)

        assert len(read(content).entries) == 15_000
        assert read(content).entries[0].placed.start == datetime(2026, 11, 23, 9, tzinfo=UTC)  # type: ignore[union-attr]
