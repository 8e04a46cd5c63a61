"""What an import would log and what not, without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amicable.diary.imports import plan as planning
from amicable.diary.imports.plan import LeftOut, Plan, plan, takes_imports
from amicable.diary.imports.reading import Export, read_export
from amicable.rules import diary
from amicable.rules.contract import Contract, Status
from amicable.rules.diary import SEGMENT
from amicable.rules.hourly import HourlyTerms, Week
from amicable.rules.outcome import Refused
from amicable.rules.parts import Ending, Role
from amicable.rules.week import bitmap, slot_of
from amicable.rules.wording import Sentence, say
from exports import sample, toggl

MONDAY = date(2026, 11, 23)
ACCEPTED = datetime(2026, 11, 9, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 17, 3, tzinfo=UTC)
CONTRACT = Contract(
    id="c", version=2, title="Shop", currency="USD", client="clara", freelancer="femi", created_at=ACCEPTED,
    kind="hourly", status=Status.ACTIVE, accepted_at=ACCEPTED,
    hourly=(HourlyTerms(date(2026, 11, 9), 4_000, manual=True),),
)  # fmt: skip


def at(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def planned(
    content: bytes,
    contract: Contract = CONTRACT,
    elsewhere: Mapping[datetime, Sentence] | None = None,
    project: str | None = None,
    now: datetime = NOW,
) -> Plan:
    export = read_export(content, ZoneInfo("UTC"))
    assert isinstance(export, Export), export
    taken = elsewhere or {}
    return plan(contract, export, lambda starts: {one: taken[one] for one in starts if one in taken}, now, project)


def starts(foreseen: Plan) -> list[str]:
    return [f"{one.segment.start:%d %H:%M}" for one in foreseen.taken]


def left_out(foreseen: Plan) -> dict[str, tuple[tuple[int, ...], int]]:
    return {one.code: (one.lines, one.minutes) for one in foreseen.left_out}


def entry(start: str, end: str, day: int = 23) -> tuple[str, str, str]:
    return f"2026-11-{day:02}", f"{start}:00", f"{end}:00"


def test_a_segment_is_taken_when_half_of_it_was_worked() -> None:
    assert starts(planned(toggl(entry("09:05", "09:25")))) == ["23 09:00", "23 09:10", "23 09:20"]
    assert starts(planned(toggl(entry("09:06", "09:24")))) == ["23 09:10"]


def test_entries_add_up_within_a_segment_but_a_minute_counts_once() -> None:
    assert starts(planned(toggl(entry("09:00", "09:03"), entry("09:06", "09:08")))) == ["23 09:00"]
    assert starts(planned(toggl(entry("09:00", "09:03"), entry("09:01", "09:04")))) == []


def test_a_segment_has_the_memo_of_what_was_worked_on_most() -> None:
    foreseen = planned(sample("toggl"), project="Shop")

    memos = {f"{one.segment.start:%H:%M}": one.segment.memo for one in foreseen.taken}
    assert memos["10:00"] == "Checkout page: address form"
    assert memos["11:30"] == 'Call with Clara: "ship it", then notes'
    assert all(one.segment.manual and not one.segment.activity for one in foreseen.taken)


def test_an_export_comes_out_as_its_times_say() -> None:
    foreseen = planned(sample("toggl"), project="Shop")

    assert starts(foreseen)[0] == "23 10:00"
    assert starts(foreseen)[10:] == ["23 11:40", "23 23:40", "23 23:50", "24 00:00", "24 00:10", "24 00:20"]
    assert left_out(foreseen) == {"other_project": ((8,), 0), "too_short": ((7,), 0)}


def test_all_projects_are_meant_where_none_is_named() -> None:
    assert starts(planned(sample("toggl")))[-1] == "24 15:50"


def test_what_has_no_place_in_the_day_is_left_out_with_its_lines() -> None:
    [no_times] = planned(sample("harvest")).left_out

    assert (no_times.code, no_times.lines) == ("no_times", (2, 3))
    assert no_times.why.tell().startswith("It has hours, but no start and end")


def test_each_segment_that_cannot_be_logged_says_why() -> None:
    contract = replace(CONTRACT, accepted_at=at(9, day=10), weeks=(Week(MONDAY, logged=bitmap([slot_of(at(10))])),))
    content = toggl(
        entry("08:00", "09:30", day=9),
        entry("10:00", "11:00"),
        entry("12:00", "13:00"),
        entry("17:00", "17:20", day=25),
    )
    other = {at(12): say("Taken."), at(12, 10): say("Taken.")}
    foreseen = planned(content, contract, other)

    assert left_out(foreseen) == {
        "before_start": ((2,), 90),
        "already_logged": ((3,), 10),
        "overlap": ((4,), 20),
        "in_future": ((5,), 10),
    }
    assert starts(foreseen) == [
        "23 10:10", "23 10:20", "23 10:30", "23 10:40", "23 10:50", "23 12:20", "23 12:30", "23 12:40", "23 12:50",
        "25 17:00",
    ]  # fmt: skip
    overlap = next(one for one in foreseen.left_out if one.code == "overlap")
    assert (overlap.begin, overlap.end, overlap.why.tell()) == (at(12), at(12, 20), "Taken.")


def test_last_weeks_hours_are_taken_until_it_locks() -> None:
    content = toggl(entry("09:00", "10:00", day=20))

    assert len(planned(content, now=at(11, 59)).taken) == 6
    assert left_out(planned(content, now=at(12))) == {"week_locked": ((2,), 60)}


def test_time_over_the_limit_is_taken_and_said_not_to_be_billed() -> None:
    contract = replace(CONTRACT, hourly=(HourlyTerms(MONDAY, 4_000, limit_hours=1, manual=True),))
    later = replace(contract, weeks=(Week(MONDAY, logged=bitmap(range(slot_of(at(14)), slot_of(at(14)) + 3))),))
    foreseen = planned(toggl(entry("09:00", "10:10")), later)

    assert [one.is_over_limit for one in foreseen.taken] == [False] * 6 + [True]
    [week] = foreseen.weeks
    assert (week.minutes_before, week.minutes_after) == (30, 100)
    assert (week.over_limit_before, week.over_limit_after) == (0, 40)
    assert (week.amount_before, week.amount_after) == (2_000, 4_000)


def test_hours_before_the_end_can_be_imported_after_it() -> None:
    ended = replace(CONTRACT, status=Status.ENDED, ending=Ending(Role.CLIENT, at(10), "done"), ended_at=at(10))
    foreseen = planned(toggl(entry("09:30", "10:30")), ended)

    assert starts(foreseen) == ["23 09:30", "23 09:40", "23 09:50"]
    assert all(one.segment.late for one in foreseen.taken)
    assert left_out(foreseen) == {"after_end": ((2,), 30)}


@pytest.mark.parametrize(
    ("contract", "by", "code"),
    [
        (CONTRACT, Role.CLIENT, "other_side"),
        (replace(CONTRACT, kind="fixed", hourly=()), Role.FREELANCER, "not_hourly"),
        (replace(CONTRACT, status=Status.PAUSED), Role.FREELANCER, "contract_paused"),
        (replace(CONTRACT, hourly=(HourlyTerms(MONDAY, 4_000),)), Role.FREELANCER, "manual_time_not_allowed"),
    ],
)
def test_some_contracts_take_no_imports_at_all(contract: Contract, by: Role, code: str) -> None:
    no = takes_imports(contract, by, NOW)

    assert isinstance(no, Refused)
    assert no.code == code


def test_others_do() -> None:
    assert takes_imports(CONTRACT, Role.FREELANCER, NOW) is None


def test_a_week_that_is_open_still_takes_imports_though_the_next_takes_no_time_by_hand() -> None:
    until_monday = (*CONTRACT.hourly, HourlyTerms(date(2026, 11, 30), 4_000))
    contract, morning = replace(CONTRACT, hourly=until_monday), datetime(2026, 11, 30, 9, tzinfo=UTC)
    assert takes_imports(contract, Role.FREELANCER, morning) is None
    assert starts(planned(toggl(entry("09:00", "09:20")), contract, now=morning)) == ["23 09:00", "23 09:10"]
    no = takes_imports(contract, Role.FREELANCER, morning + timedelta(hours=3))
    assert isinstance(no, Refused)
    assert no.code == "manual_time_not_allowed"


def test_another_plan_has_another_digest() -> None:
    content = toggl(entry("09:00", "10:00"))
    same, limited = planned(content), replace(CONTRACT, hourly=(HourlyTerms(MONDAY, 4_000, 0, manual=True),))

    assert planned(content, now=NOW + timedelta(minutes=9)).digest == same.digest
    others = [
        planned(toggl(entry("09:00", "10:10"))),
        planned(toggl(entry("09:00", "10:00"), memo="Other")),
        planned(content, limited),
        planned(content, replace(CONTRACT, weeks=(Week(MONDAY, logged=1),))),
        planned(content, elsewhere={at(9): say("Taken.")}),
        planned(content, replace(CONTRACT, id="d")),
    ]
    assert len({same.digest, *(one.digest for one in others)}) == len(others) + 1


MINUTES = st.integers(0, 23 * 60)
STRETCHES = st.lists(st.tuples(MINUTES, st.integers(1, 50)), min_size=1, max_size=12)


@given(STRETCHES)
def test_exactly_the_segments_that_were_worked_for_half_are_taken(stretches: list[tuple[int, int]]) -> None:
    ends = [(begin, min(begin + length, 23 * 60 + 59)) for begin, length in stretches]
    content = toggl(*(entry(f"{a // 60:02}:{a % 60:02}", f"{b // 60:02}:{b % 60:02}", day=25) for a, b in ends))
    foreseen = planned(content, now=at(0, day=26))

    worked = {minute for a, b in ends for minute in range(a, b)}
    midnight = at(0, day=25)
    halves = {n for n in range(144) if sum(minute in worked for minute in range(10 * n, 10 * n + 10)) >= 5}
    assert {(one.segment.start - midnight) // SEGMENT for one in foreseen.taken} == halves
    assert _lines(foreseen.left_out) | _lines_taken(foreseen, ends) == set(range(2, len(ends) + 2))
    assert planning.SNAPPING.tell().startswith("A ten-minute segment is taken when at least five minutes")
    assert not [one for one in foreseen.taken if not diary.on_mark(one.segment.start)]


def _lines(left: tuple[LeftOut, ...]) -> set[int]:
    return {line for one in left for line in one.lines}


def _lines_taken(foreseen: Plan, ends: list[tuple[int, int]]) -> set[int]:
    midnight = at(0, day=25)
    taken = {(one.segment.start - midnight) // SEGMENT for one in foreseen.taken}
    return {line for line, (a, b) in enumerate(ends, 2) if taken & set(range(a // 10, -(-b // 10)))}


def test_years_of_closed_weeks_are_told_week_by_week() -> None:
    days = [date(2016, 1, 4) + timedelta(days=n) for n in range(3_600)]
    content = toggl(*((str(day), "09:00:00", "17:00:00") for day in days))
    contract = replace(CONTRACT, accepted_at=datetime(2017, 1, 2, tzinfo=UTC))
    foreseen = planned(content, contract)

    assert foreseen.taken == ()
    assert {one.code for one in foreseen.left_out} == {"before_start", "week_locked"}
    assert sum(one.minutes for one in foreseen.left_out) == 3_600 * 8 * 60
    assert (foreseen.left_out[0].lines, foreseen.left_out[0].minutes) == (tuple(range(2, 9)), 7 * 8 * 60)
    assert _lines(foreseen.left_out) == set(range(2, 3_602))
