"""Making an offer: the one command that brings a contract into being."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from amicable.contracts import record
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Event, Milestone, Outbox
from amicable.contracts.models import Policy as PolicyRow
from amicable.contracts.models import Terms as TermsRow
from amicable.contracts.perform import KEY_REUSED
from amicable.contracts.store import load, policy
from amicable.rules.clocks import due
from amicable.rules.contract import Contract
from amicable.rules.offering import offer
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.policy import Policy
from amicable.rules.reminders import next_reminder


def make_offer(
    *, client: str, freelancer: str, terms: Mapping[str, Any], at: datetime, key: str | None = None
) -> Contract | Refused:
    """Offer a contract over `terms`, as they come from JSON, to `freelancer`, who must exist.

    Returns the contract; the one of the first time when the client used `key` before; or why not.
    """
    offered = offer(
        terms,
        contract_id=str(uuid7()),
        client=client,
        freelancer=freelancer,
        provider=settings.PAYMENT_PROVIDER,
        policy=current_policy(),
        at=at,
    )
    if isinstance(offered, Refused):
        return offered
    try:
        with transaction.atomic():
            _insert(offered, key)
    except IntegrityError:
        before = _offered_before(client, freelancer, terms, key, at)
        if before is None:
            raise
        return before
    return offered.contract


def current_policy() -> Policy:
    """The operator's figures under which an offer is made now."""
    return policy(PolicyRow.objects.order_by("-version").values_list("version", flat=True)[0])


def _insert(outcome: Outcome, key: str | None) -> None:
    contract = outcome.contract
    clock = due(contract)
    ContractRow.objects.create(
        id=contract.id,
        version=contract.version,
        kind=contract.kind,
        title=contract.title,
        description=contract.description,
        currency=contract.currency,
        provider=contract.provider,
        client_id=contract.client,
        freelancer_id=contract.freelancer,
        policy_id=contract.policy.version,
        created_at=contract.created_at,
        active_at=contract.created_at,
        change_rounds=contract.change_rounds,
        review_days=contract.review_days,
        due_at=clock.at if clock else None,
        hourly=[record.part_to_json(terms) for terms in contract.hourly],
        remind_at=next_reminder(outcome.deadlines, contract.policy, outcome.at),
    )
    Milestone.objects.bulk_create(
        Milestone(contract_id=contract.id, position=position, **asdict(milestone))
        for position, milestone in enumerate(contract.milestones)
    )
    TermsRow.objects.create(
        contract_id=contract.id,
        number=contract.terms_version,
        since=outcome.at,
        proposed_by=outcome.by,
        terms=record.part_to_json(contract.terms),
    )
    where = {"contract": contract.id, "version": contract.version}
    Event.objects.create(
        contract_id=contract.id,
        version=contract.version,
        at=outcome.at,
        action=outcome.action,
        by=outcome.by,
        actor=outcome.actor,
        key=key,
        params={"freelancer": contract.freelancer, **outcome.params},
        outcome=record.outcome_to_json(outcome),
    )
    notices = record.notices_to_json(outcome.notices)
    Outbox.objects.create(topic="notice", payload=notices, **where)


def _offered_before(
    client: str, freelancer: str, terms: Mapping[str, Any], key: str | None, at: datetime
) -> Contract | Refused | None:
    """The contract that the client offered under `key`, if these are its terms."""
    event = key and Event.objects.filter(actor=client, key=key).first()
    if not event:
        return None
    if event.action != "offer" or event.params != {"freelancer": freelancer, **terms}:
        return KEY_REUSED
    return load(str(event.contract_id), at)
