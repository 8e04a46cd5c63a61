"""The stories that the project is about, also in the windows of a real browser."""

from windows import market, open_as

__all__ = ["market", "open_as"]
