"""A contract's disputes as both sides and mediators see them: what is frozen, where it stands, what each side names,
what was said, and what comes of each answer and of silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.http import urlencode
from django.utils.safestring import SafeString

from amicable.rules.contract import Contract
from amicable.rules.dispute import About, Dispute, DisputeStatus
from amicable.rules.dispute_clocks import dispute_clock
from amicable.rules.money import Money
from amicable.rules.outcome import Refused
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.registry import ACTIONS, act
from amicable.talk.picked import Picked
from amicable.web.actions import label, what_it_does
from amicable.web.ahead import Branch, dispute_branches
from amicable.web.picking import Pick, as_shown, picked_in
from amicable.web.viewer import Sight

SIDES = (Role.CLIENT, Role.FREELANCER)
ABOUT_ALL = (
    "answer_dispute",
    "offer_settlement",
    "concede_dispute",
    "withdraw_dispute",
    "appeal",
    "ask",
    "propose_split",
    "decide",
)
"""What can be done to one dispute or another; the rest answers an offer."""
FORWARD = ("answer_dispute", "decide", "accept_settlement", "accept_split")


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that the person who looks can do to the dispute, as a link to the page that shows what comes of it."""

    action: str
    label: str
    text: SafeString | str
    """What it comes to, or what it does in general."""
    query: str
    is_forward: bool


@dataclass(frozen=True, slots=True)
class Named:
    """What one side, or a mediator, would give the freelancer of the sum."""

    who: str
    what: str
    release: Money
    back: Money


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote in the dispute."""

    who: str
    at: datetime | None
    """None where only what came of it has a time."""
    what: str
    text: str
    picks: list[Pick]
    """What was picked in beside it."""


@dataclass(frozen=True, slots=True)
class Room:
    """A dispute that is open."""

    dispute: Dispute
    title: str
    frozen: list[tuple[str, Money]]
    """What of what is frozen."""
    stands: str
    until: datetime
    named: list[Named]
    said: list[Said]
    branches: list[Branch]
    buttons: list[Deed]


@dataclass(frozen=True, slots=True)
class Closed:
    """A dispute that is over."""

    dispute: Dispute
    title: str
    how: str
    said: list[Said]


def dispute_rooms(sight: Sight) -> list[Room]:
    """The open disputes, oldest first."""
    found = picked_in(sight.contract.open_disputes, sight)
    return [_room(dispute, found, sight) for dispute in sight.contract.open_disputes]


def closed_rooms(sight: Sight) -> list[Closed]:
    """The disputes that are over, oldest first."""
    over = [dispute for dispute in sight.contract.disputes if not dispute.is_open]
    found = picked_in(over, sight)
    return [_closed(dispute, found, sight) for dispute in over]


def _room(dispute: Dispute, found: Picked, sight: Sight) -> Room:
    contract, people = sight.contract, sight.people
    return Room(
        dispute,
        title=f"{contract.money(dispute.amount)} {_of_what(dispute)} is in dispute",
        frozen=list(_frozen(dispute, contract)),
        stands=stands(dispute, sight),
        until=dispute_clock(contract, dispute).at,
        named=list(_named(dispute, sight)),
        said=list(_said(dispute, found, sight)),
        branches=dispute_branches(contract, dispute, sight.now, people),
        buttons=list(_deeds(dispute, sight)),
    )


def _closed(dispute: Dispute, found: Picked, sight: Sight) -> Closed:
    assert dispute.closing is not None, "a closed dispute was closed by something"
    contract, people = sight.contract, sight.people
    released = dispute.closing.released
    if dispute.closing.action == "chargeback_won":
        how = "The bank gave the payment back, so nothing was divided."
    elif released is None:
        how = "It was withdrawn, and nothing was divided."
    else:
        share, back = contract.money(released), contract.money(dispute.amount - released)
        how = f"{share} for {people.freelancer}, {back} for {people.client}."
    title = f"{contract.money(dispute.amount)} {_of_what(dispute)} was in dispute"
    return Closed(dispute, title, how, list(_said(dispute, found, sight)))


def _of_what(dispute: Dispute) -> str:
    return {About.ESCROW: "in escrow", About.REFUND: "that was paid", About.HOURS: "for hours"}[dispute.about]


def _frozen(dispute: Dispute, contract: Contract) -> Iterator[tuple[str, Money]]:
    titles = {milestone.id: f"“{milestone.title}”" for milestone in contract.milestones}
    for part in dispute.frozen:
        yield titles.get(part.id, "In the security hold"), contract.money(part.amount)


def stands(dispute: Dispute, sight: Sight) -> str:
    """Whose move it is until the clock strikes."""
    if dispute.status == DisputeStatus.CLOSED:
        return "It is over"
    if dispute.status == DisputeStatus.OPEN:
        side = dispute.opened_by.other
        return "You have to answer" if side == sight.role else f"{sight.people.name(side)} has to answer"
    if dispute.status == DisputeStatus.RULED:
        return "A mediator has decided; either side can appeal"
    if dispute.status == DisputeStatus.APPEALED:
        return "It waits for another mediator's ruling"
    if dispute_clock(sight.contract, dispute).action == "small_claim_idle":
        return "It waits for a mediator, or for one of the two to move"
    return "It waits for a mediator's ruling"


def _named(dispute: Dispute, sight: Sight) -> Iterator[Named]:
    contract, people = sight.contract, sight.people

    def named(who: str, what: str, release: int) -> Named:
        return Named(who, what, contract.money(release), contract.money(dispute.amount - release))

    offers = {offer.by: offer for offer in _offers(contract, dispute)}
    for side, claim in zip(SIDES, dispute.claims, strict=True):
        offer = offers.get(side)
        has_named = (dispute.client_claim if side == Role.CLIENT else dispute.freelancer_claim) is not None
        if offer:
            what = f"{people.verb(side, 'offer')}, and it can be accepted"
        elif has_named:
            what = people.verb(side, "name")
        else:
            what = f"{people.verb(side, 'have')} named nothing, so {people.verb(side, 'claim')} all"
        yield named(people.who(side), what, claim)
    split = offers.get(Role.MEDIATOR)
    if split and split.release is not None:
        accepted = " and ".join(people.whom(side) for side in dispute.accepted_by)
        what = f"proposes as a split{f', accepted by {accepted}' if accepted else ''}"
        yield named("A mediator", what, split.release)
    ruling = dispute.ruling or (dispute.appeal and dispute.appeal.ruling)
    if ruling:
        yield named("A mediator", "has ruled" if dispute.ruling else "ruled first", ruling.release)


def _offers(contract: Contract, dispute: Dispute) -> list[Proposal]:
    return [proposal for proposal in contract.proposals if proposal.about == dispute.id]


_WHAT = {
    "answer_dispute": "answered",
    "contest_hours_dispute": "contested it",
    "offer_settlement": "offered a settlement",
    "ask": "asked both sides",
    "propose_split": "proposed a split",
    "decide": "decided",
    "appeal": "appealed",
}


def _said(dispute: Dispute, found: Picked, sight: Sight) -> Iterator[Said]:
    who = "The bank" if dispute.charge else _who(dispute.opened_by, sight)
    if dispute.reason:
        # A dispute about hours opens when the freelancer contests what the client has said before.
        is_earlier = dispute.about == About.HOURS and not dispute.charge
        at, did = (None, "disputed these hours") if is_earlier else (dispute.opened_at, "opened it")
        yield Said(who, at, did, dispute.reason, as_shown(dispute.evidence, found, sight))
    for one in dispute.statements:
        if one.text or one.evidence:
            did = _WHAT.get(one.action, "wrote")
            yield Said(_who(one.by, sight), one.at, did, one.text, as_shown(one.evidence, found, sight))


def _who(role: Role, sight: Sight) -> str:
    return sight.people.who(role)


def _deeds(dispute: Dispute, sight: Sight) -> Iterator[Deed]:
    """What can be done to this dispute now: tried on it as the rules try it."""
    for offer in _offers(sight.contract, dispute):
        name = "accept_settlement" if offer.kind == ProposalKind.SETTLEMENT else "accept_split"
        if _works(name, {"proposal": offer.id}, sight):
            yield _deed(name, {"proposal": offer.id}, sight)
    for name in ABOUT_ALL:
        if _works(name, _TRIED.get(name, {}) | {"dispute": dispute.id}, sight):
            yield _deed(name, {"dispute": dispute.id}, sight)


_TRIED = {
    "answer_dispute": {"note": "…"},
    "offer_settlement": {"release": "0"},
    "appeal": {"note": "…"},
    "ask": {"note": "…"},
    "propose_split": {"release": "0", "reason": "…"},
    "decide": {"release": "0", "reason": "…"},
}


def _works(name: str, params: dict[str, str], sight: Sight) -> bool:
    if sight.role not in ACTIONS[name].by:
        return False
    done = act(sight.contract, name, params, by=sight.role, at=sight.now, actor=sight.actor)
    return not isinstance(done, Refused)


def _deed(name: str, about: dict[str, str], sight: Sight) -> Deed:
    return Deed(name, label(name), what_it_does(sight, name, about), urlencode(about), name in FORWARD)
