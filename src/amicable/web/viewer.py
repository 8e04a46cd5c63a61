"""Who is looking: a person who has signed in, in their own time zone, on their side of a contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString

from amicable.contracts import clock
from amicable.contracts.perform import KEY_REUSED, Command, NoSuchContractError, view
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from amicable.rules.wording import Sentence, say
from amicable.web.outcome import People
from amicable.web.seen import Seen


def in_own_zone(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: whoever has signed in reads times in their own zone."""

    def respond(request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, AnonymousUser):
            return get_response(request)
        with timezone.override(ZoneInfo(request.user.time_zone)):
            return get_response(request)

    return respond


def person_of(request: HttpRequest) -> Person:
    """The person who has signed in; only for views that ask for it with `login_required`."""
    assert isinstance(request.user, Person), "the view lets nobody in who has not signed in"
    return request.user


@dataclass(frozen=True, slots=True)
class Sight:
    """A contract as one person sees it now."""

    contract: Contract
    role: Role
    person: Person
    people: People
    now: datetime

    @property
    def actor(self) -> str:
        """The person's id."""
        return str(self.person.pk)

    @property
    def seen(self) -> Seen:
        """What the person sees of the contract, for the button of a page."""
        return Seen.of(self.contract)

    def command(
        self, action: str, params: Mapping[str, object], *, seen: Seen | None = None, key: str | None = None
    ) -> Command:
        """What the person wants done to the contract, once for each `key`, if it still is as it was `seen`."""
        return Command(
            self.contract.id,
            action,
            params,
            self.actor,
            key=one_time(key),
            seen=seen.version if seen else None,
            diary_seen=seen.diary if seen else None,
            is_mediator=self.person.has_role("mediator"),
        )


def look(request: HttpRequest, contract_id: UUID) -> Sight:
    """The contract, if it is the person's to see; raises Http404 where it is not."""
    person, now = person_of(request), clock.now()
    try:
        contract, role = view(str(contract_id), str(person.pk), now, is_mediator=person.has_role("mediator"))
    except NoSuchContractError:
        raise Http404("There is no such contract.") from None
    people = replace(People.on(contract), reader=None if role == Role.MEDIATOR else role)
    return Sight(contract, role, person, people, now)


def one_time(key: str | None) -> str | None:
    """A form's key, under which its button does one thing however often it is pressed; None where it is none."""
    return key if key and re.fullmatch(r"[\w-]{1,64}", key, re.ASCII) else None


SENT_BEFORE = say("This page was sent before, with other words. Look at it again, then decide.")


def reason_of(refused: Refused) -> Sentence:
    """Why something was refused, for people, who know nothing of keys."""
    return SENT_BEFORE if refused == KEY_REUSED else refused.reason


def why(refused: Refused, people: People) -> SafeString:
    """The same with the names of the two."""
    return people.tell(reason_of(refused))


def searched(data: QueryDict, name: str) -> str:
    """What somebody searches for, without what cannot be in the database."""
    return data.get(name, "").replace("\x00", "").strip()
