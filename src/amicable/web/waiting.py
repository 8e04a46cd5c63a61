"""What a contract waits for where no clock runs: whose move it is."""

from __future__ import annotations

from amicable.rules.contract import Contract
from amicable.rules.diary import takes_time
from amicable.rules.parts import Milestone, MilestoneStatus
from amicable.rules.wording import Sentence, say


def waits_for(contract: Contract) -> Sentence:
    """Who can do what next, in a sentence."""
    if contract.is_charging:
        return say("{client}'s card is being asked.")
    if contract.kind == "hourly" and contract.is_live:
        refused = takes_time(contract)
        return refused.reason if refused else say("{freelancer} works and logs hours.")
    if not contract.is_live:
        return say("Nothing more happens.")
    if at_work := _first(contract, MilestoneStatus.FUNDED):
        return say("{freelancer} works on “{title}”.", title=at_work.title)
    if unfunded := _first(contract, MilestoneStatus.UNFUNDED):
        return say("{client} can fund “{title}”, so that work starts.", title=unfunded.title)
    return say("Everything is paid. {client} can end the contract.")


def _first(contract: Contract, status: MilestoneStatus) -> Milestone | None:
    return next((milestone for milestone in contract.milestones if milestone.status == status), None)
