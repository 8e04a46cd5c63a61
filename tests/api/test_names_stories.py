"""What an ending does to people's names, told over the interface."""

from __future__ import annotations

from api.test_feedback import leave, settled, standing  # noqa: F401 (a contract that a ruling ended)
from api.test_stories import in_days
from callers import Caller, Json, move_clock, path_of, stars


def test_i_left_good_feedback_and_he_left_none_and_it_does_not_hurt_me(
    submitted: Json, clara: Caller, femi: Caller
) -> None:
    ended = clara.do(submitted, "end", reason="completed", escrow="release")
    assert "Leaving none, or getting none, counts against nobody" in ended["outcome"]["standing"]
    leave(femi, submitted, 5, comment="A pleasure.")
    assert clara.see(path_of(submitted))["feedback"] == {"client": None, "freelancer": None}

    move_clock(in_days(14))

    contract = clara.see(path_of(submitted))
    assert contract["feedback"]["client"] is None
    assert contract["feedback"]["freelancer"]["comment"] == "A pleasure."
    mine = standing(femi, submitted)
    assert (mine["class"], mine["before"], mine["after"]) == ("neutral", None, None)
    assert "none counts neither for nor against anybody" in mine["explanation"]
    assert standing(clara, submitted)["class"] == "good"
    late = clara.refused(submitted, "leave_feedback", stars=stars(1), comment="Now that I have read yours.")
    assert late.problem == (409, "feedback_window_over")


def test_the_one_star_in_return_for_a_lost_dispute_opens_after_the_ruling_marked_and_weighs_half(
    settled: Json,  # noqa: F811
    clara: Caller,
    femi: Caller,
) -> None:
    history = [item["action"] for item in clara.see(f"{path_of(settled)}/history")["items"]]
    leave(clara, settled, 1, comment="Never again.")
    assert femi.see(path_of(settled))["feedback"]["client"] is None
    leave(femi, settled, 5)

    after = [item["action"] for item in femi.see(f"{path_of(settled)}/history")["items"]]
    assert after[: len(history)] == history
    assert after.index("feedback_opens") > after.index("ruling_takes_effect")
    review = femi.see(path_of(settled))["feedback"]["client"]
    assert (review["comment"], review["marks"]) == ("Never again.", ["disputed"])
    mine = standing(femi, settled)
    assert (mine["class"], mine["weight"]) == ("bad", 0.625)
    assert "Its author lost a dispute on this contract, so it weighs half." in mine["explanation"]
    femi.do(settled, "respond_feedback", comment="The ruling says what was there.")
    [shown] = clara.see(f"/people/{femi.id}")["feedback"]
    assert (shown["marks"], shown["response"]["comment"]) == (["disputed"], "The ruling says what was there.")


def test_all_the_money_goes_back_and_the_review_stays_and_says_so(submitted: Json, clara: Caller, femi: Caller) -> None:
    clara.do(submitted, "end", reason="quality", escrow="release")
    leave(clara, submitted, 2, comment="Not what I asked for.")
    leave(femi, submitted, 4)
    before = standing(femi, submitted)
    femi.do(submitted, "give_refund", amount="500.00", note="Then you shall not have paid for it.")

    contract = clara.see(path_of(submitted))
    assert contract["money"]["paid"] == "0.00"
    [shown] = clara.see(f"/people/{femi.id}")["feedback"]
    assert (shown["stars"], shown["comment"]) == (stars(2), "Not what I asked for.")
    assert shown["marks"] == ["money_returned"]
    assert standing(femi, submitted) == before
