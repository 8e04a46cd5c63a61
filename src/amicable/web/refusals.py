"""What a page that acts answers when nothing was done: why, and what happened since the page was made."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from amicable.contracts.perform import BusyContractError
from amicable.rules.contract import Contract
from amicable.rules.outcome import Kind, Refused
from amicable.web.outcome import People
from amicable.web.seen import Seen, changes
from amicable.web.viewer import why

STATUS = {
    Kind.RULE: HTTPStatus.CONFLICT,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.ROLE: HTTPStatus.FORBIDDEN,
    Kind.PAYMENT: HTTPStatus.PAYMENT_REQUIRED,
}
CHANGED = ("stale", "idempotency_key_reused")
"""The button belongs to a page from before: somebody, perhaps the same person, has done something since."""


def answers_posts(page: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that only acts, and answers with the `page` of that name anew when nothing was done. Who comes back to the
    address then, by loading it again or by moving the demo's clock, is led to the page itself."""

    def wrap(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, **place: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **place)
            if request.method in ("GET", "HEAD"):
                return HttpResponseRedirect(reverse(page, kwargs=place))
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])

        return answer

    return wrap


class WhileBusy:
    """Middleware: where a contract changed under every try, the page says that nothing was done and to try again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer of what is further in."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The page, instead of a fault."""
        if not isinstance(error, BusyContractError):
            return None
        page = render(request, "503.html", status=HTTPStatus.SERVICE_UNAVAILABLE)
        page.headers["Retry-After"] = "2"
        return page


def status_of(refused: Refused | None) -> int:
    """The code of the answer; that of a page from before is the same whichever way it was found out."""
    if refused is None:
        return HTTPStatus.OK
    return HTTPStatus.CONFLICT if refused.code in CHANGED else STATUS[refused.kind]


def nothing_done(refused: Refused, seen: Seen, contract: Contract, people: People) -> dict[str, Any]:
    """What `web/nothing_done.html` tells above the page that comes anew, and `errors`, by field, beside its fields.

    `seen` is what the page of the button was made from, `contract` what there is now.
    """
    is_old = refused.code in CHANGED
    return {
        "nothing_done": why(refused, people),
        "has_changed": is_old,
        "errors": dict(refused.errors),
        **(changes(seen, contract, people) if is_old else {}),
    }
