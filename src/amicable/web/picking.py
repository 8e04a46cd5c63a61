"""Messages and history as evidence: what can be picked in beside what one says, and what was."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from html import unescape

from django.http import QueryDict
from django.utils.html import escape, format_html_join, strip_tags
from django.utils.safestring import SafeString

from amicable.contracts.history import latest
from amicable.contracts.record import Recorded
from amicable.rules.dispute import Dispute
from amicable.rules.evidence import event_pick, events_in, is_pick, message_pick, messages_in
from amicable.talk.messages import found_messages
from amicable.talk.models import Message
from amicable.talk.picked import EVIDENCE_PARAM, Picked, picked
from amicable.web.looking import FIND, OLDER
from amicable.web.outcome import show
from amicable.web.viewer import Sight, searched

AT_ONCE = 50
"""So many can be picked from at first, and so many come with each step back."""
READ_AT_ONCE = 1_000
"""So many events are read for one search: what they say is put together when they are shown, not in the database."""
SEARCH = "evidence.q"
"""In a form: what is searched for."""
STATED = ("reason", EVIDENCE_PARAM, SEARCH)
"""The fields of a statement with what is picked in beside it; the outcome does not depend on them."""
_PLACE = re.compile(r"([0-9]{0,9})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pick:
    """A message or an event: `value` is what is sent when it is picked."""

    value: str
    who: str
    did: str
    at: datetime
    text: SafeString


@dataclass(frozen=True, slots=True)
class Place:
    """How far back a list has come: to which version, and to which message (an id). None is the newest."""

    version: int | None = None
    message: str | None = None

    @classmethod
    def read(cls, text: str) -> Place:
        """The place in a form; the newest where somebody wrote something else."""
        found = _PLACE.fullmatch(text)
        return cls(int(found[1]) if found[1] else None, found[2]) if found else cls()

    def __str__(self) -> str:
        return f"{'' if self.version is None else self.version}/{self.message or ''}"

    def after(self, picks: Sequence[Pick]) -> Place:
        """The place behind these, which are newest first."""
        values = [pick.value for pick in picks]
        return Place(min(events_in(values), default=self.version), min(messages_in(values), default=self.message))


@dataclass(frozen=True, slots=True)
class Offered:
    """What a form offers to pick from: what is picked already, and of the rest what was searched for or comes next,
    both newest first."""

    picked: list[Pick]
    found: list[Pick]
    q: str
    older: Place | None
    """Where the rest begins, if there is any."""
    is_older: bool
    """Whether `found` begins further back than with the newest."""
    is_open: bool
    """Whether the person has just looked for something, or has picked something."""


def pickable(sight: Sight, form: QueryDict) -> Callable[[], Offered]:
    """What can be picked in, as far as the form says what is looked for and what is picked. It is read when a page
    shows it: the part that changes with what is typed does not."""

    def read() -> Offered:
        q, place = searched(form, SEARCH), Place.read(form.get(OLDER, ""))
        chosen = [pick for pick in dict.fromkeys(form.getlist(EVIDENCE_PARAM)) if is_pick(pick)]
        kept = as_shown(chosen, picked(sight.contract.id, chosen), sight)
        found, older = _found(sight, q.casefold().split(), place)
        return Offered(
            picked=sorted(kept, key=lambda pick: pick.at, reverse=True),
            found=[pick for pick in found if pick.value not in chosen],
            q=q,
            older=older,
            is_older=place != Place(),
            is_open=bool(q or kept) or FIND in form or OLDER in form,
        )

    return read


def _found(sight: Sight, words: Sequence[str], place: Place) -> tuple[list[Pick], Place | None]:
    """Those behind the place that have each of the words, and where the rest begins."""
    contract, events_most = sight.contract.id, READ_AT_ONCE if words else AT_ONCE + 1
    said = found_messages(contract, words, before=place.message, limit=AT_ONCE + 1)
    happened = latest(contract, before=place.version, limit=events_most)
    messages, events = [_message(one, sight) for one in said], [_event(one, sight) for one in happened]
    told = [pick for pick in events if _has(pick, words)]
    both = list(merge(messages, told, key=lambda pick: pick.at, reverse=True))
    if len(both) > AT_ONCE:
        return both[:AT_ONCE], place.after(both[:AT_ONCE])
    is_all = len(events) < events_most
    return both, None if is_all else place.after([*both, *events])


def _has(pick: Pick, words: Sequence[str]) -> bool:
    text = f"{pick.did} {unescape(strip_tags(pick.text))}".casefold()
    return all(word in text for word in words)


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


def _message(message: Message, sight: Sight) -> Pick:
    who = "You" if message.author_id == sight.person.pk else message.author.name
    return Pick(message_pick(message.id), who, "wrote", message.at, escape(message.text))


def _event(event: Recorded, sight: Sight) -> Pick:
    shown = show(event, sight.people)
    text = format_html_join(" ", "{}", ((point,) for point in shown.points))
    return Pick(event_pick(event.version), "History:", shown.title, event.at, text)
