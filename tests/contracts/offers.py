"""Offers that nobody has answered yet."""

from __future__ import annotations

from typing import Any

from amicable.contracts.offers import make_offer
from amicable.rules.contract import Contract
from deals import START, Deal, person


def terms(currency: str, *amounts: str) -> dict[str, Any]:
    """An offer's terms, a milestone for each amount."""
    milestones = [{"title": f"Part {number}", "amount": amount} for number, amount in enumerate(amounts, start=1)]
    return {"title": "Logo", "kind": "fixed", "currency": currency, "milestones": milestones}


def offered(currency: str, *amounts: str) -> Deal:
    """An offer between two new people."""
    client, freelancer = person("Clara", "client"), person("Femi", "freelancer")
    made = make_offer(client=str(client.id), freelancer=str(freelancer.id), terms=terms(currency, *amounts), at=START)
    assert isinstance(made, Contract), made
    return Deal(client, freelancer, made)
