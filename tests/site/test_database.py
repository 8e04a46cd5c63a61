"""DATABASE_URL in Django's terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from amicable.site.database import database_settings


def test_an_address_names_the_database_and_how_to_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:p%40ss@db.example:6432/books?sslmode=require")
    settings = database_settings(Path("/nowhere"))
    place = {key: settings[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
    assert place == {"HOST": "db.example", "PORT": "6432", "NAME": "books", "USER": "ann", "PASSWORD": "p@ss"}
    assert settings["OPTIONS"]["sslmode"] == "require"


def test_an_address_keeps_the_sessions_manners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql:///books")
    assert "lock_timeout" in database_settings(Path("/nowhere"))["OPTIONS"]["options"]
