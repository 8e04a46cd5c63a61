"""The actions, a file a family. Importing this registers them all."""

from amicable.rules.actions import (
    billing,
    cancellation,
    dispute,
    dormancy,
    ending,
    escrow,
    feedback,
    hours,
    hours_dispute,
    offer,
    payment,
    refund,
    reopening,
    terms,
)

__all__ = [
    "billing",
    "cancellation",
    "dispute",
    "dormancy",
    "ending",
    "escrow",
    "feedback",
    "hours",
    "hours_dispute",
    "offer",
    "payment",
    "refund",
    "reopening",
    "terms",
]
