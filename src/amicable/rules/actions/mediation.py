"""What mediators do: ask, propose a split, decide, with reasons; and the one appeal.

RULEBOOK section 5.1, rows 1 and 20 of the first table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from amicable.rules.actions.dispute import ALREADY_DECIDED, DISPUTE
from amicable.rules.actions.offer import NOTE
from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.dispute import Appeal, Dispute, Ruling
from amicable.rules.dispute_clocks import dispute_clock, division
from amicable.rules.disputing import (
    SUBJECTS,
    Applies,
    a_dispute,
    about_dispute,
    about_their_dispute,
    divide,
    is_open,
    set_dispute,
    state,
    struck,
    tell_division,
)
from amicable.rules.evidence import EVIDENCE
from amicable.rules.guards import every, no_charge
from amicable.rules.outcome import Refused, invalid
from amicable.rules.params import ProposalRef, Segments, Share, Text
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.policy import days
from amicable.rules.registry import action
from amicable.rules.standing import effect_of_ruling
from amicable.rules.week import bitmap, monday_of, slot_of
from amicable.rules.wording import say

_SPLIT = (ProposalKind.SPLIT,)
_RELEASE = "What of the sum in dispute goes to the freelancer; the rest goes back to the client."


def _no_ruling_yet(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    del contract, by, at
    if dispute.ruling is None:
        return None
    return Refused(
        ALREADY_DECIDED,
        say(
            "A ruling has been given; it takes effect on {at} unless one of the two appeals.",
            at=dispute.ruling.takes_effect_at,
        ),
    )


def _is_ready_to_decide(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    """Once it was answered, or left unanswered."""
    if dispute.answered_at is None and at < dispute.answer_by:
        return Refused(
            "awaiting_answer",
            say(
                "The other side has until {until} to answer the dispute. Decide after that.",
                until=dispute.answer_by,
            ),
        )
    decided = _no_ruling_yet(contract, dispute, by, at)
    return decided or (no_charge(contract, by, at) if dispute.appeal else None)


def _by(actor: str | None, ready: Applies = _is_ready_to_decide) -> Applies:
    """Ready for this mediator: an appeal goes to another one than the first."""

    def applies(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
        refused = ready(contract, dispute, by, at)
        if refused or dispute.appeal is None or dispute.appeal.ruling.mediator != actor:
            return refused
        return Refused(
            "same_mediator",
            say("An appeal goes to another mediator than the one who gave the ruling. Leave it to them."),
        )

    return applies


def _is_another(contract: Contract, at: datetime, actor: str | None) -> Refused | None:
    return a_dispute(_by(actor))(contract, Role.MEDIATOR, at)


def _may_ask(contract: Contract, at: datetime, actor: str | None) -> Refused | None:
    return a_dispute(_by(actor, _no_ruling_yet))(contract, Role.MEDIATOR, at)


@action(
    Role.MEDIATOR,
    does="asks both sides a question, which counts as a statement",
    guard=a_dispute(_no_ruling_yet),
    who=_may_ask,
    params={"note": Text("The question."), "dispute": DISPUTE},
)
@about_their_dispute(partial(_by, ready=_no_ruling_yet))
def ask(change: Change, note: str, dispute: Dispute) -> None:
    """Both can answer, with `answer_dispute`. No money moves."""
    asked = state(change, dispute, note)
    clock = dispute_clock(change.contract, asked)
    change.say("A mediator asks both sides a question. Without an answer what comes of the dispute stays the same.")
    change.tell(clock.explanation)


@action(
    Role.MEDIATOR,
    does="proposes a split, with reasons; when both sides accept it, it is done",
    guard=a_dispute(_is_ready_to_decide),
    who=_is_another,
    params={
        "release": Share(_RELEASE),
        "reason": Text("The reasons, with the evidence they rest on."),
        "dispute": DISPUTE,
        "evidence": EVIDENCE,
    },
)
@about_their_dispute(_by)
def propose_split(change: Change, release: int, reason: str, dispute: Dispute, evidence: tuple[str, ...] = ()) -> None:
    """Nobody is bound by it. It stands until both have accepted it, another replaces it, or the dispute is over."""
    found = set_dispute(change, state(change, dispute, reason, evidence=evidence), accepted_by=())
    _drop_split(change, found)
    split = Proposal(
        change.new_id(),
        ProposalKind.SPLIT,
        Role.MEDIATOR,
        found.amount,
        change.at,
        note=reason,
        release=release,
        about=found.id,
    )
    change.open(split)
    change.say("A mediator proposes how to split the sum.")
    tell_division(change, found, release)
    change.say(
        "Each side may accept it or not. When both have, it is done at once; until then everything goes on as it was."
    )


def _drop_split(change: Change, dispute: Dispute) -> None:
    """Of two splits that mediators propose only the later can be accepted, and none once a ruling is given."""
    for proposal in change.contract.proposals:
        if proposal.kind in _SPLIT and proposal.about == dispute.id:
            change.close(proposal)


def _splits(contract: Contract) -> Sequence[tuple[Proposal, Dispute]]:
    """The proposed splits with their disputes."""
    disputes = {dispute.id: dispute for dispute in contract.open_disputes}
    return [(p, disputes[p.about]) for p in contract.proposals if p.kind in _SPLIT and p.about in disputes]


def _there_is_a_split(contract: Contract, by: Role, at: datetime) -> Refused | None:
    del at
    splits = _splits(contract)
    if not splits:
        return Refused("no_split_proposed", say("No mediator has proposed a split."))
    if all(by in dispute.accepted_by for _, dispute in splits):
        return Refused(
            "already_accepted", say("You have accepted the split. It is done when the other side accepts it.")
        )
    return None


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="accepts the split that a mediator proposes; when both have, the sum is divided at once",
    guard=every(a_dispute(is_open), _there_is_a_split, no_charge),
    params={"proposal": ProposalRef(_SPLIT), "note": NOTE},
)
def accept_split(change: Change, proposal: str, note: str = "") -> Refused | None:
    """It cannot be taken back."""
    del note
    split = next(((p, d) for p, d in _splits(change.contract) if p.id == proposal), None)
    if split is None:
        return Refused("proposal_not_open", say("This split does not stand any more. The contract lists what does."))
    proposed, dispute = split
    if change.by in dispute.accepted_by:
        return Refused(
            "already_accepted", say("You have accepted the split. It is done when the other side accepts it.")
        )
    assert proposed.release is not None, "a split names an amount"
    dispute = set_dispute(change, dispute, accepted_by=(*dispute.accepted_by, change.by))
    if change.by == Role.CLIENT:
        change.say("{client} accepts the split that the mediator proposes.")
    else:
        change.say("{freelancer} accepts the split that the mediator proposes.")
    if change.by.other in dispute.accepted_by:
        change.say("Both have accepted it, so it is done at once.")
        change.tell(division(change.contract, dispute, proposed.release))
        divide(change, dispute, proposed.release)
    else:
        change.say("It is done when the other side accepts it too; until then everything goes on as it was.")
    return None


# Ruling


@action(
    Role.MEDIATOR,
    does="decides a dispute: what of the sum goes to the freelancer, the rest to the client",
    guard=a_dispute(_is_ready_to_decide),
    who=_is_another,
    params={
        "release": Share(_RELEASE, required=False),
        "segments": Segments("About hours, instead of an amount: the disputed segments that are paid."),
        "reason": Text("The reasons, with the evidence they rest on."),
        "dispute": DISPUTE,
        "evidence": EVIDENCE,
    },
)
@about_their_dispute(_by)
def decide(
    change: Change,
    reason: str,
    dispute: Dispute,
    release: int | None = None,
    segments: tuple[datetime, ...] | None = None,
    evidence: tuple[str, ...] = (),
) -> Refused | None:
    """The ruling takes effect when the days for an appeal are over; that of a second mediator at once."""
    paid = _paid_segments(dispute, segments)
    if isinstance(paid, Refused):
        return paid
    released = _released(change.contract, dispute, release, paid)
    if isinstance(released, Refused):
        return released
    stated = state(change, dispute, reason, evidence=evidence)
    _drop_split(change, stated)
    effect_at = change.at if dispute.appeal else change.at + days(change.contract.policy.dispute_appeal_days)
    ruling = Ruling(released, reason, change.at, effect_at, change.actor or "", paid)
    ruled = set_dispute(change, stated, ruling=ruling)
    if dispute.appeal:
        change.say("The second mediator's ruling is final and takes effect at once.")
        change.tell(division(change.contract, ruled, released))
        divide(change, ruled, released)
        return None
    change.standing(lambda after: effect_of_ruling(after, ruled))
    change.say("The mediator decides. The reasons are on the record.")
    tell_division(change, ruled, released)
    change.say(
        "The ruling takes effect on {at} unless one of the two appeals before: then another mediator decides, and that "
        "is final.",
        at=effect_at,
    )
    return None


def _paid_segments(dispute: Dispute, segments: Sequence[datetime] | None) -> int | Refused | None:
    """The segments that are paid, as a bitmap of the week in dispute."""
    if segments is None:
        return None
    if dispute.week is None or dispute.segments is None:
        return invalid("segments", "This dispute is not about hours. Say what goes to the freelancer with `release`.")
    if any(monday_of(start) != dispute.week for start in segments):
        return invalid("segments", f"The week in dispute begins on {dispute.week}; a segment is of another week.")
    paid = bitmap(map(slot_of, segments))
    if paid & ~dispute.segments:
        return invalid("segments", "One of these segments is not in dispute.")
    return paid


def _released(contract: Contract, dispute: Dispute, release: int | None, paid: int | None) -> int | Refused:
    """What goes to the freelancer: as it is said, or what the paid segments are worth."""
    if (release is None) == (paid is None):
        return invalid("release", "Say what goes to the freelancer: an amount or, about hours, the segments.")
    worth = SUBJECTS[dispute.about].worth
    if paid is not None:
        assert worth is not None, "segments are worth something where they can be disputed"
        return worth(contract, dispute, paid)
    assert release is not None, "either of the two is said"
    return release


def _can_be_appealed(contract: Contract, dispute: Dispute, by: Role, at: datetime) -> Refused | None:
    del contract, by, at
    if dispute.appeal:
        return Refused("already_appealed", say("There is one appeal, and it waits for another mediator."))
    if dispute.ruling is None:
        return Refused("no_ruling", say("No ruling has been given, so there is nothing to appeal against."))
    return None


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="appeals against a ruling, once; another mediator decides, and that is final",
    guard=a_dispute(_can_be_appealed),
    params={
        "note": Text("What the ruling has overlooked or got wrong."),
        "dispute": DISPUTE,
        "evidence": EVIDENCE,
    },
)
@about_dispute(_can_be_appealed)
def appeal(change: Change, note: str, dispute: Dispute, evidence: tuple[str, ...] = ()) -> None:
    """The ruling takes no effect for now. Without a second one in time it stands."""
    assert dispute.ruling is not None, "what can be appealed has been ruled on"
    stated = state(change, dispute, note, evidence=evidence)
    appealed = set_dispute(change, stated, ruling=None, appeal=Appeal(change.by, change.at, note, dispute.ruling))
    clock = dispute_clock(change.contract, appealed)
    change.say(
        "The ruling takes no effect for now. Another mediator decides by {until}, and that ruling is final.",
        until=clock.at,
    )
    change.tell(clock.explanation)


_AT_ONCE = every(a_dispute(is_open), no_charge)


@action(
    Role.NOBODY,
    does="the days for an appeal are over; the ruling takes effect",
    guard=_AT_ONCE,
    params={"dispute": DISPUTE},
)
@struck
def ruling_takes_effect(change: Change, dispute: Dispute) -> None:
    """The sum is divided as the mediator decided."""
    assert dispute.ruling is not None, "a ruling takes effect only once it was given"
    change.say("The mediator's ruling takes effect.")
    divide(change, dispute, dispute.ruling.release)


@action(
    Role.NOBODY,
    does="no mediator ruled in time; the sum is divided in the middle of the two claims",
    guard=_AT_ONCE,
    params={"dispute": DISPUTE},
)
@struck
def ruling_overdue(change: Change, dispute: Dispute) -> None:
    """Neither side wins by waiting."""
    change.say("No ruling was given in time, so the sum is divided in the middle of the two claims.")
    divide(change, dispute, dispute.middle)


@action(
    Role.NOBODY,
    does="no second mediator ruled in time; the first ruling takes effect",
    guard=_AT_ONCE,
    params={"dispute": DISPUTE},
)
@struck
def appeal_overdue(change: Change, dispute: Dispute) -> None:
    """A ruling that nobody has overruled stands."""
    assert dispute.appeal is not None, "an appeal is overdue only once it was made"
    ruling = replace(dispute.appeal.ruling, takes_effect_at=change.at)
    change.say("No second mediator has ruled in time, so the first ruling takes effect.")
    divide(change, set_dispute(change, dispute, ruling=ruling), ruling.release)
