"""The ledger's tables. What guards them is in `guards.sql`: the database refuses what the books do not allow."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

UNBOUNDED = Q(name__startswith="fees:") | Q(name__startswith="provider:")
"""The platform's own accounts and the outside world: they may go below zero and carry no live balance: every
transfer touches them and one row for all would make all wait for each other."""


class Account(models.Model):
    """An account in one currency, opened by its first transfer. The database keeps `balance`, in minor units."""

    pk = models.CompositePrimaryKey("name", "currency")
    name = models.TextField()
    currency = models.CharField(max_length=3)
    balance = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="books_account_not_overdrawn", condition=Q(balance__gte=0)),
            models.CheckConstraint(
                name="books_account_live_balance",
                condition=(UNBOUNDED & Q(balance__isnull=True)) | (~UNBOUNDED & Q(balance__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.currency}"


class Transfer(models.Model):
    """`amount` minor units (above zero) from `source` to `target`: two entries that balance, because they are one row.

    Immutable: a correction is a new transfer. `at` is when it happened, `recorded_at` when it was written.
    """

    id = models.BigAutoField(primary_key=True)
    source = models.TextField()
    target = models.TextField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    why = models.CharField(max_length=40)
    contract = models.UUIDField(null=True)
    version = models.IntegerField(null=True)
    """With `contract`, which event of its history moved the money."""
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(name="books_transfer_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="books_transfer_two_accounts", condition=~Q(source=F("target"))),
        ]
        indexes = [
            models.Index(fields=["source", "id"], name="books_transfer_source"),
            models.Index(fields=["target", "id"], name="books_transfer_target"),
            models.Index(fields=["contract", "version"], name="books_transfer_contract"),
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}: {self.amount} {self.currency}"


class Entry(models.Model):
    """One side of a transfer, signed: below zero for the source, above for the target. A view, not a table."""

    pk = models.CompositePrimaryKey("transfer", "account")
    transfer = models.BigIntegerField()
    account = models.TextField()
    counterpart = models.TextField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    why = models.CharField(max_length=40)
    contract = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "books_entry"

    def __str__(self) -> str:
        return f"{self.account}: {self.amount} {self.currency}"


class Checkpoint(models.Model):
    """What all transfers up to `through` come to on an account without a live balance: later sums start here."""

    account = models.TextField()
    currency = models.CharField(max_length=3)
    through = models.BigIntegerField()
    balance = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "currency", "through"], name="books_checkpoint_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.currency} through {self.through}"
