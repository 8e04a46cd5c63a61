"""Deeds are committed as one; whether their rows come as parameters or by COPY makes no difference."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from amicable.contracts import commit
from amicable.contracts.billing import Answer, answered, close_weeks
from amicable.contracts.deed import Deed
from amicable.contracts.history import history
from amicable.contracts.models import Invoice
from amicable.contracts.rows import CONTRACT, RECORDSETS
from amicable.contracts.store import load
from amicable.contracts.verify import verify
from amicable.contracts.weeks import WeekChange, record
from amicable.rules.contract import Contract
from amicable.rules.outcome import Outcome
from amicable.rules.parts import Role
from amicable.rules.registry import act
from amicable.rules.timeline import RulesFault
from amicable.rules.week import SEGMENTS, bitmap, locks
from deals import Deal

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 2)
ODD = 'a "quoted" back\\slash, a tab\t, a line\nbreak, \\N and \\. and “é”, \u2603'
"""What would break a format that is put together by hand."""


@pytest.fixture(params=["as parameters", "by COPY"])
def carried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commit, "MANY", 1 if request.param == "by COPY" else 1_000)


def deed(deal: Deal, by: Role, action: str, **params: Any) -> Deed:
    contract = deal.contract
    person = {Role.CLIENT: deal.client, Role.FREELANCER: deal.freelancer}[by]
    outcome = act(contract, action, params, by=by, at=deal.at, actor=str(person.id))
    assert isinstance(outcome, Outcome), outcome
    return Deed(contract, [outcome], f"{contract.id} {contract.version}")


def stored(deal: Deal) -> Contract:
    contract = load(deal.contract.id, deal.at)
    assert contract is not None
    return contract


@pytest.mark.usefixtures("carried")
def test_a_contract_is_read_as_it_was_left_by_the_rules() -> None:
    deal = Deal.funded("USD", "500.00")
    for by, action, params in (
        (Role.FREELANCER, "submit", {"milestone": deal.milestone(1), "note": ODD}),
        (Role.CLIENT, "request_changes", {"milestone": deal.milestone(1), "note": ODD}),
        (Role.CLIENT, "propose_terms", {"description": ODD, "note": ODD}),
        (Role.CLIENT, "approve", {"milestone": deal.milestone(1), "amount": "200.00"}),
        (Role.FREELANCER, "propose_cancellation", {"release": "7.01", "note": ODD}),
    ):
        done = deed(deal, by, action, **params)
        commit.commit_locked([done])
        assert stored(deal) == done.after
        deal.contract = done.after
    assert history(deal.contract.id)[-1].params["note"] == ODD
    assert not verify().problems


@pytest.mark.usefixtures("carried")
def test_the_segments_of_a_whole_week_are_read_as_they_were_disputed() -> None:
    deal = Deal.hourly("USD", "40")
    whole = bitmap(range(SEGMENTS))
    assert record(deal.contract, [WeekChange(MONDAY, logged=whole, covered=whole)], deal.at)
    close_weeks(noon := locks(MONDAY, deal.contract.policy))
    answered([Answer(str(Invoice.objects.get().id), 1)], noon)
    deal.contract, deal.at = stored(deal), noon + timedelta(hours=1)
    disputed = deed(deal, Role.CLIENT, "dispute_hours", week=str(MONDAY), minutes=7 * 24 * 60, reason=ODD)
    commit.commit_locked([disputed])
    assert stored(deal) == disputed.after
    deal.contract = disputed.after
    asked = deal.contract.proposals[0].id
    contested = deed(deal, Role.FREELANCER, "contest_hours_dispute", proposal=asked, note=ODD)
    commit.commit_locked([contested])
    deal.contract = stored(deal)
    assert deal.contract == contested.after
    assert deal.contract.disputes[0].segments == whole


def test_a_deed_on_a_contract_that_is_not_as_it_was_read_writes_nothing() -> None:
    deals = [Deal.funded("USD", "500.00") for _ in range(3)]
    deeds = [deed(deal, Role.CLIENT, "approve", milestone=deal.milestone(1)) for deal in deals]
    assert commit.commit(deeds[:1]) == 1
    assert commit.commit(deeds) == 2
    assert commit.commit(deeds) == 0
    assert not verify().problems


@pytest.mark.usefixtures("carried")
def test_deeds_on_locked_contracts_of_which_one_is_not_as_it_was_read_write_nothing() -> None:
    deals = [Deal.funded("USD", "500.00") for _ in range(3)]
    deeds = [deed(deal, Role.CLIENT, "approve", milestone=deal.milestone(1)) for deal in deals]
    commit.commit_locked(deeds[:1])
    events = [len(history(deal.contract.id)) for deal in deals]
    with pytest.raises(RulesFault), transaction.atomic():
        commit.commit_locked(deeds)
    assert [len(history(deal.contract.id)) for deal in deals] == events
    assert not verify().problems


@pytest.mark.usefixtures("carried")
def test_several_commits_share_a_transaction_and_leave_no_table_behind() -> None:
    with transaction.atomic():
        for _ in range(3):
            deal = Deal.funded("USD", "500.00")
            commit.commit_locked([deed(deal, Role.CLIENT, "approve", milestone=deal.milestone(1))])
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname LIKE 'deeds\\_%'")
        assert cursor.fetchone() == (0,)


def test_every_recordset_is_written_and_every_one_that_is_written_has_columns() -> None:
    assert set(RECORDSETS) == {"contracts", *commit._WRITE}
    assert set(CONTRACT) < set(RECORDSETS["contracts"])
