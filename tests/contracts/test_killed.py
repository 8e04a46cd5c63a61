"""A process that is killed before any statement that it was about to send: when others go on where it was, and whoever
asked asks again under the same key, all ends as if nobody had been killed, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from amicable.contracts.billing import close_weeks
from amicable.contracts.models import Outbox
from amicable.contracts.perform import Command
from amicable.contracts.reminding import remind
from amicable.contracts.worker import perform_due
from amicable.diary.verify import verify
from amicable.payments import jobs
from amicable.payments.cards import set_card
from amicable.payments.commands import change_card
from amicable.payments.models import SandboxCall
from amicable.payments.withdrawals import withdraw
from amicable.rules.clocks import due
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.talk.handing_in import perform
from amicable.talk.mail import send_pending
from amicable.talk.messages import write
from amicable.talk.models import KeptMail
from amicable.talk.notices import deliver_pending
from contracts.kept import Kept, kept
from contracts.test_pairs import PEOPLE, facts
from lives import LIVES
from rules.gallery import ALL
from rules.play import CLIENT, FREELANCER
from rules.sensible import First, sensible

POINTS = 1
"""At so many statements of each case somebody is killed in the suite; at all of them in `make simulate`."""
Deed = Callable[[Kept], Callable[[], Any]]


class KilledError(BaseException):
    """Nothing after this is done, as nothing handles it."""


def work(here: Kept) -> None:
    """What a worker does in a round."""
    jobs.run_pending()
    close_weeks(here.at)
    perform_due(here.at)
    remind(here.at)
    deliver_pending()
    send_pending()


def _acts(action: str, by: Role, **params: str) -> Deed:
    def make(here: Kept) -> Callable[[], Any]:
        chosen = {**sensible(action, here.reload(), First(), by), **params}
        return partial(perform, Command(here.contract.id, action, chosen, here.id_of(PEOPLE[by]), key="key"), here.at)

    return make


def _withdraws(here: Kept) -> Callable[[], Any]:
    here.move(here.at + timedelta(days=6))
    work(here)
    available = here.reload().freelancer_available
    assert available
    money = Money(available, here.contract.currency)
    return partial(withdraw, here.id_of(FREELANCER), money, here.at, "key")


def _writes(here: Kept) -> Callable[[], Any]:
    return partial(write, here.contract.id, here.id_of(FREELANCER), "Hello", here.at, "key")


def _waits(here: Kept) -> Callable[[], Any]:
    """Until something happens by itself, which is a worker's to do."""
    clock = due(here.reload())
    assert clock is not None
    here.move(clock.at)
    return lambda: None


def _waits_with_a_card_that_declines(here: Kept) -> Callable[[], Any]:
    set_card(here.id_of(CLIENT), "declines")
    return _waits(here)


def _changes_card(here: Kept) -> Callable[[], Any]:
    return partial(change_card, here.id_of(CLIENT), "works")


CASES: dict[str, tuple[str, Deed]] = {
    "fund": ("active", _acts("fund", Role.CLIENT)),
    "money back to the card": ("funded", _acts("end", Role.FREELANCER, reason="other")),
    "withdraw": ("refund requested", _withdraws),
    "write": ("funded", _writes),
    "leave feedback": ("ended with sealed feedback", _acts("leave_feedback", Role.FREELANCER)),
    "silence": ("submitted", _waits),
    "Monday": ("hours logged", _waits),
    "Monday with a card that declines": ("hours logged", _waits_with_a_card_that_declines),
    "another card": ("hours unpaid", _changes_card),
}


def played(case: str, dies_before: int | None = None) -> tuple[int, Any]:
    """How many statements it took, or came to, and how things stand in the end."""
    state, make = CASES[case]
    here = kept(ALL[state])
    work(here)
    deed, sent = make(here), 0

    def count(execute: Callable[..., Any], *statement: Any) -> Any:
        nonlocal sent
        if sent == dies_before:
            raise KilledError
        sent += 1
        return execute(*statement)

    with connection.execute_wrapper(count):
        try:
            deed()
            work(here)
        except KilledError:
            pass
    others_go_on(here)
    deed()
    others_go_on(here)
    people = [one.pk for one in here.people.values()]
    asked = SandboxCall.objects.filter(person__in=people).values_list("kind", "amount", "declined")
    mails = KeptMail.objects.filter(person__in=people).values_list("subject", "person__name")
    stands = facts(here), sorted(asked), sorted(mails), Outbox.objects.count()
    here.put_away()
    return sent, stands


def others_go_on(here: Kept) -> None:
    """When the leases of the dead are over."""
    for _ in range(3):
        Outbox.objects.update(available_at=F("available_at") - timedelta(hours=2))
        work(here)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("case", CASES)
def test_who_is_killed_is_followed_by_others_who_do_the_rest_once(case: str, settings: Any) -> None:
    settings.EMAIL_BACKEND, settings.SENDS_MAIL = "amicable.talk.kept.Backend", True
    statements, undisturbed = played(case)
    step = 1 if LIVES > 1 else -(-statements // POINTS)
    for before in range(step // 2, statements, step):
        assert played(case, before) == (before, undisturbed), f"killed before statement {before} of {statements}"
    assert verify().balanced
