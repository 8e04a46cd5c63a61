"""How often a token may be used. The count is in the database, so that all processes count together."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from amicable.api.problems import Problem

REQUESTS_PER_MINUTE = 600

COUNT = """
INSERT INTO api_usage (token, minute, requests) VALUES (%s, date_trunc('minute', now()), 1)
ON CONFLICT (token) DO UPDATE
SET requests = CASE WHEN api_usage.minute = excluded.minute THEN api_usage.requests + 1 ELSE 1 END,
    minute = excluded.minute
RETURNING requests, 60 - extract(second FROM now())::int
"""


def count_request(token: str) -> None:
    """Count a request of the token (its digest); raises 429 when it is one too many. The sandbox has no limit."""
    if settings.SANDBOX:
        return
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [token])
        requests, seconds_left = cursor.fetchone()
    if requests > REQUESTS_PER_MINUTE:
        wait = str(max(seconds_left, 1))
        raise Problem(
            429,
            "too_many_requests",
            f"A token can be used {REQUESTS_PER_MINUTE} times a minute. Try again in {wait} seconds.",
            headers={"Retry-After": wait},
        )
