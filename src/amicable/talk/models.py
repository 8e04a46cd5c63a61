"""The workroom's talk."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7


class Message(models.Model):
    """What somebody said in the workroom of a contract."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    """Ordered as the messages were written."""
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField()
    key = models.CharField(max_length=255, null=True)
    """The author's idempotency key."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="message_key", condition=Q(key__isnull=False)),
            models.CheckConstraint(name="message_text", condition=~Q(text="")),
        ]
        indexes = [models.Index(fields=["contract", "id"], name="message_contract")]

    def __str__(self) -> str:
        return self.text[:80]


class Notice(models.Model):
    """What a person was told: the explanation of an event that somebody else, or nobody, brought about."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField()
    """Which event of the contract's history it tells of."""
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "version", "person"], name="notice_once"),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_person"),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"notice {self.id}"
