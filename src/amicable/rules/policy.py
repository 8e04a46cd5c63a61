"""The operator's figures. Every figure of RULEBOOK section 0 is a field; a contract keeps the version it began with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the figures. Days are 24 hours from the event; fees are in basis points (hundredths of a percent).

    RULEBOOK section 0 and "Exact windows".
    """

    version: int = 1

    # Offers and milestones
    offer_expiry_days: int = 7
    milestone_min_minor: int = 1
    milestones_funded_at_once: int = 1
    milestones_max: int = 100
    submission_release_days: int = 14

    # Money that has been paid
    security_hold_days: int = 5
    refund_window_days: int = 180
    payment_after_end_days: int = 365

    # Endings and disputes
    escrow_refund_answer_days: int = 7
    dispute_answer_days: int = 5
    dispute_ruling_days: int = 10
    dispute_alone_days: int = 30
    """Within so many days there is a ruling although one side goes on to speak, if nobody else says a word."""
    dispute_appeal_days: int = 3
    dispute_recommendation_days: int = 2
    released_mediation_days: int = 30
    reopening_days: int = 30
    small_claim_minor: int = 10_000
    small_claim_idle_days: int = 14

    # Reminders: on these days of a clock, counted from 1, and always so long before it ends
    reminder_days: tuple[int, ...] = (1, 3, 5, 6, 7)
    reminder_before_end_hours: int = 24

    # Dormant escrow
    dormant_notice_days: tuple[int, int] = (76, 83)
    dormant_days: int = 90
    dormant_client_days: int = 7
    dormant_freelancer_days: int = 7
    dormant_answer_days: int = 14

    # Hours: the week is Monday 00:00 to Sunday 23:59:59 UTC; these count from its Monday 00:00
    segment_minutes: int = 10
    week_lock_hours: int = 7 * 24 + 12
    week_review_ends_hours: int = 12 * 24
    week_available_hours: int = 16 * 24
    hours_dispute_answer_days: int = 3
    hours_dispute_decision_days: int = 1

    # Feedback
    feedback_window_days: int = 14
    feedback_response_days: int = 28
    feedback_change_days: int = 14
    feedback_min_paid_minor: int = 100
    feedback_weights: tuple[int, ...] = (20, 25, 10, 20, 15, 10)
    """Percent, in the order of `rules.feedback.CATEGORIES`: together 100."""
    mid_contract_feedback_days: int = 30
    mid_contract_feedback_request_days: int = 14

    # Standing
    standing_windows_months: tuple[int, int, int] = (6, 12, 24)
    standing_min_contracts: int = 2
    standing_min_clients: int = 2
    standing_good_from: int = 400
    """Hundredths of a star: from here on feedback is good."""
    standing_bad_below: int = 300
    """Hundredths of a star: below this feedback is bad."""
    standing_private_low: int = 4
    """A private score up to this contradicts good stars."""
    standing_private_high: int = 7
    """A private score from this on contradicts bad stars."""
    standing_value_steps: tuple[int, int] = (250, 1_000)
    """Whole units of the currency, hundreds of them where it has no decimals: up to the first a contract weighs the
    first of the weights, up to the second the second, above it the third."""
    standing_value_weights: tuple[int, int, int] = (1_000, 1_250, 1_500)
    """Thousandths."""
    standing_quarters_max: int = 8
    standing_hours_disputes: int = 3
    """A client who disputed hours so often on one contract goes one step down."""
    """A contract weighs once for each three months in which something was paid, at most so often."""

    # Fees
    freelancer_fee_bp: int = 1_000
    client_fee_bp: int = 500
    contract_initiation_fee_minor: int = 0


DEFAULT = Policy()


def days(count: int) -> timedelta:
    """`count` times 24 hours: windows are exact, not cut at midnight."""
    return timedelta(days=count)


def before_the_end(end: datetime, policy: Policy) -> datetime:
    """When people are reminded for the last time of what ends at `end`."""
    return end - timedelta(hours=policy.reminder_before_end_hours)
