"""The data folder and the secrets in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from amicable.site.folder import CHECKOUT, data_folder, kept_secret


def test_the_folder_is_beside_the_makefile_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("AMICABLE_DATA")
    assert data_folder() == CHECKOUT / ".amicable"
    monkeypatch.setenv("AMICABLE_DATA", str(tmp_path / "mine"))
    assert data_folder() == tmp_path / "mine"


def test_a_secret_is_kept_for_its_owner_only(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "data" / "secret")
    assert len(secret) >= 50
    assert kept_secret(tmp_path / "data" / "secret") == secret
    assert (tmp_path / "data" / "secret").stat().st_mode & 0o077 == 0


def test_all_who_ask_at_once_get_the_same_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(kept_secret, [tmp_path / "secret"] * 8))) == 1
