"""How people want to be told, chosen in two places at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from amicable.talk.choices import Ways, choices_of, choose
from contracts.together import at_once
from deals import person

QUIET = Ways(app=False, email=False)


@pytest.mark.django_db(transaction=True)
def test_two_kinds_chosen_at_once_are_both_chosen() -> None:
    for _ in range(10):
        femi = str(person("Femi", "freelancer").pk)
        at_once(*(partial(choose, femi, {kind: QUIET}) for kind in ("money", "offers", "messages")))
        chosen = choices_of([femi])[femi]
        assert [kind for kind in chosen if chosen[kind] == QUIET] == ["money", "offers", "messages"]
