"""Two deeds at the same moment, of two people, or of one and a worker or a bank, in any state of the gallery: what
comes of them is what comes of the one after the other, in one of the two orders."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from io import BytesIO
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from amicable.contracts import perform as performing
from amicable.contracts.billing import close_weeks
from amicable.contracts.deed import Deed as Written
from amicable.contracts.models import Event, Invoice
from amicable.contracts.perform import Command, Done
from amicable.contracts.weeks import weeks_of
from amicable.contracts.worker import perform_due
from amicable.diary import segments
from amicable.diary.verify import verify
from amicable.payments import jobs, sandbox_bank
from amicable.payments.commands import change_card
from amicable.payments.withdrawals import withdraw
from amicable.rules.clocks import due
from amicable.rules.diary import SEGMENT, Segment
from amicable.rules.money import Money
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from amicable.rules.timeline import buttons
from amicable.talk.files import Aim, Upload, receive
from amicable.talk.handing_in import TAKES, perform
from amicable.talk.messages import write
from amicable.talk.models import File, Message, Notice
from amicable.talk.notices import deliver_pending
from contracts.kept import Kept, kept
from contracts.together import at_once
from lives import LIVES
from rules.gallery import ALL
from rules.play import CLIENT, FREELANCER, MEDIATOR
from rules.sensible import First, sensible

PAIRS = 10
PEOPLE = {Role.CLIENT: CLIENT, Role.FREELANCER: FREELANCER, Role.MEDIATOR: MEDIATOR}
Deed = Callable[[Kept], Callable[[], Any]]
"""Made ready for a contract; called, it is done."""


def deeds_of(here: Kept) -> dict[tuple[str, str], Deed]:
    """All that can be done now, by who does it and what it is."""
    contract, found = here.reload(), dict[tuple[str, str], Deed]()
    for by, name in PEOPLE.items():
        if by != Role.MEDIATOR or contract.disputes:
            allowed = buttons(contract, by, here.at, here.id_of(name))
            found |= {(name, action): partial(_act, action, by) for action, no in allowed if no is None}
    for name in (CLIENT, FREELANCER):
        found |= {(name, "message"): partial(_message, name), (name, "evidence"): partial(_evidence, name)}
    if contract.hourly and contract.accepted_at:
        found |= {(FREELANCER, "time"): _time, (FREELANCER, "no time"): _no_time}
    found |= {(FREELANCER, "money"): _money, (CLIENT, "card"): _card}
    found |= {("worker", "what is due"): _due, ("another", "jobs"): _jobs, ("a third", "notices"): _notices}
    return found | ({("bank", "report"): _report} if _reportable(here) else {})


def _act(action: str, by: Role, here: Kept) -> Callable[[], Any]:
    params = sensible(action, here.reload(), First(), by)
    command = Command(here.contract.id, action, params, here.id_of(PEOPLE[by]), is_mediator=by == Role.MEDIATOR)
    return partial(perform, command, here.at, [_upload()] if action in TAKES else [])


def _upload() -> Upload:
    return Upload("page.txt", "text/plain", BytesIO(b"A page of the site."))


def _message(who: str, here: Kept) -> Callable[[], Any]:
    return partial(write, here.contract.id, here.id_of(who), "Hello", here.at, uploads=[_upload()])


def _evidence(who: str, here: Kept) -> Callable[[], Any]:
    side = Role.CLIENT if who == CLIENT else Role.FREELANCER
    return partial(receive, here.reload(), here.id_of(who), side, _upload(), Aim("evidence"), here.at)


def _time(here: Kept) -> Callable[[], Any]:
    """The last segment that is over."""
    since = timedelta(minutes=here.at.minute % 10, seconds=here.at.second, microseconds=here.at.microsecond)
    segment = Segment(here.at - since - SEGMENT, "Address form", 5)
    return partial(segments.log, here.contract.id, here.id_of(FREELANCER), [segment], here.at)


def _no_time(here: Kept) -> Callable[[], Any]:
    """The first segment there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(start) FROM diary_segment WHERE contract_id = %s", [here.contract.id])
        (first,) = cursor.fetchone()
    return partial(segments.delete, here.contract.id, here.id_of(FREELANCER), [first or here.at], here.at)


def _money(here: Kept) -> Callable[[], Any]:
    """All that is available, or what is not."""
    amount = here.reload().freelancer_available or 1
    return partial(withdraw, here.id_of(FREELANCER), Money(amount, here.contract.currency), here.at)


def _card(here: Kept) -> Callable[[], Any]:
    return partial(change_card, here.id_of(CLIENT), "works")


def _due(here: Kept) -> Callable[[], Any]:
    def work() -> None:
        close_weeks(here.at)
        perform_due(here.at)

    return work


def _jobs(here: Kept) -> Callable[[], Any]:
    del here
    return jobs.run_pending


def _notices(here: Kept) -> Callable[[], Any]:
    del here
    return deliver_pending


def _reportable(here: Kept) -> list[sandbox_bank.Paid]:
    return [paid for paid in sandbox_bank.payments_on(here.contract.id) if paid.can]


def _report(here: Kept) -> Callable[[], Any]:
    paid = _reportable(here)[0]
    assert not isinstance(sandbox_bank.plan(paid.key, paid.can[0], here.at), Refused)
    return jobs.run_pending


def answer(done: Any) -> Any:
    """What somebody was told, without what only tells how busy workers were."""
    match done:
        case Refused():
            return done.code
        case Done():
            moved = sorted((t.source.split(":")[0], t.target.split(":")[0], t.amount) for t in done.outcome.transfers)
            return done.outcome.after, tuple(moved)
        case segments.Batch():
            return done.new
    return None if isinstance(done, int) else type(done).__name__


def facts(here: Kept) -> tuple[Any, ...]:
    """How things stand, when all that was asked for is done."""
    for _ in range(3):
        jobs.run_pending()
        _due(here)()
    deliver_pending()
    contract = here.reload()
    of_it = {"contract": UUID(contract.id)}
    return (
        (contract.status, contract.ending, contract.pause, contract.escrow, contract.in_review, contract.fees_earned),
        (contract.paid, contract.refunded, contract.carried, contract.lost, contract.charge is None),
        [(one.status, one.amount, one.escrow, one.paid) for one in contract.milestones],
        sorted((one.kind, one.by, one.amount, str(one.answer_by)) for one in contract.proposals),
        [(one.status, one.amount, len(one.statements)) for one in contract.disputes],
        [(w.status, w.amount, w.logged, w.disputed, w.paid) for w in (weeks_of(contract) if contract.hourly else ())],
        sorted(Event.objects.filter(**of_it).values_list("action", flat=True)),
        sorted(Notice.objects.filter(**of_it).values_list("what", "person__name")),
        (Message.objects.filter(**of_it).count(), File.objects.filter(**of_it).count()),
        sorted(Invoice.objects.filter(client=here.people[CLIENT]).values_list("status", "amount")),
        _balances(here),
    )


def _balances(here: Kept) -> Counter[str]:
    names = [here.contract.id, *(str(one.pk) for one in here.people.values())]
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, balance FROM books_account WHERE split_part(name, ':', 2) = ANY(%s)", [names])
        return +Counter({name.split(":")[0]: balance for name, balance in cursor.fetchall()})


@contextmanager
def slowly(chance: Random) -> Iterator[None]:
    """Within, some time passes between the reading and the writing of a contract."""
    commit = performing.commit

    def commit_late(deeds: list[Written]) -> int:
        time.sleep(chance.random() / 50)
        return commit(deeds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(performing, "commit", commit_late)
        yield


def begun(state: str, *, at_deadline: bool) -> Kept:
    """The state, at the next deadline before anything has happened by itself."""
    here = kept(ALL[state])
    clock = due(here.reload()) if at_deadline else None
    if clock:
        here.move(clock.at)
    return here


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", range(PAIRS * LIVES))
def test_two_at_once_come_to_what_one_after_the_other_comes_to(number: int) -> None:
    chance = Random(number)
    state, at_deadline = chance.choice(list(ALL)), chance.random() < 0.5
    begin = partial(begun, state, at_deadline=at_deadline)
    first, second = _drawn(begin(), chance)

    def played(order: str) -> tuple[Any, ...]:
        here = begin()
        deeds = [deeds_of(here)[one](here) for one in (first, second)]
        if order == "at once":
            with slowly(chance):
                told = at_once(*deeds)
        else:
            told = [deed() for deed in deeds] if order == "first" else [deed() for deed in reversed(deeds)][::-1]
        found = [answer(one) for one in told], facts(here)
        here.put_away()
        return found

    in_turn, both = [played("first"), played("second")], played("at once")
    is_waiting = "charge_in_progress" in both[0]
    assert both in in_turn or is_waiting, f"{state}: {first} and {second}, {at_deadline=}"
    assert verify().balanced


def _drawn(here: Kept, chance: Random) -> tuple[tuple[str, str], tuple[str, str]]:
    """Two deeds of two people."""
    deeds = list(deeds_of(here))
    here.put_away()
    first = chance.choice(deeds)
    return first, chance.choice([one for one in deeds if one[0] != first[0]])
