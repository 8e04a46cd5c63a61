"""Payments without a milestone, what the card answered, and the end of the hold. RULEBOOK sections 2.4 and 8."""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.escrow import fund_milestone
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.guards import every, no_charge, status_is, within_payment_window
from amicable.rules.outcome import Refused
from amicable.rules.params import Amount, Text
from amicable.rules.parts import Charge, MilestoneStatus, Role
from amicable.rules.registry import action
from amicable.rules.wording import say

_ACCEPTED = status_is(Status.ACTIVE, Status.PAUSED, Status.ENDING, Status.ENDED)


def _is_charging(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    if contract.charge:
        return None
    return Refused("no_charge", say("No payment is waiting for the card."))


@action(
    Role.CLIENT,
    does="pays a bonus, or for work on a contract that has ended; charges the client's card",
    guard=every(_ACCEPTED, within_payment_window, no_charge),
    params={
        "amount": Amount("What the freelancer is paid, before the service fee."),
        "note": Text("What it is for."),
    },
)
def pay(change: Change, amount: int, note: str) -> None:
    """The card is asked."""
    del note
    charge = change.ask_card("pay", amount)
    change.say(
        "{client}'s card is asked for {total}: {amount} for {freelancer} and a fee of {fee}.",
        total=change.contract.money(charge.amount + charge.fee),
        amount=change.contract.money(charge.amount),
        fee=change.contract.money(charge.fee),
    )


@action(Role.NOBODY, does="the card paid", guard=_is_charging, params={"charge": Text("The charge's id.")})
def charge_succeeded(change: Change, charge: str) -> Refused | None:
    """The money comes in and goes where it was asked for."""
    paid = _the_charge(change.contract, charge)
    if isinstance(paid, Refused):
        return paid
    change.receive(paid)
    if paid.purpose == "fund":
        fund_milestone(change, paid)
    else:
        _pay_directly(change, paid)
    return None


@action(
    Role.NOBODY,
    does="the card was declined",
    guard=_is_charging,
    params={"charge": Text("The charge's id."), "reason": Text("What the card said.", required=False)},
)
def charge_failed(change: Change, charge: str, reason: str = "") -> Refused | None:
    """Everything is as it was before the card was asked."""
    failed = _the_charge(change.contract, charge)
    if isinstance(failed, Refused):
        return failed
    change.set(charge=None)
    if failed.milestone:
        _unfunded_again(change, failed.milestone)
    change.say(
        "{client}'s card was declined ({reason}). Nothing was charged; another card can be tried.",
        reason=reason or "no reason given",
    )
    return None


def _unfunded_again(change: Change, milestone_id: str) -> None:
    """A milestone that waited for its first money waits no more; one that holds some stays as it is."""
    milestone = change.contract.milestone(milestone_id)
    if milestone.status == MilestoneStatus.FUNDING:
        change.set_milestone(milestone, status=MilestoneStatus.UNFUNDED)


def _the_charge(contract: Contract, charge_id: str) -> Charge | Refused:
    """The charge that waits for the card, if it is the one that the answer is for."""
    if contract.charge and contract.charge.id == charge_id:
        return contract.charge
    return Refused("no_charge", say("This payment is not waiting for the card any more."))


def _pay_directly(change: Change, charge: Charge) -> None:
    payment = change.pay_directly(charge.amount)
    money = change.contract.money
    change.say(
        "{client}'s card is charged {total}: {amount} and a fee of {client_fee}. {freelancer} gets {net} after a "
        "service fee of {service_fee}; it can be withdrawn from {at}.",
        total=money(charge.amount + charge.fee),
        amount=money(charge.amount),
        client_fee=money(charge.fee),
        net=money(payment.held),
        service_fee=money(charge.amount - payment.held),
        at=payment.available_at,
    )


@action(
    Role.NOBODY,
    does="the security hold on a payment ended",
    guard=_ACCEPTED,
    params={"payment": Text("The payment's id.")},
)
def hold_ends(change: Change, payment: str) -> None:
    """What is left of the payment can be withdrawn."""
    held = next(one for one in change.contract.payments if one.id == payment)
    amount = change.end_hold(held)
    change.concerns(Role.FREELANCER)
    change.say("{freelancer} can withdraw {amount}.", amount=change.contract.money(amount))
