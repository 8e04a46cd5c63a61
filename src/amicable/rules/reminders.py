"""When people are reminded of a clock that runs against them. RULEBOOK, "What Amicable does", 3 and 22."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from amicable.rules.outcome import Clock
from amicable.rules.policy import Policy, before_the_end, days


@dataclass(frozen=True, slots=True)
class Reminder:
    """At `at` those whom the clock asks are told again what it does."""

    at: datetime
    clock: Clock


def reminders(clock: Clock, policy: Policy) -> list[datetime]:
    """When those whom `clock` asks are reminded, in order.

    On the policy's days, as far as they come before its last reminder, which is 24 hours before it strikes. Day 1 is
    the event that started the clock: its notice tells of it. A clock that is announced has times of its own.
    """
    if clock.announced:
        return [at for at in clock.announced if at < clock.at]
    if clock.since is None or not clock.asked:
        return []
    last = before_the_end(clock.at, policy)
    usual = (clock.since + days(day - 1) for day in policy.reminder_days)
    return [at for at in (*(at for at in usual if at < last), last) if at > clock.since]


def next_reminder(running: Iterable[Clock], policy: Policy, after: datetime) -> datetime | None:
    """When the first reminder of the running clocks later than `after` is due; None when none will be."""
    return min((at for clock in running for at in reminders(clock, policy) if at > after), default=None)


def due_reminders(running: Iterable[Clock], policy: Policy, since: datetime, until: datetime) -> list[Reminder]:
    """What is to be reminded of from `since` through `until`: of each clock once, however many were missed."""
    due = []
    for clock in running:
        missed = [at for at in reminders(clock, policy) if since <= at <= until]
        if missed and clock.at > until:
            due.append(Reminder(missed[-1], clock))
    return due
