"""People as everybody may see them; and what they can take with them of their own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from amicable.contracts import clock
from amicable.contracts.certificate import Period, PeriodError, certificate
from amicable.contracts.offers import current_policy
from amicable.contracts.standing import reviews_of
from amicable.people.models import Person
from amicable.people.profiles import Profile, profile_of
from amicable.rules.feedback import CATEGORIES
from amicable.rules.parts import Role
from amicable.rules.standing import tell_weight
from amicable.web.names import chart_of, public_reviews
from amicable.web.stars import MEANINGS
from amicable.web.viewer import person_of
from amicable.web.views.money import statement_page

TITLES = {Role.FREELANCER: "As a freelancer", Role.CLIENT: "As a client"}


@never_cache
@require_safe
def profile(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """The public profile of a person, also for who has not signed in."""
    person = Person.objects.filter(pk=person_id).first()
    if person is None:
        raise Http404("There is no such person.")
    now = clock.now()
    sides = [side for side in TITLES if person.has_role(side)]
    page = {
        "person": person,
        "is_own": request.user == person,
        "sides": [_side(profile_of(person, side, now)) for side in sides],
        "reviews": public_reviews(reviews_of(str(person.pk))),
        "formula": _formula(),
        "now": now,
    }
    return render(request, "web/person.html", page)


def _side(profile: Profile) -> dict[str, Any]:
    return {
        "profile": profile,
        "title": TITLES[profile.side],
        "chart": chart_of(profile.course),
        "earns": profile.side == Role.FREELANCER,
        "moved": [point for point in reversed(profile.course) if point.moves],
    }


def _formula() -> dict[str, Any]:
    """The figures of the published formula."""
    policy = current_policy()
    categories = zip(CATEGORIES, policy.feedback_weights, strict=True)
    return {
        "policy": policy,
        "categories": [(category, MEANINGS[category], weight) for category, weight in categories],
        "value_weights": [tell_weight(weight) for weight in policy.standing_value_weights],
        "good_from": f"{policy.standing_good_from / 100:.2f}",
        "bad_below": f"{policy.standing_bad_below / 100:.2f}",
    }


@login_required
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Agree to be named on the profiles of those one worked with, or take that back."""
    person = person_of(request)
    person.is_named = request.POST.get("is_named") == "yes"
    person.save(update_fields=["is_named"])
    named = "may name you" if person.is_named else "do not name you"
    messages.success(request, f"The public profiles of those you worked with {named}.")
    return redirect("web:person", person.pk)


@never_cache
@login_required
@require_safe
def certificate_pdf(request: HttpRequest) -> HttpResponse:
    """What the person earned, or spent, in a period, as PDF."""
    person, now = person_of(request), clock.now()
    side = Role.CLIENT if _wants_spend(request, person) else Role.FREELANCER
    try:
        period = Period.read(request.GET.get("from", ""), request.GET.get("to", ""), now.date())
    except PeriodError as error:
        return statement_page(request, str(error))
    name = "spend" if side == Role.CLIENT else "earnings"
    named = {"Content-Disposition": f'attachment; filename="{name}-{period.first}-{period.last}.pdf"'}
    return HttpResponse(
        certificate(str(person.pk), person.name, side, period, now), content_type="application/pdf", headers=named
    )


def _wants_spend(request: HttpRequest, person: Person) -> bool:
    if not person.has_role("freelancer"):
        return True
    return person.has_role("client") and request.GET.get("of") == "spend"
