"""A freelancer takes out available money."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from amicable.books.ledger import Posting, post
from amicable.contracts import outbox
from amicable.contracts.perform import KEY_REUSED
from amicable.payments import jobs
from amicable.payments.models import Withdrawal
from amicable.rules import accounts
from amicable.rules.money import Money
from amicable.rules.outcome import Refused, Why, invalid
from amicable.rules.wording import say


def withdraw(person: str, amount: Money, at: datetime, key: str | None = None) -> Withdrawal | Refused:
    """Send `amount` of what the person (an id) has available to their bank; the first answer again for the same key."""
    if amount.amount <= 0:
        return invalid("amount", "The amount must be above zero.")
    before = _asked_before(person, amount, key)
    if before:
        return before
    try:
        withdrawal, job = _ask(person, amount, at, key)
    except IntegrityError:
        # Either the same key came in between, or there is less available than asked for: the books refuse an overdraft.
        return _asked_before(person, amount, key) or Refused(
            "not_enough_available", say("There is less than {amount} available to withdraw.", amount=amount)
        )
    jobs.run_now(job)
    withdrawal.refresh_from_db()
    return withdrawal


def _ask(person: str, amount: Money, at: datetime, key: str | None) -> tuple[Withdrawal, int]:
    with transaction.atomic():
        withdrawal = Withdrawal.objects.create(
            person_id=person, currency=amount.currency, amount=amount.amount, requested_at=at, key=key
        )
        post([Posting(accounts.available(person), accounts.payout(person), amount, Why.WITHDRAWAL, at)])
        job = outbox.put("payout", {"withdrawal": str(withdrawal.id), "provider": settings.PAYMENT_PROVIDER})
    return withdrawal, job


def _asked_before(person: str, amount: Money, key: str | None) -> Withdrawal | Refused | None:
    if key is None:
        return None
    before = Withdrawal.objects.filter(person_id=person, key=key).first()
    if before and Money(before.amount, before.currency) != amount:
        return KEY_REUSED
    return before
