"""The form of a change of terms: the terms as they are, to be written over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from amicable.rules.contract import Contract
from amicable.rules.params import UNLIMITED
from amicable.rules.parts import Milestone, MilestoneStatus
from amicable.web.typed import UNWRITTEN, Row, filled, read_rows, whole_number, without

_DONE = (MilestoneStatus.PAID, MilestoneStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class TermsForm:
    """Everything that was typed."""

    note: str = ""
    description: str = ""
    change_rounds: str = ""
    review_days: str = ""
    rate: str = ""
    weekly_limit_hours: str = ""
    rows: tuple[Row, ...] = ()

    @classmethod
    def of(cls, contract: Contract) -> TermsForm:
        """The terms as they are."""
        terms = contract.terms
        return cls(
            description=terms.description,
            change_rounds="" if terms.change_rounds is None else str(terms.change_rounds),
            review_days=str(contract.days_of_review),
            rate="" if terms.rate is None else contract.money(terms.rate).decimal,
            weekly_limit_hours="" if terms.weekly_limit_hours is None else str(terms.weekly_limit_hours),
            rows=tuple(_row_of(milestone, contract) for milestone in contract.milestones),
        )

    @classmethod
    def read(cls, data: QueryDict) -> TermsForm:
        """The form as it was sent."""
        names = ("note", "description", "change_rounds", "review_days", "rate", "weekly_limit_hours")
        said = {name: data.get(name, "").strip().replace("\r\n", "\n") for name in names}
        return cls(**said, rows=read_rows(data))

    def with_row(self) -> TermsForm:
        """One milestone more."""
        return replace(self, rows=(*self.rows, Row()))

    def without_row(self, position: str) -> TermsForm:
        """One milestone less."""
        return replace(self, rows=without(self.rows, position))

    def params(self, contract: Contract) -> dict[str, Any]:
        """The parameters of the proposal, as the rules take them."""
        common = {"note": self.note, "description": self.description}
        if contract.kind == "hourly":
            limit = whole_number(self.weekly_limit_hours or UNLIMITED)
            return common | {"rate": self.rate, "weekly_limit_hours": limit}
        rows = [row.terms for row in filled(self.rows)]
        days = contract.days_of_review
        review = {} if self.review_days == str(days) else {"review_days": whole_number(self.review_days or str(days))}
        return common | {"milestones": rows, "change_rounds": whole_number(self.change_rounds or UNLIMITED)} | review

    def look(self, contract: Contract) -> dict[str, Any]:
        """The same before the note is written: what it comes to does not depend on it."""
        return self.params(contract) | {"note": self.note or UNWRITTEN}


def _row_of(milestone: Milestone, contract: Contract) -> Row:
    due = milestone.due.isoformat() if milestone.due else ""
    return Row(milestone.title, contract.money(milestone.amount).decimal, due, milestone.id)


def is_done(row: Row, contract: Contract) -> bool:
    """Whether the milestone stays as it is."""
    return any(milestone.id == row.id and milestone.status in _DONE for milestone in contract.milestones)


def can_go(row: Row, contract: Contract) -> bool:
    """Whether the milestone can be left out: it is new, or was never funded."""
    unfunded = [milestone.id for milestone in contract.milestones if milestone.status == MilestoneStatus.UNFUNDED]
    return not row.id or row.id in unfunded
