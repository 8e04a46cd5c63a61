"""Notices as letters: a subject that says what happened, and the same words as text and as plain HTML.

Moments are in the reader's zone with UTC beside it. Nothing that people wrote can end a header or become HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from amicable.contracts.models import Contract
from amicable.contracts.record import Recorded
from amicable.people.names import short_names
from amicable.rules.outcome import Clock
from amicable.rules.parts import Role
from amicable.rules.wording import tell_moment, zone_name
from amicable.talk.models import File, Message
from amicable.talk.notices import Told
from amicable.talk.weekly import as_letter, in_a_sentence

SUBJECT_LENGTH, TITLE_LENGTH = 120, 50
CLOCKS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is written."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class _Words:
    """What a letter says: paragraphs, then what happens by itself, then where to go."""

    subject: str
    told: list[str]
    """What happened, or will."""
    deadlines: list[tuple[str, str]]
    """When, and what happens then unless somebody does something."""
    link: str
    """What the link to the contract says."""
    note: str = ""
    by: str = ""
    """Who did it; empty where it happens by itself, or the words say so."""


def letter(told: Told) -> Letter:
    """The letter of a notice, to the person whose it is."""
    person, contract = told.notice.person, told.notice.contract
    if told.week:
        subject, text, html = as_letter(person, told.week, settings_url())
        return Letter(_one_line(subject, SUBJECT_LENGTH), text, html)
    assert contract is not None, "every other notice is about a contract"
    words = _once(_words(told, contract, ZoneInfo(person.time_zone)))
    page = {
        "name": person.name,
        "title": contract.title,
        "at": tell_moment(told.notice.at, ZoneInfo(person.time_zone)),
        "words": words,
        "contract_url": f"{settings.BASE_URL}{reverse('web:contract', args=[contract.pk])}",
        "url": f"{settings.BASE_URL}{place_of(told)}",
        "settings_url": settings_url(),
    }
    return Letter(
        subject=f"{_one_line(words.subject, SUBJECT_LENGTH)} · {_one_line(contract.title, TITLE_LENGTH)}",
        text=render_to_string("talk/letter.txt", page),
        html=render_to_string("talk/letter.html", page),
    )


def _once(words: _Words) -> _Words:
    """What stands beside its deadline need not be said before."""
    ahead = {what for _, what in words.deadlines}
    return replace(words, told=[sentence for sentence in words.told if sentence not in ahead])


def in_words(told: Told) -> str:
    """What a notice tells, in UTC and without a greeting."""
    contract = told.notice.contract
    if told.week:
        return in_a_sentence(told.notice.person, told.week)
    assert contract is not None, "every other notice is about a contract"
    return " ".join(_words(told, contract, UTC).told)


def place_of(told: Told) -> str:
    """The address of the page on which the reader sees, and does, what a notice is about."""
    contract, clock = told.notice.contract, told.clock
    assert contract is not None, "every notice but that of a week is about a contract"
    if clock and clock.action in _PLACES:
        return f"{reverse(_PLACES[clock.action], args=[contract.pk])}?{urlencode(clock.params)}"
    place = reverse("web:contract", args=[contract.pk])
    return f"{place}#messages" if told.notice.message else place


_PLACES = {"week_closes": "web:diary", "review_ends": "web:dispute_hours"}
"""Where a reminder leads that leads to another page than the contract's. Its clock says which week."""


def settings_url() -> str:
    """Where people choose what they are told."""
    return f"{settings.BASE_URL}{reverse('web:notice_settings')}"


def names_on(contract: Contract) -> Mapping[str, str]:
    """The names of the two sides, as sentences want them."""
    client, freelancer = short_names(contract.client.name, contract.freelancer.name)
    return {"client": client, "freelancer": freelancer}


def can_still(told: Told) -> str:
    """What the reader of a reminder can still do, up to the word before the time."""
    assert told.clock is not None, "only of a clock somebody is reminded"
    if told.to_mediator:
        whose = "" if told.is_taken else "Nobody has this dispute yet. "
        return f"{whose}You can still rule until"
    return _CAN_STILL.get(told.clock.action, "You can still answer until")


_ASKED = "A mediator has asked you something. You can still answer until"
_CAN_STILL = {
    "week_closes": "You can still enter or delete hours until",
    "review_ends": "You can still dispute hours until",
    "ruling_takes_effect": "You can still appeal until",
    "small_claim_idle": "You can still name another amount until",
    "escrow_goes_dormant": "You can still do or write something until",
    "ruling_overdue": _ASKED,
    "appeal_overdue": _ASKED,
}
_LINKS = {
    "week_closes": "See your week, and log what is missing",
    "review_ends": "See the hours, and dispute those that are not right",
    "ruling_takes_effect": "See the ruling and what an appeal does",
}
_MEDIATE = "See the dispute, and ask, propose or decide"


def whose_dispute(told: Told) -> str:
    """To a mediator: whether the dispute is theirs or anybody's."""
    if told.is_taken:
        return "You are the mediator of this dispute." if _goes_on(told) else "You were the mediator of this dispute."
    return (
        "A dispute waits for a mediator, and nobody has it yet. Whoever asks, proposes or decides first has it; what "
        "comes after is told to them alone."
    )


def quoted(event: Recorded) -> list[str]:
    """What the actor wrote to those who are told of the event."""
    names = _WRITTEN.get(event.action, ("note",))
    return [str(event.params[name]) for name in names if event.params.get(name)] if event.by != Role.NOBODY else []


_REASONED = dict.fromkeys(("open_dispute", "dispute_hours", "propose_split", "decide"), ("reason", "note"))
"""Their reason is written in words; that of an ending is picked from a list."""
_WRITTEN = {**_REASONED, "respond_feedback": ("comment",), "edit_feedback": ("comment",)}
"""In which parameters somebody wrote something, where that is not the note."""


def done_by(told: Told) -> str:
    """Who did what a notice tells of; empty where nobody did, or it says so in words."""
    event, contract = told.event, told.notice.contract
    if event is None or contract is None:
        return ""
    sides = {Role.CLIENT: contract.client.name, Role.FREELANCER: contract.freelancer.name, Role.NOBODY: ""}
    return sides.get(event.by, "a mediator")


def _goes_on(told: Told) -> bool:
    """Whether a dispute was open after the event."""
    return told.event is not None and any("dispute" in clock.params for clock in told.event.deadlines)


def _words(told: Told, contract: Contract, zone: tzinfo) -> _Words:
    names = names_on(contract)
    if told.event:
        return _event(told, told.event, names, zone)
    if told.clock:
        return _reminder(told, told.clock, names, zone)
    if told.notice.file:
        return _evidence(told.notice.file, to_mediator=told.to_mediator)
    assert told.notice.message is not None, "there is nothing else to tell of"
    return _message(told.notice.message)


def _event(told: Told, event: Recorded, names: Mapping[str, str], zone: tzinfo) -> _Words:
    sentences = [sentence.tell(names, zone) for sentence in event.explanation]
    said = [*sentences, *(f"“{words}”" for words in quoted(event))]
    by = done_by(told)
    if not told.to_mediator:
        return _Words(sentences[0], said, _deadlines(event.deadlines[:CLOCKS_SHOWN], names, zone), _SEE, by=by)
    ahead = [clock for clock in event.deadlines if "dispute" in clock.params][:CLOCKS_SHOWN]
    subject = sentences[0] if told.is_taken else f"A dispute waits for a mediator. {sentences[0]}"
    link = _MEDIATE if ahead else _SEE
    return _Words(subject, [whose_dispute(told), *said], _deadlines(ahead, names, zone), link, by=by)


_SEE = "See the contract"


def _reminder(told: Told, clock: Clock, names: Mapping[str, str], zone: tzinfo) -> _Words:
    until = tell_moment(clock.at, zone)
    explanation = clock.explanation.tell(names, zone)
    usual = _MEDIATE if told.to_mediator else "See what each answer does, and answer"
    local = clock.at.astimezone(zone)
    word = "On" if clock.action == "week_closes" else "Until"
    return _Words(
        f"{word} {local:%a %-d %b, %H:%M} {zone_name(local)}: {explanation}",
        [f"{can_still(told)} {until}.", explanation],
        [],
        _LINKS.get(clock.action, usual),
    )


def _evidence(file: File, *, to_mediator: bool) -> _Words:
    sent = f"{file.author.name} sent evidence"
    note = "You get no further mail about evidence on this contract until you have looked at it."
    return _Words(sent, [f"{sent}:", file.name], [], _MEDIATE if to_mediator else "Look at it, and answer", note)


def _message(message: Message) -> _Words:
    wrote = f"{message.author.name} wrote to you"
    note = "You get no further mail about messages on this contract until you have read them."
    return _Words(wrote, [f"{wrote}:", message.text], [], "Read and answer", note)


def _deadlines(clocks: Iterable[Clock], names: Mapping[str, str], zone: tzinfo) -> list[tuple[str, str]]:
    return [(tell_moment(clock.at, zone), clock.explanation.tell(names, zone)) for clock in clocks]


def _one_line(text: str, length: int) -> str:
    """Text that can stand in a header: on one line, without what is not printed, and not too long."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= length else f"{line[: length - 1].rstrip()}…"
