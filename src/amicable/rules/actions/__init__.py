"""The actions, a file a family. Importing this registers them all."""

from amicable.rules.actions import dispute, ending, escrow, feedback, offer, payment, refund

__all__ = ["dispute", "ending", "escrow", "feedback", "offer", "payment", "refund"]
