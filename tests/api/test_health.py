"""Health, for a load balancer."""

from __future__ import annotations

import threading
import time

import psycopg
import psycopg_pool
import pytest
from django.test import Client

from amicable.api.endpoints import health

LIMIT_SECONDS = 2.0


def test_a_process_that_answers_is_live() -> None:
    reply = Client().get("/health/live")
    assert (reply.status_code, reply.json()) == (200, {"status": "live"})
    assert Client().post("/health/live").status_code == 405


@pytest.mark.django_db
def test_a_process_is_ready_while_its_database_answers() -> None:
    reply = Client().get("/health/ready")
    assert (reply.status_code, reply.json()) == (200, {"status": "ready"})


@pytest.mark.parametrize(
    "away", [psycopg.OperationalError("connection refused"), psycopg_pool.PoolTimeout("no connection after 1 s")]
)
def test_a_process_whose_database_is_away_is_live_but_not_ready(
    away: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> None:
        raise away

    monkeypatch.setattr(health, "_ask", ask)
    reply = Client().get("/health/ready")
    assert (reply.status_code, reply.json()["status"]) == (503, "unavailable")
    assert Client().get("/health/live").status_code == 200


def test_a_database_that_does_not_even_refuse_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    back = threading.Event()
    monkeypatch.setattr(health, "_ask", back.wait)
    try:
        for _ in range(3):
            begun = time.monotonic()
            assert Client().get("/health/ready").status_code == 503
            assert time.monotonic() - begun < LIMIT_SECONDS
    finally:
        back.set()
