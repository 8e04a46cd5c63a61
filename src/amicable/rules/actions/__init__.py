"""The actions, a file a family. Importing this registers them all."""

from amicable.rules.actions import dispute, ending, escrow, offer, payment, refund

__all__ = ["dispute", "ending", "escrow", "offer", "payment", "refund"]
