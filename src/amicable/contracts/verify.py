"""An audit of contracts against the books: what contracts say of money is what the ledger says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain, islice

from amicable.books import verify as books
from amicable.books.reading import one_moment, rows
from amicable.books.verify import MOST, Report, tell
from amicable.contracts import clock
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.store import load_many
from amicable.rules import accounts
from amicable.rules.contract import Contract
from amicable.rules.outcome import Why

CHUNK = 1_000

_BALANCES = "SELECT name, currency, balance FROM books_account WHERE name = ANY(%s)"

_MOVED = """
SELECT contract::text, why, sum(amount)::bigint FROM books_transfer
WHERE contract = ANY(%s::uuid[]) GROUP BY contract, why
"""

_FEES = """
SELECT contract::text, sum(amount)::bigint FROM books_entry
WHERE contract = ANY(%s::uuid[]) AND account = %s GROUP BY contract
"""

_ORPHANS = """
SELECT name, currency, balance FROM books_account
WHERE (name LIKE 'escrow:%%' OR name LIKE 'review:%%' OR name LIKE 'fee_held:%%') AND balance <> 0
  AND NOT EXISTS (SELECT FROM contracts_contract WHERE id::text = split_part(name, ':', 2))
ORDER BY name, currency LIMIT %s
"""

_HOLDS = """
SELECT coalesce(a.name, p.name), coalesce(a.currency, p.currency), coalesce(a.balance, 0), coalesce(p.held, 0)::bigint
FROM (SELECT name, currency, balance FROM books_account WHERE name LIKE 'held:%%') AS a
FULL JOIN (
    SELECT 'held:' || c.freelancer_id AS name, c.currency, sum(p.held) AS held
    FROM contracts_payment p JOIN contracts_contract c ON c.id = p.contract_id
    WHERE p.held > 0 GROUP BY c.freelancer_id, c.currency
) AS p ON p.name = a.name AND p.currency = a.currency
WHERE coalesce(a.balance, 0) <> coalesce(p.held, 0)
ORDER BY 1, 2 LIMIT %s
"""

_HISTORY = """
SELECT contract::text, version, source, target, amount, currency, why, sum(times)
FROM (
    SELECT contract, version, source, target, amount, currency, why, 1 AS times
    FROM books_transfer WHERE contract IS NOT NULL
    UNION ALL
    SELECT e.contract_id, e.version, t->>0, t->>1, (t->>2)::bigint, t->>3, t->>4, -1
    FROM contracts_event e CROSS JOIN jsonb_array_elements(e.outcome->'transfers') AS t
) AS told
GROUP BY contract, version, source, target, amount, currency, why
HAVING sum(times) <> 0
ORDER BY contract, version LIMIT %s
"""


def verify() -> Report:
    """Audit the books, and every contract against them, as of this moment. Changes nothing."""
    return verify_at(clock.now())


def verify_at(at: datetime) -> Report:
    """The same; `at` is the time that the report bears. Inside `one_moment` as of that one."""
    with one_moment():
        report = books.verify(at)
        problems = (*islice(_contracts(at), MOST), *_orphans(), *_holds(), *_history())
    return replace(report, problems=report.problems + problems)


def _contracts(at: datetime) -> Iterator[str]:
    """What is wrong with contracts, loaded a chunk at a time and judged by the rules' own arithmetic."""
    ids = ContractRow.objects.order_by("id").values_list("id", flat=True).iterator(chunk_size=CHUNK)
    while chunk := [str(contract_id) for contract_id in islice(ids, CHUNK)]:
        contracts = load_many(chunk, at)
        yield from _balances(contracts)
        yield from _sums(contracts)


def _balances(contracts: Sequence[Contract]) -> Iterator[str]:
    """Escrow, hours in review and the client's fee are held to the cent."""
    due = {(accounts.escrow(c.id), c.currency): c.escrow for c in contracts}
    due |= {(accounts.review(c.id), c.currency): c.in_review for c in contracts}
    due |= {(accounts.fee_held(c.id), c.currency): c.client_fee_held for c in contracts}
    held = {(name, currency): amount for name, currency, amount in rows(_BALANCES, [[name for name, _ in due]])}
    for account, currency in sorted(due.keys() | held.keys()):
        holds, should = held.get((account, currency), 0), due.get((account, currency), 0)
        if holds != should:
            yield f"{account} holds {tell(holds, currency)}; by its contract that should be {tell(should, currency)}."


def _sums(contracts: Sequence[Contract]) -> Iterator[str]:
    """What came in went to the freelancer, went back or is in escrow or review, and the platform earned its fees."""
    ids = [contract.id for contract in contracts]
    fees = dict(rows(_FEES, [ids, accounts.PLATFORM_FEES]))
    chargebacks, losses = (dict(rows(_FEES, [ids, name])) for name in (accounts.CHARGEBACKS, accounts.LOSSES))
    moved: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for contract, why, amount in rows(_MOVED, [ids]):
        moved[contract][why] = amount
    return chain.from_iterable(
        chain(
            _sum_of(contract, moved[contract.id], fees.get(contract.id, 0)),
            _carried(contract, -chargebacks.get(contract.id, 0), -losses.get(contract.id, 0)),
        )
        for contract in contracts
    )


def _carried(contract: Contract, waiting: int, lost: int) -> Iterator[str]:
    """What banks took back is carried by the platform until they have decided, and for good where that was lost."""
    yield from _differ(
        contract,
        ("carried by the platform until the bank decides", contract.carried - contract.lost, waiting),
        ("carried by the platform for good", contract.lost, lost),
    )


def _sum_of(contract: Contract, moved: Mapping[str, int], fees: int) -> Iterator[str]:
    funded = moved[Why.CARD_CHARGE] - moved[Why.CLIENT_FEE_CHARGED]
    given_back = moved[Why.REFUND] + moved[Why.SERVICE_FEE_RETURNED]
    paid = moved[Why.RELEASE] + moved[Why.PAYMENT] + moved[Why.HOURS] + moved[Why.SERVICE_FEE] - given_back
    refunded = moved[Why.ESCROW_REFUND] + moved[Why.HOURS_REFUND] + given_back
    yield from _differ(
        contract,
        ("paid", contract.paid, paid),
        ("refunded", contract.refunded, refunded),
        ("paid, refunded, in escrow and in review together", contract.committed + contract.refunded, funded),
        ("earned in fees", contract.fees_earned, fees),
    )


def _differ(contract: Contract, *sums: tuple[str, int, int]) -> Iterator[str]:
    """Of (what, by the contract, by the books) those that are not the same."""
    for what, said, posted in sums:
        if said != posted:
            yield (
                f"By contract {contract.id}, {contract.money(said)} is {what}; by the books that is "
                f"{contract.money(posted)}."
            )


def _orphans() -> Iterator[str]:
    for account, currency, amount in rows(_ORPHANS, [MOST]):
        yield f"{account} holds {tell(amount, currency)}, but there is no such contract."


def _holds() -> Iterator[str]:
    for account, currency, holds, should in rows(_HOLDS, [MOST]):
        yield f"{account} holds {tell(holds, currency)}, but the payments in the hold come to {tell(should, currency)}."


def _history() -> Iterator[str]:
    for contract, version, source, target, amount, currency, why, times in rows(_HISTORY, [MOST]):
        where, lacks = ("The ledger", "its history") if times > 0 else ("The history", "the ledger")
        yield (
            f"{where} of contract {contract} has {tell(amount, currency)} from {source} to {target} ({why}) in event "
            f"{version}; {lacks} has not."
        )
