"""The outbox: claimed by one worker at a time, put off when it fails, gone when it is done."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from amicable.contracts import outbox
from amicable.contracts.models import Outbox
from contracts.together import at_once

pytestmark = pytest.mark.django_db
TOPICS = ("charge", "payout")


def _time_passes(span: timedelta) -> None:
    Outbox.objects.update(available_at=F("available_at") - span)


def test_jobs_are_claimed_in_the_order_they_were_asked_for_and_by_topic() -> None:
    ids = [outbox.put(topic, {"n": n}) for n, topic in enumerate(("charge", "notice", "payout", "charge"))]
    claimed = outbox.claim(TOPICS, limit=2)
    assert [(job.id, job.topic, job.payload, job.attempts) for job in claimed] == [
        (ids[0], "charge", {"n": 0}, 1),
        (ids[2], "payout", {"n": 2}, 1),
    ]
    assert [job.id for job in outbox.claim(TOPICS)] == [ids[3]]
    assert outbox.pending(["notice"])


def test_what_one_worker_has_claimed_no_other_gets_until_the_lease_is_over() -> None:
    job = outbox.put("charge", {})
    assert len(outbox.claim(TOPICS)) == 1
    assert outbox.claim(TOPICS) == outbox.claim(TOPICS, only=job) == []
    _time_passes(outbox.LEASE - timedelta(seconds=5))
    assert outbox.claim(TOPICS) == []
    _time_passes(timedelta(seconds=5))
    (again,) = outbox.claim(TOPICS)
    assert again.attempts == 2, "a worker that died leaves its job to others"


def test_one_job_can_be_claimed_by_its_id() -> None:
    first, second = outbox.put("charge", {}), outbox.put("charge", {})
    assert [job.id for job in outbox.claim(TOPICS, only=second)] == [second]
    assert [job.id for job in outbox.claim(TOPICS)] == [first]


def test_what_is_done_is_gone() -> None:
    outbox.put("charge", {})
    (job,) = outbox.claim(TOPICS)
    assert outbox.pending(TOPICS)
    outbox.finish(job)
    assert not outbox.pending(TOPICS)
    outbox.finish(job)


def test_what_fails_comes_again_after_a_time_that_doubles_up_to_an_hour() -> None:
    outbox.put("charge", {})
    waits = []
    for _ in range(14):
        (job,) = outbox.claim(TOPICS)
        outbox.retry(job, "away" * 1_000)
        assert outbox.claim(TOPICS) == []
        waits.append(round(Outbox.objects.annotate(wait=F("available_at") - Now()).get().wait.total_seconds()))
        _time_passes(outbox.RETRY_LAST)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]
    assert len(Outbox.objects.get().last_error) == 2_000


def test_a_job_is_found_by_the_event_that_asked_for_it() -> None:
    row = Outbox.objects.create(topic="charge", contract="01a20b0e-538f-7469-abe0-0cb0c1867a05", version=4)
    assert outbox.find("charge", str(row.contract), 4) == row.id
    assert outbox.find("charge", str(row.contract), 5) is None
    assert outbox.find("card_refund", str(row.contract), 4) is None


def test_what_is_asked_for_in_a_transaction_that_fails_was_never_asked() -> None:
    with transaction.atomic():
        outbox.put("payout", {})
        transaction.set_rollback(True)
    assert not outbox.pending(TOPICS)


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_each_get_other_jobs() -> None:
    ids = [outbox.put("charge", {}) for _ in range(60)]
    claims = at_once(*[partial(outbox.claim, TOPICS, limit=10)] * 5)
    claimed = [job.id for jobs in claims for job in jobs]
    assert len(claimed) == len(set(claimed))
    rest = [job.id for job in outbox.claim(TOPICS)]
    assert sorted(claimed + rest) == ids
