"""What people pick in beside what they say in a dispute: messages and events of their contract, as everybody of the
dispute reads them. RULEBOOK, first table, 20; files come besides.

A pick is `message:ID` or `event:VERSION`. Whether there is such a message is for whoever keeps messages to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from amicable.rules.contract import Contract
from amicable.rules.params import Invalid, Schema

MOST = 50
"""So many can be picked beside one statement."""
_PICK = re.compile(r"message:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|event:[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Evidence:
    """A list of picks."""

    required: bool = False

    def read(self, raw: object, contract: Contract) -> tuple[str, ...]:
        """The picks, each once."""
        if not isinstance(raw, list) or not all(map(is_pick, raw)):
            raise Invalid("List messages and events of this contract, as in message:ID or event:12.")
        picks = tuple(dict.fromkeys(raw))
        if len(picks) > MOST:
            raise Invalid(f"Pick {MOST} at the most.")
        if any(version > contract.version for version in events_in(picks)):
            raise Invalid("There is no such event on this contract.")
        return picks

    def schema(self, contract: Contract) -> Schema:
        """An array of words."""
        del contract
        does = "Messages and events of this contract that show it, as in message:ID or event:VERSION."
        return {
            "type": "array",
            "items": {"type": "string", "pattern": f"^({_PICK.pattern})$"},
            "maxItems": MOST,
            "description": does,
        }


EVIDENCE = Evidence()


def message_pick(message: object) -> str:
    """The message with that id, picked."""
    return f"message:{message}"


def event_pick(version: int) -> str:
    """The event of that version, picked."""
    return f"event:{version}"


def is_pick(raw: object) -> bool:
    """Whether it reads as a pick."""
    return isinstance(raw, str) and _PICK.fullmatch(raw) is not None


def events_in(picks: Sequence[str]) -> Iterator[int]:
    """The versions of the events among them."""
    return (int(pick.partition(":")[2]) for pick in picks if pick.startswith("event:"))


def messages_in(picks: Sequence[str]) -> Iterator[str]:
    """The ids of the messages among them."""
    return (pick.partition(":")[2] for pick in picks if pick.startswith("message:"))
