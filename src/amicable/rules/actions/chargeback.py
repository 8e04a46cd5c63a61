"""A card payment that the client's bank has taken back: it opens our dispute. RULEBOOK sections 5.3 and 14 (14).

The bank takes the whole sum from the platform at once, so the platform carries it. What is still there of the money is
frozen in a dispute that counts as opened by the client. What that gives the client covers the platform; what it gives
the freelancer stays with the freelancer, and with the platform to carry.
"""

from __future__ import annotations

from datetime import date

from amicable.rules.actions.paid_dispute import freeze_paid
from amicable.rules.actions.refund import paid_lately, suspend_request
from amicable.rules.change import Change
from amicable.rules.contract import Status
from amicable.rules.dispute import About
from amicable.rules.dispute_clocks import dispute_clock
from amicable.rules.disputing import dispute_escrow, open_dispute, parts_of_escrow
from amicable.rules.guards import status_is
from amicable.rules.hourly import WeekStatus
from amicable.rules.outcome import Refused
from amicable.rules.params import Amount, Share, Text, WeekRef
from amicable.rules.parts import Milestone, Role
from amicable.rules.registry import action
from amicable.rules.wording import say

REASON = "The client's bank has taken the card payment back."


@action(
    Role.NOBODY,
    does="the client's bank took a card payment back; a dispute opens about what is left of it",
    guard=status_is(Status.ACTIVE, Status.PAUSED, Status.ENDING, Status.ENDED),
    params={
        "charge": Text("The charge's id."),
        "amount": Amount("What was paid, without the client's fee."),
        "fee": Share("The client's fee on it."),
        "milestone": Text("The id of the milestone that it was for.", required=False),
        "week": WeekRef("The Monday of the week that it was for.", required=False),
    },
)
def charge_disputed(
    change: Change, charge: str, amount: int, fee: int, milestone: str | None = None, week: date | None = None
) -> Refused | None:
    """The platform pays the bank and carries it; what is still there of the money is frozen."""
    contract = change.contract
    if any(one.charge == charge for one in contract.chargebacks):
        return Refused("already_charged_back", say("The bank has taken this payment back before."))
    change.take_back(charge, amount + fee)
    change.say(
        "{client}'s bank has taken {total} back from Amicable that was paid by card: {amount} and the fee of {fee}. "
        "Amicable carries it until it is decided whose the money is.",
        total=contract.money(amount + fee),
        amount=contract.money(amount),
        fee=contract.money(fee),
    )
    paid_for = contract.milestone(milestone) if milestone else None
    if week:
        frozen = _freeze_week(change, charge, week)
    else:
        frozen = _freeze_escrow(change, charge, amount, paid_for) if paid_for else 0
    _freeze_paid(change, charge, amount - frozen, paid_for)
    for dispute in change.contract.open_disputes:
        if dispute.charge == charge:
            change.tell(dispute_clock(change.contract, dispute).explanation)
    return None


def _freeze_escrow(change: Change, charge: str, amount: int, milestone: Milestone) -> int:
    """Freeze what is still in escrow of the payment; returns how much that is."""
    part = min(amount, change.contract.free(milestone))
    if part:
        frozen = parts_of_escrow(change.contract, part, change.by, milestone.id)
        request = suspend_request(change, part)
        dispute_escrow(change, frozen, REASON, opened_by=Role.CLIENT, request=request, charge=charge)
        change.say(
            "{amount} of it is in escrow. It is frozen in a dispute: what goes back covers what the bank has taken.",
            amount=change.contract.money(part),
        )
    return part


def _freeze_week(change: Change, charge: str, start: date) -> int:
    """Freeze the hours in review that the payment was for; returns what they come to. Hours that hourly protection
    covers stay paid, also when the freelancer does not answer."""
    week = change.contract.week(start)
    if week is None or week.status != WeekStatus.IN_REVIEW or week.disputed:
        return 0
    chosen = week.billed & ~week.decided
    disputed = change.set_week(week, disputed=chosen)
    if not disputed.in_dispute:
        return 0
    open_dispute(
        change,
        About.HOURS,
        disputed.in_dispute,
        REASON,
        opened_by=Role.CLIENT,
        week=start,
        segments=chosen,
        client_claim=disputed.share_of(chosen & week.covered),
        charge=charge,
    )
    change.say(
        "{amount} of it is for hours in review. They are frozen in a dispute: what goes back covers what the bank has "
        "taken.",
        amount=change.contract.money(disputed.in_dispute),
    )
    return disputed.in_dispute


def _freeze_paid(change: Change, charge: str, amount: int, milestone: Milestone | None) -> None:
    """Dispute what of the payment the freelancer was paid and has not given back."""
    most = amount if milestone is None else min(amount, milestone.paid)
    part = min(most, paid_lately(change.contract, change.at))
    if part:
        freeze_paid(change, REASON, part, opened_by=Role.CLIENT, charge=charge)
