"""The diary's rules: which segments are taken, which are not and why, and which of them hourly protection covers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amicable.rules import diary
from amicable.rules.contract import Contract, Status
from amicable.rules.diary import Segment
from amicable.rules.hourly import HourlyTerms, Week, WeekStatus
from amicable.rules.outcome import Kind, Refused
from amicable.rules.parts import Ending, PastPause, Pause, PauseCause, Role
from amicable.rules.week import bitmap, locks, monday_of, opens, slot_of

MONDAY = date(2026, 11, 23)
ACCEPTED = datetime(2026, 11, 23, 9, 3, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
CONTRACT = Contract(
    id="c", version=2, title="Shop", currency="USD", client="clara", freelancer="femi", created_at=ACCEPTED,
    kind="hourly", status=Status.ACTIVE, accepted_at=ACCEPTED,
    hourly=(HourlyTerms(MONDAY, 4_000, 30, manual=True),),
)  # fmt: skip
GOOD = Segment(datetime(2026, 11, 25, 9, 0, tzinfo=UTC), "Checkout page", 7)


def logged(
    *segments: Segment, contract: Contract = CONTRACT, by: Role = Role.FREELANCER, at: datetime = NOW
) -> list[Segment]:
    taken = diary.log(contract, segments, by, at)
    assert not isinstance(taken, Refused), taken
    return taken


def refused(
    *segments: Segment, contract: Contract = CONTRACT, by: Role = Role.FREELANCER, at: datetime = NOW
) -> Refused:
    no = diary.log(contract, segments, by, at)
    assert isinstance(no, Refused)
    return no


def ended(by: Role, at: datetime) -> Contract:
    return replace(CONTRACT, status=Status.ENDED, ended_at=at, ending=Ending(by, at, "done"))


class TestWhatIsTaken:
    def test_is_kept_in_order_and_each_segment_once_as_it_came_first(self) -> None:
        later = replace(GOOD, start=GOOD.start + timedelta(minutes=10), memo="  Address form ")
        taken = logged(later, GOOD, replace(GOOD, memo="Something else"))

        assert [(one.start, one.memo) for one in taken] == [
            (GOOD.start, "Checkout page"),
            (later.start, "Address form"),
        ]
        assert not any(one.late for one in taken)

    def test_may_have_begun_just_now(self) -> None:
        assert logged(replace(GOOD, start=NOW))

    def test_counts_the_segment_in_which_the_offer_was_accepted(self) -> None:
        assert logged(replace(GOOD, start=datetime(2026, 11, 23, 9, 0, tzinfo=UTC)))
        assert refused(replace(GOOD, start=datetime(2026, 11, 23, 8, 50, tzinfo=UTC))).code == "before_start"

    @pytest.mark.parametrize("minute", [1, 9, 59])
    def test_begins_on_a_mark(self, minute: int) -> None:
        no = refused(GOOD, replace(GOOD, start=GOOD.start.replace(minute=minute)))
        assert (no.kind, no.errors[0][0]) == (Kind.INVALID, "segments.1.start")
        assert refused(replace(GOOD, start=GOOD.start.replace(second=1))).kind == Kind.INVALID

    def test_makes_sense(self) -> None:
        assert refused(replace(GOOD, activity=11)).errors[0][0] == "segments.0.activity"
        assert refused(replace(GOOD, activity=-1)).errors[0][0] == "segments.0.activity"
        assert refused(replace(GOOD, memo="x" * 501)).errors[0][0] == "segments.0.memo"
        assert refused(replace(GOOD, memo="a\x00b")).errors[0][0] == "segments.0.memo"

    def test_is_one_to_a_weeks_worth_at_once(self) -> None:
        assert refused().errors[0][0] == "segments"
        assert refused(*[GOOD] * 1_009).errors[0][0] == "segments"
        assert logged(*[GOOD] * 1_008) == [GOOD]


class TestWhatIsRefused:
    def test_is_told_by_its_index_and_nonsense_before_the_rules(self) -> None:
        future, odd = replace(GOOD, start=NOW + timedelta(hours=1)), replace(GOOD, activity=12)
        assert [field for field, _ in refused(GOOD, future, GOOD, future).errors] == [
            "segments.1.start",
            "segments.3.start",
        ]
        assert [field for field, _ in refused(future, odd).errors] == ["segments.1.activity"]

    def test_is_what_lies_in_the_future(self) -> None:
        no = refused(replace(GOOD, start=NOW + timedelta(minutes=10)))
        assert (no.code, no.kind) == ("in_future", Kind.RULE)

    def test_is_what_lies_in_a_week_that_has_closed(self) -> None:
        lock = locks(MONDAY, CONTRACT.policy)
        assert lock == datetime(2026, 11, 30, 12, tzinfo=UTC)
        assert logged(GOOD, at=lock - timedelta(seconds=1))
        no = refused(GOOD, at=lock)
        assert no.code == "week_locked"
        assert "Mon 30 Nov 2026, 12:00 UTC" in no.reason.tell()

    def test_is_what_lies_in_a_week_that_is_being_billed_whatever_the_time(self) -> None:
        billed = replace(CONTRACT, weeks=(Week(MONDAY, status=WeekStatus.CHARGING),))
        assert refused(GOOD, contract=billed).code == "week_locked"

    def test_is_anything_by_the_client(self) -> None:
        assert refused(GOOD, by=Role.CLIENT).kind == Kind.ROLE
        assert refused(GOOD, by=Role.MEDIATOR).kind == Kind.ROLE

    def test_is_anything_on_a_fixed_price(self) -> None:
        assert refused(GOOD, contract=replace(CONTRACT, kind="fixed")).code == "not_hourly"

    @pytest.mark.parametrize("status", [Status.OFFERED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED])
    def test_is_anything_on_an_offer(self, status: Status) -> None:
        assert refused(GOOD, contract=replace(CONTRACT, status=status)).code == f"contract_{status}"

    @pytest.mark.parametrize(("cause", "word"), [(PauseCause.CLIENT, "resumes"), (PauseCause.UNPAID, "declined")])
    def test_is_anything_while_paused_and_the_reason_says_what_ends_it(self, cause: PauseCause, word: str) -> None:
        paused = replace(CONTRACT, status=Status.PAUSED, pause=Pause(Role.CLIENT, NOW, cause))
        no = refused(GOOD, contract=paused)
        assert no.code == "contract_paused"
        assert word in no.reason.tell()

    def test_is_what_lies_in_a_pause_that_is_over_but_not_what_touches_it(self) -> None:
        nine = GOOD.start
        pauses = (
            PastPause(nine - timedelta(days=1), nine - timedelta(hours=20)),
            PastPause(nine, nine.replace(hour=10)),
        )
        contract = replace(CONTRACT, pauses=pauses)
        no = refused(replace(GOOD, start=nine - timedelta(minutes=10)), GOOD, contract=contract)
        assert (no.code, no.errors[0][0]) == ("in_pause", "segments.1.start")
        assert "09:00 UTC to Wed 25 Nov 2026, 10:00 UTC" in no.reason.tell()
        assert refused(replace(GOOD, start=nine.replace(minute=50)), contract=contract).code == "in_pause"
        assert logged(replace(GOOD, start=nine.replace(hour=10)), contract=contract)
        half = replace(CONTRACT, pauses=(PastPause(nine.replace(minute=5), nine.replace(minute=25)),))
        assert logged(GOOD, replace(GOOD, start=nine.replace(minute=20)), contract=half)
        assert refused(replace(GOOD, start=nine.replace(minute=10)), contract=half).code == "in_pause"

    def test_is_what_lies_in_a_pause_in_which_the_contract_ended(self) -> None:
        contract = replace(ended(Role.CLIENT, NOW), pause=Pause(Role.CLIENT, GOOD.start, PauseCause.CLIENT))
        assert refused(GOOD, contract=contract).code == "in_pause"
        assert logged(replace(GOOD, start=GOOD.start - timedelta(minutes=10)), contract=contract)

    def test_is_time_by_hand_where_the_terms_of_its_week_do_not_allow_it(self) -> None:
        terms = (HourlyTerms(MONDAY, 4_000, 30, manual=False), HourlyTerms(date(2026, 11, 30), 4_000, 30, manual=True))
        contract = replace(CONTRACT, hourly=terms)
        by_hand = replace(GOOD, manual=True)
        no = refused(by_hand, contract=contract)
        assert (no.code, no.errors[0][0]) == ("manual_time_not_allowed", "segments.0.manual")
        next_week = replace(by_hand, start=datetime(2026, 12, 1, 9, tzinfo=UTC))
        assert logged(next_week, contract=contract, at=datetime(2026, 12, 1, 10, tzinfo=UTC))


class TestAfterTheEnd:
    END = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    """Saturday night."""

    def test_the_freelancer_may_enter_hours_from_before_it_until_the_lock_and_they_are_marked(self) -> None:
        contract = ended(Role.CLIENT, self.END)
        [taken] = logged(GOOD, contract=contract, at=datetime(2026, 11, 30, 11, 59, tzinfo=UTC))
        assert taken.late
        assert refused(GOOD, contract=contract, at=datetime(2026, 11, 30, 12, tzinfo=UTC)).code == "week_locked"

    def test_no_hours_from_after_it_can_be_entered(self) -> None:
        contract = ended(Role.CLIENT, self.END)
        at = self.END + timedelta(hours=10)
        assert refused(replace(GOOD, start=self.END), contract=contract, at=at).code == "after_end"
        assert logged(replace(GOOD, start=self.END - timedelta(minutes=10)), contract=contract, at=at)

    def test_nothing_can_be_entered_when_the_freelancer_ended_it(self) -> None:
        contract = ended(Role.FREELANCER, self.END)
        assert refused(GOOD, contract=contract, at=self.END + timedelta(hours=1)).code == "contract_ended"

    def test_segments_can_still_be_deleted_but_not_described_anew(self) -> None:
        contract, at = ended(Role.CLIENT, self.END), self.END + timedelta(hours=1)
        assert diary.changeable(contract, [GOOD.start], Role.FREELANCER, at) == [GOOD.start]
        no = diary.rewrite(contract, [GOOD], Role.FREELANCER, at)
        assert no is not None
        assert no.code == "contract_ended"


class TestChanging:
    def test_segments_are_deleted_until_the_lock_also_while_paused(self) -> None:
        paused = replace(CONTRACT, status=Status.PAUSED, pause=Pause(Role.CLIENT, NOW, PauseCause.CLIENT))
        assert diary.changeable(paused, [GOOD.start, GOOD.start], Role.FREELANCER, NOW) == [GOOD.start]
        no = diary.changeable(paused, [NOW, GOOD.start], Role.FREELANCER, datetime(2026, 11, 30, 12, tzinfo=UTC))
        assert isinstance(no, Refused)
        assert (no.code, [field for field, _ in no.errors]) == ("week_locked", ["starts.0", "starts.1"])

    def test_the_end_of_time_is_not_locked(self) -> None:
        last = datetime(9999, 12, 31, 23, 50, tzinfo=UTC)
        assert diary.changeable(CONTRACT, [last], Role.FREELANCER, NOW) == [last]

    def test_only_the_freelancer_deletes(self) -> None:
        no = diary.changeable(CONTRACT, [GOOD.start], Role.CLIENT, NOW)
        assert isinstance(no, Refused)
        assert no.kind == Kind.ROLE

    def test_memos_are_written_anew_until_the_lock_also_of_time_entered_by_hand(self) -> None:
        by_tracker = replace(CONTRACT, hourly=(HourlyTerms(MONDAY, 4_000),))
        assert diary.rewrite(by_tracker, [replace(GOOD, manual=True)], Role.FREELANCER, NOW) is None
        no = diary.rewrite(by_tracker, [GOOD], Role.FREELANCER, datetime(2026, 11, 30, 12, tzinfo=UTC))
        assert no is not None
        assert no.code == "week_locked"


class TestProtection:
    def test_covers_tracked_time_with_a_memo_and_activity(self) -> None:
        assert diary.uncovered(GOOD) == ()

    @pytest.mark.parametrize(
        ("segment", "reason"),
        [
            (replace(GOOD, manual=True, activity=0), diary.BY_HAND),
            (replace(GOOD, memo="  "), diary.NO_MEMO),
            (replace(GOOD, memo="more work on stuff"), diary.VAGUE_MEMO),
            (replace(GOOD, activity=0), diary.NO_ACTIVITY),
            (replace(GOOD, late=True), diary.AFTER_THE_END),
        ],
    )
    def test_does_not_cover_and_says_why(self, segment: Segment, reason: object) -> None:
        assert diary.uncovered(segment) == (reason,)

    def test_does_not_cover_what_is_over_the_limit(self) -> None:
        assert diary.uncovered(GOOD, is_over_limit=True) == (diary.OVER_THE_LIMIT,)

    def test_tells_every_reason(self) -> None:
        assert len(diary.uncovered(replace(GOOD, memo="", activity=0, late=True), is_over_limit=True)) == 4

    @pytest.mark.parametrize(
        ("memo", "says"),
        [
            ("Logo", True),
            ("Fix login", True),
            ("Werbetexte", True),
            ("修正", True),
            ("дизайн", True),
            ("PR #12", False),
            ("work", False),
            ("Work in the time", False),
            ("123 456", False),
            ("…", False),
        ],
    )
    def test_wants_a_memo_that_says_what_was_done(self, memo: str, says: bool) -> None:
        assert diary.says_what_was_done(memo) == says

    def test_the_limit_takes_the_first_hours_of_the_week(self) -> None:
        week = Week(MONDAY, logged=bitmap(range(100, 112)))
        assert diary.over_limit(week, HourlyTerms(MONDAY, 1, 1)) == bitmap(range(106, 112))
        assert diary.over_limit(week, HourlyTerms(MONDAY, 1, None)) == 0
        billed = replace(week, status=WeekStatus.IN_REVIEW, minutes=30)
        assert diary.over_limit(billed, HourlyTerms(MONDAY, 1, None)) == bitmap(range(103, 112))


minutes = st.integers(0, 3_000)


class TestStretches:
    BEGIN = datetime(2027, 12, 31, 22, 0, tzinfo=UTC)
    """A week's Friday whose hours run into another year."""

    def test_count_a_segment_of_which_at_least_half_was_worked(self) -> None:
        def at(minute: float) -> datetime:
            return self.BEGIN + timedelta(minutes=minute)

        assert diary.worked_slots([(at(3), at(12))]) == [at(0)]
        assert diary.worked_slots([(at(5), at(15))]) == [at(0), at(10)]
        assert diary.worked_slots([(at(5.5), at(14.5))]) == []
        assert diary.worked_slots([(at(0), at(3)), (at(7), at(9))]) == [at(0)]
        assert diary.worked_slots([(at(0), at(4)), (at(1), at(4))]) == []

    @given(st.lists(st.tuples(minutes, minutes), max_size=8))
    def test_come_to_as_many_segments_as_counting_minute_by_minute(self, pairs: list[tuple[int, int]]) -> None:
        stretches = [(min(pair), max(pair)) for pair in pairs]
        worked = {minute for begin, end in stretches for minute in range(begin, end)}
        expected = [slot for slot in range(301) if sum(slot * 10 + m in worked for m in range(10)) >= 5]
        moments = [(self.BEGIN + timedelta(minutes=a), self.BEGIN + timedelta(minutes=b)) for a, b in stretches]
        assert diary.worked_slots(moments) == [self.BEGIN + timedelta(minutes=10 * slot) for slot in expected]


@given(
    st.timedeltas(timedelta(0), timedelta(days=2_200)).map(lambda since: datetime(2024, 2, 20, tzinfo=UTC) + since),
    st.timedeltas(timedelta(days=-9), timedelta(days=9)),
)
def test_whatever_the_date_a_segment_is_taken_exactly_from_its_start_to_its_weeks_lock(
    at: datetime, distance: timedelta
) -> None:
    start = at - timedelta(minutes=at.minute % 10, seconds=at.second, microseconds=at.microsecond)
    now = start + distance
    contract = replace(
        CONTRACT, accepted_at=start - timedelta(days=1), hourly=(HourlyTerms(monday_of(start - timedelta(9)), 1),)
    )
    monday = monday_of(start)
    assert opens(monday) + slot_of(start) * diary.SEGMENT == start
    takes = start <= now < opens(monday) + timedelta(days=7, hours=12)
    assert isinstance(diary.log(contract, [replace(GOOD, start=start)], Role.FREELANCER, now), list) == takes
