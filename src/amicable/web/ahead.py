"""What lies ahead of an outcome: what comes of each answer that it waits for, of silence, and by itself after that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from amicable.rules.actions.reopening import reopening_ends
from amicable.rules.contract import Contract, Status
from amicable.rules.dispute import Dispute, DisputeStatus
from amicable.rules.dispute_clocks import dispute_clock
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.proposals import ANSWERS
from amicable.rules.registry import act
from amicable.rules.timeline import answers, timeline, when_paid
from amicable.web.outcome import People, Share, Shown, show

WITHOUT_A_CLOCK = (ProposalKind.TERMS, ProposalKind.CANCELLATION, ProposalKind.REFUND, ProposalKind.REOPENING)
"""Proposals to which silence changes nothing."""


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
    return escrow_branches(outcome.contract, outcome.at, people)


def escrow_branches(contract: Contract, at: datetime, people: People) -> list[Branch]:
    """What the escrow that is not in dispute waits for at `at`: a branch for each answer and one for silence."""
    contract = when_paid(contract)
    if question := contract.proposal(ProposalKind.HOURS_DISPUTE):
        return list(_hours_are_disputed(contract, question.id, at, people))
    if asked := contract.proposal(ProposalKind.ESCROW_REFUND):
        return list(_refund_is_asked(contract, asked, at, people))
    if contract.status == Status.ENDING and contract.free_escrow:
        return list(_work_is_in_review(contract, at, people))
    return []


def answerable_until(contract: Contract, proposal: Proposal) -> datetime | None:
    """When a proposal without an answer closes by itself; None where it stays until it is answered or taken back."""
    if proposal.kind != ProposalKind.REOPENING:
        return None
    return reopening_ends(contract)


def proposal_branches(outcome: Outcome, before: Contract, people: People) -> list[Branch]:
    """What comes of each answer to what `outcome` proposes without a clock, and of none; empty where it does not."""
    for proposal in outcome.contract.proposals:
        if proposal not in before.proposals and proposal.kind in WITHOUT_A_CLOCK:
            other = proposal.by.other
            return [
                _if_accepted(outcome.contract, proposal, outcome.at, people),
                Branch(f"If {people.does(other, 'decline')}", text="Everything stays as it is."),
                Branch(
                    f"If {people.does(other, 'say')} nothing",
                    at=answerable_until(outcome.contract, proposal),
                    text=f"Everything stays as it is, and {people.does(proposal.by, 'can')} take it back.",
                ),
            ]
    return []


def _if_accepted(contract: Contract, proposal: Proposal, at: datetime, people: People) -> Branch:
    """The yes; why it cannot be said now, where it cannot."""
    other, accept = proposal.by.other, ANSWERS[proposal.kind][0]
    title = f"If {people.does(other, 'accept')}"
    accepted = act(contract, accept, {"proposal": proposal.id}, by=other, at=at)
    if isinstance(accepted, Refused):
        return Branch(title, text=people.tell(accepted.reason))
    return _at_once(title, accepted, people)


def _at_once(title: str, outcome: Outcome, people: People) -> Branch:
    """What comes of it whenever somebody does it: the money, and in words where none moves."""
    shares = _whenever(outcome, people)
    return Branch(title, when="at once", shares=shares, text="" if shares else _in_words(outcome, people))


def _in_words(outcome: Outcome, people: People) -> SafeString:
    return format_html_join(" ", "{}", ((point,) for point in show(outcome, people).points))


def _refund_is_asked(contract: Contract, asked: Proposal, at: datetime, people: People) -> Iterator[Branch]:
    given = {answer.action: answer.outcome for answer in answers(contract, asked, at)}
    silence = _struck(contract, "escrow_refund_unanswered")
    agrees, says_nothing, contests = _ways_to_answer(Role.FREELANCER, people)
    yield Branch(agrees, when="at once", shares=_whenever(given["accept_refund"], people))
    yield Branch(says_nothing, at=silence.at, shares=show(silence, people).shares)
    if "decline_refund" not in given:
        return
    contested = given["decline_refund"].contract
    dispute = contested.disputes[-1]
    yield Branch(
        contests,
        when="at once",
        text=f"A dispute opens. {contract.money(dispute.amount)} stays frozen in escrow, and "
        f"{people.does(Role.CLIENT, 'have')} {contract.policy.dispute_answer_days} days to answer.",
        then=tuple(_disputed(contested, dispute, at, people)),
    )


def _ways_to_answer(role: Role, people: People) -> tuple[str, str, str]:
    """Yes, silence and no."""
    return (
        f"If {people.does(role, 'agree')}",
        f"If {people.does(role, 'say')} nothing",
        f"If {people.does(role, 'contest')} it",
    )


def _disputed(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    """What comes of a dispute that has just been opened, whenever that will be."""
    other = dispute.opened_by.other
    policy = contract.policy
    yield Branch(
        f"{people.begins(other, 'do')} not answer",
        when=f"{policy.dispute_answer_days} days later",
        shares=_whenever(_strikes(contract, dispute), people),
    )
    answered = _done(contract, "answer_dispute", {"note": "An answer", "dispute": dispute.id}, other, at)
    decided = _strikes(answered.contract, dispute)
    shares = _whenever(decided, people)
    yield Branch(
        people.begins(other, "answer"),
        text=format_html(
            "A mediator decides how the sum is divided. Without a ruling within {} days{}",
            policy.dispute_ruling_days,
            " it is divided in the middle:" if shares else format_html(": {}", _in_words(decided, people)),
        ),
        shares=shares,
    )


def dispute_branches(contract: Contract, dispute: Dispute, at: datetime, people: People) -> list[Branch]:
    """What an open dispute can come to: by each answer, by what stands to be accepted, and by silence."""
    contract = when_paid(contract)
    return [*_BY_STATUS[dispute.status](contract, dispute, at, people), *_offers(contract, dispute, at, people)]


def _is_unanswered(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    _, answered = _disputed(contract, dispute, at, people)
    other = dispute.opened_by.other
    yield replace(answered, title=f"If {people.does(other, 'answer')}")
    yield _silence(f"If {people.does(other, 'say')} nothing", contract, dispute, people)


def _is_answered(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    del at
    appeal = contract.policy.dispute_appeal_days
    told = (
        "Any part of the sum can go to either side, and both are told the reasons. It takes effect "
        f"{appeal} days later, unless one of the two appeals before: then another mediator decides, and that is final."
    )
    yield Branch("If a mediator decides", text=told)
    if dispute_clock(contract, dispute).action == "small_claim_idle":
        title, text = "If neither moves", "The small claim is split in the middle of the two amounts:"
    else:
        title, text = "If no mediator decides", "The sum is divided in the middle of the two claims:"
    silence = _silence(title, contract, dispute, people)
    yield replace(silence, text=text) if silence.shares else silence


def _is_ruled(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    del at
    yield _silence("If nobody appeals, the ruling takes effect", contract, dispute, people)
    yield Branch("If one of the two appeals", text="Another mediator decides, and that is final and done at once.")


def _is_appealed(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    del at
    yield Branch("If another mediator decides", text="That ruling is final and takes effect at once.")
    yield _silence("If no other mediator decides, the first ruling takes effect", contract, dispute, people)


_BY_STATUS = {
    DisputeStatus.OPEN: _is_unanswered,
    DisputeStatus.ANSWERED: _is_answered,
    DisputeStatus.RULED: _is_ruled,
    DisputeStatus.APPEALED: _is_appealed,
}


def _offers(contract: Contract, dispute: Dispute, at: datetime, people: People) -> Iterator[Branch]:
    """What comes of accepting what is offered; a split of a mediator's is done when both have accepted it."""
    for proposal in contract.proposals:
        if proposal.about == dispute.id and proposal.kind == ProposalKind.SETTLEMENT:
            by = proposal.by.other
            accepted = act(contract, "accept_settlement", {"proposal": proposal.id}, by=by, at=at)
            if isinstance(accepted, Outcome):
                title = f"If {people.does(by, 'accept')} {people.whose(proposal.by)} offer"
                yield _at_once(title, accepted, people)
        elif proposal.about == dispute.id and (split := _both_accept(contract, dispute, proposal, at)):
            yield _at_once("If both accept the mediator's split", split, people)


def _both_accept(contract: Contract, dispute: Dispute, split: Proposal, at: datetime) -> Outcome | None:
    """What comes of a mediator's split when each side that has not accepted it does; None where it cannot now."""
    last = None
    for side in (Role.CLIENT, Role.FREELANCER):
        if side not in dispute.accepted_by:
            done = act(contract, "accept_split", {"proposal": split.id}, by=side, at=at)
            if isinstance(done, Refused):
                return None
            last, contract = done, done.contract
    return last


def _silence(title: str, contract: Contract, dispute: Dispute, people: People) -> Branch:
    strikes = _strikes(contract, dispute)
    shares = show(strikes, people).shares
    return Branch(title, at=strikes.at, shares=shares, text="" if shares else _in_words(strikes, people))


def _strikes(contract: Contract, dispute: Dispute) -> Outcome:
    """What comes of the dispute's clock; other clocks may strike before it."""
    return next(later for later in timeline(contract) if later.params.get("dispute") == dispute.id)


def _hours_are_disputed(contract: Contract, proposal: str, at: datetime, people: People) -> Iterator[Branch]:
    silence = _struck(contract, "hours_dispute_unanswered")
    contested = _done(contract, "contest_hours_dispute", {"proposal": proposal}, Role.FREELANCER, at)
    agrees, says_nothing, contests = _ways_to_answer(Role.FREELANCER, people)
    yield Branch(
        agrees,
        when="at once",
        shares=_whenever(_done(contract, "accept_hours_dispute", {"proposal": proposal}, Role.FREELANCER, at), people),
    )
    yield Branch(says_nothing, at=silence.at, shares=show(silence, people).shares)
    yield Branch(
        contests,
        when="at once",
        text="A mediator decides which segments are paid. Without a ruling within "
        f"{contract.policy.dispute_ruling_days} days the sum is divided in the middle:",
        shares=_whenever(_struck(contested.contract, "ruling_overdue"), people),
    )


def _work_is_in_review(contract: Contract, at: datetime, people: People) -> Iterator[Branch]:
    released = _done(contract, "end", {"reason": "other", "escrow": "release"}, Role.CLIENT, at)
    asked_back = _done(contract, "end", {"reason": "other", "escrow": "refund"}, Role.CLIENT, at)
    yield Branch(f"If {people.does(Role.CLIENT, 'release')} it", when="at once", shares=_whenever(released, people))
    for silence in timeline(contract):
        if silence.action == "submission_unanswered":
            yield Branch(
                f"If {people.does(Role.CLIENT, 'say')} nothing",
                at=silence.at,
                shares=show(silence, people).shares,
            )
    yield Branch(
        f"If {people.does(Role.CLIENT, 'ask')} it back",
        text=f"{people.begins(Role.FREELANCER, 'have')} {contract.policy.escrow_refund_answer_days} days to agree or "
        "to contest it. If nothing is said:",
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
