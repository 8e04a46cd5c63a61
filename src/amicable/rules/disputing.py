"""What all disputes have in common: opened, the sum in it frozen and nothing else; closed, the sum divided.

RULEBOOK section 5, row 23 of the first table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.dispute import About, Closing, Dispute, Frozen, Statement
from amicable.rules.dispute_clocks import division
from amicable.rules.outcome import Refused, invalid
from amicable.rules.parts import Milestone, MilestoneStatus, Role
from amicable.rules.policy import days
from amicable.rules.registry import Do, Guard, given
from amicable.rules.wording import say

Applies = Callable[[Contract, Dispute, Role, datetime], Refused | None]
"""Says whether an action is open to a side on one dispute; None is yes."""


@dataclass(frozen=True)
class Subject:
    """What becomes of the sum in a dispute about something. Both are called when the dispute is closed."""

    divide: Callable[[Change, Dispute, int], None]
    """Move so much (minor units) of the sum to the freelancer, the rest to the client."""
    restore: Callable[[Change, Dispute], None]
    """Let things go on as before the dispute."""
    worth: Callable[[Contract, Dispute, int], int] | None = None
    """About hours: what so many of the disputed segments, as a bitmap of the week, come to."""
    returnable: Callable[[Contract, Dispute, datetime], int] | None = None
    """About paid money: the most of the sum that could go back at that time, as it is not set aside in full."""


SUBJECTS: dict[About, Subject] = {}
"""By what a dispute is about; each family of actions adds its own."""


# Opening and closing


def open_dispute(
    change: Change,
    about: About,
    amount: int,
    reason: str,
    *,
    opened_by: Role | None = None,
    answer_days: int | None = None,
    **fields: Any,
) -> Dispute:
    """Open a dispute over `amount` minor units; `fields` are further fields of Dispute.

    It is opened by who acts and has to be answered within the policy's days, unless told otherwise. Telling people
    is the caller's.
    """
    contract = change.contract
    wait = days(contract.policy.dispute_answer_days if answer_days is None else answer_days)
    by = opened_by or change.by
    dispute = Dispute(change.new_id(), about, by, change.at, amount, reason, change.at + wait, **fields)
    change.set(disputes=(*contract.disputes, dispute))
    return dispute


def set_dispute(change: Change, dispute: Dispute, **fields: Any) -> Dispute:
    """Change fields of one dispute and return it as it is then."""
    changed = replace(dispute, **fields)
    change.set(disputes=tuple(changed if d.id == changed.id else d for d in change.contract.disputes))
    return changed


def state(
    change: Change, dispute: Dispute, text: str, claim: int | None = None, evidence: tuple[str, ...] = ()
) -> Dispute:
    """Put on record what the actor says, with the evidence for it, and, with `claim`, what of the sum should go to the
    freelancer by them.

    The first word of the side that did not open the dispute answers it.
    """
    said = Statement(change.by, change.actor, change.at, change.action, text, evidence)
    fields: dict[str, Any] = {"statements": (*dispute.statements, said)}
    if change.by == dispute.opened_by.other and not dispute.answered_at:
        fields["answered_at"] = change.at
    return name_claim(change, set_dispute(change, dispute, **fields), claim)


def name_claim(change: Change, dispute: Dispute, claim: int | None) -> Dispute:
    """What of the sum should go to the freelancer by who acts; with None it stays what it was."""
    field = "client_claim" if change.by == Role.CLIENT else "freelancer_claim"
    if claim is None or claim == getattr(dispute, field):
        return dispute
    return set_dispute(change, dispute, **{field: claim, "moved_at": change.at})


def too_much(contract: Contract, dispute: Dispute, released: int | None) -> Refused | None:
    """The refusal of an amount that is more than there is to divide."""
    if released is None or released <= dispute.amount:
        return None
    amount = contract.money(dispute.amount)
    return invalid("release", f"{amount} is in dispute; no more than that can be divided.")


def tell_division(change: Change, dispute: Dispute, released: int) -> None:
    """Say how the sum would be divided, and what of that could not be done now."""
    change.tell(division(change.contract, dispute, released))
    tell_missing(change, dispute, released)


def tell_missing(change: Change, dispute: Dispute, released: int) -> None:
    """Say so where the freelancer has not what would go back if `released` minor units of the sum are theirs."""
    returnable = SUBJECTS[dispute.about].returnable
    there = returnable(change.contract, dispute, change.at) if returnable else dispute.amount
    if there < dispute.amount - released:
        change.say(
            "Of what would go back, {freelancer} has {there} here now; what is missing when it comes to that does not "
            "go back.",
            there=change.contract.money(there),
        )


def divide(change: Change, dispute: Dispute, released: int) -> None:
    """Close the dispute: `released` minor units go to the freelancer, the rest of the sum to the client."""
    closed = _close(change, dispute, released)
    with change.covering(dispute.at_bank, dispute.taken if dispute.taken_from else None):
        SUBJECTS[dispute.about].divide(change, closed, released)
    change.end_if_settled()


def restore(change: Change, dispute: Dispute) -> None:
    """Close the dispute without dividing anything: things go on as before it."""
    closed = _close(change, dispute, None)
    SUBJECTS[dispute.about].restore(change, closed)
    change.end_if_settled()


def _close(change: Change, dispute: Dispute, released: int | None) -> Dispute:
    closed = set_dispute(change, dispute, closing=Closing(change.at, change.action, released))
    left = tuple(proposal for proposal in change.contract.proposals if proposal.about != dispute.id)
    change.set(proposals=left)
    return closed


# Which dispute an action is about


def a_dispute(applies: Applies) -> Guard:
    """There is an open dispute to which it applies."""

    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        found = _first(contract, applies, by, at)
        return found if isinstance(found, Refused) else None

    return guard


def which(change: Change, dispute_id: str | None, applies: Applies) -> Dispute | Refused:
    """The open dispute with that id, or without one the oldest to which it applies; or why not."""
    contract = change.contract
    if dispute_id is None:
        return _first(contract, applies, change.by, change.at)
    for dispute in contract.open_disputes:
        if dispute.id == dispute_id:
            return applies(contract, dispute, change.by, change.at) or dispute
    return NO_DISPUTE


NO_DISPUTE = Refused("no_dispute", say("There is no open dispute on this contract that this could be about."))


def _first(contract: Contract, applies: Applies, by: Role, at: datetime) -> Dispute | Refused:
    """The oldest open dispute to which it applies; else why it does not apply to the oldest."""
    refusals = []
    for dispute in contract.open_disputes:
        refused = applies(contract, dispute, by, at)
        if refused is None:
            return dispute
        refusals.append(refused)
    return refusals[0] if refusals else NO_DISPUTE


def about_dispute(applies: Applies) -> Callable[[Do], Do]:
    """The action is given, as `dispute`, the one that it is about, in which no more is divided than there is."""
    return about_their_dispute(lambda _: applies)


def about_their_dispute(applies_for: Callable[[str | None], Applies]) -> Callable[[Do], Do]:
    """The same where it depends on who acts (a person's id) to which it applies."""

    def find(change: Change, params: Mapping[str, Any]) -> Dispute | Refused:
        found = which(change, params.get("dispute"), applies_for(change.actor))
        if isinstance(found, Refused):
            return found
        return too_much(change.contract, found, params.get("release")) or found

    return given("dispute", find)


def struck(do: Do) -> Do:
    """The function is given, as `dispute`, the open one on which a clock struck."""
    return given("dispute", lambda change, params: which(change, params["dispute"], is_open))(do)


def is_open(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    """Applies to every open dispute."""
    del contract, dispute, by, at
    return None


# Escrow


def disputable(contract: Contract, milestone: Milestone, by: Role) -> int:
    """What of a milestone's escrow that side can dispute: what is free, unless it took back a dispute about it and
    nothing was handed in since, nor the money asked back. Nobody wins by opening and taking back."""
    is_barred = any(dispute.was_withdrawn_by(by) and _bars(dispute, milestone) for dispute in contract.disputes)
    return 0 if is_barred else contract.free(milestone)


def _bars(dispute: Dispute, milestone: Milestone) -> bool:
    is_past = dispute.closing is None or dispute.closing.is_past
    return not is_past and any(frozen.id == milestone.id for frozen in dispute.frozen)


def let_dispute_again(change: Change, *milestones: Milestone) -> None:
    """Something new has come, so that what was taken back does not stand in the way of a dispute about it."""
    ids = {milestone.id for milestone in milestones}
    for dispute in change.contract.disputes:
        if dispute.closing and any(frozen.id in ids for frozen in dispute.frozen):
            set_dispute(change, dispute, closing=replace(dispute.closing, is_past=True))


ALREADY_DISPUTED = "already_disputed"
WITHDRAWN_BEFORE = {
    Role.CLIENT: Refused(
        ALREADY_DISPUTED,
        say(
            "You have taken back a dispute about this money, so another has to wait until {freelancer} hands in "
            "something new. You can approve the work, ask for changes, or end the contract and ask the money back."
        ),
    ),
    Role.FREELANCER: Refused(
        ALREADY_DISPUTED,
        say(
            "You have taken back a dispute about this money, so another has to wait until something new is handed in, "
            "or {client} asks for it anew. You can agree, or let things take their course."
        ),
    ),
}
"""The refusal where that side can dispute none of the escrow for that reason."""


def disputable_escrow(contract: Contract, by: Role) -> int:
    """The same of all the escrow."""
    return sum(disputable(contract, milestone, by) for milestone in contract.milestones)


def parts_of_escrow(contract: Contract, amount: int, by: Role, milestone: str | None = None) -> tuple[Frozen, ...]:
    """What a dispute of that side over `amount` is about, of one milestone or of all in turn."""
    parts = []
    for one in sorted(contract.milestones, key=not_handed_in):
        part = min(amount, disputable(contract, one, by))
        if part and milestone in (None, one.id):
            parts.append(Frozen(one.id, part, one.release_at))
            amount -= part
    return tuple(parts)


def dispute_escrow(change: Change, parts: tuple[Frozen, ...], reason: str, **fields: Any) -> Dispute:
    """Open a dispute about parts of the escrow; `fields` are those of `open_dispute`. The clocks of milestones that it
    freezes whole stand still."""
    for part in parts:
        milestone = change.contract.milestone(part.id)
        if part.amount == change.contract.free(milestone):
            change.set_milestone(milestone, release_at=None)
    amount = sum(part.amount for part in parts)
    return open_dispute(change, About.ESCROW, amount, reason, frozen=parts, **fields)


def not_handed_in(milestone: Milestone) -> bool:
    """Sorts milestones for which work is handed in first."""
    return milestone.status != MilestoneStatus.SUBMITTED
