"""Screenshots in forms: one picture, which goes with a segment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from amicable.diary.screenshots import MAX_BYTES, NO_IMAGE, NoSuchSegmentError, keep, media_type_of
from amicable.rules.outcome import Refused, invalid
from amicable.rules.wording import say
from amicable.web.viewer import Sight

TOO_LARGE = invalid("file", f"A screenshot has at most {MAX_BYTES // 1_000_000} MB. Choose a smaller one.")
NO_PICTURE = invalid("file", "No picture was chosen. Choose one, and the ten minutes it belongs to.")
NOTHING_LOGGED = Refused("nothing_logged", say("The screenshot was not kept, because nothing is logged at that time."))


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture that was chosen, none where nothing was, and what is wrong with it."""

    image: bytes = b""
    refused: Refused | None = None

    @property
    def error(self) -> str:
        """What is wrong with it, in words."""
        return self.refused.errors[0][1] if self.refused else ""

    @classmethod
    def read(cls, request: HttpRequest) -> Picture:
        """The picture in a form."""
        chosen = request.FILES.get("screenshot")
        if chosen is None:
            return cls()
        image = chosen.read(MAX_BYTES + 1)
        if len(image) > MAX_BYTES:
            return cls(refused=TOO_LARGE)
        return cls(image) if media_type_of(image) else cls(refused=NO_IMAGE)

    def keep(self, sight: Sight, start: datetime | None, at: datetime) -> Refused | None:
        """Keep it with the segment that begins then, if there is one; why not, where that cannot be."""
        if not self.image or self.refused:
            return self.refused
        if start is None:
            return NOTHING_LOGGED
        try:
            kept = keep(sight.contract.id, sight.actor, start, self.image, at)
        except NoSuchSegmentError:
            return NOTHING_LOGGED
        return kept if isinstance(kept, Refused) else None
