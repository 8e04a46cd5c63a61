"""The work diary: which ten-minute segments may be logged, and which of them hourly protection covers.

RULEBOOK sections 3 and 3.1, and rows 11 and 12 of what Amicable does. A segment begins on a ten-minute mark of UTC. In
which week it lies, what is over the limit and what is billed is `rules.week`'s and `rules.hourly`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from amicable.rules.contract import Contract, Status
from amicable.rules.guards import WHY_NOT_STATUS
from amicable.rules.hourly import HourlyTerms, Week, WeekStatus
from amicable.rules.outcome import Kind, Refused
from amicable.rules.params import Invalid, kept
from amicable.rules.parts import PauseCause, Role
from amicable.rules.week import SEGMENT_MINUTES, SEGMENTS_AN_HOUR, first, locks, monday_of, opens, slot_of
from amicable.rules.wording import Sentence, say

SEGMENT = timedelta(minutes=SEGMENT_MINUTES)
BATCH_MAX = 1_008
"""So many segments has a week."""
MEMO_MAX = 500
ACTIVITY_MAX = 10
"""Minutes of the ten in which there was input."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Ten minutes of work. `start` is UTC, `activity` the minutes with input, 0 to 10."""

    start: datetime
    memo: str = ""
    activity: int = 0
    manual: bool = False
    """Entered by hand: no timer measured it."""
    late: bool = False
    """Entered after the contract had ended."""

    @property
    def end(self) -> datetime:
        """When the next segment begins."""
        return self.start + SEGMENT


@lru_cache(maxsize=4 * BATCH_MAX)
def place_of(start: datetime) -> tuple[date, int]:
    """In which week a segment lies, by its Monday, and which slot of it it is."""
    return monday_of(start), slot_of(start)


# What may be logged


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one segment of a batch."""

    index: int
    field: str
    code: str
    reason: Sentence
    kind: Kind = Kind.RULE


def takes_time(contract: Contract) -> Refused | None:
    """Why no time at all can be logged on the contract as it stands; None when some can."""
    if contract.kind != "hourly":
        return NOT_HOURLY
    if contract.status == Status.ACTIVE:
        return None
    if contract.status == Status.PAUSED:
        return Refused("contract_paused", why_paused(contract))
    if contract.ending is None:
        return Refused(f"contract_{contract.status}", WHY_NOT_STATUS[contract.status])
    if contract.ending.takes_hours:
        return None
    return Refused(
        "contract_ended",
        say("{freelancer} ended the contract on {at}, and no more time can be entered.", at=contract.ending.at),
    )


def late_until(contract: Contract, at: datetime) -> datetime | None:
    """Until when hours worked before the end of the contract can still be entered at `at`; None where none can, or it
    has not ended. Row 11 of the rulebook's first table."""
    ending = contract.ending
    if contract.kind != "hourly" or ending is None or not ending.takes_hours:
        return None
    until = locks(monday_of(ending.at), contract.policy)
    return until if at < until else None


NOT_HOURLY = Refused("not_hourly", say("This contract has a fixed price. Time is logged on hourly contracts only."))


def why_paused(contract: Contract) -> Sentence:
    """Why no time can be logged while the contract is paused, and what ends it."""
    pause = contract.pause
    if pause is None:
        return WHY_NOT_STATUS[Status.PAUSED]
    if pause.cause == PauseCause.UNPAID:
        return say(
            "The contract has been paused since {at}, because {client}'s card was declined. It goes on when the card "
            "has paid; until then no time can be logged.",
            at=pause.at,
        )
    return say(
        "{client} paused the contract on {at}. No time can be logged until {client} resumes it.",
        at=pause.at,
    )


def may_log(contract: Contract, by: Role) -> Refused | None:
    """Why `by` cannot log any time on the contract as it stands; None when they can."""
    return freelancer_only(by) or takes_time(contract)


def log(
    contract: Contract, segments: Sequence[Segment], by: Role, at: datetime, *, most: int = BATCH_MAX
) -> list[Segment] | Refused:
    """The segments as they are to be kept, each once and in order, when `by` may log all of them at `at`; else why
    not, with every bad segment by its index.

    Pure: nothing is written. A segment that is twice in the batch counts once, as it came first.
    """
    refused = may_log(contract, by) or _batch_size(segments, most)
    if refused:
        return refused
    problems = [problem for index, one in enumerate(segments) if (problem := problem_of(contract, one, at, index))]
    if problems:
        return refusal(problems)
    known: dict[datetime, Segment] = {}
    for segment in segments:
        known.setdefault(segment.start, _kept(segment, is_late=contract.ending is not None))
    return [known[start] for start in sorted(known)]


def _kept(segment: Segment, *, is_late: bool) -> Segment:
    memo = segment.memo.strip()
    return segment if (memo, is_late) == (segment.memo, segment.late) else replace(segment, memo=memo, late=is_late)


def problem_of(contract: Contract, segment: Segment, at: datetime, index: int = 0) -> Problem | None:
    """Why the contract, which takes time, does not take this segment at `at`; None when it does."""
    sense = _nonsense(segment)
    if sense:
        return Problem(index, *sense, Kind.INVALID)
    no = _at_that_time(contract, segment.start, at)
    if no:
        return Problem(index, "start", *no)
    refused = by_hand(contract, segment.start) if segment.manual else None
    return Problem(index, "manual", refused.code, refused.reason) if refused else None


def is_locked(contract: Contract, start: date, at: datetime) -> bool:
    """Whether the week of the Monday `start` takes no more changes. One that is still to come is open, though the last
    week of all time has no lock."""
    if opens(start) > at:
        return False
    week = contract.week(start)
    return at >= locks(start, contract.policy) or (week is not None and week.status != WeekStatus.OPEN)


def refusal(problems: Sequence[Problem]) -> Refused:
    """The refusal of a batch for its bad segments; what makes no sense goes before what the rules do not allow."""
    worst = [problem for problem in problems if problem.kind == Kind.INVALID] or list(problems)
    errors = tuple((f"segments.{one.index}.{one.field}", one.reason.tell()) for one in worst)
    return Refused(worst[0].code, worst[0].reason, worst[0].kind, errors)


def on_mark(start: datetime) -> bool:
    """Whether a segment may begin then."""
    return start.minute % SEGMENT_MINUTES == 0 and start.second == 0 and start.microsecond == 0


def freelancer_only(by: Role) -> Refused | None:
    """Why `by` can do nothing in the diary; None for the freelancer, whose hours they are."""
    if by == Role.FREELANCER:
        return None
    return Refused("other_side", say("Only {freelancer}, the freelancer, can do this."), Kind.ROLE)


def _batch_size(listed: Sequence[object], most: int = BATCH_MAX) -> Refused | None:
    if 0 < len(listed) <= most:
        return None
    message = say("Send 1 to {most} segments at once; this has {count}.", most=most, count=len(listed))
    return Refused("invalid", message, Kind.INVALID, (("segments", message.tell()),))


def _nonsense(segment: Segment) -> tuple[str, str, Sentence] | None:
    """(field, code, why) when the segment makes no sense on any contract."""
    if not on_mark(segment.start):
        return "start", "invalid", say("A segment begins on a ten-minute mark of UTC, such as 09:10.")
    if len(segment.memo) > MEMO_MAX:
        reason = say("A memo has at most {most} characters; this has {count}.", most=MEMO_MAX, count=len(segment.memo))
        return "memo", "invalid", reason
    try:
        kept(segment.memo)
    except Invalid as error:
        return "memo", "invalid", say("{message}", message=str(error))
    if not 0 <= segment.activity <= ACTIVITY_MAX:
        return "activity", "invalid", say("Activity is how many of the ten minutes had input: 0 to 10.")
    return None


def _at_that_time(contract: Contract, start: datetime, at: datetime) -> tuple[str, Sentence] | None:
    """(code, why) when no time can be logged for then."""
    if start > at:
        return "in_future", say("{start} is in the future. Log time when it has been worked.", start=start)
    accepted = contract.accepted_at
    if accepted is None or start + SEGMENT <= accepted:
        return "before_start", say(
            "{start} is before the contract began, on {accepted}.", start=start, accepted=accepted or start
        )
    if contract.ending and start >= contract.ending.at:
        return "after_end", say(
            "{start} is after the end of the contract, on {ended}. Only hours worked before it can be entered.",
            start=start,
            ended=contract.ending.at,
        )
    return _in_pause(contract, start) or _locked(contract, start, at)


def _in_pause(contract: Contract, start: datetime) -> tuple[str, Sentence] | None:
    """(code, why) when the whole segment lies in a pause."""
    for past in contract.pauses:
        if past.since <= start and start + SEGMENT <= past.until:
            return "in_pause", say(
                "{start} is a time at which the contract was paused or had ended, from {since} to {until}.",
                start=start,
                since=past.since,
                until=past.until,
            )
    if contract.pause and contract.pause.at <= start:
        return "in_pause", say(
            "{start} lies in a pause of the contract, which began on {since}.", start=start, since=contract.pause.at
        )
    return None


def _locked(contract: Contract, start: datetime, at: datetime) -> tuple[str, Sentence] | None:
    monday, _ = place_of(start)
    if not is_locked(contract, monday, at):
        return None
    no = week_locked(contract, monday)
    return no.code, no.reason


def week_locked(contract: Contract, monday: date) -> Refused:
    """What is said of a week that is closed."""
    reason = say(
        "The week that began on {week} was closed on {locked} and takes no more changes.",
        week=opens(monday),
        locked=locks(monday, contract.policy),
    )
    return Refused("week_locked", reason)


def by_hand(contract: Contract, start: datetime) -> Refused | None:
    """Why the contract takes no time by hand in the week in which `start` lies; None when it does."""
    if contract.terms_of(place_of(start)[0]).manual:
        return None
    return NOT_BY_HAND_ANY_MORE if contract.ending else NOT_BY_HAND


NOT_BY_HAND = Refused(
    "manual_time_not_allowed",
    say("This contract takes only time that a timer measured. Track it, or ask {client} to allow time by hand."),
)
NOT_BY_HAND_ANY_MORE = replace(
    NOT_BY_HAND, reason=say("This contract took only time that a timer measured, so none can be entered by hand.")
)


# What is changed afterwards


def changeable(contract: Contract, starts: Sequence[datetime], by: Role, at: datetime) -> list[datetime] | Refused:
    """The starts, each once and in order, when `by` may delete their segments or add pictures to them at `at`; else
    why not.

    Until the lock of its week any segment may be changed so, whatever became of the contract.
    """
    refused = freelancer_only(by) or (NOT_HOURLY if contract.kind != "hourly" else None) or _batch_size(starts)
    if refused:
        return refused
    locked = [(index, no) for index, start in enumerate(starts) if (no := _locked(contract, start, at))]
    if locked:
        (code, reason), errors = locked[0][1], tuple((f"starts.{index}", no[1].tell()) for index, no in locked)
        return Refused(code, reason, errors=errors)
    return sorted(set(starts))


def rewrite(contract: Contract, segments: Sequence[Segment], by: Role, at: datetime) -> Refused | None:
    """Why `by` may not give these segments other memos at `at`; None when they may.

    Not after the end: what hourly protection covers is settled by then.
    """
    refused = may_log(contract, by) or _batch_size(segments)
    if refused:
        return refused
    if contract.ending:
        return Refused(
            "contract_ended",
            say("The contract has ended. Its segments can be deleted until their week closes, but not described anew."),
        )
    problems = [
        problem
        for index, one in enumerate(segments)
        if (problem := problem_of(contract, replace(one, manual=False), at, index))
    ]
    return refusal(problems) if problems else None


# Hourly protection

BY_HAND = say("It was entered by hand. Hourly protection covers only time that a timer measured.")
NO_MEMO = say("It has no memo.")
VAGUE_MEMO = say("The memo does not say what was done, as “Checkout page: address form” would.")
NO_ACTIVITY = say("There was no activity in these ten minutes.")
AFTER_THE_END = say("It was entered after the contract had ended.")
OVER_THE_LIMIT = say("It is over the weekly limit: kept and shown, but not billed.")

VAGUE = frozenset(
    {
        *("a", "an", "and", "at", "etc", "for", "hours", "in", "it", "job", "misc", "more", "my", "of", "on", "some"),
        *("stuff", "task", "tasks", "test", "the", "thing", "things", "this", "time", "to", "todo", "various", "wip"),
        *("with", "work", "worked", "working"),
    }
)
"""Words that say nothing of what was done, alone or with each other."""
LETTERS_MIN = 4
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1_024)
def says_what_was_done(memo: str) -> bool:
    """Whether a memo is good enough for hourly protection: words of at least four letters together that are not all
    in VAGUE. In scripts without capitals, where a sign says more, two letters do."""
    telling = [word for word in _WORD.findall(memo) if word.lower() not in VAGUE]
    return sum(1 if letter.lower() != letter.upper() else 2 for word in telling for letter in word) >= LETTERS_MIN


def uncovered(segment: Segment, *, is_over_limit: bool = False) -> tuple[Sentence, ...]:
    """Why hourly protection does not cover the segment; empty when it does. RULEBOOK section 3.1."""
    reasons = []
    if segment.manual:
        reasons.append(BY_HAND)
    if not segment.memo.strip():
        reasons.append(NO_MEMO)
    elif not says_what_was_done(segment.memo):
        reasons.append(VAGUE_MEMO)
    if not segment.activity and not segment.manual:
        reasons.append(NO_ACTIVITY)
    if segment.late:
        reasons.append(AFTER_THE_END)
    if is_over_limit:
        reasons.append(OVER_THE_LIMIT)
    return tuple(reasons)


def over_limit(week: Week, terms: HourlyTerms) -> int:
    """The bitmap of the segments that are over the weekly limit; `terms` are those of the week, while it is open."""
    if week.status != WeekStatus.OPEN:
        return week.logged & ~week.billed
    if terms.limit_hours is None:
        return 0
    return week.logged & ~first(week.logged, terms.limit_hours * SEGMENTS_AN_HOUR)


# Stretches of work


def worked_slots(stretches: Iterable[tuple[datetime, datetime]]) -> list[datetime]:
    """The starts of the segments that stretches of work come to: those of whose ten minutes at least five were worked.

    Stretches may touch and overlap; the same minute counts once.
    """
    worked: dict[datetime, timedelta] = {}
    for begin, end in _merged(stretches):
        for start in touched_slots(begin, end):
            worked[start] = worked.get(start, timedelta()) + min(end, start + SEGMENT) - max(begin, start)
    return sorted(start for start, length in worked.items() if length * 2 >= SEGMENT)


def touched_slots(begin: datetime, end: datetime) -> Iterator[datetime]:
    """The starts of the segments that a stretch of work touches."""
    start = begin - (begin - opens(monday_of(begin))) % SEGMENT
    while start < end:
        yield start
        start += SEGMENT


def _merged(stretches: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted(stretches):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged
