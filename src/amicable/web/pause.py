"""Why a contract is paused, since when, what is at risk and what ends it. RULEBOOK, row 13 of the first table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from amicable.rules.contract import Status
from amicable.rules.diary import why_paused
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.parts import PauseCause
from amicable.rules.week import minutes_of
from amicable.web.viewer import Sight


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A billed week that the card has not paid."""

    start: date
    minutes: int
    amount: Money
    fee: Money
    covered: int
    """The minutes that hourly protection covers."""

    @property
    def uncovered(self) -> int:
        """The minutes that it does not cover."""
        return self.minutes - self.covered


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause as both sides are told of it; or of a contract that is not paused, what is unpaid."""

    why: SafeString | None
    """None where the contract is not paused."""
    note: str
    ends_by_paying: bool
    """Whether the contract goes on by itself when the card has paid."""
    unpaid: tuple[Unpaid, ...]
    total: Money
    """What the card would have to pay for them, fees included."""

    @property
    def title(self) -> str:
        """In a few words."""
        owed = f"{self.total} for hours is not paid"
        if self.why is None:
            return owed
        if not self.unpaid:
            return "The contract is paused: no time can be logged"
        return f"The contract is paused: {owed}" if self.ends_by_paying else f"The contract is paused, and {owed}"


def pause_of(sight: Sight) -> Pause | None:
    """The contract's pause, if it is paused, or what is unpaid of it all the same."""
    contract = sight.contract
    pause = contract.pause if contract.status == Status.PAUSED else None
    weeks = [week for week in contract.weeks if week.status == WeekStatus.UNPAID]
    if pause is None and not weeks:
        return None
    return Pause(
        sight.people.tell(why_paused(contract)) if pause else None,
        pause.note if pause else "",
        pause is not None and pause.cause == PauseCause.UNPAID,
        tuple(_unpaid(week, sight) for week in weeks),
        contract.money(sum(week.amount + week.fee for week in weeks)),
    )


def _unpaid(week: Week, sight: Sight) -> Unpaid:
    money, covered = sight.contract.money, minutes_of(week.covered & week.billed)
    return Unpaid(week.start, week.minutes, money(week.amount), money(week.fee), covered)
