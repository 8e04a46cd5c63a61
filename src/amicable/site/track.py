"""`amicable track`: a timer for the terminal. It runs where the freelancer works and logs over the REST interface.

A ten-minute segment is logged when it is over, and counts when at least half of it was tracked. What cannot be sent is
kept and sent later. Nothing here can see the keyboard, so activity is what the freelancer states.
"""

from __future__ import annotations

import signal
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from amicable.rules.diary import ACTIVITY_MAX, MEMO_MAX, SEGMENT, Segment, uncovered, worked_slots
from amicable.rules.week import SEGMENT_MINUTES, hours_text
from amicable.site.problems import ProblemError
from amicable.site.remote import AwayError, Json, RefusedError, Remote

TICK_SECONDS = 1.0
ASLEEP = timedelta(seconds=60)
"""Who looks at the clock every second and finds that so much has passed was not running meanwhile."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
SECOND_LOOK = timedelta(minutes=1)
"""After so long what may pass is tried again."""
ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)
BATCH = 144
MAY_PASS = frozenset({"in_future", "contract_paused"})
"""Refusals of now that need not be those of later."""
FINAL = frozenset({"not_authenticated", "not_found", "other_side", "not_hourly", "contract_ended"})
"""Refusals after which nothing can be logged."""
NO_MORE = FINAL | {"after_end"}
"""Refusals after which tracking makes no sense. What was worked before the end of a contract may be logged yet."""
NOT_ALL = 3
"""The exit status when some of the time could not be logged."""

DESCRIPTION = f"""\
Track time on one of your hourly contracts until you press Ctrl-C. Each ten-minute segment is logged when it is over; a
segment counts when at least five of its minutes were tracked. Time in which the computer sleeps does not count. What
cannot be sent is kept and sent when the server answers again.

Hourly protection wants to know in how many of the ten minutes you worked with keyboard or mouse. A terminal cannot see
that, so state it with --activity 1 to {ACTIVITY_MAX}; your client sees it with every segment. Without it 0 is logged:
the time is billed, but hourly protection does not cover it.

AMICABLE_URL is the address of the server (http://127.0.0.1:8000 when it is not set), AMICABLE_TOKEN your API token.
The exit status is 0 when all was logged, 1 when tracking could not begin, 3 when some time was not logged."""


def add_arguments(parser: ArgumentParser) -> None:
    """What can be said to the command."""
    parser.add_argument("contract", metavar="CONTRACT", help="the contract's id, as in its address")
    parser.add_argument("--memo", required=True, help="what you work on, as your client will read it")
    parser.add_argument(
        "--activity",
        type=int,
        default=0,
        choices=range(ACTIVITY_MAX + 1),
        metavar="N",
        help=f"in how many of ten minutes you use keyboard or mouse, 0 to {ACTIVITY_MAX}; 0 when left out",
    )


def track(arguments: Namespace) -> int:
    """Track time until Ctrl-C, or until the process is told to end; the exit status."""
    memo = arguments.memo.strip()
    if len(memo) > MEMO_MAX:
        raise ProblemError(f"A memo has at most {MEMO_MAX} characters; this has {len(memo)}.")
    remote = Remote.from_environment()
    try:
        contract, there = _contract(remote, arguments.contract), TimeThere(remote, *remote.clock())
    except (AwayError, RefusedError) as error:
        raise ProblemError(f"Nothing is tracked. {error}") from None
    outbox = Outbox(remote, contract["id"], memo, arguments.activity)
    tracker = Tracker(outbox, there.now, set_right=there.set_right)
    greet(contract, memo, arguments.activity, tracker.now())
    if there.stands_still:
        tell("The server is a sandbox, whose clock stands still. Time is logged when somebody moves it that far.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    return tracker.run()


def _contract(remote: Remote, contract_id: str) -> Json:
    """The contract, if time can be tracked on it. Raises RefusedError, AwayError and ProblemError."""
    if not contract_id.replace("-", "").isalnum() or not contract_id.isascii():
        raise ProblemError(f"{contract_id!r} is no id of a contract. Copy it from the contract's address.")
    contract = remote.get(f"/contracts/{contract_id}")
    if contract["freelancer"]["id"] != remote.get("/me")["id"]:
        raise ProblemError("Only the freelancer tracks time, and on this contract that is somebody else.")
    if contract["kind"] != "hourly":
        raise ProblemError("This contract has a fixed price. Time is tracked on hourly contracts only.")
    if contract["status"] != "active":
        raise ProblemError(f"The contract is {contract['status']}, so no time can be tracked on it now.")
    return contract


@dataclass
class TimeThere:
    """The server's time, told by this machine's clock."""

    remote: Remote
    ahead: timedelta
    """By how much it is ahead of this machine's."""
    stands_still: bool

    def now(self) -> datetime:
        """What time it is there."""
        return datetime.now(UTC) + self.ahead

    def set_right(self) -> None:
        """Look again, for this machine's clock may have been put; where there is no answer it stays as it was."""
        if self.stands_still:
            return
        try:
            self.ahead, _ = self.remote.clock()
        except (AwayError, RefusedError) as error:
            tell(f"The server's time is not known: {error}")


@dataclass
class Outbox:
    """The segments that are to be logged on a contract, and what became of them."""

    remote: Remote
    contract: str
    memo: str
    activity: int
    kept: list[datetime] = field(default_factory=list)
    """The starts of those that are to be sent."""
    logged: int = 0
    covered: int = 0
    why_not: dict[datetime, str] = field(default_factory=dict)
    """Why segments are not logged, by their starts."""
    is_over: bool = False
    """Whether it makes no sense to send anything more."""
    is_cut_off: bool = False
    """Whether there was no answer the last time."""
    next_try: datetime = ANY_TIME
    pause: timedelta = FIRST_PAUSE

    def send_if_due(self, now: datetime) -> None:
        """Send what is kept, unless that was tried a moment ago."""
        if self.kept and now >= self.next_try and not self.is_over:
            self.send(now)

    def send(self, now: datetime) -> None:
        """Send what is kept. What is answered, one way or the other, is kept no longer, but for what may pass."""
        batch = self.kept[:BATCH]
        try:
            try:
                self._post(batch)
            except RefusedError as refused:
                self._sort_out(batch, refused, now)
            self.is_cut_off, self.pause = False, FIRST_PAUSE
        except AwayError as away:
            self._put_off(str(away), now)

    def _post(self, starts: Sequence[datetime]) -> None:
        one = {"memo": self.memo, "activity": self.activity, "manual": False}
        segments = [{"start": f"{start:%Y-%m-%dT%H:%M:%SZ}", **one} for start in starts]
        for item in self.remote.post(f"/contracts/{self.contract}/time", {"segments": segments})["items"]:
            self._done(datetime.fromisoformat(item["start"]), item["covered"], item["why_not"])

    def _done(self, start: datetime, is_covered: bool, why_not: str | None) -> None:
        self.kept.remove(start)
        self.why_not.pop(start, None)
        self.logged += 1
        self.covered += is_covered
        tell(f"{span(start)} logged, {'covered by hourly protection.' if is_covered else f'not covered: {why_not}'}")

    def _sort_out(self, batch: Sequence[datetime], refused: RefusedError, now: datetime) -> None:
        """A batch is refused for some of its segments: then each is answered for itself."""
        if len(batch) == 1 or refused.code in FINAL:
            for start in batch:
                self._refused(start, refused, now)
            return
        for start in batch:
            try:
                self._post([start])
            except RefusedError as its_own:
                self._refused(start, its_own, now)

    def _refused(self, start: datetime, refused: RefusedError, now: datetime) -> None:
        if self.why_not.get(start) != str(refused):
            tell(f"{span(start)} NOT logged: {refused}")
        self.why_not[start] = str(refused)
        self.is_over |= refused.code in NO_MORE
        if refused.code in MAY_PASS:
            self.next_try = now + SECOND_LOOK
        else:
            self.kept.remove(start)

    def _put_off(self, why: str, now: datetime) -> None:
        self.is_cut_off, self.next_try = True, now + self.pause
        self.why_not |= dict.fromkeys(self.kept, why)
        tell(f"{why}. {length(len(self.kept))} is kept; the next try is in {self.pause.seconds} seconds.")
        self.pause = min(2 * self.pause, LONGEST_PAUSE)


@dataclass
class Tracker:
    """Tracks time until somebody stops it. `now` and `wait` are the clock and how it is waited on, `set_right` makes
    sure that it is right."""

    outbox: Outbox
    now: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep
    set_right: Callable[[], None] = lambda: None
    stretches: list[tuple[datetime, datetime]] = field(default_factory=list)
    """From when to when time was tracked, so far."""
    seen: set[datetime] = field(default_factory=set)
    """The starts of the segments that are, or were, in the outbox."""

    def run(self) -> int:
        """Track until Ctrl-C or a refusal that stays, then say what came of it; the exit status."""
        began = self.now()
        self.stretches.append((began, began))
        try:
            tell("Each ten-minute segment is logged when it is over. Ctrl-C stops.")
            while not self.outbox.is_over:
                self.wait(TICK_SECONDS)
                self._tick()
        except KeyboardInterrupt:
            tell(f"Stopped at {clock(self.now())}.")
        try:
            self._finish()
        except KeyboardInterrupt:
            tell("Given up.")
        return self._report()

    def _tick(self) -> None:
        """Let the tracked time reach until now, and log what is complete."""
        now, (since, until) = self.now(), self.stretches[-1]
        if abs(now - until) > ASLEEP:
            self.set_right()
            now = self.now()
        if now - until > ASLEEP:
            tell(f"The computer slept from {clock(until)} to {clock(now)}, which does not count.")
            self.stretches.append((now, now))
        elif until - now > ASLEEP:
            tell(f"The clock was put back from {clock(until)} to {clock(now)}. What was tracked twice counts once.")
            self.stretches.append((now, now))
        elif now > until:
            self.stretches[-1] = since, now
        self._pass_on(now)
        self.outbox.send_if_due(now)

    def _pass_on(self, over_by: datetime) -> None:
        """Put what is over by then into the outbox."""
        for start in worked_slots(self.stretches):
            if start not in self.seen and start + SEGMENT <= over_by:
                self.seen.add(start)
                self.outbox.kept.append(start)

    def _finish(self) -> None:
        """Log what is left, also the segment that is not over if half of it was tracked. While the server cannot be
        reached it is tried again, until somebody gives up."""
        box = self.outbox
        self._pass_on(self.now() + SEGMENT)
        if not box.kept or box.is_over:
            return
        box.send(self.now())
        if box.is_cut_off:
            tell("Press Ctrl-C again to give up.")
        while box.kept and box.is_cut_off and not box.is_over:
            self.wait(TICK_SECONDS)
            box.send_if_due(self.now())

    def _report(self) -> int:
        box = self.outbox
        tell(f"Logged {length(box.logged)}, of which hourly protection covers {length(box.covered)}.")
        for start in sorted(box.why_not):
            tell(f"Not logged: {span(start)}: {box.why_not[start]}")
        if not box.logged and not box.why_not:
            tell(f"Of no segment of {SEGMENT_MINUTES} minutes the half was tracked.")
        return NOT_ALL if box.why_not else 0


def greet(contract: Json, memo: str, activity: int, began: datetime) -> None:
    """Say what is about to be tracked, and whether hourly protection will cover it."""
    client = contract["client"]["name"]
    tell(f"Tracking “{contract['title']}” for {client} since {clock(began)} {began.astimezone():%Z}.")
    if activity:
        tell(f"You state {activity} of {ACTIVITY_MAX} minutes of activity; {client} sees that with each segment.")
    for reason in uncovered(Segment(began, memo, activity)):
        tell(f"Hourly protection will not cover this time. {reason.tell()}")
    if not activity:
        tell("A terminal cannot see activity: state with --activity in how many of ten minutes there is some.")


def tell(text: str) -> None:
    """Say something at once, also to a pipe."""
    print(text, flush=True)


def clock(at: datetime) -> str:
    """A time as it is on this machine's wall."""
    return f"{at.astimezone():%H:%M}"


def span(start: datetime) -> str:
    """The segment that begins then."""
    return f"{clock(start)} to {clock(start + SEGMENT)}"


def length(segments: int) -> str:
    """How long so many segments are: `0:20`."""
    return hours_text(segments * SEGMENT_MINUTES)
