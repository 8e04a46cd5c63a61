"""Two people who no longer agree, and what becomes of it, over the REST interface."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from callers import Caller, Json, milestone, move_clock, now, path_of

pytestmark = pytest.mark.django_db(transaction=True)


def days_later(days: float) -> None:
    """Time passes."""
    to = datetime.fromisoformat(now()) + timedelta(days=days)
    move_clock(to.isoformat().replace("+00:00", "Z"))


def proposal_of(answer: Json, kind: str) -> str:
    """The id of the proposal of that kind that is open after an action."""
    return next(str(one["id"]) for one in answer["contract"]["proposals"] if one["kind"] == kind)


def listed(contract: Json, *prices: str, **new: str) -> list[Json]:
    """The contract's milestones with other prices, and new ones."""
    known = [
        {"id": part["id"], "title": part["title"], "amount": price}
        for part, price in zip(contract["milestones"], prices, strict=True)
    ]
    return known + [{"title": title, "amount": price} for title, price in new.items()]


def test_scope_that_creeps_ends_with_a_declined_change_and_a_cancellation_at_the_agreed_part(
    clara: Caller, femi: Caller, submitted: Json
) -> None:
    price = submitted["milestones"][0]["amount"]
    clara.do(submitted, "request_changes", milestone=milestone(submitted), note="And a shop, please.")
    order = femi.do(
        submitted,
        "propose_terms",
        note="A shop is more work.",
        milestones=listed(submitted, *(part["amount"] for part in submitted["milestones"]), Shop="400.00"),
    )
    clara.do(submitted, "decline_terms", proposal=proposal_of(order, "terms"), note="I thought that was meant.")
    unchanged = clara.see(path_of(submitted))
    assert (unchanged["terms_version"], unchanged["milestones"][0]["amount"]) == (1, price)

    low = clara.do(submitted, "propose_cancellation", note="Then we stop here.", release="100.00")
    counter = femi.do(submitted, "propose_cancellation", note="Half is done.", release="250.00")
    assert len(counter["contract"]["proposals"]) == 2
    ended = clara.do(counter["contract"], "accept_cancellation", proposal=_by(counter, "freelancer"))
    assert proposal_of(low, "cancellation") != _by(counter, "freelancer")
    contract = ended["contract"]
    assert (contract["status"], contract["ending"]["agreed"], contract["money"]["paid"]) == ("ended", True, "250.00")
    told = [event["action"] for event in clara.see(f"{path_of(submitted)}/history")["items"]]
    assert told[-4:] == ["decline_terms", "propose_cancellation", "propose_cancellation", "accept_cancellation"]


def _by(answer: Json, side: str) -> str:
    return next(str(one["id"]) for one in answer["contract"]["proposals"] if one["by"] == side)


def test_who_wanted_to_stop_is_asked_to_finish_and_is_paid(clara: Caller, femi: Caller, funded: Json) -> None:
    stop = femi.do(funded, "propose_cancellation", note="I have no time any more.", release="0")
    clara.do(funded, "decline_cancellation", proposal=proposal_of(stop, "cancellation"), note="Please finish it.")
    femi.do(funded, "submit", milestone=milestone(funded), note="Well, here it is.")
    done = clara.do(funded, "approve", milestone=milestone(funded))["contract"]
    assert (done["status"], done["money"]["paid"]) == ("active", funded["milestones"][0]["amount"])


def test_both_agree_that_the_job_is_impossible_and_all_goes_back(clara: Caller, femi: Caller, funded: Json) -> None:
    asked = femi.do(funded, "propose_cancellation", note="The old system has no interface.", release="0")
    done = clara.do(funded, "accept_cancellation", proposal=proposal_of(asked, "cancellation"))
    assert done["outcome"]["transfers"][-1]["why"] == "refund to the card"
    assert done["contract"]["money"]["fees"] == "0.00"
    assert "left out of people's standing" in done["outcome"]["standing"]


def test_after_the_end_the_client_pays_for_more_and_both_reopen_it(clara: Caller, femi: Caller, funded: Json) -> None:
    clara.do(funded, "end", reason="completed", escrow="release")
    days_later(20)
    clara.do(funded, "pay", amount="75.00", note="For the help since.")
    asked = clara.do(funded, "propose_reopening", note="There is more to do.")
    reopened = femi.do(funded, "accept_reopening", proposal=proposal_of(asked, "reopening"))["contract"]
    assert (reopened["status"], reopened["ended_at"]) == ("active", None)
    clara.do(funded, "end", reason="completed")
    days_later(366)
    assert clara.refused(funded, "pay", amount="1.00", note="Late.").problem == (409, "payment_window_over")


def test_who_never_answers_changes_nothing_and_never_wins_by_it(clara: Caller, femi: Caller, funded: Json) -> None:
    femi.do(funded, "propose_terms", note="More.", milestones=listed(funded, *_prices(funded), More="1.00"))
    clara.do(funded, "propose_cancellation", note="Stop?", release="0")
    before = clara.see(path_of(funded))
    days_later(89)
    after = clara.see(path_of(funded))
    assert (after["proposals"], after["money"], after["status"]) == (before["proposals"], before["money"], "active")
    days_later(16)
    silent = clara.see(path_of(funded))
    assert (silent["status"], silent["proposals"], silent["money"]["escrow"]) == ("ended", [], "0.00")

    femi.do(funded, "propose_reopening", note="After all?")
    days_later(31)
    lapsed = clara.see(path_of(funded))
    assert (lapsed["status"], lapsed["proposals"]) == ("ended", [])
    assert femi.refused(funded, "propose_reopening", note="?").problem == (409, "reopening_window_over")


def _prices(contract: Json) -> list[str]:
    return [part["amount"] for part in contract["milestones"]]


def test_dormant_escrow_is_asked_for_by_handing_work_in_and_silence_pays(
    clara: Caller, femi: Caller, funded: Json
) -> None:
    days_later(98)
    assert clara.see(path_of(funded))["dormant"]["waits_for"] == "freelancer"
    femi.do(funded, "submit", milestone=milestone(funded), note="It was done in spring.")
    days_later(14)
    assert clara.see(path_of(funded))["money"]["paid"] == funded["milestones"][0]["amount"]
