"""Feedback: left under seal, opened for both at once, answered once, changed once if who received it allows that.

RULEBOOK section 6, rows 8, 17 and 24 of the first table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.feedback import (
    can_answer_until,
    can_edit_until,
    closes_at,
    is_shown_to_all,
    least_paid,
    opens_at,
    rating,
    received,
    tell_rating,
)
from amicable.rules.guards import every, status_is
from amicable.rules.outcome import Clock, Refused, invalid
from amicable.rules.params import Score, Stars, Text
from amicable.rules.parts import Feedback, Role
from amicable.rules.registry import Guard, action, given
from amicable.rules.standing import effect_of_feedback
from amicable.rules.wording import Sentence, say

_ENDED = status_is(Status.ENDED)
_STARS = Stars()
_COMMENT = Text("What you say of the other side, for everybody to read once it is open.")
_PRIVATE_SCORE = Score("Whether you would work with them again, 0 to 10; nobody is shown it.")
_PRIVATE_REASON = Text("Why; nobody is shown it.", required=False)


def _window_is_open(contract: Contract, by: Role, at: datetime) -> Refused | None:
    if contract.feedback_by(by):
        return Refused("feedback_left", say("You have left feedback on this contract. It can be left once."))
    until = closes_at(contract)
    if until is None or at < until:
        return None
    return Refused("feedback_window_over", say("Feedback could be left until {until}.", until=until))


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="leaves feedback on the other side; sealed until both have left it, or 14 days after the end",
    guard=every(_ENDED, _window_is_open),
    params={
        "stars": _STARS,
        "comment": _COMMENT,
        "private_score": _PRIVATE_SCORE,
        "private_reason": _PRIVATE_REASON,
    },
)
def leave_feedback(
    change: Change,
    stars: tuple[int, ...],
    comment: str,
    private_score: int | None = None,
    private_reason: str = "",
) -> None:
    """It is kept under seal. Whether the other side has left theirs changes nothing about what this says."""
    contract = change.contract
    until = closes_at(contract)
    assert until is not None, "the guard made sure that it has ended"
    feedback = Feedback(change.by, change.at, stars, comment, private_score, private_reason)
    change.seal(feedback, _opening(until))
    change.say("The feedback is sealed: nobody but its author can read it, or is told that it is there.")
    change.say(
        "It opens for both sides at once when both have left theirs, or on {until} if only one has; on a contract in "
        "dispute, not before the dispute is settled. It cannot be changed or taken back before.",
        until=until,
    )
    if is_shown_to_all(contract):
        change.say("Once it is open, everybody can read the stars and the comment on the public profile.")
    else:
        change.say(
            "Once it is open, the two sides can read the stars and the comment. It is not on the public profile, since "
            "less than {least} was paid.",
            least=contract.money(least_paid(contract)),
        )
    change.say(
        "A private score or reason is shown to nobody. Where the score contradicts the stars, the contract weighs half "
        "in the other side's standing, and they are told that it does."
    )
    change.standing(_effect_of_leaving)


def _effect_of_leaving(contract: Contract) -> Sentence:
    del contract
    return say(
        "Leaving feedback does nothing to the standing of its author. It counts for the standing of the other side "
        "once it is open."
    )


def _opening(until: datetime) -> Clock:
    return Clock(
        until,
        "feedback_opens",
        say("The feedback opens at the latest, unless a dispute is not settled by then."),
    )


def _is_sealed(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    if opens_at(contract):
        return None
    return Refused("nothing_sealed", say("There is no feedback that could open."))


@action(Role.NOBODY, does="sealed feedback opens, for both sides at once", guard=_is_sealed)
def feedback_opens(change: Change) -> None:
    """From now on both sides can read it, and it counts."""
    sealed = [feedback for feedback in change.contract.feedback if not feedback.opened_at]
    if len(change.contract.feedback) > 1:
        change.say("Both sides have left feedback, and it opens.")
    else:
        change.say("The time for feedback is over. What one side has left opens; the other side left none.")
    for feedback in sealed:
        change.set_feedback(feedback, opened_at=change.at)
        _say_stars(change, feedback)
    change.standing(effect_of_feedback)


def _say_stars(change: Change, feedback: Feedback) -> None:
    stars = tell_rating(rating(feedback.stars, change.contract.policy))
    if feedback.by == Role.CLIENT:
        change.say("{client} gives {freelancer} {stars} of 5 stars.", stars=stars)
    else:
        change.say("{freelancer} gives {client} {stars} of 5 stars.", stars=stars)


def _has_received(allows: Callable[[Contract, Feedback, datetime], Refused | None]) -> Guard:
    """There is feedback about who acts, and it allows that."""

    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        feedback = received(contract, by)
        if feedback is None:
            return Refused("no_feedback", say("There is no open feedback about you on this contract."))
        return allows(contract, feedback, at)

    return guard


_about_who_acts = given("feedback", lambda change, _: received(change.contract, change.by))
"""The action is given, as `feedback`, the one about who acts."""


def _can_respond(contract: Contract, feedback: Feedback, at: datetime) -> Refused | None:
    if feedback.responded_at:
        return Refused("already_responded", say("You have answered this feedback. It can be answered once."))
    until = can_answer_until(contract, feedback)
    if at < until:
        return None
    return Refused("response_window_over", say("This feedback could be answered until {until}.", until=until))


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="answers the feedback about oneself, once",
    guard=every(_ENDED, _has_received(_can_respond)),
    params={"comment": Text("The answer, for everybody who can read the feedback.")},
)
@_about_who_acts
def respond_feedback(change: Change, feedback: Feedback, comment: str) -> None:
    """It stands below the feedback for good."""
    change.set_feedback(feedback, response=comment, responded_at=change.at)
    change.say(
        "{who} answers the feedback of {other}. The answer stands below it and cannot be changed or taken back.",
        who=change.by,
        other=change.by.other,
    )


def _is_locked(contract: Contract, feedback: Feedback, at: datetime) -> Refused | None:
    del contract, at
    if feedback.unlocked_at is None:
        return None
    return Refused(
        "already_unlocked", say("This feedback was unlocked on {at}. That can be done once.", at=feedback.unlocked_at)
    )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="lets the other side change its feedback, once, within 14 days",
    guard=every(_ENDED, _has_received(_is_locked)),
)
@_about_who_acts
def unlock_feedback(change: Change, feedback: Feedback) -> None:
    """Its author may change it, and need not."""
    unlocked = change.set_feedback(feedback, unlocked_at=change.at)
    until = can_edit_until(change.contract, unlocked)
    assert until is not None, "it has just been unlocked"
    change.say(
        "{who} lets {other} change the feedback: the stars and the comment once, for the better or the worse, until "
        "{until}, and {other} need not. Until it is changed it stands as it is.",
        who=change.by,
        other=change.by.other,
        until=until,
    )


def _is_unlocked(contract: Contract, by: Role, at: datetime) -> Refused | None:
    feedback = contract.feedback_by(by)
    if feedback is None:
        return Refused("no_feedback", say("You have not left feedback on this contract."))
    until = can_edit_until(contract, feedback)
    if until is None:
        return Refused("feedback_locked", say("Feedback stays as it is unless the side that it is about unlocks it."))
    if feedback.edited_at:
        return Refused("already_edited", say("You have changed this feedback. It can be changed once."))
    if at < until:
        return None
    return Refused("edit_window_over", say("This feedback could be changed until {until}.", until=until))


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="changes feedback that was unlocked; its private part stays as it is",
    guard=every(_ENDED, _is_unlocked),
    params={
        "stars": _STARS,
        "comment": _COMMENT,
        "private_score": Score("The private part cannot be changed: leave it out, or send it as it was."),
        "private_reason": Text("As above.", required=False),
    },
    unrecorded=("private_score", "private_reason"),
)
@given("feedback", lambda change, _: change.contract.feedback_by(change.by))
def edit_feedback(
    change: Change,
    feedback: Feedback,
    stars: tuple[int, ...],
    comment: str,
    private_score: int | None = None,
    private_reason: str = "",
) -> Refused | None:
    """The new stars and the comment take the place of the old ones at once."""
    if private_score is not None and private_score != feedback.private_score:
        return invalid("private_score", "The private part cannot be changed. Leave it out.")
    if private_reason and private_reason != feedback.private_reason:
        return invalid("private_reason", "The private part cannot be changed. Leave it out.")
    changed = change.set_feedback(feedback, stars=stars, comment=comment, edited_at=change.at)
    change.say(
        "{who} changes the feedback, which cannot be done again. Its private part stays as it was.", who=change.by
    )
    _say_stars(change, changed)
    change.standing(effect_of_feedback)
    return None
