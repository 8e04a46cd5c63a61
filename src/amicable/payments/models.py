"""Cards, what they have paid, withdrawals, and the sandbox provider's own memory."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from amicable.contracts.models import Contract
from amicable.payments.provider import Stage


class Card(models.Model):
    """How a client pays. With the sandbox provider a card is what it does when it is asked."""

    class Behaviour(models.TextChoices):
        WORKS = "works"
        DECLINES = "declines"
        DISPUTES = "disputes"

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    behaviour = models.CharField(max_length=10, choices=Behaviour.choices, default=Behaviour.WORKS)

    class Meta:
        constraints = [
            models.CheckConstraint(name="card_behaviour", condition=Q(behaviour__in=["works", "declines", "disputes"])),
        ]

    def __str__(self) -> str:
        return f"card that {self.behaviour}"


class CardPayment(models.Model):
    """What a card has paid on one contract, fee beside it; amounts in minor units. Hours are paid by invoice."""

    key = models.CharField(max_length=255, primary_key=True)
    """That of the charge, under which the provider knows it too."""
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    milestone = models.UUIDField(null=True)
    paid_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="card_payment_money", condition=Q(amount__gt=0, fee__gte=0)),
        ]

    def __str__(self) -> str:
        return f"card payment {self.key}"


class Withdrawal(models.Model):
    """Available money that a freelancer takes out; `amount` in minor units."""

    class Status(models.TextChoices):
        ON_ITS_WAY = "on_its_way"
        PAID = "paid"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="withdrawals")
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ON_ITS_WAY)
    requested_at = models.DateTimeField()
    key = models.CharField(max_length=255, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="withdrawal_above_zero", condition=Q(amount__gt=0)),
            models.UniqueConstraint(fields=["person", "key"], name="withdrawal_key", condition=Q(key__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"withdrawal of {self.amount} {self.currency}"


class SandboxCall(models.Model):
    """What the sandbox provider was asked and what it answered: the outside world's side, which we never change."""

    key = models.CharField(max_length=255, primary_key=True)
    kind = models.CharField(max_length=10)
    person = models.UUIDField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    declined = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.amount} {self.currency}"


class SandboxReport(models.Model):
    """What a bank does about a payment in the sandbox, from `at` on: it takes it back once, and decides once."""

    payment = models.CharField(max_length=255)
    """The key of the charge."""
    stage = models.CharField(max_length=10, choices=[(stage.value, stage.value) for stage in Stage])
    at = models.DateTimeField()
    is_told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="sandbox_report_stage", condition=Q(stage__in=["opened", "won", "lost"])),
            models.UniqueConstraint(fields=["payment"], name="sandbox_report_opened", condition=Q(stage="opened")),
            models.UniqueConstraint(fields=["payment"], name="sandbox_report_decided", condition=~Q(stage="opened")),
        ]
        indexes = [models.Index(fields=["at"], condition=Q(is_told=False), name="sandbox_report_waits")]

    def __str__(self) -> str:
        return f"{self.payment} {self.stage}"
