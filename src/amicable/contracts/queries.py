"""Lists of contracts, as they stand, for the people whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Q

from amicable.books.reading import rows
from amicable.contracts.models import DISPUTED
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.store import load_many
from amicable.rules.contract import Contract, Status
from amicable.rules.dispute import Dispute, DisputeStatus
from amicable.rules.parts import Role
from amicable.rules.timeline import timeline


def contracts_of(
    person: str,
    at: datetime,
    *,
    role: Role | None = None,
    status: Status | None = None,
    q: str = "",
    mediates: bool = False,
    newest_first: bool = False,
    after: str | None = None,
    limit: int = 50,
) -> list[Contract]:
    """Up to `limit` contracts that `person` (an id) is party to, as they stand at `at`, oldest first unless
    `newest_first`.

    `role` keeps those in which the person is the client or the freelancer, `status` those that stand there, `q` those
    with these words in the title or in the other's name. `mediates` adds contracts of others that are or were
    in dispute. `after` is the id of the last contract of the page before.
    """
    found = ContractRow.objects.filter(_whose(person, role, mediates=mediates))
    if status:
        found = found.filter(status=status)
    for word in q.split():
        found = found.filter(_about(word, person))
    if after:
        found = found.filter(id__lt=after) if newest_first else found.filter(id__gt=after)
    ids = found.order_by("-id" if newest_first else "id").values_list("id", flat=True)[:limit]
    return in_order(map(str, ids), at)


def disputes_of_others(
    person: str, at: datetime, *, status: DisputeStatus | None = None, after: str | None = None, limit: int = 50
) -> list[tuple[Contract, Dispute]]:
    """Up to `limit` disputes to which `person` (an id) is no party, with their contracts as they stand at `at`, oldest
    first: those that are open, or stand at `status`. `after` is the id of the last dispute of the page before.
    """
    found: list[tuple[Contract, Dispute]] = []
    is_open, after = status != DisputeStatus.CLOSED, after or ""
    while len(found) < limit:
        names = {"person": person, "is_open": is_open, "after": after, "limit": limit}
        ids = rows(_DISPUTES, names)
        found += _as_they_stand(ids, at, status)
        if len(ids) < limit:
            break
        after = ids[-1][1]
    return found[:limit]


_DISPUTES = """
SELECT c.id::text, d->>'id'
FROM contracts_contract c CROSS JOIN jsonb_array_elements(c.disputes) AS d
WHERE NOT c.disputes = '[]' AND (d->'closing' = 'null') = %(is_open)s AND d->>'id' > %(after)s
  AND %(person)s::uuid NOT IN (c.client_id, c.freelancer_id)
ORDER BY d->>'id' LIMIT %(limit)s
"""


def _as_they_stand(
    ids: Sequence[tuple[str, str]], at: datetime, status: DisputeStatus | None
) -> Iterator[tuple[Contract, Dispute]]:
    contracts = {contract.id: contract for contract in in_order({contract for contract, _ in ids}, at)}
    for contract_id, dispute_id in ids:
        contract = contracts[contract_id]
        dispute = next(one for one in contract.disputes if one.id == dispute_id)
        if dispute.status == status or (status is None and dispute.is_open):
            yield contract, dispute


def in_order(ids: Iterable[str], at: datetime) -> list[Contract]:
    """The contracts with those ids as they stand at `at`, what is due until then included; in the order of the ids."""
    ids = list(ids)
    found = {contract.id: as_of(contract, at) for contract in load_many(ids, at)}
    return [found[contract_id] for contract_id in ids if contract_id in found]


def as_of(contract: Contract, at: datetime) -> Contract:
    """The contract with what is due until `at` done to it; nothing is written."""
    past = timeline(contract, until=at)
    return past[-1].contract if past else contract


def _whose(person: str, role: Role | None, *, mediates: bool) -> Q:
    sides = {Role.CLIENT: Q(client=person), Role.FREELANCER: Q(freelancer=person)}
    if role:
        return sides[role]
    whose = sides[Role.CLIENT] | sides[Role.FREELANCER]
    return whose | DISPUTED if mediates else whose


def _about(word: str, person: str) -> Q:
    """The word is in the title, or in the name of a side that is not the one who searches."""
    client = Q(client__name__icontains=word) & ~Q(client=person)
    freelancer = Q(freelancer__name__icontains=word) & ~Q(freelancer=person)
    return Q(title__icontains=word) | client | freelancer
