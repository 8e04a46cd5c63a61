"""The offer: made, answered, taken back or left to expire; it charges nothing. RULEBOOK section 1."""

from __future__ import annotations

from amicable.rules.change import Change
from amicable.rules.contract import Status
from amicable.rules.guards import status_is
from amicable.rules.params import Text
from amicable.rules.parts import Role
from amicable.rules.registry import action

NOTE = Text("A word to the other side.", required=False)
_OFFERED = status_is(Status.OFFERED)


@action(Role.FREELANCER, does="accepts the offer; work can begin", guard=_OFFERED, params={"note": NOTE})
def accept(change: Change, note: str = "") -> None:
    """The contract becomes active. No money moves."""
    del note
    change.set(status=Status.ACTIVE, accepted_at=change.at)
    if change.contract.hourly:
        change.say(
            "The contract is active: {freelancer} can log hours from now on. No money has moved; each week's hours are "
            "billed on the Monday after it, at 12:00 UTC."
        )
        return
    change.say(
        "The contract is active. No money has moved: {freelancer} should start when the first milestone is funded, "
        "since only money in escrow is secured."
    )


@action(Role.FREELANCER, does="declines the offer", guard=_OFFERED, params={"note": NOTE})
def decline(change: Change, note: str = "") -> None:
    """The offer is closed. No money moves."""
    del note
    change.set(status=Status.DECLINED)
    change.say("The offer is declined and closed. No money has moved.")


@action(Role.CLIENT, does="takes the offer back", guard=_OFFERED, params={"note": NOTE})
def withdraw(change: Change, note: str = "") -> None:
    """The offer is closed. No money moves."""
    del note
    change.set(status=Status.WITHDRAWN)
    change.say("The offer is withdrawn and closed. No money has moved.")


@action(Role.NOBODY, does="the offer was not answered in time", guard=_OFFERED)
def offer_expires(change: Change) -> None:
    """The offer is closed. No money moves."""
    change.set(status=Status.EXPIRED)
    change.say("The offer expired unanswered. No money has moved.")
