"""The one clock that runs on an open dispute, by where it stands. RULEBOOK section 5 and row 1 of the first table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from amicable.rules.contract import Contract
from amicable.rules.dispute import About, Dispute, DisputeStatus, Ruling
from amicable.rules.mediators import mediators_of
from amicable.rules.outcome import Clock
from amicable.rules.parts import Role
from amicable.rules.policy import days
from amicable.rules.wording import Sentence, say

ENDS_BY_ITSELF = ("dispute_unanswered", "ruling_takes_effect", "ruling_overdue", "appeal_overdue", "small_claim_idle")
"""How a dispute comes to its end by itself."""

BOTH = (Role.CLIENT, Role.FREELANCER)


def dispute_clock(contract: Contract, dispute: Dispute) -> Clock:
    """What happens by itself on the dispute, and when."""
    which = {"dispute": dispute.id}
    if dispute.status == DisputeStatus.OPEN:
        asked, text = (dispute.opened_by.other,), _unanswered(contract, dispute)
        return Clock(dispute.answer_by, "dispute_unanswered", text, which, since=dispute.opened_at, asked=asked)
    if dispute.ruling:
        text = _takes_effect(contract, dispute, dispute.ruling)
        at = dispute.ruling.takes_effect_at
        return Clock(at, "ruling_takes_effect", text, which, since=dispute.ruling.at, asked=BOTH)
    overdue_at = _overdue_at(contract, dispute)
    idle_at = idle_since(contract, dispute)
    if idle_at and idle_at <= overdue_at and not dispute.appeal:
        idle = Clock(idle_at, "small_claim_idle", _idle(contract, dispute), which, since=dispute.moved_at)
        return replace(idle, asked=(*BOTH, Role.MEDIATOR), mediators=mediators_of(dispute))
    action, text = _ruling_awaited(contract, dispute)
    return Clock(
        overdue_at,
        action,
        text,
        which,
        since=dispute.last_said_at,
        asked=(*(side for side in BOTH if dispute.is_asked(side)), Role.MEDIATOR),
        mediators=mediators_of(dispute),
    )


def _ruling_awaited(contract: Contract, dispute: Dispute) -> tuple[str, Sentence]:
    if dispute.appeal:
        return "appeal_overdue", _stands(contract, dispute, dispute.appeal.ruling)
    return "ruling_overdue", _no_ruling(contract, dispute)


def _overdue_at(contract: Contract, dispute: Dispute) -> datetime:
    """So long after the last statement; one side alone cannot put it off for ever by what it says."""
    at = dispute.last_said_at + days(contract.policy.dispute_ruling_days)
    alone = dispute.alone_since
    return min(at, alone + days(contract.policy.dispute_alone_days)) if alone else at


def idle_since(contract: Contract, dispute: Dispute) -> datetime | None:
    """When a small claim in which both have named an amount is split, if neither moves; None where it is none."""
    both_named = dispute.client_claim is not None and dispute.freelancer_claim is not None
    if not both_named or dispute.moved_at is None or dispute.amount > contract.policy.small_claim_minor:
        return None
    return dispute.moved_at + days(contract.policy.small_claim_idle_days)


def division(contract: Contract, dispute: Dispute, released: int) -> Sentence:
    """How the sum would be divided."""
    of_bank = "{released} is {freelancer}'s, {returned} covers what {client}'s bank has taken back, with the fee on it."
    if dispute.about == About.REFUND:
        template = "{released} stays with {freelancer}, {returned} goes back to {client}'s card with the fee on it."
    else:
        template = (
            "{released} goes to {freelancer} before the service fee, {returned} back to {client}'s card with its fee."
        )
    return _say(contract, dispute, released, template, of_bank)


def _say(contract: Contract, dispute: Dispute, released: int, template: str, of_bank: str) -> Sentence:
    """The template, or what is to be said where the client's bank has taken the money back already."""
    money, returned = contract.money, dispute.amount - released
    if dispute.taken_from and dispute.taken < returned:
        partly = f"{template} Of that {{taken}} covers what {{client}}'s bank has taken back instead."
        return say(partly, released=money(released), returned=money(returned), taken=money(dispute.taken))
    return say(of_bank if dispute.at_bank else template, released=money(released), returned=money(returned))


def _unanswered(contract: Contract, dispute: Dispute) -> Sentence:
    by_default = dispute.by_default
    of_bank = "Unless {freelancer} answers the dispute before, {returned} covers what {client}'s bank has taken back."
    if dispute.opened_by == Role.FREELANCER:
        if dispute.about == About.REFUND:
            template = "Unless {client} answers the dispute before, {released} stays with {freelancer}."
        else:
            template = "Unless {client} answers the dispute before, {released} is released to {freelancer}."
        part = " {returned} goes back to {client}'s card." if by_default < dispute.amount else ""
    else:
        template = "Unless {freelancer} answers the dispute before, {returned} goes back to {client}'s card."
        part = " {released} is {freelancer}'s." if by_default else ""
    return _say(contract, dispute, by_default, template + part, of_bank + part)


def _takes_effect(contract: Contract, dispute: Dispute, ruling: Ruling) -> Sentence:
    return _say(
        contract,
        dispute,
        ruling.release,
        "The ruling takes effect unless one of the two appeals before: {released} is {freelancer}'s, {returned} goes "
        "back to {client}'s card.",
        "The ruling takes effect unless one of the two appeals before: {released} is {freelancer}'s, {returned} covers "
        "what {client}'s bank has taken back.",
    )


def _stands(contract: Contract, dispute: Dispute, ruling: Ruling) -> Sentence:
    return _say(
        contract,
        dispute,
        ruling.release,
        "Unless another mediator rules before, the first ruling takes effect: {released} is {freelancer}'s, {returned} "
        "goes back to {client}'s card.",
        "Unless another mediator rules before, the first ruling takes effect: {released} is {freelancer}'s, {returned} "
        "covers what {client}'s bank has taken back.",
    )


def _idle(contract: Contract, dispute: Dispute) -> Sentence:
    return _say(
        contract,
        dispute,
        dispute.middle,
        "Unless one of the two names another amount before, this small claim is split in the middle of the two: "
        "{released} is {freelancer}'s, {returned} goes back to {client}'s card.",
        "Unless one of the two names another amount before, this small claim is split in the middle of the two: "
        "{released} is {freelancer}'s, {returned} covers what {client}'s bank has taken back.",
    )


def _no_ruling(contract: Contract, dispute: Dispute) -> Sentence:
    return _say(
        contract,
        dispute,
        dispute.middle,
        "Unless a mediator rules before, the sum in dispute is divided in the middle of the two claims: {released} is "
        "{freelancer}'s, {returned} goes back to {client}'s card.",
        "Unless a mediator rules before, the sum in dispute is divided in the middle of the two claims: {released} is "
        "{freelancer}'s, {returned} covers what {client}'s bank has taken back.",
    )
