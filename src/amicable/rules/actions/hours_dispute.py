"""Disputing billed hours: what is named is frozen and nothing else; the freelancer agrees, contests or says nothing.

RULEBOOK section 3.2 and rows 12 and 23 of the first table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from amicable.rules.actions.billing import as_it_is, pay_week, settle_week
from amicable.rules.actions.offer import NOTE
from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.dispute import About, Dispute
from amicable.rules.disputing import SUBJECTS, Subject, open_dispute, state
from amicable.rules.evidence import EVIDENCE
from amicable.rules.guards import every, is_hourly, no_charge
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.outcome import Refused, invalid
from amicable.rules.params import Minutes, ProposalRef, Segments, Text, WeekRef
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.policy import days
from amicable.rules.registry import Do, action, given
from amicable.rules.week import (
    SEGMENT_MINUTES,
    available_at,
    bitmap,
    hours_text,
    last,
    locks,
    minutes_of,
    monday_of,
    slot_of,
    week_text,
)
from amicable.rules.wording import say

_HOURS_DISPUTE = (ProposalKind.HOURS_DISPUTE,)


def _something_in_review(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    in_review = [week for week in contract.weeks if week.status == WeekStatus.IN_REVIEW]
    refused = [_why_not(week) for week in in_review]
    is_unpaid = any(week.status in _NOT_PAID_YET for week in contract.weeks)
    return None if None in refused else next(iter(refused), WEEK_NOT_PAID if is_unpaid else NOTHING_IN_REVIEW)


def _why_not(week: Week) -> Refused | None:
    """Why no hours of a week in review can be disputed; None when some can."""
    if week.disputed:
        return Refused(
            "already_disputed",
            say(
                "{hours} hours of the week of {week} are in dispute already. Withdraw that dispute first to name "
                "others.",
                hours=hours_text(minutes_of(week.disputed)),
                week=week_text(week.start),
            ),
        )
    if week.billed & ~week.decided:
        return None
    return Refused(
        "already_decided",
        say("All hours of the week of {week} were in dispute, and that is over.", week=week_text(week.start)),
    )


_NOT_PAID_YET = (WeekStatus.CHARGING, WeekStatus.UNPAID)
WEEK_NOT_PAID = Refused(
    "week_not_paid",
    say("The hours that are billed are not paid yet. They can be disputed when {client}'s card has paid."),
)
NOTHING_IN_REVIEW = Refused(
    "nothing_in_review",
    say(
        "No hours are in review. Hours can be disputed from Monday 12:00 UTC, when they are billed, until Friday "
        "23:59:59 UTC; after that {freelancer} can be asked for a refund."
    ),
)


@action(
    Role.CLIENT,
    does="disputes hours in review, chosen segments or so many minutes; only these are frozen",
    guard=every(is_hourly, _something_in_review),
    params={
        "week": WeekRef("The Monday of the week in review."),
        "minutes": Minutes("How much of it: uncovered time first, then the latest.", required=False),
        "segments": Segments("Or which segments of it."),
        "reason": Text("Why these hours should not be paid: not worked, or not for this contract."),
        "evidence": EVIDENCE,
    },
    undone_by="withdraw_hours_dispute",
)
def dispute_hours(
    change: Change,
    week: date,
    reason: str,
    minutes: int | None = None,
    segments: Sequence[datetime] | None = None,
    evidence: tuple[str, ...] = (),
) -> Refused | None:
    """The freelancer has three days; the rest of the week goes its way on Friday."""
    found = _in_review(change, week)
    if isinstance(found, Refused):
        return found
    chosen = _chosen(found, minutes, segments)
    if isinstance(chosen, Refused):
        return chosen
    contract = change.contract
    disputed = change.set_week(found, disputed=chosen)
    answer_by = change.at + days(contract.policy.hours_dispute_answer_days)
    asked = Proposal(
        change.new_id(),
        ProposalKind.HOURS_DISPUTE,
        change.by,
        disputed.in_dispute,
        change.at,
        answer_by,
        reason,
        about=week.isoformat(),
        evidence=evidence,
    )
    change.open(asked)
    _tell_dispute(change, disputed, answer_by)
    return None


def _in_review(change: Change, start: date) -> Week | Refused:
    contract = change.contract
    week = contract.week(start)
    if week and week.status == WeekStatus.IN_REVIEW:
        return _why_not(week) or week
    if week and week.status in _NOT_PAID_YET:
        return WEEK_NOT_PAID
    lock = locks(start, contract.policy)
    if change.at < lock:
        return Refused(
            "week_not_billed", say("This week is billed on {at}. Its hours can be disputed after that.", at=lock)
        )
    return NOTHING_IN_REVIEW


def _chosen(week: Week, minutes: int | None, segments: Sequence[datetime] | None) -> int | Refused:
    """The segments that are disputed, as a bitmap."""
    open_to_it = week.billed & ~week.decided
    if segments is not None and minutes is None:
        return _listed(week, open_to_it, segments)
    if minutes is None or segments is not None:
        return invalid("minutes", "Say how many minutes, or list the segments; one of the two.")
    count = minutes // SEGMENT_MINUTES
    if count > open_to_it.bit_count():
        return invalid("minutes", f"{hours_text(minutes_of(open_to_it))} hours of this week can be disputed.")
    uncovered = last(open_to_it & ~week.covered, count)
    return uncovered | last(open_to_it & week.covered, count - uncovered.bit_count())


def _listed(week: Week, open_to_it: int, segments: Sequence[datetime]) -> int | Refused:
    if not segments:
        return invalid("segments", "List at least one segment.")
    if any(monday_of(start) != week.start for start in segments):
        return invalid("segments", f"The week begins on {week.start}; one of these segments is of another week.")
    chosen = bitmap(map(slot_of, segments))
    if chosen & ~open_to_it:
        return invalid("segments", "One of these segments was not billed, or its dispute is over.")
    return chosen


def _tell_dispute(change: Change, week: Week, answer_by: datetime) -> None:
    contract = change.contract
    assert week.review_ends is not None, "what is in review has an end"
    change.say(
        "{client} disputes {hours} hours of the week of {week}: {amount} is frozen, and nothing else.",
        hours=hours_text(minutes_of(week.disputed)),
        week=week_text(week.start),
        amount=contract.money(week.in_dispute),
    )
    rest = week.in_review - week.in_dispute
    if rest:
        change.say(
            "The rest, {rest}, goes to {freelancer} on {until} and can be withdrawn from {at}.",
            rest=contract.money(rest),
            until=week.review_ends,
            at=available_at(week.review_ends, contract.policy),
        )
    fee = contract.client_fee(contract.committed) - contract.client_fee(contract.committed - week.in_dispute)
    change.say(
        "{freelancer} has until {until} to answer. Agreeing sends {amount} and the fee of {fee} on it back to "
        "{client}'s card. Contesting leaves it frozen until a mediator decides, segment by segment.",
        until=answer_by,
        amount=contract.money(week.in_dispute),
        fee=contract.money(fee),
    )
    _tell_silence(change, week)


def _tell_silence(change: Change, week: Week) -> None:
    money = change.contract.money
    protected = week.disputed & week.covered
    if not protected:
        change.say("Without an answer it goes back too: hourly protection covers none of these hours.")
    elif protected == week.disputed:
        change.say("Without an answer it is paid to {freelancer}: hourly protection covers all of these hours.")
    else:
        change.say(
            "Without an answer only what hourly protection does not cover goes back: {back} for {hours} hours; {kept} "
            "for the {covered} hours that it covers goes to {freelancer}.",
            back=money(week.in_dispute - week.share_of(protected)),
            hours=hours_text(minutes_of(week.disputed & ~protected)),
            kept=money(week.share_of(protected)),
            covered=hours_text(minutes_of(protected)),
        )


# Answers


def _hours_are_disputed(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    if contract.proposal(ProposalKind.HOURS_DISPUTE):
        return None
    return Refused("no_hours_disputed", say("No dispute about hours waits for an answer."))


def _answers(do: Do) -> Do:
    """The action is given, as `proposal`, the question that it answers, which is closed with that."""

    def find(change: Change, params: Mapping[str, Any]) -> Proposal | Refused:
        for proposal in change.contract.proposals:
            if proposal.id == params["proposal"] and proposal.kind in _HOURS_DISPUTE:
                change.close(proposal)
                return proposal
        return Refused(
            "proposal_not_open", say("This dispute does not wait for an answer any more. The contract lists what does.")
        )

    return given("proposal", find)(do)


def _week_in(change: Change, question: Proposal) -> Week:
    assert question.about is not None, "a dispute about hours names its week"
    return as_it_is(change, date.fromisoformat(question.about))


@action(
    Role.FREELANCER,
    does="agrees that disputed hours are not paid; they go back to the client at once",
    guard=every(_hours_are_disputed, no_charge),
    params={"proposal": ProposalRef(_HOURS_DISPUTE), "note": NOTE},
)
@_answers
def accept_hours_dispute(change: Change, proposal: Proposal, note: str = "") -> None:
    """The price of the disputed hours goes back with the fee on it."""
    del note
    change.say("{freelancer} agrees.")
    _settle_disputed(change, _week_in(change, proposal), 0)
    change.end_if_settled()


@action(
    Role.FREELANCER,
    does="contests a dispute about hours; a mediator decides it by segment",
    guard=_hours_are_disputed,
    params={
        "proposal": ProposalRef(_HOURS_DISPUTE),
        "note": Text("Why the hours should be paid.", required=False),
        "evidence": EVIDENCE,
    },
)
@_answers
def contest_hours_dispute(change: Change, proposal: Proposal, note: str = "", evidence: tuple[str, ...] = ()) -> None:
    """The hours stay frozen. Both sides have spoken, so a mediator can decide from now on."""
    week = _week_in(change, proposal)
    opened = open_dispute(
        change,
        About.HOURS,
        week.in_dispute,
        proposal.note,
        opened_by=proposal.by,
        week=week.start,
        segments=week.disputed,
        evidence=proposal.evidence,
    )
    state(change, opened, note, evidence=evidence)
    change.say(
        "{freelancer} contests it: {amount} for {hours} hours of the week of {week} stays frozen. A mediator decides "
        "which segments are paid, within {days} days; without a ruling by then the sum is divided in the middle. The "
        "two can settle at any time before.",
        amount=change.contract.money(week.in_dispute),
        hours=hours_text(minutes_of(week.disputed)),
        week=week_text(week.start),
        days=change.contract.policy.dispute_ruling_days,
    )


@action(
    Role.CLIENT,
    does="takes back a dispute about hours that was not answered yet; they are paid as the rest",
    guard=_hours_are_disputed,
    params={"proposal": ProposalRef(_HOURS_DISPUTE), "note": NOTE},
)
@_answers
def withdraw_hours_dispute(change: Change, proposal: Proposal, note: str = "") -> None:
    """Things go on as before it."""
    del note
    week = _week_in(change, proposal)
    change.say("The dispute is withdrawn: {amount} is no longer frozen.", amount=change.contract.money(week.in_dispute))
    _go_on(change, week)
    change.end_if_settled()


@action(
    Role.NOBODY,
    does="a dispute about hours was not answered; what is not covered goes back, the rest is paid",
    guard=every(_hours_are_disputed, no_charge),
    params={"proposal": ProposalRef(_HOURS_DISPUTE)},
)
@_answers
def hours_dispute_unanswered(change: Change, proposal: Proposal) -> None:
    """Silence costs the freelancer only what hourly protection does not cover."""
    week = _week_in(change, proposal)
    protected = week.disputed & week.covered
    change.say("{freelancer} did not answer the dispute about hours in time.")
    _settle_disputed(change, week, week.share_of(protected), paid=protected)
    change.end_if_settled()


# The disputed part of a week


def _settle_disputed(change: Change, week: Week, released: int, paid: int | None = None) -> None:
    """The dispute is over: `released` of what was frozen goes to the freelancer, the rest to the client. `paid` are
    the segments that are paid, where it was decided by segment."""
    returned = week.in_dispute - released
    given_back = week.disputed & ~paid if paid is not None else week.disputed * (not released)
    settled = change.set_week(
        week, disputed=0, decided=week.decided | week.disputed, returned=week.returned | given_back
    )
    if released:
        pay_week(change, settled, released)
    if returned:
        fee = change.give_back_hours(as_it_is(change, week.start), returned)
        change.say_back(returned, fee)
    settle_week(change, week.start)


def _go_on(change: Change, week: Week) -> None:
    """Nothing of the week is in dispute any more: it is paid with the rest, or now where the review is over, in the
    cycle of the week. RULEBOOK section 3.2."""
    free = change.set_week(week, disputed=0)
    if free.status == WeekStatus.DISPUTED:
        pay_week(change, free, free.in_review, is_in_cycle=True)
        settle_week(change, week.start)


def _week_of(contract: Contract, dispute: Dispute) -> Week:
    assert dispute.week is not None, "a dispute about hours names its week"
    week = contract.week(dispute.week)
    assert week is not None, "a week with a dispute is not settled"
    return week


def _divide_hours(change: Change, dispute: Dispute, released: int) -> None:
    ruling = dispute.ruling
    paid = ruling.segments if ruling and ruling.release == released else None
    _settle_disputed(change, _week_of(change.contract, dispute), released, paid)


def _restore_hours(change: Change, dispute: Dispute) -> None:
    """What the freelancer has contested and the client does not insist on is not disputed again."""
    week = _week_of(change.contract, dispute)
    if dispute.was_withdrawn_by(Role.CLIENT):
        week = change.set_week(week, decided=week.decided | week.disputed)
    _go_on(change, week)


def _worth_of_hours(contract: Contract, dispute: Dispute, paid: int) -> int:
    return _week_of(contract, dispute).share_of(paid)


SUBJECTS[About.HOURS] = Subject(divide=_divide_hours, restore=_restore_hours, worth=_worth_of_hours)
