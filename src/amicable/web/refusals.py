"""What a page that acts answers when nothing was done: why, and what happened since the page was made."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

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
