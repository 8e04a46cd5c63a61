"""A contract in every state that it can be in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

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
    charge = play.history[-2].charge
    assert charge is not None, "the card has paid just now"
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
    "ended paid": lambda: _acted(_two().submitted(), Role.CLIENT, "end", reason="completed", escrow="release"),
    "ended with sealed feedback": lambda: _reviewed(Role.CLIENT),
    "ended with feedback of one": lambda: _waited(_reviewed(Role.CLIENT), 14),
    "ended with feedback of both": lambda: _waited(_reviewed(Role.CLIENT, Role.FREELANCER), 0),
    "ended with feedback unlocked": lambda: _acted(
        _waited(_reviewed(Role.CLIENT, Role.FREELANCER), 1), Role.FREELANCER, "unlock_feedback"
    ),
    "hours offered": lambda: Play.hourly_offer("40.00"),
    "hours": lambda: Play.hourly(),
    "hours logged": _hours,
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
