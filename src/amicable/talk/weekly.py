"""The sum of a person's week in words: hours by day and contract, and what they come to."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from amicable.contracts import clock
from amicable.diary.summary import Hours, SideWeek, WeekSummary, summary_of
from amicable.people.models import Person
from amicable.rules.parts import Role
from amicable.rules.week import hours_text, week_text


def in_a_sentence(person: Person, week: date) -> str:
    """The person's week of that Monday, as it stands."""
    return _sentence(_summary(person, week))


def as_letter(person: Person, week: date, settings_url: str) -> tuple[str, str, str]:
    """The person's week of that Monday, as it stands: a subject, and the letter as text and as HTML."""
    summary = _summary(person, week)
    page = {
        "name": person.name,
        "week": week_text(week),
        "sides": [_side(summary, side) for side in summary.sides],
        "url": f"{settings.BASE_URL}{reverse('web:my_hours')}?week={week}",
        "settings_url": settings_url,
    }
    subject = _sentence(summary)
    return subject, render_to_string("talk/weekly.txt", page), render_to_string("talk/weekly.html", page)


def _summary(person: Person, week: date) -> WeekSummary:
    return summary_of(str(person.pk), week, clock.now())


def _sentence(summary: WeekSummary) -> str:
    told = []
    for side in summary.sides:
        done = "you worked" if side.side == Role.FREELANCER else "others worked for you"
        told.append(f"{done} {hours_text(side.hours.logged)} hours, billed at {_amounts(side)}")
    return f"Your week of {week_text(summary.start)}: {'; '.join(told) or 'no hours'}."


def _side(summary: WeekSummary, side: SideWeek) -> dict[str, Any]:
    return {
        "title": "Your work" if side.side == Role.FREELANCER else "Work for you",
        "contracts": [
            {
                "title": one.contract.title,
                "other": one.other,
                "rate": str(one.rate),
                "amount": str(one.amount),
                "status": one.week.shown_status.replace("_", " "),
                **_hours(summary, one.days, one.hours),
            }
            for one in side.contracts
        ],
        "amounts": _amounts(side),
        **_hours(summary, side.days, side.hours),
    }


def _hours(summary: WeekSummary, days: tuple[Hours, ...], hours: Hours) -> dict[str, Any]:
    return {
        "days": [(f"{day:%a}", hours_text(one.logged)) for day, one in zip(summary.dates, days, strict=True)],
        "logged": hours_text(hours.logged),
        "billed": hours_text(hours.billed),
    }


def _amounts(side: SideWeek) -> str:
    return " and ".join(map(str, side.amounts)) or "nothing"
