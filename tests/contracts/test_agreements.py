"""Terms, activity and dormancy as they are kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from amicable.contracts.activity import note_activity
from amicable.contracts.commit import commit
from amicable.contracts.deed import Deed
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Terms as TermsRow
from amicable.contracts.store import load
from amicable.contracts.verify import verify
from amicable.contracts.versions import versions_of
from amicable.contracts.worker import perform_due
from amicable.rules.contract import Contract, Status
from amicable.rules.timeline import timeline
from deals import START, Deal

pytestmark = pytest.mark.django_db


def agreed(deal: Deal, **terms: object) -> None:
    """The freelancer proposes and the client accepts."""
    asked = deal.does(deal.freelancer, "propose_terms", note="As we said.", **terms).contract.proposals[0]
    deal.does(deal.client, "accept_terms", proposal=asked.id)


def kept(deal: Deal) -> Contract:
    """The contract as it is written."""
    contract = load(deal.contract.id, deal.at)
    assert contract is not None
    return contract


def test_a_contract_whose_terms_change_is_read_as_it_was_written() -> None:
    deal = Deal.funded("USD", "500.00", "300.00", "200.00")
    first, _, third = deal.contract.milestones
    milestones = [
        {"id": third.id, "title": "Last first", "amount": "250.00", "due": "2026-05-01"},
        {"id": first.id, "title": "Part 1", "amount": "450.00"},
        {"title": "A shop", "amount": "75.00"},
    ]
    agreed(deal, milestones=milestones, description="All of it.", change_rounds=2, review_days=7)
    assert kept(deal) == deal.contract
    assert [m.title for m in deal.contract.milestones] == ["Last first", "Part 1", "A shop"]
    assert verify().balanced, verify().problems


def test_the_order_of_milestones_can_be_turned_round() -> None:
    deal = Deal.struck("USD", "1.00", "2.00", "3.00")
    milestones = [{"id": m.id, "title": m.title, "amount": "5.00"} for m in reversed(deal.contract.milestones)]
    agreed(deal, milestones=milestones)
    assert [m.title for m in kept(deal).milestones] == ["Part 3", "Part 2", "Part 1"]


def test_every_version_of_the_terms_stays_on_record() -> None:
    deal = Deal.struck("USD", "500.00")
    first = deal.contract.terms
    agreed(deal, review_days=7)
    agreed(deal, change_rounds=1)
    one, two, three = versions_of(deal.contract.id)
    assert (one.number, one.since, one.proposed_by, one.terms, one.was) == (1, START, "client", first, None)
    assert (two.number, two.proposed_by, two.accepted_by, two.note) == (2, "freelancer", "client", "As we said.")
    assert (two.was, two.terms.review_days, three.was) == (first, 7, two.terms)
    assert versions_of(deal.contract.id, after=1, limit=1) == [two]


def test_the_database_refuses_to_change_what_was_agreed() -> None:
    deal = Deal.struck("USD", "500.00")
    for change in ("UPDATE contracts_terms SET note = 'x'", "DELETE FROM contracts_terms"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert TermsRow.objects.filter(contract=deal.contract.id).count() == 1


def test_escrow_that_nobody_touches_goes_back_by_itself() -> None:
    deal = Deal.funded("USD", "500.00")
    for day, stage in ((90, "client"), (97, "freelancer")):
        deal.at = START + timedelta(days=day)
        assert perform_due(deal.at) == 1
        dormancy = kept(deal).dormancy
        assert dormancy is not None
        assert dormancy.waits_for == stage
    deal.days_pass(7)
    assert (deal.contract.status, deal.contract.escrow) == (Status.ENDED, 0)
    assert verify().balanced, verify().problems


def test_what_is_said_puts_it_off_and_a_worker_finds_nothing_to_do() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.at = START + timedelta(days=89)
    note_activity(deal.contract.id, deal.at)
    assert ContractRow.objects.get(id=deal.contract.id).due_at == START + timedelta(days=90)
    assert perform_due(START + timedelta(days=90)) == 0
    assert ContractRow.objects.get(id=deal.contract.id).due_at == deal.at + timedelta(days=90)
    assert perform_due(deal.at + timedelta(days=90)) == 1


def test_what_is_said_too_late_saves_nothing_although_no_worker_came() -> None:
    deal = Deal.funded("USD", "500.00")
    note_activity(deal.contract.id, START + timedelta(days=105))
    assert kept(deal).status == Status.ENDED


def test_what_is_said_while_something_is_decided_is_not_forgotten() -> None:
    deal = Deal.funded("USD", "500.00")
    seen = kept(deal)
    said = START + timedelta(days=90)
    marked = timeline(seen, until=said)
    ContractRow.objects.filter(id=seen.id).update(active_at=said + timedelta(hours=1))
    assert commit([Deed(seen, marked)]) == 1
    contract = kept(deal)
    assert contract.last_activity == said + timedelta(hours=1)
    assert contract.dormancy is None
