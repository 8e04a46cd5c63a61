"""Screenshots in forms: one picture, which goes with a segment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from amicable.diary.screenshots import MAX_BYTES, NO_IMAGE, NoSuchSegmentError, keep, media_type_of
from amicable.rules.outcome import Refused
from amicable.web.viewer import Sight, why

TOO_LARGE = f"A screenshot has at most {MAX_BYTES // 1_000_000} MB. Choose a smaller one."
NOTHING_LOGGED = "The screenshot was not kept, because nothing is logged at that time."


@dataclass(frozen=True, slots=True)
class Picture:
    """The picture that was chosen, none where nothing was, and what is wrong with it."""

    image: bytes = b""
    error: str = ""

    @classmethod
    def read(cls, request: HttpRequest) -> Picture:
        """The picture in a form."""
        chosen = request.FILES.get("screenshot")
        if chosen is None:
            return cls()
        image = chosen.read(MAX_BYTES + 1)
        if len(image) > MAX_BYTES:
            return cls(error=TOO_LARGE)
        return cls(image) if media_type_of(image) else cls(error=NO_IMAGE.errors[0][1])

    def keep(self, sight: Sight, start: datetime | None, at: datetime) -> str:
        """Keep it with the segment that begins then; why not, where that cannot be, else nothing."""
        if not self.image or self.error:
            return self.error
        if start is None:
            return NOTHING_LOGGED
        try:
            kept = keep(sight.contract.id, sight.actor, start, self.image, at)
        except NoSuchSegmentError:
            return NOTHING_LOGGED
        return why(kept, sight.people) if isinstance(kept, Refused) else ""
