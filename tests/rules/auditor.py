"""An auditor who never saw the rules' code: transfers, what the contract says of itself, and arithmetic of its own.

Knows from the rulebook: fees are percentages of what was paid in all, half up; the client's fee lies beside the escrow
until it is earned, and beside billed hours that are in review; whatever comes in goes to people, to the platform or
back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

MAY_OVERDRAW = ("provider", "fees", "chargebacks", "losses")
OVER = ("declined", "withdrawn", "expired", "ended")
HOLDS = ("funded", "submitted")


@dataclass(frozen=True)
class Movement:
    """A transfer, its accounts by kind (escrow, held, …)."""

    source: str
    target: str
    amount: int
    currency: str


@dataclass(frozen=True)
class Facts:
    """What the contract says of itself, in minor units."""

    status: str
    escrow: int
    paid: int
    refunded: int
    fees: int
    carried: int
    """What the platform carries of what banks have taken back and not decided about."""
    lost: int
    """What it carries for good."""
    milestones: Sequence[tuple[str, int, int]]
    """(status, price, escrow) of each."""
    deadlines: Sequence[datetime]
    may_be_late: bool
    """Whether something may be overdue."""
    at: datetime
    in_review: int = 0
    weeks: Sequence[tuple[int, int, int, int]] = ()
    """(billed and charged, in review, paid, refunded) of each week that is not settled."""


class Auditor:
    """Keeps books of its own and compares."""

    def __init__(self, currency: str, service_fee_percent: Decimal, client_fee_percent: Decimal) -> None:
        self.currency = currency
        self.service_fee_percent = service_fee_percent
        self.client_fee_percent = client_fee_percent
        self.balances: Counter[str] = Counter()
        self.flows: Counter[tuple[str, str]] = Counter()

    def book(self, movements: Iterable[Movement]) -> None:
        """Write movements into the books, one after the other; none may overdraw an account even in between."""
        for movement in movements:
            assert movement.amount > 0, movement
            assert movement.currency == self.currency, movement
            assert movement.source != movement.target, movement
            self.balances[movement.source] -= movement.amount
            self.balances[movement.target] += movement.amount
            self.flows[movement.source, movement.target] += movement.amount
            source = movement.source
            assert source in MAY_OVERDRAW or self.balances[source] >= 0, f"{movement} overdraws {source}"

    def check(self, facts: Facts) -> None:
        """Everything that must be so after every action; AssertionError says what is not."""
        self._check_money(facts)
        self._check_fees(facts)
        self._check_milestones(facts)
        self._check_deadlines(facts)

    def _check_money(self, facts: Facts) -> None:
        flow, balance = self.flows, self.balances
        funded = flow["client", "escrow"]
        released = flow["escrow", "held"] + flow["escrow", "fees"]
        returned = flow["escrow", "client"]
        given_back = flow["held", "client"] + flow["available", "client"] + flow["fees", "client"]
        billed = flow["client", "review"]
        worked = flow["review", "held"] + flow["review", "fees"]
        disputed = flow["review", "client"]
        directly = flow["client", "held"] + flow["client", "fees"]
        assert funded == released + returned + facts.escrow, "funded = released + refunded + in escrow"
        assert balance["escrow"] == facts.escrow, "the books and the contract agree on the escrow"
        assert billed == worked + disputed + facts.in_review, "billed = paid + refunded + in review"
        assert balance["review"] == facts.in_review, "the books and the contract agree on what is in review"
        for charged, in_review, paid, refunded in facts.weeks:
            assert charged == in_review + paid + refunded, "a week's parts add up"
        assert facts.paid == released + worked + directly - given_back, (
            "paid is what was released and paid less what came back"
        )
        assert facts.refunded == returned + disputed + given_back, "refunded is what went back"
        assert balance["client"] == 0, "nothing lies with the client: what comes in is used, what goes back goes back"
        people = sum(amount for account, amount in balance.items() if account not in MAY_OVERDRAW)
        platform = balance["fees"] + balance["chargebacks"] + balance["losses"]
        assert -balance["provider"] == platform + people, "provider in = out + the platform's + what people hold"
        assert balance["chargebacks"] == -facts.carried, "what banks took back is covered or carried by the platform"
        assert balance["losses"] == -facts.lost, "what banks keep is covered or lost by the platform"

    def _check_fees(self, facts: Facts) -> None:
        service_fee = self._share(self.service_fee_percent, facts.paid)
        earned = self._share(self.client_fee_percent, facts.paid)
        charged = self._share(self.client_fee_percent, facts.paid + facts.escrow + facts.in_review)
        assert self.balances["fees"] == facts.fees == service_fee + earned, "the platform has its two percentages"
        assert self.balances["fee_held"] == charged - earned, "the client's fee on the escrow lies beside it"

    def _check_milestones(self, facts: Facts) -> None:
        for status, price, escrow in facts.milestones:
            assert (escrow > 0) == (status in HOLDS), f"a {status} milestone holds {escrow}"
            assert escrow <= price, f"{escrow} in escrow for a milestone of {price}"
        assert sum(escrow for _, _, escrow in facts.milestones) == facts.escrow
        if facts.status in OVER:
            assert facts.escrow == 0, f"{facts.escrow} left in a contract that is {facts.status}"
            assert self.balances["fee_held"] == 0 or facts.in_review, "a fee is left in a contract that is over"
        waits = facts.escrow > 0 or facts.in_review > 0
        assert facts.status != "ending" or waits, "what has nothing to wait for has ended"

    def _check_deadlines(self, facts: Facts) -> None:
        assert list(facts.deadlines) == sorted(facts.deadlines), "deadlines come in order"
        if not facts.may_be_late:
            assert all(deadline >= facts.at for deadline in facts.deadlines), "no deadline has passed"

    def _share(self, percent: Decimal, amount: int) -> int:
        return int((percent * amount / 100).quantize(Decimal(1), ROUND_HALF_UP))
