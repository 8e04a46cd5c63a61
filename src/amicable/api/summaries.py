"""What a person's week looks like from outside."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from amicable.api.schemas import Amount, PersonName, Shown
from amicable.diary.summary import ContractWeek, Hours, SideWeek, WeekSummary
from amicable.rules.parts import Role


class HoursShown(BaseModel):
    minutes: Annotated[int, Field(description="All that was logged.")]
    billed_minutes: int
    over_limit_minutes: Annotated[int, Field(description="Kept and shown, but not billed.")]
    covered_minutes: Annotated[int, Field(description="Those of the billed ones that hourly protection covers.")]


class DayShown(HoursShown):
    date: date


class AmountShown(BaseModel):
    amount: Amount
    currency: str


class ContractWeekShown(HoursShown):
    contract: str
    title: str
    other: Annotated[PersonName, Field(description="The other side.")]
    status: str
    rate: Amount
    amount: Annotated[Amount, Field(description="While the week is open: what it would come to now.")]
    refunded: Amount
    currency: str
    review_ends: Shown | None
    days: list[DayShown]


class SideWeekShown(HoursShown):
    side: Literal["client", "freelancer"]
    amounts: list[AmountShown]
    days: list[DayShown]
    contracts: list[ContractWeekShown]


class WeekShown(BaseModel):
    start: date
    sides: Annotated[list[SideWeekShown], Field(description="As a freelancer and as a client, where there are hours.")]


def week_summary(of: WeekSummary) -> WeekShown:
    """A person's week."""
    return WeekShown(start=of.start, sides=[_side(side, of.dates) for side in of.sides])


def _side(of: SideWeek, dates: list[date]) -> SideWeekShown:
    return SideWeekShown(
        **_hours(of.hours),
        side=of.side.value,  # type: ignore[arg-type]
        amounts=[AmountShown(amount=money.decimal, currency=money.currency) for money in of.amounts],
        days=_days(of.days, dates),
        contracts=[_contract(one, of.side, dates) for one in of.contracts],
    )


def _contract(of: ContractWeek, side: Role, dates: list[date]) -> ContractWeekShown:
    other = of.contract.client if side == Role.FREELANCER else of.contract.freelancer
    return ContractWeekShown(
        **_hours(of.hours),
        contract=of.contract.id,
        title=of.contract.title,
        other=PersonName(id=other, name=of.other),
        status=of.week.shown_status.value,
        rate=of.rate.decimal,
        amount=of.amount.decimal,
        refunded=of.refunded.decimal,
        currency=of.amount.currency,
        review_ends=of.week.review_ends,
        days=_days(of.days, dates),
    )


def _days(of: tuple[Hours, ...], dates: list[date]) -> list[DayShown]:
    return [DayShown(date=day, **_hours(hours)) for day, hours in zip(dates, of, strict=True)]


def _hours(of: Hours) -> dict[str, int]:
    return {
        "minutes": of.logged,
        "billed_minutes": of.billed,
        "over_limit_minutes": of.over_limit,
        "covered_minutes": of.covered,
    }
