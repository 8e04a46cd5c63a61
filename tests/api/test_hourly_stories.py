"""The stories about hours, told over the interface from offer to end, to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from amicable.contracts.verify import verify
from callers import Caller, Json, hourly_offer_of, move_clock, now, path_of, succeeded

TEN_MINUTES = timedelta(minutes=10)


def written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Work:
    """An hourly contract of Clara's and Femi's, and the Monday of the week in which they begin."""

    contract: Json
    monday: date
    clara: Caller
    femi: Caller

    def at(self, days: float) -> str:
        """So many days after the Monday, 00:00."""
        begun = datetime.fromisoformat(f"{self.monday}T00:00:00+00:00")
        return written(begun + timedelta(days=days))

    def starts(self, days: float, minutes: int) -> list[str]:
        """The segments of so many minutes from then on."""
        begun = datetime.fromisoformat(self.at(days))
        return [written(begun + n * TEN_MINUTES) for n in range(minutes // 10)]

    def log(self, days: float, minutes: int, **more: Json) -> Json:
        """Femi logs so many minutes from then on."""
        one = {"memo": "Checkout page", "activity": 8, **more}
        segments = [{"start": start, **one} for start in self.starts(days, minutes)]
        return succeeded(self.femi.post(f"{path_of(self.contract)}/time", {"segments": segments}))

    def as_it_is(self) -> Json:
        """The contract now."""
        return self.clara.see(path_of(self.contract))

    def week(self) -> Json:
        """The first week now."""
        return self.clara.see(f"{path_of(self.contract)}/weeks")["items"][0]

    def ahead(self) -> list[tuple[str, str]]:
        """What happens by itself."""
        items = self.clara.see(f"{path_of(self.contract)}/timeline")["items"]
        return [(item["at"], item["action"]) for item in items]

    def behind(self) -> list[tuple[str, str]]:
        """What has happened."""
        items = self.clara.see(f"{path_of(self.contract)}/history?limit=200")["items"]
        return [(item["at"], item["action"]) for item in items]

    def purse(self) -> tuple[str, str, str]:
        """What Femi has available, held and in review."""
        (item,) = self.femi.see("/me/balance")["items"]
        return item["available"], item["held"], item["in_review"]

    def money(self) -> tuple[str, str, str, str]:
        """In review, paid, refunded and fees."""
        money = self.as_it_is()["money"]
        return money["in_review"], money["paid"], money["refunded"], money["fees"]


@pytest.fixture
def work(clara: Caller, femi: Caller) -> Iterator[Work]:
    """It is Tuesday, 8:00; 40 USD an hour, accepted. However the story ends, the books agree with it."""
    today = datetime.fromisoformat(now())
    monday = today.date() + timedelta(days=7 - today.weekday())
    move_clock(f"{monday + timedelta(days=1)}T08:00:00Z")
    offered = succeeded(clara.post("/contracts", hourly_offer_of(femi, rate="40.00", manual_time=True)))
    yield Work(femi.do(offered, "accept")["contract"], monday, clara, femi)
    assert verify().balanced, verify().problems


LOCK, FRIDAY, WEDNESDAY = 7.5, 12 - 1 / 86_400, 16


def test_i_ended_the_contract_and_was_not_asked_about_a_refund(work: Work) -> None:
    move_clock(work.at(3.75))
    work.log(1 + 8 / 24, 430)
    work.log(3 + 9 / 24, 120)

    end = f"{path_of(work.contract)}/actions/end?preview=true"
    shown = succeeded(work.clara.post(end, {"reason": "no_longer_needed"}))
    told = " ".join(shown["outcome"]["explanation"])
    assert "9:10 hours are logged in the week" in told
    assert "2:00 of them today: 366.67 USD, and a fee of 18.33 USD" in told
    assert "Femi Adeyemi can still enter hours worked before now" in told
    for moment in (LOCK, FRIDAY, WEDNESDAY):
        assert datetime.fromisoformat(work.at(moment)).strftime("%a %-d %b %Y, %H:%M UTC") in told
    assert shown["outcome"]["transfers"] == []

    done = work.clara.do(work.contract, "end", reason="no_longer_needed")
    assert done["outcome"] == shown["outcome"]
    assert done["contract"]["status"] == "ended"
    assert done["contract"]["ended_at"] == now()

    foretold = work.ahead()
    assert foretold == [
        (work.at(LOCK), "week_closes"),
        (work.at(LOCK), "week_charged"),
        (work.at(FRIDAY), "review_ends"),
        (work.at(WEDNESDAY), "hold_ends"),
    ]
    move_clock(work.at(LOCK))
    assert work.week()["status"] == "in_review"
    assert work.money() == ("366.67", "0.00", "0.00", "0.00")
    assert work.purse() == ("0.00", "0.00", "366.67")
    move_clock(work.at(FRIDAY))
    assert work.week()["status"] == "paid"
    assert work.money() == ("0.00", "366.67", "0.00", "55.00")
    assert work.purse() == ("0.00", "330.00", "0.00")
    move_clock(work.at(WEDNESDAY))
    assert work.purse() == ("330.00", "0.00", "0.00")
    assert work.behind()[-4:] == foretold


def test_hours_entered_after_the_client_ended_on_saturday_night(work: Work) -> None:
    move_clock(work.at(5.95))
    work.log(1 + 8 / 24, 60)
    work.clara.do(work.contract, "end", reason="completed")
    move_clock(work.at(7 + 9 / 24))
    assert work.log(4 + 8 / 24, 60, manual=True)["logged"] == 6
    after_the_end = {"segments": [{"start": work.at(6 + 8 / 24), "memo": "Checkout page", "activity": 8}]}
    assert work.femi.post(f"{path_of(work.contract)}/time", after_the_end).problem[0] in (409, 422)
    week = work.week()
    assert (week["minutes"], week["covered_minutes"], week["status"]) == (120, 60, "open")
    late = [item["late"] for item in work.femi.see(f"{path_of(work.contract)}/time")["items"]]
    assert late == [False] * 6 + [True] * 6

    move_clock(work.at(LOCK))
    assert work.money()[0] == "80.00"
    refused = work.femi.post(
        f"{path_of(work.contract)}/time", {"segments": [{"start": work.at(4), "memo": "Too late", "activity": 8}]}
    )
    assert refused.status == 409
    move_clock(work.at(WEDNESDAY))
    assert work.purse() == ("72.00", "0.00", "0.00")


def test_the_card_failed_on_monday(work: Work) -> None:
    move_clock(work.at(2))
    work.log(1 + 8 / 24, 430)
    work.clara.put("/me/card", {"card": "declines"})
    move_clock(work.at(LOCK))

    contract = work.as_it_is()
    assert contract["status"] == "paused"
    assert contract["pause"] == {"by": "nobody", "at": work.at(LOCK), "cause": "unpaid", "note": ""}
    week = work.week()
    assert (week["status"], week["amount"], week["covered_minutes"]) == ("unpaid", "286.67", 430)
    told = work.clara.see(f"{path_of(work.contract)}/history")["items"][-1]
    assert told["action"] == "week_unpaid"
    assert "Hourly protection covers 7:10 of these hours" in told["explanation"]
    assert work.money() == ("0.00", "0.00", "0.00", "0.00")
    assert work.clara.refused(work.contract, "resume").problem == (409, "hours_unpaid")
    move_clock(work.at(LOCK + 0.1))
    refused = work.femi.post(
        f"{path_of(work.contract)}/time",
        {"segments": [{"start": work.at(7.5), "memo": "Checkout page", "activity": 8}]},
    )
    assert refused.problem == (409, "contract_paused")

    move_clock(work.at(9.5))
    work.clara.put("/me/card", {"card": "works"})
    move_clock(now())
    assert work.as_it_is()["status"] == "active"
    assert work.as_it_is()["pause"] is None
    assert work.week()["status"] == "in_review"
    assert work.ahead() == [(work.at(FRIDAY), "review_ends"), (work.at(WEDNESDAY), "hold_ends")]
    move_clock(work.at(WEDNESDAY))
    assert work.purse() == ("258.00", "0.00", "0.00")


def test_a_bonus_and_a_refund_go_with_hours_and_the_statement_tells_all(work: Work) -> None:
    move_clock(work.at(2))
    work.log(1 + 8 / 24, 60)
    work.clara.do(work.contract, "pay", amount="10.00", note="Quick work.")
    move_clock(work.at(WEDNESDAY))
    work.femi.do(work.contract, "give_refund", amount="25.00", note="An hour too many.")
    assert work.money() == ("0.00", "25.00", "25.00", "3.75")
    lines = [(line["kind"], line["amount"]) for line in work.femi.see("/me/transactions")["items"]]
    assert ("hours", "40.00") in lines
    assert sum(float(amount) for _, amount in lines) == 22.5
    client = [(line["kind"], line["amount"]) for line in work.clara.see("/me/transactions")["items"]]
    assert ("hours billed", "-40.00") in client


@pytest.mark.parametrize(
    ("params", "fields"),
    [({"hours": "ten"}, {"hours"}), ({"hours": 169}, {"hours"}), ({}, {"hours"}), ({"hours": 3, "x": 1}, {"x"})],
)
def test_a_limit_that_makes_no_sense_is_told(work: Work, params: Json, fields: set[str]) -> None:
    assert work.clara.refused(work.contract, "set_weekly_limit", **params).wrong_fields == fields


def test_a_limit_is_raised_at_once_and_cut_from_monday(work: Work) -> None:
    move_clock(work.at(2))
    work.log(1 + 8 / 24, 430)
    work.clara.do(work.contract, "set_weekly_limit", hours=5)
    assert work.week()["minutes"] == 430
    assert work.as_it_is()["terms_to_come"] == {
        "since": (work.monday + timedelta(days=7)).isoformat(),
        "rate": "40.00",
        "weekly_limit_hours": 5,
        "manual_time": True,
    }
    move_clock(work.at(8))
    assert work.as_it_is()["weekly_limit_hours"] == 5
    assert work.as_it_is()["terms_to_come"] is None
    work.clara.do(work.contract, "set_weekly_limit", hours=6)
    assert work.as_it_is()["weekly_limit_hours"] == 6


def test_he_logged_hours_he_did_not_work(work: Work, mo: Caller) -> None:
    move_clock(work.at(3))
    work.log(1 + 8 / 24, 300)
    work.log(1 + 13 / 24, 120, memo="x", manual=True, activity=0)
    move_clock(work.at(LOCK))
    work.clara.do(
        work.contract, "dispute_hours", week=str(work.monday), minutes=120, reason="Nobody was at work on Tuesday."
    )
    week = work.week()
    assert (week["status"], week["disputed_minutes"], week["disputed"]) == ("disputed", 120, "80.00")
    (asked,) = work.as_it_is()["proposals"]
    assert (asked["kind"], asked["by"], asked["amount"]) == ("hours_dispute", "client", "80.00")
    assert asked["answer_by"] == work.at(LOCK + 3)

    move_clock(work.at(LOCK + 1))
    work.femi.do(work.contract, "contest_hours_dispute", proposal=asked["id"], note="I have the drafts.")
    dispute = work.as_it_is()["dispute"]
    assert (dispute["about"], dispute["amount"], dispute["opened_by"]) == ("hours", "80.00", "client")

    move_clock(work.at(FRIDAY))
    assert work.money() == ("80.00", "200.00", "0.00", "30.00")
    move_clock(work.at(WEDNESDAY))
    assert work.purse() == ("180.00", "0.00", "80.00")

    drafts = work.starts(1 + 13 / 24, 30)
    mo.do(work.contract, "decide", segments=drafts, reason="Half an hour is in the drafts.")
    move_clock(work.at(WEDNESDAY + 3))
    assert work.money() == ("0.00", "220.00", "60.00", "33.00")
    assert work.week()["status"] == "paid"
    move_clock(work.at(WEDNESDAY + 8))
    assert work.purse() == ("198.00", "0.00", "0.00")


def test_hours_that_are_agreed_not_to_be_owed_go_back_to_the_card(work: Work) -> None:
    move_clock(work.at(3))
    work.log(1 + 8 / 24, 420)
    move_clock(work.at(LOCK))
    segments = work.starts(1 + 8 / 24, 120)
    work.clara.do(work.contract, "dispute_hours", week=str(work.monday), segments=segments, reason="Not ours.")
    assert work.week()["disputed_segments"] == segments
    (asked,) = work.as_it_is()["proposals"]
    done = work.femi.do(work.contract, "accept_hours_dispute", proposal=asked["id"])
    ways = [
        (one["from"].partition(":")[0], one["to"].partition(":")[0], one["amount"])
        for one in done["outcome"]["transfers"]
    ]
    assert ways == [
        ("review", "client", "80.00"),
        ("fee_held", "client", "4.00"),
        ("client", "provider", "84.00"),
    ]
    move_clock(work.at(WEDNESDAY))
    assert work.purse() == ("180.00", "0.00", "0.00")
    assert work.money() == ("0.00", "200.00", "80.00", "30.00")


def test_silence_gives_back_only_what_hourly_protection_does_not_cover(work: Work) -> None:
    move_clock(work.at(3))
    work.log(1 + 8 / 24, 300)
    work.log(1 + 13 / 24, 60, manual=True, activity=0)
    move_clock(work.at(LOCK))
    work.clara.do(work.contract, "dispute_hours", week=str(work.monday), minutes=120, reason="Not worked.")
    move_clock(work.at(LOCK + 3))
    assert work.behind()[-1][1] == "hours_dispute_unanswered"
    assert work.money()[1:3] == ("40.00", "40.00")
    move_clock(work.at(WEDNESDAY))
    assert work.purse() == ("180.00", "0.00", "0.00")


def test_hours_cannot_be_disputed_when_friday_is_over(work: Work) -> None:
    move_clock(work.at(3))
    work.log(1 + 8 / 24, 60)
    params = {"week": str(work.monday), "minutes": 10, "reason": "Not worked."}
    assert work.clara.refused(work.contract, "dispute_hours", **params).problem == (409, "nothing_in_review")
    move_clock(work.at(FRIDAY))
    assert work.clara.refused(work.contract, "dispute_hours", **params).problem == (409, "nothing_in_review")
    assert work.femi.refused(work.contract, "dispute_hours", **params).problem == (403, "other_side")
