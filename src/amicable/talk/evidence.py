"""The evidence bundle: one zip of a contract's terms in all versions, history, messages, files, hours, screenshots and
money.

Whoever may see the contract may have it, with files as they may see them. What has not changed since makes the same
bytes, so a bundle can be compared with a later one. The manifest and
SHA256SUMS have the checksum of every member.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from amicable.books.reading import one_moment
from amicable.diary.screenshots import screenshots_of
from amicable.rules.contract import Contract
from amicable.rules.parts import Role
from amicable.talk.dossier import Dossier, dossier, hours, instant, parts, side_of
from amicable.talk.files import content_of
from amicable.talk.models import File
from amicable.talk.previews import IMAGE
from amicable.talk.printed import printed

FORMAT = 2
SUMS = "SHA256SUMS"
"""The checksums of all other members, for `sha256sum -c`."""
IN_MEMORY_BYTES = 1_000_000
FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of every member, for a zip knows no zones; the manifest says until when the bundle tells."""
LEVEL = 6


def bundle_name(contract: Contract) -> str:
    """Under which name the bundle is saved."""
    return f"evidence-{contract.id}.zip"


def bundle(contract: Contract, reader: Role) -> BinaryIO:
    """The bundle of the contract, as it stands, for somebody on the side `reader`; open for reading from its start."""
    spool = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 (whoever reads it closes it)
    with one_moment(), ZipFile(cast(BinaryIO, spool), "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        _write(dossier(contract, reader), archive)
    spool.seek(0)
    return cast(BinaryIO, spool)


def _write(of: Dossier, archive: ZipFile) -> None:
    members = [_add(archive, name, [_json(part)]) for name, part in parts(of).items()]
    pictures = _pictures(of, archive)
    members += [{name: one[name] for name in ("name", "size", "sha256")} for one in pictures.values()]
    members.append(_add(archive, "hours.json", [_json(hours(of, pictures))]))
    listed = []
    for number, file in enumerate(of.files, start=1):
        name = _name_of(of, file, number)
        if name:
            members.append(_add(archive, name, _content(of, file)))
        listed.append(_file(of, file, name))
    members.append(_add(archive, "files.json", [_json(listed)]))
    members.append(_add(archive, "evidence.pdf", [printed(of)]))
    manifest = {
        "format": FORMAT,
        "contract": of.contract.id,
        "title": of.contract.title,
        "as_seen_by": of.reader,
        "until": instant(of.until),
        "members": members,
    }
    members.append(_add(archive, "manifest.json", [_json(manifest)]))
    sums = "".join(f"{member['sha256']}  {member['name']}\n" for member in members)
    _add(archive, SUMS, [sums.encode()])


def _pictures(of: Dossier, archive: ZipFile) -> dict[datetime, dict[str, Any]]:
    """Write the screenshots, and say where they are, by when their segments begin."""
    found = {}
    for one in screenshots_of(of.contract.id) if of.contract.hourly else ():
        ending = one.media_type.rpartition("/")[2]
        name = f"screenshots/{one.start.astimezone(UTC):%Y-%m-%dT%H-%MZ}.{ending}"
        member = _add(archive, name, [bytes(one.image)], compression=ZIP_STORED)
        found[one.start] = {**member, "media_type": one.media_type, "taken_at": instant(one.taken_at)}
    return found


def _add(archive: ZipFile, name: str, content: Iterable[bytes], *, compression: int = ZIP_DEFLATED) -> dict[str, Any]:
    """Write a member, and say what the manifest says of it."""
    info = ZipInfo(name, FIRST_DAY)
    info.compress_type, info.external_attr = compression, 0o644 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(info, "w") as member:
        for block in content:
            member.write(block)
            digest.update(block)
            size += len(block)
    return {"name": name, "size": size, "sha256": digest.hexdigest()}


def _name_of(of: Dossier, file: File, number: int) -> str | None:
    """Under which name a file is in the bundle; None where there is nothing of it to see."""
    if of.is_whole(file):
        return f"files/{number:04}-{file.name}"
    if not hasattr(file, "preview"):
        return None
    ending = "jpg" if file.preview.media_type == IMAGE else "txt"
    return f"files/{number:04}-preview-of-{file.name}.{ending}"


def _content(of: Dossier, file: File) -> Iterator[bytes]:
    return content_of(file) if of.is_whole(file) else iter([bytes(file.preview.data)])


def _file(of: Dossier, file: File, name: str | None) -> dict[str, Any]:
    return {
        "id": str(file.pk),
        "name": file.name,
        "member": name,
        "is_whole": of.is_whole(file),
        "size": file.size,
        "sha256": file.sha256,
        "media_type": file.media_type,
        "by": side_of(of, file.author_id),
        "at": instant(file.at),
        "purpose": file.purpose,
        "milestone": str(file.milestone) if file.milestone else None,
        "message": str(file.message_id) if file.message_id else None,
    }


def _json(part: Any) -> bytes:
    return f"{json.dumps(part, indent=2, ensure_ascii=False)}\n".encode()
