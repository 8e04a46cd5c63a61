"""Any actions of both sides, a mediator, the card and time, in any order: an auditor checks after each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from amicable.rules.actions.refund import refundable
from amicable.rules.clocks import due, due_unseen
from amicable.rules.contract import Contract, Status
from amicable.rules.hourly import WeekStatus
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome, Refused, Transfer
from amicable.rules.parts import Charge, MilestoneStatus, Role
from amicable.rules.policy import Policy
from amicable.rules.proposals import ANSWERS
from amicable.rules.registry import act
from amicable.rules.timeline import answers, buttons, foresee, timeline
from lives import lives
from rules.auditor import Auditor, Facts, Movement
from rules.play import CLIENT, CONTRACT, FREELANCER, MONDAY, PEOPLE, offer_of, terms
from rules.sensible import First, sensible

PARTIES = (Role.CLIENT, Role.FREELANCER)
POLICIES = (
    Policy(),
    Policy(milestones_funded_at_once=3),
    Policy(milestones_funded_at_once=2, freelancer_fee_bp=0, client_fee_bp=0),
    Policy(milestones_funded_at_once=3, freelancer_fee_bp=333, client_fee_bp=1_275),
    Policy(freelancer_fee_bp=10_000, client_fee_bp=1),
)
ACCOUNTS = {
    f"client:{CLIENT}": "client",
    f"escrow:{CONTRACT}": "escrow",
    f"review:{CONTRACT}": "review",
    f"fee_held:{CONTRACT}": "fee_held",
    f"held:{FREELANCER}": "held",
    f"available:{FREELANCER}": "available",
    "fees:platform": "fees",
    "fees:chargebacks": "chargebacks",
    "fees:losses": "losses",
    "provider:sandbox": "provider",
}
STAGES: Sequence[tuple[Role, str]] = (
    (Role.FREELANCER, "accept"),
    (Role.CLIENT, "fund"),
    (Role.NOBODY, "charge_succeeded"),
    (Role.FREELANCER, "submit"),
    (Role.CLIENT, "end"),
    (Role.FREELANCER, "decline_refund"),
    (Role.CLIENT, "answer_dispute"),
)
OFTEN = (
    "fund",
    "submit",
    "request_changes",
    "approve",
    "decline_refund",
    "dispute_hours",
    "contest_hours_dispute",
)
HIGHEST = 999_999_999
PRICES = st.one_of(st.integers(1, 30), st.integers(31, 20_000), st.sampled_from([1_999, 33_333, HIGHEST]))


class Drawn:
    """Chooses as Hypothesis wants."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data

    def one_of(self, options: Sequence[Any]) -> Any:
        """Any of the options."""
        return self.data.draw(st.sampled_from(options))

    def number(self, least: int, most: int) -> int:
        """Any number, its bounds included."""
        return self.data.draw(st.integers(least, max(least, most)))


def movements(transfers: Sequence[Transfer]) -> list[Movement]:
    """Transfers as the auditor reads them; an account of somebody else's would be a KeyError."""
    return [Movement(ACCOUNTS[t.source], ACCOUNTS[t.target], t.amount, t.currency) for t in transfers]


def facts_of(contract: Contract, outcome: Outcome, *, may_be_late: bool) -> Facts:
    """What the contract says of itself."""
    return Facts(
        status=contract.status,
        escrow=contract.escrow,
        paid=contract.paid,
        refunded=contract.refunded,
        fees=contract.fees_earned,
        carried=contract.carried - contract.lost,
        lost=contract.lost,
        milestones=[(m.status, m.amount, m.escrow) for m in contract.milestones],
        deadlines=[clock.at for clock in outcome.deadlines],
        may_be_late=may_be_late,
        at=outcome.at,
        in_review=contract.in_review,
        weeks=[
            (week.amount, week.in_review, week.paid, week.refunded)
            for week in contract.weeks
            if week.review_ends is not None
        ],
    )


class AContract(RuleBasedStateMachine):
    """A contract from its offer on, and an auditor beside it."""

    contract: Contract
    at: datetime = MONDAY

    def __init__(self) -> None:
        super().__init__()
        self.paid_by_card: list[Charge] = []

    @initialize(
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
        figures=st.sampled_from(range(len(POLICIES))),
        prices=st.lists(PRICES, min_size=1, max_size=4),
        stages=st.integers(0, len(STAGES)),
        data=st.data(),
    )
    def begin(self, currency: str, figures: int, prices: list[int], stages: int, data: st.DataObject) -> None:
        """An offer, and what usually follows, up to somewhere."""
        policy = POLICIES[figures]
        service, client = Decimal(policy.freelancer_fee_bp) / 100, Decimal(policy.client_fee_bp) / 100
        self.auditor = Auditor(currency, service, client)
        amounts = [Money(price, currency).decimal for price in prices]
        offered = offer_of(terms(*amounts, currency=currency), policy=policy)
        assert isinstance(offered, Outcome)
        self.take(offered)
        for by, action in STAGES[:stages]:
            if by == Role.NOBODY:
                self.card_answers(pays=True)
            elif (action, None) in buttons(self.contract, by, self.at, PEOPLE[by]):
                self.press(by, action, sensible(action, self.contract, Drawn(data), by))

    # What people do

    @rule(data=st.data())
    def client_acts(self, data: st.DataObject) -> None:
        """Whatever the client is offered works."""
        self.do_something_offered(Role.CLIENT, data)

    @rule(data=st.data())
    def freelancer_acts(self, data: st.DataObject) -> None:
        """Whatever the freelancer is offered works."""
        self.do_something_offered(Role.FREELANCER, data)

    @precondition(lambda self: self.contract.dispute)
    @rule(data=st.data())
    def mediator_acts(self, data: st.DataObject) -> None:
        """Whatever a mediator is offered works."""
        self.do_something_offered(Role.MEDIATOR, data)

    def do_something_offered(self, by: Role, data: st.DataObject) -> None:
        """Press a button that is offered, with parameters that make sense."""
        offered = [name for name, why_not in buttons(self.contract, by, self.at, PEOPLE[by]) if why_not is None]
        if offered:
            often = [name for name in offered if name in OFTEN] * 3
            name = data.draw(st.sampled_from(often + offered), label="action")
            self.press(by, name, sensible(name, self.contract, Drawn(data), by))

    @precondition(lambda self: refundable(self.contract, self.at) and not self.contract.is_charging)
    @rule(data=st.data())
    def all_that_can_be_given_back_can(self, data: st.DataObject) -> None:
        """As much as there is to give, and not one unit more."""
        most = refundable(self.contract, self.at)
        refused = self.ask(Role.FREELANCER, "give_refund", {"amount": self.money(most + 1), "note": "Sorry."})
        assert isinstance(refused, Refused)
        most = min(most, HIGHEST)
        amount = data.draw(st.one_of(st.just(most), st.integers(1, most)))
        self.press(Role.FREELANCER, "give_refund", {"amount": self.money(amount), "note": "Sorry."})

    # What happens

    @precondition(lambda self: self.contract.charge)
    @rule(pays=st.sampled_from([True, True, True, False]))
    def card_answers(self, pays: bool) -> None:
        """The card says yes or no; either way nothing waits for it any more, and a no changes nothing."""
        before = self.contract
        assert before.charge is not None
        if pays:
            self.paid_by_card.append(before.charge)
        self.press(Role.NOBODY, "charge_succeeded" if pays else "charge_failed", {"charge": before.charge.id})
        assert self.contract.charge is None
        self.go_to(self.at)
        if not pays and before.version + 1 == self.contract.version:
            assert (self.contract.escrow, self.contract.paid) == (before.escrow, before.paid)

    @precondition(lambda self: self.paid_by_card)
    @rule(data=st.data())
    def the_bank_takes_a_payment_back(self, data: st.DataObject) -> None:
        """Once; whatever has become of the money."""
        charge = data.draw(st.sampled_from(self.paid_by_card))
        self.paid_by_card.remove(charge)
        params = {"charge": charge.id, "amount": self.money(charge.amount), "fee": self.money(charge.fee)}
        params |= {"milestone": charge.milestone} if charge.milestone else {}
        self.press(Role.NOBODY, "charge_disputed", params)
        assert isinstance(self.ask(Role.NOBODY, "charge_disputed", params), Refused)

    @precondition(lambda self: any(one.status == "open" for one in self.contract.chargebacks))
    @rule(won=st.booleans(), data=st.data())
    def the_bank_decides(self, won: bool, data: st.DataObject) -> None:
        """Once. Won, nothing is carried and nothing frozen for it; lost, the platform carries what is not covered."""
        undecided = [one for one in self.contract.chargebacks if one.status == "open"]
        taken = data.draw(st.sampled_from(undecided))
        action, params = "chargeback_won" if won else "chargeback_lost", {"charge": taken.charge}
        if won and taken.covered and self.contract.is_charging:
            refused = self.ask(Role.NOBODY, action, params)
            assert isinstance(refused, Refused)
            assert refused.code == "charge_in_progress"
            return
        carried = self.contract.carried
        self.press(Role.NOBODY, action, params)
        assert self.contract.carried == carried - (taken.carried if won else 0)
        assert not won or all(dispute.charge != taken.charge for dispute in self.contract.open_disputes)
        for name in ("chargeback_won", "chargeback_lost"):
            assert isinstance(self.ask(Role.NOBODY, name, params), Refused)
        self.go_to(self.at)

    @rule(hours=st.sampled_from([1, 25, 4 * 24, 7 * 24, 14 * 24, 181 * 24, 366 * 24]))
    def time_passes(self, hours: int) -> None:
        """What is due on the way happens, in order."""
        self.go_to(self.at + timedelta(hours=hours))

    @precondition(lambda self: due_unseen(self.contract))
    @rule(early=st.sampled_from([timedelta(0), timedelta(microseconds=1)]))
    def a_clock_strikes_on_the_dot(self, early: timedelta) -> None:
        """A microsecond before, nothing has happened."""
        clock = due_unseen(self.contract)
        assert clock is not None
        struck = self.go_to(max(self.at, clock.at - early))
        assert bool(struck) == (not early or clock.at <= self.at)

    @precondition(lambda self: self.contract.freelancer_available)
    @rule(part=st.integers(1, 100))
    def available_money_is_spent_elsewhere(self, part: int) -> None:
        """What the freelancer could give back may be gone."""
        available = self.contract.freelancer_available
        spent = (available * part + 99) // 100
        self.auditor.book([Movement("available", "elsewhere", spent, self.contract.currency)])
        self.contract = replace(self.contract, freelancer_available=available - spent)

    # What holds always

    @invariant()
    def what_is_not_offered_is_refused(self) -> None:
        """With the code that stands beside the button, and words."""
        for by in (*PARTIES, Role.MEDIATOR):
            for name, why_not in buttons(self.contract, by, self.at, PEOPLE[by]):
                result = self.ask(by, name, sensible(name, self.contract, First(), by))
                if why_not is None:
                    assert isinstance(result, Outcome), f"{name} by {by} is offered and refused: {result.code}"
                    assert result.contract.version == self.contract.version + (not result.is_sealed)
                else:
                    assert isinstance(result, Refused), f"{name} by {by} is not offered and works"
                    assert result.code in (why_not.code, "invalid")
                    assert result.reason.tell()

    @invariant()
    def the_future_settles_everything(self) -> None:
        """If nobody does anything, what is ending ends, what is handed in is paid, what is held can be withdrawn."""
        contract, last = self.with_the_card_answered(), datetime.min.replace(tzinfo=MONDAY.tzinfo)
        for outcome in timeline(contract):
            assert outcome.at >= last, "the future comes in order"
            last, contract = outcome.at, outcome.contract
        assert due(contract) is None
        assert contract.status not in (Status.OFFERED, Status.ENDING)
        assert contract.escrow == 0, "escrow that nobody touches goes back in the end"
        assert not any(payment.held for payment in contract.payments)
        assert not any(m.status == MilestoneStatus.SUBMITTED for m in contract.milestones)
        assert all(week.is_settled or week.status == WeekStatus.UNPAID for week in contract.weeks)

    @invariant()
    def who_is_asked_can_answer(self) -> None:
        """No is open, unless it was said and taken back; yes too, unless money could cross with a card payment, is not
        there, or is frozen."""
        for proposal in self.contract.proposals:
            if proposal.kind not in ANSWERS:
                continue
            yes, no = ANSWERS[proposal.kind]
            possible = [answer.action for answer in answers(self.contract, proposal, self.at)]
            if no not in possible:
                refused = self.ask(proposal.by.other, no, {"proposal": proposal.id})
                assert isinstance(refused, Refused)
                assert refused.code == "already_disputed"
            if yes not in possible:
                refused = self.ask(proposal.by.other, yes, {"proposal": proposal.id})
                assert isinstance(refused, Refused)
                assert refused.code in ("charge_in_progress", "not_enough_to_refund", "in_dispute")

    @invariant()
    def payments_add_up(self) -> None:
        """Payments say what is left of them, and what of it is in the hold."""
        assert sum(payment.left for payment in self.contract.payments) == self.contract.paid
        assert sum(payment.held for payment in self.contract.payments) == self.auditor.balances["held"]
        assert self.contract.freelancer_available == self.auditor.balances["available"]

    # How

    def ask(self, by: Role, action: str, params: dict[str, Any]) -> Outcome | Refused:
        """What would come of it."""
        return act(self.contract, action, params, by=by, at=self.at, actor=PEOPLE[by])

    def press(self, by: Role, action: str, params: dict[str, Any]) -> None:
        """Do it: what was shown is what happens."""
        shown = self.ask(by, action, params)
        assert isinstance(shown, Outcome), f"{action} by {by} with {params} is refused: {shown.code}"
        assert self.ask(by, action, params) == shown
        assert shown.explanation
        foreseen = foresee(shown)
        assert foreseen.charge is None
        assert all(sentence.tell() for sentence in (*foreseen.explanation, foreseen.standing))
        self.take(shown)

    def take(self, outcome: Outcome) -> None:
        """It has happened: the auditor books it and checks. What would give money back waits for the card's answer,
        and is due then."""
        waited = outcome.action.startswith(("charge_", "week_"))
        self.contract = outcome.contract
        self.auditor.book(movements(outcome.transfers))
        self.auditor.check(facts_of(self.contract, outcome, may_be_late=waited or self.contract.is_charging))

    def go_to(self, at: datetime) -> list[Outcome]:
        """Let time pass until `at`, and do what is due."""
        struck = timeline(self.contract, until=at)
        for outcome in struck:
            self.take(outcome)
        self.at = at
        return struck

    def with_the_card_answered(self) -> Contract:
        """The contract after the card's no: while the card is asked some clocks wait."""
        if self.contract.charge is None:
            return self.contract
        outcome = self.ask(Role.NOBODY, "charge_failed", {"charge": self.contract.charge.id})
        assert isinstance(outcome, Outcome)
        return outcome.contract

    def money(self, amount: int) -> str:
        """Minor units as a decimal string."""
        return Money(amount, self.contract.currency).decimal


TestAContract: Callable[..., Any] = AContract.TestCase
TestAContract.settings = lives(150, steps=25)  # type: ignore[attr-defined]
