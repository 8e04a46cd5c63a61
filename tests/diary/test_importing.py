"""Importing exports: what is shown is what is done, all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from amicable.contracts.perform import NoSuchContractError
from amicable.contracts.weeks import weeks_at
from amicable.diary import segments
from amicable.diary.imports import importing
from amicable.diary.imports.importing import Sent, foresee, perform
from amicable.diary.imports.plan import Plan
from amicable.diary.models import Segment as Row
from amicable.diary.reading import segments_of
from amicable.rules.diary import Segment
from amicable.rules.outcome import Refused
from deals import Deal
from exports import toggl

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)
ENTRY = ("2026-03-02", "09:58:00", "10:38:00")


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def deal() -> Deal:
    deal = Deal.hourly("USD", "40.00", manual_time=True, weekly_limit_hours=1)
    deal.at = at(18)
    return deal


def sent(deal: Deal, content: bytes, zone: str = "UTC", **more: object) -> Sent:
    return Sent(deal.contract.id, str(deal.freelancer.id), content, ZoneInfo(zone), **more)  # type: ignore[arg-type]


def foreseen(deal: Deal, content: bytes) -> Plan:
    plan = foresee(sent(deal, content), deal.at)
    assert isinstance(plan, Plan), plan
    return plan


def rows() -> list[tuple[datetime, str, bool]]:
    return list(Row.objects.order_by("start").values_list("start", "memo", "manual"))


def test_a_preview_writes_nothing_and_the_import_is_equal_to_it(deal: Deal) -> None:
    plan = foreseen(deal, toggl(ENTRY))
    assert rows() == []

    done = perform(sent(deal, toggl(ENTRY)), deal.at, plan.digest)
    assert done == plan
    assert rows() == [(at(10, minute), "Checkout page", True) for minute in (0, 10, 20, 30)]
    assert [one.segment for one in segments_of(deal.contract)] == plan.segments
    week = weeks_at(importing.up_to_date(deal.contract.id, deal.at), [MONDAY])[MONDAY]
    assert (week.logged.bit_count(), week.covered) == (4, 0)


def test_times_are_those_of_the_zone_that_is_named(deal: Deal) -> None:
    perform(sent(deal, toggl(("2026-03-02", "11:00:00", "11:20:00")), "Europe/Berlin"), deal.at)

    assert [start for start, *_ in rows()] == [at(10), at(10, 10)]


def test_importing_twice_logs_once(deal: Deal) -> None:
    perform(sent(deal, toggl(ENTRY)), deal.at)
    again = perform(sent(deal, toggl(ENTRY)), deal.at)

    assert isinstance(again, Plan)
    assert again.taken == ()
    assert [(one.code, one.minutes) for one in again.left_out] == [("already_logged", 40)]
    assert len(rows()) == 4


def test_time_logged_on_another_contract_is_left_out(deal: Deal) -> None:
    other = Deal.hourly("USD", "50.00", freelancer=deal.freelancer, title="Blog")
    log(other, at(10, 10))
    plan = perform(sent(deal, toggl(ENTRY)), deal.at)

    assert isinstance(plan, Plan)
    [left] = plan.left_out
    assert (left.code, left.begin) == ("overlap", at(10, 10))
    assert "is logged on “Blog” already" in left.why.tell()
    assert Row.objects.filter(contract_id=deal.contract.id).count() == 3


def log(deal: Deal, *starts: datetime) -> None:
    wanted = [Segment(start, "Sketches", 5) for start in starts]
    assert not isinstance(segments.log(deal.contract.id, str(deal.freelancer.id), wanted, at(18)), Refused)


def logged_elsewhere(deal: Deal) -> None:
    log(Deal.hourly("USD", "50.00", freelancer=deal.freelancer), at(10, 10))


def logged_here(deal: Deal) -> None:
    log(deal, at(10, 10))


@pytest.mark.parametrize("change", [logged_here, logged_elsewhere])
def test_what_has_changed_since_the_preview_is_refused_and_nothing_is_written(
    deal: Deal, change: Callable[[Deal], None]
) -> None:
    seen = foreseen(deal, toggl(ENTRY)).digest
    change(deal)
    before = rows()

    assert perform(sent(deal, toggl(ENTRY)), deal.at, seen) == importing.STALE
    assert rows() == before


@pytest.mark.parametrize("change", [logged_here, logged_elsewhere])
def test_what_changes_in_the_middle_of_an_import_is_refused_too(
    deal: Deal, change: Callable[[Deal], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = segments.log

    def late(contract: str, person: str, wanted: Sequence[Segment], now: datetime, *, most: int) -> object:
        monkeypatch.setattr(segments, "log", write)
        change(deal)
        return write(contract, person, wanted, now, most=most)

    monkeypatch.setattr(segments, "log", late)
    assert perform(sent(deal, toggl(ENTRY)), deal.at) == importing.STALE
    assert rows() == []


def test_a_broken_file_imports_nothing(deal: Deal) -> None:
    no = perform(sent(deal, toggl(ENTRY, ("2026-03-02", "11:00:00", "noon"))), deal.at)

    assert isinstance(no, Refused)
    assert no.code == "import_broken"
    assert rows() == []


def test_a_contract_without_time_by_hand_says_so_before_it_reads_the_file() -> None:
    deal = Deal.hourly("USD", "40.00")

    for do in (foresee, perform):
        no = do(sent(deal, b"?"), deal.at)
        assert isinstance(no, Refused)
        assert no.code == "manual_time_not_allowed"


def test_only_the_freelancer_imports(deal: Deal) -> None:
    theirs = Sent(deal.contract.id, str(deal.client.id), toggl(ENTRY), ZoneInfo("UTC"))
    no = perform(theirs, deal.at)
    assert isinstance(no, Refused)
    assert no.code == "other_side"

    stranger = Sent(deal.contract.id, "01a20af0-8a37-71e9-adcf-29034e1d7402", toggl(ENTRY), ZoneInfo("UTC"))
    with pytest.raises(NoSuchContractError):
        perform(stranger, deal.at)
