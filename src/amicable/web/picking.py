"""Messages and history as evidence: what can be picked in beside what one says, and what was."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

from amicable.contracts.history import latest
from amicable.contracts.record import Recorded
from amicable.rules.dispute import Dispute
from amicable.rules.evidence import event_pick, message_pick
from amicable.talk.messages import latest_messages
from amicable.talk.models import Message
from amicable.talk.picked import Picked, picked
from amicable.web.outcome import show
from amicable.web.viewer import Sight

OFFERED = 50
"""So many of the newest messages, and of the newest events, can be picked on a page; the API takes any."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A message or an event: `value` is what is sent when it is picked."""

    value: str
    who: str
    did: str
    at: datetime
    text: SafeString
    is_picked: bool = False


def pickable(sight: Sight, chosen: Collection[str]) -> Callable[[], list[Pick]]:
    """What can be picked in, the newest first; `chosen` is what already was. It is read when a page shows it: the part
    that changes with what is typed does not."""

    def read() -> list[Pick]:
        contract = sight.contract.id
        picks = [_message(message, sight, chosen) for message in latest_messages(contract, limit=OFFERED)]
        picks += [_event(event, sight, chosen) for event in latest(contract, limit=OFFERED)]
        return sorted(picks, key=lambda pick: pick.at, reverse=True)

    return read


def picked_in(disputes: Sequence[Dispute], sight: Sight) -> Picked:
    """All that was picked in in those disputes, read at once."""
    return picked(sight.contract.id, [pick for dispute in disputes for pick in dispute.all_evidence])


def as_shown(picks: Sequence[str], found: Picked, sight: Sight) -> list[Pick]:
    """The picks as they are shown, in their order."""
    shown = []
    for pick in picks:
        if message := found.messages.get(pick):
            shown.append(_message(message, sight))
        elif event := found.events.get(pick):
            shown.append(_event(event, sight))
    return shown


def _message(message: Message, sight: Sight, chosen: Collection[str] = ()) -> Pick:
    value = message_pick(message.id)
    who = "You" if message.author_id == sight.person.pk else message.author.name
    return Pick(value, who, "wrote", message.at, escape(message.text), value in chosen)


def _event(event: Recorded, sight: Sight, chosen: Collection[str] = ()) -> Pick:
    value, shown = event_pick(event.version), show(event, sight.people)
    text = format_html_join(" ", "{}", ((point,) for point in shown.points))
    return Pick(value, "History:", shown.title, event.at, text, value in chosen)
