"""All that a contract's evidence consists of, read as of one moment, as one side may see it. RULEBOOK, row 14.

As JSON for programs: amounts are decimal strings with the contract's currency, times are RFC 3339 in UTC. Feedback is
no part of it: as long as it is sealed, nobody may learn that it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from amicable.books.models import Transfer
from amicable.contracts.history import history
from amicable.contracts.record import Recorded
from amicable.contracts.versions import versions_of
from amicable.contracts.weeks import weeks_of
from amicable.diary.reading import Logged, segments_of
from amicable.diary.screenshots import last_pictured_at
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.differences import differences, in_words
from amicable.rules.dispute import Dispute, Ruling
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.rules.terms import Version
from amicable.talk.files import files_of, is_open_to
from amicable.talk.messages import messages_of
from amicable.talk.models import File, Message

Json = Any
ALL = 2**31
TERMS = (
    *("offer", "accept", "propose_terms", "accept_terms", "decline_terms", "withdraw_terms"),
    *("set_weekly_limit", "allow_manual_time", "forbid_manual_time"),
)
"""Actions that say what was asked for and agreed."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What there is, and for whom it was put together."""

    contract: Contract
    reader: Role
    names: Mapping[str, str]
    """Of everybody who appears in it, by their ids."""
    events: list[Recorded]
    versions: list[Version]
    """All terms that were agreed, or offered, oldest first."""
    messages: list[Message]
    files: list[File]
    weeks: list[Week]
    segments: list[Logged]
    transfers: list[Transfer]
    pictured_at: datetime | None
    """When the last screenshot came."""

    @property
    def until(self) -> datetime:
        """When the last thing in it happened: what has not changed since makes the same bundle."""
        moments = [self.contract.created_at, *(event.at for event in self.events)]
        moments += [message.at for message in self.messages] + [file.at for file in self.files]
        moments += [self.pictured_at] if self.pictured_at else []
        return max(moments + [logged.logged_at for logged in self.segments])

    @property
    def told(self) -> Mapping[str, str]:
        """The names of the two sides, as sentences want them."""
        return {"client": self.names[self.contract.client], "freelancer": self.names[self.contract.freelancer]}

    def is_whole(self, file: File) -> bool:
        """Whether the reader gets the file itself, and not only a preview of it."""
        return is_open_to(file, self.contract, self.reader)

    def who(self, person: str | None, role: Role) -> str:
        """Who did something."""
        return self.names.get(person or "") or {Role.NOBODY: "by itself", Role.MEDIATOR: "a mediator"}.get(role, role)

    def amount(self, minor: int) -> str:
        """Minor units as a decimal string."""
        return self.contract.money(minor).decimal


def dossier(contract: Contract, reader: Role) -> Dossier:
    """Everything there is on the contract, as it stands; call it in `books.reading.one_moment`."""
    events = history(contract.id, limit=ALL)
    messages, files = messages_of(contract.id, limit=ALL), files_of(contract.id, limit=ALL)
    people = {contract.client, contract.freelancer}
    people |= {event.actor for event in events if event.actor}
    people |= {str(message.author_id) for message in messages} | {str(file.author_id) for file in files}
    return Dossier(
        contract=contract,
        reader=reader,
        names={str(key): name for key, name in Person.objects.filter(id__in=people).values_list("id", "name")},
        events=events,
        versions=versions_of(contract.id, limit=ALL),
        messages=messages,
        files=files,
        weeks=weeks_of(contract, limit=ALL) if contract.hourly else [],
        segments=segments_of(contract, limit=ALL) if contract.hourly else [],
        transfers=list(Transfer.objects.filter(contract=contract.id).order_by("id")),
        pictured_at=last_pictured_at(contract.id) if contract.hourly else None,
    )


def parts(of: Dossier) -> dict[str, Json]:
    """The bundle's JSON files, by their names, without those that list what else is in it."""
    return {
        "contract.json": _contract(of),
        "terms.json": [_event(of, event) for event in of.events if event.action in TERMS],
        "versions.json": [_version(of, version) for version in of.versions],
        "history.json": [_event(of, event) for event in of.events],
        "messages.json": [_message(of, message) for message in of.messages],
        "money.json": [_transfer(transfer) for transfer in of.transfers],
    }


def hours(of: Dossier, pictures: Mapping[datetime, Json]) -> Json:
    """Weeks and segments; `pictures` says of the screenshots, by when their segments begin, where they are."""
    return {
        "weeks": [_week(of, week) for week in of.weeks],
        "segments": [_segment(logged, pictures.get(logged.segment.start)) for logged in of.segments],
    }


def billed(of: Dossier, week: Week) -> tuple[int, int, int]:
    """The minutes, the rate and what they come to: of a week that is still open, so far."""
    if week.status != WeekStatus.OPEN:
        return week.minutes, week.rate, week.amount
    minutes, amount = of.contract.bill(week)
    return minutes, of.contract.terms_of(week.start).rate, amount


def instant(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def explained(of: Dossier, event: Recorded) -> str:
    """An event in words."""
    return " ".join(sentence.tell(of.told) for sentence in event.explanation)


def said(event: Recorded) -> Mapping[str, Any]:
    """What the actor said, as it is on record. What is said in feedback is no evidence, and not all of it is shown."""
    return {} if "feedback" in event.action else event.params


def written(event: Recorded) -> list[str]:
    """What somebody wrote on an event: a scope that was asked for is on record also where it was declined."""
    names = ("reason", "note", "description") if event.action == "propose_terms" else ("reason", "note")
    return [text for name in names if (text := said(event).get(name))]


def agreed_by(of: Dossier, version: Version) -> str | None:
    """Which side agreed to a version of the terms; an offer's is agreed to with the offer."""
    return version.accepted_by or (Role.FREELANCER if of.contract.accepted_at else None)


def changes(of: Dossier, version: Version) -> list[str]:
    """What a version of the terms changed, in words."""
    found = differences(version.was, version.terms) if version.was else []
    return [in_words(of.contract, one).tell(of.told) for one in found]


def side_of(of: Dossier, author: object) -> Role:
    """On which side somebody wrote."""
    return of.contract.side_of(str(author)) or Role.MEDIATOR


def _contract(of: Dossier) -> Json:
    contract = of.contract
    return {
        "id": contract.id,
        "version": contract.version,
        "title": contract.title,
        "description": contract.description,
        "kind": contract.kind,
        "currency": contract.currency,
        "status": contract.status,
        "client": {"id": contract.client, "name": of.names[contract.client]},
        "freelancer": {"id": contract.freelancer, "name": of.names[contract.freelancer]},
        "created_at": instant(contract.created_at),
        "accepted_at": _maybe(contract.accepted_at),
        "ended_at": _maybe(contract.ended_at),
        "ending": _plain(asdict(contract.ending)) if contract.ending else None,
        "milestones": [
            _plain(asdict(milestone))
            | {name: of.amount(getattr(milestone, name)) for name in ("amount", "escrow", "paid")}
            for milestone in contract.milestones
        ],
        "change_rounds": contract.change_rounds,
        "review_days": contract.days_of_review if contract.milestones else None,
        "hourly": [_plain(asdict(terms)) | {"rate": of.amount(terms.rate)} for terms in contract.hourly],
        "money": {
            "escrow": of.amount(contract.escrow),
            "in_review": of.amount(contract.in_review),
            "paid": of.amount(contract.paid),
            "refunded": of.amount(contract.refunded),
            "fees": of.amount(contract.fees_earned),
        },
        "disputes": [_dispute(of, dispute) for dispute in contract.disputes],
        "policy": _plain(asdict(contract.policy)),
    }


def _version(of: Dossier, version: Version) -> Json:
    terms = version.terms
    return {
        "version": version.number,
        "since": instant(version.since),
        "proposed_by": version.proposed_by,
        "accepted_by": agreed_by(of, version),
        "note": version.note,
        "terms": {
            "description": terms.description,
            "milestones": [_plain(asdict(one)) | {"amount": of.amount(one.amount)} for one in terms.milestones],
            "rate": None if terms.rate is None else of.amount(terms.rate),
            "weekly_limit_hours": terms.weekly_limit_hours,
            "manual_time": terms.manual_time,
            "change_rounds": terms.change_rounds,
            "review_days": terms.review_days,
        },
        "changes": changes(of, version),
    }


def _dispute(of: Dossier, dispute: Dispute) -> Json:
    return {
        "id": dispute.id,
        "about": dispute.about,
        "status": dispute.status,
        "amount": of.amount(dispute.amount),
        "opened_by": dispute.opened_by,
        "opened_at": instant(dispute.opened_at),
        "reason": dispute.reason,
        "evidence": list(dispute.evidence),
        "statements": [_plain(asdict(statement)) for statement in dispute.statements],
        "claims": {
            "client": None if dispute.client_claim is None else of.amount(dispute.client_claim),
            "freelancer": None if dispute.freelancer_claim is None else of.amount(dispute.freelancer_claim),
        },
        "appeal": dispute.appeal
        and {
            "by": dispute.appeal.by,
            "at": instant(dispute.appeal.at),
            "note": dispute.appeal.note,
            "ruling": _ruling(of, dispute.appeal.ruling),
        },
        "ruling": dispute.ruling and _ruling(of, dispute.ruling),
        "closing": dispute.closing
        and {
            "at": instant(dispute.closing.at),
            "action": dispute.closing.action,
            "released": None if dispute.closing.released is None else of.amount(dispute.closing.released),
        },
    }


def _ruling(of: Dossier, ruling: Ruling) -> Json:
    return {
        "release": of.amount(ruling.release),
        "reason": ruling.reason,
        "mediator": ruling.mediator,
        "at": instant(ruling.at),
        "takes_effect_at": instant(ruling.takes_effect_at),
    }


def _event(of: Dossier, event: Recorded) -> Json:
    return {
        "version": event.version,
        "at": instant(event.at),
        "action": event.action,
        "by": event.by,
        "actor": event.actor,
        "name": of.who(event.actor, event.by),
        "params": dict(said(event)),
        "status": {"before": event.before, "after": event.after},
        "explanation": explained(of, event),
        "transfers": [
            {
                "from": one.source,
                "to": one.target,
                "amount": Money(one.amount, one.currency).decimal,
                "currency": one.currency,
                "why": one.why,
            }
            for one in event.transfers
        ],
    }


def _message(of: Dossier, message: Message) -> Json:
    return {
        "id": str(message.pk),
        "at": instant(message.at),
        "by": side_of(of, message.author_id),
        "name": of.names[str(message.author_id)],
        "text": message.text,
        "files": [str(file.pk) for file in message.files.all()],
    }


def _week(of: Dossier, week: Week) -> Json:
    minutes, rate, amount = billed(of, week)
    return {
        "start": week.start.isoformat(),
        "status": week.shown_status,
        "minutes": minutes,
        "rate": of.amount(rate),
        "amount": of.amount(amount),
        "paid": of.amount(week.paid),
        "refunded": of.amount(week.refunded),
    }


def _segment(logged: Logged, picture: Json) -> Json:
    segment = logged.segment
    return {
        "start": instant(segment.start),
        "memo": segment.memo,
        "activity": segment.activity,
        "manual": segment.manual,
        "late": segment.late,
        "logged_at": instant(logged.logged_at),
        "over_limit": logged.is_over_limit,
        "covered": not logged.why_not,
        "screenshot": picture,
    }


def _transfer(transfer: Transfer) -> Json:
    return {
        "id": transfer.pk,
        "at": instant(transfer.at),
        "from": transfer.source,
        "to": transfer.target,
        "amount": Money(transfer.amount, transfer.currency).decimal,
        "currency": transfer.currency,
        "why": transfer.why,
        "version": transfer.version,
    }


def _maybe(at: datetime | None) -> str | None:
    return instant(at) if at else None


def _plain(fields: Mapping[str, Any]) -> dict[str, Json]:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: Any) -> Json:
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
