"""What the workroom of a contract shows: the terms and the money, what waits for an answer, what lies ahead and what
lies behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from amicable.contracts.record import Recorded
from amicable.people.models import Person
from amicable.rules.actions.paid_dispute import paid_cannot_be_disputed
from amicable.rules.contract import Contract, Status
from amicable.rules.hourly import Week
from amicable.rules.money import Money
from amicable.rules.parts import Milestone, Proposal, ProposalKind, Role
from amicable.rules.registry import ACTIONS
from amicable.rules.timeline import timeline
from amicable.rules.week import hours_text, minutes_of, week_text
from amicable.talk.models import File, Message
from amicable.talk.picked import picked
from amicable.web.actions import Button, possible
from amicable.web.ahead import Branch, escrow_branches
from amicable.web.ending import REASONS
from amicable.web.files import Shown as FileShown
from amicable.web.files import shown
from amicable.web.outcome import Shown, show
from amicable.web.picking import Pick, as_shown
from amicable.web.viewer import Sight


@dataclass(frozen=True, slots=True)
class Stake:
    """A milestone and its money."""

    milestone: Milestone
    price: Money
    escrow: Money
    frozen: Money
    """What of the escrow is in dispute."""
    paid: Money


ANSWERING_HOURS = ("accept_hours_dispute", "contest_hours_dispute")
ANSWERING = (*ANSWERING_HOURS, "accept_refund", "decline_refund", "approve", "end")


Quote = tuple[str, str, list[Pick]]
"""Who, what they wrote, and what they picked in beside it."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something that waits for somebody, with what comes of each answer and of silence."""

    title: str
    asked: str | None
    """Who is to answer; None where nobody has anything to say any more."""
    until: datetime | None
    quotes: tuple[Quote, ...]
    """Oldest first."""
    branches: tuple[Branch, ...]
    buttons: tuple[Button, ...]
    """The answers, where the person who looks is asked."""


@dataclass(frozen=True, slots=True)
class Past:
    """An event of the history, with what people wrote to each other on it."""

    shown: Shown
    who: str
    notes: tuple[str, ...]


def stakes(contract: Contract) -> list[Stake]:
    """The milestones, each with its money."""
    money = contract.money
    return [
        Stake(m, money(m.amount), money(m.escrow), money(contract.frozen(m.id)), money(m.paid))
        for m in contract.milestones
    ]


def money(contract: Contract) -> list[tuple[str, Money]]:
    """The contract's money, by what it is."""
    is_hourly = contract.kind == "hourly"
    waiting = ("In review", contract.in_review) if is_hourly else ("In escrow", contract.escrow)
    always = [waiting, ("Paid, before the service fee", contract.paid)]
    if_any = [
        (f"Client's fee on what is {waiting[0].lower()}, held", contract.client_fee_held),
        ("Service fee on what is paid", contract.service_fee(contract.paid)),
        ("Client's fee on what is paid", contract.client_fee(contract.paid)),
        ("Gone back to the client", contract.refunded),
        (
            "Taken back by the bank, carried by Amicable until it decides",
            contract.carried - contract.lost,
        ),
        ("Taken back by the bank, carried by Amicable for good", contract.lost),
    ]
    amounts = always + [(words, amount) for words, amount in if_any if amount]
    return [(words, contract.money(amount)) for words, amount in amounts]


def ended_how(sight: Sight) -> str:
    """Who ended the contract and why; empty as long as nobody has, or where it came about by itself."""
    ending = sight.contract.ending
    if ending is None:
        return ""
    if ending.agreed:
        return "By mutual agreement, nobody at fault"
    if ending.by == Role.NOBODY:
        return "By itself, as nobody did anything about the escrow"
    who = "you" if ending.by == sight.role else sight.people.name(ending.by)
    return f"By {who}: {REASONS.get(ending.reason, ending.reason)}"


def ahead(sight: Sight) -> list[Shown]:
    """What happens by itself if nobody does anything, to the end."""
    return [show(outcome, sight.people) for outcome in timeline(sight.contract)]


def behind(events: Iterable[Recorded], sight: Sight, authors: dict[str, Person]) -> list[Past]:
    """What has happened."""
    return [Past(show(event, sight.people), _who(event, sight, authors), _notes(event)) for event in events]


def _who(event: Recorded, sight: Sight, authors: dict[str, Person]) -> str:
    if event.actor == str(sight.person.pk):
        return "You"
    author = event.actor and authors.get(event.actor)
    return author.name if author else sight.people.name(event.by)


def _notes(event: Recorded) -> tuple[str, ...]:
    """What somebody wrote; a reason from the list as people say it."""
    reason, note = event.params.get("reason", ""), event.params.get("note", "")
    return tuple(text for text in (REASONS.get(reason, reason), note) if text)


@dataclass(frozen=True, slots=True)
class Said:
    """A message with its files."""

    message: Message
    is_mine: bool
    files: list[FileShown]
    can_be_work: bool
    """Whether its files can be handed in as work with one press."""


def talk(messages: Iterable[Message], sight: Sight) -> list[Said]:
    """What was written to each other."""
    can_submit = ACTIONS["submit"].why_not(sight.contract, sight.role, sight.now) is None
    return [_said(message, sight, can_submit=can_submit) for message in messages]


def _said(message: Message, sight: Sight, *, can_submit: bool) -> Said:
    files = shown(message.files.all(), sight)
    is_mine = message.author_id == sight.person.pk
    is_talk = any(file.purpose == File.Purpose.MESSAGE for file in files)
    return Said(message, is_mine, files, can_be_work=can_submit and is_mine and is_talk)


# What waits for somebody


def question(sight: Sight) -> Question | None:
    """What is open besides disputes: a request for the escrow, or work in review on a contract that is ending."""
    contract, people = sight.contract, sight.people
    if asked := contract.proposal(ProposalKind.HOURS_DISPUTE):
        return _hours(asked, sight)
    if proposal := contract.proposal(ProposalKind.ESCROW_REFUND):
        quotes: tuple[Quote, ...] = ((people.who(proposal.by), proposal.note, []),) if proposal.note else ()
        title = f"{people.begins(proposal.by, 'ask')} for {contract.money(proposal.amount)} back from escrow"
        return _question(title, proposal.by.other, proposal.answer_by, quotes, sight)
    return _review(sight) if contract.status == Status.ENDING and contract.free_escrow else None


def _hours(asked: Proposal, sight: Sight) -> Question:
    """Hours that the client disputes."""
    contract, people = sight.contract, sight.people
    week = contract.week(date.fromisoformat(asked.about)) if asked.about else None
    assert week is not None, "a dispute about hours is about a week"
    title = (
        f"{people.begins(Role.CLIENT, 'dispute')} {hours_text(minutes_of(week.disputed))} hours of the week of "
        f"{week_text(week.start)}: {contract.money(asked.amount)} is frozen"
    )
    picks = as_shown(asked.evidence, picked(contract.id, asked.evidence), sight)
    quotes = ((people.who(Role.CLIENT), asked.note, picks),)
    question = _question(title, Role.FREELANCER, asked.answer_by, quotes, sight)
    return replace(question, buttons=tuple(b for b in question.buttons if b.action in ANSWERING_HOURS))


def besides(question: Question | None, buttons: list[Button], sight: Sight) -> list[Button]:
    """What can be done besides answering the question. A dispute is then about paid money: about what is asked back
    from escrow it would do what the answer does, and one about a part of that is opened from the answer's page."""
    if question is None or all(button.action != "decline_refund" for button in question.buttons):
        return buttons
    if paid_cannot_be_disputed(sight.contract, sight.role, sight.now):
        return [button for button in buttons if button.action != "open_dispute"]
    about = "About money that was paid lately, which it freezes. What is asked back from escrow is contested above."
    return [replace(button, text=about) if button.action == "open_dispute" else button for button in buttons]


def disputed_week(contract: Contract) -> Week | None:
    """The week whose hours are in dispute, answered or not; the one that the question on the page is about."""
    contested = next((dispute.week for dispute in contract.open_disputes if dispute.week), None)
    if contested:
        return contract.week(contested)
    asked = contract.proposal(ProposalKind.HOURS_DISPUTE)
    return contract.week(date.fromisoformat(asked.about)) if asked and asked.about else None


def _review(sight: Sight) -> Question:
    """What the freelancer handed in before ending the contract."""
    contract, people = sight.contract, sight.people
    ends = [milestone.release_at for milestone in contract.milestones if milestone.release_at]
    title = f"{people.who(Role.FREELANCER)} ended the contract, and {contract.money(contract.free_escrow)} is in review"
    question = _question(title, Role.CLIENT, min(ends, default=None), (), sight)
    buttons = [replace(b, label="Ask it back") if b.action == "end" else b for b in question.buttons]
    return replace(question, buttons=tuple(buttons))


def _question(
    title: str, asked: Role | None, until: datetime | None, quotes: tuple[Quote, ...], sight: Sight
) -> Question:
    found = [button for button in possible(sight) if button.action in ANSWERING] if asked == sight.role else []
    branches = escrow_branches(sight.contract, sight.now, sight.people)
    return Question(title, asked and sight.people.name(asked), until, quotes, tuple(branches), tuple(found))
