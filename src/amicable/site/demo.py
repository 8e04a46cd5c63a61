"""The demo: a small believable marketplace, made by performing what its people did, so that all of it is real."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from amicable.rules.week import SEGMENT_MINUTES, monday_of, opens
from amicable.site.demo_market import RESIDENTS, STORIES, Message, Resident, Step, Story, When, Work

if TYPE_CHECKING:
    from amicable.talk.files import Upload

PASSWORD = "amicable"
MAILS = "No mail is sent: each person reads theirs at /mail."


def seed() -> None:
    """Fill the migrated database with the demo's people and contracts, unless it has people already.

    All in one transaction: a start that is broken off leaves nothing.
    """
    from django.db import transaction

    from amicable.people.models import Person

    if Person.objects.exists():
        return
    with transaction.atomic():
        _Seed(today=datetime.now(UTC).replace(second=0, microsecond=0)).run()


def introduction() -> str:
    """Who can sign in, how, and an API token for each."""
    from amicable.people.models import Person

    width = max(len(resident.email) for resident in RESIDENTS)
    known = set(Person.objects.values_list("email", flat=True))
    lines = [
        f"  {resident.email:<{width}}  {', '.join(resident.roles):<18}  {_token(resident)}"
        for resident in RESIDENTS
        if resident.email in known
    ]
    return "\n".join(
        [f"Sign in as one of these with the password “{PASSWORD}”, or use the API token:", *lines, "", MAILS, ""]
    )


def _token(resident: Resident) -> str:
    """A token that is the same at every start, and another in every data folder."""
    from django.conf import settings

    digest = hmac.digest(settings.SECRET_KEY.encode(), f"demo token of {resident.email}".encode(), "sha256")
    return f"amicable_{digest.hex()[:40]}"


@dataclass
class _Seed:
    today: datetime

    def run(self) -> None:
        """Make the people, then let them do what they did, in order, while the clock moves up to today."""
        from amicable.contracts import clock
        from amicable.payments.sandbox import advance

        self.people = {resident.name.split()[0]: self._settle(resident) for resident in RESIDENTS}
        self.contracts: dict[str, str] = {}
        events: list[tuple[datetime, Story, Step | Message | Work | None]] = []
        for story in STORIES:
            events.append((self._at(story.day), story, None))
            events += [(self._at(step.day), story, step) for step in story.steps]
        events.sort(key=lambda event: event[0])
        clock.start(events[0][0])
        for at, story, step in events:
            if at <= self.today:
                advance(at)
                self._happen(story, step)
        advance(self.today)

    def _happen(self, story: Story, step: Step | Message | Work | None) -> None:
        if step is None:
            self._offer(story)
        elif isinstance(step, Message):
            self._write(story, step)
        elif isinstance(step, Work):
            self._log(story, step)
        else:
            self._do(story, step)

    def _at(self, when: When) -> datetime:
        if isinstance(when, float | int):
            return self.today + timedelta(minutes=round(when * 24 * 60))
        return opens(self._monday(when.week)) + timedelta(days=when.weekday, minutes=round(when.hour * 60))

    def _monday(self, week: int) -> date:
        return monday_of(self.today) + timedelta(weeks=week)

    def _settle(self, resident: Resident) -> str:
        from amicable.payments.cards import set_card
        from amicable.people.models import Person, Token

        person = Person.objects.create_person(
            name=resident.name, email=resident.email, roles=list(resident.roles), password=PASSWORD
        )
        person.time_zone = resident.time_zone
        person.save(update_fields=["time_zone"])
        Token.issue(person, _token(resident))
        if resident.card:
            set_card(str(person.id), resident.card)
        return str(person.id)

    def _offer(self, story: Story) -> None:
        from amicable.contracts import clock
        from amicable.contracts.offers import make_offer
        from amicable.rules.outcome import Refused

        terms: dict[str, Any] = {
            "title": story.title,
            "description": story.description,
            "currency": story.currency,
        }
        if story.hourly:
            terms |= {"kind": "hourly", **story.hourly}
        else:
            milestones = [{"title": title, "amount": amount} for title, amount in story.milestones]
            terms |= {"kind": "fixed", "milestones": milestones}
        client, freelancer = self.people[story.client], self.people[story.freelancer]
        offered = make_offer(client=client, freelancer=freelancer, terms=terms, at=clock.now())
        if isinstance(offered, Refused):
            raise RuntimeError(f"“{story.title}” cannot be offered: {offered.reason.tell()}")
        self.contracts[story.title] = offered.id

    def _write(self, story: Story, message: Message) -> None:
        from amicable.contracts import clock
        from amicable.talk.messages import write

        contract, author = self.contracts[story.title], self.people[message.by]
        write(contract, author, message.text, clock.now(), uploads=_uploads(message.files))

    def _log(self, story: Story, work: Work) -> None:
        from amicable.contracts import clock
        from amicable.diary.segments import log
        from amicable.rules.diary import SEGMENT, Segment
        from amicable.rules.outcome import Refused

        starts = [self._at(work.begins) + number * SEGMENT for number in range(work.minutes // SEGMENT_MINUTES)]
        segments = [Segment(start, work.memo, work.activity, manual=not work.activity) for start in starts]
        logged = log(self.contracts[story.title], self.people[story.freelancer], segments, clock.now())
        if isinstance(logged, Refused):
            raise RuntimeError(f"“{work.memo}” on “{story.title}” is refused: {logged.reason.tell()}")

    def _do(self, story: Story, step: Step) -> None:
        from amicable.contracts import clock
        from amicable.contracts.perform import Command, view
        from amicable.rules.outcome import Refused
        from amicable.talk.handing_in import perform

        contract_id, actor, now = self.contracts[story.title], self.people[step.by], clock.now()
        is_mediator = step.action == "decide"
        contract, _ = view(contract_id, actor, now, is_mediator=is_mediator)
        params = dict(step.params)
        if "milestone" in params:
            params["milestone"] = contract.milestones[params["milestone"]].id
        if "week" in params:
            params["week"] = self._monday(params["week"]).isoformat()
        if step.action in ("accept_refund", "decline_refund", "contest_hours_dispute"):
            params["proposal"] = contract.proposals[0].id
        command = Command(contract_id, step.action, params, actor, is_mediator=is_mediator)
        done = perform(command, now, _uploads(step.files))
        if isinstance(done, Refused) and done.code != "card_declined":
            raise RuntimeError(f"{step.action} on “{story.title}” is refused: {done.reason.tell()}")


def _uploads(files: Iterable[tuple[str, str]]) -> list[Upload]:
    from amicable.talk.files import Upload

    return [Upload(name, "", BytesIO(text.encode())) for name, text in files]
