"""The form of an offer: what the client wrote, as it goes back on the page and as the rules take it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import count, takewhile
from typing import Any
from uuid import UUID

from django.http import QueryDict
from moneyed import CURRENCIES

from amicable.people.models import Person
from amicable.rules.money import UnknownCurrency, exponent
from amicable.web.viewer import searched

KINDS = ("fixed", "hourly")
_WORDS = ("freelancer", "title", "description", "currency")
_HOURLY = ("rate", "weekly_limit_hours", "manual_time")
UNWRITTEN = "…"
WHOLE_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)
FOUND = 8
"""So many freelancers are shown to choose from; a longer name finds fewer."""


@dataclass(frozen=True, slots=True)
class Row:
    """A milestone as it was typed."""

    title: str = ""
    amount: str = ""
    due: str = ""

    @classmethod
    def read(cls, data: QueryDict, row: int) -> Row:
        """The milestone in that row, counted from 0."""
        return cls(*(data.get(f"milestones.{row}.{name}", "").strip() for name in ("title", "amount", "due")))

    @property
    def terms(self) -> dict[str, str]:
        """The milestone as the rules take it."""
        return {"title": self.title, "amount": self.amount} | ({"due": self.due} if self.due else {})


@dataclass(frozen=True, slots=True)
class OfferForm:
    """Everything that was typed and chosen."""

    freelancer: str = ""
    search: str = ""
    title: str = ""
    description: str = ""
    currency: str = "USD"
    kind: str = "fixed"
    rate: str = ""
    weekly_limit_hours: str = ""
    manual_time: str = ""
    """`yes` where time may be entered by hand."""
    rows: tuple[Row, ...] = (Row(),)

    @classmethod
    def read(cls, data: QueryDict) -> OfferForm:
        """The form as it was sent. A milestone's field is called `milestones.0.title`, as the rules call it."""
        names = (*_WORDS, *_HOURLY)
        said = {name: data.get(name, "").strip() for name in names}
        rows = takewhile(lambda row: f"milestones.{row}.title" in data, count())
        milestones = tuple(Row.read(data, row) for row in rows) or (Row(),)
        kind = kind_of(data)
        return cls(**said, kind=kind, search=searched(data, "search"), rows=milestones)

    @property
    def terms(self) -> dict[str, Any]:
        """The terms as the rules take them."""
        words = {"title": self.title, "description": self.description, "kind": self.kind, "currency": self.currency}
        return words | (self._by_the_hour if self.kind == "hourly" else self._by_milestones)

    @property
    def price(self) -> dict[str, Any]:
        """The terms with words in place of those that are still to be written: the price does not depend on them."""
        return self.terms | {"title": UNWRITTEN, "description": ""}

    @property
    def _by_milestones(self) -> dict[str, Any]:
        """Rows that were left empty are no milestones, unless all were."""
        filled = [row for row in self.rows if row != Row()] or self.rows[:1]
        return {"milestones": [row.terms for row in filled]}

    @property
    def _by_the_hour(self) -> dict[str, Any]:
        hours = self.weekly_limit_hours
        limit = {"weekly_limit_hours": int(hours) if WHOLE_NUMBER.fullmatch(hours) else hours} if hours else {}
        return {"rate": self.rate, "manual_time": self.manual_time == "yes", **limit}

    def with_row(self) -> OfferForm:
        """One milestone more."""
        return replace(self, rows=(*self.rows, Row()))

    def without_row(self, position: str) -> OfferForm:
        """One milestone less; the last one stays."""
        kept = tuple(row for number, row in enumerate(self.rows) if str(number) != position)
        return replace(self, rows=kept or (Row(),))

    def without_empty_rows(self) -> OfferForm:
        """The rows that the terms are made of, so that the rules' errors find their fields."""
        return replace(self, rows=tuple(row for row in self.rows if row != Row()) or self.rows[:1])


def kind_of(data: QueryDict) -> str:
    """How the work is to be paid; by milestones where nothing else was said."""
    kind = data.get("kind", "")
    return kind if kind in KINDS else KINDS[0]


def freelancers(form: OfferForm, client: Person) -> list[Person]:
    """Whom the offer can go to: the one who is chosen, and those whose names have the words searched for."""
    others = Person.objects.filter(is_active=True, roles__contains=["freelancer"]).exclude(pk=client.pk)
    chosen = others.filter(pk=form.freelancer) if _is_id(form.freelancer) else others.none()
    found = others
    for word in form.search.split():
        found = found.filter(name__icontains=word)
    people = {person.pk: person for person in [*chosen, *found.order_by("name", "pk")[:FOUND]]}
    return list(people.values())


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


@cache
def currencies() -> Mapping[str, str]:
    """The currencies that people can pay in, by their codes."""
    return {code: currency.name for code, currency in sorted(CURRENCIES.items()) if _can_be_paid_in(code)}


def _can_be_paid_in(code: str) -> bool:
    try:
        exponent(code)
    except UnknownCurrency:
        return False
    return True
