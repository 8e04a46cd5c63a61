"""Money that goes back: escrow asked back by the client, and paid money given back. RULEBOOK sections 2.1 and 2.4."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from amicable.rules.actions.offer import NOTE
from amicable.rules.actions.proposing import answers, put, takes_back
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.dispute import About, Frozen
from amicable.rules.disputing import (
    WITHDRAWN_BEFORE,
    disputable_escrow,
    dispute_escrow,
    parts_of_escrow,
)
from amicable.rules.evidence import EVIDENCE
from amicable.rules.guards import every, no_charge, status_is
from amicable.rules.outcome import Refused, invalid
from amicable.rules.params import Amount, ProposalRef, Text
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.policy import days
from amicable.rules.registry import Guard, action
from amicable.rules.wording import say

_KINDS = (ProposalKind.REFUND, ProposalKind.ESCROW_REFUND)
_ACCEPTED = status_is(Status.ACTIVE, Status.PAUSED, Status.ENDING, Status.ENDED)


def _is_asked_for(*kinds: ProposalKind) -> Guard:
    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        del by, at
        if any(contract.proposal(kind) for kind in kinds):
            return None
        return Refused("no_refund_asked", say("{client} has not asked for money back, so there is nothing to answer."))

    return guard


def paid_lately(contract: Contract, at: datetime) -> int:
    """What was paid within the window of refunds, is not given back since and not in dispute; gross, in minor units."""
    window = days(contract.policy.refund_window_days)
    paid = min(contract.paid, sum(p.left for p in contract.payments if at < p.paid_at + window))
    in_dispute = sum(dispute.amount for dispute in contract.open_disputes if dispute.about == About.REFUND)
    return max(0, paid - in_dispute)


def refundable(contract: Contract, at: datetime) -> int:
    """The most that can be given back now, gross, in minor units: paid within the window, and there to take.

    RULEBOOK "A refund of paid money".
    """
    high = paid_lately(contract, at)
    held = sum(payment.held - contract.frozen(payment.id) for payment in contract.payments)
    funds = contract.freelancer_available + held
    low = 0
    while low < high:
        middle = (low + high + 1) // 2
        service_fee = contract.service_fee(contract.paid) - contract.service_fee(contract.paid - middle)
        if middle - service_fee <= funds:
            low = middle
        else:
            high = middle - 1
    return low


def _has_something_to_give(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by
    if refundable(contract, at):
        return None
    return Refused(
        "nothing_to_refund",
        say(
            "There is nothing to give back: what was paid on this contract in the last {days} days is refunded, or "
            "{freelancer} has no money here to give it from.",
            days=contract.policy.refund_window_days,
        ),
    )


def _was_paid_lately(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by
    if paid_lately(contract, at):
        return None
    return Refused(
        "nothing_to_refund",
        say(
            "Nothing was paid on this contract in the last {days} days that has not gone back, so there is nothing to "
            "ask for.",
            days=contract.policy.refund_window_days,
        ),
    )


def _has_not_asked(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del by, at
    asked = contract.proposal(ProposalKind.REFUND)
    if asked is None:
        return None
    return Refused(
        "refund_already_asked",
        say(
            "{amount} is asked for already and waits for {freelancer}. Take that request back to ask for another "
            "amount.",
            amount=contract.money(asked.amount),
        ),
    )


def _has_what_is_asked(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """Paid money is given back from what the freelancer has; escrow is there."""
    del by
    asked, most = contract.proposal(ProposalKind.REFUND), refundable(contract, at)
    if asked is None or contract.proposal(ProposalKind.ESCROW_REFUND) or asked.amount <= most:
        return None
    return _not_there(contract, asked, most)


def _has_something_to_decline(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """Escrow whose contest was taken back is not contested again."""
    del at
    is_escrow = not contract.proposal(ProposalKind.REFUND)
    return WITHDRAWN_BEFORE[by] if is_escrow and not disputable_escrow(contract, by) else None


def _not_there(contract: Contract, asked: Proposal, most: int) -> Refused:
    return Refused(
        "not_enough_to_refund",
        say(
            "{amount} is asked for, and at most {most} can be given back now: what was paid in the last {days} days, "
            "and what {freelancer} has here. Give no more than that, or decline.",
            amount=contract.money(asked.amount),
            most=contract.money(most),
            days=contract.policy.refund_window_days,
        ),
    )


@action(
    Role.FREELANCER,
    does="agrees that the money asked for goes back to the client",
    guard=every(_is_asked_for(*_KINDS), no_charge, _has_what_is_asked),
    params={"proposal": ProposalRef(_KINDS), "note": NOTE},
)
@answers(*_KINDS)
def accept_refund(change: Change, proposal: Proposal, note: str = "") -> Refused | None:
    """The money goes back at once. It cannot be taken back."""
    del note
    if proposal.kind == ProposalKind.ESCROW_REFUND:
        change.say("{freelancer} agrees.")
        give_back_escrow(change)
        return None
    most = refundable(change.contract, change.at)
    if proposal.amount > most:
        return _not_there(change.contract, proposal, most)
    change.say("{freelancer} agrees to the refund.")
    return_paid(change, proposal.amount)
    return None


@action(
    Role.FREELANCER,
    does="declines to give money back; where it is in escrow, that opens a dispute",
    guard=every(_is_asked_for(*_KINDS), _has_something_to_decline),
    params={
        "proposal": ProposalRef(_KINDS),
        "note": Text("Why the money should not go back.", required=False),
        "evidence": EVIDENCE,
    },
    undone_by="withdraw_dispute",
)
@answers(*_KINDS)
def decline_refund(
    change: Change, proposal: Proposal, note: str = "", evidence: tuple[str, ...] = ()
) -> Refused | None:
    """Escrow is frozen; the client has to answer, and silence pays the freelancer. Paid money stays where it is."""
    parts = parts_of_escrow(change.contract, change.contract.free_escrow, change.by)
    if proposal.kind == ProposalKind.ESCROW_REFUND:
        if not parts:
            return WITHDRAWN_BEFORE[change.by]
        _contest(change, proposal, parts, note, evidence)
    else:
        change.say(
            "{freelancer} declines to give {amount} back. No money moves; the request stays on the record.",
            amount=change.contract.money(proposal.amount),
        )
    return None


def _contest(change: Change, asked: Proposal, parts: tuple[Frozen, ...], note: str, evidence: tuple[str, ...]) -> None:
    contract = change.contract
    amount = sum(part.amount for part in parts)
    left = asked.amount - amount
    if left:
        change.open(replace(asked, amount=left))
    dispute = dispute_escrow(change, parts, note, request=None if left else asked, evidence=evidence)
    change.say(
        "{freelancer} contests the refund, which opens a dispute: {amount} is frozen in escrow. {client} has until "
        "{until} to answer; without an answer it is released to {freelancer}. With an answer a mediator decides, "
        "within {days} days.",
        amount=contract.money(amount),
        until=dispute.answer_by,
        days=contract.policy.dispute_ruling_days,
    )
    if left:
        change.say("{left} was in dispute before and is still asked back.", left=contract.money(left))


@action(
    Role.NOBODY,
    does="the client's request for the escrow was not answered, so it goes back",
    guard=_is_asked_for(ProposalKind.ESCROW_REFUND),
    params={"proposal": ProposalRef((ProposalKind.ESCROW_REFUND,))},
)
def escrow_refund_unanswered(change: Change, proposal: str) -> None:
    """Silence after the client asks escrow back refunds the client."""
    del proposal
    change.say("{freelancer} did not answer the request in time.")
    give_back_escrow(change)


def suspend_request(change: Change, amount: int) -> Proposal | None:
    """A dispute over `amount` of escrow takes the place of the client's request; what was asked back beyond that goes
    on being asked. Returns the request where nothing of it goes on."""
    asked = change.contract.proposal(ProposalKind.ESCROW_REFUND)
    if asked is None:
        return None
    left = asked.amount - amount
    change.close(asked)
    if not left:
        return asked
    change.open(replace(asked, amount=left))
    return None


def resume_request(change: Change, request: Proposal, since: datetime) -> None:
    """Put the client's request again, with the time to answer that was left of it at `since`."""
    assert request.answer_by is not None, "escrow is asked back with a clock"
    until = change.at + (request.answer_by - since)
    change.open(replace(request, answer_by=until))
    change.say("{client}'s request for the money is open again: {freelancer} has until {until} to answer.", until=until)
    join_request(change)


def join_request(change: Change) -> None:
    """The client's request is about all that is free in escrow: what has become free is asked back with the rest."""
    amount = change.contract.free_escrow
    asked = change.contract.proposal(ProposalKind.ESCROW_REFUND)
    assert asked is not None, "there is a request to join"
    change.open(replace(asked, amount=amount))


def give_back_escrow(change: Change) -> None:
    """All that is in escrow and not in dispute goes back to the client's card, with the fee on it."""
    contract = change.contract
    asked = contract.proposal(ProposalKind.ESCROW_REFUND)
    if asked:
        change.close(asked)
    free = [(milestone, contract.free(milestone)) for milestone in contract.milestones]
    fee = sum(change.give_back_escrow(milestone, amount) for milestone, amount in free if amount)
    change.say_back(contract.free_escrow, fee)
    change.end_if_settled()


# Paid money


@action(
    Role.CLIENT,
    does="asks for paid money back; without an answer nothing changes",
    guard=every(_ACCEPTED, _was_paid_lately, _has_not_asked),
    params={
        "amount": Amount("How much of what was paid should come back, before fees."),
        "note": Text("Why."),
    },
    undone_by="withdraw_refund",
)
def request_refund(change: Change, amount: int, note: str) -> Refused | None:
    """The freelancer is asked. No money moves."""
    contract = change.contract
    most = paid_lately(contract, change.at)
    if amount > most:
        return invalid(
            "amount",
            f"{contract.money(most)} was paid on this contract in the last {contract.policy.refund_window_days} days "
            "and not given back; no more can be asked for.",
        )
    put(change, ProposalKind.REFUND, note, amount=amount)
    change.say("{client} asks {freelancer} to give {amount} back.", amount=contract.money(amount))
    change.say(
        "{freelancer} is free to agree, to give a part, or to decline; without an answer nothing changes. Paid money "
        "can be given back for {days} days, so much of it as is asked for until {until}.",
        until=_can_be_given_until(contract, amount, change.at),
        days=contract.policy.refund_window_days,
    )
    for dispute in contract.open_disputes:
        if dispute.about == About.REFUND and dispute.request:
            change.say(
                "This stands in place of the request for {amount} that waits because of a dispute: that one is not "
                "open again when the dispute is withdrawn.",
                amount=contract.money(dispute.request.amount),
            )
    return None


def _can_be_given_until(contract: Contract, amount: int, at: datetime) -> datetime:
    """When `amount` (gross, minor units) that can be asked for at `at` becomes more than was paid within the window."""
    window = days(contract.policy.refund_window_days)
    ends = sorted(payment.paid_at + window for payment in contract.payments if at < payment.paid_at + window)
    return next(end for end in ends if paid_lately(contract, end) < amount)


@action(
    Role.CLIENT,
    does="takes back one's own request for paid money",
    guard=_is_asked_for(ProposalKind.REFUND),
    params={"proposal": ProposalRef((ProposalKind.REFUND,)), "note": NOTE},
)
@takes_back(ProposalKind.REFUND)
def withdraw_refund(change: Change, proposal: Proposal, note: str = "") -> None:
    """Nothing else changes."""
    del note
    change.say("{client} takes back the request for {amount}.", amount=change.contract.money(proposal.amount))


@action(
    Role.FREELANCER,
    does="gives back paid money, with both sides' fees on it",
    guard=every(_ACCEPTED, no_charge, _has_something_to_give),
    params={
        "amount": Amount("How much of what was paid goes back, before fees."),
        "note": Text("What it is for."),
    },
)
def give_refund(change: Change, amount: int, note: str) -> Refused | None:
    """The money goes back to the client's card at once. It cannot be taken back."""
    del note
    most = refundable(change.contract, change.at)
    if amount > most:
        return invalid("amount", f"At most {change.contract.money(most)} can be given back on this contract now.")
    return_paid(change, amount)
    _answer_request(change, amount)
    return None


def return_paid(change: Change, amount: int) -> None:
    """`amount` (gross, minor units) of what was paid goes back to the client, with both sides' fees on it."""
    money = change.contract.money
    service_fee, client_fee = change.give_back_paid(amount)
    change.say_back(amount, client_fee)
    change.say(
        "{freelancer} gives {net}; the platform gives the service fee of {service_fee} back.",
        net=money(amount - service_fee),
        service_fee=money(service_fee),
    )


def _answer_request(change: Change, given: int) -> None:
    """What is given is not asked for any more."""
    asked = change.contract.proposal(ProposalKind.REFUND)
    if asked is None:
        return
    change.close(asked)
    left = asked.amount - given
    if left > 0:
        change.open(replace(asked, amount=left))
        change.say("Of what {client} asked for, {left} is still open.", left=change.contract.money(left))
    else:
        change.say("With that, {client}'s request is answered.")
