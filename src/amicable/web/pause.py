"""Why a contract is paused, since when, what is at risk and what ends it. RULEBOOK, row 13 of the first table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

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
    """A pause as both sides are told of it."""

    why: SafeString
    note: str
    unpaid: tuple[Unpaid, ...]
    """Those because of which it is paused; none where the client paused it."""
    total: Money
    """What the card would have to pay for them, fees included."""


def pause_of(sight: Sight) -> Pause | None:
    """The contract's pause, if it is paused."""
    contract, pause = sight.contract, sight.contract.pause
    if pause is None:
        return None
    is_unpaid = pause.cause == PauseCause.UNPAID
    weeks = [week for week in contract.weeks if is_unpaid and week.status == WeekStatus.UNPAID]
    return Pause(
        sight.people.tell(why_paused(contract)),
        pause.note,
        tuple(_unpaid(week, sight) for week in weeks),
        contract.money(sum(week.amount + week.fee for week in weeks)),
    )


def _unpaid(week: Week, sight: Sight) -> Unpaid:
    money, covered = sight.contract.money, minutes_of(week.covered & week.billed)
    return Unpaid(week.start, week.minutes, money(week.amount), money(week.fee), covered)
