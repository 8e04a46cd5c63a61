"""Forms in which something is chosen, looked at and then done: one form, so that nothing that is written gets lost by
looking, in which a button of its own only looks, and the button of the deed does what was shown."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import QueryDict

LOOK, FIND, OLDER = "look", "evidence.find", "evidence.older"
"""The buttons that do nothing: one shows what is chosen comes to, two look for evidence to pick in."""
CHOSEN = "chosen"
"""Beside the button of the deed: the choices of which the outcome is shown, as a query."""


def is_looking(form: QueryDict) -> bool:
    """Whether the button that was pressed only looks, and does nothing."""
    return LOOK in form or FIND in form or OLDER in form


def as_shown(form: QueryDict, written: Iterable[str] = ()) -> QueryDict:
    """The form of a deed with the choices of which the outcome was shown, whatever is chosen in its fields by then; as
    they are sent are only the fields `written`, on which the outcome does not depend."""
    if CHOSEN not in form:
        return form
    said = QueryDict(str(form[CHOSEN]), mutable=True)
    for name in written:
        if name in form:
            said.setlist(name, form.getlist(name))
    return said
