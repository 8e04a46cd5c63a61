"""An action together with what people send along: work that is handed in, or the evidence beside what they say in a
dispute, files and picks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from amicable.contracts import perform as contracts
from amicable.contracts.perform import Command, Done, Replayed
from amicable.payments import commands
from amicable.rules.outcome import Refused
from amicable.talk.files import Aimed, Upload, can_be_work, hand_in, keep
from amicable.talk.models import File, Message
from amicable.talk.picked import no_such_message

TAKES = {
    "submit": File.Purpose.SUBMISSION,
    "decline_refund": File.Purpose.EVIDENCE,
    "open_dispute": File.Purpose.EVIDENCE,
    "answer_dispute": File.Purpose.EVIDENCE,
    "dispute_hours": File.Purpose.EVIDENCE,
    "contest_hours_dispute": File.Purpose.EVIDENCE,
    "appeal": File.Purpose.EVIDENCE,
}
"""What files are that come with an action. None of these actions asks the card."""


def perform(
    command: Command, at: datetime, uploads: Sequence[Upload] = (), message: Message | None = None
) -> Done | Replayed | Refused:
    """Perform the command as `payments.commands` does. Where it takes files, keep those that come with it, both or
    neither; what it picks in has to be there.

    `message` is one of the actor's own whose files become work now.
    """
    if no := no_such_message(command.contract, command.params):
        return no
    if command.action not in TAKES:
        return commands.perform(command, at)
    assert command.actor is not None, "files come from somebody"
    milestone = command.params.get("milestone")
    aimed = Aimed(TAKES[command.action], milestone)
    with transaction.atomic():
        result = contracts.perform(command, at)
        if not isinstance(result, Done):
            return result
        if message:
            hand_in(can_be_work(message), milestone)
        for upload in uploads:
            kept = keep(command.contract, command.actor, upload, aimed, at)
            if isinstance(kept, Refused):
                transaction.set_rollback(True)
                return kept
    return result
