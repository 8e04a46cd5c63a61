"""The standing: what ended contracts come to for a person's name, by a formula that anybody can check.

RULEBOOK section 7, rows 15 to 18 of the first table. A contract counts for each of its two sides by itself:

    score = 100 x (weight of good contracts - weight of bad ones) / weight of both, not below 0

over the last 6, 12 or 24 months, whichever is best. Neutral contracts are left out. `verdict` is the whole rule of what
is good, bad or neutral and how much it weighs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from amicable.rules.contract import Contract, Status
from amicable.rules.dispute import Dispute
from amicable.rules.feedback import closes_at, is_shown_to_all, rating, received, tell_rating
from amicable.rules.money import exponent
from amicable.rules.outcome import NO_STANDING
from amicable.rules.parts import Role
from amicable.rules.past import loser_of, losers
from amicable.rules.policy import Policy
from amicable.rules.wording import Sentence, say

WHOLE = 1_000
"""Weights are thousandths."""

SIDES = (Role.CLIENT, Role.FREELANCER)
WORKED_OUT = ("completed",)
WENT_WRONG = ("not_completed", "not_responsive", "quality", "deadline_missed")


class Class(StrEnum):
    """What a contract comes to for one side. OPEN: that is not known yet."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Counted:
    """What one ended contract comes to for one side: all that the score is computed from."""

    contract: str
    side: Role
    person: str
    other: str
    ended_at: datetime
    counts_from: datetime | None
    """From when on it counts; None while that is not known, as during a dispute."""
    kind: Class
    weight: int
    """Thousandths."""

    def counts_at(self, at: datetime) -> bool:
        """Whether it counts by then."""
        return self.counts_from is not None and self.counts_from <= at


@dataclass(frozen=True, slots=True)
class Standing:
    """The score that is shown: 0 to 100, over the best window, with the contracts that it rests on."""

    score: int
    window_months: int
    contracts: int
    neutral: int
    """Neutral contracts in the same time, left out."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a contract comes to for one side, with the reasons."""

    kind: Class
    weight: int
    because: tuple[Sentence, ...]


def counted(contract: Contract) -> tuple[Counted, ...]:
    """What the contract comes to for either side; nothing before it has ended."""
    window = closes_at(contract)
    if contract.status != Status.ENDED or contract.ended_at is None or window is None:
        return ()
    since = _counts_from(contract, window)
    people = {Role.CLIENT: contract.client, Role.FREELANCER: contract.freelancer}
    found = []
    for side in SIDES:
        verdict = _decided(contract, side)
        other = people[side.other]
        found.append(
            Counted(contract.id, side, people[side], other, contract.ended_at, since, verdict.kind, verdict.weight)
        )
    return tuple(found)


def _counts_from(contract: Contract, window: datetime) -> datetime | None:
    """An ending that both agreed to counts at once, as nothing can change it; anything else when feedback has opened,
    or cannot be left any more."""
    if _is_agreed(contract):
        return contract.ended_at
    opened = [feedback.opened_at for feedback in contract.feedback if feedback.opened_at]
    if contract.dispute or len(opened) < len(contract.feedback):
        return None
    return min(opened, default=window)


def _is_agreed(contract: Contract) -> bool:
    return contract.ending is not None and contract.ending.agreed


def verdict(contract: Contract, side: Role, at: datetime) -> Verdict:
    """What the contract comes to for `side` as things stand at `at`; OPEN while that can still change unseen."""
    mine = next((one for one in counted(contract) if one.side == side), None)
    if mine and mine.counts_at(at):
        return _decided(contract, side)
    return Verdict(Class.OPEN, _value_and_length(contract), (_why_open(contract), _would_weigh(contract)))


def standing(track: Iterable[Counted], at: datetime, policy: Policy) -> Standing | None:
    """The standing at `at` of the one person and side whose contracts `track` are.

    None with fewer than 2 good or bad contracts with 2 different people in the longest window.
    """
    by_then = [one for one in track if one.counts_at(at)]
    found = [_in_window(by_then, at, months) for months in sorted(policy.standing_windows_months, reverse=True)]
    longest = max(policy.standing_windows_months)
    eligible = [one for one in by_then if one.kind != Class.NEUTRAL and is_within(one, at, longest)]
    if len(eligible) < policy.standing_min_contracts:
        return None
    if len({one.other for one in eligible}) < policy.standing_min_clients:
        return None
    return max((one for one in found if one), key=lambda one: one.score)


def _in_window(track: Sequence[Counted], at: datetime, months: int) -> Standing | None:
    within = [one for one in track if is_within(one, at, months)]
    good = sum(one.weight for one in within if one.kind == Class.GOOD)
    bad = sum(one.weight for one in within if one.kind == Class.BAD)
    if not good + bad:
        return None
    score = max(0, (200 * (good - bad) + good + bad) // (2 * (good + bad)))
    neutral = sum(one.kind == Class.NEUTRAL for one in within)
    return Standing(score, months, len(within) - neutral, neutral)


def is_within(one: Counted, at: datetime, months: int) -> bool:
    """Whether the contract ended in the last so many calendar months before `at`."""
    return one.ended_at >= months_before(at, months)


def months_before(at: datetime, months: int) -> datetime:
    """The same day and time that many calendar months earlier; the month's last day where there is no such day."""
    month = at.year * 12 + at.month - 1 - months
    for day in range(at.day, 0, -1):
        try:
            return at.replace(year=month // 12, month=month % 12 + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


# The verdict


def _decided(contract: Contract, side: Role) -> Verdict:
    kind, because = _kind(contract, side)
    weight = _value_and_length(contract)
    because.append(_weighs(contract, weight))
    doubt = _doubt(contract, side, kind)
    if doubt:
        weight //= 2
        because.append(doubt)
    return Verdict(kind, weight, tuple(because))


def _kind(contract: Contract, side: Role) -> tuple[Class, list[Sentence]]:
    if _is_agreed(contract):
        return Class.NEUTRAL, [
            say("Both sides agreed to end it, nobody at fault: neutral, whatever the feedback says.")
        ]
    kind, why = _by_feedback(contract, side)
    because = [why]
    for demerit in _demerits(contract, side):
        kind = Class.NEUTRAL if kind == Class.GOOD else Class.BAD
        because.append(demerit)
    return kind, because


def _by_feedback(contract: Contract, side: Role) -> tuple[Class, Sentence]:
    policy, feedback = contract.policy, received(contract, side)
    if feedback is None:
        return _without_feedback(contract, side)
    stars = rating(feedback.stars, policy)
    told = {"stars": tell_rating(stars), "good": tell_rating(policy.standing_good_from)}
    if stars >= policy.standing_good_from:
        return Class.GOOD, say("The feedback comes to {stars} of 5 stars, and {good} or more are good.", **told)
    if stars < policy.standing_bad_below:
        bad = tell_rating(policy.standing_bad_below)
        return Class.BAD, say("The feedback comes to {stars} of 5 stars, and less than {bad} are bad.", **told, bad=bad)
    return _between(contract, side, told["stars"])


def _between(contract: Contract, side: Role, stars: str) -> tuple[Class, Sentence]:
    """Neither good nor bad stars: the reason for which the other side ended the contract decides."""
    ending = contract.ending
    reason = ending.reason if ending and ending.by == side.other else ""
    if reason in WORKED_OUT:
        return Class.GOOD, say(
            "The feedback comes to {stars} of 5 stars, and its author ended it as completed.", stars=stars
        )
    if reason in WENT_WRONG:
        return Class.BAD, say(
            "The feedback comes to {stars} of 5 stars, and its author ended it for what went wrong.", stars=stars
        )
    return Class.NEUTRAL, say("The feedback comes to {stars} of 5 stars, neither good nor bad.", stars=stars)


def _without_feedback(contract: Contract, side: Role) -> tuple[Class, Sentence]:
    if side == Role.CLIENT and is_shown_to_all(contract):
        return Class.GOOD, say("No feedback was left. {client} paid for the work, which is good.")
    return Class.NEUTRAL, say("No feedback was left, and none counts neither for nor against anybody.")


def _demerits(contract: Contract, side: Role) -> list[Sentence]:
    """Each takes one step down: from good to neutral, from neutral to bad."""
    record = contract.record
    found = []
    if side in losers(contract):
        found.append(say("A mediator's ruling gave this side the smaller part, which takes it one step down."))
    if side == Role.CLIENT and record.late_weeks:
        found.append(
            say("Weeks of hours not paid when they were billed: {weeks}. One step down.", weeks=len(record.late_weeks))
        )
    if side == Role.CLIENT and record.hours_disputes >= contract.policy.standing_hours_disputes:
        found.append(say("Hours were disputed {times} times. One step down.", times=record.hours_disputes))
    return found


def _doubt(contract: Contract, side: Role, kind: Class) -> Sentence | None:
    """Why what the other side said weighs half."""
    feedback = received(contract, side)
    if feedback is None or kind == Class.NEUTRAL:
        return None
    if side.other in losers(contract):
        return say("Its author lost a dispute on this contract, so it weighs half.")
    policy, private = contract.policy, feedback.private_score
    contradicts = private is not None and (
        (kind == Class.GOOD and private <= policy.standing_private_low)
        or (kind == Class.BAD and private >= policy.standing_private_high)
    )
    if contradicts:
        return say("What its author said in private does not go with the stars, so it weighs half.")
    return None


def _value_and_length(contract: Contract) -> int:
    """The weight by what was paid and for how long, in thousandths."""
    policy = contract.policy
    steps = [_step(contract.currency, step) for step in policy.standing_value_steps]
    value = policy.standing_value_weights[sum(contract.record.paid > step for step in steps)]
    return value * min(max(contract.record.quarters, 1), policy.standing_quarters_max)


def _step(currency: str, units: int) -> int:
    """Whole units, hundreds of them where a unit is no more than a cent, in minor units."""
    places = exponent(currency)
    return units * (10**places if places else 100)


def _weighs(contract: Contract, weight: int) -> Sentence:
    told, paid = tell_weight(weight), contract.money(contract.record.paid)
    quarters = contract.record.quarters
    if quarters > 1:
        return say(
            "It weighs {weight}: {paid} was paid, over {quarters} periods of three months.",
            weight=told,
            paid=paid,
            quarters=quarters,
        )
    return say("It weighs {weight}: {paid} was paid.", weight=told, paid=paid)


def tell_weight(weight: int) -> str:
    """`1.25`."""
    return f"{weight / WHOLE:g}"


# What is not known yet


def _why_open(contract: Contract) -> Sentence:
    window = closes_at(contract)
    if window is None:
        return say("It counts for nothing before it has ended.")
    if contract.dispute:
        return say("It counts when the dispute is settled and feedback has opened.")
    return say(
        "It counts when both have left feedback, or from {until}: with good feedback as good, with bad as bad, without "
        "any not against anybody.",
        until=window,
    )


def _would_weigh(contract: Contract) -> Sentence:
    return say("As things stand it would weigh {weight}.", weight=tell_weight(_value_and_length(contract)))


def effect_of(before: Contract, after: Contract) -> Sentence:
    """What an action that has made `after` of `before` does to people's standing, if it says nothing else of it."""
    if after.record is before.record and after.disputes is before.disputes:
        return NO_STANDING
    for side in SIDES:
        if len(_demerits(after, side)) > len(_demerits(before, side)):
            return say(
                "The contract now counts one step lower in {who}'s standing: good as neutral, neutral as bad.", who=side
            )
    return NO_STANDING


def effect_of_ruling(contract: Contract, ruled: Dispute) -> Sentence:
    """What a ruling does to people's standing as soon as it takes effect."""
    loser = loser_of(ruled)
    if loser is None or loser in losers(contract):
        return NO_STANDING
    return say(
        "Once the ruling takes effect, the contract counts one step lower in {who}'s standing, who gets the smaller "
        "part: good as neutral, neutral as bad.",
        who=loser,
    )


def effect_of_ending(contract: Contract) -> Sentence:
    """What an ending does to people's standing, told before it is done."""
    policy = contract.policy
    return say(
        "Ending has no effect on anybody's standing by itself. Both sides can leave feedback for {days} days after the "
        "end: what one side leaves counts for the other's standing, {good} stars or more as good, less than {bad} as "
        "bad, with a weight of {weight}. Leaving none, or getting none, counts against nobody. An ending that both "
        "agree to (a cancellation) is neutral.",
        days=policy.feedback_window_days,
        good=tell_rating(policy.standing_good_from),
        bad=tell_rating(policy.standing_bad_below),
        weight=tell_weight(_value_and_length(contract)),
    )


def effect_of_feedback(contract: Contract) -> Sentence:
    """What opened feedback did to both sides' standing."""
    client, freelancer = (_decided(contract, side) for side in SIDES)
    return say(
        "The contract counts as {freelancer_class} for {freelancer}, with a weight of {freelancer_weight}, and as "
        "{client_class} for {client}, with a weight of {client_weight}.",
        freelancer_class=str(freelancer.kind),
        freelancer_weight=tell_weight(freelancer.weight),
        client_class=str(client.kind),
        client_weight=tell_weight(client.weight),
    )
