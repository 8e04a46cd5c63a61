"""Screenshots: a picture of the screen to a segment, which both sides see. Nobody has to send any."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO

from django.db import IntegrityError
from django.db.models import Max
from psycopg.errors import ForeignKeyViolation

from amicable.contracts.perform import role_of, savepoint, up_to_date
from amicable.diary.models import Screenshot
from amicable.paper.pictures import small_version
from amicable.rules import diary
from amicable.rules.outcome import Refused, invalid

MAX_BYTES = 2_000_000
SMALL_MOST = 320
"""The longer side of a small version in pixels."""
_MAGIC = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
NO_IMAGE = invalid("file", "A screenshot is a PNG or a JPEG. Send the picture as one of these.")


class NoSuchSegmentError(LookupError):
    """Nothing is logged at that time."""


def keep(contract_id: str, person: str, start: datetime, image: bytes, at: datetime) -> Screenshot | Refused:
    """Keep the image as the screenshot of the segment that begins at `start`, in place of one that there was.

    Raises NoSuchContractError and NoSuchSegmentError. `image` has at most MAX_BYTES; that is the caller's to see to.
    """
    contract = up_to_date(contract_id, at)
    allowed = diary.changeable(contract, [start], role_of(contract, person), at)
    if isinstance(allowed, Refused):
        return allowed
    media_type = media_type_of(image)
    if media_type is None:
        return NO_IMAGE
    small = small_version(BytesIO(image), most=SMALL_MOST)
    kept = Screenshot(
        contract_id=contract_id, start=start, media_type=media_type, image=image, small=small, taken_at=at
    )
    try:
        with savepoint():
            Screenshot.objects.bulk_create(
                [kept],
                update_conflicts=True,
                unique_fields=["contract", "start"],
                update_fields=["media_type", "image", "small", "taken_at"],
            )
    except IntegrityError as error:
        if not isinstance(error.__cause__, ForeignKeyViolation):
            raise
        raise NoSuchSegmentError(start) from None
    return kept


def media_type_of(image: bytes) -> str | None:
    """What kind of image it is; None for what cannot be a screenshot."""
    return next((kind for magic, kind in _MAGIC.items() if image.startswith(magic)), None)


def screenshot_of(contract_id: str, start: datetime) -> Screenshot | None:
    """The screenshot of the segment that begins at `start`, where there is one."""
    return Screenshot.objects.filter(contract_id=contract_id, start=start).first()


def screenshots_of(contract_id: str) -> Iterator[Screenshot]:
    """The screenshots of the contract, the earliest first; in memory is one at a time."""
    return Screenshot.objects.filter(contract_id=contract_id).order_by("start").iterator(chunk_size=1)


def last_pictured_at(contract_id: str) -> datetime | None:
    """When the last screenshot of the contract came."""
    found = Screenshot.objects.filter(contract_id=contract_id).aggregate(last=Max("taken_at"))
    last: datetime | None = found["last"]
    return last
