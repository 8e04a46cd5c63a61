"""What ends a pause. RULEBOOK section 3 and row 13 of the first table."""

from __future__ import annotations

from datetime import datetime

from amicable.rules.change import Change
from amicable.rules.contract import Status
from amicable.rules.parts import PastPause
from amicable.rules.week import locks, monday_of


def go_on(change: Change) -> None:
    """The pause is over. No time can be logged for while it lasted."""
    contract = change.contract
    assert contract.pause is not None, "what goes on was paused"
    remember(change, contract.pause.at)
    change.set(status=Status.ACTIVE, pause=None)
    change.say("The contract goes on: time can be logged again.")


def remember(change: Change, since: datetime) -> None:
    """From `since` to now no work was agreed: no time can be logged for then, as long as its week is open."""
    contract, at = change.contract, change.at
    recent = [past for past in contract.pauses if locks(monday_of(past.until), contract.policy) > at]
    change.set(pauses=(*recent, PastPause(since, at)))
