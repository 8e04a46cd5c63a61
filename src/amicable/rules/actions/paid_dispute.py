"""What a dispute about paid money freezes of it, and how that is divided: mediation of money released lately, or of
what the client has asked back. RULEBOOK sections 4 and 5.2, and "A refund of paid money".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from amicable.rules.actions.refund import paid_lately, refundable, return_paid
from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.dispute import About, Dispute, Frozen
from amicable.rules.disputing import ALREADY_DISPUTED, SUBJECTS, Subject, open_dispute
from amicable.rules.outcome import Refused, invalid
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.policy import days
from amicable.rules.wording import say


def paid_and_disputable(contract: Contract, by: Role, at: datetime) -> int:
    """What of the paid money that side can dispute, gross, in minor units: what was paid within the window of mediation
    or is asked back, and was neither given back since nor decided about, nor in a dispute that they took back."""
    window = days(contract.policy.released_mediation_days)
    left = _open_to_dispute(contract, by)
    lately = sum(left[payment.id] for payment in contract.payments if at < payment.paid_at + window)
    asked = contract.proposal(ProposalKind.REFUND)
    wanted = min(asked.amount, sum(left.values())) if asked else 0
    return min(max(lately, wanted), paid_lately(contract, at))


def _open_to_dispute(contract: Contract, by: Role) -> dict[str, int]:
    """What of each payment (its id) is not given back and in no dispute that is open, has decided about it or was taken
    back by that side. A dispute is about what was paid before it, the newest first, whenever that was."""
    left = {payment.id: payment.left for payment in contract.payments}
    for dispute in contract.disputes:
        gross, before = _taken(dispute, by)
        for payment in reversed(contract.payments):
            if payment.paid_at <= before:
                part = min(gross, left[payment.id])
                left[payment.id] -= part
                gross -= part
    return left


def _taken(dispute: Dispute, by: Role) -> tuple[int, datetime]:
    """How much of what was paid until when a dispute leaves nothing to say about for that side. What one about escrow
    or hours releases is paid when it is closed."""
    closing = dispute.closing
    if dispute.about == About.REFUND and (closing is None or _is_withdrawn(dispute, by)):
        return dispute.amount, dispute.opened_at
    if closing is None:
        return 0, dispute.opened_at
    return closing.released or 0, dispute.opened_at if dispute.about == About.REFUND else closing.at


def _is_withdrawn(dispute: Dispute, by: Role) -> bool:
    return dispute.about == About.REFUND and dispute.was_withdrawn_by(by)


def paid_cannot_be_disputed(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """Why `by` cannot open a dispute about paid money; None when they can."""
    if paid_and_disputable(contract, by, at):
        return None
    if any(_is_withdrawn(dispute, by) for dispute in contract.disputes):
        return Refused(
            ALREADY_DISPUTED,
            say(
                "You have taken back a dispute about what was paid, so it cannot be disputed again. What is paid later "
                "can be."
            ),
        )
    return Refused(
        "nothing_paid_lately",
        say(
            "Nothing that was paid in the last {days} days, or that {client} asks back, is left to disagree about.",
            days=contract.policy.released_mediation_days,
        ),
    )


def open_about_paid(change: Change, reason: str, wanted: int | None) -> Dispute | Refused:
    """Open a dispute over `wanted` minor units of what was paid; over what is asked back or all where it is None.

    What of it is still in the hold stays there. The client's request waits until the dispute is over.
    """
    contract = change.contract
    refused = paid_cannot_be_disputed(contract, change.by, change.at)
    if refused:
        return refused
    most = paid_and_disputable(contract, change.by, change.at)
    asked = contract.proposal(ProposalKind.REFUND)
    amount = min(asked.amount if asked else most, most) if wanted is None else wanted
    if amount > most:
        return invalid("amount", f"At most {contract.money(most)} of what was paid can be disputed now.")
    if asked:
        change.close(asked)
    opened = freeze_paid(change, reason, amount, request=asked)
    if asked:
        change.say(
            "{client}'s request for {amount} waits. If the dispute is withdrawn it is open again, unless {client} has "
            "asked for something else by then.",
            amount=contract.money(asked.amount),
        )
    return opened


def freeze_paid(change: Change, reason: str, amount: int, **fields: Any) -> Dispute:
    """Open a dispute over `amount` that was paid; `fields` are further ones of the dispute."""
    contract = change.contract
    frozen = _freeze_hold(contract, amount)
    opened = open_dispute(change, About.REFUND, amount, reason, frozen=frozen, **fields)
    change.say(
        "A dispute opens about {amount} that was paid. What of it is still in the security hold, {held}, stays there; "
        "nothing else is frozen, and a dispute costs nothing.",
        amount=contract.money(amount),
        held=contract.money(sum(part.amount for part in frozen)),
    )
    return opened


def _freeze_hold(contract: Contract, gross: int) -> tuple[Frozen, ...]:
    """What `gross` comes to after the service fee, as far as it is in the hold, the newest payments first."""
    net = gross - (contract.service_fee(contract.paid) - contract.service_fee(contract.paid - gross))
    frozen = []
    for payment in reversed(contract.payments):
        part = min(net, payment.held - contract.frozen(payment.id))
        if part:
            frozen.append(Frozen(payment.id, part))
            net -= part
    return tuple(frozen)


def _divide_paid(change: Change, dispute: Dispute, released: int) -> None:
    """What does not stay with the freelancer goes back, as far as the freelancer has it."""
    money = change.contract.money
    wanted = dispute.amount - released
    returned = min(wanted, refundable(change.contract, change.at))
    if returned:
        return_paid(change, returned)
    if returned < wanted:
        change.say(
            "{missing} more should go back, but {freelancer} has no more here that it could be taken from.",
            missing=money(wanted - returned),
        )
    if released:
        change.say("{released} stays with {freelancer}.", released=money(released))
    _end_holds(change, dispute)


def _restore_paid(change: Change, dispute: Dispute) -> None:
    """The hold goes on, and the client's request is open again."""
    if dispute.request:
        _resume_request(change, dispute.request)
    _end_holds(change, dispute)


def _resume_request(change: Change, request: Proposal) -> None:
    """One request is open at a time: what the client has asked for since stands in place of what was asked before."""
    since = change.contract.proposal(ProposalKind.REFUND)
    money = change.contract.money
    if since:
        change.say(
            "{client} has asked for {later} since. That stands in place of the request for {amount}.",
            later=money(since.amount),
            amount=money(request.amount),
        )
        return
    change.open(request)
    change.say("{client}'s request for {amount} is open again.", amount=money(request.amount))


def _end_holds(change: Change, dispute: Dispute) -> None:
    """Holds that would have ended meanwhile end now."""
    ids = {frozen.id for frozen in dispute.frozen}
    for payment in change.contract.payments:
        is_due = payment.available_at <= change.at and payment.held > change.contract.frozen(payment.id)
        if payment.id in ids and is_due:
            amount = change.end_hold(payment)
            change.say(
                "{freelancer} can withdraw {amount}: its security hold is over.", amount=change.contract.money(amount)
            )


def _returnable(contract: Contract, dispute: Dispute, at: datetime) -> int:
    """What it freezes in the hold is there for it too."""
    closed = tuple(one for one in contract.disputes if one.id != dispute.id)
    return refundable(replace(contract, disputes=closed), at)


SUBJECTS[About.REFUND] = Subject(divide=_divide_paid, restore=_restore_paid, returnable=_returnable)
