"""What people are called where two of them are spoken of."""

from __future__ import annotations


def short_names(client: str, freelancer: str) -> tuple[str, str]:
    """Both by their first names, or by their whole names where those are the same."""
    first = client.split()[0], freelancer.split()[0]
    return first if first[0] != first[1] else (client, freelancer)
