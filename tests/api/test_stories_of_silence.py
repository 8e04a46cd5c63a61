"""A side that never answers: what silence does on every clock there is, and when, is told before, and then happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from amicable.contracts.verify import verify
from amicable.rules.clocks import OPENING
from amicable.rules.registry import ACTIONS
from callers import Caller, Json, hourly_offer_of, milestone, move_clock, now, offer_of, path_of, stars, succeeded

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS_OF_BANKS = {
    "charge_succeeded",
    "charge_failed",
    "charge_disputed",
    "chargeback_won",
    "chargeback_lost",
    "week_charged",
    "week_unpaid",
    "week_retried",
}
"""What happens by itself and not by a clock: a card or its bank says it."""


@dataclass(frozen=True)
class Cast:
    """Who plays, and what they have begun."""

    clara: Caller
    femi: Caller
    mo: Caller

    def offered(self, *prices: str) -> Json:
        return succeeded(self.clara.post("/contracts", offer_of(self.femi, *prices)))

    def funded(self, price: str = "500.00") -> Json:
        contract = self.offered(price)
        self.femi.do(contract, "accept")
        return self.clara.do(contract, "fund", milestone=milestone(contract))["contract"]

    def submitted(self) -> Json:
        contract = self.funded()
        return self.femi.do(contract, "submit", milestone=milestone(contract), note="Here it is.")["contract"]

    def contested(self) -> Json:
        """Clara wants the escrow back, Femi says no."""
        contract = self.submitted()
        ended = self.clara.do(contract, "end", reason="quality", escrow="refund")
        return self.femi.do(contract, "decline_refund", proposal=ended["contract"]["proposals"][0]["id"])["contract"]

    def answered(self) -> Json:
        contract = self.contested()
        return self.clara.do(contract, "answer_dispute", note="Half of it is missing.")["contract"]

    def ruled(self) -> Json:
        contract = self.answered()
        return self.mo.do(contract, "decide", release="300.01", reason="Most of it is there.")["contract"]

    def worked(self) -> Json:
        """Two hours on a Monday, one of them with a memo that says nothing."""
        today = datetime.fromisoformat(now())
        monday = (today + timedelta(days=7 - today.weekday())).date()
        move_clock(f"{monday}T08:00:00Z")
        contract = succeeded(self.clara.post("/contracts", hourly_offer_of(self.femi, rate="40.00")))
        self.femi.do(contract, "accept")
        move_clock(f"{monday}T12:00:00Z")
        for hour, memo in (("08", "Checkout page"), ("09", "x")):
            starts = [f"{monday}T{hour}:{minute}0:00Z" for minute in range(6)]
            segments = [{"start": start, "memo": memo, "activity": 8} for start in starts]
            succeeded(self.femi.post(f"{path_of(contract)}/time", {"segments": segments}))
        return self.clara.see(path_of(contract))

    def billed(self) -> Json:
        contract = self.worked()
        passes(7)
        return self.clara.see(path_of(contract))


def passes(days: float) -> None:
    """Time passes."""
    move_clock(after(now(), timedelta(days=days)))


def after(moment: str, span: timedelta) -> str:
    return (datetime.fromisoformat(moment) + span).isoformat().replace("+00:00", "Z")


def _offer(cast: Cast) -> Json:
    return cast.offered("500.00")


def _small_claim(cast: Cast) -> Json:
    """Both name an amount; a mediator asks now and then, so that no ruling is overdue."""
    contract = cast.funded("100.00")
    cast.clara.do(contract, "open_dispute", reason="It is late.", about="escrow", release="20.00")
    cast.femi.do(contract, "offer_settlement", release="75.01")
    for _ in range(2):
        passes(6)
        cast.mo.do(contract, "ask", note="What was agreed?")
    return contract


def _appealed(cast: Cast) -> Json:
    contract = cast.ruled()
    return cast.clara.do(contract, "appeal", note="Less than that.")["contract"]


def _asked_back(cast: Cast) -> Json:
    contract = cast.funded()
    return cast.clara.do(contract, "end", reason="no_longer_needed", escrow="refund")["contract"]


def _approved(cast: Cast) -> Json:
    contract = cast.submitted()
    return cast.clara.do(contract, "approve", milestone=milestone(contract))["contract"]


def _asked_to_reopen(cast: Cast) -> Json:
    contract = cast.funded()
    cast.clara.do(contract, "end", reason="completed", escrow="release")
    return cast.femi.do(contract, "propose_reopening", note="There is more to do.")["contract"]


def _hours_disputed(cast: Cast) -> Json:
    contract = cast.billed()
    week = cast.clara.see(f"{path_of(contract)}/weeks")["items"][0]["start"]
    disputed = {"week": week[:10], "minutes": 120, "reason": "Nobody was at work."}
    return cast.clara.do(contract, "dispute_hours", **disputed)["contract"]


@dataclass(frozen=True)
class Silence:
    """How it comes to a clock, and what is left when nobody answers it."""

    begin: Callable[[Cast], Json]
    status: str
    paid: str = "0.00"
    refunded: str = "0.00"
    waiting: str = "0.00"
    """In escrow, or in review."""

    @property
    def left(self) -> tuple[str, str, str, str]:
        """How the contract then stands: status, paid, refunded, waiting."""
        return self.status, self.paid, self.refunded, self.waiting


CLOCKS = {
    "offer_expires": Silence(_offer, "expired"),
    "submission_unanswered": Silence(Cast.submitted, "active", paid="500.00"),
    "hold_ends": Silence(_approved, "active", paid="500.00"),
    "escrow_refund_unanswered": Silence(_asked_back, "ended", refunded="500.00"),
    "dispute_unanswered": Silence(Cast.contested, "ended", paid="500.00"),
    "ruling_overdue": Silence(Cast.answered, "ended", paid="250.00", refunded="250.00"),
    "ruling_takes_effect": Silence(Cast.ruled, "ended", paid="300.01", refunded="199.99"),
    "appeal_overdue": Silence(_appealed, "ended", paid="300.01", refunded="199.99"),
    "small_claim_idle": Silence(_small_claim, "active", paid="47.51", refunded="52.49"),
    "escrow_goes_dormant": Silence(Cast.funded, "active", waiting="500.00"),
    "dormant_client_silent": Silence(Cast.funded, "active", waiting="500.00"),
    "dormant_escrow_returns": Silence(Cast.funded, "ended", refunded="500.00"),
    "reopening_lapses": Silence(_asked_to_reopen, "ended", paid="500.00"),
    "week_closes": Silence(Cast.worked, "active", waiting="80.00"),
    "review_ends": Silence(Cast.billed, "active", paid="80.00"),
    "hours_dispute_unanswered": Silence(_hours_disputed, "active", paid="40.00", refunded="40.00"),
}
"""By the clock; what feedback waits for is no side's secret but its author's, and has a story of its own."""


@pytest.fixture
def cast(clara: Caller, femi: Caller, mo: Caller) -> Cast:
    return Cast(clara, femi, mo)


def ahead(caller: Caller, contract: Json) -> list[Json]:
    """What happens by itself."""
    return list(caller.see(f"{path_of(contract)}/timeline")["items"])


def behind(caller: Caller, contract: Json) -> list[Json]:
    """What has happened."""
    return list(caller.see(f"{path_of(contract)}/history?limit=200")["items"])


@pytest.mark.parametrize("clock", CLOCKS)
def test_who_never_answers_gets_what_was_told_before(cast: Cast, clock: str) -> None:
    contract = CLOCKS[clock].begin(cast)
    while (foretold := ahead(cast.clara, contract))[0]["action"] != clock:
        move_clock(foretold[0]["at"])
    at = foretold[0]["at"]
    assert ahead(cast.femi, contract) == foretold
    assert foretold[0]["explanation"]

    before = behind(cast.clara, contract)
    move_clock(after(at, timedelta(seconds=-1)))
    assert behind(cast.clara, contract) == before, "nothing happens early"
    move_clock(at)

    happened = behind(cast.femi, contract)[len(before) :]
    told = [event for event in foretold if event["at"] == at]
    assert happened == [{**event, "by": "nobody"} for event in told]
    left = cast.clara.see(path_of(contract))
    money = left["money"]
    waiting = money["in_review"] if contract["kind"] == "hourly" else money["escrow"]
    assert (left["status"], money["paid"], money["refunded"], waiting) == CLOCKS[clock].left
    assert verify().balanced, verify().problems


def test_sealed_feedback_opens_when_its_author_was_told_that_it_would(cast: Cast) -> None:
    contract = cast.funded()
    cast.clara.do(contract, "end", reason="completed", escrow="release")
    left = cast.clara.do(contract, "leave_feedback", stars=stars(4), comment="All that was agreed.")
    (opens,) = [clock["at"] for clock in left["outcome"]["deadlines"] if clock["action"] == OPENING]
    assert OPENING not in [event["action"] for event in ahead(cast.femi, contract)], "nobody learns that there is some"

    move_clock(after(opens, timedelta(seconds=-1)))
    assert cast.femi.see(path_of(contract))["feedback"]["client"] is None
    move_clock(opens)
    assert cast.femi.see(path_of(contract))["feedback"]["client"]["comment"] == "All that was agreed."
    assert behind(cast.femi, contract)[-1]["action"] == OPENING


def test_no_clock_is_left_out() -> None:
    by_itself = {name for name, action in ACTIONS.items() if action.is_automatic}
    assert {*CLOCKS, OPENING} == by_itself - ANSWERS_OF_BANKS
