"""The actions, a file a family. Importing this registers them all."""

from amicable.rules.actions import (
    billing,
    dispute,
    ending,
    escrow,
    feedback,
    hours,
    hours_dispute,
    offer,
    payment,
    refund,
)

__all__ = ["billing", "dispute", "ending", "escrow", "feedback", "hours", "hours_dispute", "offer", "payment", "refund"]
