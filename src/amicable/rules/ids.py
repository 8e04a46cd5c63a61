"""Ids for what an action brings into being: they follow from the contract, so preview and deed name the same ones."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from uuid import UUID


def derived_id(at: datetime, *seed: object) -> str:
    """A UUIDv7 whose time is `at` and whose random part is a digest of `seed`."""
    digest = int.from_bytes(blake2b(repr(seed).encode(), digest_size=10).digest(), "big")
    milliseconds = int(at.timestamp() * 1000)
    value = (milliseconds & (1 << 48) - 1) << 80 | digest
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))
