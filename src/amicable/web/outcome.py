"""What an outcome comes to, as its readers see it: by the people's names, in the reader's zone, to the cent.

One view-model for what would happen (rules.outcome.Outcome), what lies ahead (the same) and what has happened
(contracts.record.Recorded). `web/outcome.html` shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from amicable.contracts.record import Recorded
from amicable.people.models import Person
from amicable.people.names import short_names
from amicable.rules.contract import Contract, Status
from amicable.rules.money import Money
from amicable.rules.outcome import Clock, Outcome, Transfer, Why
from amicable.rules.parts import Role
from amicable.rules.wording import Sentence, Value
from amicable.web.templatetags.display import in_words, moment_of

Event = Outcome | Recorded


@dataclass(frozen=True, slots=True)
class People:
    """What a page calls the two people of a contract."""

    client: str
    freelancer: str
    reader: Role | None = None
    """Whose page it is, where one of the two reads it."""

    @classmethod
    def of(cls, client: str, freelancer: str) -> People:
        """The people with these ids: by their first names, or by their whole names where those are the same."""
        names = dict(Person.objects.filter(id__in=[client, freelancer]).values_list("id", "name"))
        told = {str(person): name for person, name in names.items()}
        return cls.called(told[client], told[freelancer])

    @classmethod
    def called(cls, client: str, freelancer: str) -> People:
        """The people of these names."""
        return cls(*short_names(client, freelancer))

    @classmethod
    def on(cls, contract: Contract) -> People:
        """The people of a contract."""
        return cls.of(contract.client, contract.freelancer)

    def name(self, role: Role) -> str:
        """Who acts as `role`."""
        return {
            Role.CLIENT: self.client,
            Role.FREELANCER: self.freelancer,
            Role.MEDIATOR: "a mediator",
            Role.NOBODY: "by itself",
        }[role]

    def who(self, role: Role) -> str:
        """The same at the beginning of a line: "You" to the reader."""
        name = self.whom(role)
        return name[:1].upper() + name[1:]

    def whom(self, role: Role) -> str:
        """The same within a sentence."""
        return "you" if role == self.reader else self.name(role)

    def whose(self, role: Role) -> str:
        """ "Femi's", or "your" to Femi."""
        return "your" if role == self.reader else f"{self.name(role)}'s"

    def verb(self, role: Role, do: str) -> str:
        """What follows the name, or "you": "agrees" for `do` = "agree"."""
        return do if role == self.reader else _third_person(do)

    def does(self, role: Role, do: str) -> str:
        """ "Femi agrees", or "you agree" to Femi."""
        return f"{self.whom(role)} {self.verb(role, do)}"

    def begins(self, role: Role, do: str) -> str:
        """The same at the beginning of a line."""
        return f"{self.who(role)} {self.verb(role, do)}"

    def tell(self, sentence: Sentence) -> SafeString:
        """The sentence as HTML, with their names, instants in Django's current zone with UTC beside it."""
        values = {name: self._tell_value(value) for name, value in sentence.values.items()}
        told = format_html(sentence.template, client=self.client, freelancer=self.freelancer, **values)
        return SafeString(told[:1].upper() + told[1:])

    def _tell_value(self, value: Value) -> object:
        return self.name(value) if isinstance(value, Role) else _tell_value(value)


_IRREGULAR = {"have": "has", "do": "does", "can": "can"}


def _third_person(do: str) -> str:
    """ "gets back" for "get back"."""
    verb, space, rest = do.partition(" ")
    return f"{_IRREGULAR.get(verb, f'{verb}s')}{space}{rest}"


@dataclass(frozen=True, slots=True)
class Flow:
    """Money that moves, between people instead of accounts: from "Escrow" to "Femi, in the security hold"."""

    source: str
    target: str
    money: Money
    why: str


@dataclass(frozen=True, slots=True)
class Share:
    """What one side gets or gives in all, what that consists of, and from when it can be withdrawn."""

    who: str
    does: str
    """Follows the name, or "You": "gets back"."""
    money: Money
    detail: SafeString
    available_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that happens by itself, and what it then does."""

    at: datetime
    title: str
    text: SafeString


@dataclass(frozen=True, slots=True)
class Shown:
    """An outcome in words and figures."""

    at: datetime
    action: str
    title: str
    by: str
    points: tuple[SafeString, ...]
    """What happens, a sentence each."""
    shares: tuple[Share, ...]
    """Who gets what, summed up."""
    flows: tuple[Flow, ...]
    """Every movement of money."""
    deadlines: tuple[Deadline, ...]
    """What then happens by itself, the next first."""
    standing: SafeString


def show(event: Event, people: People) -> Shown:
    """What an outcome, or one on record, comes to."""
    return Shown(
        at=event.at,
        action=event.action,
        title=_title_of(event),
        by=people.name(event.by),
        points=tuple(map(people.tell, event.explanation)),
        shares=tuple(_shares(event, people)),
        flows=tuple(_flows(event.transfers, people)),
        deadlines=tuple(show_clock(clock, people) for clock in event.deadlines),
        standing=people.tell(event.standing),
    )


def show_clock(clock: Clock, people: People) -> Deadline:
    """A clock of a contract."""
    return Deadline(clock.at, title(clock.action), people.tell(clock.explanation))


TITLES = {
    "leave_feedback": "Feedback left",
    "feedback_opens": "Feedback opens",
    "respond_feedback": "Feedback answered",
    "unlock_feedback": "Feedback unlocked",
    "edit_feedback": "Feedback changed",
    "offer": "Offer made",
    "accept": "Offer accepted",
    "decline": "Offer declined",
    "withdraw": "Offer taken back",
    "offer_expires": "The offer expires",
    "fund": "Milestone funded",
    "charge_succeeded": "The card paid",
    "charge_failed": "The card was declined",
    "submit": "Work handed in",
    "request_changes": "Changes asked for",
    "approve": "Money released",
    "submission_unanswered": "Released without an answer",
    "end": "Contract ended",
    "accept_refund": "Refund agreed to",
    "decline_refund": "Refund declined",
    "escrow_refund_unanswered": "Refunded without an answer",
    "answer_dispute": "Dispute answered",
    "dispute_unanswered": "The dispute stays unanswered",
    "open_dispute": "Dispute opened",
    "concede_dispute": "Dispute conceded",
    "withdraw_dispute": "Dispute withdrawn",
    "offer_settlement": "Settlement offered",
    "accept_settlement": "Dispute settled",
    "small_claim_idle": "Nobody moved: the small claim is split",
    "extend_clock": "More time given",
    "ask": "A mediator asked",
    "propose_split": "A mediator proposed a split",
    "accept_split": "Split accepted",
    "decide": "A mediator decided",
    "appeal": "Ruling appealed against",
    "appeal_overdue": "No second ruling in time: the first takes effect",
    "charge_disputed": "The bank took a payment back",
    "chargeback_won": "The bank gave the payment back",
    "chargeback_lost": "The bank decided for the client",
    "ruling_takes_effect": "The ruling takes effect",
    "ruling_overdue": "No ruling in time: the sum is divided",
    "pay": "Paid",
    "give_refund": "Refund given",
    "hold_ends": "The security hold ends",
    "set_weekly_limit": "Weekly limit set",
    "allow_manual_time": "Time by hand allowed",
    "forbid_manual_time": "No more time by hand from Monday on",
    "pause": "Contract paused",
    "resume": "Contract resumed",
    "week_closes": "The week is billed",
    "week_charged": "The card pays for the week",
    "week_unpaid": "The card was declined for the week",
    "week_retried": "The card is asked again",
    "review_ends": "The week's review ends",
    "dispute_hours": "Hours disputed",
    "accept_hours_dispute": "Disputed hours given back",
    "contest_hours_dispute": "Dispute about hours contested",
    "withdraw_hours_dispute": "Dispute about hours withdrawn",
    "hours_dispute_unanswered": "The dispute about hours stays unanswered",
    "propose_terms": "Change of terms proposed",
    "accept_terms": "Change of terms agreed",
    "decline_terms": "Change of terms declined",
    "withdraw_terms": "Change of terms withdrawn",
    "propose_cancellation": "Offer to end it together",
    "accept_cancellation": "Ended by mutual agreement",
    "decline_cancellation": "Offer to end it together declined",
    "withdraw_cancellation": "Offer to end it together withdrawn",
    "request_refund": "Paid money asked back",
    "withdraw_refund": "Request for a refund withdrawn",
    "propose_reopening": "Reopening asked for",
    "accept_reopening": "Contract reopened",
    "decline_reopening": "Reopening declined",
    "withdraw_reopening": "Request to reopen withdrawn",
    "reopening_lapses": "Too late to reopen",
    "keep_escrow": "Escrow kept",
    "escrow_goes_dormant": "The escrow becomes dormant",
    "dormant_client_silent": "The freelancer can ask for the dormant escrow",
    "dormant_escrow_returns": "The dormant escrow goes back",
}


def title(action: str) -> str:
    """What an action is called where it stands in a timeline or a history."""
    return TITLES.get(action) or in_words(action)


def _title_of(event: Event) -> str:
    if event.action == "end" and event.before == Status.ENDING:
        return "Escrow decided about"
    if event.action == "end" and event.after == Status.ENDING:
        return "Contract is being ended"
    return title(event.action)


_PARTIES = {
    "client": "{client}'s card",
    "provider": "{client}'s card",
    "escrow": "Escrow",
    "review": "Hours in review",
    "fee_held": "{client}'s fee, held",
    "held": "{freelancer}, in the security hold",
    "available": "{freelancer}, available",
    "fees": "Amicable",
}
_WHY = {
    Why.ESCROW_FUNDED: "Set aside for the milestone",
    Why.CLIENT_FEE_CHARGED: "Fee, earned only with what is released",
    Why.HOURS_BILLED: "Hours billed",
    Why.HOURS: "Hours",
    Why.HOURS_REFUND: "Disputed hours go back",
    Why.SERVICE_FEE: "Service fee",
    Why.CLIENT_FEE: "Client's fee on what is released",
    Why.ESCROW_REFUND: "Goes back",
    Why.CLIENT_FEE_RETURNED: "The client's fee on it goes back too",
    Why.SERVICE_FEE_RETURNED: "The service fee on it goes back too",
    Why.CHARGEBACK: "Taken back by the bank",
    Why.CHARGEBACK_COVERED: "For what the bank took back",
    Why.CHARGEBACK_WON: "Given back by the bank",
    Why.CHARGEBACK_LOST: "Carried by Amicable for good",
    Why.COVER_RETURNED: "Not needed any more for what the bank took back",
    Why.HOLD_ENDED: "Can be withdrawn",
}


def _flows(transfers: tuple[Transfer, ...], people: People) -> Iterator[Flow]:
    """The client's account is only passed through on the way to and from the card, so it is told as the card."""
    totals: Counter[tuple[str, str, str, str]] = Counter()
    for transfer in transfers:
        kinds = _kind(transfer.source), _kind(transfer.target)
        if set(kinds) != {"client", "provider"}:
            totals[(*kinds, transfer.currency, transfer.why)] += transfer.amount
    for (source, target, currency, why), amount in totals.items():
        words = _WHY.get(Why(why)) or in_words(why)
        yield Flow(_party(source, people), _party(target, people), Money(amount, currency), words)


def _kind(account: str) -> str:
    return account.partition(":")[0]


def _party(kind: str, people: People) -> str:
    return _PARTIES[kind].format(client=people.client, freelancer=people.freelancer)


_TO_CARD = SafeString("to the card")
_OF_BANKS = (
    (Why.CHARGEBACK, "have back from the bank", SafeString("Amicable carries it for now")),
    (Why.CHARGEBACK_WON, "have paid again", SafeString("the bank has decided for Amicable")),
    (Why.CHARGEBACK_COVERED, "keep", SafeString("the bank has paid it back already")),
)


def _shares(event: Event, people: People) -> Iterator[Share]:
    if not event.transfers:
        return
    currency = event.transfers[0].currency

    def summed(*why: Why, to: str = "") -> Money:
        moved = (t for t in event.transfers if t.why in why and t.target.startswith(to))
        return Money(sum(t.amount for t in moved), currency)

    if (total := summed(Why.CARD_CHARGE)).amount:
        fee = summed(Why.CLIENT_FEE_CHARGED)
        yield _share(people, Role.CLIENT, "pay", total, _say("{} and a fee of {}, by card", total - fee, fee))
    if (total := summed(Why.CARD_REFUND)).amount:
        fee = summed(Why.CLIENT_FEE_RETURNED, to="client:")
        is_whole = fee.amount and not summed(Why.CHARGEBACK_COVERED).amount
        detail = _say("{} and the fee of {} on it, to the card", total - fee, fee) if is_whole else _TO_CARD
        yield _share(people, Role.CLIENT, "get back", total, detail)
    for bank, does, because in _OF_BANKS:
        if (total := summed(bank)).amount:
            yield _share(people, Role.CLIENT, does, total, because)
    if (net := summed(Why.RELEASE, Why.PAYMENT, Why.HOURS)).amount:
        fee = summed(Why.SERVICE_FEE)
        detail = _say("{} less the service fee of {}", net + fee, fee)
        yield _share(people, Role.FREELANCER, "receive", net, detail, _hold_ends(event, net))
    if (net := summed(Why.REFUND)).amount:
        fee = summed(Why.SERVICE_FEE_RETURNED)
        yield _share(people, Role.FREELANCER, "give back", net, _say("Amicable adds its service fee of {}", fee))
    if (total := summed(Why.HOLD_ENDED)).amount:
        yield _share(people, Role.FREELANCER, "can withdraw", total, SafeString("the hold on it is over"))


def _share(
    people: People, role: Role, do: str, money: Money, detail: SafeString, available_at: datetime | None = None
) -> Share:
    return Share(people.who(role), people.verb(role, do), money, detail, available_at)


def _hold_ends(event: Event, net: Money) -> datetime | None:
    """When what is paid now can be withdrawn: its own hold tells the amount, and the holds of milestones, which are as
    long as each other, end in the order in which they began."""
    holds = [clock for clock in event.deadlines if clock.action == "hold_ends"]
    its_own = [clock for clock in holds if clock.explanation.values.get("amount") == net]
    return max((clock.at for clock in its_own or holds), default=None)


def _say(template: str, *values: Money) -> SafeString:
    return format_html(template, *map(_tell_value, values))


def _tell_value(value: Value) -> SafeString | str | int:
    if isinstance(value, Money):
        figures, _, currency = str(value).rpartition(" ")
        return format_html('<span class="money">{} <span class="money-currency">{}</span></span>', figures, currency)
    if isinstance(value, datetime):
        return _tell_moment(value)
    return value


def _tell_moment(at: datetime) -> SafeString:
    moment = moment_of(at)
    told = format_html('<time datetime="{}">{}</time>', moment.iso, moment.local)
    if not moment.utc:
        return format_html('<span class="moment">{}</span>', told)
    return format_html('<span class="moment">{} <span class="moment-beside">({})</span></span>', told, moment.utc)
