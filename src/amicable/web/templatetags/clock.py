"""The demo's clock in the header of every page."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.template.context import Context

from amicable.contracts import clock
from amicable.web.happened import next_event

register = template.Library()


@register.inclusion_tag("web/clock_bar.html", takes_context=True)
def demo_clock(context: Context) -> dict[str, object]:
    """The clock bar, where there is a sandbox whose time can be moved and somebody who has signed in."""
    request: HttpRequest | None = context.get("request")
    if not settings.SANDBOX or request is None or not request.user.is_authenticated:
        return {}
    now = clock.now()
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "now": now,
        "next": next_event(request.user, now),
    }
