"""The diary's page: the week in the reader's own zone, time by hand, and the timer."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.http import HttpResponse
from hypothesis import given
from hypothesis import strategies as st

from amicable.contracts import clock
from amicable.diary import segments, timers
from amicable.diary.models import Segment as Row
from amicable.diary.screenshots import keep
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.diary import SEGMENT, Segment
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from amicable.rules.week import opens
from amicable.web.diary import Place, days_of, place
from amicable.web.wall import wall_time
from market import NOW, Market, browser_of, person
from pages import hidden, words

MONDAY = date(2026, 11, 23)
LATER = NOW + timedelta(hours=8)
"""The Monday's evening."""


@pytest.fixture
def market(db: None) -> Market:
    del db
    return Market()


@pytest.fixture
def contract(market: Market) -> Contract:
    """Accepted at ten (eleven in Femi's Lagos), seen at six in the evening."""
    contract = market.hourly(title="Shop", weekly_limit_hours=2, manual_time=True)
    advance(LATER)
    return contract


def log(contract: Contract, minutes: int = 0, count: int = 1, memo: str = "Checkout page", **more: object) -> None:
    wanted = [
        Segment(NOW + timedelta(minutes=minutes) + n * SEGMENT, memo, 5, **more)  # type: ignore[arg-type]
        for n in range(count)
    ]
    logged = segments.log(contract.id, contract.freelancer, wanted, clock.now())
    assert not isinstance(logged, Refused), logged


def page_of(who: Person, contract: Contract, query: str = "") -> HttpResponse:
    return browser_of(who).get(f"/contracts/{contract.id}/diary{query}")


def post(who: Person, contract: Contract, what: str, **data: object) -> HttpResponse:
    return browser_of(who).post(f"/contracts/{contract.id}/diary/{what}", data, follow=True)


class TestTheWeek:
    def test_shows_hours_money_and_until_when_it_can_be_changed(self, market: Market, contract: Contract) -> None:
        log(contract, count=6)
        log(contract, 60, 3, "Meeting", manual=True)
        said = words(page_of(market.femi, contract))

        assert "Logged 1:30 of at most 2:00 a week" in said
        assert "Billed as it stands 1:30 × 40.00 USD = 60.00 USD" in said
        assert "Covered by hourly protection 1:00" in said
        assert "Closes Mon 30 Nov 2026, 13:00 WAT (12:00 UTC)" in said
        assert "11:00 to 12:00 1:00 Covered Checkout page" in said
        assert "12:00 to 12:30 0:30 By hand Meeting It was entered by hand." in said

    def test_shows_what_is_over_the_limit(self, market: Market, contract: Contract) -> None:
        log(contract, count=14)
        said = words(page_of(market.femi, contract))

        assert "Over the weekly limit, not billed 0:20" in said
        assert "= 80.00 USD" in said
        assert "13:00 to 13:20 0:20 Over the limit" in said

    def test_is_read_by_the_client_and_changed_by_the_freelancer_alone(
        self, market: Market, contract: Contract
    ) -> None:
        log(contract)
        said = words(page_of(market.clara, contract))

        assert "Femi can change it" in said
        assert "05:00 to 05:10" in said, "in New York"
        for own in ("Timer", "Enter time", "Delete"):
            assert own not in said
        assert page_of(person("Sam Stranger", "freelancer"), contract).status_code == 404

    def test_can_be_another_one(self, market: Market, contract: Contract) -> None:
        log(contract)
        before = page_of(market.femi, contract, "?week=2026-11-18")
        assert "Week of 16 November 2026" in words(before)
        assert "Nothing is logged in this week" in words(before)
        assert "?week=2026-11-23" in before.content.decode()
        assert "?week=2026-11-30" not in page_of(market.femi, contract).content.decode()
        for nonsense in ("today", "0001-01-01", "9999-12-31", ""):
            assert "Week of 23 November 2026" in words(page_of(market.femi, contract, f"?week={nonsense}"))

    def test_can_not_be_changed_when_it_has_closed(self, market: Market, contract: Contract) -> None:
        log(contract)
        advance(datetime(2026, 11, 30, 12, tzinfo=UTC))
        said = words(page_of(market.femi, contract, "?week=2026-11-23"))

        assert "Closed Mon 30 Nov 2026" in said
        assert "Delete" not in said
        assert "Billed 0:10 × 40.00 USD = 6.67 USD" in said

    def test_leads_the_client_to_the_dispute_of_its_hours_while_they_are_in_review(
        self, market: Market, contract: Contract
    ) -> None:
        log(contract)
        assert "Dispute hours" not in words(page_of(market.clara, contract))
        advance(datetime(2026, 11, 30, 12, tzinfo=UTC))
        page = page_of(market.clara, contract, "?week=2026-11-23")
        assert "Hours can be disputed until Fri 4 Dec 2026, 18:59 EST (23:59 UTC)" in words(page)
        assert f"/contracts/{contract.id}/actions/dispute_hours?week=2026-11-23" in page.content.decode()
        for week in ("2026-11-16", "2026-11-30"):
            assert "Dispute hours" not in words(page_of(market.clara, contract, f"?week={week}"))
        assert "Dispute hours" not in words(page_of(market.femi, contract, "?week=2026-11-23"))
        advance(datetime(2026, 12, 5, tzinfo=UTC))
        assert "Dispute hours" not in words(page_of(market.clara, contract, "?week=2026-11-23"))

    def test_of_a_fixed_price_is_none(self, market: Market) -> None:
        assert page_of(market.femi, market.active("500.00")).status_code == 404

    def test_shows_screenshots_to_both(self, market: Market, contract: Contract) -> None:
        log(contract)
        picture = b"\x89PNG\r\n\x1a\n" + b"0" * 20
        keep(contract.id, contract.freelancer, NOW, picture, clock.now())
        page = page_of(market.clara, contract).content.decode()
        [address] = re.findall(r'href="(/contracts/[^"]*/screenshots/[^"]*)"', page)
        assert f'<img src="{address}?small=yes" alt="Screenshot of Mon 05:00"' in page
        shown = browser_of(market.clara).get(address)
        assert (shown["Content-Type"], shown.content) == ("image/png", picture)
        for nothing in ("2026-11-23T11:00:00+00:00", "noon"):
            assert browser_of(market.clara).get(f"{address.rpartition('/')[0]}/{nothing}").status_code == 404


TYPED = {"on": "2026-11-23", "begins": "12:00", "ends": "13:30", "memo": "Address form"}


def typed(**other: str) -> dict[str, str]:
    return TYPED | other


class TestTimeByHand:
    def test_is_shown_with_its_money_before_it_is_logged(self, market: Market, contract: Contract) -> None:
        page = browser_of(market.femi).get(f"/contracts/{contract.id}/diary", TYPED)
        assert "1:30 is logged" in words(page)
        assert "It adds 60.00 USD, before fees, to what is billed on Mon 30 Nov 2026" in words(page)
        assert not Row.objects.exists()

        sent = {name: value for name, value in hidden(page).items() if name in TYPED}
        assert sent == TYPED
        done = post(market.femi, contract, "time", **sent)
        assert "1:30 logged." in words(done)
        assert "12:00 to 13:30 1:30 By hand Address form" in words(done)
        assert Row.objects.order_by("start")[0].start == NOW.replace(hour=11)

    def test_says_what_is_over_the_limit_and_what_is_there_already(self, market: Market, contract: Contract) -> None:
        log(contract, 60, 3)
        page = browser_of(market.femi).get(f"/contracts/{contract.id}/diary", typed(ends="14:20"))
        assert "1:50 is logged; the rest of 2:20 is in the diary already" in words(page)
        assert "0:20 of it is over the weekly limit" in words(page)
        again = browser_of(market.femi).get(f"/contracts/{contract.id}/diary", typed(ends="12:30"))
        assert "All of it is in the diary already." in words(again)

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"begins": "12:05"}, "write 12:00 or 12:10"),
            ({"ends": "11:00"}, "The end comes after the beginning"),
            ({"begins": "25:00"}, "Write the time as HH:MM"),
            ({"ends": "noon"}, "Write the time as HH:MM"),
            ({"on": "yesterday"}, "Write a day of this century as YYYY-MM-DD"),
            ({"on": "0001-01-01"}, "Write a day of this century"),
            ({"on": "9999-12-31", "ends": "00:00"}, "Write a day of this century"),
            ({"memo": " "}, "Say what was done"),
            ({"on": "2026-11-23", "begins": "00:00", "ends": "02:00"}, "A billing week ends at Sunday midnight UTC"),
        ],
    )
    def test_that_makes_no_sense_is_not_logged_and_says_why(
        self, wrong: dict[str, str], says: str, market: Market, contract: Contract
    ) -> None:
        refused = post(market.femi, contract, "time", **typed(**wrong))
        assert refused.status_code == 422
        assert says in words(refused)
        assert not Row.objects.exists()

    def test_that_the_rules_refuse_is_not_logged_and_says_why(self, market: Market, contract: Contract) -> None:
        for query in (typed(begins="18:00", ends="20:00"), typed(begins="09:00")):
            assert "This cannot be logged" in words(
                browser_of(market.femi).get(f"/contracts/{contract.id}/diary", query)
            )
        refused = post(market.femi, contract, "time", **typed(begins="18:00", ends="20:00"))
        assert refused.status_code == 409
        assert "is in the future" in words(refused)
        assert post(market.clara, contract, "time", **typed()).status_code == 403
        assert post(market.clara, contract, "time").status_code == 403
        empty = post(market.femi, contract, "time")
        assert empty.status_code == 422
        assert "Nothing was done Write when the work began and ended." in words(empty)
        assert not Row.objects.exists()

    def test_that_is_refused_says_each_reason_once_and_how_much_it_holds_for(
        self, market: Market, contract: Contract
    ) -> None:
        page = browser_of(market.femi).get(f"/contracts/{contract.id}/diary", typed(begins="19:30", ends="22:00"))
        assert words(page).count("is in the future") == 1
        assert "Log time when it has been worked. So it is with 2:20 more." in words(page)

    def test_lasts_to_midnight(self, market: Market, contract: Contract) -> None:
        advance(LATER + timedelta(days=1))
        done = post(market.femi, contract, "time", **typed(begins="23:00", ends="00:00"))
        assert "1:00 logged." in words(done)

    def test_is_not_asked_for_where_the_contract_does_not_take_it(self, market: Market) -> None:
        contract = market.hourly(manual_time=False)
        page = page_of(market.femi, contract)
        assert "This contract takes only time that a timer measured." in words(page)
        assert 'name="begins"' not in page.content.decode()

    def test_is_not_asked_for_while_paused(self, market: Market, contract: Contract) -> None:
        market.do(contract, "pause", Role.CLIENT)
        said = words(page_of(market.femi, contract))
        assert "No time can be logged now" in said
        assert "Clara paused the contract" in said


class TestChanging:
    def test_deletes_the_segments_that_are_chosen(self, market: Market, contract: Contract) -> None:
        log(contract, count=3)
        page = page_of(market.femi, contract)
        assert "Deleting all of them takes 20.00 USD off the bill" in words(page)
        starts = re.findall(r'name="start" value="([^"]*)"', page.content.decode())
        assert "0:20 deleted." in words(post(market.femi, contract, "segments", start=starts[:2], do="delete"))
        assert [row.start for row in Row.objects.all()] == [NOW + 2 * SEGMENT]

    def test_describes_them_anew(self, market: Market, contract: Contract) -> None:
        log(contract, count=2, memo="work")
        both = [NOW.isoformat(), (NOW + SEGMENT).isoformat()]
        done = post(market.femi, contract, "segments", start=both, do="describe", memo="Address form")
        assert "11:00 to 11:20 0:20 Covered Address form" in words(done)

    def test_of_nothing_changes_nothing(self, market: Market, contract: Contract) -> None:
        log(contract)
        for nothing in ({}, {"start": "x"}):
            refused = post(market.femi, contract, "segments", do="delete", **nothing)
            assert refused.status_code == 422
            assert "Nothing was done No segment was chosen. Tick those that you mean." in words(refused)

    def test_is_the_freelancers_alone_and_stops_at_the_lock(self, market: Market, contract: Contract) -> None:
        log(contract)
        for do in ("delete", "describe"):
            refused = post(market.clara, contract, "segments", start=NOW.isoformat(), do=do, memo="Checkout")
            assert refused.status_code == 403
            assert "Nothing was done Only Femi, the freelancer, can do this." in words(refused)
        advance(datetime(2026, 11, 30, 12, tzinfo=UTC))
        late = post(market.femi, contract, "segments", start=NOW.isoformat(), do="delete")
        assert late.status_code == 409
        assert "takes no more changes" in words(late)
        assert Row.objects.count() == 1

    def test_of_what_is_gone_says_so(self, market: Market, contract: Contract) -> None:
        log(contract)
        for do in ("delete", "describe"):
            gone = post(market.femi, contract, "segments", start=LATER.isoformat(), do=do, memo="Checkout")
            assert gone.status_code == 409
            assert "None of these segments is in the diary any more." in words(gone)
        assert Row.objects.count() == 1

    def test_that_is_refused_loses_neither_the_words_nor_what_was_ticked(
        self, market: Market, contract: Contract
    ) -> None:
        log(contract, count=3)
        of = re.findall(r'name="of" value="([^"]*)"', page_of(market.femi, contract).content.decode())
        form = {"of": of[0], "start": (NOW + SEGMENT).isoformat(), "do": "describe", "memo": "x" * 501}
        refused = post(market.femi, contract, "segments", **form)
        assert refused.status_code == 422
        page = refused.content.decode()
        assert "at most 500 characters" in words(refused).lower()
        assert '<details class="disclosure" open>' in page
        assert page.count("x" * 501) == 1, "but not in the time that is entered by hand"
        assert re.findall(r'name="start" value="([^"]*)" checked', page) == [form["start"]]


def has_run(minutes: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE diary_timer SET really_started_at = clock_timestamp() - make_interval(mins => %s)", [minutes]
        )


class TestTheTimer:
    def test_runs_through_reloads_and_stopping_it_moves_the_demos_clock_on(
        self, market: Market, contract: Contract
    ) -> None:
        started = post(market.femi, contract, "timer", do="start", doing="Address form")
        assert "Address form" in words(started)
        assert "Stopping now logs nothing" in words(started)
        has_run(25)
        assert post(market.femi, contract, "timer", do="beat").status_code == 204
        page = page_of(market.femi, contract)
        assert "Stopping now logs 0:30" in words(page)
        assert "covers 0:10 of it" in words(page)
        assert "Time stands still in this demo" in words(page)

        done = post(market.femi, contract, "timer", do="stop")
        assert "The timer ran for 0:25. 0:30 logged." in words(done)
        assert LATER + timedelta(minutes=25) <= clock.now() < LATER + timedelta(minutes=26)
        assert [row.activity for row in Row.objects.order_by("start")] == [0, 0, 1]
        assert not Row.objects.filter(manual=True).exists()

    def test_can_be_taken_to_have_run_for_longer_in_the_demo(self, market: Market, contract: Contract) -> None:
        post(market.femi, contract, "timer", do="start", doing="Address form")
        done = post(market.femi, contract, "timer", do="stop", pretend="60")
        assert "The timer ran for 1:00. 1:00 logged." in words(done)
        assert clock.now() == LATER + timedelta(hours=1)
        assert "Covered by hourly protection 1:00" in words(done)

    def test_is_not_believed_to_have_run_for_longer_in_earnest(
        self, market: Market, contract: Contract, settings: object
    ) -> None:
        settings.SANDBOX = False  # type: ignore[attr-defined]
        contract = market.hourly()
        post(market.femi, contract, "timer", do="start", doing="Address form")
        assert "Time stands still" not in words(page_of(market.femi, contract))
        assert "0:00 logged." in words(post(market.femi, contract, "timer", do="stop", pretend="60"))

    def test_can_be_thrown_away(self, market: Market, contract: Contract) -> None:
        post(market.femi, contract, "timer", do="start", doing="Address form")
        assert "The timer is gone" in words(post(market.femi, contract, "timer", do="discard"))
        assert timers.timer_of(str(market.femi.pk)) is None
        for do in ("stop", "discard", "beat"):
            refused = post(market.femi, contract, "timer", do=do)
            assert refused.status_code == 409
            assert "Nothing was done No timer runs on this contract. Start one first." in words(refused)

    def test_runs_on_one_contract_at_a_time(self, market: Market, contract: Contract) -> None:
        other = market.hourly(title="Logo")
        post(market.femi, contract, "timer", do="start", doing="Address form")
        assert "Your timer runs on Shop" in words(page_of(market.femi, other))
        started = post(market.femi, other, "timer", do="start", doing="Logo")
        assert started.status_code == 409
        assert "Nothing was done A timer runs on “Shop” already" in words(started)
        for do in ("stop", "discard", "beat"):
            refused = post(market.femi, other, "timer", do=do)
            assert refused.status_code == 409
            assert "No timer runs on this contract" in words(refused)
        assert "0:00 logged" in words(post(market.femi, contract, "timer", do="stop"))

    def test_keeps_what_it_measured_while_the_contract_is_paused(self, market: Market, contract: Contract) -> None:
        post(market.femi, contract, "timer", do="start", doing="Address form")
        has_run(30)
        advance(LATER + timedelta(minutes=30))
        paused = market.do(contract, "pause", Role.CLIENT)
        stopped = post(market.femi, contract, "timer", do="stop")
        assert stopped.status_code == 409
        assert words(stopped).count("Clara paused the contract") == 1
        assert "Stopped, and not logged yet" in words(stopped)
        market.do(paused, "resume", Role.CLIENT)
        assert "0:30 logged." in words(post(market.femi, contract, "timer", do="stop"))

    def test_is_not_offered_after_the_end_where_hours_can_still_be_entered(
        self, market: Market, contract: Contract
    ) -> None:
        assert "Start the timer" in words(page_of(market.femi, contract))
        market.do(contract, "end", Role.CLIENT, reason="other")
        page = words(page_of(market.femi, contract))
        assert "Enter time by hand" in page
        assert "Start the timer" not in page

    def test_wants_to_know_what_is_done_and_what_to_do(self, market: Market, contract: Contract) -> None:
        assert "Say what you are going to do" in words(post(market.femi, contract, "timer", do="start", doing=" "))
        long = post(market.femi, contract, "timer", do="start", doing="x" * 501)
        assert long.status_code == 422
        assert 'aria-describedby=" error-doing"' in long.content.decode()
        assert "x" * 501 in long.content.decode(), "what was written is not lost"
        unknown = post(market.femi, contract, "timer", do="explode")
        assert unknown.status_code == 422
        assert "Start the timer, stop it, or throw away what it measured." in words(unknown)
        for do in ("start", "stop", "discard", "beat"):
            hers = post(market.clara, contract, "timer", do=do, doing="Hers")
            assert hers.status_code == 403
            assert "Only Femi" in words(hers)


# Zones, and days on which clocks change

ZONES = st.sampled_from(
    ["UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tokyo"]
).map(ZoneInfo)
MONDAYS = st.one_of(
    st.sampled_from([date(2026, 3, 23), date(2026, 10, 19), date(2026, 10, 26), date(2028, 2, 28), date(2026, 12, 28)]),
    st.integers(0, 400).map(lambda weeks: date(2024, 1, 1) + timedelta(weeks=weeks)),
)
"""Weeks in which clocks change, a leap day, a week 53 and the end of a year; and any others."""


@given(ZONES, MONDAYS)
def test_every_segment_of_a_week_has_a_place_of_its_own_on_one_of_its_days(zone: ZoneInfo, monday: date) -> None:
    starts = [opens(monday) + n * SEGMENT for n in range(1008)]
    places = [place(start, zone) for start in starts]
    days = days_of(monday, zone)

    assert len(set(places)) == 1008
    assert len(days) in (7, 8)
    assert {where.day for where in places} == set(days)
    for start, where in zip(starts, places, strict=True):
        local = start.astimezone(zone)
        assert where == Place(local.date(), local.hour * 60 + local.minute, where.is_repeated, where.fold)


def test_an_hour_that_is_there_twice_is_shown_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert place(first, berlin) == Place(date(2026, 10, 25), 150, True, 0)
    assert place(second, berlin) == Place(date(2026, 10, 25), 150, True, 1)


def test_and_each_of_the_two_is_told_by_its_name() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    began = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    told = [wall_time((began + n * timedelta(minutes=30)).astimezone(berlin)) for n in range(6)]
    assert told == ["01:30", "02:00 CEST", "02:30 CEST", "02:00 CET", "02:30 CET", "03:00"]
    assert wall_time(datetime(2026, 3, 29, 1, tzinfo=UTC).astimezone(berlin)) == "03:00"
