"""The books in plain text, for other people's programs: hledger, beancount and spreadsheets.

Seen by an accountant: what the payment provider has for us are assets, what we keep for people are liabilities, and
fees are income. So what leaves an account of the ledger is a debit, and what arrives is a credit.
"""

from __future__ import annotations

import csv
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import TextIO

from amicable.books.models import Transfer
from amicable.books.reading import CHUNK, one_moment, rows, stream
from amicable.rules.accounts import may_overdraw
from amicable.rules.money import Money, exponent

_ACCOUNTS = """
SELECT account, min(at), array_agg(DISTINCT currency ORDER BY currency)
FROM books_entry GROUP BY account ORDER BY min(at), account
"""
_BALANCES = "SELECT account, currency, balance FROM books_balance ORDER BY account, currency"

_PLACES = {
    "client": "Liabilities:Client:P-",
    "escrow": "Liabilities:Escrow:C-",
    "review": "Liabilities:Review:C-",
    "fee_held": "Liabilities:FeeHeld:C-",
    "held": "Liabilities:Held:P-",
    "available": "Liabilities:Available:P-",
    "payout": "Liabilities:Payout:P-",
    "fees": "Income:Fees:",
    "provider": "Assets:Provider:",
}
"""Where an accountant finds each kind of account; P is a person, C a contract."""


def export(format: str, out: TextIO) -> None:
    """Write all transfers, in the order of their times, and what each account holds at the end.

    `format` is one of FORMATS; KeyError for any other.
    """
    out.writelines(journal(format))


def journal(format: str) -> Iterator[str]:
    """What `export` writes, a piece at a time. Nothing is changed, and no more than a chunk is kept in memory."""
    with one_moment():
        yield from FORMATS[format]().journal()


def account_name(account: str) -> str:
    """The accountant's name of a ledger account: `escrow:UUID` is `Liabilities:Escrow:C-UUID`."""
    kind, _, whose = account.partition(":")
    place = _PLACES[kind]
    return place + (whose if place.endswith("-") else whose.capitalize())


Holding = tuple[str, Money]
"""An account and what it holds, with the ledger's sign."""


class _Format(ABC):
    @abstractmethod
    def journal(self) -> Iterator[str]:
        """The whole text."""

    def transfers(self) -> Iterator[Transfer]:
        return Transfer.objects.order_by("at", "id").iterator(chunk_size=CHUNK)


class _Csv(_Format):
    """A row for each transfer, as the ledger keeps it."""

    COLUMNS = ("id", "at", "source", "target", "amount", "currency", "why", "contract", "version", "recorded_at")

    def journal(self) -> Iterator[str]:
        yield self._line(self.COLUMNS)
        for t in self.transfers():
            amount = (_money(t).decimal, t.currency)
            yield self._line(
                (
                    t.id,
                    _instant(t.at),
                    t.source,
                    t.target,
                    *amount,
                    t.why,
                    t.contract,
                    t.version,
                    _instant(t.recorded_at),
                )
            )

    @staticmethod
    def _line(cells: Iterable[object]) -> str:
        text = StringIO()
        csv.writer(text).writerow(cells)
        return text.getvalue()


class _Journal(_Format):
    """Accounts and commodities, the transfers, and what the accounts then hold, for the other program to confirm.

    The platform's own accounts, which are few, are asserted at each turn of a month too.
    """

    def journal(self) -> Iterator[str]:
        yield from self.opening()
        held: Counter[tuple[str, str]] = Counter()
        day: date | None = None
        for transfer in self.transfers():
            if day and _month(day) != _month(_day(transfer)):
                yield from self.assertions(_day(transfer).replace(day=1), _holdings(held))
            day = _day(transfer)
            _note(held, transfer)
            yield self.entry(transfer)
        if day:
            everything = ((account, Money(amount, currency)) for account, currency, amount in stream(_BALANCES))
            yield from self.assertions(day + timedelta(days=1), everything)

    @abstractmethod
    def opening(self) -> Iterator[str]:
        """The commodities and accounts."""

    @abstractmethod
    def entry(self, transfer: Transfer) -> str:
        """One transfer."""

    @abstractmethod
    def assertions(self, day: date, holdings: Iterable[Holding]) -> Iterator[str]:
        """What accounts hold when `day` begins."""


class _Hledger(_Journal):
    def opening(self) -> Iterator[str]:
        yield "; The books of Amicable.\n\ndecimal-mark .\n"
        for currency in _currencies():
            places = exponent(currency)
            yield f"commodity 1000.{'0' * places} {currency}\n"
        for account, _, _ in stream(_ACCOUNTS):
            yield f"account {account_name(account)}\n"

    def entry(self, transfer: Transfer) -> str:
        tags = {"contract": transfer.contract, "version": transfer.version, "at": _instant(transfer.at)}
        told = ", ".join(f"{name}:{value}" for name, value in tags.items() if value is not None)
        return (
            f"\n{_day(transfer)} ({transfer.id}) {_words(transfer)}  ; {told}\n"
            f"    {account_name(transfer.source)}  {_amount(_money(transfer))}\n"
            f"    {account_name(transfer.target)}  {_amount(-_money(transfer))}\n"
        )

    def assertions(self, day: date, holdings: Iterable[Holding]) -> Iterator[str]:
        yield f"\n{day} balances\n"
        for account, money in holdings:
            yield f"    {account_name(account)}  0 {money.currency} = {_amount(-money)}\n"


class _Beancount(_Journal):
    def opening(self) -> Iterator[str]:
        yield 'option "title" "The books of Amicable"\n\n'
        first = rows("SELECT min(at) FROM books_transfer")[0][0]
        for currency in _currencies():
            yield f"{first.date()} commodity {currency}\n  precision: {exponent(currency)}\n"
        for account, at, currencies in stream(_ACCOUNTS):
            yield f"{at.date()} open {account_name(account)} {','.join(currencies)}\n"

    def entry(self, transfer: Transfer) -> str:
        data = {
            "transfer": transfer.id,
            "contract": transfer.contract and f'"{transfer.contract}"',
            "version": transfer.version,
            "at": f'"{_instant(transfer.at)}"',
        }
        told = "".join(f"  {name}: {value}\n" for name, value in data.items() if value is not None)
        return (
            f'\n{_day(transfer)} * "{_words(transfer)}"\n{told}'
            f"  {account_name(transfer.source)}  {_amount(_money(transfer))}\n"
            f"  {account_name(transfer.target)}  {_amount(-_money(transfer))}\n"
        )

    def assertions(self, day: date, holdings: Iterable[Holding]) -> Iterator[str]:
        yield "\n"
        for account, money in holdings:
            # Without the tolerance of zero a cent too much would pass.
            amount = (-money).decimal
            yield f"{day} balance {account_name(account)}  {amount} ~ 0 {money.currency}\n"


FORMATS: dict[str, type[_Format]] = {"hledger": _Hledger, "beancount": _Beancount, "csv": _Csv}


def _currencies() -> list[str]:
    return [currency for (currency,) in rows("SELECT DISTINCT currency FROM books_account ORDER BY currency")]


def _money(transfer: Transfer) -> Money:
    return Money(transfer.amount, transfer.currency)


def _day(transfer: Transfer) -> date:
    return transfer.at.astimezone(UTC).date()


def _words(transfer: Transfer) -> str:
    """Why, without anything that means something to a program."""
    return re.sub(r"[^\w -]", " ", transfer.why)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _note(held: Counter[tuple[str, str]], transfer: Transfer) -> None:
    """Keep count of the accounts that every month is asserted for."""
    for account, amount in ((transfer.source, -transfer.amount), (transfer.target, transfer.amount)):
        if may_overdraw(account):
            held[account, transfer.currency] += amount


def _holdings(held: Counter[tuple[str, str]]) -> Iterator[Holding]:
    for (account, currency), amount in sorted(held.items()):
        yield account, Money(amount, currency)


def _amount(money: Money) -> str:
    return f"{money.decimal} {money.currency}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
