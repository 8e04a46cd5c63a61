"""The form of a change of terms: the terms as they are, to be written over."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import count, takewhile
from typing import Any

from django.http import QueryDict

from amicable.rules.contract import Contract
from amicable.rules.params import UNLIMITED
from amicable.rules.parts import Milestone, MilestoneStatus
from amicable.web.offer_form import UNWRITTEN

WHOLE_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)
_DONE = (MilestoneStatus.PAID, MilestoneStatus.REFUNDED)


@dataclass(frozen=True, slots=True)
class TermsRow:
    """A milestone on the list as it was typed; one that is there already has its id."""

    id: str = ""
    title: str = ""
    amount: str = ""
    due: str = ""

    @classmethod
    def read(cls, data: QueryDict, row: int) -> TermsRow:
        """The milestone in that row, counted from 0."""
        return cls(*(data.get(f"milestones.{row}.{name}", "").strip() for name in ("id", "title", "amount", "due")))

    @classmethod
    def of(cls, milestone: Milestone, contract: Contract) -> TermsRow:
        """The milestone as it is."""
        due = milestone.due.isoformat() if milestone.due else ""
        return cls(milestone.id, milestone.title, contract.money(milestone.amount).decimal, due)

    @property
    def listed(self) -> dict[str, str]:
        """The milestone as the rules take it."""
        parts = {"id": self.id, "title": self.title, "amount": self.amount, "due": self.due}
        return {name: value for name, value in parts.items() if value or name in ("title", "amount")}


@dataclass(frozen=True, slots=True)
class TermsForm:
    """Everything that was typed."""

    note: str = ""
    description: str = ""
    change_rounds: str = ""
    review_days: str = ""
    rate: str = ""
    weekly_limit_hours: str = ""
    rows: tuple[TermsRow, ...] = ()

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
            rows=tuple(TermsRow.of(milestone, contract) for milestone in contract.milestones),
        )

    @classmethod
    def read(cls, data: QueryDict) -> TermsForm:
        """The form as it was sent."""
        names = ("note", "description", "change_rounds", "review_days", "rate", "weekly_limit_hours")
        said = {name: data.get(name, "").strip().replace("\r\n", "\n") for name in names}
        rows = takewhile(lambda row: f"milestones.{row}.title" in data, count())
        return cls(**said, rows=tuple(TermsRow.read(data, row) for row in rows))

    def with_row(self) -> TermsForm:
        """One milestone more."""
        return replace(self, rows=(*self.rows, TermsRow()))

    def without_row(self, position: str) -> TermsForm:
        """One milestone less."""
        return replace(self, rows=tuple(row for number, row in enumerate(self.rows) if str(number) != position))

    def params(self, contract: Contract) -> dict[str, Any]:
        """The parameters of the proposal, as the rules take them."""
        common = {"note": self.note, "description": self.description}
        if contract.kind == "hourly":
            return common | {"rate": self.rate, "weekly_limit_hours": _number(self.weekly_limit_hours, UNLIMITED)}
        rows = [row.listed for row in self.rows if row != TermsRow()]
        days = contract.days_of_review
        review = {} if self.review_days == str(days) else {"review_days": _number(self.review_days, str(days))}
        return common | {"milestones": rows, "change_rounds": _number(self.change_rounds, UNLIMITED)} | review

    def look(self, contract: Contract) -> dict[str, Any]:
        """The same before the note is written: what it comes to does not depend on it."""
        return self.params(contract) | {"note": self.note or UNWRITTEN}


def _number(text: str, empty: str) -> int | str:
    return int(text) if WHOLE_NUMBER.fullmatch(text) else text or empty


def is_done(row: TermsRow, contract: Contract) -> bool:
    """Whether the milestone stays as it is."""
    return any(milestone.id == row.id and milestone.status in _DONE for milestone in contract.milestones)


def can_go(row: TermsRow, contract: Contract) -> bool:
    """Whether the milestone can be left out: it is new, or was never funded."""
    unfunded = [milestone.id for milestone in contract.milestones if milestone.status == MilestoneStatus.UNFUNDED]
    return not row.id or row.id in unfunded
