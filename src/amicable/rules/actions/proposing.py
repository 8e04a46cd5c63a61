"""What all proposals have in common: put by one side, open until the other answers or the first takes it back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.outcome import Kind, Refused
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.registry import Do, Guard, given
from amicable.rules.wording import say

_NOT_OPEN = Refused("proposal_not_open", say("This proposal is not open any more. The contract lists those that are."))


def is_asked(*kinds: ProposalKind, code: str = "nothing_proposed") -> Guard:
    """The other side has put a proposal of one of these kinds, which waits for an answer."""

    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        del at
        open_ones = _open(contract, kinds)
        if any(proposal.by != by for proposal in open_ones):
            return None
        if open_ones:
            return _not_ones_own(by)
        return Refused(code, say("Nothing of this kind is proposed, so there is nothing to answer."))

    return guard


def has_put(*kinds: ProposalKind) -> Guard:
    """One has put a proposal of one of these kinds oneself, and it is still open."""

    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        del at
        open_ones = _open(contract, kinds)
        if any(proposal.by == by for proposal in open_ones):
            return None
        if open_ones:
            return Refused(
                "other_side", say("Only who made the proposal can take it back. Decline it instead."), Kind.ROLE
            )
        return Refused("nothing_proposed", say("You have proposed nothing of this kind that is still open."))

    return guard


def answers(*kinds: ProposalKind) -> Callable[[Do], Do]:
    """The action is given, as `proposal`, the other side's, which is answered and closed with that."""
    return given("proposal", lambda change, params: _close(change, params["proposal"], kinds, own=False))


def takes_back(*kinds: ProposalKind) -> Callable[[Do], Do]:
    """The action is given, as `proposal`, one's own, which is closed with that."""
    return given("proposal", lambda change, params: _close(change, params["proposal"], kinds, own=True))


def put(change: Change, kind: ProposalKind, note: str, *, amount: int = 0, **what: Any) -> Proposal:
    """Put a proposal to the other side. One's own earlier one of the kind makes way; the other side's stays."""
    for earlier in _open(change.contract, (kind,)):
        if earlier.by == change.by:
            change.close(earlier)
    proposal = Proposal(change.new_id(), kind, change.by, amount, change.at, note=note, **what)
    change.open(proposal)
    return proposal


def _open(contract: Contract, kinds: tuple[ProposalKind, ...]) -> list[Proposal]:
    return [proposal for proposal in contract.proposals if proposal.kind in kinds]


def _close(change: Change, proposal_id: str, kinds: tuple[ProposalKind, ...], *, own: bool) -> Proposal | Refused:
    found = next((proposal for proposal in _open(change.contract, kinds) if proposal.id == proposal_id), None)
    if found is None:
        return _NOT_OPEN
    if (found.by == change.by) != own:
        return _not_ones_own(change.by) if not own else _NOT_OPEN
    change.close(found)
    return found


def _not_ones_own(by: Role) -> Refused:
    return Refused("other_side", say("You proposed it; {other} answers it.", other=by.other), Kind.ROLE)
