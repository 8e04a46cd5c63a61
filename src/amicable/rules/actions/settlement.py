"""Offers of settlement that cross until they meet, and small claims that split themselves. RULEBOOK row 1 of the first
table; section 12, amount offers by both sides.
"""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.dispute import DISPUTE
from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.dispute import Dispute
from amicable.rules.dispute_clocks import division
from amicable.rules.disputing import a_dispute, about_dispute, divide, is_open, state, struck, tell_division, which
from amicable.rules.guards import every, no_charge
from amicable.rules.outcome import Kind, Refused
from amicable.rules.params import ProposalRef, Share, Text
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.registry import action
from amicable.rules.wording import say

_SETTLEMENT = (ProposalKind.SETTLEMENT,)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="offers to settle a dispute at an amount; a new offer replaces one's own, and counts as an answer",
    guard=every(a_dispute(is_open), no_charge),
    params={
        "release": Share("What of the sum in dispute goes to the freelancer; the rest goes back to the client."),
        "note": Text("Why this amount.", required=False),
        "dispute": DISPUTE,
    },
    undone_by="offer_settlement",
)
@about_dispute(is_open)
def offer_settlement(change: Change, release: int, dispute: Dispute, note: str = "") -> None:
    """The other side can accept it as long as the dispute is open. Where both name the same amount, that is it."""
    stated = state(change, dispute, note, release)
    theirs = standing_offer(change.contract, dispute, change.by.other)
    if theirs and theirs.release == release:
        change.say("Both offer the same, so the dispute is settled.")
        _settle(change, stated, release)
        return
    own = standing_offer(change.contract, dispute, change.by)
    if own:
        change.close(own)
    offer = Proposal(
        change.new_id(),
        ProposalKind.SETTLEMENT,
        change.by,
        dispute.amount,
        change.at,
        note=note,
        release=release,
        about=dispute.id,
    )
    change.open(offer)
    _tell_offer(change, stated, release)


def _tell_offer(change: Change, dispute: Dispute, release: int) -> None:
    contract = change.contract
    if change.by == Role.CLIENT:
        change.say("{client} offers to settle the dispute.")
    else:
        change.say("{freelancer} offers to settle the dispute.")
    tell_division(change, dispute, release)
    change.say(
        "The offer stands until it is accepted or replaced, or the dispute is over. Accepting it ends the dispute."
    )
    theirs = standing_offer(contract, dispute, change.by.other)
    if theirs and theirs.release is not None:
        change.say(
            "The other side's offer stands too: {released} for {freelancer}.", released=contract.money(theirs.release)
        )


def standing_offer(contract: Contract, dispute: Dispute, by: Role) -> Proposal | None:
    """The offer of one side that can be accepted now."""
    return next((p for p in _offers(contract) if p.about == dispute.id and p.by == by), None)


def _offers(contract: Contract) -> list[Proposal]:
    return [proposal for proposal in contract.proposals if proposal.kind in _SETTLEMENT]


def _there_is_an_offer(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del at
    if any(offer.by == by.other for offer in _offers(contract)):
        return None
    return Refused(
        "no_settlement_offered", say("The other side has offered no settlement. Offer one with offer_settlement.")
    )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="accepts the other side's offer of settlement; the sum is divided at once",
    guard=every(a_dispute(is_open), _there_is_an_offer, no_charge),
    params={"proposal": ProposalRef(_SETTLEMENT), "note": Text("A word to the other side.", required=False)},
)
def accept_settlement(change: Change, proposal: str, note: str = "") -> Refused | None:
    """The dispute is over. It cannot be taken back."""
    del note
    offer = next((one for one in _offers(change.contract) if one.id == proposal), None)
    if offer is None:
        return Refused(
            "proposal_not_open", say("This offer does not stand any more. The contract lists those that do.")
        )
    if offer.by == change.by:
        return Refused("other_side", say("This is your own offer; the other side accepts it."), Kind.ROLE)
    found = which(change, offer.about, is_open)
    assert isinstance(found, Dispute), "an offer stands as long as its dispute is open"
    assert offer.release is not None, "an offer of settlement names an amount"
    change.say("The offer of settlement is accepted, and the dispute is over.")
    _settle(change, found, offer.release)
    return None


def _settle(change: Change, dispute: Dispute, release: int) -> None:
    change.tell(division(change.contract, dispute, release))
    divide(change, dispute, release)


@action(
    Role.NOBODY,
    does="neither side of a small claim has moved; it is split in the middle of the two amounts named",
    guard=every(a_dispute(is_open), no_charge),
    params={"dispute": DISPUTE},
)
@struck
def small_claim_idle(change: Change, dispute: Dispute) -> None:
    """Nobody wins by waiting."""
    change.say("Neither side has moved for {days} days.", days=change.contract.policy.small_claim_idle_days)
    change.say("This small claim is split in the middle of the two amounts that were named.")
    divide(change, dispute, dispute.middle)
