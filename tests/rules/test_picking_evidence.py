"""Messages and events are picked in as evidence beside what somebody says in a dispute. RULEBOOK, first table, 20."""

from __future__ import annotations

import pytest

from amicable.rules.evidence import MOST
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from rules.play import Play

MESSAGE = "message:01a20fb9-7d63-767a-8b1f-f5a17651ec83"
LATE = {"about": "escrow", "reason": "It is late."}


def test_evidence_stays_with_the_statement_that_it_was_picked_in_beside() -> None:
    play = Play("100.00").submitted()
    play.do(Role.CLIENT, "open_dispute", **LATE, evidence=[MESSAGE, "event:1", MESSAGE])
    play.do(Role.FREELANCER, "answer_dispute", note="No.", evidence=["event:2"])
    dispute = play.contract.disputes[0]
    assert dispute.evidence == (MESSAGE, "event:1")
    assert [said.evidence for said in dispute.statements] == [("event:2",)]


def test_a_split_and_a_ruling_name_the_evidence_that_they_rest_on() -> None:
    play = Play("100.00").submitted()
    play.do(Role.CLIENT, "open_dispute", **LATE)
    play.do(Role.FREELANCER, "answer_dispute", note="No.")
    play.do(Role.MEDIATOR, "propose_split", release="40", reason="Half of it came.", evidence=["event:4"])
    play.do(Role.MEDIATOR, "decide", release="40", reason="Half of it came.", evidence=[MESSAGE])
    assert [said.evidence for said in play.contract.disputes[0].statements][1:] == [("event:4",), (MESSAGE,)]


def test_a_contested_refund_takes_evidence_too() -> None:
    play = Play("100.00").submitted()
    play.do(Role.CLIENT, "end", reason="quality", escrow="refund")
    asked = play.contract.proposals[0].id
    play.do(Role.FREELANCER, "decline_refund", proposal=asked, note="It was done.", evidence=["event:3"])
    assert play.contract.disputes[0].evidence == ("event:3",)


@pytest.mark.parametrize(
    ("picks", "why"),
    [
        ("event:1", "List messages and events of this contract"),
        (["file:1"], "List messages and events of this contract"),
        (["message:1"], "List messages and events of this contract"),
        (["event:0"], "List messages and events of this contract"),
        ([1], "List messages and events of this contract"),
        (["event:999"], "There is no such event on this contract."),
        ([f"message:00000000-0000-7000-8000-{n:012x}" for n in range(MOST + 1)], "Pick 50 at the most."),
    ],
)
def test_what_is_no_evidence_is_named(picks: object, why: str) -> None:
    play = Play("100.00").submitted()
    refused = play.ask(Role.CLIENT, "open_dispute", **LATE, evidence=picks)
    assert isinstance(refused, Refused)
    assert refused.errors[0][0] == "evidence"
    assert refused.errors[0][1].startswith(why)
