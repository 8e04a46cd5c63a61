"""A provider that moves no real money. It remembers what it was asked, as a real one does."""

from __future__ import annotations

from amicable.payments.cards import card_of
from amicable.payments.models import Card, SandboxCall
from amicable.payments.provider import Declined, Succeeded
from amicable.rules.money import Money


class SandboxProvider:
    """Cards that work, decline, or whose bank takes payments back, as people in the sandbox chose; refunds and payouts
    always succeed."""

    def charge(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Take the money unless there is no card or one that declines."""
        card = card_of(person)
        if card is None:
            return self._answer(key, "charge", person, amount, "there is no card")
        declines = card.behaviour == Card.Behaviour.DECLINES
        answer = self._answer(key, "charge", person, amount, "insufficient funds" if declines else "")
        if isinstance(answer, Succeeded) and card.behaviour == Card.Behaviour.DISPUTES:
            return Succeeded(is_disputed=True)
        return answer

    def refund(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Give the money back."""
        return self._answer(key, "refund", person, amount)

    def pay_out(self, *, key: str, person: str, amount: Money) -> Succeeded | Declined:
        """Send the money out."""
        return self._answer(key, "payout", person, amount)

    def _answer(self, key: str, kind: str, person: str, amount: Money, declined: str = "") -> Succeeded | Declined:
        """Answer as the first time, if this was asked before."""
        asked = {"kind": kind, "person": person, "currency": amount.currency, "amount": amount.amount}
        call, _ = SandboxCall.objects.get_or_create(key=key, defaults={**asked, "declined": declined})
        return Declined(call.declined) if call.declined else Succeeded()
