"""A card payment that the client's bank has taken back: it opens our dispute. RULEBOOK sections 5.3 and 14 (14).

The bank takes the whole sum from the platform at once, so the platform carries it. What is still there of the money is
frozen in a dispute that counts as opened by the client. What that gives the client covers the platform; what it gives
the freelancer stays with the freelancer, and with the platform to carry.

In the end the bank decides, weeks later. Won, it gives the money back: a dispute that is still open closes and things
go on as before it, and what one that is over gave the client goes to the client's card. Lost, the platform carries for
good what is not covered; a dispute that is still open goes on, and what it gives the client covers the loss.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from amicable.rules.actions.paid_dispute import freeze_paid
from amicable.rules.actions.refund import paid_lately, suspend_request
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.dispute import About, Chargeback, ChargebackStatus, Dispute
from amicable.rules.dispute_clocks import dispute_clock
from amicable.rules.disputing import dispute_escrow, open_dispute, parts_of_escrow, restore, set_dispute
from amicable.rules.guards import no_charge, status_is
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.outcome import Refused
from amicable.rules.params import Amount, Share, Text, WeekRef
from amicable.rules.parts import Milestone, Proposal, ProposalKind, Role
from amicable.rules.registry import Do, action, given
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
        "paid": Share("What of the week the freelancer was paid, where it is settled.", required=False),
        "protected": Share("What of that is for hours that hourly protection covers.", required=False),
    },
)
def charge_disputed(
    change: Change,
    charge: str,
    amount: int,
    fee: int,
    milestone: str | None = None,
    week: date | None = None,
    paid: int = 0,
    protected: int = 0,
) -> Refused | None:
    """The platform pays the bank and carries it; what is still there of the money is frozen."""
    contract = change.contract
    if contract.chargeback(charge):
        return Refused("already_charged_back", say("The bank has taken this payment back before."))
    change.take_back(charge, amount + fee)
    # What the bank does, the client does: it is a sign of life, and escrow is not dormant any more.
    change.set(active_at=change.at, dormant=None)
    change.say(
        "{client}'s bank has taken {total} back from Amicable that was paid by card: {amount} and the fee of {fee}. "
        "Amicable carries it until it is decided whose the money is.",
        total=contract.money(amount + fee),
        amount=contract.money(amount),
        fee=contract.money(fee),
    )
    if week:
        _freeze_week(change, charge, week, paid, protected)
    elif milestone:
        paid_for = contract.milestone(milestone)
        left = amount - _freeze_escrow(change, charge, amount, paid_for)
        left -= _join_escrow(change, charge, left, paid_for)
        _freeze_paid(change, charge, min(left, paid_for.paid))
    else:
        _freeze_paid(change, charge, amount)
    for dispute in _disputes_about(change.contract, charge):
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


def _freeze_week(change: Change, charge: str, start: date, paid: int, protected: int) -> None:
    """Freeze what is left of a week: hours in review, and what was paid of it. Hours that hourly protection covers stay
    paid, also when the freelancer does not answer."""
    week = change.contract.week(start)
    if week:
        paid, protected = week.paid, week.protected
        _freeze_hours(change, charge, week)
        _join_week(change, charge, week)
    _freeze_paid(change, charge, paid, protected)


def _freeze_hours(change: Change, charge: str, week: Week) -> None:
    """Freeze the hours in review, those that the client has disputed and the freelancer has not answered included; what
    a mediator decides about is frozen already."""
    asked = _asked_about(change.contract, week)
    if week.disputed and asked is None:
        return
    is_in_review = week.status == WeekStatus.IN_REVIEW
    chosen = week.billed & ~week.decided if is_in_review else week.disputed
    frozen = change.set_week(week, disputed=chosen)
    if not frozen.in_dispute:
        return
    if asked:
        change.close(asked)
    open_dispute(
        change,
        About.HOURS,
        frozen.in_dispute,
        REASON,
        opened_by=Role.CLIENT,
        week=week.start,
        segments=chosen,
        client_claim=frozen.share_of(chosen & week.covered),
        charge=charge,
        evidence=asked.evidence if asked else (),
    )
    change.say(
        "{amount} of it is for hours in review. They are frozen in a dispute: what goes back covers what the bank has "
        "taken.",
        amount=change.contract.money(frozen.in_dispute),
    )
    if asked:
        change.say(
            "It takes the place of {client}'s dispute about {amount} of that, which is closed.",
            amount=change.contract.money(asked.amount),
        )


def _asked_about(contract: Contract, week: Week) -> Proposal | None:
    """The client's dispute about hours of the week that waits for an answer."""
    about = week.start.isoformat()
    return next((p for p in contract.proposals if p.kind == ProposalKind.HOURS_DISPUTE and p.about == about), None)


def _freeze_paid(change: Change, charge: str, most: int, protected: int = 0) -> None:
    """Dispute what of the payment the freelancer was paid, at the `most`, and has not given back."""
    part = min(most, paid_lately(change.contract, change.at))
    if part:
        freeze_paid(
            change, REASON, part, opened_by=Role.CLIENT, charge=charge, client_claim=min(part, protected) or None
        )
    left = most - part
    for dispute in _others(change.contract, About.REFUND):
        left -= _join(change, charge, dispute, min(left, dispute.amount))


# What is in dispute already when the bank takes it: what that gives the client the client has got from the bank


def _join_escrow(change: Change, charge: str, most: int, milestone: Milestone) -> int:
    """Let disputes that are open about the milestone count for the payment; returns for how much of it they do."""
    left = most
    for dispute in _others(change.contract, About.ESCROW):
        left -= _join(change, charge, dispute, min(left, dispute.frozen_of(milestone.id)))
    return most - left


def _join_week(change: Change, charge: str, week: Week) -> None:
    """The same of one that is open about hours of the week."""
    for dispute in _others(change.contract, About.HOURS):
        if dispute.week == week.start:
            _join(change, charge, dispute, dispute.amount)


def _others(contract: Contract, about: About) -> list[Dispute]:
    """The open disputes about money that no bank has taken."""
    return [dispute for dispute in contract.open_disputes if dispute.about == about and not dispute.at_bank]


def _join(change: Change, charge: str, dispute: Dispute, part: int) -> int:
    if part:
        set_dispute(change, dispute, taken_from=charge, taken=part)
        change.say(
            "{amount} of it is in a dispute already, which goes on as it was: what that gives {client} of it covers "
            "what the bank has taken.",
            amount=change.contract.money(part),
        )
    return part


# What the bank decides in the end


def _bank_took_something(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    return None if contract.chargebacks else _NO_CHARGEBACK


_NO_CHARGEBACK = Refused("no_chargeback", say("The bank has not taken this payment back."))
_CHARGE = Text("The id of the card payment that the bank has taken back.")


def _decides(do: Do) -> Do:
    """The action is given, as `charge`, the chargeback that waits for the bank's decision."""

    def find(change: Change, params: Mapping[str, Any]) -> Chargeback | Refused:
        found = change.contract.chargeback(params["charge"])
        if found is None:
            return _NO_CHARGEBACK
        if found.status != ChargebackStatus.OPEN:
            return Refused("already_decided", say("The bank has decided about this payment before."))
        return found

    return given("charge", find)(do)


@action(
    Role.NOBODY,
    does="the bank decided for the platform: the money is back, and what was frozen for it is free again",
    guard=_bank_took_something,
    params={"charge": _CHARGE},
)
@_decides
def chargeback_won(change: Change, charge: Chargeback) -> Refused | None:
    """The money is where it was before the bank took it; what a dispute has divided meanwhile stays divided."""
    refused = no_charge(change.contract, change.by, change.at) if charge.covered else None
    if refused:
        return refused
    money = change.contract.money
    change.win(charge)
    change.say("{client}'s bank has decided for Amicable and given {taken} back.", taken=money(charge.taken))
    for dispute in _disputes_about(change.contract, charge.charge):
        if dispute.taken_from:
            _leave(change, dispute)
            continue
        change.say(
            "The dispute about {amount} that it had opened is closed: it is not frozen any more, and things go on as "
            "before it.",
            amount=money(dispute.amount),
        )
        restore(change, dispute)
    if charge.covered:
        change.say(
            "What the dispute gave {client} had covered what the bank took. It is not needed for that any more: "
            "{covered} goes to {client}'s card.",
            covered=money(charge.covered),
        )
    return None


def _leave(change: Change, dispute: Dispute) -> None:
    set_dispute(change, dispute, taken_from=None, taken=0)
    change.say(
        "The dispute about {amount}, which was open before, goes on: what it gives {client} goes to the card again.",
        amount=change.contract.money(dispute.amount),
    )


@action(
    Role.NOBODY,
    does="the bank decided for the client: the platform carries for good what is not covered",
    guard=_bank_took_something,
    params={"charge": _CHARGE},
)
@_decides
def chargeback_lost(change: Change, charge: Chargeback) -> None:
    """Nobody but the platform pays for that; a dispute that is still open goes on."""
    money = change.contract.money
    change.lose(charge)
    change.say(
        "{client}'s bank has decided for {client}, who keeps {taken}. {covered} of it has come back from the contract; "
        "Amicable carries {carried}.",
        taken=money(charge.taken),
        covered=money(charge.covered),
        carried=money(charge.carried),
    )
    for dispute in _disputes_about(change.contract, charge.charge):
        change.say(
            "The dispute about {amount} goes on: what it gives {client} goes to Amicable for that, what it gives "
            "{freelancer} stays with {freelancer}.",
            amount=money(dispute.amount),
        )
        change.tell(dispute_clock(change.contract, dispute).explanation)


def _disputes_about(contract: Contract, charge: str) -> list[Dispute]:
    return [dispute for dispute in contract.open_disputes if dispute.at_bank == charge]
