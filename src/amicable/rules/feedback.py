"""Feedback: who may read it when, what it comes to, and what is marked on it.

RULEBOOK section 6, rows 8, 17 and 24 of the first table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from amicable.rules.contract import Contract, Status
from amicable.rules.money import exponent
from amicable.rules.parts import Feedback, Role
from amicable.rules.past import last_settled_at, rulings
from amicable.rules.policy import Policy, days

CATEGORIES = ("skills", "quality", "availability", "deadlines", "communication", "cooperation")
MOST_STARS = 5
MOST_PRIVATE = 10


class Mark(StrEnum):
    """A fact about the contract that is told beside every review of it."""

    MONEY_RETURNED = "money_returned"
    DISPUTED = "disputed"
    DECLINED_CHANGE_ORDER = "declined_change_order"


def readable(contract: Contract, side: Role, reader: Role | None) -> Feedback | None:
    """What `side` left, if `reader` may know of it: its author at any time, anybody else (None too) once it is open."""
    feedback = contract.feedback_by(side)
    if feedback and (feedback.opened_at or reader == side):
        return feedback
    return None


def received(contract: Contract, side: Role) -> Feedback | None:
    """What the other side said of `side`, once it is open."""
    return readable(contract, side.other, None)


def marks(contract: Contract) -> tuple[Mark, ...]:
    """What is told beside the contract's reviews. A refund changes no review; that money was returned is said."""
    facts = {
        Mark.MONEY_RETURNED: contract.refunded > 0,
        Mark.DISPUTED: bool(rulings(contract)),
        Mark.DECLINED_CHANGE_ORDER: contract.record.declined_terms,
    }
    return tuple(mark for mark, holds in facts.items() if holds)


def rating(stars: Sequence[int], policy: Policy) -> int:
    """The six categories by their published weights, in hundredths of a star: 100 to 500."""
    return sum(weight * count for weight, count in zip(policy.feedback_weights, stars, strict=True))


def tell_rating(hundredths: int) -> str:
    """`4.65`."""
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def least_paid(contract: Contract) -> int:
    """From which payment on, in minor units, reviews stand on the public profiles: 1.00 in the contract's currency."""
    unit: int = 10 ** exponent(contract.currency)
    return contract.policy.feedback_min_paid_minor * unit // 100


def is_shown_to_all(contract: Contract) -> bool:
    """Whether enough was ever paid, refunds not taken off, for reviews to stand on the public profiles."""
    return contract.record.paid >= least_paid(contract)


def closes_at(contract: Contract) -> datetime | None:
    """Until when feedback can be left; None before the contract has ended."""
    return contract.ended_at and contract.ended_at + days(contract.policy.feedback_window_days)


def opens_at(contract: Contract) -> datetime | None:
    """When what is sealed opens: at once when both have left theirs, else at the end of the window, and never while
    a dispute is open. None when nothing is sealed, or when that is not known yet."""
    sealed = [feedback for feedback in contract.feedback if not feedback.opened_at]
    if not sealed:
        return None
    window = closes_at(contract)
    if window is None or contract.status != Status.ENDED or contract.dispute:
        return None
    at = max(feedback.left_at for feedback in sealed) if len(contract.feedback) > 1 else window
    settled = last_settled_at(contract)
    return max(at, settled) if settled else at


def may_be_sealed(contract: Contract, at: datetime) -> bool:
    """Whether there could be sealed feedback, by what both sides know: it is the same whether there is any or not."""
    until = closes_at(contract)
    is_open = any(feedback.opened_at for feedback in contract.feedback)
    return until is not None and not is_open and (at < until or contract.dispute is not None)


def can_answer_until(contract: Contract, feedback: Feedback) -> datetime:
    """Until when the one who received it can answer: 28 days from the end, or 14 from the opening if that is later."""
    assert contract.ended_at is not None, "there is feedback only on what has ended"
    assert feedback.opened_at is not None, "nobody answers what they cannot read"
    policy = contract.policy
    return max(
        contract.ended_at + days(policy.feedback_response_days),
        feedback.opened_at + days(policy.feedback_window_days),
    )


def can_edit_until(contract: Contract, feedback: Feedback) -> datetime | None:
    """Until when its author can change it; None where it is not unlocked."""
    return feedback.unlocked_at and feedback.unlocked_at + days(contract.policy.feedback_change_days)
