"""The messages and events that were picked in as evidence beside what somebody said in a dispute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amicable.contracts.history import events_at
from amicable.contracts.record import Recorded
from amicable.rules.evidence import event_pick, events_in, is_pick, message_pick, messages_in
from amicable.rules.outcome import Refused, invalid
from amicable.talk.models import Message

EVIDENCE_PARAM = "evidence"


@dataclass(frozen=True, slots=True)
class Picked:
    """What the picks stand for, by pick."""

    messages: Mapping[str, Message]
    events: Mapping[str, Recorded]


def picked(contract: str, picks: Sequence[str]) -> Picked:
    """What was picked in on the contract (an id). Two queries, however many; none where nothing was."""
    messages, versions = list(messages_in(picks)), list(events_in(picks))
    found = Message.objects.filter(contract_id=contract, id__in=messages).select_related("author") if messages else ()
    return Picked(
        messages={message_pick(message.id): message for message in found},
        events={event_pick(event.version): event for event in events_at(contract, versions)} if versions else {},
    )


def no_such_message(contract: str, params: Mapping[str, Any]) -> Refused | None:
    """Why what `params` pick in cannot be: a message that is none of the contract's (an id). Whether the rest makes
    sense is the rules' to say."""
    raw = params.get(EVIDENCE_PARAM)
    wanted = set(messages_in([pick for pick in raw if is_pick(pick)] if isinstance(raw, list) else []))
    if not wanted or Message.objects.filter(contract_id=contract, id__in=wanted).count() == len(wanted):
        return None
    return invalid(EVIDENCE_PARAM, "There is no such message on this contract.")
