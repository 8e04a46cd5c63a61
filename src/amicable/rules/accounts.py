"""The names of the accounts that transfers run between."""

from __future__ import annotations

PLATFORM_FEES = "fees:platform"
CHARGEBACKS = "fees:chargebacks"
"""What the platform carries, until the bank has decided, of card payments that it has taken back; below zero."""
LOSSES = "fees:losses"
"""What the platform carries for good, since the bank has decided for the client; below zero."""


def client(person: str) -> str:
    """What the client has put in and not yet committed."""
    return f"client:{person}"


def escrow(contract: str) -> str:
    """What the contract's milestones hold."""
    return f"escrow:{contract}"


def review(contract: str) -> str:
    """The contract's billed hours that can still be disputed, or are."""
    return f"review:{contract}"


def fee_held(contract: str) -> str:
    """The client's fee until it is earned."""
    return f"fee_held:{contract}"


def held(freelancer: str) -> str:
    """The freelancer's money in the security hold."""
    return f"held:{freelancer}"


def available(freelancer: str) -> str:
    """What the freelancer can withdraw."""
    return f"available:{freelancer}"


def payout(freelancer: str) -> str:
    """What is on its way to the freelancer's bank."""
    return f"payout:{freelancer}"


def provider(name: str) -> str:
    """The outside world, reached through a payment provider."""
    return f"provider:{name}"


_UNBOUNDED = ("fees:", "provider:")


def may_overdraw(account: str) -> bool:
    """Whether the account may go below zero: only the platform's own and the outside world's. They carry no live
    balance, so that the row which every transfer touches does not exist."""
    return account.startswith(_UNBOUNDED)
