"""What a person has, in each currency."""

from __future__ import annotations

from dataclasses import dataclass

from amicable.books.reading import rows
from amicable.rules import accounts
from amicable.rules.money import Money

_BALANCES = """
SELECT currency, sum(available)::bigint, sum(held)::bigint, sum(in_review)::bigint, sum(escrow)::bigint
FROM (
    SELECT currency, CASE WHEN name = %(available)s THEN balance ELSE 0 END AS available,
           CASE WHEN name = %(held)s THEN balance ELSE 0 END AS held,
           0 AS in_review, 0 AS escrow
    FROM books_account WHERE name IN (%(available)s, %(held)s, %(payout)s, %(client)s)
    UNION ALL
    SELECT c.currency, 0, 0, coalesce(review.balance, 0), coalesce(escrow.balance, 0)
    FROM contracts_contract c
    LEFT JOIN books_account review ON review.name = 'review:' || c.id AND review.currency = c.currency
    LEFT JOIN books_account escrow ON escrow.name = 'escrow:' || c.id AND escrow.currency = c.currency
    WHERE c.client_id = %(person)s OR c.freelancer_id = %(person)s
) AS parts
GROUP BY currency
ORDER BY currency
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person has in one currency."""

    currency: str
    available: Money
    """Can be withdrawn."""
    held: Money
    """In the security hold, available when it ends."""
    in_review: Money
    """Billed hours that can still be disputed, or are, on whichever side the person is."""
    escrow: Money
    """In escrow on the person's contracts, on whichever side they are."""


def balances_of(person: str) -> list[Balance]:
    """What the person (an id) has in each currency they have a contract or ever had money in, sorted by currency."""
    own = {
        "available": accounts.available(person),
        "held": accounts.held(person),
        "payout": accounts.payout(person),
        "client": accounts.client(person),
    }
    return [_balance(*row) for row in rows(_BALANCES, {**own, "person": person})]


def _balance(currency: str, available: int, held: int, in_review: int, escrow: int) -> Balance:
    return Balance(currency, *(Money(amount, currency) for amount in (available, held, in_review, escrow)))
