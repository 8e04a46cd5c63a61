"""What ends a pause. RULEBOOK section 3 and row 13 of the first table."""

from __future__ import annotations

from amicable.rules.change import Change
from amicable.rules.contract import Status
from amicable.rules.parts import PastPause
from amicable.rules.week import locks, monday_of


def go_on(change: Change) -> None:
    """The pause is over. No time can be logged for while it lasted."""
    contract, at = change.contract, change.at
    assert contract.pause is not None, "what goes on was paused"
    recent = [past for past in contract.pauses if locks(monday_of(past.until), contract.policy) > at]
    change.set(status=Status.ACTIVE, pause=None, pauses=(*recent, PastPause(contract.pause.at, at)))
    change.say("The contract goes on: time can be logged again.")
