"""The one clock. In the sandbox it stands still until somebody moves it, so that what a preview shows is what is done
a minute later, and nothing lapses while nobody looks."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from amicable.contracts.models import SandboxClock


class ClockRunsForwardError(ValueError):
    """The sandbox's clock was to be moved back."""


def now() -> datetime:
    """The time, UTC: the world's, or in the sandbox the one that people have moved to."""
    if not settings.SANDBOX:
        return datetime.now(UTC)
    row = SandboxClock.objects.filter(id=1).first()
    return row.now if row else start()


def start(at: datetime | None = None) -> datetime:
    """Start the sandbox's clock at `at` (UTC; the current minute when left out), unless it stands somewhere already."""
    at = at or datetime.now(UTC).replace(second=0, microsecond=0)
    return SandboxClock.objects.get_or_create(id=1, defaults={"now": at})[0].now


def move_at_least(to: datetime) -> None:
    """Move the sandbox's clock to `to` (UTC), unless somebody has moved it further already."""
    start()
    SandboxClock.objects.filter(id=1, now__lt=to).update(now=to)
