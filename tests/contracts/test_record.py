from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from amicable.contracts.record import part_to_json, proposal_from_json
from amicable.rules.parts import Proposal, ProposalKind, Role
from amicable.rules.terms import MilestoneTerms, Terms

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
TERMS = Terms("A shop.", (MilestoneTerms("m1", "Draft", 500, date(2026, 12, 1)),), change_rounds=2)


@pytest.mark.parametrize(
    "proposal",
    [
        Proposal("p1", ProposalKind.TERMS, Role.CLIENT, 0, AT, note="More pages.", terms=TERMS),
        Proposal("p2", ProposalKind.CANCELLATION, Role.FREELANCER, 500, AT, release=0),
        Proposal("p3", ProposalKind.SETTLEMENT, Role.CLIENT, 500, AT, release=200, about="d1"),
        Proposal("p4", ProposalKind.ESCROW_REFUND, Role.CLIENT, 500, AT, answer_by=AT),
    ],
    ids=lambda proposal: proposal.kind.value,
)
def test_a_proposal_is_read_as_it_was_written(proposal: Proposal) -> None:
    assert proposal_from_json(json.loads(json.dumps(part_to_json(proposal)))) == proposal
