"""How people want to be told: in the app, by e-mail, both or neither, by kind of news."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import connection

from amicable.people.models import Person
from amicable.rules.outcome import Refused, invalid
from amicable.talk.models import NoticeChoice


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of news."""

    name: str
    title: str
    tells: str
    always_in_app: bool = False
    only_for: str | None = None
    """The role of those who are told of it, where that is not everybody."""


MONEY = Kind("money", "Money", "What is paid, released, refunded or declined by a card.")
OFFERS = Kind("offers", "Offers and changes", "Offers and their answers, work handed in, changes asked for, endings.")
DISPUTES = Kind(
    "disputes",
    "Disputes and deadlines",
    "What happens in a dispute, and reminders of each deadline that runs against you. Silence can cost money, so these "
    "are always in the app.",
    always_in_app=True,
)
MEDIATION = Kind(
    "mediation",
    "Mediation",
    "A dispute that waits for a mediator and that nobody has yet; whatever happens in a dispute that you have; until "
    "when a ruling can be given. Without one in time money is divided by itself, so these are always in the app.",
    always_in_app=True,
    only_for="mediator",
)
HOURS = Kind(
    "hours",
    "Deadlines of the week",
    "A day before a week of your hours is closed, and twice while you can dispute hours that others worked for you. "
    "Silence can cost money, so these are always in the app.",
    always_in_app=True,
)
MESSAGES = Kind("messages", "Messages", "That somebody wrote to you: once, until you have read it.")
SUMMARY = Kind("summary", "Weekly summary", "On Monday after the bill, the hours of the week by day and contract.")
KINDS = {kind.name: kind for kind in (MONEY, OFFERS, DISPUTES, MEDIATION, HOURS, MESSAGES, SUMMARY)}

_DISPUTED = ("dispute", "ruling", "decide", "appeal", "settlement", "split", "chargeback")
_DISPUTED_TOO = ("ask", "extend_clock", "decline_refund", "small_claim_idle")
"""Of escrow, to decline its refund is to open a dispute."""
_DECLINED_BY_CARD = ("charge_failed", "week_unpaid")


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which news of a kind reach somebody."""

    app: bool = True
    email: bool = True


Choices = Mapping[str, Ways]
"""By the names of the kinds."""


_CHOOSE = """
INSERT INTO talk_noticechoice AS kept (person_id, choices) VALUES (%s, %s)
ON CONFLICT (person_id) DO UPDATE SET choices = kept.choices || excluded.choices
"""
"""One statement, so that of two that are sent at once neither undoes the other."""


def kind_of(action: str, *, moves_money: bool) -> Kind:
    """Of which kind the news of an action is."""
    if action in _DISPUTED_TOO or any(word in action for word in _DISPUTED):
        return DISPUTES
    return MONEY if moves_money or action in _DECLINED_BY_CARD else OFFERS


def kind_of_reminder(clock: str) -> Kind:
    """Of which kind the reminders of a clock are, by its action."""
    return HOURS if clock in ("week_closes", "review_ends") else DISPUTES


def kinds_for(roles: Collection[str]) -> list[Kind]:
    """The kinds of which somebody with these roles is told."""
    return [kind for kind in KINDS.values() if kind.only_for is None or kind.only_for in roles]


def choices_of(people: Iterable[str]) -> dict[str, Choices]:
    """How the people (ids) want to be told. One query."""
    wanted = set(people)
    rows = NoticeChoice.objects.filter(person__in=map(UUID, wanted)).values_list("person_id", "choices")
    made = {str(person): _read(choices) for person, choices in rows}
    return {person: made.get(person) or _read({}) for person in wanted}


def choose(person: str, choices: Choices) -> Choices | Refused:
    """Keep how the person (an id) wants to be told; kinds that are left out stay as they were."""
    kinds = {kind.name for kind in kinds_for(Person.objects.values_list("roles", flat=True).get(id=person))}
    for name, ways in choices.items():
        if name not in kinds:
            return invalid(name, f"There are the kinds {', '.join(one for one in KINDS if one in kinds)}.")
        if KINDS[name].always_in_app and not ways.app:
            return invalid(f"{name}.app", f"{KINDS[name].title} are always shown in the app: silence can cost money.")
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE, [person, json.dumps({name: asdict(ways) for name, ways in choices.items()})])
    return choices_of([person])[person]


def _read(written: Mapping[str, Mapping[str, bool]]) -> Choices:
    return {name: Ways(**written.get(name, {})) for name in KINDS}
