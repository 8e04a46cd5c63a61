"""Hours: the weekly limit, time by hand, pause and resume. RULEBOOK sections 1.2 and 3, row 13 of the first table."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from amicable.rules.actions.offer import NOTE
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.guards import every, hours_are_paid, is_hourly, status_is
from amicable.rules.hourly import HourlyTerms, WeekStatus, changed
from amicable.rules.outcome import Refused
from amicable.rules.params import Hours
from amicable.rules.parts import Pause, PauseCause, Role
from amicable.rules.pausing import go_on
from amicable.rules.registry import action
from amicable.rules.week import hours_text, locks, monday_of, opens, week_text
from amicable.rules.wording import say


@action(
    Role.CLIENT,
    does="sets how many hours a week are billed at the most: a raise counts at once, a cut from next Monday",
    guard=every(is_hourly, status_is(Status.ACTIVE, Status.PAUSED)),
    params={
        "hours": Hours("The most hours that are billed of a week; a raise counts at once, a cut from next Monday."),
    },
    undone_by="set_weekly_limit",
)
def set_weekly_limit(change: Change, hours: int) -> Refused | None:
    """Time over the limit is kept and shown, and not billed."""
    contract = change.contract
    this = monday_of(change.at)
    now = contract.terms_of(this)
    if all(terms.limit_hours == hours for terms in _from(contract, this)):
        return Refused(
            "same_limit", say("{hours} hours a week is the limit already. Send another number.", hours=hours)
        )
    is_cut = now.limit_hours is None or hours < now.limit_hours
    since = this + timedelta(days=7) if is_cut else this
    change.set(hourly=changed(contract.hourly, since, limit_hours=hours))
    _tell_limit(change, hours, since, is_cut=is_cut)
    return None


def _tell_limit(change: Change, hours: int, since: date, *, is_cut: bool) -> None:
    if is_cut:
        change.say(
            "From {at} on, at most {hours} hours a week are billed. This week goes by the limit that it began with.",
            at=opens(since),
            hours=hours,
        )
        return
    change.say("At most {hours} hours a week are billed from now on, those of this week so far included.", hours=hours)
    week = change.contract.week(since)
    if week:
        tell_so_far(change, since)


def _can_allow_manual(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by
    if not all(terms.manual for terms in _from(contract, monday_of(at))):
        return None
    return Refused("manual_time_allowed", say("Time may be entered by hand on this contract already."))


def _can_forbid_manual(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by
    terms = _from(contract, monday_of(at))
    now, last = terms[0], terms[-1]
    if last.manual:
        return None
    if now.manual:
        return Refused(
            "manual_time_forbidden",
            say("From {at} on no time can be entered by hand already.", at=opens(last.since)),
        )
    return Refused("manual_time_forbidden", say("This contract takes only time that a timer measured already."))


def _from(contract: Contract, monday: date) -> list[HourlyTerms]:
    """What holds for the week of that Monday, and what follows."""
    return [contract.terms_of(monday), *(terms for terms in contract.hourly if terms.since > monday)]


@action(
    Role.CLIENT,
    does="lets time be entered by hand, from this week on",
    guard=every(is_hourly, status_is(Status.ACTIVE, Status.PAUSED), _can_allow_manual),
    params={"note": NOTE},
    undone_by="forbid_manual_time",
)
def allow_manual_time(change: Change, note: str = "") -> None:
    """It is billed like time that a timer measured, and never protected."""
    del note
    this = monday_of(change.at)
    change.set(hourly=changed(change.contract.hourly, this, manual=True))
    change.say(
        "{freelancer} can enter time by hand from now on, also for this week so far. It is billed like time that a "
        "timer measured; hourly protection does not cover it."
    )


@action(
    Role.CLIENT,
    does="lets no more time be entered by hand, from next Monday on",
    guard=every(is_hourly, status_is(Status.ACTIVE, Status.PAUSED), _can_forbid_manual),
    params={"note": NOTE},
    undone_by="allow_manual_time",
)
def forbid_manual_time(change: Change, note: str = "") -> None:
    """This week goes by what it began with, as with a lower limit."""
    del note
    following = monday_of(change.at) + timedelta(days=7)
    change.set(hourly=changed(change.contract.hourly, following, manual=False))
    change.say(
        "For work from {at} on no time can be entered by hand, only time that a timer measured. Until then it can, and "
        "what was entered so is billed.",
        at=opens(following),
    )


def _is_not_unpaid(contract: Contract, by: Role, at: datetime) -> Refused | None:
    is_unpaid = contract.pause is not None and contract.pause.cause == PauseCause.UNPAID
    return hours_are_paid(contract, by, at) if is_unpaid else None


@action(
    Role.CLIENT,
    does="pauses the contract; no time can be logged until it is resumed",
    guard=every(is_hourly, _is_not_unpaid, status_is(Status.ACTIVE)),
    params={"note": NOTE},
    undone_by="resume",
)
def pause(change: Change, note: str = "") -> None:
    """What was logged before is billed all the same."""
    change.set(status=Status.PAUSED, pause=Pause(change.by, change.at, PauseCause.CLIENT, note))
    change.say("The contract is paused: no time can be logged until {client} resumes it.")
    for week in change.contract.weeks:
        if week.status == WeekStatus.OPEN:
            tell_so_far(change, week.start)


def _can_resume(contract: Contract, by: Role, at: datetime) -> Refused | None:
    if contract.status != Status.PAUSED:
        return Refused("not_paused", say("The contract is not paused, so there is nothing to resume."))
    return hours_are_paid(contract, by, at)


@action(
    Role.CLIENT,
    does="lets a paused contract go on",
    guard=every(is_hourly, _can_resume),
    params={"note": NOTE},
)
def resume(change: Change, note: str = "") -> None:
    """Time can be logged again."""
    del note
    go_on(change)


def tell_so_far(change: Change, start: date) -> None:
    """Say what the hours of an open week come to so far, and when they are billed."""
    contract = change.contract
    week = contract.week(start)
    minutes, amount = contract.bill(week) if week else (0, 0)
    change.say(
        "{hours} hours of the week of {week} are logged so far: {amount}, billed on {at}.",
        hours=hours_text(minutes),
        week=week_text(start),
        amount=contract.money(amount),
        at=locks(start, contract.policy),
    )
