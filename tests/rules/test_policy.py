"""The default figures are those of the rulebook."""

from __future__ import annotations

from dataclasses import fields

import pytest

from amicable.rules.feedback import CATEGORIES
from amicable.rules.policy import DEFAULT, Policy, days

RULEBOOK = {
    "offer_expiry_days": 7,
    "milestone_min_minor": 1,
    "milestones_funded_at_once": 1,
    "submission_release_days": 14,
    "security_hold_days": 5,
    "escrow_refund_answer_days": 7,
    "dispute_answer_days": 5,
    "dispute_recommendation_days": 2,
    "dispute_ruling_days": 10,
    "dispute_appeal_days": 3,
    "released_mediation_days": 30,
    "refund_window_days": 180,
    "payment_after_end_days": 365,
    "reopening_days": 30,
    "small_claim_idle_days": 14,
    "reminder_days": (1, 3, 5, 6, 7),
    "dormant_notice_days": (76, 83),
    "dormant_days": 90,
    "dormant_client_days": 7,
    "dormant_freelancer_days": 7,
    "dormant_answer_days": 14,
    "segment_minutes": 10,
    "hours_dispute_answer_days": 3,
    "hours_dispute_decision_days": 1,
    "feedback_window_days": 14,
    "feedback_response_days": 28,
    "feedback_change_days": 14,
    "feedback_min_paid_minor": 100,
    "mid_contract_feedback_days": 30,
    "mid_contract_feedback_request_days": 14,
    "standing_windows_months": (6, 12, 24),
    "standing_min_contracts": 2,
    "standing_min_clients": 2,
    "freelancer_fee_bp": 1_000,
    "client_fee_bp": 500,
    "contract_initiation_fee_minor": 0,
}

PUBLISHED = {
    "feedback_weights": (20, 25, 10, 20, 15, 10),
    "standing_good_from": 400,
    "standing_bad_below": 300,
    "standing_private_low": 4,
    "standing_private_high": 7,
    "standing_value_steps": (250, 1_000),
    "standing_value_weights": (1_000, 1_250, 1_500),
    "standing_quarters_max": 8,
    "standing_hours_disputes": 3,
}
"""What the rulebook leaves to the operator, who tells it to everybody."""


@pytest.mark.parametrize(("figure", "value"), [*RULEBOOK.items(), *PUBLISHED.items()])
def test_a_new_operator_gets_the_figures_that_people_know(figure: str, value: object) -> None:
    assert getattr(DEFAULT, figure) == value


def test_the_week_locks_on_monday_noon_is_reviewed_to_friday_and_can_be_withdrawn_on_wednesday() -> None:
    monday_noon, end_of_friday, wednesday = 7 * 24 + 12, 7 * 24 + 5 * 24, 14 * 24 + 2 * 24
    assert DEFAULT.week_lock_hours == monday_noon
    assert DEFAULT.week_review_ends_hours == end_of_friday
    assert DEFAULT.week_available_hours == wednesday


def test_every_figure_is_checked_here() -> None:
    hours = {"week_lock_hours", "week_review_ends_hours", "week_available_hours"}
    ours = {"version", "milestones_max", "small_claim_minor", "dispute_alone_days", "reminder_before_end_hours"}
    assert {field.name for field in fields(Policy)} == set(RULEBOOK) | set(PUBLISHED) | hours | ours


def test_the_weights_of_the_categories_are_percent() -> None:
    assert len(DEFAULT.feedback_weights) == len(CATEGORIES)
    assert sum(DEFAULT.feedback_weights) == 100


def test_a_day_is_24_hours() -> None:
    assert days(7).total_seconds() == 7 * 24 * 3600
