"""What accounts hold. The views are in `guards.sql`."""

from __future__ import annotations

from django.db import connection, transaction

from amicable.books.reading import rows
from amicable.rules.money import Money

LOCK_SECONDS = 2
"""So long a checkpoint waits for those who are posting, and makes others wait behind it."""

_CHECKPOINT = """
INSERT INTO books_checkpoint (account, currency, through, balance)
SELECT a.name, a.currency, %(through)s, coalesce(c.balance, 0) + since.amount
FROM books_account a
LEFT JOIN LATERAL (
    SELECT through, balance FROM books_checkpoint
    WHERE account = a.name AND currency = a.currency AND through <= %(through)s
    ORDER BY through DESC LIMIT 1
) AS c ON true
CROSS JOIN LATERAL (
    SELECT sum(amount) AS amount FROM books_entry
    WHERE account = a.name AND currency = a.currency
      AND transfer > coalesce(c.through, 0) AND transfer <= %(through)s
) AS since
WHERE a.balance IS NULL AND since.amount IS NOT NULL
ON CONFLICT (account, currency, through) DO NOTHING
"""


def balance(account: str, currency: str) -> int:
    """What the account holds, in minor units of `currency`; 0 for one that was never opened."""
    return next((held.amount for held in balances(account) if held.currency == currency), 0)


def balances(account: str) -> list[Money]:
    """What the account holds in each currency it ever held, sorted by currency."""
    found = rows("SELECT balance, currency FROM books_balance WHERE account = %s ORDER BY currency", [account])
    return [Money(*row) for row in found]


def checkpoint() -> int:
    """Write down what the accounts without a live balance hold, where that has changed; returns for how many.

    Not inside a transaction. Raises OperationalError when somebody's transaction has been posting for LOCK_SECONDS:
    then a later try will do.
    """
    through = _horizon()
    with connection.cursor() as cursor:
        cursor.execute(_CHECKPOINT, {"through": through})
        return int(cursor.rowcount)


def _horizon() -> int:
    """The id of a transfer at or below which no other can still appear.

    Ids are given out before they are committed, so a transaction that is still posting may hold one below the
    highest that can be seen. The lock waits until nobody is posting: then every id given out is either there or
    never will be, and later ones are higher. It is let go at once: what is summed afterwards stands still.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS * 1_000:.0f}ms'")
        cursor.execute("LOCK TABLE books_transfer IN SHARE MODE")
        cursor.execute("SELECT coalesce(max(id), 0) FROM books_transfer")
        return int(cursor.fetchone()[0])
