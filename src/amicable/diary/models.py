"""The work diary: ten-minute segments, their screenshots, and timers that run.

`guards.sql` adds what Django cannot say: nobody's segments overlap, and a screenshot goes with its segment.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import Q

from amicable.rules.diary import ACTIVITY_MAX, MEMO_MAX


class Segment(models.Model):
    """Ten minutes of a freelancer's work on a contract. See rules.diary.Segment."""

    pk = models.CompositePrimaryKey("contract", "start")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", db_index=False)
    start = models.DateTimeField()
    freelancer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    during = DateTimeRangeField()
    """From `start` to ten minutes later, which is not in it."""
    memo = models.CharField(max_length=MEMO_MAX, blank=True)
    activity = models.SmallIntegerField()
    manual = models.BooleanField()
    late = models.BooleanField()
    logged_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="segment_activity", condition=Q(activity__gte=0, activity__lte=ACTIVITY_MAX)),
        ]

    def __str__(self) -> str:
        return f"{self.start} on {self.contract_id}"


class Screenshot(models.Model):
    """What was on the screen in a segment, as PNG or JPEG."""

    pk = models.CompositePrimaryKey("contract", "start")
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", db_index=False)
    start = models.DateTimeField()
    media_type = models.CharField(max_length=10)
    image = models.BinaryField()
    small = models.BinaryField(null=True)
    """A small version as JPEG, where one could be made."""
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="screenshot_media_type", condition=Q(media_type__in=["image/png", "image/jpeg"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.start} on {self.contract_id}"


class Timer(models.Model):
    """A timer that runs: a freelancer has one at most."""

    freelancer = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    contract = models.ForeignKey("contracts.Contract", on_delete=models.PROTECT, related_name="+", db_index=False)
    memo = models.CharField(max_length=MEMO_MAX)
    started_at = models.DateTimeField()
    """On the one clock."""
    really_started_at = models.DateTimeField()
    """On the world's, where the one clock is the sandbox's, which stands still."""
    active = models.JSONField(default=list)
    """The minutes since the start, counted from 0, in which there was input."""
    ran_seconds = models.IntegerField(null=True)
    """How long it ran, once it is stopped and as long as that is not logged."""

    def __str__(self) -> str:
        return f"{self.freelancer_id} since {self.started_at}"
