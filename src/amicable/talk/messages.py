"""Messages in the workroom of a contract. Who may read and write them is for the contract to say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, Q, QuerySet

from amicable.contracts.activity import note_activity
from amicable.contracts.models import Contract
from amicable.contracts.perform import KEY_REUSED
from amicable.rules.outcome import Refused, invalid
from amicable.talk.files import Aimed, Upload, attachable, keep
from amicable.talk.models import File, Message
from amicable.talk.notices import tell_of_message

MAX_LENGTH = 10_000
MAX_FILES = 20
"""So many go with one message."""


def messages_of(contract: str, *, after: str | None = None, limit: int = 50) -> list[Message]:
    """Up to `limit` messages of the contract (an id), oldest first, with their authors; `after` is a message's id."""
    rows = _with_files(contract).order_by("id")
    return list(rows.filter(id__gt=after)[:limit] if after else rows[:limit])


def latest_messages(contract: str, *, limit: int = 50) -> list[Message]:
    """The newest `limit` messages of the contract (an id), oldest of them first, with their authors."""
    rows = _with_files(contract).order_by("-id")
    return list(rows[:limit])[::-1]


def found_messages(contract: str, words: Sequence[str], *, before: str | None = None, limit: int = 50) -> list[Message]:
    """The newest `limit` messages of the contract (an id) that have each of the words, in the text or in the name of
    who wrote it, newest first, with their authors and without their files; `before` is a message's id."""
    rows = Message.objects.filter(contract_id=contract).select_related("author").order_by("-id")
    for word in words:
        rows = rows.filter(Q(text__icontains=word) | Q(author__name__icontains=word))
    return list(rows.filter(id__lt=before)[:limit] if before else rows[:limit])


def message_of(contract: str, message_id: str) -> Message | None:
    """The contract's message of that id, with its files."""
    try:
        return _with_files(contract).filter(id=UUID(message_id)).first()
    except ValueError:
        return None


def write(
    contract: str,
    author: str,
    text: str,
    at: datetime,
    key: str | None = None,
    *,
    files: Sequence[str] = (),
    uploads: Sequence[Upload] = (),
) -> Message | Refused:
    """Say `text` in the workroom of the contract; the first answer again for the same key.

    `contract` and `author` are ids; that the author belongs there is the caller's to see to. With it go `files`, ids
    of what the author sent before, and `uploads`, which come with it.
    """
    said = text.strip()
    wrong = _wrong_with(said)
    if wrong:
        return invalid("text", wrong)
    try:
        with transaction.atomic():
            message = Message.objects.create(contract_id=contract, author_id=author, text=said, at=at, key=key)
            note_activity(contract, at)
            refused = _attach(message, files, uploads)
            if refused:
                transaction.set_rollback(True)
                return refused
            _tell_others(message)
    except IntegrityError:
        before = Message.objects.filter(author=UUID(author), key=key).first() if key else None
        if before is None:
            raise
        return before if (str(before.contract_id), before.text) == (contract, said) else KEY_REUSED
    return message


def _with_files(contract: str) -> QuerySet[Message]:
    files = Prefetch("files", File.objects.select_related("author", "preview").order_by("id"))
    return Message.objects.filter(contract_id=contract).select_related("author").prefetch_related(files)


def _tell_others(message: Message) -> None:
    """The sides that did not write it are told."""
    sides = Contract.objects.values_list("client", "freelancer").get(id=message.contract_id)
    tell_of_message(message, [str(side) for side in sides if str(side) != str(message.author_id)])


def _attach(message: Message, files: Sequence[str], uploads: Sequence[Upload]) -> Refused | None:
    """Let the files go with the message; or say why not."""
    contract, author = str(message.contract_id), str(message.author_id)
    if len(files) + len(uploads) > MAX_FILES:
        return invalid("files", f"At most {MAX_FILES} files go with a message.")
    sent = attachable(contract, author, files)
    if isinstance(sent, Refused):
        return sent
    File.objects.filter(id__in=[file.id for file in sent]).update(message=message)
    for upload in uploads:
        kept = keep(contract, author, upload, Aimed(message=message), message.at)
        if isinstance(kept, Refused):
            return kept
    return None


def _wrong_with(text: str) -> str | None:
    if not text:
        return "Write something: the other side reads it."
    if len(text) > MAX_LENGTH:
        return f"At most {MAX_LENGTH:,} characters; this has {len(text):,}."
    return "The text has a character that cannot be kept." if "\x00" in text else None
