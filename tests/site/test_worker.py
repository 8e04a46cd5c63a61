"""The worker does its duties over and over, and one that fails does not keep it from the others."""

from __future__ import annotations

import threading

import pytest

from amicable.site import worker
from amicable.site.worker import now_and_then, work

pytestmark = pytest.mark.django_db


class Rounds:
    """A duty that stops the worker after some rounds."""

    def __init__(self, rounds: int) -> None:
        self.left = rounds
        self.stop = threading.Event()

    def __call__(self) -> int:
        self.left -= 1
        if self.left == 0:
            self.stop.set()
        return 1


def test_duties_come_round_until_the_worker_is_told_to_stop() -> None:
    rounds = Rounds(3)
    work([rounds], rounds.stop)
    assert rounds.left == 0


def test_a_failed_duty_is_tried_again_and_the_others_are_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE_AFTER_FAILURE", 0.0)
    tried: list[str] = []

    def failing() -> int:
        tried.append("failing")
        raise RuntimeError("out of order")

    rounds = Rounds(2)
    work([failing, rounds], rounds.stop)
    assert tried == ["failing", "failing"]
    assert rounds.left == 0


def test_the_worker_rests_when_nothing_is_left_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    rested: list[float] = []
    stop = threading.Event()

    def wait(seconds: float) -> bool:
        rested.append(seconds)
        stop.set()
        return True

    monkeypatch.setattr(stop, "wait", wait)
    work([lambda: 0], stop)
    assert rested == [worker.PAUSE]


def test_a_duty_for_now_and_then_is_done_once_in_its_time_and_calls_for_no_other_round() -> None:
    rare, often = Rounds(10), Rounds(10)
    for duty in (now_and_then(rare, 60), now_and_then(often, 0)):
        assert [duty(), duty()] == [0, 0]
    assert (rare.left, often.left) == (9, 8)
