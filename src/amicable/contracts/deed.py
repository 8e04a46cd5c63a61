"""What is to be committed to one contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from amicable.rules.contract import Contract
from amicable.rules.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Deed:
    """Outcomes that follow from each other, from the snapshot `seen` on."""

    seen: Contract
    outcomes: Sequence[Outcome]
    key: str | None = None
    """The idempotency key of the actor: of the last outcome, or of the one under seal."""

    @property
    def after(self) -> Contract:
        """The contract as it then is."""
        return self.outcomes[-1].contract
