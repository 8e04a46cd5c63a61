"""Outcomes and parts of contracts as JSON, for the rows of the history and of the contract itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from typing import Any

from amicable.rules.contract import Status
from amicable.rules.dispute import (
    About,
    Appeal,
    Chargeback,
    ChargebackStatus,
    Closing,
    Dispute,
    Frozen,
    Ruling,
    Statement,
)
from amicable.rules.hourly import HourlyTerms
from amicable.rules.money import Money
from amicable.rules.outcome import Clock, Mediators, Notice, Outcome, Transfer, Why
from amicable.rules.parts import (
    Charge,
    Dormancy,
    Ending,
    PastPause,
    Pause,
    PauseCause,
    Proposal,
    ProposalKind,
    Record,
    Role,
)
from amicable.rules.terms import MilestoneTerms, Terms, Version
from amicable.rules.wording import Sentence, Value

Json = Any


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of the history: an outcome as it was done, without the contract it led to."""

    contract: str
    version: int
    at: datetime
    action: str
    by: Role
    actor: str | None
    params: Mapping[str, Any]
    before: Status
    after: Status
    transfers: tuple[Transfer, ...]
    explanation: tuple[Sentence, ...]
    deadlines: tuple[Clock, ...]
    standing: Sentence


def outcome_to_json(outcome: Outcome) -> Json:
    """What the history keeps of an outcome."""
    return {
        "before": outcome.before,
        "after": outcome.after,
        "transfers": [[t.source, t.target, t.amount, t.currency, t.why] for t in outcome.transfers],
        "explanation": [_sentence_to_json(sentence) for sentence in outcome.explanation],
        "deadlines": [_deadline_to_json(clock) for clock in outcome.deadlines],
        "standing": _sentence_to_json(outcome.standing),
    }


def recorded(
    *, contract: object, version: int, at: datetime, action: str, by: str, actor: object, params: Json, outcome: Json
) -> Recorded:
    """An event from its row."""
    return Recorded(
        contract=str(contract),
        version=version,
        at=at,
        action=action,
        by=Role(by),
        actor=str(actor) if actor else None,
        params=params,
        before=Status(outcome["before"]),
        after=Status(outcome["after"]),
        transfers=tuple(
            Transfer(s, t, amount, currency, Why(why)) for s, t, amount, currency, why in outcome["transfers"]
        ),
        explanation=tuple(map(_sentence_from_json, outcome["explanation"])),
        deadlines=tuple(map(_deadline_from_json, outcome["deadlines"])),
        standing=_sentence_from_json(outcome["standing"]),
    )


def clock_to_json(clock: Clock) -> Json:
    """A clock with whom it asks, for the outbox."""
    told = {"deadline": _deadline_to_json(clock), "asked": list(clock.asked)}
    return {**told, "mediators": part_to_json(clock.mediators)} if clock.mediators else told


def clock_from_json(raw: Json) -> Clock:
    """A clock from the outbox."""
    return replace(
        _deadline_from_json(raw["deadline"]),
        asked=tuple(map(Role, raw["asked"])),
        mediators=_mediators_from_json(raw.get("mediators")),
    )


def _deadline_to_json(clock: Clock) -> Json:
    return [clock.at.isoformat(), clock.action, _sentence_to_json(clock.explanation), clock.params]


def _deadline_from_json(raw: Json) -> Clock:
    at, action, explanation, params = raw
    return Clock(_instant(at), action, _sentence_from_json(explanation), params)


def notices_to_json(notices: Sequence[Notice]) -> Json:
    """Notices for the outbox."""
    return [_notice_to_json(notice) for notice in notices]


def _notice_to_json(notice: Notice) -> Json:
    told = {"to": notice.to, "text": _sentence_to_json(notice.text)}
    return {**told, "mediators": part_to_json(notice.mediators)} if notice.mediators else told


def notice_from_json(raw: Json) -> Notice:
    """A notice from the outbox."""
    return Notice(Role(raw["to"]), _sentence_from_json(raw["text"]), _mediators_from_json(raw.get("mediators")))


def _mediators_from_json(raw: Json) -> Mediators | None:
    return raw and Mediators(**raw)


def part_to_json(part: Any) -> Json:
    """A part of a contract, such as its ending or a proposal, as JSON; None stays None."""
    if part is None:
        return None
    return {field.name: _plain(getattr(part, field.name)) for field in fields(part)}


def ending_from_json(raw: Json) -> Ending | None:
    """The ending of a contract, from its row."""
    return raw and Ending(**{**raw, "by": Role(raw["by"]), "at": _instant(raw["at"])})


def dormancy_from_json(raw: Json) -> Dormancy | None:
    """How long the escrow has been dormant, from the contract's row."""
    return raw and Dormancy(_instant(raw["since"]), Role(raw["waits_for"]), _instant(raw["answer_by"]))


def charge_from_json(raw: Json) -> Charge | None:
    """The card payment under way, from its row."""
    return raw and Charge(**{**raw, "asked_at": _instant(raw["asked_at"])})


def pause_from_json(raw: Json) -> Pause | None:
    """Why the contract is paused, from its row."""
    return raw and Pause(Role(raw["by"]), _instant(raw["at"]), PauseCause(raw["cause"]), raw["note"])


def past_pause_from_json(raw: Json) -> PastPause:
    """A pause that is over, from the contract's row."""
    return PastPause(_instant(raw["since"]), _instant(raw["until"]))


def hourly_from_json(raw: Json) -> HourlyTerms:
    """One entry of the hourly terms, from the contract's row."""
    return HourlyTerms(**{**raw, "since": date.fromisoformat(raw["since"])})


def proposal_from_json(raw: Json) -> Proposal:
    """An open proposal, from the contract's row."""
    return Proposal(
        **{
            **raw,
            "kind": ProposalKind(raw["kind"]),
            "by": Role(raw["by"]),
            "opened_at": _instant(raw["opened_at"]),
            "answer_by": raw["answer_by"] and _instant(raw["answer_by"]),
            "terms": terms_from_json(raw.get("terms")),
            "was": terms_from_json(raw.get("was")),
            "evidence": tuple(raw.get("evidence", ())),
        }
    )


def version_from_row(*, terms: Json, was: Json, **row: Any) -> Version:
    """A version of the terms, from its row."""
    agreed = terms_from_json(terms)
    assert agreed is not None, "a version has terms"
    return Version(**row, terms=agreed, was=terms_from_json(was))


def terms_from_json(raw: Json) -> Terms | None:
    """Terms, from the row that keeps them."""
    return raw and Terms(**{**raw, "milestones": tuple(map(_milestone_terms, raw["milestones"]))})


def _milestone_terms(raw: Json) -> MilestoneTerms:
    return MilestoneTerms(**{**raw, "due": raw["due"] and date.fromisoformat(raw["due"])})


def chargeback_from_json(raw: Json) -> Chargeback:
    """A chargeback, from the contract's row."""
    return Chargeback(
        **{
            **raw,
            "at": _instant(raw["at"]),
            "status": ChargebackStatus(raw.get("status", "open")),
            "decided_at": instant_or_none(raw.get("decided_at")),
        }
    )


def dispute_from_json(raw: Json) -> Dispute:
    """A dispute, from the contract's row."""
    return Dispute(
        **{
            **raw,
            "about": About(raw["about"]),
            "opened_by": Role(raw["opened_by"]),
            "opened_at": _instant(raw["opened_at"]),
            "answer_by": _instant(raw["answer_by"]),
            "answered_at": instant_or_none(raw["answered_at"]),
            "moved_at": instant_or_none(raw["moved_at"]),
            "frozen": tuple(map(_frozen_from_json, raw["frozen"])),
            "accepted_by": tuple(map(Role, raw["accepted_by"])),
            "statements": tuple(map(_statement_from_json, raw["statements"])),
            "request": raw["request"] and proposal_from_json(raw["request"]),
            "ruling": _ruling_from_json(raw["ruling"]),
            "appeal": _appeal_from_json(raw["appeal"]),
            "closing": raw["closing"] and Closing(**{**raw["closing"], "at": _instant(raw["closing"]["at"])}),
            "week": raw["week"] and date.fromisoformat(raw["week"]),
            "evidence": tuple(raw.get("evidence", ())),
        }
    )


def _frozen_from_json(raw: Json) -> Frozen:
    return Frozen(**{**raw, "release_at": instant_or_none(raw["release_at"])})


def _statement_from_json(raw: Json) -> Statement:
    said = {"by": Role(raw["by"]), "at": _instant(raw["at"]), "evidence": tuple(raw.get("evidence", ()))}
    return Statement(**{**raw, **said})


def record_from_json(raw: Json) -> Record:
    """What of a contract's past counts for people's names, from its row."""
    return Record(**{**raw, "late_weeks": tuple(raw.get("late_weeks", ()))})


def _ruling_from_json(raw: Json) -> Ruling | None:
    return raw and Ruling(**{**raw, "at": _instant(raw["at"]), "takes_effect_at": _instant(raw["takes_effect_at"])})


def _appeal_from_json(raw: Json) -> Appeal | None:
    if raw is None:
        return None
    ruling = _ruling_from_json(raw["ruling"])
    return Appeal(**{**raw, "by": Role(raw["by"]), "at": _instant(raw["at"]), "ruling": ruling})


def _plain(value: Any) -> Json:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return part_to_json(value) if is_dataclass(value) else as_text(value)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def instant_or_none(text: str | None) -> datetime | None:
    """An instant as the database tells it; None stays None."""
    return None if text is None else _instant(text)


def as_text(value: Any) -> Any:
    """A date or an instant as the database reads it; anything else as it is."""
    return value.isoformat() if isinstance(value, date) else value


# Sentences: money and instants are told apart from words and numbers by what they are wrapped in.


def _sentence_to_json(sentence: Sentence) -> Json:
    return [sentence.template, {name: _value_to_json(value) for name, value in sentence.values.items()}]


def _sentence_from_json(raw: Json) -> Sentence:
    return Sentence(raw[0], {name: _value_from_json(value) for name, value in raw[1].items()})


def _value_to_json(value: Value) -> Json:
    write = _WRITERS.get(type(value))
    return write(value) if write else value


_WRITERS: Mapping[type, Callable[[Any], Json]] = {
    Money: lambda money: {"money": [money.amount, money.currency]},
    datetime: lambda at: {"instant": at.isoformat()},
    Role: lambda side: {"side": side},
}


def _value_from_json(raw: Json) -> Value:
    match raw:
        case {"money": [amount, currency]}:
            return Money(amount, currency)
        case {"instant": at}:
            return _instant(at)
        case {"side": side}:
            return Role(side)
    return raw  # type: ignore[no-any-return]
