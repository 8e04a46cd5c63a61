"""Idempotency keys: a request that is sent again is answered as the first time, and done once.

A key is claimed by a row before the request is done, and the row is completed with the answer. A process that dies in
between leaves the row in flight; when LEASE_SECONDS are over the request is done again. That does nothing twice,
because the key goes down with the command, whose own record is written in the command's transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse

from amicable.api.body import fingerprint
from amicable.api.models import Answer
from amicable.api.problems import Problem, invalid, refused
from amicable.contracts.perform import KEY_REUSED

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_HEADERS = ("Content-Type", "ETag")
LIFE_SECONDS = 25 * 3600
LEASE_SECONDS = 60
PATIENCE_SECONDS = 3.0
STEP_SECONDS = 0.05

CLAIM = """
INSERT INTO api_answer (scope, key, request) VALUES (%s, %s, %s)
ON CONFLICT (scope, key) DO UPDATE SET started_at = now()
WHERE api_answer.status IS NULL AND api_answer.request = excluded.request
  AND api_answer.started_at < now() - make_interval(secs => %s)
RETURNING 1
"""

FORGET = """
DELETE FROM api_answer WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM api_answer WHERE started_at < now() - make_interval(secs => %s)
    ORDER BY started_at LIMIT 20 FOR UPDATE SKIP LOCKED))
"""
"""Each new key clears away more old ones than it adds, so the table stays as small as a day."""


def key_of(request: HttpRequest) -> str | None:
    """The request's idempotency key, None when it has none; raises 422 for one that cannot be kept."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (0 < len(key) <= 255 and key.isascii() and key.isprintable()):
        raise invalid(HEADER, "A key is 1 to 255 printable characters of ASCII.")
    return key


def once(request: HttpRequest, scope: str, key: str, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the request unless this was done before under `key`, and give the answer of the first time."""
    asked = fingerprint(request)
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not _claim(scope, key, asked):
        answer = _answer(scope, key, asked)
        if answer:
            return answer
        if time.monotonic() > give_up:
            raise Problem(
                409,
                "idempotency_key_in_flight",
                "A request with this key is being done. Send it again in a moment to get its answer.",
                headers={"Retry-After": "2"},
            )
        time.sleep(STEP_SECONDS)
    return _keep(scope, key, do())


def _claim(scope: str, key: str, asked: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [LIFE_SECONDS])
        cursor.execute(CLAIM, [scope, key, asked, LEASE_SECONDS])
        return cursor.fetchone() is not None


def _answer(scope: str, key: str, asked: str) -> HttpResponse | None:
    """The answer that was given under the key, None while there is none; raises 422 when it was for something else."""
    kept = Answer.objects.filter(scope=scope, key=key).first()
    if kept is None:
        return None
    if kept.request != asked:
        raise refused(KEY_REUSED)
    if kept.status is None:
        return None
    return HttpResponse(kept.body, status=kept.status, headers={**kept.headers, REPLAYED: "true"})


def _keep(scope: str, key: str, response: HttpResponse) -> HttpResponse:
    """Keep what has been decided. What was only put off, or refused for what the sender had seen, can be sent again."""
    row = Answer.objects.filter(scope=scope, key=key)
    if response.status_code in (412, 429) or response.status_code >= 500:
        row.delete()
    else:
        headers = {name: response[name] for name in KEPT_HEADERS if name in response}
        row.update(status=response.status_code, headers=headers, body=response.content.decode())
    return response
