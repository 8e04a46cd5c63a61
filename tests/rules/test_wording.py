"""Sentences: kept as templates and values, told with names and in the reader's zone."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from amicable.rules.money import Money
from amicable.rules.wording import say, tell_moment

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


def test_names_are_filled_in_by_whoever_tells_it() -> None:
    sentence = say("{freelancer} asks {client} for {amount}.", amount=Money(150_000, "USD"))
    assert sentence.tell({"client": "Cora", "freelancer": "Fred"}) == "Fred asks Cora for 1,500.00 USD."
    assert sentence.tell() == "The freelancer asks the client for 1,500.00 USD."


def test_an_instant_is_told_in_utc_and_in_the_readers_zone_with_utc_beside_it() -> None:
    sentence = say("Until {until}.", until=NOON)
    assert sentence.tell() == "Until Mon 30 Nov 2026, 12:00 UTC."
    in_tokyo = sentence.tell(zone=ZoneInfo("Asia/Tokyo"))
    assert in_tokyo == "Until Mon 30 Nov 2026, 21:00 JST (Mon 30 Nov 2026, 12:00 UTC)."


def test_a_zone_that_agrees_with_utc_that_day_is_not_told_twice() -> None:
    assert tell_moment(NOON, ZoneInfo("Europe/London")) == "Mon 30 Nov 2026, 12:00 UTC"


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("Pacific/Kiritimati", "Tue 1 Dec 2026, 02:00 UTC+14"),
        ("Pacific/Pago_Pago", "Mon 30 Nov 2026, 01:00 SST"),
        ("America/St_Johns", "Mon 30 Nov 2026, 08:30 NST"),
        ("Asia/Kathmandu", "Mon 30 Nov 2026, 17:45 UTC+05:45"),
        ("America/Sao_Paulo", "Mon 30 Nov 2026, 09:00 UTC-03"),
    ],
)
def test_a_zone_without_a_name_is_told_by_how_far_it_is_from_utc(zone: str, at: str) -> None:
    assert tell_moment(datetime(2026, 11, 30, 12, tzinfo=UTC), ZoneInfo(zone)) == f"{at} (Mon 30 Nov 2026, 12:00 UTC)"


def test_what_people_write_is_not_read_as_a_template() -> None:
    sentence = say("“{title}” is funded by {client}.", title="{client} {0} {amount!r}")
    assert sentence.tell({"client": "{freelancer}"}) == "“{client} {0} {amount!r}” is funded by {freelancer}."


def test_the_template_is_translated_before_it_is_filled_in() -> None:
    german = {"{client} pays {amount}.": "{amount} zahlt {client}."}
    sentence = say("{client} pays {amount}.", amount=Money(500, "JPY"))
    assert sentence.tell({"client": "Cora"}, translate=german.__getitem__) == "500 JPY zahlt Cora."
