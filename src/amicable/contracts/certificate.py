"""A certificate of what a freelancer earned or a client spent, from the ledger, as PDF."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from amicable.books.reading import rows
from amicable.paper.document import Document
from amicable.rules import accounts
from amicable.rules.money import Money
from amicable.rules.outcome import Why
from amicable.rules.parts import Role

_FREELANCER = """
SELECT c.id::text, c.title, o.name, t.currency,
       coalesce(sum(t.amount) FILTER (WHERE t.why = ANY(%(paid)s) OR t.why = %(fee)s), 0)::bigint,
       coalesce(sum(t.amount) FILTER (WHERE t.why = %(refund)s OR t.why = %(fee_back)s), 0)::bigint,
       coalesce(sum(t.amount) FILTER (WHERE t.why = %(fee)s), 0)::bigint
           - coalesce(sum(t.amount) FILTER (WHERE t.why = %(fee_back)s), 0)::bigint
FROM contracts_contract c
JOIN people_person o ON o.id = c.client_id
JOIN books_transfer t ON t.contract = c.id
WHERE c.freelancer_id = %(person)s AND t.at >= %(since)s AND t.at < %(until)s
  AND (t.why = ANY(%(paid)s) OR t.why = ANY(%(others)s))
GROUP BY c.id, c.title, o.name, t.currency ORDER BY t.currency, c.id
"""
_CLIENT = """
SELECT c.id::text, c.title, o.name, t.currency,
       coalesce(sum(t.amount) FILTER (WHERE t.why = %(charge)s), 0)::bigint,
       coalesce(sum(t.amount) FILTER (WHERE t.why = %(back)s), 0)::bigint,
       coalesce(sum(t.amount) FILTER (WHERE t.why = %(fee)s), 0)::bigint
           - coalesce(sum(t.amount) FILTER (WHERE t.why = %(fee_back)s AND t.target = %(own)s), 0)::bigint
FROM contracts_contract c
JOIN people_person o ON o.id = c.freelancer_id
JOIN books_transfer t ON t.contract = c.id
WHERE c.client_id = %(person)s AND t.at >= %(since)s AND t.at < %(until)s AND t.why = ANY(%(others)s)
GROUP BY c.id, c.title, o.name, t.currency ORDER BY t.currency, c.id
"""
HEADS = {
    Role.FREELANCER: ("Contract", "Client", "Paid", "Given back", "Service fee", "Net"),
    Role.CLIENT: ("Contract", "Freelancer", "Charged", "Returned", "Thereof fee", "Spent"),
}
TITLES = {Role.FREELANCER: "Certificate of earnings", Role.CLIENT: "Certificate of spend"}
NOTES = {
    Role.FREELANCER: (
        "Paid is what was released or paid in the period, before the service fee; given back is what was refunded in "
        "it, before the service fee. The service fee is less what of it went back. Net is paid less given back less "
        "the service fee. Money counts from the moment it is paid, also while it is in the security hold."
    ),
    Role.CLIENT: (
        "Charged is what the card was charged in the period, the client's fee with it; returned is what went back to "
        "the card. Thereof fee is the client's fee, less what of it went back. Spent is charged less returned; money "
        "that is still in escrow or in review is part of it."
    ),
}


_LAST_YEAR = 9999
"""Time itself ends with it."""


class PeriodError(ValueError):
    """The period makes no sense; the message says what to send instead."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, the first and the last included, in UTC."""

    first: date
    last: date

    @classmethod
    def read(cls, first: str, last: str, today: date) -> Period:
        """The period from two dates as YYYY-MM-DD, this year until today where they are missing; raises PeriodError."""
        period = cls(_day(first) or date(today.year, 1, 1), _day(last) or today)
        if period.first > period.last:
            raise PeriodError("The period ends before it begins.")
        return period

    @property
    def since(self) -> datetime:
        """When it begins."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def until(self) -> datetime:
        """When it is over."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sum:
    """What came of one contract in the period: what was paid (a client: charged), what went back, and the fee."""

    contract: str
    title: str
    other: str
    came: Money
    went: Money
    fee: Money

    def rest(self, side: Role) -> Money:
        """The freelancer's net, or what the client spent."""
        return self.came - self.went - self.fee if side == Role.FREELANCER else self.came - self.went


def sums(person: str, side: Role, period: Period) -> list[Sum]:
    """What came of each contract in the period, by currency. One query of the ledger."""
    query = _FREELANCER if side == Role.FREELANCER else _CLIENT
    found = rows(query, _values(person, side) | {"since": period.since, "until": period.until})
    return [
        Sum(contract, title, other, *(Money(amount, currency) for amount in (came, went, fee)))
        for contract, title, other, currency, came, went, fee in found
    ]


def certificate(person: str, name: str, side: Role, period: Period, at: datetime) -> bytes:
    """The document, as PDF: the totals of each contract and currency with the fees."""
    document = Document(TITLES[side], at)
    document.facts(
        [
            ("For", name),
            ("Period", f"{_told(period.first)} to {_told(period.last)}, whole days in UTC"),
            ("Written", f"{at.astimezone(UTC):%-d %b %Y, %H:%M} UTC"),
        ]
    )
    found = sums(person, side, period)
    if not found:
        document.told("No money moved in this period.")
    by_currency: defaultdict[str, list[Sum]] = defaultdict(list)
    for one in found:
        by_currency[one.came.currency].append(one)
    for currency, lines in by_currency.items():
        document.heading(currency)
        table = [_row(one.title, one.other, one, side) for one in lines]
        document.table(
            HEADS[side], [*table, _row("Total", "", _total(lines), side)], align="LLRRRR", widths=(5, 4, 3, 3, 3, 3)
        )
    document.small(NOTES[side])
    document.small("Every figure is a sum of entries in the ledger of this marketplace, made when this was written.")
    return document.pdf()


def _row(title: str, other: str, one: Sum, side: Role) -> Sequence[str]:
    return [title, other, *(amount.decimal for amount in (one.came, one.went, one.fee, one.rest(side)))]


def _total(lines: Sequence[Sum]) -> Sum:
    nothing = Money(0, lines[0].came.currency)
    return Sum(
        "",
        "",
        "",
        sum((one.came for one in lines), nothing),
        sum((one.went for one in lines), nothing),
        sum((one.fee for one in lines), nothing),
    )


def _values(person: str, side: Role) -> dict[str, object]:
    if side == Role.FREELANCER:
        fee, fee_back = Why.SERVICE_FEE, Why.SERVICE_FEE_RETURNED
        return {
            "person": person,
            "paid": [Why.RELEASE, Why.PAYMENT, Why.HOURS],
            "refund": Why.REFUND,
            "fee": fee,
            "fee_back": fee_back,
            "others": [Why.REFUND, fee, fee_back],
        }
    fee, fee_back = Why.CLIENT_FEE_CHARGED, Why.CLIENT_FEE_RETURNED
    return {
        "person": person,
        "own": accounts.client(person),
        "charge": Why.CARD_CHARGE,
        "back": Why.CARD_REFUND,
        "fee": fee,
        "fee_back": fee_back,
        "others": [Why.CARD_CHARGE, Why.CARD_REFUND, fee, fee_back],
    }


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if day.isoformat() != text or day.year >= _LAST_YEAR:
        raise PeriodError("Write dates as YYYY-MM-DD.")
    return day


def _told(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
