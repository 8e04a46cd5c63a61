"""Giving the other side more time: once a clock, as long again. RULEBOOK rows 3 and 22 of the first table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from amicable.rules.actions.offer import NOTE
from amicable.rules.change import Change
from amicable.rules.clocks import clocks
from amicable.rules.contract import Contract
from amicable.rules.dispute_clocks import BOTH
from amicable.rules.outcome import Clock, Refused
from amicable.rules.params import Invalid, Schema
from amicable.rules.parts import Role
from amicable.rules.policy import days
from amicable.rules.registry import action
from amicable.rules.wording import say


def _days_of_review(contract: Contract, clock: Clock) -> int:
    """As many as that clock began with: other terms agreed on since are for what is handed in after them."""
    return contract.milestone(clock.params["milestone"]).answer_days or contract.days_of_review


EXTENDABLE: Mapping[str, Callable[[Contract, Clock], int]] = {
    "offer_expires": lambda contract, _: contract.policy.offer_expiry_days,
    "submission_unanswered": _days_of_review,
    "escrow_refund_unanswered": lambda contract, _: contract.policy.escrow_refund_answer_days,
    "dispute_unanswered": lambda contract, _: contract.policy.dispute_answer_days,
    "hours_dispute_unanswered": lambda contract, _: contract.policy.hours_dispute_answer_days,
}
"""The clocks on which one side waits for the other's answer, and how many days they give."""


@dataclass(frozen=True)
class ClockRef:
    """A running clock that asks the other side: its action's name, as deadlines show it, or the id of the milestone,
    proposal or dispute that it is about."""

    required: bool = True

    def read(self, raw: object, contract: Contract) -> str:
        """The name or the id. That it runs is for the action to say."""
        del contract
        if not isinstance(raw, str) or not raw:
            raise Invalid("Name the clock: " + ", ".join(EXTENDABLE) + ", or the id of what it is about.")
        return raw

    def schema(self, contract: Contract) -> Schema:
        """The names of the clocks that can be extended, and the ids of what those that run are about."""
        ids = [clock.subject for clock in clocks(contract) if clock.action in EXTENDABLE and clock.subject]
        description = (
            "The clock's action, as deadlines show it, or the id of the milestone, proposal or dispute it is about."
        )
        return {"type": "string", "enum": [*EXTENDABLE, *ids], "description": description}


def waiting_for(contract: Contract, by: Role) -> list[Clock]:
    """The clocks on which `by` waits for the other side; a mediator waits for none."""
    if by not in BOTH:
        return []
    return [clock for clock in clocks(contract) if clock.action in EXTENDABLE and clock.asked == (by.other,)]


def _can_wait_longer(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del at
    waiting = waiting_for(contract, by)
    if not waiting:
        return Refused("nothing_to_extend", say("No clock runs on which you wait for the other side's answer."))
    if all(clock.key in contract.extended for clock in waiting):
        return ALREADY
    return None


ALREADY = Refused("already_extended", say("This clock has been extended once. It cannot be extended again."))


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="gives the other side as long again to answer, once a clock",
    guard=_can_wait_longer,
    params={"clock": ClockRef(), "note": NOTE},
)
def extend_clock(change: Change, clock: str, note: str = "") -> Refused | None:
    """Nothing else changes. It cannot be taken back."""
    del note
    contract = change.contract
    named = [one for one in clocks(contract) if one.action in EXTENDABLE and clock in (one.action, one.subject)]
    if not named:
        return Refused("clock_not_running", say("No such clock runs. Deadlines show the clocks that do."))
    waiting = [one for one in named if one in waiting_for(contract, change.by)]
    if not waiting:
        return Refused("own_clock", say("This clock runs for you: only the other side can give you more time."))
    left = [one for one in waiting if one.key not in contract.extended]
    if not left:
        return ALREADY
    _extend(change, left[0], EXTENDABLE[left[0].action](contract, left[0]))
    return None


def _extend(change: Change, clock: Clock, count: int) -> None:
    _set_later(change, clock, days(count))
    change.set(extended=(*change.contract.extended, clock.key))
    later = next(one for one in clocks(change.contract) if one.key == clock.key)
    if change.by == Role.CLIENT:
        change.say("{client} gives {freelancer} {days} days more to answer, until {until}.", days=count, until=later.at)
    else:
        change.say("{freelancer} gives {client} {days} days more to answer, until {until}.", days=count, until=later.at)
    change.tell(later.explanation)


def _set_later(change: Change, clock: Clock, span: timedelta) -> None:
    """Move the time that the clock is read off; that of an offer follows from its being extended."""
    contract, subject, later = change.contract, clock.subject, clock.at + span
    for milestone in contract.milestones:
        if milestone.id == subject:
            change.set_milestone(milestone, release_at=later)
    if any(proposal.id == subject for proposal in contract.proposals):
        change.set(proposals=tuple(replace(p, answer_by=later) if p.id == subject else p for p in contract.proposals))
    if any(dispute.id == subject for dispute in contract.disputes):
        change.set(disputes=tuple(replace(d, answer_by=later) if d.id == subject else d for d in contract.disputes))
