"""The providers there are, by the name that contracts and ledger accounts carry."""

from __future__ import annotations

from amicable.payments.provider import Provider
from amicable.payments.sandbox_provider import SandboxProvider

PROVIDERS: dict[str, Provider] = {"sandbox": SandboxProvider()}
