"""People are told once of what others did, and only the two sides are told."""

from __future__ import annotations

import pytest
from django.test import Client

from amicable.contracts import outbox
from amicable.talk.choices import kind_of
from amicable.talk.notices import TOPIC, deliver_pending, notices_of
from deals import Deal, person

pytestmark = pytest.mark.django_db


def actions(who: object) -> list[str]:
    return [told.event.action for told in notices_of(str(who))]


@pytest.fixture
def deal() -> Deal:
    deal = Deal.funded("USD", "500.00")
    deal.approve("100.00")
    return deal


def test_the_other_side_is_told_and_who_did_it_is_not(deal: Deal) -> None:
    deliver_pending()

    assert "approve" in actions(deal.freelancer.pk)
    assert "approve" not in actions(deal.client.pk)
    assert actions(person("Nobody", "client").pk) == []


def test_what_is_delivered_again_is_told_once(deal: Deal) -> None:
    jobs = outbox.claim([TOPIC])
    again = [(job.topic, job.contract, job.version, job.payload) for job in jobs]
    for job in jobs:
        outbox.finish(job)
    for topic, contract, version, payload in again + again:
        outbox.Outbox.objects.create(topic=topic, contract=contract, version=version, payload=payload)
    deliver_pending()

    assert actions(deal.freelancer.pk).count("approve") == 1
    assert not outbox.pending([TOPIC])


def test_the_page_marks_what_is_new_until_it_is_read(deal: Deal, client: Client) -> None:
    deliver_pending()
    client.force_login(deal.freelancer)

    assert "New" in client.get("/notices").content.decode()
    client.post("/notices/read")
    assert "New" not in client.get("/notices").content.decode().split("<main", 1)[1]
    assert all(told.notice.read_at for told in notices_of(str(deal.freelancer.pk)))


def test_what_cannot_be_told_does_not_stop_the_others(deal: Deal) -> None:
    broken = outbox.claim([TOPIC], limit=1)[0]
    outbox.Outbox.objects.filter(id=broken.id).update(payload=[{"nonsense": True}], available_at=deal.at)
    deliver_pending()

    assert "approve" in actions(deal.freelancer.pk)
    [left] = outbox.Outbox.objects.filter(topic=TOPIC)
    assert (left.id, left.attempts) == (broken.id, 2)
    assert "KeyError" in left.last_error


@pytest.mark.parametrize(
    ("action", "moves_money", "kind"),
    [
        ("decline_refund", False, "disputes"),
        ("small_claim_idle", True, "disputes"),
        ("ruling_overdue", True, "disputes"),
        ("ask", False, "disputes"),
        ("extend_clock", False, "disputes"),
        ("week_unpaid", False, "money"),
        ("charge_failed", False, "money"),
        ("submission_unanswered", True, "money"),
        ("submit", False, "offers"),
        ("dormant_client_silent", False, "offers"),
    ],
)
def test_what_a_dispute_comes_to_is_no_other_kind_of_news_and_a_declined_card_is_about_money(
    action: str, moves_money: bool, kind: str
) -> None:
    assert kind_of(action, moves_money=moves_money).name == kind
