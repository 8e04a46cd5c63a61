"""The person who asks, and what everybody may know of others."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from amicable.api import represent, schemas
from amicable.api.auth import Request, require_role
from amicable.api.describe import as_file, may_refuse
from amicable.api.problems import invalid, nothing_here
from amicable.contracts import clock
from amicable.contracts.certificate import Period, PeriodError, certificate
from amicable.contracts.standing import reviews_of, standing_of
from amicable.payments.commands import change_card
from amicable.people.models import Person
from amicable.rules.parts import Role

router = Router(tags=["people"])


@router.get("/me", response=schemas.Me, operation_id="get_me")
def get_me(request: Request) -> schemas.Me:
    """Who the token is."""
    return represent.me(request.auth)


@router.put("/me/card", response=schemas.CardShown, operation_id="set_card", openapi_extra=may_refuse(403, 404))
def choose_card(request: Request, choice: schemas.CardChoice) -> schemas.CardShown:
    """With the sandbox provider: another card, one that works, declines or disputes."""
    if settings.PAYMENT_PROVIDER != "sandbox":
        raise nothing_here()
    require_role(request.auth, "client")
    change_card(str(request.auth.id), choice.card)
    return schemas.CardShown(card=choice.card)


@router.put("/me/naming", response=schemas.Me, operation_id="set_naming")
def choose_naming(request: Request, choice: schemas.Naming) -> schemas.Me:
    """Agree to be named on the public profiles of those one worked with, or take that back."""
    person = request.auth
    person.is_named = choice.named
    person.save(update_fields=["is_named"])
    return represent.me(person)


class CertificatePeriod(Schema):
    """Whole days, the first and the last included, in UTC."""

    since: Annotated[str, Field(alias="from", description="YYYY-MM-DD; this year when left out.")] = ""
    until: Annotated[str, Field(alias="to", description="YYYY-MM-DD; until today when left out.")] = ""
    side: Annotated[
        Literal["client", "freelancer"] | None, Field(description="What was spent, or what was earned.")
    ] = None


@router.get(
    "/me/certificate.pdf",
    response=None,
    operation_id="get_certificate",
    openapi_extra=as_file(403, media_type="application/pdf"),
)
def get_certificate(request: Request, period: Query[CertificatePeriod]) -> HttpResponse:
    """What the person earned, or spent, in a period: by contract and currency with all fees, from the ledger."""
    person, at = request.auth, clock.now()
    side = period.side or ("freelancer" if person.has_role("freelancer") else "client")
    require_role(person, side)
    try:
        days = Period.read(period.since, period.until, at.date())
    except PeriodError as error:
        raise invalid("from", str(error)) from None
    pdf = certificate(str(person.id), person.name, Role(side), days, at)
    return HttpResponse(pdf, content_type="application/pdf")


@router.get(
    "/people/{uuid:person_id}", response=schemas.Profile, operation_id="get_person", openapi_extra=may_refuse(404)
)
def get_person(request: Request, person_id: UUID) -> schemas.Profile:
    """The public profile of a person."""
    del request
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        raise nothing_here("There is no such person.")
    at = clock.now()
    freelancer, client = (standing_of(str(person.id), side, at) for side in (Role.FREELANCER, Role.CLIENT))
    return represent.profile(person, freelancer, client, reviews_of(str(person.id)))
