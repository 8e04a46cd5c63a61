"""What the settings promise."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client


@pytest.mark.django_db
def test_a_database_session_thinks_in_utc_and_does_not_wait_for_locks_for_ever() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('TimeZone'), current_setting('lock_timeout')")
        assert cursor.fetchone() == ("UTC", "10s")


def test_statements_are_prepared_on_the_server_when_they_come_again() -> None:
    options = connection.get_connection_params()
    assert options["prepare_threshold"] is not None
    assert options["cursor_factory"].__name__ == "ServerBindingCursor"


def test_every_answer_forbids_scripts_styles_and_frames_of_others(client: Client) -> None:
    policy = client.get("/no-such-page").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
