"""Sentences as values: a template and what goes into it, so that they can be kept, translated and told in any zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from amicable.rules.money import Money
from amicable.rules.parts import Role

Value = str | int | Money | datetime | Role
"""What a sentence may hold. A datetime is an instant; the teller writes it in the reader's zone. A role is a person,
told by name."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template such as "{amount} goes back to {client}." with its values; {client} and {freelancer} are filled in
    by whoever tells it, with the people's names."""

    template: str
    values: Mapping[str, Value]

    def tell(
        self,
        names: Mapping[str, str] | None = None,
        zone: tzinfo = UTC,
        translate: Callable[[str], str] = str,
    ) -> str:
        """The sentence in words, instants in `zone` with UTC beside it where it is another."""
        people = {"client": "the client", "freelancer": "the freelancer", **(names or {})}
        told = {key: _tell_value(value, zone, people) for key, value in self.values.items()}
        text = translate(self.template).format(**people, **told)
        return text[:1].upper() + text[1:]


def say(template: str, /, **values: Value) -> Sentence:
    """Make a sentence. The template stands in the code as it is, so that gettext can find it."""
    return Sentence(template, values)


def _tell_value(value: Value, zone: tzinfo, people: Mapping[str, str]) -> str:
    if isinstance(value, Role):
        return people.get(value, f"the {value}")
    if isinstance(value, datetime):
        return tell_moment(value, zone)
    return str(value)


def tell_moment(at: datetime, zone: tzinfo = UTC) -> str:
    """`Mon 30 Nov 2026, 12:00 UTC`; in another zone with UTC in brackets after it."""
    in_utc = f"{at.astimezone(UTC):%a %-d %b %Y, %H:%M} UTC"
    local = at.astimezone(zone)
    if local.utcoffset() == at.astimezone(UTC).utcoffset():
        return in_utc
    return f"{local:%a %-d %b %Y, %H:%M} {zone_name(local)} ({in_utc})"


def zone_name(local: datetime) -> str:
    """What the zone is called then: `EST`; where it has no name, how far it is from UTC: `UTC+14`, `UTC+05:45`."""
    name = local.tzname() or "UTC"
    if name[0] not in "+-":
        return name
    return f"UTC{name[:3]}:{name[3:]}" if name[3:] else f"UTC{name}"
