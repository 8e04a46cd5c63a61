"""Contracts in PostgreSQL. The rows and the rules' snapshots are turned into each other in `store`.

Amounts are minor units of the contract's currency. Open proposals, disputes, the card payment under way and the
ending live in the contract's row, as parts of the value that it is; what is closed lives in the history.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from amicable.rules.contract import Status
from amicable.rules.hourly import WeekStatus
from amicable.rules.parts import MilestoneStatus
from amicable.rules.week import SEGMENTS, from_text, to_text


class BitmapField(models.Field):  # type: ignore[type-arg] # not subscriptable when it runs
    """The segments of a week, as `rules.week` has them: an int here, a bit string in the database."""

    def db_type(self, connection: Any) -> str:
        """Slot i is the bit i from the left."""
        del connection
        return f"bit({SEGMENTS})"

    def from_db_value(self, value: str | None, *_: object) -> int | None:
        """Read."""
        return None if value is None else from_text(value)

    def get_prep_value(self, value: int | None) -> str | None:
        """Written."""
        return None if value is None else to_text(value)


class Policy(models.Model):
    """One version of the operator's figures; a contract keeps the one it was offered under."""

    version = models.AutoField(primary_key=True)
    figures = models.JSONField(default=dict)
    """Fields of rules.policy.Policy that differ from its defaults."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"policy {self.version}"


DISPUTED = ~Q(disputes=[])
"""Contracts that are in dispute or have been."""


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
    """Nothing happens by itself before this; what is due then is for the rules to say."""
    remind_at = models.DateTimeField(null=True)
    """When somebody is next to be reminded of a clock."""
    active_at = models.DateTimeField(db_default=Now())
    """When somebody last did or said something."""
    terms_version = models.IntegerField(default=1, db_default=1)
    change_rounds = models.SmallIntegerField(null=True)
    review_days = models.SmallIntegerField(null=True)
    dormant = models.JSONField(null=True)
    paid = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    ending = models.JSONField(null=True)
    charge = models.JSONField(null=True)
    proposals = models.JSONField(default=list)
    disputes = models.JSONField(default=list, db_default=[])
    chargebacks = models.JSONField(default=list, db_default=[])
    extended = models.JSONField(default=list, db_default=[])
    """The keys of the clocks that were extended."""
    hourly = models.JSONField(default=list, db_default=[])
    """The terms of an hourly contract, week by week; none for a fixed price."""
    pause = models.JSONField(null=True)
    pauses = models.JSONField(default=list, db_default=[])
    """Those that are over."""
    diary_version = models.IntegerField(default=0, db_default=0)
    """Counts what was written into the diary; who closes a week must have read it before."""
    seals = models.IntegerField(default=0, db_default=0)
    """Counts what was done under seal; whoever writes must have read the number before, as with the version."""
    record = models.JSONField(default=dict, db_default={})
    """What of its past counts for people's names."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="contract_status", condition=Q(status__in=list(Status))),
            models.CheckConstraint(name="contract_kind", condition=Q(kind__in=["fixed", "hourly"])),
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
            models.Index(fields=["id"], condition=DISPUTED, name="contract_disputed"),
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="contract_remind"),
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
    changes = models.SmallIntegerField(default=0, db_default=0)
    answer_days = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="milestone_status", condition=Q(status__in=list(MilestoneStatus))),
            models.CheckConstraint(name="milestone_money", condition=Q(amount__gt=0, escrow__gte=0, paid__gte=0)),
            models.CheckConstraint(
                name="milestone_escrow",
                condition=Q(status__in=["funded", "submitted"], escrow__gt=0)
                | (~Q(status__in=["funded", "submitted"]) & Q(escrow=0)),
            ),
            # Checked when the statement is done: a change of terms puts milestones into another order.
            models.UniqueConstraint(
                fields=["contract", "position"], name="milestone_position", deferrable=models.Deferrable.IMMEDIATE
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Invoice(models.Model):
    """What a client owes for the hours of one week in one currency, on all contracts through one provider: charged in
    one sum, once.

    It is open from the first hour logged on, then follows its weeks. `amount` and `fee` stand from its closing on.
    """

    class Status(models.TextChoices):
        OPEN = "open"
        CHARGING = "charging"
        PAID = "paid"
        UNPAID = "unpaid"
        VOID = "void"
        """There was nothing to charge."""

    id = models.UUIDField(primary_key=True, editable=False)
    client = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    provider = models.CharField(max_length=20)
    week = models.DateField()
    """Its Monday."""
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    closes_at = models.DateTimeField()
    amount = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    """How often the card was asked; each time is another charge for the provider."""
    answered_at = models.DateTimeField(null=True)
    """When the card paid, or last said no."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "currency", "provider", "week"], name="invoice_once"),
            models.CheckConstraint(
                name="invoice_status", condition=Q(status__in=["open", "charging", "paid", "unpaid", "void"])
            ),
            models.CheckConstraint(
                name="invoice_money",
                condition=Q(amount__gte=0, fee__gte=0, attempts__gte=0)
                & (Q(status__in=["open", "void"], amount=0, fee=0) | Q(status__in=["charging", "paid", "unpaid"])),
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], condition=Q(status="open"), name="invoice_open"),
            models.Index(fields=["client"], condition=Q(status__in=["charging", "unpaid"]), name="invoice_unanswered"),
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.currency}"


class Week(models.Model):
    """The hours of one week on a contract; the diary makes the row with the first segment. See rules.hourly.Week."""

    pk = models.CompositePrimaryKey("contract", "start")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="weeks", db_index=False)
    start = models.DateField()
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="weeks")
    logged = BitmapField()
    covered = BitmapField()
    status = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in WeekStatus], db_default=WeekStatus.OPEN
    )
    rate = models.BigIntegerField(db_default=0)
    minutes = models.IntegerField(db_default=0)
    amount = models.BigIntegerField(db_default=0)
    fee = models.BigIntegerField(db_default=0)
    asked_at = models.DateTimeField(null=True)
    disputed = BitmapField(null=True)
    decided = BitmapField(null=True)
    returned = BitmapField(null=True)
    paid = models.BigIntegerField(db_default=0)
    refunded = models.BigIntegerField(db_default=0)
    review_ends = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="week_status", condition=Q(status__in=list(WeekStatus))),
            models.CheckConstraint(name="week_on_monday", condition=Q(start__iso_week_day=1)),
            models.CheckConstraint(
                name="week_money",
                condition=Q(minutes__gte=0, fee__gte=0, paid__gte=0, refunded__gte=0)
                & Q(amount__gte=F("paid") + F("refunded")),
            ),
            models.CheckConstraint(
                name="week_settled",
                condition=~Q(status__in=["paid", "refunded"]) | Q(amount=F("paid") + F("refunded")),
            ),
            models.CheckConstraint(
                name="week_unsettled",
                condition=Q(paid=0, refunded=0) | ~Q(status__in=["open", "charging", "unpaid"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start} of {self.contract_id}"


class Terms(models.Model):
    """A version of what was agreed. Append-only; the database refuses the rest."""

    pk = models.CompositePrimaryKey("contract", "number")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.IntegerField()
    since = models.DateTimeField()
    proposed_by = models.CharField(max_length=10)
    accepted_by = models.CharField(max_length=10, null=True)
    note = models.TextField(blank=True)
    terms = models.JSONField()
    was = models.JSONField(null=True)
    """What was agreed until then."""

    def __str__(self) -> str:
        return f"terms {self.number} of {self.contract_id}"


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


class Feedback(models.Model):
    """What one side said of the other after the end, kept apart from the history because it is sealed until it opens:
    until `opened_at` nobody but its author may learn that the row is there."""

    pk = models.CompositePrimaryKey("contract", "by")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="feedback", db_index=False)
    by = models.CharField(max_length=10)
    author = models.UUIDField()
    version = models.IntegerField()
    """The contract's version when it was left."""
    left_at = models.DateTimeField()
    stars = models.JSONField()
    comment = models.TextField()
    private_score = models.SmallIntegerField(null=True)
    private_reason = models.TextField(blank=True)
    opened_at = models.DateTimeField(null=True)
    response = models.TextField(blank=True)
    responded_at = models.DateTimeField(null=True)
    unlocked_at = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(null=True)
    key = models.CharField(max_length=255, null=True)
    """The author's idempotency key."""
    params = models.JSONField()
    outcome = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="feedback_key", condition=Q(key__isnull=False)),
            models.CheckConstraint(name="feedback_by", condition=Q(by__in=["client", "freelancer"])),
        ]

    def __str__(self) -> str:
        return f"feedback on {self.contract_id}"


class Counted(models.Model):
    """What an ended contract comes to for the standing of one side: written with whatever changes it."""

    pk = models.CompositePrimaryKey("contract", "side")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="counted", db_index=False)
    side = models.CharField(max_length=10)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField()
    counts_from = models.DateTimeField(null=True)
    kind = models.CharField(max_length=10)
    weight = models.IntegerField()
    """Thousandths."""

    class Meta:
        indexes = [models.Index(fields=["person", "side", "ended_at"], name="counted_person")]

    def __str__(self) -> str:
        return f"{self.contract_id} for the {self.side}"


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
