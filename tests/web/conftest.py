"""Pages, also as a real browser shows them."""

from windows import market, open_as

__all__ = ["market", "open_as"]
