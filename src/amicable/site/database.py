"""Which PostgreSQL to talk to: the one in DATABASE_URL, else the embedded one of the data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from amicable.site.embedded.cluster import DATABASE, USER, Cluster

SESSION = "-c TimeZone=UTC -c lock_timeout=10s"
POOL = {"min_size": 1, "max_size": 8, "timeout": 10}


def database_settings(data: Path) -> dict[str, Any]:
    """Django's settings of the database. They start nothing: `amicable.site.embedded.postgres.running` does."""
    url = os.environ.get("DATABASE_URL")
    place = _external(url) if url else _embedded(Cluster(data))
    options = {
        "pool": POOL,
        "server_side_binding": True,
        "prepare_threshold": 2,
        "options": SESSION,
        **place.pop("OPTIONS"),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        **place,
    }


def _external(url: str) -> dict[str, Any]:
    given = conninfo_to_dict(url)
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    place: dict[str, Any] = {setting: given.pop(key, "") for setting, key in named.items()}
    return {**place, "OPTIONS": given}


def _embedded(cluster: Cluster) -> dict[str, Any]:
    return {
        "NAME": DATABASE,
        "USER": USER,
        "HOST": str(cluster.socket_folder),
        "OPTIONS": {"passfile": str(cluster.password_file)},
    }
