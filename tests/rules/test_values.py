"""Values with some fields changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amicable.rules.values import replaced
from rules.gallery import STATES


@pytest.mark.parametrize("state", STATES)
def test_it_is_what_the_standard_library_makes(state: str) -> None:
    contract = STATES[state]().contract
    assert replaced(contract) == contract
    assert replaced(contract, version=99, title="Other") == replace(contract, version=99, title="Other")
    assert replaced(contract, version=99) != contract


def test_a_field_that_there_is_not_is_an_error() -> None:
    contract = STATES["active"]().contract
    with pytest.raises(KeyError, match="colour"):
        replaced(contract, colour="red")
