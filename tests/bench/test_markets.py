"""The markets that the bench measures on can be made."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from amicable.contracts import clock
from amicable.contracts.store import load_many

BENCH = Path(__file__).parents[2] / "bench"


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "kind"), [("market.sql", "fixed"), ("hours.sql", "hourly")])
def test_a_market_is_made_of_contracts_that_can_be_read(name: str, kind: str) -> None:
    script = (BENCH / name).read_text().replace(":contracts", "10")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(script)
    contracts = load_many([f"00000000-0000-7000-9000-{n:012x}" for n in range(1, 11)], clock.now())
    assert [contract.kind for contract in contracts] == [kind] * 10
