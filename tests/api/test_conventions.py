"""What holds for every request: who asks, what can be read, how an error looks, and how a list is paged."""

from __future__ import annotations
