"""`amicable track` against a real server: what is worked is logged, and what is not logged is said."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from pytest_django.live_server_helper import LiveServer

from amicable.contracts import clock
from amicable.contracts.models import Contract
from amicable.diary.models import Segment
from amicable.people.models import Token
from amicable.site.cli import main
from amicable.site.remote import Remote
from amicable.site.track import NOT_ALL, Outbox, Tracker
from deals import Deal
from servers import environment

MINUTE = timedelta(minutes=1)


class Desk:
    """A freelancer's machine, whose clock runs as fast as one likes. What is planned happens at its minute."""

    knows_the_time = True

    def __init__(self, deal: Deal, remote: Remote, activity: int = 7) -> None:
        self.began = deal.at
        self.time = deal.at
        self.outbox = Outbox(remote, deal.contract.id, "Checkout page", activity)
        self.wrong_by = timedelta()
        self.tracker = Tracker(self.outbox, lambda: self.time + self.wrong_by, self.wait, self.set_right)
        self.plans: dict[int, Callable[[], object]] = {}

    def wait(self, seconds: float) -> None:
        """A second takes half a minute here."""
        del seconds
        before = (self.time - self.began) // MINUTE
        self.time += MINUTE / 2
        clock.move_at_least(self.time)
        minute = (self.time - self.began) // MINUTE
        if minute != before and minute in self.plans:
            self.plans[minute]()

    def at(self, minute: int, plan: Callable[[], object]) -> Desk:
        """Have something happen so many minutes after the beginning."""
        self.plans[minute] = plan
        return self

    def stop_at(self, minute: int) -> Desk:
        """Press Ctrl-C then."""
        return self.at(minute, press_ctrl_c)

    def sleep(self, minutes: int) -> None:
        """The machine sleeps."""
        self.time += minutes * MINUTE
        clock.move_at_least(self.time)

    def put_clock(self, minutes: int) -> None:
        """Somebody puts the machine's clock."""
        self.wrong_by += minutes * MINUTE

    def set_right(self) -> None:
        if self.knows_the_time:
            self.wrong_by = timedelta()

    def run(self) -> int:
        return self.tracker.run()


def press_ctrl_c() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def deal(live_server: LiveServer) -> Deal:
    """An hourly contract, on a server whose clock stands where the deal is: at 09:03."""
    del live_server
    deal = Deal.hourly("USD", "40.00", weekly_limit_hours=1)
    deal.at += 3 * MINUTE
    clock.start(deal.at)
    return deal


@pytest.fixture
def remote(live_server: LiveServer, deal: Deal) -> Remote:
    return Remote(live_server.url, Token.issue(deal.freelancer))


@pytest.fixture
def desk(deal: Deal, remote: Remote) -> Desk:
    return Desk(deal, remote)


def logged() -> list[str]:
    return [f"{start:%H:%M}" for start in Segment.objects.order_by("start").values_list("start", flat=True)]


def test_each_segment_is_logged_when_it_is_over(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    seen: dict[int, list[str]] = {}
    for minute in (6, 8, 16, 18):
        desk.at(minute, lambda minute=minute: seen.update({minute: logged()}))  # type: ignore[misc]
    assert desk.stop_at(26).run() == 0

    assert seen == {6: [], 8: ["09:00"], 16: ["09:00"], 18: ["09:00", "09:10"]}
    assert logged() == ["09:00", "09:10", "09:20"]
    assert list(Segment.objects.values_list("memo", "activity", "manual").distinct()) == [("Checkout page", 7, False)]
    said = capsys.readouterr().out
    assert said.count("logged, covered by hourly protection.") == 3
    assert "Logged 0:30, of which hourly protection covers 0:30." in said


def test_a_segment_of_which_less_than_half_was_tracked_does_not_count(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.stop_at(4).run() == 0
    assert logged() == []
    assert "Of no segment of 10 minutes the half was tracked." in capsys.readouterr().out


def test_time_in_which_the_computer_sleeps_does_not_count(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.at(8, lambda: desk.sleep(60)).stop_at(90).run()

    assert logged() == ["09:00", "10:10", "10:20"]
    assert "The computer slept from" in capsys.readouterr().out


@pytest.mark.parametrize("minutes", [-60, 60])
def test_a_clock_that_is_put_does_not_move_what_is_tracked(
    desk: Desk, capsys: pytest.CaptureFixture[str], minutes: int
) -> None:
    assert desk.at(8, lambda: desk.put_clock(minutes)).stop_at(28).run() == 0
    assert logged() == ["09:00", "09:10", "09:20"]
    assert "slept" not in capsys.readouterr().out


def test_a_clock_that_was_put_back_is_told_where_the_servers_is_not_known(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.knows_the_time = False
    desk.at(28, lambda: desk.put_clock(-10)).stop_at(48).run()
    assert logged() == ["09:00", "09:10", "09:20", "09:30"]
    assert "The clock was put back from" in capsys.readouterr().out


def test_why_time_is_not_covered_is_said(deal: Deal, remote: Remote, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(deal, remote, activity=0)
    assert desk.stop_at(66).run() == 0

    said = capsys.readouterr().out
    assert "not covered: There was no activity in these ten minutes." in said
    assert "It is over the weekly limit: kept and shown, but not billed." in said
    assert "Logged 1:10, of which hourly protection covers 0:00." in said


def test_what_cannot_be_sent_is_kept_and_sent_later(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    url = desk.outbox.remote.url

    def unplugged() -> None:
        desk.outbox.remote = Remote("http://127.0.0.1:9", desk.outbox.remote.token)

    def plugged_in() -> None:
        desk.outbox.remote = Remote(url, desk.outbox.remote.token)

    desk.at(1, unplugged).at(29, plugged_in)
    assert desk.stop_at(39).run() == 0
    assert logged() == ["09:00", "09:10", "09:20", "09:30"]
    said = capsys.readouterr().out
    assert "http://127.0.0.1:9 cannot be reached: Connection refused. 0:10 is kept; the next try is in 5 sec" in said
    waits = [int(line.split()[-2]) for line in said.splitlines() if "the next try is in" in line]
    assert waits[:4] == [5, 10, 20, 40]
    assert max(waits) <= 300
    assert "Not logged" not in said


def test_after_ctrl_c_it_goes_on_trying_until_somebody_gives_up(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.outbox.remote = Remote("http://127.0.0.1:9", desk.outbox.remote.token)
    assert desk.stop_at(8).at(12, press_ctrl_c).run() == NOT_ALL

    said = capsys.readouterr().out
    assert "Press Ctrl-C again to give up." in said
    assert "Logged 0:00" in said
    assert f"Not logged: {desk.began.astimezone():%H}:00 to" in said


def test_a_segment_that_is_refused_does_not_keep_the_others_back(
    deal: Deal, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Deal.hourly("USD", "50.00", freelancer=deal.freelancer, title="Blog")
    elsewhere = Outbox(desk.outbox.remote, other.contract.id, "Posts", 5, kept=[deal.at + 7 * MINUTE])
    box = desk.outbox
    box.kept += [deal.at + minutes * MINUTE for minutes in (-3, 7, 17)]
    clock.move_at_least(deal.at + 30 * MINUTE)
    elsewhere.send(deal.at)
    box.send(deal.at)

    assert (box.kept, box.logged) == ([], 2)
    assert [start for start in box.why_not] == [deal.at + 7 * MINUTE]
    assert "NOT logged: Mon 2 Mar 2026, 09:10 UTC is logged on “Blog” already" in capsys.readouterr().out


def test_while_the_contract_is_paused_time_is_kept(deal: Deal, desk: Desk) -> None:
    stored = Contract.objects.filter(id=deal.contract.id)
    desk.at(2, lambda: stored.update(status="paused")).at(21, lambda: stored.update(status="active"))
    assert desk.stop_at(27).run() == 0

    assert logged() == ["09:00", "09:10", "09:20"]


def test_when_the_contract_is_ended_tracking_ends_too(
    deal: Deal, desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    def end() -> None:
        deal.at = desk.time
        deal.does(deal.freelancer, "end", reason="completed")

    assert desk.at(9, end).run() == NOT_ALL
    assert logged() == ["09:00"]
    assert "NOT logged" in capsys.readouterr().out
    assert desk.time - desk.began < 20 * MINUTE


def test_when_the_client_has_ended_the_contract_what_was_worked_before_is_logged(deal: Deal, desk: Desk) -> None:
    def end() -> None:
        deal.at = desk.time
        deal.does(deal.client, "end", reason="completed")

    assert desk.at(9, end).run() == NOT_ALL
    assert logged() == ["09:00", "09:10"]
    assert desk.time - desk.began < 30 * MINUTE


@pytest.fixture
def shell(live_server: LiveServer, deal: Deal, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command with the freelancer's token, or with other settings."""

    def run(contract: str = deal.contract.id, who: object = deal.freelancer, **environment: str) -> int:
        monkeypatch.setenv("AMICABLE_URL", live_server.url)
        monkeypatch.setenv("AMICABLE_TOKEN", Token.issue(who))  # type: ignore[arg-type]
        for name, value in environment.items():
            monkeypatch.setenv(f"AMICABLE_{name}", value)
        return main(["track", contract, "--memo", "Checkout page"])

    return run


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"TOKEN": ""}, "Put your API token into AMICABLE_TOKEN first."),
        ({"TOKEN": "nobody's"}, "Nothing is tracked. Send a token that is valid"),
        ({"URL": "amicable.example"}, "should be an address such as https://amicable.example."),
        ({"URL": "http://127.0.0.1:9"}, "Nothing is tracked. http://127.0.0.1:9 cannot be reached"),
        ({"contract": "01a20af0-8a37-71e9-adcf-29034e1d7402"}, "There is no such contract among yours."),
        ({"contract": "../me"}, "is no id of a contract. Copy it from the contract's address."),
    ],
)
def test_why_tracking_cannot_begin_is_said(
    how: dict[str, str], said: str, shell: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(**how) == 1
    assert said in capsys.readouterr().err


def test_only_the_freelancer_of_an_active_hourly_contract_tracks(
    deal: Deal, shell: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell(who=deal.client) == 1
    fixed = Deal.struck("USD", "100.00", freelancer=deal.freelancer)
    assert shell(fixed.contract.id) == 1
    Contract.objects.filter(id=deal.contract.id).update(status="paused")
    assert shell() == 1

    said = capsys.readouterr().err
    for why in ("Only the freelancer tracks time", "This contract has a fixed price.", "The contract is paused"):
        assert why in said


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_command_runs_by_itself_and_stops_in_order(
    live_server: LiveServer, deal: Deal, end: signal.Signals
) -> None:
    where = {"AMICABLE_URL": live_server.url, "AMICABLE_TOKEN": Token.issue(deal.freelancer), "TZ": "UTC"}
    process = subprocess.Popen(
        [sys.executable, "-m", "amicable.site.cli", "track", deal.contract.id, "--memo", "work"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment() | where,
        # Where the tests themselves run in the background, Ctrl-C is ignored, and what they start would inherit that.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(6)]
    process.send_signal(end)
    rest, _ = process.communicate(timeout=30)

    assert said[0] == "Tracking “Logo” for Clara since 09:03 UTC.\n"
    assert "The memo does not say what was done" in said[1]
    assert "There was no activity" in said[2]
    assert "state with --activity" in said[3]
    assert "a sandbox, whose clock stands still" in said[4]
    assert "Ctrl-C stops." in said[5]
    assert "Stopped at 09:03." in rest
    assert process.returncode == 0
