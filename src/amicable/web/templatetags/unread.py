"""How many notices are new, in the header of every page."""

from __future__ import annotations

from django import template

from amicable.people.models import Person
from amicable.talk.notices import count_unread

register = template.Library()


@register.simple_tag
def unread(person: object) -> str:
    """How many notices `person` has not read: `3`, `99+`, or nothing where there are none."""
    count = count_unread(str(person.pk)) if isinstance(person, Person) else 0
    return "99+" if count > 99 else str(count or "")
