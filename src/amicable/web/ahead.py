"""What lies ahead of an outcome: what comes of each answer that it waits for, of silence, and by itself after that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from amicable.rules.contract import Contract, Dispute, Proposal, ProposalKind, Role, Status
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.registry import act
from amicable.rules.timeline import answers, timeline
from amicable.web.outcome import People, Share, Shown, show


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which things can go on, and what comes of it."""

    title: str
    when: str = ""
    """In words, where it depends on when somebody acts."""
    at: datetime | None = None
    """Where it is certain."""
    text: str = ""
    shares: tuple[Share, ...] = ()
    then: tuple[Branch, ...] = ()


def ahead(outcome: Outcome, people: People) -> list[Shown]:
    """All that happens by itself after `outcome`, in order, to the end."""
    return [show(later, people) for later in timeline(outcome.contract)]


def branches(outcome: Outcome, people: People) -> list[Branch]:
    """What the money still in escrow waits for after `outcome`: a branch for each answer and one for silence."""
    return open_branches(outcome.contract, outcome.at, people)


def open_branches(contract: Contract, at: datetime, people: People) -> list[Branch]:
    """What the contract's escrow waits for at `at`: a branch for each answer and one for silence."""
    if contract.dispute:
        return list(_dispute_is_open(contract, contract.dispute, at, people))
    if question := contract.proposal(ProposalKind.HOURS_DISPUTE):
        return list(_hours_are_disputed(contract, question.id, at, people))
    if asked := contract.proposal(ProposalKind.ESCROW_REFUND):
        return list(_refund_is_asked(contract, asked, at, people))
    if contract.status == Status.ENDING and contract.escrow:
        return list(_work_is_in_review(contract, at, people))
    return []


def _refund_is_asked(contract: Contract, asked: Proposal, at: datetime, people: People) -> Iterator[Branch]:
    given = {answer.action: answer.outcome for answer in answers(contract, asked, at)}
    silence = _struck(contract, "escrow_refund_unanswered")
    yield Branch(f"If {people.freelancer} agrees", when="at once", shares=_whenever(given["accept_refund"], people))
    yield Branch(f"If {people.freelancer} says nothing", at=silence.at, shares=show(silence, people).shares)
    contested = given["decline_refund"].contract
    assert contested.dispute is not None, "a contested refund is a dispute"
    yield Branch(
        f"If {people.freelancer} contests it",
        when="at once",
        text=f"A dispute opens. {contract.money(contested.dispute.amount)} stays frozen in escrow, and "
        f"{people.client} has {contract.policy.dispute_answer_days} days to answer.",
        then=tuple(_disputed(contested, contested.dispute, at, people)),
    )


def _disputed(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    other = dispute.opened_by.other
    policy = contract.policy
    silence = _struck(contract, "dispute_unanswered")
    yield Branch(
        f"{people.name(other)} does not answer",
        when=f"{policy.dispute_answer_days} days later",
        shares=_whenever(silence, people),
    )
    answered = _done(contract, "answer_dispute", {"note": "An answer"}, other, at)
    yield Branch(
        f"{people.name(other)} answers",
        text=f"A mediator decides how the sum is divided. Without a ruling within {policy.dispute_ruling_days} days it "
        "is divided in the middle:",
        shares=_whenever(_struck(answered.contract, "ruling_overdue"), people),
    )


def _dispute_is_open(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    if dispute.ruling:
        effect = _struck(contract, "ruling_takes_effect")
        yield Branch("The ruling takes effect", at=effect.at, shares=show(effect, people).shares)
    elif dispute.answered_at:
        undecided = _struck(contract, "ruling_overdue")
        appeal = contract.policy.dispute_appeal_days
        yield Branch("If a mediator decides", text=f"Both are told the reasons. It takes effect {appeal} days later.")
        yield Branch(
            "If no mediator decides",
            at=undecided.at,
            text="The sum is divided in the middle of the two claims:",
            shares=show(undecided, people).shares,
        )
    else:
        _, answered = _disputed(contract, dispute, at, people)
        silence = _struck(contract, "dispute_unanswered")
        yield replace(answered, title=f"If {answered.title}")
        unanswered = f"If {people.name(dispute.opened_by.other)} says nothing"
        yield Branch(unanswered, at=silence.at, shares=show(silence, people).shares)


def _hours_are_disputed(contract: Contract, proposal: str, at: datetime, people: People) -> Iterator[Branch]:
    silence = _struck(contract, "hours_dispute_unanswered")
    contested = _done(contract, "contest_hours_dispute", {"proposal": proposal}, Role.FREELANCER, at)
    yield Branch(
        f"If {people.freelancer} agrees",
        when="at once",
        shares=_whenever(_done(contract, "accept_hours_dispute", {"proposal": proposal}, Role.FREELANCER, at), people),
    )
    yield Branch(f"If {people.freelancer} says nothing", at=silence.at, shares=show(silence, people).shares)
    yield Branch(
        f"If {people.freelancer} contests it",
        when="at once",
        text="A mediator decides which segments are paid. Without a ruling within "
        f"{contract.policy.dispute_ruling_days} days the sum is divided in the middle:",
        shares=_whenever(_struck(contested.contract, "ruling_overdue"), people),
    )


def _work_is_in_review(contract: Contract, at: datetime, people: People) -> Iterator[Branch]:
    released = _done(contract, "end", {"reason": "other", "escrow": "release"}, Role.CLIENT, at)
    asked_back = _done(contract, "end", {"reason": "other", "escrow": "refund"}, Role.CLIENT, at)
    yield Branch(f"If {people.client} releases it", when="at once", shares=_whenever(released, people))
    for silence in timeline(contract):
        if silence.action == "submission_unanswered":
            yield Branch(f"If {people.client} says nothing", at=silence.at, shares=show(silence, people).shares)
    yield Branch(
        f"If {people.client} asks it back",
        text=f"{people.freelancer} has {contract.policy.escrow_refund_answer_days} days to agree or to contest it. "
        "If nothing is said:",
        shares=_whenever(_struck(asked_back.contract, "escrow_refund_unanswered"), people),
    )


def _struck(contract: Contract, action: str) -> Outcome:
    """What comes of the clock of `action`; holds may end before it."""
    return next(later for later in timeline(contract) if later.action == action)


def _done(contract: Contract, action: str, params: dict[str, object], by: Role, at: datetime) -> Outcome:
    outcome = act(contract, action, params, by=by, at=at)
    assert not isinstance(outcome, Refused), "what a contract waits for can be done"
    return outcome


def _whenever(outcome: Outcome, people: People) -> tuple[Share, ...]:
    """The shares, without the dates that depend on when it is done."""
    return tuple(replace(share, available_at=None) for share in show(outcome, people).shares)
