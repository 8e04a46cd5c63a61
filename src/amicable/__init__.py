"""Amicable: self-hosted contracts for people who hire freelancers and people who are hired."""

__version__ = "0.1.0"
