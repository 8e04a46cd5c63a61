"""An audit of the books: everything that is kept beside the transfers, recomputed from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from amicable.books.reading import one_moment, rows
from amicable.rules.accounts import may_overdraw
from amicable.rules.money import Money, UnknownCurrency, exponent

MOST = 100
"""So many problems of one kind are told."""

_COUNTS = """
SELECT (SELECT count(*) FROM books_account), (SELECT count(*) FROM books_transfer), (SELECT count(*) FROM books_entry)
"""

_ACCOUNTS = """
SELECT coalesce(a.name, e.account), coalesce(a.currency, e.currency), a.name IS NOT NULL, a.balance,
       coalesce(e.amount, 0)::bigint
FROM books_account a
FULL JOIN (SELECT account, currency, sum(amount) AS amount FROM books_entry GROUP BY account, currency) AS e
    ON e.account = a.name AND e.currency = a.currency
WHERE a.name IS NULL OR a.balance <> coalesce(e.amount, 0) OR a.balance IS NOT NULL AND e.amount < 0
ORDER BY 1, 2
LIMIT %s
"""

_CURRENCIES = "SELECT DISTINCT currency FROM books_account ORDER BY currency"

_SUMS = """
SELECT currency, sum(balance)::bigint FROM books_balance GROUP BY currency HAVING sum(balance) <> 0 ORDER BY currency
LIMIT %s
"""

_CHECKPOINTS = """
SELECT c.account, c.currency, c.through, c.balance, (c.balance_before + coalesce(e.amount, 0))::bigint
FROM (
    SELECT account, currency, through, balance,
           lag(through, 1, 0::bigint) OVER earlier AS through_before,
           lag(balance, 1, 0::bigint) OVER earlier AS balance_before
    FROM books_checkpoint
    WINDOW earlier AS (PARTITION BY account, currency ORDER BY through)
) AS c
CROSS JOIN LATERAL (
    SELECT sum(amount) AS amount FROM books_entry
    WHERE account = c.account AND currency = c.currency AND transfer > c.through_before AND transfer <= c.through
) AS e
WHERE c.balance <> c.balance_before + coalesce(e.amount, 0)
ORDER BY c.account, c.currency, c.through
LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit at `checked_at` (UTC) counted, and what it found wrong, a sentence each."""

    accounts: int
    transfers: int
    entries: int
    checked_at: datetime
    problems: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def __str__(self) -> str:
        counted = f"{self.accounts} accounts, {self.transfers} transfers, {self.entries} entries"
        if self.balanced:
            return f"The books balance: {counted}."
        return "\n- ".join([f"The books do not balance ({counted}):", *self.problems])


def verify(at: datetime) -> Report:
    """Recompute the books as of this moment; `at` is the time that the report bears. Changes nothing."""
    with one_moment():
        accounts, transfers, entries = rows(_COUNTS)[0]
        problems = (*_accounts(), *_currencies(), *_sums(), *_checkpoints())
    return Report(accounts, transfers, entries, at, problems)


def tell(amount: int, currency: str) -> str:
    """Money in words, also in what is no currency: an audit has to tell about that too."""
    return str(Money(amount, currency)) if _is_known(currency) else f"{amount} {currency}"


def _is_known(currency: str) -> bool:
    try:
        exponent(currency)
    except UnknownCurrency:
        return False
    return True


def _accounts() -> Iterator[str]:
    for account, currency, is_open, held, posted in rows(_ACCOUNTS, [MOST]):
        entries = f"its entries come to {tell(posted, currency)}"
        if not is_open:
            yield f"{account} was never opened in {currency}, but {entries}."
        elif held is not None and held != posted:
            yield f"{account} holds {tell(held, currency)}, but {entries}."
        if posted < 0 and not may_overdraw(account):
            yield f"{account} is below zero: {entries}."


def _currencies() -> Iterator[str]:
    for (currency,) in rows(_CURRENCIES):
        if not _is_known(currency):
            yield f"There are accounts in {currency}, which is no currency."


def _sums() -> Iterator[str]:
    for currency, amount in rows(_SUMS, [MOST]):
        yield f"All accounts in {currency} together hold {tell(amount, currency)}, not zero."


def _checkpoints() -> Iterator[str]:
    for account, currency, through, written, posted in rows(_CHECKPOINTS, [MOST]):
        yield (
            f"The checkpoint of {account} through transfer {through} says {tell(written, currency)}, but the one "
            f"before it and the entries since come to {tell(posted, currency)}."
        )
