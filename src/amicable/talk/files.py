"""Files of a contract: kept in the database beside everything else, as they came, with their checksum.

Who may see a contract sees its files, but of work that was handed in the client sees previews until its milestone is
paid (RULEBOOK, "What Amicable does", 2). The freelancer and a mediator always have the whole of it.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from amicable.contracts.perform import KEY_REUSED
from amicable.rules.contract import Contract
from amicable.rules.outcome import Kind, Refused, invalid
from amicable.rules.parts import MilestoneStatus, Role
from amicable.rules.wording import say
from amicable.talk.models import File, Message, Piece, Preview
from amicable.talk.notices import tell_of_evidence
from amicable.talk.previews import preview_of

MAX_BYTES = 25 * 1024 * 1024
PIECE_BYTES = 512 * 1024
NAME_LENGTH = 255
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")
_FORBIDDEN_IN_NAMES = re.compile(r'[/\\:*?"<>|]')

TOO_LARGE = Refused("too_large", say("A file has at most 25 MB. Split it, or send a smaller one."), Kind.INVALID)
NOT_PAID_YET = Refused(
    "not_paid_yet",
    say(
        "This was handed in as work that is not paid yet. You see a preview of it; the file itself is there for you "
        "when its milestone is paid."
    ),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in: as it is called by who sends it, and open for reading."""

    name: str
    media_type: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Aim:
    """What an uploaded file is for, by the words and ids that were sent; empty where nothing was said."""

    purpose: str = ""
    milestone: str = ""
    message: str = ""


def files_of(contract: str, *, after: str | None = None, purpose: str | None = None, limit: int = 50) -> list[File]:
    """Up to `limit` files of the contract (an id), oldest first, with their authors; `after` is a file's id."""
    rows = File.objects.filter(contract_id=contract).select_related("author", "preview").order_by("id")
    if purpose:
        rows = rows.filter(purpose=purpose)
    return list((rows.filter(id__gt=after) if after else rows)[:limit])


def file_of(contract: str, file_id: UUID) -> File | None:
    """The contract's file of that id."""
    rows = File.objects.filter(contract_id=contract, id=file_id).select_related("author", "preview")
    return rows.first()


def is_open_to(file: File, contract: Contract, role: Role) -> bool:
    """Whether who looks as `role` gets the file itself, and not only a preview of it."""
    if file.purpose != File.Purpose.SUBMISSION or role != Role.CLIENT or file.milestone is None:
        return True
    statuses = {milestone.id: milestone.status for milestone in contract.milestones}
    return statuses.get(str(file.milestone)) == MilestoneStatus.PAID


def content_of(file: File) -> Iterator[bytes]:
    """What is in the file, piece by piece; a query for each."""
    number = 0
    while piece := Piece.objects.filter(file=file, number=number).first():
        yield bytes(piece.data)
        number += 1


def spooled(file: File) -> BinaryIO:
    """What is in the file, read out of the database first, so that a slow reader holds nothing open there."""
    spool = SpooledTemporaryFile(max_size=2 * PIECE_BYTES)  # noqa: SIM115 (whoever reads it closes it)
    for piece in content_of(file):
        spool.write(piece)
    spool.seek(0)
    return cast(BinaryIO, spool)


def receive(
    contract: Contract, author: str, role: Role, upload: Upload, aim: Aim, at: datetime, key: str | None = None
) -> File | Refused:
    """Keep a file that `author` (an id), who stands on the side `role`, sends; the first one again for the same key."""
    aimed = _aimed(contract, author, role, aim)
    if isinstance(aimed, Refused):
        return aimed
    try:
        with transaction.atomic():
            kept = keep(contract.id, author, upload, aimed, at, key)
            if isinstance(kept, File) and kept.purpose == File.Purpose.EVIDENCE:
                tell_of_evidence(kept, contract)
            return kept
    except IntegrityError:
        before = File.objects.filter(author=UUID(author), key=key).first() if key else None
        if before is None:
            raise
        same = (str(before.contract_id), before.name) == (contract.id, safe_name(upload.name))
        return before if same and before.sha256 == digest_of(upload.content) else KEY_REUSED


@dataclass(frozen=True, slots=True)
class Aimed:
    """What a file is for, checked."""

    purpose: File.Purpose = File.Purpose.MESSAGE
    milestone: str | None = None
    message: Message | None = None


def keep(
    contract: str, author: str, upload: Upload, aimed: Aimed, at: datetime, key: str | None = None
) -> File | Refused:
    """Write a file and its preview; call it in a transaction. What it is for is the caller's to have checked."""
    digest, size = hashlib.sha256(), 0
    for block in _blocks(upload.content):
        digest.update(block)
        size += len(block)
    if wrong := _wrong_with(size):
        return wrong
    file = File.objects.create(
        contract_id=contract,
        author_id=author,
        message=aimed.message,
        milestone=aimed.milestone,
        purpose=aimed.purpose,
        name=safe_name(upload.name),
        media_type=media_type_of(upload),
        size=size,
        sha256=digest.hexdigest(),
        at=at,
        key=key,
    )
    first = b""
    for number, block in enumerate(_blocks(upload.content)):
        first = first or block
        Piece.objects.create(file=file, number=number, data=block)
    if made := preview_of(upload.content, first, size):
        Preview.objects.create(file=file, media_type=made.media_type, data=made.data)
    return file


def safe_name(name: str) -> str:
    """A name under which a file can be saved anywhere: its last part, without what would end it, hide or escape."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(char for char in last if char.isprintable() and not "\ud800" <= char <= "\udfff")
    cleaned = _FORBIDDEN_IN_NAMES.sub("_", printable).strip(". ")
    stem, dot, ending = cleaned.rpartition(".")
    if dot and 0 < len(ending) <= 20:
        return f"{stem[: NAME_LENGTH - 1 - len(ending)]}.{ending}"
    return cleaned[:NAME_LENGTH] or "file"


def media_type_of(upload: Upload) -> str:
    """What the sender says it is, if that is a media type; else what its name says."""
    said = upload.media_type.partition(";")[0].strip().lower()
    if _MEDIA_TYPE.fullmatch(said) and said != "application/octet-stream":
        return said
    return mimetypes.guess_type(upload.name)[0] or "application/octet-stream"


def attachable(contract: str, author: str, ids: Iterable[str]) -> Sequence[File] | Refused:
    """The files with those ids, if they are the author's own on the contract and not sent with a message yet."""
    wanted = list(dict.fromkeys(ids))
    try:
        uuids = [UUID(one) for one in wanted]
    except ValueError:
        return invalid("files", "Send ids of files, as they were answered when the files were sent.")
    rows = File.objects.select_for_update().filter(id__in=uuids, contract_id=contract, author=UUID(author))
    found = list(rows.filter(message=None, purpose=File.Purpose.MESSAGE).order_by("id"))
    if len(found) != len(wanted):
        return invalid(
            "files",
            "Only files that you sent to this contract for a message, and that belong to none yet, can go with it.",
        )
    return found


def can_be_work(message: Message) -> QuerySet[File]:
    """The files of the message that were not handed in as work yet: those of paid work stay the client's."""
    return message.files.filter(purpose=File.Purpose.MESSAGE).select_related("author", "preview").order_by("id")


def hand_in(files: QuerySet[File], milestone: str | None) -> None:
    """Files that were sent with a message are handed in as work for a milestone (an id)."""
    files.update(purpose=File.Purpose.SUBMISSION, milestone=milestone and UUID(milestone))


def _aimed(contract: Contract, author: str, role: Role, aim: Aim) -> Aimed | Refused:
    purpose = aim.purpose or File.Purpose.MESSAGE
    if purpose not in File.Purpose.values:
        return invalid("purpose", "Say message, submission or evidence.")
    if aim.milestone and not any(milestone.id == aim.milestone for milestone in contract.milestones):
        return invalid(
            "milestone", "This is not a milestone of the contract. Its milestones are listed with the contract."
        )
    if purpose == File.Purpose.SUBMISSION:
        return _submission(contract, role, aim)
    message = None
    if aim.message:
        message = _own_message(contract.id, author, aim.message) if purpose == File.Purpose.MESSAGE else None
        if message is None:
            return invalid(
                "message", "A file goes with a message of your own on this contract, for the purpose message."
            )
    return Aimed(File.Purpose(purpose), aim.milestone or None, message)


def _submission(contract: Contract, role: Role, aim: Aim) -> Aimed | Refused:
    if role != Role.FREELANCER:
        return Refused("other_side", say("Only {freelancer}, the freelancer, hands in work."), Kind.ROLE)
    if aim.message:
        return invalid("message", "Work is handed in for a milestone, not with a message.")
    at_work = (MilestoneStatus.FUNDED, MilestoneStatus.SUBMITTED)
    candidates = [milestone.id for milestone in contract.milestones if milestone.status in at_work]
    if not aim.milestone and contract.milestones and len(candidates) != 1:
        return invalid("milestone", "Say for which milestone this is handed in.")
    milestone = aim.milestone or next(iter(candidates), None)
    return Aimed(File.Purpose.SUBMISSION, milestone)


def _own_message(contract: str, author: str, message: str) -> Message | None:
    try:
        return Message.objects.filter(id=UUID(message), contract_id=contract, author=UUID(author)).first()
    except ValueError:
        return None


def _wrong_with(size: int) -> Refused | None:
    if not size:
        return invalid("file", "The file is empty. Choose it again.")
    return TOO_LARGE if size > MAX_BYTES else None


def _blocks(content: BinaryIO) -> Iterator[bytes]:
    content.seek(0)
    while block := content.read(PIECE_BYTES):
        yield block


def digest_of(content: BinaryIO) -> str:
    """The SHA-256 of what is in a file, in hex."""
    digest = hashlib.sha256()
    for block in _blocks(content):
        digest.update(block)
    return digest.hexdigest()
