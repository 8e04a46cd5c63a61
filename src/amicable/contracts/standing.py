"""People's standing, read from what their ended contracts count for; and the reviews that everybody may read.

What a contract counts for is written with whatever changes it (`names`), so nothing is computed twice: a standing is a
sum over at most two years of one person's rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db import transaction
from django.db.models import Q

from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Counted as CountedRow
from amicable.contracts.models import Feedback as FeedbackRow
from amicable.contracts.offers import current_policy
from amicable.contracts.store import load_many
from amicable.rules.contract import Contract
from amicable.rules.feedback import is_shown_to_all, received
from amicable.rules.parts import Feedback, Role
from amicable.rules.standing import Class, Counted, Standing, counted, standing

MOST_REVIEWS = 200
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """A person's standing without a contract, and with it as it counts now."""

    before: Standing | None
    after: Standing | None


@dataclass(frozen=True, slots=True)
class Review:
    """What was said of somebody on a contract, for everybody to read."""

    contract: Contract
    feedback: Feedback


def track(person: str, side: Role) -> list[Counted]:
    """What the person's contracts on that side count for, the earliest end first. One query."""
    rows = CountedRow.objects.filter(person_id=person, side=side, counts_from__isnull=False).order_by(
        "ended_at", "contract"
    )
    return [_counted(row) for row in rows]


def standing_of(person: str, side: Role, at: datetime) -> Standing | None:
    """The person's standing at `at` on that side; None where there is too little to go by."""
    return standing(track(person, side), at, current_policy())


def effect_of(contract: Contract, side: Role, at: datetime) -> Effect:
    """What the contract does to the standing of its `side` at `at`."""
    person = contract.client if side == Role.CLIENT else contract.freelancer
    others = [one for one in track(person, side) if one.contract != contract.id]
    this = [one for one in counted(contract) if one.side == side]
    policy = current_policy()
    return Effect(standing(others, at, policy), standing([*others, *this], at, policy))


def reviews_of(person: str, *, limit: int = MOST_REVIEWS) -> list[Review]:
    """What was said of the person on both sides and has opened, where enough was paid for everybody to read it: the
    newest `limit`, the oldest first."""
    about = Q(by=Role.CLIENT, contract__freelancer=person) | Q(by=Role.FREELANCER, contract__client=person)
    rows = FeedbackRow.objects.filter(about, opened_at__isnull=False).order_by("-left_at", "-contract")
    ids = [str(contract) for contract in rows.values_list("contract", flat=True)[:limit]]
    if not ids:
        return []
    loaded = {contract.id: contract for contract in load_many(ids, rows[0].left_at)}
    found = []
    for contract in map(loaded.__getitem__, reversed(ids)):
        side = contract.side_of(person)
        assert side is not None, "the reviews are of the person's own contracts"
        feedback = received(contract, side)
        if feedback and is_shown_to_all(contract):
            found.append(Review(contract, feedback))
    return found


def recount(at: datetime) -> list[str]:
    """Compute from the contracts what each counts for, and mend what is kept where it differs.

    Returns the ids of the contracts where it did: none, unless somebody changed the rules or the rows.
    """
    ids = map(str, ContractRow.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=CHUNK))
    return [wrong for chunk in iter(lambda: list(islice(ids, CHUNK)), []) for wrong in _recount_chunk(chunk, at)]


def _recount_chunk(ids: Sequence[str], at: datetime) -> list[str]:
    with transaction.atomic():
        list(ContractRow.objects.filter(id__in=ids).order_by("id").select_for_update().values_list("id"))
        kept = defaultdict(set)
        for row in CountedRow.objects.filter(contract_id__in=ids, counts_from__isnull=False):
            kept[str(row.contract_id)].add(_counted(row))
        should = {contract.id: set(filter(_counts, counted(contract))) for contract in load_many(ids, at)}
        wrong = [contract for contract in ids if kept[contract] != should[contract]]
        CountedRow.objects.filter(contract_id__in=wrong).delete()
        CountedRow.objects.bulk_create(_row(one) for contract in wrong for one in should[contract])
    return wrong


def _counts(one: Counted) -> bool:
    return one.counts_from is not None


def _row(one: Counted) -> CountedRow:
    return CountedRow(
        contract_id=one.contract,
        side=one.side,
        person_id=one.person,
        other_id=one.other,
        ended_at=one.ended_at,
        counts_from=one.counts_from,
        kind=one.kind,
        weight=one.weight,
    )


def _counted(row: CountedRow) -> Counted:
    return Counted(
        contract=str(row.contract_id),
        side=Role(row.side),
        person=str(row.person_id),
        other=str(row.other_id),
        ended_at=row.ended_at,
        counts_from=row.counts_from,
        kind=Class(row.kind),
        weight=row.weight,
    )
