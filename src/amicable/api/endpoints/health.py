"""Health, for a load balancer: outside the versioned interface, and answered within two seconds whatever happens."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong

import psycopg
import psycopg_pool
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

PATIENCE_SECONDS = 1.0
_asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="health")
"""A database behind a broken network does not even refuse. Somebody else waits for it."""


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    del request
    return JsonResponse({"status": "live"})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The process can do its work; 503 while the database is away."""
    del request
    if database_answers():
        return JsonResponse({"status": "ready"})
    return JsonResponse({"status": "unavailable", "detail": "The database does not answer."}, status=503)


def database_answers() -> bool:
    """Whether the database answers within PATIENCE_SECONDS."""
    question = _asking.submit(_ask)
    try:
        question.result(timeout=PATIENCE_SECONDS)
    except (TookTooLong, psycopg.Error, psycopg_pool.PoolTimeout):
        question.cancel()
        return False
    return True


def _ask() -> None:
    pool = connection.pool  # type: ignore[attr-defined]
    pool.open()
    with pool.connection(timeout=PATIENCE_SECONDS) as pooled:
        pooled.execute("SELECT 1")
