"""Parameters that make sense for an action as things stand, chosen by whoever asks: at random, or always the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from amicable.rules.actions.escrow_dispute import escrow_cannot_be_disputed
from amicable.rules.actions.extension import EXTENDABLE
from amicable.rules.clocks import clocks
from amicable.rules.contract import Contract
from amicable.rules.disputing import disputable_escrow
from amicable.rules.feedback import CATEGORIES
from amicable.rules.hourly import WeekStatus
from amicable.rules.money import Money
from amicable.rules.parts import Milestone, MilestoneStatus, ProposalKind, Role
from amicable.rules.week import slot_begins, slots

HOLDING = (MilestoneStatus.FUNDED, MilestoneStatus.SUBMITTED)
Params = dict[str, Any]


class Chooser(Protocol):
    """Makes choices."""

    def one_of(self, options: Sequence[Any]) -> Any:
        """One of the options."""

    def number(self, least: int, most: int) -> int:
        """A number from `least` through `most`."""


class First:
    """Always takes the first option and the least number."""

    def one_of(self, options: Sequence[Any]) -> Any:
        """The first."""
        return options[0]

    def number(self, least: int, most: int) -> int:
        """The least."""
        del most
        return least


def sensible(action: str, contract: Contract, choose: Chooser, by: Role) -> Params:
    """Parameters with which `action` by `by` should work on `contract`, if it is open at all."""
    if action in ANSWERING:
        return {"proposal": _proposal(contract, ANSWERING[action], by, own=action.startswith("withdraw"))}
    if action in OF_DISPUTES:
        return OF_DISPUTES[action](contract, choose, by)
    maker = MAKERS.get(action)
    return maker(contract, choose) if maker else {}


def _money(contract: Contract, amount: int) -> str:
    return Money(amount, contract.currency).decimal


def _milestone(*statuses: MilestoneStatus, **more: object) -> Callable[[Contract, Chooser], Params]:
    def make(contract: Contract, choose: Chooser) -> Params:
        fitting = [m.id for m in contract.milestones if m.status in statuses and not contract.is_frozen(m)]
        return {"milestone": choose.one_of(fitting or [m.id for m in contract.milestones] or ["none"]), **more}

    return make


def _fund(contract: Contract, choose: Chooser) -> Params:
    """What is funded and was raised can always be; another one where there is room."""
    raised = [m.id for m in contract.milestones if m.to_fund and m.escrow]
    unfunded = [m.id for m in contract.milestones if m.status == MilestoneStatus.UNFUNDED]
    return {"milestone": choose.one_of(raised or unfunded or [m.id for m in contract.milestones] or ["none"])}


def _in_review(contract: Contract, choose: Chooser) -> Params:
    """Work in review for which changes can be asked for still."""
    rounds = contract.change_rounds
    handed_in = [m for m in contract.milestones if m.status == MilestoneStatus.SUBMITTED]
    free = [m for m in handed_in if not contract.is_frozen(m)]
    left = [m.id for m in free if rounds is None or m.changes < rounds]
    return {"milestone": choose.one_of(left or [m.id for m in contract.milestones] or ["none"]), "note": "Not yet."}


def _approve(contract: Contract, choose: Chooser) -> Params:
    params = _milestone(*HOLDING)(contract, choose)
    escrow = contract.free(contract.milestone(params["milestone"])) if contract.milestones else 0
    if escrow and choose.one_of([True, False]):
        params["amount"] = _money(contract, choose.number(1, escrow))
    return params


def _end(contract: Contract, choose: Chooser) -> Params:
    part = {"release": _money(contract, choose.number(0, contract.free_escrow))}
    return {"reason": "completed", "escrow": choose.one_of([part, "release", "refund"])}


def _decline_refund(contract: Contract, choose: Chooser, by: Role) -> Params:
    """Escrow's, unless its contest was taken back."""
    del choose
    escrow = (ProposalKind.ESCROW_REFUND,) if disputable_escrow(contract, by) else ()
    return {"proposal": _proposal(contract, (*escrow, ProposalKind.REFUND), by, own=False)}


def _proposal(contract: Contract, kinds: tuple[ProposalKind, ...], by: Role, *, own: bool) -> str:
    found = [p for p in contract.proposals if p.kind in kinds and (p.by == by) == own]
    return min(found, key=lambda p: kinds.index(p.kind)).id if found else "none"


def _terms(contract: Contract, choose: Chooser) -> Params:
    """Another scope, and other prices where they can be others, none below what was paid."""
    listed = [
        {"id": m.id, "title": m.title, "amount": _money(contract, _price(contract, m, choose))}
        | ({"due": m.due.isoformat()} if m.due else {})
        for m in contract.milestones
        if m.status != MilestoneStatus.UNFUNDED or len(contract.milestones) == 1 or choose.one_of([True, False])
    ]
    new = [{"title": "More of it", "amount": _money(contract, choose.number(1, 500))}]
    milestones = {"milestones": listed + choose.one_of([[], new]) or new} if choose.one_of([True, False]) else {}
    figures = choose.one_of([{}, {"change_rounds": 1}, {"review_days": 3}, {"change_rounds": "unlimited"}])
    scope = {"note": "As we said.", "description": f"Scope {contract.version}"}
    return scope | (milestones | figures if contract.kind == "fixed" else {})


def _price(contract: Contract, milestone: Milestone, choose: Chooser) -> int:
    if milestone.status in (MilestoneStatus.PAID, MilestoneStatus.REFUNDED):
        return milestone.amount
    return min(
        choose.number(max(milestone.paid + contract.frozen(milestone.id), 1), milestone.amount + 10), 999_999_999
    )


def _cancellation(contract: Contract, choose: Chooser) -> Params:
    return {"note": "It cannot be done.", "release": _money(contract, choose.number(0, contract.escrow))}


def _request_refund(contract: Contract, choose: Chooser) -> Params:
    del choose
    return {"amount": _money(contract, 1), "note": "It does not work."}


def _reopening(contract: Contract, choose: Chooser) -> Params:
    del contract, choose
    return {"note": "There is more to do."}


def _pay(contract: Contract, choose: Chooser) -> Params:
    amount = choose.one_of([7, 1, 15, 333, 1_999, 999_999_999])
    return {"amount": _money(contract, amount), "note": "Thank you."}


def _set_weekly_limit(contract: Contract, choose: Chooser) -> Params:
    last = contract.hourly[-1].limit_hours if contract.hourly else None
    return {"hours": choose.one_of([hours for hours in (0, 1, 5, 168) if hours != last])}


def _dispute_hours(contract: Contract, choose: Chooser) -> Params:
    """Of the first week in review: some minutes, or segments one by one."""
    for week in contract.weeks:
        open_to_it = list(slots(week.billed & ~week.decided))
        if week.status == WeekStatus.IN_REVIEW and open_to_it and not week.disputed:
            count = choose.number(1, len(open_to_it))
            of_week = {"week": week.start.isoformat(), "reason": "Nothing was done."}
            if choose.one_of([True, False]):
                return {**of_week, "minutes": 10 * count}
            begin = choose.number(0, len(open_to_it) - count)
            chosen = open_to_it[begin : begin + count]
            return {**of_week, "segments": [slot_begins(week.start, slot).isoformat() for slot in chosen]}
    return {"week": "2026-11-02", "reason": "Nothing was done.", "minutes": 10}


def _hours_disputed(contract: Contract, choose: Chooser) -> Params:
    del choose
    asked = contract.proposal(ProposalKind.HOURS_DISPUTE)
    return {"proposal": asked.id if asked else "none"}


# Disputes


def _in_dispute(contract: Contract, choose: Chooser) -> str:
    """An amount that every open dispute is about."""
    return _money(contract, choose.number(0, min((d.amount for d in contract.open_disputes), default=0)))


def _open_dispute(contract: Contract, choose: Chooser, by: Role) -> Params:
    """About escrow where that is open to the side; else about what was paid."""
    about = "refund" if escrow_cannot_be_disputed(contract, by) else "escrow"
    if about == "refund" or choose.one_of([True, False]):
        return {"reason": "It is not what we said.", "about": about}
    amount = choose.number(1, disputable_escrow(contract, by))
    release = choose.number(0, amount)
    parts = {"amount": _money(contract, amount), "release": _money(contract, release)}
    return {"reason": "It is not what we said.", "about": about, **parts}


def _answer_dispute(contract: Contract, choose: Chooser, by: Role) -> Params:
    del by
    named = {"release": _in_dispute(contract, choose)} if choose.one_of([False, True]) else {}
    return {"note": "I see it otherwise.", **named}


def _offer_settlement(contract: Contract, choose: Chooser, by: Role) -> Params:
    del by
    return {"release": _in_dispute(contract, choose), "note": "Let us be done with it."}


def _rule(contract: Contract, choose: Chooser, by: Role) -> Params:
    del by
    return {"release": _in_dispute(contract, choose), "reason": "The files were there."}


def _accept_settlement(contract: Contract, choose: Chooser, by: Role) -> Params:
    del choose
    found = [p.id for p in contract.proposals if p.kind == ProposalKind.SETTLEMENT and p.by != by]
    return {"proposal": found[0] if found else "none"}


def _accept_split(contract: Contract, choose: Chooser, by: Role) -> Params:
    del choose
    accepted = [dispute.id for dispute in contract.open_disputes if by in dispute.accepted_by]
    found = [p.id for p in contract.proposals if p.kind == ProposalKind.SPLIT and p.about not in accepted]
    return {"proposal": found[0] if found else "none"}


def _extend_clock(contract: Contract, choose: Chooser, by: Role) -> Params:
    waiting = [
        clock
        for clock in clocks(contract)
        if clock.action in EXTENDABLE and clock.asked and by not in clock.asked and clock.key not in contract.extended
    ]
    return {"clock": choose.one_of([clock.subject or clock.action for clock in waiting] or ["offer_expires"])}


def _note(contract: Contract, choose: Chooser, by: Role) -> Params:
    del contract, choose, by
    return {"note": "Look again."}


def _give_refund(contract: Contract, choose: Chooser) -> Params:
    del choose
    return {"amount": _money(contract, 1), "note": "Sorry."}


def _feedback(contract: Contract, choose: Chooser) -> Params:
    del contract
    return {"stars": {category: choose.number(1, 5) for category in CATEGORIES}, "comment": "So it was."}


def _leave_feedback(contract: Contract, choose: Chooser) -> Params:
    private = choose.one_of([{}, {"private_score": choose.number(0, 10), "private_reason": "Between us."}])
    return _feedback(contract, choose) | private


def _respond_feedback(contract: Contract, choose: Chooser) -> Params:
    del contract, choose
    return {"comment": "I see it otherwise."}


MAKERS: dict[str, Callable[[Contract, Chooser], Params]] = {
    "fund": _fund,
    "submit": _milestone(*HOLDING, note="It is all there."),
    "request_changes": _in_review,
    "approve": _approve,
    "end": _end,
    "propose_terms": _terms,
    "propose_cancellation": _cancellation,
    "request_refund": _request_refund,
    "propose_reopening": _reopening,
    "dispute_hours": _dispute_hours,
    "accept_hours_dispute": _hours_disputed,
    "contest_hours_dispute": _hours_disputed,
    "withdraw_hours_dispute": _hours_disputed,
    "set_weekly_limit": _set_weekly_limit,
    "pay": _pay,
    "give_refund": _give_refund,
    "leave_feedback": _leave_feedback,
    "respond_feedback": _respond_feedback,
    "edit_feedback": _feedback,
}

ANSWERING = {
    "accept_terms": (ProposalKind.TERMS,),
    "decline_terms": (ProposalKind.TERMS,),
    "withdraw_terms": (ProposalKind.TERMS,),
    "accept_cancellation": (ProposalKind.CANCELLATION,),
    "decline_cancellation": (ProposalKind.CANCELLATION,),
    "withdraw_cancellation": (ProposalKind.CANCELLATION,),
    "accept_refund": (ProposalKind.ESCROW_REFUND, ProposalKind.REFUND),
    "withdraw_refund": (ProposalKind.REFUND,),
    "accept_reopening": (ProposalKind.REOPENING,),
    "decline_reopening": (ProposalKind.REOPENING,),
    "withdraw_reopening": (ProposalKind.REOPENING,),
}
"""What answers or takes back a proposal, of which kinds."""


def _charge_disputed(contract: Contract, choose: Chooser, by: Role) -> Params:
    del choose, by
    paid_for = [{"amount": _money(contract, m.amount), "milestone": m.id} for m in contract.milestones]
    return {"charge": "charge-1", "amount": _money(contract, 1), "fee": "0"} | (paid_for[0] if paid_for else {})


def _bank_decides(contract: Contract, choose: Chooser, by: Role) -> Params:
    del choose, by
    undecided = [one.charge for one in contract.chargebacks if one.status == "open"]
    return {"charge": undecided[0] if undecided else "none"}


OF_DISPUTES: dict[str, Callable[[Contract, Chooser, Role], Params]] = {
    "open_dispute": _open_dispute,
    "decline_refund": _decline_refund,
    "answer_dispute": _answer_dispute,
    "offer_settlement": _offer_settlement,
    "accept_settlement": _accept_settlement,
    "extend_clock": _extend_clock,
    "ask": _note,
    "propose_split": _rule,
    "accept_split": _accept_split,
    "decide": _rule,
    "appeal": _note,
    "charge_disputed": _charge_disputed,
    "chargeback_won": _bank_decides,
    "chargeback_lost": _bank_decides,
}
