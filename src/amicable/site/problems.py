"""What a person can mend: said in a sentence, without a traceback."""

from __future__ import annotations


class ProblemError(Exception):
    """Something cannot be done here; the text says why and what to do."""
