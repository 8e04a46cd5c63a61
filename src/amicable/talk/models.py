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
    """What a person was told: of an event that somebody else, or nobody, brought about; of a clock that runs against
    them; of what somebody wrote or sent; or of a week's hours."""

    class What(models.TextChoices):
        """What it tells of."""

        EVENT = "event"
        REMINDER = "reminder"
        MESSAGE = "message"
        FILE = "file"
        SUMMARY = "summary"

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", null=True)
    what = models.CharField(max_length=10, choices=What.choices)
    kind = models.CharField(max_length=10)
    """Under which of talk.choices.KINDS a person chooses how to be told."""
    about = models.CharField(max_length=200)
    """What it tells of, in a form that is the same each time: a person is told of it once."""
    version = models.IntegerField(null=True)
    """Which event of the contract's history it tells of."""
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    payload = models.JSONField(null=True)
    """Of a reminder, the clock; of a summary, the week; of what a mediator is told, whether the dispute is taken."""
    at = models.DateTimeField()
    in_app = models.BooleanField(default=True)
    """Whether it is shown in the app, and not only sent by e-mail."""
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "about"], name="notice_told_once"),
            models.UniqueConstraint(
                fields=["person", "contract"],
                condition=Q(what="message", read_at__isnull=True),
                name="notice_of_messages",
            ),
            models.UniqueConstraint(
                fields=["person", "contract"],
                condition=Q(what="file", read_at__isnull=True),
                name="notice_of_files",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notice_person"),
            models.Index(fields=["person"], condition=Q(read_at__isnull=True), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"notice {self.id}"


class NoticeChoice(models.Model):
    """How a person wants to be told, where that is not the usual way."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", primary_key=True
    )
    choices = models.JSONField(default=dict)
    """By kind: `{"app": true, "email": false}`."""

    def __str__(self) -> str:
        return f"choices of {self.person_id}"


class KeptMail(models.Model):
    """A mail that was kept instead of sent, where there is no mail server."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    message_id = models.CharField(max_length=200, unique=True)
    sender = models.CharField(max_length=200)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "-id"], name="kept_mail_person")]

    def __str__(self) -> str:
        return self.subject
