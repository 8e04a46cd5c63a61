"""How people want to be told: in the app, by e-mail, both or neither, by kind of news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from amicable.rules.outcome import Refused, invalid
from amicable.talk.models import NoticeChoice


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of news."""

    name: str
    title: str
    tells: str
    always_in_app: bool = False


MONEY = Kind("money", "Money", "What is paid, released, refunded or declined by a card.")
OFFERS = Kind("offers", "Offers and changes", "Offers and their answers, work handed in, changes asked for, endings.")
DISPUTES = Kind(
    "disputes",
    "Disputes and deadlines",
    "What happens in a dispute, and reminders of each deadline that runs against you. Silence can cost money, so these "
    "are always in the app.",
    always_in_app=True,
)
MESSAGES = Kind("messages", "Messages", "That somebody wrote to you: once, until you have read it.")
SUMMARY = Kind("summary", "Weekly summary", "On Monday after the bill, the hours of the week by day and contract.")
KINDS = {kind.name: kind for kind in (MONEY, OFFERS, DISPUTES, MESSAGES, SUMMARY)}

_DISPUTED = ("dispute", "ruling", "decide", "appeal", "settlement", "split", "ask", "extend_clock", "chargeback")


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which news of a kind reach somebody."""

    app: bool = True
    email: bool = True


Choices = Mapping[str, Ways]
"""By the names of the kinds."""


def kind_of(action: str, *, moves_money: bool) -> Kind:
    """Of which kind the news of an action is."""
    if any(word in action for word in _DISPUTED) and "task" not in action:
        return DISPUTES
    return MONEY if moves_money or action == "charge_failed" else OFFERS


def choices_of(people: Iterable[str]) -> dict[str, Choices]:
    """How the people (ids) want to be told. One query."""
    wanted = set(people)
    rows = NoticeChoice.objects.filter(person__in=map(UUID, wanted)).values_list("person_id", "choices")
    made = {str(person): _read(choices) for person, choices in rows}
    return {person: made.get(person) or _read({}) for person in wanted}


def choose(person: str, choices: Choices) -> Choices | Refused:
    """Keep how the person (an id) wants to be told; kinds that are left out stay as they were."""
    for name, ways in choices.items():
        if name not in KINDS:
            return invalid(name, f"There are the kinds {', '.join(KINDS)}.")
        if KINDS[name].always_in_app and not ways.app:
            return invalid(f"{name}.app", f"{KINDS[name].title} are always shown in the app: silence can cost money.")
    now = {**choices_of([person])[person], **choices}
    written = {name: {"app": ways.app, "email": ways.email} for name, ways in now.items()}
    NoticeChoice.objects.update_or_create(person_id=person, defaults={"choices": written})
    return now


def _read(written: Mapping[str, Mapping[str, bool]]) -> Choices:
    return {name: Ways(**written.get(name, {})) for name in KINDS}
