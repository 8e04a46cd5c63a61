"""Stars as people give them: a row of five for each category, with what it weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amicable.rules.contract import Contract
from amicable.rules.feedback import CATEGORIES, MOST_STARS
from amicable.rules.parts import Feedback

MEANINGS = {
    "skills": "What they know and can do",
    "quality": "What came of the work",
    "availability": "Being there when needed",
    "deadlines": "Keeping to dates",
    "communication": "Being clear and answering",
    "cooperation": "Working together",
}


@dataclass(frozen=True, slots=True)
class StarRow:
    """One category: its weight in percent and the stars that are given, None as long as none are."""

    category: str
    field: str
    meaning: str
    weight: int
    given: int | None

    @property
    def choices(self) -> range:
        """One star to five."""
        return range(1, MOST_STARS + 1)


def read(name: str, said: Mapping[str, str]) -> dict[str, int]:
    """The stars that a form gives, category by category; those that it leaves out are not there."""
    given = {category: said.get(_field(name, category), "") for category in CATEGORIES}
    return {category: int(count) for category, count in given.items() if count.isdecimal() and len(count) == 1}


def rows(name: str, contract: Contract, stars: Mapping[str, int]) -> tuple[StarRow, ...]:
    """The rows of a form."""
    weights = dict(zip(CATEGORIES, contract.policy.feedback_weights, strict=True))
    return tuple(StarRow(c, _field(name, c), MEANINGS[c], weights[c], stars.get(c)) for c in CATEGORIES)


def fields(name: str, stars: Mapping[str, int]) -> dict[str, str]:
    """The same as the fields of a form."""
    return {_field(name, category): str(count) for category, count in stars.items()}


def of(feedback: Feedback) -> dict[str, int]:
    """The stars of feedback, category by category."""
    return dict(zip(CATEGORIES, feedback.stars, strict=True))


def _field(name: str, category: str) -> str:
    return f"{name}-{category}"
