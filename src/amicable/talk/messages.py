"""Messages in the workroom of a contract. Who may read and write them is for the contract to say."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from amicable.contracts.perform import KEY_REUSED
from amicable.rules.outcome import Refused, invalid
from amicable.talk.models import Message

MAX_LENGTH = 10_000


def messages_of(contract: str, *, after: str | None = None, limit: int = 50) -> list[Message]:
    """Up to `limit` messages of the contract (an id), oldest first, with their authors; `after` is a message's id."""
    rows = Message.objects.filter(contract_id=contract).select_related("author").order_by("id")
    return list(rows.filter(id__gt=after)[:limit] if after else rows[:limit])


def latest_messages(contract: str, *, limit: int = 50) -> list[Message]:
    """The newest `limit` messages of the contract (an id), oldest of them first, with their authors."""
    rows = Message.objects.filter(contract_id=contract).select_related("author").order_by("-id")
    return list(rows[:limit])[::-1]


def write(contract: str, author: str, text: str, at: datetime, key: str | None = None) -> Message | Refused:
    """Say `text` in the workroom of the contract; the first answer again for the same key.

    `contract` and `author` are ids; that the author belongs there is the caller's to see to.
    """
    said = text.strip()
    wrong = _wrong_with(said)
    if wrong:
        return invalid("text", wrong)
    try:
        with transaction.atomic():
            message = Message.objects.create(contract_id=contract, author_id=author, text=said, at=at, key=key)
    except IntegrityError:
        before = Message.objects.filter(author=UUID(author), key=key).first() if key else None
        if before is None:
            raise
        return before if (str(before.contract_id), before.text) == (contract, said) else KEY_REUSED
    return message


def _wrong_with(text: str) -> str | None:
    if not text:
        return "Write something: the other side reads it."
    if len(text) > MAX_LENGTH:
        return f"At most {MAX_LENGTH:,} characters; this has {len(text):,}."
    return "The text has a character that cannot be kept." if "\x00" in text else None
