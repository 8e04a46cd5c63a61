"""How an action changes a contract: the few moves of which every rule is made, and the only place money moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from amicable.rules import accounts
from amicable.rules.clocks import clocks
from amicable.rules.contract import Contract, Status
from amicable.rules.dispute import Chargeback, ChargebackStatus
from amicable.rules.hourly import HourlyTerms, Week, changed
from amicable.rules.ids import derived_id
from amicable.rules.mediators import concerned
from amicable.rules.outcome import CardRefund, Clock, Notice, Outcome, Transfer, Why
from amicable.rules.parts import Charge, Feedback, Milestone, MilestoneStatus, Payment, Proposal, ProposalKind, Role
from amicable.rules.past import noted
from amicable.rules.policy import days
from amicable.rules.proposals import void_because
from amicable.rules.standing import effect_of
from amicable.rules.terms import Terms, Version
from amicable.rules.values import replaced
from amicable.rules.week import monday_of
from amicable.rules.wording import Sentence, Value, say


class Change:
    """A contract on its way from one state to the next, collecting what that moves and how it is explained.

    It lives for the length of one action and never leaves it: what comes out is an Outcome.
    """

    def __init__(
        self,
        contract: Contract,
        *,
        action: str,
        by: Role,
        at: datetime,
        actor: str | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        self.contract = contract
        self.at = at
        self.by = by
        self._before = contract
        self.action = action
        self.actor = actor
        self._params = params or {}
        self._transfers: list[Transfer] = []
        self._explanation: list[Sentence] = []
        self._standing: Callable[[Contract], Sentence] = lambda after: effect_of(contract, after)
        self._to_card = 0
        self._covering: str | None = None
        self._coverable: int | None = None
        self._to_card_before = 0
        self._charge: Charge | None = None
        self._agreed: Version | None = None
        self._ids = 0
        self._sealed_until: Clock | None = None
        self._concerned: tuple[Role, ...] = (Role.CLIENT, Role.FREELANCER)
        self.waits_for_card = False
        """Whether what was done is only half of it: the card has still to answer."""

    def outcome(self) -> Outcome:
        """The finished value."""
        if self._sealed_until:
            return self._sealed(self._sealed_until)
        if self.by != Role.NOBODY:
            self.set(active_at=self.at, dormant=None)
        elif self.contract is self._before:
            self.set()
        self._close_what_is_void()
        record = noted(self._before, self.contract, self.action, self.at)
        if record is not self.contract.record:
            self.set(record=record)
        contract = self.contract
        return Outcome(
            contract=contract,
            before=self._before.status,
            action=self.action,
            by=self.by,
            at=self.at,
            transfers=tuple(self._transfers),
            explanation=tuple(self._explanation),
            deadlines=tuple(clocks(contract)),
            standing=self._standing(self.contract),
            notices=self._notices(),
            charge=self._charge,
            card_refund=CardRefund(self.new_id(), self._to_card) if self._to_card else None,
            agreed=self._agreed,
            params=self._params,
            actor=self.actor,
        )

    def _sealed(self, opening: Clock) -> Outcome:
        """The same for what nobody else may learn of."""
        return Outcome(
            contract=self.contract,
            before=self._before.status,
            action=self.action,
            by=self.by,
            at=self.at,
            transfers=(),
            explanation=tuple(self._explanation),
            deadlines=tuple(sorted([*clocks(self.contract), opening], key=lambda clock: clock.at)),
            standing=self._standing(self.contract),
            params=self._params,
            actor=self.actor,
            is_sealed=True,
        )

    # What it says

    def say(self, template: str, /, **values: Value) -> None:
        """Add a sentence to the explanation."""
        self.tell(say(template, **values))

    def tell(self, sentence: Sentence) -> None:
        """Add a sentence that was made elsewhere."""
        self._explanation.append(sentence)

    def say_back(self, amount: int, fee: int) -> None:
        """Say that `amount` goes back to the client with the fee on it."""
        money = self.contract.money
        to_card = self._to_card - self._to_card_before
        if self.is_covering and to_card:
            self.say(
                "{amount} goes back, and the fee of {fee} on it too: {covered} covers what {client}'s bank has taken "
                "back, {rest} goes to {client}'s card.",
                amount=money(amount),
                fee=money(fee),
                covered=money(amount + fee - to_card),
                rest=money(to_card),
            )
        elif self.is_covering:
            self.say(
                "{amount} covers what {client}'s bank has taken back, and the fee of {fee} on it too.",
                amount=money(amount),
                fee=money(fee),
            )
        else:
            self.say(
                "{amount} goes back to {client}'s card, and the fee of {fee} on it too.",
                amount=money(amount),
                fee=money(fee),
            )

    def standing(self, effect: Callable[[Contract], Sentence]) -> None:
        """Say what it does to people's standing, which follows from the contract after it."""
        self._standing = effect

    def concerns(self, *sides: Role) -> None:
        """Only these are to know of it at once; it is in the history for both."""
        self._concerned = sides

    def _notices(self) -> tuple[Notice, ...]:
        """Everybody who did not do it is told what it came to, mediators where it is about a dispute of theirs; nobody
        is told what only waits for the card."""
        if self._charge or self.waits_for_card or not self._explanation:
            return ()
        said = self._explanation[0]
        told = [Notice(side, said) for side in self._concerned if side != self.by]
        mediators = concerned(self._before, self.contract, self.actor)
        return (*told, *(Notice(Role.MEDIATOR, said, some) for some in mediators))

    # What it changes

    def new_id(self) -> str:
        """An id that a preview and the deed agree on."""
        self._ids += 1
        return derived_id(self.at, self._before.id, self._before.version, self._ids)

    def set(self, **fields: Any) -> None:
        """Change fields of the contract, which makes it the next version."""
        self.contract = replaced(self.contract, version=self._before.version + 1, **fields)

    def set_milestone(self, milestone: Milestone, **fields: Any) -> Milestone:
        """Change fields of one milestone and return it as it is then."""
        changed = replace(milestone, **fields)
        self.set(milestones=tuple(changed if m.id == changed.id else m for m in self.contract.milestones))
        return changed

    def set_week(self, week: Week, **fields: Any) -> Week:
        """Change fields of one week and return it as it is then."""
        changed = replaced(week, **fields)
        self.set(weeks=tuple(changed if w.start == changed.start else w for w in self.contract.weeks))
        return changed

    def open(self, proposal: Proposal) -> None:
        """Put a proposal among those that are open, the oldest first; one that was open already becomes this."""
        others = (one for one in self.contract.proposals if one.id != proposal.id)
        self.set(proposals=tuple(sorted([*others, proposal], key=lambda one: one.opened_at)))

    def close(self, proposal: Proposal) -> None:
        """The proposal has been answered, or there is nothing left to answer."""
        self.set(proposals=tuple(p for p in self.contract.proposals if p.id != proposal.id))

    def seal(self, feedback: Feedback, opening: Clock) -> None:
        """Keep feedback so that nobody but its author learns of it before the `opening`. Nothing else is done."""
        before = self._before
        self.contract = replace(before, feedback=(*before.feedback, feedback), seals=before.seals + 1)
        self._sealed_until = opening

    def set_feedback(self, feedback: Feedback, **fields: Any) -> Feedback:
        """Change fields of feedback that is open, and return it as it is then."""
        changed = replace(feedback, **fields)
        self.set(feedback=tuple(changed if f.by == feedback.by else f for f in self.contract.feedback))
        return changed

    def discard_sealed_feedback(self) -> None:
        """What nobody has read yet is gone, unread."""
        self.set(feedback=tuple(feedback for feedback in self.contract.feedback if feedback.opened_at))

    def _close_what_is_void(self) -> None:
        """Proposals to which nobody can agree any more, as things are now, do not stay open."""
        for proposal in self.contract.proposals:
            reason = void_because(self.contract, proposal)
            if reason:
                self.close(proposal)
                self.tell(reason)

    def agree(self, terms: Terms, *, proposed_by: Role, note: str) -> None:
        """`terms` hold from now on. What the milestones hold and have paid is for the caller to settle."""
        contract = self.contract
        known = {milestone.id: milestone for milestone in contract.milestones}
        number = contract.terms_version + 1
        self._agreed = Version(number, self.at, proposed_by, self.by, note, terms, contract.terms)
        self.set(
            terms_version=number,
            description=terms.description,
            hourly=self._scheduled(terms),
            change_rounds=terms.change_rounds,
            review_days=terms.review_days,
            milestones=tuple(
                replace(known.get(one.id) or Milestone(one.id, "", 0), title=one.title, amount=one.amount, due=one.due)
                for one in terms.milestones
            ),
        )

    def _scheduled(self, terms: Terms) -> tuple[HourlyTerms, ...]:
        """A new rate holds from the next Monday on, a higher limit at once, a lower one from the next Monday on; of an
        offer all hold from its beginning.

        RULEBOOK section 3.
        """
        schedule, before = self.contract.hourly, self.contract.terms
        if self.contract.status == Status.OFFERED:
            return tuple(
                replace(one, rate=one.rate if terms.rate is None else terms.rate, limit_hours=terms.weekly_limit_hours)
                for one in schedule
            )
        this = monday_of(self.at)
        following = this + timedelta(weeks=1)
        if terms.rate != before.rate:
            schedule = changed(schedule, following, rate=terms.rate)
        limit = terms.weekly_limit_hours
        if limit != before.weekly_limit_hours:
            now = self.contract.terms_of(this).limit_hours
            is_more = limit is None or (now is not None and limit > now)
            schedule = changed(schedule, this if is_more else following, limit_hours=limit)
        return schedule

    def end_if_settled(self) -> None:
        """A contract that is ending has ended when no money in it waits for an answer or a ruling any more."""
        contract = self.contract
        hours_wait = any(week.disputed for week in contract.weeks)
        if contract.status == Status.ENDING and not contract.escrow and not hours_wait:
            left = tuple(p for p in contract.proposals if p.kind != ProposalKind.ESCROW_REFUND)
            self.set(status=Status.ENDED, ended_at=self.at, proposals=left)

    # What it moves

    def _move(self, source: str, target: str, amount: int, why: Why) -> None:
        if amount < 0:
            raise AssertionError(f"{why} of {amount} from {source} to {target}")
        if amount:
            self._transfers.append(Transfer(source, target, amount, self.contract.currency, why))

    def ask_card(self, purpose: str, amount: int, milestone: str | None = None) -> Charge:
        """Ask the client's card for `amount` and the fee on it."""
        contract = self.contract
        fee = contract.client_fee(contract.committed + amount) - contract.client_fee(contract.committed)
        self._charge = Charge(self.new_id(), purpose, amount, fee, self.at, milestone)
        self.set(charge=self._charge)
        return self._charge

    def receive(self, charge: Charge) -> None:
        """The card paid: the money and the fee come in, the fee to be held until it is earned."""
        contract = self.contract
        client = accounts.client(contract.client)
        outside = accounts.provider(contract.provider)
        self._move(outside, client, charge.amount + charge.fee, Why.CARD_CHARGE)
        self._move(client, accounts.fee_held(contract.id), charge.fee, Why.CLIENT_FEE_CHARGED)
        self.set(charge=None)

    def receive_week(self, week: Week) -> None:
        """The card paid for a week: its money lies in review, its fee is held until it is earned."""
        contract = self.contract
        client = accounts.client(contract.client)
        self._move(accounts.provider(contract.provider), client, week.amount + week.fee, Why.CARD_CHARGE)
        self._move(client, accounts.fee_held(contract.id), week.fee, Why.CLIENT_FEE_CHARGED)
        self._move(client, accounts.review(contract.id), week.amount, Why.HOURS_BILLED)

    def pay_hours(self, week: Week, amount: int, available_at: datetime) -> Payment:
        """`amount` (above zero) of a week's money in review goes to the freelancer, less the service fee."""
        self.set_week(week, paid=week.paid + amount)
        return self._pay_freelancer(accounts.review(self.contract.id), amount, Why.HOURS, available_at)

    def give_back_hours(self, week: Week, amount: int) -> int:
        """`amount` of a week's money in review goes back to the client's card, with the fee on it; returns that fee."""
        contract = self.contract
        fee = contract.client_fee(contract.committed) - contract.client_fee(contract.committed - amount)
        self.set_week(week, refunded=week.refunded + amount)
        self._move(accounts.review(contract.id), accounts.client(contract.client), amount, Why.HOURS_REFUND)
        self._return_to_card(amount, fee)
        return fee

    def put_in_escrow(self, milestone: Milestone, amount: int) -> None:
        """What came in is set aside for a milestone; one in review stays there."""
        contract = self.contract
        self._move(accounts.client(contract.client), accounts.escrow(contract.id), amount, Why.ESCROW_FUNDED)
        in_review = milestone.status == MilestoneStatus.SUBMITTED
        status = milestone.status if in_review else MilestoneStatus.FUNDED
        self.set_milestone(milestone, status=status, escrow=milestone.escrow + amount)

    def release(self, milestone: Milestone, amount: int) -> Payment:
        """`amount` of a milestone's escrow goes to the freelancer, less the service fee, into the security hold."""
        fields = self._without(milestone, amount, MilestoneStatus.PAID)
        self.set_milestone(milestone, **fields, paid=milestone.paid + amount)
        return self._pay_freelancer(accounts.escrow(self.contract.id), amount, Why.RELEASE)

    def pay_directly(self, amount: int) -> Payment:
        """What came in goes to the freelancer without a milestone."""
        return self._pay_freelancer(accounts.client(self.contract.client), amount, Why.PAYMENT)

    def _pay_freelancer(self, source: str, amount: int, why: Why, available_at: datetime | None = None) -> Payment:
        contract = self.contract
        paid = contract.paid + amount
        service_fee = contract.service_fee(paid) - contract.service_fee(contract.paid)
        client_fee = contract.client_fee(paid) - contract.client_fee(contract.paid)
        net = amount - service_fee
        self._move(source, accounts.held(contract.freelancer), net, why)
        self._move(source, accounts.PLATFORM_FEES, service_fee, Why.SERVICE_FEE)
        self._move(accounts.fee_held(contract.id), accounts.PLATFORM_FEES, client_fee, Why.CLIENT_FEE)
        available_at = available_at or self.at + days(contract.policy.security_hold_days)
        payment = Payment(self.new_id(), self.at, amount, amount, net, available_at)
        self.set(paid=paid, payments=(*contract.payments, payment))
        return payment

    def give_back_escrow(self, milestone: Milestone, amount: int) -> int:
        """`amount` of a milestone's escrow goes back to the client's card, with the fee on it; returns that fee."""
        contract = self.contract
        done = MilestoneStatus.PAID if milestone.paid else MilestoneStatus.REFUNDED
        self.set_milestone(milestone, **self._without(milestone, amount, done))
        committed = contract.committed
        fee = contract.client_fee(committed) - contract.client_fee(committed - amount)
        client = accounts.client(contract.client)
        self._move(accounts.escrow(contract.id), client, amount, Why.ESCROW_REFUND)
        self._return_to_card(amount, fee)
        return fee

    def _without(self, milestone: Milestone, amount: int, done: MilestoneStatus) -> dict[str, Any]:
        """A milestone's fields when `amount` has left its escrow: what is left of it may be in dispute."""
        left, frozen = milestone.escrow - amount, self.contract.frozen(milestone.id)
        if left < frozen:
            raise AssertionError(f"{amount} leaves milestone {milestone.id}, of which {frozen} is in dispute")
        fields: dict[str, Any] = {"escrow": left}
        if not left:
            fields |= {"status": done}
        if left == frozen:
            fields |= {"release_at": None}
        return fields

    def give_back_paid(self, amount: int) -> tuple[int, int]:
        """`amount` (gross) that was paid goes back to the client's card, and each side gets its fee on it back.

        Taken from this contract's money in the hold first, then from what the freelancer has available; the
        caller has checked that it is there. Returns both sides' fees returned: (service fee, client fee).
        """
        contract = self.contract
        paid = contract.paid - amount
        committed = contract.committed
        service_fee = contract.service_fee(contract.paid) - contract.service_fee(paid)
        earned_back = contract.client_fee(contract.paid) - contract.client_fee(paid)
        client_fee = contract.client_fee(committed) - contract.client_fee(committed - amount)
        from_hold, payments = _take_back(contract, amount, amount - service_fee)
        from_available = amount - service_fee - from_hold
        client = accounts.client(contract.client)
        self._move(accounts.held(contract.freelancer), client, from_hold, Why.REFUND)
        self._move(accounts.available(contract.freelancer), client, from_available, Why.REFUND)
        self._move(accounts.PLATFORM_FEES, client, service_fee, Why.SERVICE_FEE_RETURNED)
        fee_held = accounts.fee_held(contract.id)
        self._move(accounts.PLATFORM_FEES, fee_held, earned_back, Why.CLIENT_FEE_RETURNED)
        self.set(
            paid=paid,
            payments=payments,
            freelancer_available=contract.freelancer_available - from_available,
        )
        self._return_to_card(amount, client_fee)
        return service_fee, client_fee

    def _return_to_card(self, amount: int, fee: int) -> None:
        contract = self.contract
        client = accounts.client(contract.client)
        self._move(accounts.fee_held(contract.id), client, fee, Why.CLIENT_FEE_RETURNED)
        self.set(refunded=contract.refunded + amount)
        left = amount + fee
        if self._covering:
            left -= self._cover(self._covering, self._to_cover(amount, fee))
        self._move(client, accounts.provider(contract.provider), left, Why.CARD_REFUND)
        self._to_card += left

    @property
    def is_covering(self) -> bool:
        """Whether what goes back covers what a bank has taken, instead of going to the card."""
        return self._covering is not None

    @contextmanager
    def covering(self, charge: str | None, most: int | None = None) -> Iterator[None]:
        """Within, what goes back to the client covers the platform where the bank has taken `charge` back already;
        with `most` no more of it than that, before fees."""
        self._covering, self._coverable = charge, most
        self._to_card_before = self._to_card
        yield
        self._covering = None

    def _to_cover(self, amount: int, fee: int) -> int:
        """How much of `amount` and its fee that goes back covers what a bank has taken."""
        if self._coverable is None:
            return amount + fee
        part = min(amount, self._coverable)
        self._coverable -= part
        return part + fee * part // amount

    def _cover(self, charge: str, wanted: int) -> int:
        """Of what goes back, cover no more than was taken: the fee on it may be rounded otherwise by now. Returns how
        much that is."""
        taken = self.contract.chargeback(charge)
        assert taken is not None, "only what was taken back is covered"
        amount = min(wanted, taken.carried)
        is_lost = taken.status == ChargebackStatus.LOST
        carried_on = accounts.LOSSES if is_lost else accounts.CHARGEBACKS
        self._move(accounts.client(self.contract.client), carried_on, amount, Why.CHARGEBACK_COVERED)
        self._set_chargeback(taken, covered=taken.covered + amount)
        return amount

    def _set_chargeback(self, chargeback: Chargeback, **fields: Any) -> None:
        changed = replace(chargeback, **fields)
        kept = (changed if one.charge == changed.charge else one for one in self.contract.chargebacks)
        self.set(chargebacks=tuple(kept))

    def take_back(self, charge: str, amount: int) -> None:
        """The client's bank has taken `amount`, fee included, of a card payment back: the platform carries it."""
        outside = accounts.provider(self.contract.provider)
        self._move(accounts.CHARGEBACKS, outside, amount, Why.CHARGEBACK)
        self.set(chargebacks=(*self.contract.chargebacks, Chargeback(charge, self.at, amount)))

    def win(self, chargeback: Chargeback) -> None:
        """The bank gives back what it took. What had covered it is the client's, and goes to the card."""
        outside, client = accounts.provider(self.contract.provider), accounts.client(self.contract.client)
        self._move(outside, accounts.CHARGEBACKS, chargeback.taken, Why.CHARGEBACK_WON)
        self._move(accounts.CHARGEBACKS, client, chargeback.covered, Why.COVER_RETURNED)
        self._move(client, outside, chargeback.covered, Why.CARD_REFUND)
        self._to_card += chargeback.covered
        self._set_chargeback(chargeback, status=ChargebackStatus.WON, decided_at=self.at)

    def lose(self, chargeback: Chargeback) -> None:
        """The bank keeps what it took: what is not covered is the platform's loss."""
        self._move(accounts.LOSSES, accounts.CHARGEBACKS, chargeback.carried, Why.CHARGEBACK_LOST)
        self._set_chargeback(chargeback, status=ChargebackStatus.LOST, decided_at=self.at)

    def end_hold(self, payment: Payment) -> int:
        """What of a payment is in the hold and not in dispute becomes available; returns how much that is."""
        contract = self.contract
        source, target = accounts.held(contract.freelancer), accounts.available(contract.freelancer)
        frozen = contract.frozen(payment.id)
        amount = payment.held - frozen
        self._move(source, target, amount, Why.HOLD_ENDED)
        self.set(
            payments=tuple(replace(p, held=frozen) if p.id == payment.id else p for p in contract.payments),
            freelancer_available=contract.freelancer_available + amount,
        )
        return amount


def _take_back(contract: Contract, gross: int, net: int) -> tuple[int, tuple[Payment, ...]]:
    """Take `gross` off what was paid and up to `net` out of the hold, but nothing in dispute, the newest payments
    first.

    Returns what came out of the hold, and the payments as they are then.
    """
    wanted = net
    changed = []
    for payment in reversed(contract.payments):
        off, out = min(gross, payment.left), min(wanted, payment.held - contract.frozen(payment.id))
        gross, wanted = gross - off, wanted - out
        changed.append(replace(payment, left=payment.left - off, held=payment.held - out))
    return net - wanted, tuple(reversed(changed))
