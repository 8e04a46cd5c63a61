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


class File(models.Model):
    """A file in a contract's workroom: of a message, handed in as work, or evidence. What is in it lies in pieces."""

    class Purpose(models.TextChoices):
        """What a file is there for."""

        MESSAGE = "message"
        SUBMISSION = "submission"
        EVIDENCE = "evidence"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    """Ordered as the files came."""
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="files")
    milestone = models.UUIDField(null=True)
    """For which of the contract's milestones it was handed in."""
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=127)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    key = models.CharField(max_length=255, null=True)
    """The author's idempotency key."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["author", "key"], name="file_key", condition=Q(key__isnull=False)),
            models.CheckConstraint(name="file_size", condition=Q(size__gt=0)),
            models.CheckConstraint(
                name="file_purpose", condition=Q(purpose__in=["message", "submission", "evidence"]) & ~Q(name="")
            ),
        ]
        indexes = [models.Index(fields=["contract", "id"], name="file_contract")]

    def __str__(self) -> str:
        return self.name


class Piece(models.Model):
    """A part of what is in a file, so that no reader needs all of it in memory. Never changed; the database refuses."""

    pk = models.CompositePrimaryKey("file", "number")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    number = models.IntegerField()
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"piece {self.number} of {self.file_id}"


class Preview(models.Model):
    """What can be seen of a file before it is paid for."""

    file = models.OneToOneField(File, on_delete=models.PROTECT, primary_key=True, related_name="preview")
    media_type = models.CharField(max_length=127)
    data = models.BinaryField()

    def __str__(self) -> str:
        return f"preview of {self.file_id}"


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
