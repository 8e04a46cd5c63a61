"""What two people have proposed to each other and not answered: side by side, and what comes of each answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString

from amicable.rules.contract import Contract
from amicable.rules.differences import Difference, differences, shown, written
from amicable.rules.parts import Proposal, ProposalKind
from amicable.rules.terms import MilestoneTerms, Terms
from amicable.rules.timeline import Answer, answers
from amicable.web.actions import label
from amicable.web.ahead import answerable_until
from amicable.web.outcome import show
from amicable.web.viewer import Sight


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing that differs, as it is and as it would be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that the reader, or the other side, can give, and what would come of it."""

    action: str
    label: str
    """What its button says; to who waits for the answer, whose it is."""
    points: list[SafeString]
    is_readers: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that waits for an answer."""

    proposal: Proposal
    title: str
    is_own: bool
    who: str
    compared: list[Compared]
    replies: list[Reply]
    until: datetime | None
    """When it closes by itself; None where it stays until it is answered."""
    withdraw: str
    """The action with which the reader takes it back; empty where it is not theirs."""


_TITLES = {
    ProposalKind.TERMS: ("propose", "to change the terms"),
    ProposalKind.CANCELLATION: ("offer", "to end the contract together"),
    ProposalKind.REFUND: ("ask", "for paid money back"),
    ProposalKind.REOPENING: ("ask", "to reopen the contract"),
}
_WITHDRAW = {
    ProposalKind.TERMS: "withdraw_terms",
    ProposalKind.CANCELLATION: "withdraw_cancellation",
    ProposalKind.REFUND: "withdraw_refund",
    ProposalKind.REOPENING: "withdraw_reopening",
}


def waiting(sight: Sight) -> list[Waiting]:
    """The proposals without a clock, oldest first."""
    return [_waiting(proposal, sight) for proposal in sight.contract.proposals if proposal.kind in _TITLES]


def _waiting(proposal: Proposal, sight: Sight) -> Waiting:
    is_own = proposal.by == sight.role
    do, what = _TITLES[proposal.kind]
    compared = []
    if proposal.was and proposal.terms:
        compared = compare(sight.contract, proposal.was, proposal.terms)
    return Waiting(
        proposal,
        f"{sight.people.begins(proposal.by, do)} {what}",
        is_own,
        sight.people.who(proposal.by),
        compared,
        _replies(proposal, sight),
        answerable_until(sight.contract, proposal),
        _WITHDRAW[proposal.kind] if is_own else "",
    )


def _replies(proposal: Proposal, sight: Sight) -> list[Reply]:
    given = answers(sight.contract, proposal, sight.now)
    return [_reply(answer, proposal, sight) for answer in given]


def _reply(answer: Answer, proposal: Proposal, sight: Sight) -> Reply:
    do = "decline" if answer.action.startswith("decline") else "accept"
    is_readers = answer.by == sight.role
    words = label(answer.action, proposal.kind) if is_readers else f"If {sight.people.does(answer.by, do)}"
    return Reply(answer.action, words, list(show(answer.outcome, sight.people).points), is_readers)


def compare(contract: Contract, was: Terms, terms: Terms) -> list[Compared]:
    """What differs between two terms, side by side."""
    return [_compared(contract, one) for one in differences(was, terms)]


_LABELS = {
    "description": "Scope",
    "order": "Order of milestones",
    "rate": "Price of an hour",
    "weekly_limit_hours": "Hours a week, at most",
    "change_rounds": "Rounds of changes for each milestone",
    "review_days": "Days to answer work handed in",
}
_PARTS = {"title": "“{title}”: name", "amount": "“{title}”: price", "due": "“{title}”: due"}


def _compared(contract: Contract, one: Difference) -> Compared:
    if one.what == "milestone":
        before, after = (_milestone(contract, side) for side in (one.before, one.after))
        return Compared(f"Milestone “{one.title}”", before, after)
    words = _PARTS[one.what].format(title=one.title) if one.milestone else _LABELS[one.what]
    return Compared(words, str(shown(contract, one, one.before)), str(shown(contract, one, one.after)))


def _milestone(contract: Contract, side: object) -> str:
    if not isinstance(side, MilestoneTerms):
        return "not on the list"
    due = f", due {written(side.due)}" if side.due else ""
    return f"{contract.money(side.amount)}{due}"
