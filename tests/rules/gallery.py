"""A contract in every state that it can be in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from amicable.rules.feedback import CATEGORIES
from amicable.rules.parts import Role
from rules.play import MONDAY, Play, days


def _acted(play: Play, by: Role, action: str, **params: object) -> Play:
    play.do(by, action, **params)
    return play


def _waited(play: Play, count: float) -> Play:
    play.wait(days(count))
    return play


def _asking(play: Play) -> Play:
    return _acted(play.accepted(), Role.CLIENT, "fund", milestone=play.id(1))


def _paid_in_part() -> Play:
    play = Play("500.00", "300.00").funded()
    return _acted(play, Role.CLIENT, "approve", milestone=play.id(1), amount="200.00")


def _asked_back_while_paying() -> Play:
    play = Play("500.00", "300.00").submitted().asked_back()
    return _acted(play, Role.CLIENT, "pay", amount="10.00", note="For the trouble.")


def _reviewed(*sides: Role) -> Play:
    play = _acted(_two().submitted(), Role.CLIENT, "end", reason="completed", escrow="release")
    for side in sides:
        play.review(side, 5)
    return play


def _counter() -> Play:
    play = _acted(_two().funded(), Role.CLIENT, "propose_cancellation", note="Stop?", release="100.00")
    return _acted(play, Role.FREELANCER, "propose_cancellation", note="For less not.", release="300.00")


def _raised() -> Play:
    play = _two().funded()
    listed = [{"id": play.id(1), "title": "Part 1", "amount": "600.00"}, {"title": "Part 3", "amount": "50.00"}]
    _acted(play, Role.FREELANCER, "propose_terms", note="More pages.", milestones=listed)
    return _acted(play, Role.CLIENT, "accept_terms", proposal=play.contract.proposals[0].id)


def _no_rounds_left() -> Play:
    play = _two().funded()
    _acted(play, Role.CLIENT, "propose_terms", note="One round.", change_rounds=1)
    _acted(play, Role.FREELANCER, "accept_terms", proposal=play.contract.proposals[0].id)
    _acted(play.submitted(), Role.CLIENT, "request_changes", milestone=play.id(1), note="Once.")
    return play.submitted()


def _refund_requested() -> Play:
    return _acted(_paid_in_part(), Role.CLIENT, "request_refund", amount="50.00", note="It does not work.")


def _reopening_asked() -> Play:
    play = _acted(_two().funded(), Role.CLIENT, "end", reason="completed", escrow="release")
    return _acted(play, Role.FREELANCER, "propose_reopening", note="There is more.")


def _in_dispute_in_part() -> Play:
    play = _two().submitted()
    return _acted(play, Role.CLIENT, "open_dispute", reason="A page is missing.", about="escrow", amount="100.00")


def _withdrawn(play: Play, by: Role) -> Play:
    return _acted(play, by, "withdraw_dispute")


def _in_review_after_a_dispute() -> Play:
    play = _acted(_two().submitted(), Role.FREELANCER, "open_dispute", reason="No word of them.", about="escrow")
    return _withdrawn(_acted(play, Role.CLIENT, "end", reason="quality"), Role.FREELANCER)


def _about_what_was_paid() -> Play:
    play = _acted(_two().submitted(), Role.CLIENT, "approve", milestone=_two().id(1))
    play.wait(days(2))
    return _acted(play, Role.CLIENT, "open_dispute", reason="It broke.", about="refund", amount="200.00")


def _offers_crossing() -> Play:
    play = _two().submitted().disputed()
    _acted(play, Role.CLIENT, "offer_settlement", release="100.00", note="For the draft.")
    return _acted(play, Role.FREELANCER, "offer_settlement", release="400.00", note="Most of it is there.")


def _small_claim() -> Play:
    play = Play("60.00", "300.00").submitted().disputed()
    _acted(play, Role.CLIENT, "offer_settlement", release="10.00")
    play.wait(days(5))
    _acted(play, Role.FREELANCER, "offer_settlement", release="50.00")
    play.wait(days(5))
    return _acted(play, Role.MEDIATOR, "ask", note="What was agreed?")


def _split_proposed() -> Play:
    play = _two().submitted().answered()
    return _acted(play, Role.MEDIATOR, "propose_split", release="250.00", reason="Half of it is there.")


def _appealed(first: str = "max") -> Play:
    play = _two().submitted().answered()
    play.done_by(first, Role.MEDIATOR, "decide", release="100.00", reason="So.")
    return _acted(play, Role.CLIENT, "appeal", note="You have not seen the last file.")


def _taken_back(play: Play) -> Play:
    charge = [one.charge for one in play.history if one.charge][-1]
    fee = play.contract.money(charge.fee).decimal
    amount = play.contract.money(charge.amount).decimal
    return _acted(
        play, Role.NOBODY, "charge_disputed", charge=charge.id, amount=amount, fee=fee, milestone=charge.milestone
    )


def _decided_by_bank(decision: str) -> Play:
    play = _taken_back(_two().funded())
    return _acted(play, Role.NOBODY, decision, charge=play.contract.chargebacks[0].charge)


def _two() -> Play:
    return Play("500.00", "300.00")


def _hours() -> Play:
    return Play.hourly(weekly_limit_hours=5).log(MONDAY, 430)


def _billed() -> Play:
    play = _hours()
    play.wait_until(datetime(2026, 11, 9, 12, tzinfo=UTC))
    return play


def _carded(*, pays: bool = True) -> Play:
    play = _billed()
    play.week_card(pays=pays)
    return play


def _hours_paid() -> Play:
    return _waited(_carded(), 5)


def _hours_disputed() -> Play:
    play = Play.hourly().log(MONDAY, 300).log(MONDAY + days(1), 130, covered=False)
    play.wait_until(datetime(2026, 11, 9, 12, tzinfo=UTC))
    play.week_card()
    return _acted(play, Role.CLIENT, "dispute_hours", week="2026-11-02", minutes=200, reason="Nothing was done.")


def _hours_contested() -> Play:
    play = _hours_disputed()
    return _acted(play, Role.FREELANCER, "contest_hours_dispute", proposal=play.contract.proposals[0].id)


# What can be said, answered and decided while a contract goes on, is paused, or has ended


def _ended_paid() -> Play:
    return _acted(_two().submitted(), Role.CLIENT, "end", reason="completed", escrow="release")


def _paused() -> Play:
    return _acted(_hours_paid(), Role.CLIENT, "pause")


def _asked_all(play: Play) -> Play:
    """All that can be asked of the other side without a clock."""
    _acted(play, Role.CLIENT, "propose_terms", note="More of it.", description="All of it.")
    _acted(play, Role.FREELANCER, "propose_cancellation", note="It cannot be done.", release="0")
    return _acted(play, Role.CLIENT, "request_refund", amount="10.00", note="It does not work.")


def _opened(play: Play) -> Play:
    _acted(play, Role.CLIENT, "open_dispute", reason="It broke.", about="refund", amount="20.00")
    return _acted(play, Role.CLIENT, "request_refund", amount="5.00", note="This did too.")


def _talked(play: Play) -> Play:
    _acted(_opened(play), Role.FREELANCER, "offer_settlement", release="15.00")
    _acted(play, Role.CLIENT, "offer_settlement", release="5.00")
    _acted(play, Role.MEDIATOR, "propose_split", release="10.00", reason="Half of it works.")
    return _acted(play, Role.CLIENT, "accept_split", proposal=play.contract.proposals[-1].id)


def _ruled(play: Play, mediator: str = "mia") -> Play:
    _talked(play).done_by(mediator, Role.MEDIATOR, "decide", release="8.00", reason="Less than half works.")
    return play


def _ruled_twice(play: Play) -> Play:
    return _acted(_ruled(play, "max"), Role.FREELANCER, "appeal", note="More than half does.")


def _paying(play: Play) -> Play:
    return _acted(play, Role.CLIENT, "pay", amount="10.00", note="For the trouble.")


def _settling_while_paying() -> Play:
    play = _acted(_two().submitted(), Role.CLIENT, "open_dispute", reason="Late.", about="escrow", amount="20.00")
    _acted(play, Role.FREELANCER, "offer_settlement", release="15.00")
    _acted(play, Role.CLIENT, "offer_settlement", release="5.00")
    _acted(play, Role.MEDIATOR, "propose_split", release="10.00", reason="Half of it is there.")
    _acted(play, Role.CLIENT, "propose_terms", note="More of it.", description="All of it.")
    return _paying(play)


def _two_disputes_while_ending() -> Play:
    play = _paid_in_part().submitted()
    _acted(play, Role.CLIENT, "open_dispute", reason="A page is missing.", about="escrow", amount="100.00")
    _acted(play, Role.FREELANCER, "open_dispute", reason="No word of them.", about="escrow")
    _acted(play, Role.CLIENT, "end", reason="quality")
    return _acted(play, Role.CLIENT, "request_refund", amount="10.00", note="It does not work.")


def _asked_for_what_is_gone() -> Play:
    play = _waited(_refund_requested(), 5)
    play.withdraw(play.contract.freelancer_available)
    return play


def _extended() -> Play:
    return _acted(_two().submitted(), Role.FREELANCER, "extend_clock", clock="submission_unanswered")


def _dispute_of_hours(play: Play) -> Play:
    return _acted(play, Role.CLIENT, "dispute_hours", week="2026-11-02", minutes=20, reason="Nothing was done.")


def _contested_and_another_week() -> Play:
    play = _hours_contested().log(datetime(2026, 11, 10, 9, tzinfo=UTC), 60)
    return _acted(play, Role.CLIENT, "end", reason="other")


def _another_week_billed() -> Play:
    play = _contested_and_another_week()
    play.wait_until(datetime(2026, 11, 16, 12, tzinfo=UTC))
    return play


def _another_week_in_review() -> Play:
    play = _another_week_billed()
    play.week_card()
    return play


def _reopening_unpaid() -> Play:
    play = _acted(_carded(pays=False), Role.CLIENT, "end", reason="other")
    return _acted(play, Role.FREELANCER, "propose_reopening", note="There is more.")


def _unlocked() -> Play:
    return _acted(_waited(_reviewed(Role.CLIENT, Role.FREELANCER), 1), Role.FREELANCER, "unlock_feedback")


def _responded_and_edited() -> Play:
    play = _acted(_unlocked(), Role.FREELANCER, "respond_feedback", comment="I see it otherwise.")
    _acted(play, Role.CLIENT, "edit_feedback", stars=dict.fromkeys(CATEGORIES, 4), comment="So be it.")
    return play


MEDIATED: dict[str, Callable[[Play], Play]] = {
    "opened": _opened,
    "answered": _talked,
    "ruled": _ruled,
    "appealed": _ruled_twice,
}
"""What was paid is in dispute: how far that has come."""
MEANWHILE: dict[str, Callable[[], Play]] = {"active": _paid_in_part, "paused": _paused, "ended": _ended_paid}


STATES: dict[str, Callable[[], Play]] = {
    "offered": _two,
    "declined": lambda: _acted(_two(), Role.FREELANCER, "decline"),
    "withdrawn": lambda: _acted(_two(), Role.CLIENT, "withdraw"),
    "expired": lambda: _waited(_two(), 7),
    "active": lambda: _two().accepted(),
    "funding": lambda: _asking(_two()),
    "funded": lambda: _two().funded(),
    "submitted": lambda: _two().submitted(),
    "paid in part": _paid_in_part,
    "paid by silence": lambda: _waited(_two().submitted(), 14),
    "asked back": lambda: _two().submitted().asked_back("200.00"),
    "asked back while paying": _asked_back_while_paying,
    "disputed": lambda: _two().submitted().disputed(),
    "answered": lambda: _two().submitted().answered(),
    "decided": lambda: _acted(_two().submitted().answered(), Role.MEDIATOR, "decide", release="1.00", reason="So."),
    "opened by the client": lambda: _acted(
        _two().funded(), Role.CLIENT, "open_dispute", reason="Late.", about="escrow"
    ),
    "in dispute in part": _in_dispute_in_part,
    "about what was paid": _about_what_was_paid,
    "withdrawn by the client": lambda: _withdrawn(_in_dispute_in_part(), Role.CLIENT),
    "contested and withdrawn": lambda: _withdrawn(_two().submitted().answered(), Role.FREELANCER),
    "about what was paid, and withdrawn": lambda: _withdrawn(_about_what_was_paid(), Role.CLIENT),
    "offers crossing": _offers_crossing,
    "small claim": _small_claim,
    "asked by a mediator": lambda: _acted(_two().submitted().answered(), Role.MEDIATOR, "ask", note="When?"),
    "split proposed": _split_proposed,
    "split accepted by one": lambda: _acted(
        _split_proposed(), Role.CLIENT, "accept_split", proposal=_split_proposed().contract.proposals[0].id
    ),
    "appealed": _appealed,
    "appealed from this mediator": lambda: _appealed(first="mia"),
    "taken back by the bank": lambda: _taken_back(_two().funded()),
    "won back from the bank": lambda: _decided_by_bank("chargeback_won"),
    "lost to the bank": lambda: _decided_by_bank("chargeback_lost"),
    "in review": lambda: _acted(_two().submitted(), Role.FREELANCER, "end", reason="scope_changed"),
    "in review after a dispute": _in_review_after_a_dispute,
    "ended unpaid": lambda: _waited(_two().funded().asked_back(), 7),
    "ended paid": _ended_paid,
    "ended with sealed feedback": lambda: _reviewed(Role.CLIENT),
    "ended with feedback of one": lambda: _waited(_reviewed(Role.CLIENT), 14),
    "ended with feedback of both": lambda: _waited(_reviewed(Role.CLIENT, Role.FREELANCER), 0),
    "ended with feedback unlocked": _unlocked,
    "hours offered": lambda: Play.hourly_offer("40.00"),
    "hours": lambda: Play.hourly(),
    "hours logged": _hours,
    "hours by hand": lambda: _acted(_hours(), Role.CLIENT, "allow_manual_time"),
    "hours by hand and paused": lambda: _acted(
        _acted(_hours(), Role.CLIENT, "allow_manual_time"), Role.CLIENT, "pause"
    ),
    "hours paused": lambda: _acted(_hours(), Role.CLIENT, "pause"),
    "hours billed": _billed,
    "hours unpaid": lambda: _carded(pays=False),
    "hours in review": _carded,
    "hours paid": _hours_paid,
    "hours disputed": _hours_disputed,
    "hours contested": _hours_contested,
    "hours contested and withdrawn": lambda: _withdrawn(_hours_contested(), Role.CLIENT),
    "hours disputed after review": lambda: _waited(_hours_contested(), 5),
    "hours ended while disputed": lambda: _acted(_hours_disputed(), Role.CLIENT, "end", reason="other"),
    "hours ended": lambda: _acted(_hours(), Role.CLIENT, "end", reason="completed"),
    "terms proposed": lambda: _acted(_two().funded(), Role.FREELANCER, "propose_terms", note="Why.", description="So."),
    "terms raised": _raised,
    "no rounds left": _no_rounds_left,
    "two cancellations": _counter,
    "refund requested": _refund_requested,
    "reopening asked": _reopening_asked,
    "soon dormant": lambda: _waited(_two().funded(), 76),
    "dormant": lambda: _waited(_two().funded(), 90),
    "dormant for the freelancer": lambda: _waited(_two().funded(), 97),
    "ended a year ago": lambda: _waited(_acted(_two().accepted(), Role.CLIENT, "end", reason="other"), 365),
}

MORE: dict[str, Callable[[], Play]] = {
    "offer countered": lambda: _acted(_two(), Role.FREELANCER, "propose_terms", note="Why.", description="So."),
    "asked everything": lambda: _asked_all(_paid_in_part()),
    "paused and asked everything": lambda: _asked_all(_paused()),
    "ended and asked for a refund": lambda: _acted(
        _ended_paid(), Role.CLIENT, "request_refund", amount="5.00", note="It broke."
    ),
    "asked for a refund that is not there": _asked_for_what_is_gone,
    "ended while paying": lambda: _paying(_ended_paid()),
    "paused while paying": lambda: _paying(_paused()),
    "settling while paying": _settling_while_paying,
    "appealed while paying": lambda: _paying(_appealed()),
    "to be ended together while paying": lambda: _paying(_counter()),
    "two disputes while ending": _two_disputes_while_ending,
    "two disputes while ending, one with an offer": lambda: _acted(
        _two_disputes_while_ending(), Role.FREELANCER, "offer_settlement", release="10.00"
    ),
    "asked back beside a dispute": lambda: _acted(
        _in_dispute_in_part(), Role.CLIENT, "end", reason="quality", escrow="refund"
    ),
    "taken back by the bank when it was in dispute": lambda: _taken_back(_in_dispute_in_part()),
    "taken back by the bank while ending": lambda: _taken_back(_two().submitted().asked_back()),
    "all of it in dispute": lambda: _acted(
        _two().submitted(), Role.CLIENT, "open_dispute", reason="Late.", about="escrow"
    ),
    "hours declined": lambda: _acted(Play.hourly_offer("40.00"), Role.FREELANCER, "decline"),
    "everything paid": lambda: _acted(Play("500.00").funded(), Role.CLIENT, "approve", milestone=Play("500.00").id(1)),
    "review extended": _extended,
    "taken back by the bank after the end": lambda: _taken_back(_ended_paid()),
    "hours in review, paused": lambda: _acted(_carded(), Role.CLIENT, "pause"),
    "hours in review, ended": lambda: _acted(_carded(), Role.CLIENT, "end", reason="other"),
    "hours disputed, paused": lambda: _acted(_dispute_of_hours(_carded()), Role.CLIENT, "pause"),
    "hours disputed, paused, to be ended together": lambda: _acted(
        _acted(_hours_contested(), Role.CLIENT, "pause"),
        Role.FREELANCER,
        "propose_cancellation",
        note="It cannot be done.",
        release="0",
    ),
    "hours disputed after the end": lambda: _dispute_of_hours(_acted(_carded(), Role.CLIENT, "end", reason="other")),
    "hours billed, ended": lambda: _acted(_billed(), Role.CLIENT, "end", reason="other"),
    "hours billed, paused": lambda: _acted(_billed(), Role.CLIENT, "pause"),
    "hours ended while disputed, another week open": _contested_and_another_week,
    "hours ended while disputed, another week billed": _another_week_billed,
    "hours ended while disputed, another week in review": _another_week_in_review,
    "hours unpaid, to be reopened": _reopening_unpaid,
    "ended with feedback unlocked long ago": lambda: _waited(_unlocked(), 14),
    "ended with feedback answered and changed": _responded_and_edited,
    "ended with feedback long ago": lambda: _waited(_reviewed(Role.CLIENT, Role.FREELANCER), 28),
    **{
        f"{stage} about what was paid, {status}": partial(lambda to, begin: to(begin()), to, begin)
        for status, begin in MEANWHILE.items()
        for stage, to in MEDIATED.items()
    },
}
"""Where what can be done is done at another status, or is refused for another reason, than in those above."""
ALL = STATES | MORE
