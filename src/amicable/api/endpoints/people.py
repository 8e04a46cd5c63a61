"""The person who asks, and what everybody may know of others."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from ninja import Router

from amicable.api import represent, schemas
from amicable.api.auth import Request, require_role
from amicable.api.describe import may_refuse
from amicable.api.problems import nothing_here
from amicable.contracts import clock
from amicable.contracts.standing import reviews_of, standing_of
from amicable.payments.commands import change_card
from amicable.people.models import Person
from amicable.rules.contract import Role

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
