"""Contracts in PostgreSQL. The rows and the rules' snapshots are turned into each other in `store`.

Amounts are minor units of the contract's currency. Open proposals, the dispute, the card payment under way and the
ending live in the contract's row, as parts of the value that it is; what is closed lives in the history.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from amicable.rules.contract import MilestoneStatus, Status


class Policy(models.Model):
    """One version of the operator's figures; a contract keeps the one it was offered under."""

    version = models.AutoField(primary_key=True)
    figures = models.JSONField(default=dict)
    """Fields of rules.policy.Policy that differ from its defaults."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"policy {self.version}"


class Contract(models.Model):
    """A contract, from its offer on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.IntegerField(default=1)
    """Counts the events of its history; whoever writes must have read the version before."""
    kind = models.CharField(max_length=10, default="fixed")
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    client = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    freelancer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=[(s.value, s.value) for s in Status], default=Status.OFFERED)
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    """When the next thing happens by itself."""
    paid = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    ending = models.JSONField(null=True)
    charge = models.JSONField(null=True)
    proposals = models.JSONField(default=list)
    dispute = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="contract_status", condition=Q(status__in=list(Status))),
            models.CheckConstraint(name="contract_two_people", condition=~Q(client=F("freelancer"))),
            models.CheckConstraint(name="contract_money", condition=Q(paid__gte=0, refunded__gte=0)),
            models.CheckConstraint(
                name="contract_ended_at",
                condition=Q(status=Status.ENDED, ended_at__isnull=False)
                | (~Q(status=Status.ENDED) & Q(ended_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["client", "id"], name="contract_client"),
            models.Index(fields=["freelancer", "id"], name="contract_freelancer"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="contract_due"),
            models.Index(fields=["id"], condition=Q(dispute__isnull=False), name="contract_dispute"),
        ]

    def __str__(self) -> str:
        return self.title


class Milestone(models.Model):
    """A part of the work with its price and its escrow."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="milestones", db_index=False)
    position = models.SmallIntegerField()
    title = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    due = models.DateField(null=True)
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in MilestoneStatus], default=MilestoneStatus.UNFUNDED
    )
    escrow = models.BigIntegerField(default=0)
    paid = models.BigIntegerField(default=0)
    submitted_at = models.DateTimeField(null=True)
    release_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="milestone_status", condition=Q(status__in=list(MilestoneStatus))),
            models.CheckConstraint(name="milestone_money", condition=Q(amount__gt=0, escrow__gte=0, paid__gte=0)),
            models.CheckConstraint(
                name="milestone_escrow",
                condition=Q(status__in=["funded", "submitted"], escrow__gt=0)
                | (~Q(status__in=["funded", "submitted"]) & Q(escrow=0)),
            ),
            models.UniqueConstraint(fields=["contract", "position"], name="milestone_position"),
        ]

    def __str__(self) -> str:
        return self.title


class Payment(models.Model):
    """One payment to the freelancer: `left` is the gross not refunded since, `held` the net still in the hold."""

    id = models.UUIDField(primary_key=True, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="payments")
    paid_at = models.DateTimeField()
    gross = models.BigIntegerField()
    left = models.BigIntegerField()
    held = models.BigIntegerField()
    available_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payment_money",
                condition=Q(gross__gt=0, left__gte=0, held__gte=0, left__lte=F("gross"), held__lte=F("gross")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gross} of {self.contract_id}"


class Event(models.Model):
    """What was done to a contract, as it was shown before it was done. Append-only; the database refuses the rest."""

    pk = models.CompositePrimaryKey("contract", "version")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="events", db_index=False)
    version = models.IntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    by = models.CharField(max_length=10)
    actor = models.UUIDField(null=True)
    key = models.CharField(max_length=255, null=True)
    """The actor's idempotency key."""
    params = models.JSONField(default=dict)
    outcome = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], name="event_key", condition=Q(key__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at}"


class Outbox(models.Model):
    """What an outcome wants from other rooms: written with it, gone when done."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=20)
    contract = models.UUIDField(null=True)
    version = models.IntegerField(null=True)
    payload = models.JSONField(default=dict)
    available_at = models.DateTimeField(db_default=Now())
    attempts = models.IntegerField(db_default=0)
    last_error = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index(fields=["topic", "available_at"], name="outbox_next")]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"


class SandboxClock(models.Model):
    """The sandbox's time: one row, moved by people, never back."""

    now = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="sandbox_clock_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.now)
