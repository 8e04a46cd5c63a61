"""Escrow in which nothing is done for long, told where the money is: what becomes of it, when, and what prevents it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from amicable.rules.clocks import goes_back_at, idle_since
from amicable.rules.money import Money
from amicable.rules.registry import ACTIONS
from amicable.rules.timeline import timeline
from amicable.web.outcome import Shown, show
from amicable.web.viewer import Sight

STEPS = ("escrow_goes_dormant", "dormant_client_silent", "dormant_escrow_returns")


@dataclass(frozen=True, slots=True)
class Dormancy:
    """The escrow of a contract, as long as nothing else decides about it."""

    escrow: Money
    idle_since: datetime
    goes_back_at: datetime
    is_dormant: bool
    steps: list[Shown]
    """What happens until it has gone back, if nobody does anything."""
    can_be_kept: bool
    """Whether the person who looks can prevent it by saying so, as they can from the first notice on."""


def dormancy_of(sight: Sight) -> Dormancy | None:
    """What becomes of the contract's escrow if nobody does anything; None where something else decides about it."""
    contract = sight.contract
    since, back = idle_since(contract), goes_back_at(contract)
    if since is None or back is None:
        return None
    return Dormancy(
        contract.money(contract.escrow),
        since,
        back,
        contract.dormancy is not None,
        [show(later, sight.people) for later in timeline(contract) if later.action in STEPS],
        ACTIONS["keep_escrow"].why_not(contract, sight.role, sight.now) is None,
    )
