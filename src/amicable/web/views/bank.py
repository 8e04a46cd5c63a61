"""What a client's bank does in the demo: the client has it take a payment back, and decide, now or on a later day."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amicable.contracts import clock
from amicable.payments.provider import Stage
from amicable.payments.sandbox import settle
from amicable.payments.sandbox_bank import payments_of, plan
from amicable.rules.outcome import Refused, invalid
from amicable.web.refusals import status_of
from amicable.web.viewer import person_of

SHOWN = 10
WAITS = {0: "Now", 7: "In a week", 30: "In 30 days", 60: "In 60 days"}
STAGES = {
    Stage.OPENED: ("Take it back", "Your bank takes the payment back"),
    Stage.WON: ("Decide for Amicable", "Your bank decides for Amicable"),
    Stage.LOST: ("Decide for you", "Your bank decides for you"),
}
"""What a button says, and what it does."""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    """What the client's card has paid lately; POST has the bank do something about one of these payments."""
    person = person_of(request)
    if not settings.SANDBOX:
        raise Http404("This is not a demo.")
    if not person.has_role("client"):
        raise PermissionDenied("Only clients have a bank that can take payments back.")
    found = payments_of(str(person.pk), limit=SHOWN)
    refused = _plan(request, {paid.key for paid in found}) if request.method == "POST" else None
    if request.method == "POST" and refused is None:
        return redirect("web:bank")
    wrong = refused.reason.tell() if refused else ""
    page = {"payments": found, "stages": STAGES, "waits": WAITS, "now": clock.now(), "nothing_done": wrong}
    return render(request, "web/bank.html", page, status=status_of(refused))


def _plan(request: HttpRequest, payments: set[str]) -> Refused | None:
    """Have it done; what is wrong with it where it cannot be."""
    payment, stage, days = (request.POST.get(name, "") for name in ("payment", "stage", "days"))
    if payment not in payments or stage not in set(Stage) or days not in map(str, WAITS):
        return invalid("payment", "Choose one of the payments, what the bank does and when.")
    at = clock.now() + timedelta(days=int(days))
    planned = plan(payment, Stage(stage), at)
    if isinstance(planned, Refused):
        return planned
    settle()
    done = STAGES[Stage(stage)][1]
    messages.success(request, f"{done} {WAITS[int(days)].lower()}.")
    return None
