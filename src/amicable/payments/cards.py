"""The card that a client pays with."""

from __future__ import annotations

from amicable.payments.models import Card


def set_card(person: str, behaviour: str) -> Card:
    """Give the person (an id) a card of the sandbox provider: one that "works", "declines" or "disputes".

    Raises ValueError for any other behaviour.
    """
    return Card.objects.update_or_create(person_id=person, defaults={"behaviour": Card.Behaviour(behaviour)})[0]


def card_of(person: str) -> Card | None:
    """The person's card, if they have one."""
    return Card.objects.filter(person_id=person).first()
