"""A provider that moves no real money. It remembers what it was asked, as a real one does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from amicable.contracts import clock
from amicable.payments.cards import card_of
from amicable.payments.models import Card, SandboxCall, SandboxReport
from amicable.payments.provider import Declined, Report, Stage, Succeeded
from amicable.rules.money import Money


class SandboxProvider:
    """Cards that work, decline, or whose bank takes payments back, as people in the sandbox chose; refunds and payouts
    always succeed. What banks do, and when, is what people had it do (`payments.sandbox_bank`)."""

    def charge(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Take the money unless there is no card or one that declines."""
        card = card_of(person)
        if card is None:
            return self._answer(key, "charge", person, amount, "there is no card")
        declines = card.behaviour == Card.Behaviour.DECLINES
        answer = self._answer(key, "charge", person, amount, "insufficient funds" if declines else "")
        if isinstance(answer, Succeeded) and card.behaviour == Card.Behaviour.DISPUTES:
            SandboxReport.objects.get_or_create(payment=key, stage=Stage.OPENED, defaults={"at": clock.now()})
        return answer

    def refund(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Give the money back."""
        return self._answer(key, "refund", person, amount)

    def pay_out(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Send the money out."""
        return self._answer(key, "payout", person, amount)

    def reports(self, at: datetime) -> Sequence[Report]:
        """What the banks have done and was not told."""
        waiting = SandboxReport.objects.filter(is_told=False, at__lte=at).order_by("at", "id")
        return [Report(str(one.id), one.payment, Stage(one.stage)) for one in waiting]

    def acknowledge(self, report: Report) -> None:
        """It is told."""
        SandboxReport.objects.filter(id=report.id).update(is_told=True)

    def _answer(self, key: str, kind: str, person: str, amount: Money, declined: str = "") -> Succeeded | Declined:
        """Answer as the first time, if this was asked before."""
        asked = {"kind": kind, "person": person, "currency": amount.currency, "amount": amount.amount}
        call, _ = SandboxCall.objects.get_or_create(key=key, defaults={**asked, "declined": declined})
        return Declined(call.declined) if call.declined else Succeeded()
