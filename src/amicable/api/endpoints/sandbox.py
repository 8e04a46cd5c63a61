"""Helpers of the sandbox, for trying things out: people from nowhere, and time that is moved. No token is needed."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from ninja import Router, Status

from amicable.api import sandbox, schemas
from amicable.api.describe import may_refuse
from amicable.api.problems import Problem, invalid, nothing_here, refused
from amicable.contracts import clock
from amicable.contracts.models import Contract
from amicable.payments import sandbox_bank
from amicable.payments.cards import set_card
from amicable.payments.provider import Stage
from amicable.payments.sandbox import advance, settle
from amicable.people.models import Person, Token
from amicable.rules.outcome import Refused
from amicable.talk.notices import deliver_pending

router = Router(tags=["sandbox"], auth=None)
LAST_YEAR = 2200
"""Windows are added to the time, and time itself ends with the year 9999."""


@router.post(
    "/people", response={201: sandbox.PersonWithToken}, operation_id="add_person", openapi_extra=may_refuse(404)
)
def add_person(request: HttpRequest, new: sandbox.NewPerson) -> Status[sandbox.PersonWithToken]:
    """Add a person and give them a token; a client gets a card."""
    del request
    only_in_sandbox()
    roles = list(dict.fromkeys(new.roles))
    with transaction.atomic():
        email = f"{secrets.token_hex(8)}@sandbox.example"
        person = Person.objects.create_person(name=new.name, email=email, roles=[*roles])
        if "client" in roles:
            set_card(str(person.id), new.card)
        token = Token.issue(person)
    return Status(201, sandbox.PersonWithToken(id=str(person.id), name=person.name, roles=roles, token=token))


@router.get("/clock", response=sandbox.ClockShown, operation_id="get_clock", openapi_extra=may_refuse(404))
def get_clock(request: HttpRequest) -> sandbox.ClockShown:
    """The sandbox's time. It stands still until it is moved."""
    del request
    only_in_sandbox()
    return sandbox.ClockShown(now=clock.start())


@router.post("/clock", response=sandbox.ClockMoved, operation_id="move_clock", openapi_extra=may_refuse(404, 409))
def move_clock(request: HttpRequest, move: sandbox.ClockMove) -> sandbox.ClockMoved:
    """Move time forward, performing all that is due on the way, in order, and wait for the payment provider's jobs."""
    del request
    only_in_sandbox()
    if move.to.year >= LAST_YEAR:
        raise invalid("to", f"The sandbox ends with the year {LAST_YEAR - 1}.")
    try:
        performed = advance(move.to)
        deliver_pending()
    except clock.ClockRunsForwardError as error:
        raise Problem(409, "clock_runs_forward", f"{error} It is {schemas.instant(clock.now())}.") from None
    return sandbox.ClockMoved(now=clock.now(), performed=performed)


@router.get(
    "/payments",
    response=schemas.Page[sandbox.CardPayment],
    operation_id="list_card_payments",
    openapi_extra=may_refuse(404),
)
def list_card_payments(request: HttpRequest, contract: UUID) -> schemas.Page[sandbox.CardPayment]:
    """What was paid by card on a contract, oldest first, and what the bank does about it."""
    del request
    only_in_sandbox()
    if not Contract.objects.filter(id=contract).exists():
        raise nothing_here("There is no such contract.")
    return schemas.Page(items=[_card_payment(paid) for paid in sandbox_bank.payments_on(str(contract))], next=None)


def _card_payment(paid: sandbox_bank.Paid) -> sandbox.CardPayment:
    return sandbox.CardPayment(
        id=paid.key,
        at=paid.at,
        amount=paid.money.decimal,
        currency=paid.money.currency,
        bank=[sandbox.BankStep(stage=step.stage.value, at=step.at) for step in paid.steps],
    )


@router.post(
    "/chargebacks",
    response={201: sandbox.BankPlanned},
    operation_id="plan_chargeback",
    openapi_extra=may_refuse(404, 409),
)
def plan_chargeback(request: HttpRequest, plan: sandbox.BankPlan) -> Status[sandbox.BankPlanned]:
    """Have a client's bank take a payment back, or decide about it in the end; now or when the clock stands there."""
    del request
    only_in_sandbox()
    planned = sandbox_bank.plan(plan.payment, Stage(plan.stage), plan.at or clock.now())
    if isinstance(planned, Refused):
        raise refused(planned)
    settle()
    return Status(201, sandbox.BankPlanned(payment=planned.payment, stage=plan.stage, at=planned.at))


def only_in_sandbox() -> None:
    """Raise 404 where real people are."""
    if not settings.SANDBOX:
        raise nothing_here()
