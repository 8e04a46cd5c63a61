"""A person's statement: what moved money on their own accounts, and what they then had.

Own are what a client put in and has not committed, and a freelancer's money in the hold, available and on its way to
the bank. A payment is told gross, with the service fee on a line of its own beside it for the freelancer whom it
concerns; the ledger moves the net amount and the fee. Money that moves between a person's own accounts is a line of
zero that says what it changes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

from amicable.books.reading import one_moment, rows, stream
from amicable.rules import accounts
from amicable.rules.money import Money
from amicable.rules.outcome import Why

_LINES = """
WITH own AS (
    SELECT t.*, (t.target = ANY(%(own)s))::int - (t.source = ANY(%(own)s))::int AS sign
    FROM books_transfer t
    WHERE t.source = ANY(%(own)s) OR t.target = ANY(%(own)s)
), gross AS (
    SELECT own.*, fee.id AS fee_id, fee.why AS fee_why, coalesce(fee.amount, 0) AS fee, fee.is_own AS fee_is_own
    FROM own
    LEFT JOIN LATERAL (
        SELECT next.id, next.why, next.amount, next.source = ANY(%(own)s) OR next.target = ANY(%(own)s) AS is_own
        FROM books_transfer next
        WHERE own.why = ANY(%(paid)s)
          AND next.contract = own.contract AND next.version = own.version AND next.id > own.id
        ORDER BY next.id LIMIT 1
    ) AS fee ON fee.why = ANY(%(fees)s)
), lines AS (
    -- A fee that is given back comes before the refund it pays for, so that the balance does not dip below zero.
    SELECT CASE WHEN sign < 0 AND NOT fee_is_own THEN fee_id ELSE id END AS id, at, why, currency,
           sign * (amount + fee) AS amount, amount AS moved, contract
    FROM gross WHERE id NOT IN (SELECT fee_id FROM gross WHERE fee_id IS NOT NULL)
    UNION ALL
    SELECT CASE WHEN sign < 0 THEN id ELSE fee_id END, at, fee_why, currency, -sign * fee, fee, contract
    FROM gross WHERE NOT fee_is_own
), running AS (
    SELECT lines.*, sum(amount) OVER (PARTITION BY currency ORDER BY id) AS balance FROM lines
)
SELECT r.id, r.at, r.why, r.currency, r.amount, r.moved, r.balance::bigint, r.contract::text, c.title
FROM running r LEFT JOIN contracts_contract c ON c.id = r.contract
"""
_OLDEST_FIRST = f"{_LINES} WHERE r.id > coalesce(%(after)s, 0) ORDER BY r.id LIMIT %(limit)s"
_NEWEST_FIRST = f"{_LINES} WHERE r.id < coalesce(%(after)s, r.id + 1) ORDER BY r.id DESC LIMIT %(limit)s"

_TOLD = {
    (Why.CARD_CHARGE, 1): "Your card was charged for “{title}”.",
    (Why.CLIENT_FEE_CHARGED, -1): "Your fee for “{title}”, kept aside until it is earned.",
    (Why.ESCROW_FUNDED, -1): "Put into escrow for “{title}”.",
    (Why.ESCROW_REFUND, 1): "Came back out of escrow: “{title}”.",
    (Why.CLIENT_FEE_RETURNED, 1): "Your fee for “{title}” given back.",
    (Why.CARD_REFUND, -1): "Returned to your card for “{title}”.",
    (Why.CHARGEBACK_COVERED, -1): "For what your bank had taken back: “{title}”.",
    (Why.COVER_RETURNED, 1): "Yours again, since your bank has returned the payment for “{title}”.",
    (Why.PAYMENT, -1): "Paid to the freelancer for “{title}”.",
    (Why.PAYMENT, 1): "Paid to you for “{title}”, before the service fee. It is in the security hold at first.",
    (Why.RELEASE, 1): "Released to you for “{title}”, before the service fee. It is in the security hold at first.",
    (Why.HOURS_BILLED, -1): "Hours billed for “{title}”. They are in review until Friday.",
    (Why.HOURS, 1): "Hours paid to you for “{title}”, before the service fee. In the security hold at first.",
    (Why.HOURS_REFUND, 1): "Disputed hours given back: “{title}”.",
    (Why.SERVICE_FEE, -1): "Service fee for “{title}”.",
    (
        Why.HOLD_ENDED,
        0,
    ): "{moved} for “{title}” can be withdrawn: the security hold has ended. Your balance had it already.",
    (Why.REFUND, -1): "You gave money back for “{title}”.",
    (Why.REFUND, 1): "The freelancer gave money back for “{title}”.",
    (Why.SERVICE_FEE_RETURNED, 1): "Service fee for “{title}” given back.",
    (Why.WITHDRAWAL, 0): "{moved} is on its way to your bank. Your balance has it until it is sent.",
    (Why.PAYOUT, -1): "Sent to your bank.",
    (
        Why.PAYOUT_FAILED,
        0,
    ): "{moved} could not be sent to your bank and can be withdrawn again. Your balance has it still.",
}
"""What a line says, by why money moved and whether the person then has more (1), less (-1) or as much (0)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement."""

    id: int
    """Its place: lines come in the order of their ids."""
    at: datetime
    kind: Why
    amount: Money
    """What the person has more, or below zero less."""
    balance: Money
    """What the person's own accounts then hold in this currency."""
    contract: str | None
    description: str


def statement(person: str, *, after: int | None = None, limit: int = 50, newest_first: bool = False) -> list[Line]:
    """Up to `limit` lines of the statement of `person` (an id), oldest first or `newest_first`, those that then come
    after the line `after`.

    One query.
    """
    lines = _NEWEST_FIRST if newest_first else _OLDEST_FIRST
    return [_line(*row) for row in rows(lines, _values(person, after, limit))]


def statement_csv(person: str, out: TextIO) -> None:
    """Write the whole statement as comma-separated values, with a header."""
    sheet = csv.writer(out)
    sheet.writerow(["at", "kind", "amount", "currency", "balance", "contract", "description"])
    with one_moment():
        sheet.writerows(_cells(_line(*row)) for row in stream(_OLDEST_FIRST, _values(person, None, None)))


def _values(person: str, after: int | None, limit: int | None) -> dict[str, object]:
    kinds = (accounts.client, accounts.held, accounts.available, accounts.payout)
    return {
        "own": [kind(person) for kind in kinds],
        "paid": [Why.RELEASE, Why.PAYMENT, Why.HOURS, Why.REFUND],
        "fees": [Why.SERVICE_FEE, Why.SERVICE_FEE_RETURNED],
        "after": after,
        "limit": limit,
    }


def _line(
    line_id: int,
    at: datetime,
    why: str,
    currency: str,
    amount: int,
    moved: int,
    balance: int,
    contract: str | None,
    title: str | None,
) -> Line:
    kind = Why(why)
    told = _TOLD[kind, (amount > 0) - (amount < 0)]
    description = told.format(title=title, moved=Money(moved, currency))
    return Line(line_id, at, kind, Money(amount, currency), Money(balance, currency), contract, description)


def _cells(line: Line) -> Iterator[object]:
    yield line.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    yield line.kind.value
    yield line.amount.decimal
    yield line.amount.currency
    yield line.balance.decimal
    yield line.contract
    yield line.description
