"""From what a page was made, so that its button does what was shown or asks again and says what changed meanwhile."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amicable.contracts.history import history
from amicable.rules.contract import Contract
from amicable.rules.week import hours_text, minutes_of
from amicable.web.outcome import People, show

_SEEN = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9})\.([0-9]{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Seen:
    """The version of a contract and, where hours are on the page, its diary's too."""

    version: int = -1
    """One that nobody has seen where a form names none."""
    diary: int | None = None
    minutes: int = 0
    """How much was logged in the weeks that are not settled."""

    @classmethod
    def of(cls, contract: Contract) -> Seen:
        """What there is to be seen."""
        if contract.kind != "hourly":
            return cls(contract.version)
        return cls(contract.version, contract.diary_version, _logged(contract))

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Seen:
        """What a form was made from."""
        found = _SEEN.fullmatch(data.get("seen", ""))
        if not found:
            return cls()
        version, diary, minutes = found.groups()
        return cls(int(version), int(diary), int(minutes)) if diary else cls(int(version))

    def __str__(self) -> str:
        """As a form sends it."""
        return str(self.version) if self.diary is None else f"{self.version}.{self.diary}.{self.minutes}"


def changes(seen: Seen, contract: Contract, people: People) -> dict[str, Any]:
    """What has happened since, for the page that asks again: `since`, the events, and `hours_since`, of hours."""
    events = history(contract.id, after=seen.version) if seen.version >= 0 else []
    return {"since": [show(event, people) for event in events], "hours_since": _hours(seen, contract, people)}


def _hours(seen: Seen, contract: Contract, people: People) -> str:
    if seen.diary in (None, contract.diary_version):
        return ""
    more = _logged(contract) - seen.minutes
    if seen.version != contract.version or not more:
        return f"{people.freelancer} has changed the diary since you looked."
    if more > 0:
        return f"{people.freelancer} has logged {hours_text(more)} more hours since you looked."
    return f"{people.freelancer} has deleted {hours_text(-more)} hours since you looked."


def _logged(contract: Contract) -> int:
    return sum(minutes_of(week.logged) for week in contract.weeks)
