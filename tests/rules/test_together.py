"""What both sides agree on: ending together, giving paid money back, reopening."""

from __future__ import annotations

from amicable.rules.contract import Status
from amicable.rules.outcome import Kind, Outcome
from amicable.rules.parts import MilestoneStatus, Proposal, Role
from rules.gallery import STATES
from rules.play import MONDAY, Play, days, moves, told


def offered(play: Play, by: Role, release: str) -> Proposal:
    """An offer to end the contract together."""
    play.do(by, "propose_cancellation", note="It is more work than we thought.", release=release)
    return next(p for p in play.contract.proposals if p.kind == "cancellation" and p.by == by)


# Ending together


def test_an_offer_to_end_together_changes_nothing_and_the_work_goes_on() -> None:
    play = Play("500.00").funded()
    asked = offered(play, Role.CLIENT, "200.00")
    assert (asked.amount, asked.release, asked.answer_by) == (50_000, 20_000, None)
    assert (play.contract.status, play.contract.escrow, moves(play.history[-1])) == (Status.ACTIVE, 50_000, [])
    play.submitted()
    assert play.contract.proposals == (asked,), "handing work in does not take the offer away"
    play.wait(days(14))
    assert play.contract.paid == 50_000, "nor does the offer stop a clock"
    assert play.contract.proposals == ()
    assert "has changed, so it is void" in told(play.history[-1])


def test_agreed_the_money_is_divided_at_once_and_nobody_is_at_fault() -> None:
    play = Play("500.00", "300.00").funded()
    asked = offered(play, Role.CLIENT, "200.00")
    outcome = play.freelancer("accept_cancellation", proposal=asked.id, note="Fair.")
    assert moves(outcome) == [
        ("escrow", "held", "180.00", "release"),
        ("escrow", "fees", "20.00", "service fee"),
        ("fee_held", "fees", "10.00", "client fee"),
        ("escrow", "client", "300.00", "escrow refund"),
        ("fee_held", "client", "15.00", "client fee returned"),
        ("client", "provider", "315.00", "refund to the card"),
    ]
    ending = play.contract.ending
    assert ending is not None
    assert (play.contract.status, play.contract.ended_at) == (Status.ENDED, MONDAY)
    assert (ending.reason, ending.agreed, ending.by) == ("mutual", True, Role.CLIENT)
    assert "by mutual agreement: nobody is at fault" in told(outcome)
    assert "left out of people's standing" in outcome.standing.tell()


def test_what_was_handed_in_is_paid_first() -> None:
    play = Play("500.00", "300.00").funded()
    play.client("approve", milestone=play.id(1), amount="100.00")
    play.submitted(2)
    asked = offered(play, Role.FREELANCER, "350.00")
    play.client("accept_cancellation", proposal=asked.id)
    assert [m.paid for m in play.contract.milestones] == [15_000, 30_000]


def test_nothing_in_escrow_is_ended_together_too() -> None:
    play = Play("500.00").accepted()
    asked = offered(play, Role.FREELANCER, "0")
    outcome = play.client("accept_cancellation", proposal=asked.id)
    assert (outcome.after, outcome.transfers) == (Status.ENDED, ())
    assert "not funded lapse" in told(outcome)


def test_a_counter_offer_is_ones_own_and_either_can_be_accepted() -> None:
    play = Play("500.00").funded()
    first = offered(play, Role.CLIENT, "100.00")
    counter = offered(play, Role.FREELANCER, "300.00")
    better = offered(play, Role.CLIENT, "200.00")
    assert play.contract.proposals == (counter, better), "a new offer makes way for one's own alone"
    assert play.refused(Role.FREELANCER, "accept_cancellation", proposal=first.id).code == "proposal_not_open"
    assert play.refused(Role.CLIENT, "accept_cancellation", proposal=better.id).kind == Kind.ROLE
    play.client("accept_cancellation", proposal=counter.id)
    assert play.contract.paid == 30_000


def test_declined_or_withdrawn_the_contract_goes_on_as_it_was() -> None:
    play = Play("500.00").funded()
    before = play.contract
    for by, action in ((Role.FREELANCER, "decline_cancellation"), (Role.CLIENT, "withdraw_cancellation")):
        asked = offered(play, Role.CLIENT, "0")
        outcome = play.do(by, action, proposal=asked.id, note="Please finish it.")
        assert "It goes on as it was" in told(outcome)
        assert (play.contract.status, play.contract.proposals) == (Status.ACTIVE, ())
        assert (play.contract.milestones, play.contract.terms) == (before.milestones, before.terms)


def test_no_more_than_the_escrow_is_released() -> None:
    play = Play("500.00").funded()
    refused = play.refused(Role.CLIENT, "propose_cancellation", note="Hm.", release="500.01")
    assert refused.kind == Kind.INVALID


def test_one_side_that_ends_the_contract_closes_the_offer_to_end_it_together() -> None:
    play = Play("500.00").funded()
    offered(play, Role.CLIENT, "100.00")
    play.freelancer("end", reason="no_longer_needed")
    assert (play.contract.status, play.contract.proposals) == (Status.ENDED, ())
    assert "end the contract together is closed" in told(play.history[-1])


# Paid money back


def requested(amount: str, *, paid: str = "500.00") -> tuple[Play, Proposal]:
    """A refund of paid money that is asked for."""
    play = Play(paid).funded()
    play.client("approve", milestone=play.id(1))
    play.client("request_refund", amount=amount, note="Half of it does not work.")
    return play, play.contract.proposals[0]


def test_a_request_for_paid_money_waits_and_silence_changes_nothing() -> None:
    play, asked = requested("250.00")
    assert (asked.kind, asked.amount, asked.answer_by) == ("refund", 25_000, None)
    assert "without an answer nothing changes" in told(play.history[-1])
    play.wait(days(400))
    assert play.contract.paid == 50_000
    assert play.contract.proposals == (asked,)


def test_agreed_the_money_goes_back_with_both_fees_on_it() -> None:
    play, asked = requested("250.00")
    outcome = play.freelancer("accept_refund", proposal=asked.id)
    assert moves(outcome) == [
        ("held", "client", "225.00", "refund"),
        ("fees", "client", "25.00", "service fee returned"),
        ("fees", "fee_held", "12.50", "client fee returned"),
        ("fee_held", "client", "12.50", "client fee returned"),
        ("client", "provider", "262.50", "refund to the card"),
    ]
    assert (play.contract.paid, play.contract.refunded, play.contract.proposals) == (25_000, 25_000, ())


def test_fees_go_back_to_the_cent_and_never_twice() -> None:
    play = Play("0.99").funded()
    play.client("approve", milestone=play.id(1))
    for amount in ("0.33", "0.33", "0.33"):
        play.client("request_refund", amount=amount, note="No.")
        play.freelancer("accept_refund", proposal=play.contract.proposals[0].id)
    assert (play.balance("fees"), play.balance("held"), play.balance("provider")) == ("0.00", "0.00", "0.00")
    assert play.refused(Role.CLIENT, "request_refund", amount="0.01", note="No.").code == "nothing_to_refund"


def test_declined_nothing_changes() -> None:
    play, asked = requested("250.00")
    outcome = play.freelancer("decline_refund", proposal=asked.id, note="It works on my machine.")
    assert (outcome.transfers, play.contract.dispute, play.contract.proposals) == ((), None, ())
    assert "declines to give 250.00 USD back" in told(outcome)


def test_a_part_that_is_given_answers_as_much_of_the_request() -> None:
    play, _ = requested("250.00")
    play.freelancer("give_refund", amount="100.00", note="For the broken page.")
    assert [p.amount for p in play.contract.proposals] == [15_000]
    assert "150.00 USD is still open" in told(play.history[-1])
    play.freelancer("give_refund", amount="200.00", note="Well then.")
    assert play.contract.proposals == ()


def test_no_more_can_be_asked_for_than_was_paid_in_180_days() -> None:
    play = Play("500.00", "300.00").funded()
    play.client("approve", milestone=play.id(1))
    play.wait(days(100))
    play.funded(2)
    play.client("approve", milestone=play.id(2))
    assert "800.00 USD was paid" in told(play.refused(Role.CLIENT, "request_refund", amount="800.01", note="No."))
    play.wait(days(80))
    assert "300.00 USD was paid" in told(play.refused(Role.CLIENT, "request_refund", amount="300.01", note="No."))
    play.wait(days(100))
    assert play.refused(Role.CLIENT, "request_refund", amount="0.01", note="No.").code == "nothing_to_refund"


def test_a_request_says_from_when_on_so_much_cannot_be_given_back_any_more() -> None:
    play = Play("500.00", "300.00").funded()
    play.client("approve", milestone=play.id(1))
    play.wait(days(100))
    play.funded(2)
    play.client("approve", milestone=play.id(2))
    asked = told(play.client("request_refund", amount="300.01", note="It is late."))
    assert "can be given back for 180 days, so much of it as is asked for until Sat 1 May 2027, 09:30 UTC" in asked
    request = play.contract.proposals[0]
    play.wait(days(79))
    assert isinstance(play.ask(Role.FREELANCER, "accept_refund", proposal=request.id), Outcome)
    play.wait(days(1))
    late = play.refused(Role.FREELANCER, "accept_refund", proposal=request.id)
    assert "at most 300.00 USD can be given back now" in told(late)
    play.wait(days(100))
    never = play.refused(Role.FREELANCER, "accept_refund", proposal=request.id)
    assert "at most 0.00 USD can be given back now: what was paid in the last 180 days" in told(never)


def test_one_request_is_open_at_a_time_and_can_be_taken_back() -> None:
    play, asked = requested("250.00")
    assert play.refused(Role.CLIENT, "request_refund", amount="1.00", note="No.").code == "refund_already_asked"
    assert play.refused(Role.FREELANCER, "withdraw_refund", proposal=asked.id).kind == Kind.ROLE
    play.client("withdraw_refund", proposal=asked.id)
    play.client("request_refund", amount="1.00", note="A symbol.")


def test_what_the_freelancer_has_not_cannot_be_agreed_to() -> None:
    play, asked = requested("250.00")
    play.wait(days(5))
    play.withdraw(40_000)
    refused = play.refused(Role.FREELANCER, "accept_refund", proposal=asked.id)
    assert refused.code == "not_enough_to_refund"
    assert "Give no more than that, or decline" in told(refused)
    play.freelancer("give_refund", amount="50.00", note="All I have.")


def test_a_request_outlives_the_end_of_the_contract() -> None:
    play, asked = requested("250.00")
    play.client("end", reason="completed")
    assert (play.contract.status, play.contract.proposals) == (Status.ENDED, (asked,))
    play.freelancer("accept_refund", proposal=asked.id)
    assert play.contract.refunded == 25_000


# Reopening, and paying after the end


def ended() -> Play:
    """An ended contract, one milestone paid and one not funded."""
    play = Play("500.00", "300.00").submitted()
    play.client("end", reason="completed", escrow="release")
    return play


def test_both_reopen_a_contract_and_what_had_lapsed_is_open_again() -> None:
    play = ended()
    play.wait(days(29))
    play.client("propose_reopening", note="There is more.")
    [asked] = play.contract.proposals
    assert (asked.kind, asked.answer_by) == ("reopening", None)
    assert play.refused(Role.CLIENT, "accept_reopening", proposal=asked.id).kind == Kind.ROLE
    outcome = play.freelancer("accept_reopening", proposal=asked.id)
    contract = play.contract
    assert (contract.status, contract.ended_at, contract.ending, contract.proposals) == (Status.ACTIVE, None, None, ())
    assert outcome.transfers == ()
    assert [m.status for m in contract.milestones] == [MilestoneStatus.PAID, MilestoneStatus.UNFUNDED]
    play.funded(2)
    assert play.contract.escrow == 30_000


def test_declined_or_withdrawn_a_contract_stays_ended() -> None:
    play = ended()
    for by, action in ((Role.FREELANCER, "decline_reopening"), (Role.CLIENT, "withdraw_reopening")):
        play.client("propose_reopening", note="There is more.")
        play.do(by, action, proposal=play.contract.proposals[0].id)
        assert (play.contract.status, play.contract.proposals) == (Status.ENDED, ())


def test_both_ask_and_one_agrees() -> None:
    play = ended()
    play.client("propose_reopening", note="More?")
    play.freelancer("propose_reopening", note="More?")
    play.client("accept_reopening", proposal=play.contract.proposals[1].id)
    assert (play.contract.status, play.contract.proposals) == (Status.ACTIVE, ())


def test_after_30_days_nobody_reopens_it_and_who_asked_is_told() -> None:
    play = ended()
    end = play.at
    play.wait(days(29))
    play.client("propose_reopening", note="There is more.")
    [lapsed] = play.wait_until(end + days(30))
    assert (lapsed.action, lapsed.at, lapsed.transfers) == ("reopening_lapses", end + days(30), ())
    assert play.contract.proposals == ()
    assert play.refused(Role.FREELANCER, "propose_reopening", note="More?").code == "reopening_window_over"


def test_for_a_year_after_the_end_the_client_can_pay() -> None:
    play = ended()
    end = play.at
    play.wait_until(end + days(364))
    play.paid("50.00")
    assert (play.contract.status, play.contract.paid) == (Status.ENDED, 55_000)
    play.wait_until(end + days(365))
    refused = play.refused(Role.CLIENT, "pay", amount="1.00", note="Thanks.")
    assert refused.code == "payment_window_over"


def test_an_hourly_contract_whose_hours_are_not_paid_is_reopened_paused() -> None:
    play = STATES["hours unpaid"]()
    play.client("end", reason="other")
    play.freelancer("propose_reopening", note="When it is paid.")
    outcome = play.client("accept_reopening", proposal=play.contract.proposals[0].id)
    assert (outcome.after, "hours are not paid" in told(outcome)) == (Status.PAUSED, True)
