"""The standing by its published formula, checked with arithmetic of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amicable.rules.contract import Contract
from amicable.rules.feedback import Mark, marks
from amicable.rules.outcome import NO_STANDING
from amicable.rules.parts import Role
from amicable.rules.past import whole_months
from amicable.rules.policy import DEFAULT
from amicable.rules.standing import (
    SIDES,
    Class,
    Counted,
    Verdict,
    counted,
    months_before,
    standing,
    tell_weight,
    verdict,
)
from rules.play import Play, days
from rules.test_feedback import disputed, ended, opened, review

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def row(kind: Class, *, days_ago: float = 10, weight: int = 1_000, other: str = "a") -> Counted:
    """What a contract that ended so many days ago counts for."""
    at = NOW - timedelta(days=days_ago)
    return Counted(f"{kind}{days_ago}{weight}{other}", Role.FREELANCER, "fred", other, at, at, kind, weight)


def of(play: Play, side: Role = Role.FREELANCER) -> Verdict:
    """What the contract counts for now."""
    return verdict(play.contract, side, play.at)


# The formula


def test_the_score_is_good_less_bad_of_all_by_weight() -> None:
    track = [row(Class.GOOD, weight=1_500), row(Class.GOOD, other="b"), row(Class.BAD, weight=1_000, other="c")]
    shown = standing(track, NOW, DEFAULT)
    assert shown
    assert (shown.score, shown.contracts, shown.neutral) == (43, 3, 0), "(1.5 + 1 - 1) / 3.5"


def test_neutral_contracts_are_left_out_and_told() -> None:
    track = [row(Class.GOOD), row(Class.GOOD, other="b"), row(Class.NEUTRAL, weight=1_500)]
    shown = standing(track, NOW, DEFAULT)
    assert shown
    assert (shown.score, shown.contracts, shown.neutral) == (100, 2, 1)


def test_the_best_of_the_three_windows_is_shown() -> None:
    track = [row(Class.BAD, days_ago=300), row(Class.GOOD, days_ago=30, other="b"), row(Class.GOOD, days_ago=600)]
    shown = standing(track, NOW, DEFAULT)
    assert shown
    assert (shown.score, shown.window_months) == (100, 6)


def test_where_windows_are_equal_the_longest_is_shown() -> None:
    shown = standing([row(Class.GOOD), row(Class.GOOD, other="b", days_ago=500)], NOW, DEFAULT)
    assert shown
    assert (shown.score, shown.window_months, shown.contracts) == (100, 24, 2)


@pytest.mark.parametrize(
    "track",
    [
        [],
        [row(Class.GOOD)],
        [row(Class.GOOD), row(Class.GOOD, days_ago=20)],
        [row(Class.GOOD), row(Class.NEUTRAL, other="b")],
        [row(Class.GOOD), row(Class.GOOD, other="b", days_ago=740)],
    ],
    ids=["none", "one", "one client", "one and a neutral one", "one and an old one"],
)
def test_two_contracts_with_two_clients_in_24_months_are_needed(track: list[Counted]) -> None:
    assert standing(track, NOW, DEFAULT) is None


def test_more_bad_than_good_is_zero() -> None:
    shown = standing([row(Class.BAD), row(Class.BAD, other="b"), row(Class.GOOD)], NOW, DEFAULT)
    assert shown
    assert shown.score == 0


def test_a_contract_leaves_a_window_after_its_months_to_the_second() -> None:
    end = months_before(NOW, 6)
    inside = replace(row(Class.GOOD), ended_at=end, counts_from=end)
    outside = replace(inside, ended_at=end - timedelta(seconds=1))
    bad = row(Class.BAD, days_ago=360, other="b")
    best_inside, best_outside = (standing([one, bad], NOW, DEFAULT) for one in (inside, outside))
    assert best_inside
    assert best_outside
    assert (best_inside.score, best_inside.window_months) == (100, 6)
    assert best_outside.score == 0


def test_what_is_still_open_counts_for_nothing_yet() -> None:
    soon = replace(row(Class.BAD, other="c"), counts_from=NOW + timedelta(seconds=1))
    unknown = replace(soon, counts_from=None)
    track = [row(Class.GOOD), row(Class.GOOD, other="b")]
    assert standing([*track, soon, unknown], NOW, DEFAULT) == standing(track, NOW, DEFAULT)


ROWS = st.builds(
    row,
    st.sampled_from([Class.GOOD, Class.BAD, Class.NEUTRAL]),
    days_ago=st.integers(0, 800),
    weight=st.sampled_from([500, 1_000, 1_250, 1_500, 12_000]),
    other=st.sampled_from("abc"),
)


@given(st.lists(ROWS, max_size=12))
def test_the_score_is_what_fractions_say(track: list[Counted]) -> None:
    shown = standing(track, NOW, DEFAULT)
    scores = []
    for months in (24, 12, 6):
        within = [one for one in track if one.ended_at >= months_before(NOW, months)]
        good = sum(Fraction(one.weight) for one in within if one.kind == Class.GOOD)
        bad = sum(Fraction(one.weight) for one in within if one.kind == Class.BAD)
        if good + bad:
            share = max(Fraction(0), 100 * (good - bad) / (good + bad))
            scores.append(int(share + Fraction(1, 2)))
    eligible = {one.contract: one.other for one in track if one.kind != Class.NEUTRAL}
    if shown:
        assert shown.score == max(scores)
        assert 0 <= shown.score <= 100
    assert not shown or len(set(eligible.values())) >= 2


# The verdict


def test_good_feedback_is_good_and_bad_feedback_bad_for_who_received_it() -> None:
    assert of(opened(client=4)).kind == Class.GOOD
    assert of(opened(client=2)).kind == Class.BAD
    assert of(opened(freelancer=2), Role.CLIENT).kind == Class.BAD


def test_i_left_good_feedback_and_he_left_none_does_not_hurt_me() -> None:
    play = ended()
    play.review(Role.FREELANCER, 5)
    play.wait(days(14))
    mine = of(play)
    assert mine.kind == Class.NEUTRAL
    assert "none counts neither for nor against anybody" in mine.because[0].tell()
    assert of(play, Role.CLIENT).kind == Class.GOOD


def test_nothing_paid_and_no_feedback_is_neutral_for_both() -> None:
    play = Play("5.00").accepted()
    play.client("end", reason="no_longer_needed")
    play.wait(days(14))
    assert {of(play, side).kind for side in SIDES} == {Class.NEUTRAL}


def test_a_client_who_paid_and_got_no_feedback_is_a_good_one() -> None:
    play = ended()
    play.wait(days(14))
    assert of(play, Role.CLIENT).kind == Class.GOOD


@pytest.mark.parametrize(("times", "kind"), [(2, Class.GOOD), (3, Class.NEUTRAL)])
def test_a_client_who_disputes_hours_again_and_again_goes_one_step_down(times: int, kind: Class) -> None:
    play = Play("300.00").submitted()
    play.client("end", reason="completed", escrow="release")
    play.contract = replace(play.contract, record=replace(play.contract.record, hours_disputes=times))
    play.wait(days(14))
    assert of(play, Role.CLIENT).kind == kind
    assert of(play, Role.FREELANCER).kind == Class.NEUTRAL


def test_nobody_sees_before_it_opens_what_a_contract_will_count_for() -> None:
    play = ended()
    before = [of(play, side) for side in SIDES]
    play.review(Role.CLIENT, 1)
    assert [of(play, side) for side in SIDES] == before
    assert {one.kind for one in before} == {Class.OPEN}
    play.wait(days(14))
    assert of(play).kind == Class.BAD


def test_an_ending_by_agreement_is_neutral_whatever_the_feedback_says() -> None:
    play = Play("500.00").funded()
    play.client("propose_cancellation", note="It is not working out.", release="100.00")
    play.freelancer("accept_cancellation", proposal=play.contract.proposals[0].id)
    assert {of(play, side).kind for side in SIDES} == {Class.NEUTRAL}, "at once"
    for side in SIDES:
        play.review(side, 1)
        assert {of(play, side).kind for side in SIDES} == {Class.NEUTRAL}
    play.wait(days(0))
    assert {of(play, side).kind for side in SIDES} == {Class.NEUTRAL}


@pytest.mark.parametrize(
    ("reason", "kind"), [("completed", Class.GOOD), ("quality", Class.BAD), ("no_longer_needed", Class.NEUTRAL)]
)
def test_between_good_and_bad_the_reason_of_its_author_decides(reason: str, kind: Class) -> None:
    play = Play("500.00").submitted()
    play.client("end", reason=reason, escrow="release")
    play.review(Role.CLIENT, 3)
    play.wait(days(14))
    assert of(play).kind == kind


def test_who_loses_a_dispute_goes_one_step_down() -> None:
    lost, won = disputed("100.00"), disputed("400.00")
    for play in (lost, won):
        play.wait(days(14))
    assert of(lost).kind == Class.BAD
    assert of(won).kind == Class.NEUTRAL
    assert (of(lost, Role.CLIENT).kind, of(won, Role.CLIENT).kind) == (Class.GOOD, Class.NEUTRAL)


@pytest.mark.parametrize("rules_again", [True, False], ids=["another mediator rules", "nobody rules in time"])
def test_an_appeal_does_not_spare_who_loses_it_the_step_down(rules_again: bool) -> None:
    play = Play("500.00").submitted().answered()
    play.mediator("decide", release="100.00", reason="A fifth is there.")
    play.freelancer("appeal", note="All of it is there.")
    if rules_again:
        final = play.done_by("ida", Role.MEDIATOR, "decide", release="100.00", reason="A fifth is there.")
    else:
        final = play.wait(days(10))[0]
    assert "The contract now counts one step lower in the freelancer's standing" in final.standing.tell()
    play.wait(days(14))
    assert of(play).kind == Class.BAD
    assert Mark.DISPUTED in marks(play.contract)


def test_what_a_ruling_does_to_the_standing_is_told_when_it_is_given_and_when_it_takes_effect() -> None:
    play = Play("500.00").submitted().answered()
    given = play.mediator("decide", release="400.00", reason="Most of it is there.")
    assert "Once the ruling takes effect, the contract counts one step lower in the client's standing" in (
        given.standing.tell()
    )
    effect = play.wait(days(3))[0]
    assert effect.standing.tell() == (
        "The contract now counts one step lower in the client's standing: good as neutral, neutral as bad."
    )
    half = Play("500.00").submitted().answered().mediator("decide", release="250.00", reason="Half.")
    assert half.standing == NO_STANDING


def test_a_week_that_is_not_paid_when_it_is_billed_says_that_it_takes_the_client_one_step_down() -> None:
    play = Play.hourly()
    play.log(play.at, 60)
    play.wait(days(8))
    unpaid = play.week_card(pays=False)[-1]
    assert "one step lower in the client's standing" in unpaid.standing.tell()


def test_a_half_is_lost_by_nobody() -> None:
    play = disputed("250.00")
    play.wait(days(14))
    assert of(play).kind == Class.NEUTRAL


def test_the_one_star_of_who_lost_the_dispute_weighs_half() -> None:
    play = disputed("400.00")
    play.review(Role.CLIENT, 1)
    play.wait(days(14))
    mine = of(play)
    assert (mine.kind, tell_weight(mine.weight)) == (Class.BAD, "0.625")
    assert "lost a dispute" in mine.because[-1].tell()


def test_a_refund_takes_nothing_off_what_a_contract_counts_for() -> None:
    play = opened(client=5)
    before = of(play)
    play.freelancer("give_refund", amount="500.00", note="For the trouble.")
    assert of(play) == before


@pytest.mark.parametrize(
    ("stars", "private", "weight"),
    [(5, 4, "0.625"), (5, 5, "1.25"), (5, 10, "1.25"), (1, 7, "0.625"), (1, 6, "1.25"), (1, 0, "1.25")],
)
def test_a_private_score_that_contradicts_the_stars_halves_the_weight_and_that_is_told(
    stars: int, private: int, weight: str
) -> None:
    play = ended()
    play.client("leave_feedback", **review(stars, private_score=private))
    play.wait(days(14))
    mine = of(play)
    assert tell_weight(mine.weight) == weight
    assert ("said in private" in mine.because[-1].tell()) == (weight == "0.625")


@pytest.mark.parametrize(
    ("currency", "amount", "weight"),
    [
        ("USD", "250.00", "1"),
        ("USD", "250.01", "1.25"),
        ("USD", "1000.00", "1.25"),
        ("USD", "1000.01", "1.5"),
        ("KWD", "250.001", "1.25"),
        ("JPY", "25000", "1"),
        ("JPY", "25001", "1.25"),
        ("JPY", "100001", "1.5"),
    ],
)
def test_value_weighs_in_steps_of_each_currency(currency: str, amount: str, weight: str) -> None:
    assert tell_weight(of(ended(amount, currency=currency)).weight) == weight


def test_each_three_months_with_a_payment_weigh_once_more_up_to_eight_times() -> None:
    play = Play("5.00").accepted()
    weights = []
    for _ in range(10):
        play.paid("1.00")
        play.paid("1.00")
        weights.append(tell_weight(of(play).weight))
        play.wait(timedelta(days=92))
    assert weights == ["1", "2", "3", "4", "5", "6", "7", "8", "8", "8"]


@pytest.mark.parametrize(
    ("until", "months"),
    [("2026-02-28T09:00", 0), ("2026-03-30T08:59", 1), ("2026-03-31T09:00", 2), ("2027-01-31T08:59", 11)],
)
def test_months_are_whole_ones(until: str, months: int) -> None:
    since = datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert whole_months(since, datetime.fromisoformat(until).replace(tzinfo=UTC)) == months


def test_a_month_back_from_the_31st_is_the_last_of_the_month() -> None:
    assert months_before(datetime(2026, 8, 31, tzinfo=UTC), 6) == datetime(2026, 2, 28, tzinfo=UTC)
    assert months_before(datetime(2026, 1, 15, tzinfo=UTC), 24) == datetime(2024, 1, 15, tzinfo=UTC)


def test_the_two_sides_count_by_themselves() -> None:
    client, freelancer = counted(opened(client=5, freelancer=1).contract)
    assert (client.side, client.person, client.other, client.kind) == (Role.CLIENT, "cora", "fred", Class.BAD)
    assert (freelancer.side, freelancer.person, freelancer.kind) == (Role.FREELANCER, "fred", Class.GOOD)


def test_a_contract_that_goes_on_counts_for_nothing() -> None:
    contract: Contract = Play("5.00").submitted().contract
    assert counted(contract) == ()
    assert verdict(contract, Role.FREELANCER, NOW).kind == Class.OPEN


def test_the_ending_page_says_what_the_ending_and_feedback_do() -> None:
    told = Play("500.00").submitted().client("end", reason="completed", escrow="release").standing.tell()
    assert "no effect on anybody's standing by itself" in told
    assert "4.00 stars or more as good, less than 3.00 as bad, with a weight of 1.25" in told
    assert "counts against nobody" in told
    assert "is neutral" in told
