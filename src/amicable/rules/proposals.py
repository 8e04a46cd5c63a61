"""Proposals: how each kind is answered, and what makes one void before it is.

A proposal says exactly what would come of it. Where that cannot come any more, it closes.
"""

from __future__ import annotations

from amicable.rules.contract import Contract, Status
from amicable.rules.parts import Milestone, MilestoneStatus, Proposal, ProposalKind
from amicable.rules.terms import MilestoneTerms, Terms
from amicable.rules.wording import Sentence, say

ANSWERS = {
    ProposalKind.TERMS: ("accept_terms", "decline_terms"),
    ProposalKind.CANCELLATION: ("accept_cancellation", "decline_cancellation"),
    ProposalKind.REFUND: ("accept_refund", "decline_refund"),
    ProposalKind.ESCROW_REFUND: ("accept_refund", "decline_refund"),
    ProposalKind.REOPENING: ("accept_reopening", "decline_reopening"),
    ProposalKind.HOURS_DISPUTE: ("accept_hours_dispute", "contest_hours_dispute"),
}
"""What the other side can say to a proposal of a kind: yes, no."""

_DONE = (MilestoneStatus.PAID, MilestoneStatus.REFUNDED)
_OPEN_TO_TERMS = (Status.OFFERED, Status.ACTIVE, Status.PAUSED)


def void_because(contract: Contract, proposal: Proposal) -> Sentence | None:
    """Why `proposal` cannot be agreed to any more as it was made; None while it can."""
    match proposal.kind:
        case ProposalKind.TERMS:
            return _void_terms(contract, proposal)
        case ProposalKind.CANCELLATION:
            return _void_cancellation(contract, proposal)
        case ProposalKind.REOPENING if contract.status != Status.ENDED:
            return say("The request to reopen the contract is closed with that.")
    return None


def _void_terms(contract: Contract, proposal: Proposal) -> Sentence | None:
    assert proposal.terms is not None, "a change of terms has terms"
    if contract.status not in _OPEN_TO_TERMS:
        return say("The proposed change of terms is closed with that.")
    accepted = contract.accepted_at
    if proposal.was != contract.terms or (accepted and proposal.opened_at < accepted):
        return say("A change that was proposed to the terms as they were before is void and closed.")
    if not_possible(contract, proposal.terms):
        return say("The proposed change of terms does not fit what is funded and paid now; it is void and closed.")
    return None


def _void_cancellation(contract: Contract, proposal: Proposal) -> Sentence | None:
    if not contract.is_live:
        return say("The proposal to end the contract together is closed with that.")
    if contract.escrow != proposal.amount:
        return say(
            "The proposal to end the contract together was about {amount} in escrow. That has changed, so it is void "
            "and closed; a new one can be made.",
            amount=contract.money(proposal.amount),
        )
    return None


def not_possible(contract: Contract, terms: Terms) -> Sentence | None:
    """Why the milestones of `contract` cannot become those of `terms`, what they hold and have paid being as it is;
    None where they can.

    What holds money or has a past stays on the list; what is done stays as it is; no price goes below what was paid.
    """
    listed = {one.id: one for one in terms.milestones}
    for milestone in contract.milestones:
        wrong = _wrong_with(contract, milestone, listed.get(milestone.id))
        if wrong:
            return wrong
    return None


def _wrong_with(contract: Contract, milestone: Milestone, becomes: MilestoneTerms | None) -> Sentence | None:
    title = milestone.title
    if milestone.status == MilestoneStatus.UNFUNDED:
        return None
    if becomes is None:
        return say("“{title}” has been funded, so it cannot be left out of the list.", title=title)
    is_same = (becomes.title, becomes.amount, becomes.due) == (title, milestone.amount, milestone.due)
    if milestone.status in _DONE and not is_same:
        return say("“{title}” is done and stays as it is. Add a new milestone for more work.", title=title)
    if becomes.amount < milestone.paid + contract.frozen(milestone.id):
        return _too_low(contract, milestone)
    return None


def _too_low(contract: Contract, milestone: Milestone) -> Sentence:
    title, frozen = milestone.title, contract.frozen(milestone.id)
    if frozen:
        return say(
            "{paid} was paid for “{title}” and {frozen} of it is in dispute, so its price cannot be lower than that.",
            paid=contract.money(milestone.paid),
            frozen=contract.money(frozen),
            title=title,
        )
    return say(
        "{paid} was paid for “{title}” already, so its price cannot be lower than that.",
        paid=contract.money(milestone.paid),
        title=title,
    )
