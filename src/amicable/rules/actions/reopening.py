"""Reopening an ended contract, by both. RULEBOOK row 6 of the first table."""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.offer import NOTE
from amicable.rules.actions.proposing import answers, has_put, is_asked, put, takes_back
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.feedback import may_be_sealed
from amicable.rules.guards import every, status_is
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused
from amicable.rules.params import ProposalRef, Text
from amicable.rules.parts import MilestoneStatus, Pause, PauseCause, Proposal, ProposalKind, Role
from amicable.rules.pausing import remember
from amicable.rules.policy import days
from amicable.rules.registry import action
from amicable.rules.wording import say

_REOPENING = ProposalKind.REOPENING
_PROPOSAL = ProposalRef((_REOPENING,))


def reopening_ends(contract: Contract) -> datetime:
    """Until when an ended contract can be reopened."""
    assert contract.ended_at is not None, "only what has ended can be reopened"
    return contract.ended_at + days(contract.policy.reopening_days)


def _within_window(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by
    last = reopening_ends(contract)
    if at < last:
        return None
    return Refused(
        "reopening_window_over",
        say("The contract could be reopened until {last}. Make a new offer instead.", last=last),
    )


_ENDED = every(status_is(Status.ENDED), _within_window)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="asks the other side to reopen the contract that has ended",
    guard=_ENDED,
    params={"note": Text("Why, and what is still to be done.")},
    undone_by="withdraw_reopening",
)
def propose_reopening(change: Change, note: str) -> None:
    """The other side is asked. Nothing changes without a yes."""
    put(change, _REOPENING, note)
    change.say(
        "{who} asks to reopen the contract. Nothing changes unless {other} accepts; that is possible until {until}.",
        who=change.by,
        other=change.by.other,
        until=reopening_ends(change.contract),
    )
    _say_what_is_sealed(change)


def _say_what_is_sealed(change: Change) -> None:
    """Who would reopen has to know it, and nobody may learn by it whether there is anything."""
    if may_be_sealed(change.contract, change.at):
        change.say(
            "Feedback that either side may have left and that is still sealed is discarded unread when the contract is "
            "open again; it can be left anew after the next end."
        )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="agrees to reopen the contract; it is active again",
    guard=every(_ENDED, is_asked(_REOPENING)),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@answers(_REOPENING)
def accept_reopening(change: Change, proposal: Proposal, note: str = "") -> None:
    """The contract goes on, as if it had not ended; the history keeps that it had."""
    del proposal, note
    change.say("The contract is open again. No money moves; what was paid or went back stays where it is.")
    _say_what_is_sealed(change)
    stopped = _stopped_at(change.contract)
    change.set(status=Status.ACTIVE, ended_at=None, ending=None, pause=None)
    if change.contract.hourly:
        remember(change, stopped)
    change.discard_sealed_feedback()
    if any(week.status == WeekStatus.UNPAID for week in change.contract.weeks):
        change.set(status=Status.PAUSED, pause=Pause(Role.NOBODY, change.at, PauseCause.UNPAID))
        change.say("It is paused: hours are not paid. It goes on by itself when {client}'s card has paid them.")
    elif change.contract.hourly:
        change.say(
            "Time can be logged again, by the terms as they were, but none for the time from {stopped} until now.",
            stopped=stopped,
        )
    elif any(m.status == MilestoneStatus.UNFUNDED for m in change.contract.milestones):
        change.say("Milestones that had lapsed unfunded are open again: {client} can fund them.")
    else:
        change.say("For more work, propose a change of terms with a new milestone.")


def _stopped_at(contract: Contract) -> datetime:
    """When work on a contract that has ended stopped: with its end, or with the pause in which it was ended."""
    assert contract.ending is not None, "only what has ended is reopened"
    return contract.pause.at if contract.pause else contract.ending.at


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="declines to reopen the contract; it stays ended",
    guard=every(_ENDED, is_asked(_REOPENING)),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@answers(_REOPENING)
def decline_reopening(change: Change, proposal: Proposal, note: str = "") -> None:
    """Nothing else changes."""
    del proposal, note
    change.say("{who} declines to reopen the contract. It stays ended.", who=change.by)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="takes back one's own request to reopen the contract",
    guard=every(_ENDED, has_put(_REOPENING)),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@takes_back(_REOPENING)
def withdraw_reopening(change: Change, proposal: Proposal, note: str = "") -> None:
    """Nothing else changes."""
    del proposal, note
    change.say("{who} takes back the request to reopen the contract. It stays ended.", who=change.by)


def _is_asked_too_late(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    if contract.proposal(_REOPENING):
        return None
    return Refused("nothing_proposed", say("Nobody has asked to reopen the contract."))


@action(
    Role.NOBODY,
    does="the time in which the contract could be reopened is over; open requests for it close",
    guard=every(status_is(Status.ENDED), _is_asked_too_late),
)
def reopening_lapses(change: Change) -> None:
    """Silence on a reopening changes nothing."""
    left = tuple(proposal for proposal in change.contract.proposals if proposal.kind != _REOPENING)
    change.set(proposals=left)
    change.say("The request to reopen the contract was not answered in time and is closed. The contract stays ended.")
