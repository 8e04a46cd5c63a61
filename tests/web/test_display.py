"""How money, moments, people and states are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from amicable.rules.contract import Status
from amicable.rules.money import Money
from amicable.rules.parts import MilestoneStatus
from amicable.web.templatetags import display

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(1_500, "JPY"), "1,500 JPY"),
        (Money(12_345_678, "KWD"), "12,345.678 KWD"),
        (Money(50_000, "USD"), "500.00 USD"),
        (Money(-5, "USD"), "-0.05 USD"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(money: Money, written: str) -> None:
    assert display.amount(money) == written
    assert display.number(money) == written[:-4]


def test_a_moment_is_in_the_readers_zone_with_utc_beside_it() -> None:
    with timezone.override(ZoneInfo("Europe/Berlin")):
        moment = display.moment_of(NOON, NOON - timedelta(days=6, hours=23))

    assert moment.iso == "2026-11-30T12:00:00+00:00"
    assert moment.local == "Mon 30 Nov 2026, 13:00 CET"
    assert moment.utc == "12:00 UTC"
    assert moment.distance == "in 6 days 23 h"


def test_utc_names_its_day_where_that_is_another_than_the_readers() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert display.moment_of(NOON.replace(hour=20)).utc == "Mon 30 Nov, 20:00 UTC"


def test_a_reader_in_utc_sees_it_once() -> None:
    with timezone.override(UTC):
        moment = display.moment_of(NOON)

    assert (moment.local, moment.utc, moment.distance) == ("Mon 30 Nov 2026, 12:00 UTC", "", "")


def test_a_zone_without_letters_is_named_by_its_distance_from_utc() -> None:
    with timezone.override(ZoneInfo("America/Sao_Paulo")):
        assert display.moment_of(NOON).local == "Mon 30 Nov 2026, 09:00 UTC-03"


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(days=6, hours=23, minutes=59), "in 6 days 23 h"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(hours=3, minutes=5), "in 3 h 5 min"),
        (timedelta(seconds=59), "now"),
        (-timedelta(minutes=25), "25 min ago"),
        (-timedelta(days=20, hours=3), "20 days 3 h ago"),
    ],
)
def test_a_distance_is_told_in_its_two_largest_units(span: timedelta, written: str) -> None:
    assert display.distance(NOON + span, NOON) == written


@pytest.mark.parametrize(("name", "letters"), [("Mara von Lindqvist", "ML"), ("Prince", "P"), ("", "")])
def test_initials_are_those_of_the_first_and_the_last_name(name: str, letters: str) -> None:
    assert display.initials(name) == letters


@pytest.mark.parametrize("status", [*Status, *MilestoneStatus])
def test_every_status_has_a_tone_of_its_own_choice_and_a_word(status: str) -> None:
    assert status in display.TONES
    assert display.in_words(status)[0].isupper()
