"""The form of an offer: what the client wrote, as it goes back on the page and as the rules take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from django.http import QueryDict
from moneyed import CURRENCIES

from amicable.people.models import Person
from amicable.rules.money import UnknownCurrency, exponent
from amicable.web.typed import UNWRITTEN, Row, filled, read_rows, whole_number, without
from amicable.web.viewer import searched

KINDS = ("fixed", "hourly")
_WORDS = ("freelancer", "title", "description", "currency")
_HOURLY = ("rate", "weekly_limit_hours", "manual_time")
_FIXED = ("change_rounds", "review_days")
_ANY_PRICE = "1000"
FOUND = 8
"""So many freelancers are shown to choose from; a longer name finds fewer."""


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
    change_rounds: str = ""
    review_days: str = ""
    rows: tuple[Row, ...] = (Row(),)

    @classmethod
    def read(cls, data: QueryDict) -> OfferForm:
        """The form as it was sent."""
        said = {name: data.get(name, "").strip() for name in (*_WORDS, *_HOURLY, *_FIXED)}
        rows = read_rows(data) or (Row(),)
        return cls(**said, kind=kind_of(data), search=searched(data, "search"), rows=rows)

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
    def review(self) -> dict[str, Any]:
        """The same with a milestone in place of those still to be written: how work is answered depends on none."""
        return self.price | {"milestones": [{"title": UNWRITTEN, "amount": _ANY_PRICE}]}

    @property
    def _by_milestones(self) -> dict[str, Any]:
        """Rows that were left empty are no milestones, unless all were."""
        said = {name: whole_number(value) for name in _FIXED if (value := getattr(self, name))}
        return {"milestones": [row.terms for row in self.without_empty_rows().rows], **said}

    @property
    def _by_the_hour(self) -> dict[str, Any]:
        hours = self.weekly_limit_hours
        limit = {"weekly_limit_hours": whole_number(hours)} if hours else {}
        return {"rate": self.rate, "manual_time": self.manual_time == "yes", **limit}

    def with_row(self) -> OfferForm:
        """One milestone more."""
        return replace(self, rows=(*self.rows, Row()))

    def without_row(self, position: str) -> OfferForm:
        """One milestone less; the last one stays."""
        return replace(self, rows=without(self.rows, position) or (Row(),))

    def without_empty_rows(self) -> OfferForm:
        """The rows that the terms are made of, so that the rules' errors find their fields."""
        return replace(self, rows=filled(self.rows) or self.rows[:1])


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
