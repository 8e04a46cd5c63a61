"""Ending together: both agree what of the escrow the freelancer gets, and nobody is at fault.

RULEBOOK section 4 and row 16 of the first table.
"""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.ending import release_in_turn, tell_hours
from amicable.rules.actions.offer import NOTE
from amicable.rules.actions.proposing import answers, has_put, is_asked, put, takes_back
from amicable.rules.actions.refund import give_back_escrow
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Status
from amicable.rules.guards import every, no_payment_asked, status_is
from amicable.rules.outcome import Refused
from amicable.rules.params import Part, ProposalRef, Text
from amicable.rules.parts import Ending, MilestoneStatus, Proposal, ProposalKind, Role
from amicable.rules.registry import action
from amicable.rules.wording import Sentence, say

_CANCELLATION = ProposalKind.CANCELLATION
_PROPOSAL = ProposalRef((_CANCELLATION,))
_LIVE = status_is(Status.ACTIVE, Status.PAUSED)


def _nothing_is_disputed(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """What is in dispute is frozen; there is another way to agree on it."""
    del by, at
    if contract.free_escrow == contract.escrow:
        return None
    return Refused(
        "in_dispute",
        say("Money on this contract is in dispute and frozen. To agree on it, offer a settlement of the dispute."),
    )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="offers to end the contract together, and says how what is in escrow is divided; the work goes on meanwhile",
    guard=every(_LIVE, _nothing_is_disputed),
    params={
        "note": Text("Why, and what the amount is for."),
        "release": Part("What of the escrow goes to the freelancer; the rest goes back to the client."),
    },
    undone_by="withdraw_cancellation",
)
def propose_cancellation(change: Change, note: str, release: int) -> None:
    """The other side is asked. No money moves, and every clock runs on."""
    contract = change.contract
    put(change, _CANCELLATION, note, amount=contract.escrow, release=release)
    change.say(
        "{who} offers to end the contract together: of {escrow} in escrow, {released} to {freelancer} before the "
        "service fee and {returned} back to {client}'s card with the fee on it.",
        who=change.by,
        escrow=contract.money(contract.escrow),
        released=contract.money(release),
        returned=contract.money(contract.escrow - release),
    )
    change.say(
        "Nothing changes unless {other} accepts: the work can go on, and work that was handed in is released on its "
        "day. There is no time limit for an answer.",
        other=change.by.other,
    )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="agrees to end the contract together; the money is divided at once",
    guard=every(_LIVE, _nothing_is_disputed, is_asked(_CANCELLATION), no_payment_asked),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@answers(_CANCELLATION)
def accept_cancellation(change: Change, proposal: Proposal, note: str = "") -> None:
    """The contract has ended, by mutual agreement."""
    del note
    assert proposal.release is not None, "a cancellation says what is released"
    change.set(status=Status.ENDING, ending=Ending(proposal.by, change.at, "mutual", proposal.note, agreed=True))
    change.say("The contract ends by mutual agreement: nobody is at fault.")
    if change.contract.hourly:
        tell_hours(change)
    release_in_turn(change, proposal.release)
    if change.contract.escrow:
        give_back_escrow(change)
    if any(m.status == MilestoneStatus.UNFUNDED for m in change.contract.milestones):
        change.say("Milestones that were not funded lapse; nothing is owed for them.")
    change.end_if_settled()
    change.standing(_no_effect)


def _no_effect(contract: Contract) -> Sentence:
    del contract
    return say(
        "None, on either side: a contract that both agreed to end, with nobody at fault, is left out of people's "
        "standing, whatever feedback is left."
    )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="declines to end the contract together; it goes on as it was",
    guard=every(_LIVE, is_asked(_CANCELLATION)),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@answers(_CANCELLATION)
def decline_cancellation(change: Change, proposal: Proposal, note: str = "") -> None:
    """Nothing else changes."""
    del proposal, note
    change.say("{who} declines to end the contract together. It goes on as it was, and no money moves.", who=change.by)


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="takes back one's own offer to end the contract together",
    guard=every(_LIVE, has_put(_CANCELLATION)),
    params={"proposal": _PROPOSAL, "note": NOTE},
)
@takes_back(_CANCELLATION)
def withdraw_cancellation(change: Change, proposal: Proposal, note: str = "") -> None:
    """Nothing else changes."""
    del proposal, note
    change.say(
        "{who} takes back the offer to end the contract together. It goes on as it was, and no money moves.",
        who=change.by,
    )
