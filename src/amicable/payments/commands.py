"""Perform an action and, where it asks the client's card, answer when the card has answered."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from amicable.contracts import billing, outbox
from amicable.contracts import perform as contracts
from amicable.contracts.models import Event
from amicable.contracts.perform import EVENT_FIELDS, Command, Done, Replayed
from amicable.contracts.record import Recorded, recorded
from amicable.payments import invoices, jobs
from amicable.payments.cards import set_card
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.timeline import foresee

PATIENCE_SECONDS = 10.0
STEP_SECONDS = 0.1
ANSWERS = ("charge_succeeded", "charge_failed")


def perform(command: Command, at: datetime) -> Done | Replayed | Refused:
    """Perform the command. One that asks the card is done when the card has paid, refused as `card_declined` when it
    was declined, and done as it stands, the milestone `funding`, when there is no answer within PATIENCE_SECONDS.

    Raises NoSuchContractError and BusyContractError.
    """
    result = contracts.perform(command, at)
    if isinstance(result, Done) and result.outcome.charge:
        return _with_answer(result)
    if isinstance(result, Replayed):
        return _replayed_with_answer(result)
    return result


def change_card(person: str, behaviour: str) -> None:
    """Give the person (an id) another card of the sandbox provider, and ask it for what the last one did not pay.

    Raises ValueError for any other behaviour than those of `cards.set_card`.
    """
    with transaction.atomic():
        set_card(person, behaviour)
        again = outbox.put(billing.AGAIN, {"client": person})
    jobs.run_now(again)
    for job in invoices.waiting(person):
        jobs.run_now(job)


def _with_answer(done: Done) -> Done | Refused:
    outcome = done.outcome
    assert outcome.charge is not None, "only what asks the card waits for it"
    answer = _await_answer(outcome.contract.id, outcome.contract.version)
    if answer is None:
        return done
    return _declined(answer) if answer.action == "charge_failed" else _paid(outcome)


def _paid(outcome: Outcome) -> Done:
    foreseen = foresee(outcome)
    return Done(foreseen, foreseen.contract)


def _await_answer(contract: str, version: int) -> Recorded | None:
    """What the card said to the charge that an event of a contract asked for, None when it says nothing for long."""
    job = outbox.find("charge", contract, version)
    if job is not None:
        jobs.run_now(job)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        answer = _answer(contract, version)
        if answer or time.monotonic() > give_up:
            return answer
        time.sleep(STEP_SECONDS)


def _answer(contract: str, version: int) -> Recorded | None:
    """The first answer of the card after an event; there is one charge at a time, so it is the event's."""
    rows = Event.objects.filter(contract_id=contract, version__gt=version, action__in=ANSWERS).order_by("version")
    row = rows.values(*EVENT_FIELDS).first()
    return recorded(**row) if row else None


def _replayed_with_answer(replayed: Replayed) -> Replayed | Refused:
    """The same as the first time: with what the card said then."""
    event = replayed.event
    if event.action not in ("fund", "pay"):
        return replayed
    answer = _await_answer(event.contract, event.version)
    if answer is None:
        return replayed
    if answer.action == "charge_failed":
        return _declined(answer)
    told = replace(
        answer, before=event.before, action=event.action, by=event.by, actor=event.actor, params=event.params
    )
    return Replayed(told)


def _declined(answer: Recorded) -> Refused:
    return Refused("card_declined", answer.explanation[0], Kind.PAYMENT)
