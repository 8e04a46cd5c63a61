"""What the interface remembers of requests: answers under idempotency keys, and how often a token was used."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Answer(models.Model):
    """How a request with an idempotency key was answered; in flight while there is no status.

    Its time is the world's, also in the sandbox.
    """

    pk = models.CompositePrimaryKey("scope", "key")
    scope = models.CharField(max_length=40)
    """Whose key it is: a person's id, or `sandbox` where no person is needed."""
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=64)
    """SHA-256 of what was asked."""
    started_at = models.DateTimeField(db_default=Now())
    status = models.SmallIntegerField(null=True)
    headers = models.JSONField(db_default={})
    body = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index(fields=["started_at"], name="api_answer_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.status or 'in flight'}"


class Usage(models.Model):
    """How many requests a token has made in a minute: one row a token, for its latest minute."""

    token = models.CharField(primary_key=True, max_length=64)
    """The token's digest."""
    minute = models.DateTimeField()
    requests = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.requests} in {self.minute}"
