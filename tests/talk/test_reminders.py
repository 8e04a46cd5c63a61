"""Whoever is asked is reminded of every clock, at its own time and once, while the time is moved on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amicable.contracts import clock, outbox, reminding
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.perform import Command, Done, perform
from amicable.contracts.reminding import remind
from amicable.payments.sandbox import advance
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from amicable.talk.choices import Ways, choose
from amicable.talk.notices import Told, deliver_pending, notices_of
from market import NOW, Market, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def market() -> Market:
    return Market()


def reminded(who: Person) -> list[tuple[str, float]]:
    """Of what, and how many days after NOW, oldest first."""
    deliver_pending()
    told = reversed(notices_of(str(who.pk), limit=100))
    return [(one.clock.action, (one.notice.at - NOW) / timedelta(days=1)) for one in told if one.clock]


def asked_back(market: Market) -> Contract:
    return market.do(market.funded("500.00"), "end", Role.CLIENT, reason="quality", escrow="refund")


def disputed(market: Market) -> Contract:
    contract = asked_back(market)
    return market.do(contract, "decline_refund", Role.FREELANCER, proposal=contract.proposals[0].id, note="No.")


def decided(market: Market) -> None:
    contract = market.do(disputed(market), "answer_dispute", Role.CLIENT, note="Yes.")
    mina = person("Mina Hale", "mediator")
    params = {"release": "100.00", "reason": "So."}
    done = perform(Command(contract.id, "decide", params, str(mina.pk), is_mediator=True), clock.now())
    assert isinstance(done, Done), done


class TestOfEveryClock:
    def test_an_offer(self, market: Market) -> None:
        market.offered("500.00")
        advance(NOW + timedelta(days=30))
        assert reminded(market.femi) == [("offer_expires", day) for day in (2, 4, 5, 6)]
        assert reminded(market.clara) == []

    def test_work_handed_in(self, market: Market) -> None:
        market.submitted("500.00")
        advance(NOW + timedelta(days=30))
        assert reminded(market.clara) == [("submission_unanswered", day) for day in (2, 4, 5, 6, 13)]
        assert reminded(market.femi) == []

    def test_escrow_asked_back(self, market: Market) -> None:
        asked_back(market)
        advance(NOW + timedelta(days=30))
        assert reminded(market.femi) == [("escrow_refund_unanswered", day) for day in (2, 4, 5, 6)]

    def test_a_dispute(self, market: Market) -> None:
        disputed(market)
        advance(NOW + timedelta(days=30))
        assert reminded(market.clara) == [("dispute_unanswered", day) for day in (2, 4)]

    def test_a_ruling(self, market: Market) -> None:
        decided(market)
        advance(NOW + timedelta(days=30))
        assert reminded(market.clara) == reminded(market.femi) == [("ruling_takes_effect", 2)]


def test_who_has_answered_is_not_reminded_any_more(market: Market) -> None:
    contract = market.offered("500.00")
    advance(NOW + timedelta(days=3))
    market.do(contract, "accept", Role.FREELANCER)
    advance(NOW + timedelta(days=30))
    assert reminded(market.femi) == [("offer_expires", 2)]


def test_work_handed_in_again_starts_its_reminders_again(market: Market) -> None:
    contract = market.submitted("500.00")
    milestone = contract.milestones[0].id
    advance(NOW + timedelta(days=4.5))
    market.do(contract, "request_changes", Role.CLIENT, milestone=milestone, note="Bluer.")
    market.do(contract, "submit", Role.FREELANCER, milestone=milestone, note="Done.")
    advance(NOW + timedelta(days=8))
    assert reminded(market.clara) == [("submission_unanswered", day) for day in (2, 4, 6.5)]


def test_they_come_in_order_with_what_happens_by_itself(market: Market) -> None:
    market.offered("500.00", title="First")
    advance(NOW + timedelta(days=4.5))
    market.offered("500.00", title="Second")
    advance(NOW + timedelta(days=7))
    deliver_pending()
    told = [one for one in reversed(notices_of(str(market.femi.pk))) if one.notice.at > NOW + timedelta(days=4.5)]
    assert [(what(one), one.title) for one in told] == [
        ("reminder", "First"), ("reminder", "First"), ("reminder", "Second"), ("offer_expires", "First")
    ]  # fmt: skip


def what(told: Told) -> str:
    return told.event.action if told.event else "reminder"


def test_a_worker_that_was_away_reminds_once(market: Market) -> None:
    market.submitted("500.00")
    remind(NOW + timedelta(days=5.5))
    remind(NOW + timedelta(days=5.5))
    assert reminded(market.clara) == [("submission_unanswered", 5)]
    remind(NOW + timedelta(days=6))
    assert reminded(market.clara)[1:] == [("submission_unanswered", 6)]


def test_a_reminder_delivered_again_is_told_once(market: Market) -> None:
    market.offered("500.00")
    remind(NOW + timedelta(days=2))
    [job] = outbox.claim([reminding.TOPIC])
    outbox.finish(job)
    for _ in range(3):
        outbox.Outbox.objects.create(topic=job.topic, contract=job.contract, version=1, payload=job.payload)
    assert reminded(market.femi) == [("offer_expires", 2)]


def test_only_contracts_with_a_reminder_are_looked_at(market: Market) -> None:
    paid = market.paid("500.00")
    offered = market.offered("500.00")
    times = dict(ContractRow.objects.values_list("id", "remind_at"))
    assert {str(key): at for key, at in times.items()} == {paid.id: None, offered.id: NOW + timedelta(days=2)}
    assert reminding.next_reminded() == NOW + timedelta(days=2)
    assert remind(NOW + timedelta(days=1.9)) == 0
    assert remind(NOW + timedelta(days=2)) == 1
    assert reminding.next_reminded() == NOW + timedelta(days=4)


def test_a_contract_that_cannot_be_read_does_not_stop_the_others(market: Market) -> None:
    broken, _ = market.offered("500.00"), market.offered("700.00", title="Whole")
    ContractRow.objects.filter(id=broken.id).update(proposals=[{"nonsense": True}])
    remind(NOW + timedelta(days=2))
    deliver_pending()
    assert [one.title for one in notices_of(str(market.femi.pk)) if one.clock] == ["Whole"]


def test_reminders_are_always_in_the_app(market: Market) -> None:
    choose(str(market.femi.pk), {"disputes": Ways(app=True, email=False), "offers": Ways(app=False, email=False)})
    market.offered("500.00")
    advance(NOW + timedelta(days=7))
    deliver_pending()
    assert [what(one) for one in notices_of(str(market.femi.pk))] == ["reminder"] * 4
