"""What the page on which a contract is ended shows: the outcome of the choice, all that follows, and the button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.http import urlencode

from amicable.rules.clocks import clocks
from amicable.rules.contract import Contract, Status
from amicable.rules.dispute_clocks import ENDS_BY_ITSELF
from amicable.rules.hourly import WeekStatus
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome, Refused
from amicable.rules.parts import Milestone, MilestoneStatus, ProposalKind, Role
from amicable.rules.registry import ACTIONS, act
from amicable.rules.timeline import timeline
from amicable.rules.week import review_ends
from amicable.web.ahead import Branch, ahead, branches
from amicable.web.outcome import Deadline, People, Share, Shown, show, show_clock
from amicable.web.seen import Seen
from amicable.web.weeks import SoFar, so_far

CHOICES = ("release", "refund", "part")
REASONS = {
    "completed": "The work is done",
    "not_completed": "The work was not completed",
    "no_longer_needed": "The work is no longer needed",
    "scope_changed": "The work became another than was agreed",
    "not_responsive": "The other side does not answer",
    "quality": "The work is not as good as was agreed",
    "deadline_missed": "A deadline was missed",
    "mutual": "We both want to end it",
    "other": "Another reason",
}
"""Why people end contracts: the rules' words, as people say them."""
PREVENTED_BY = {
    "escrow_refund_unanswered": (Role.FREELANCER, "contest it"),
    "submission_unanswered": (Role.CLIENT, "decide otherwise"),
    "review_ends": (Role.CLIENT, "dispute hours"),
}
"""What happens by itself to money after an end, and who can come before it by what."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the client wants to happen to the money in escrow. Nothing is chosen for anybody."""

    escrow: str = ""
    """One of CHOICES, or nothing yet."""
    release: str = ""
    """The part to release, as it was typed."""

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Choice:
        """The choice in a query or a form."""
        escrow = data.get("escrow", "")
        return cls(escrow if escrow in CHOICES else "", data.get("release", "").strip())

    @property
    def is_made(self) -> bool:
        """Whether there is something to show for it; a part needs an amount."""
        return bool(self.release if self.escrow == "part" else self.escrow)

    @property
    def query(self) -> str:
        """The choice as a query or a form says it."""
        return urlencode({"escrow": self.escrow, "release": self.release})

    @property
    def params(self) -> dict[str, object]:
        """The choice as the action `end` takes it."""
        if not self.escrow:
            return {}
        return {"escrow": {"release": self.release} if self.escrow == "part" else self.escrow}


@dataclass(frozen=True, slots=True)
class Sum:
    """What one side gets or gives, and when; at once where `at` is None."""

    share: Share
    at: datetime | None
    unless: str
    """What somebody can do before, so that it comes differently."""


@dataclass(frozen=True)
class Ending:
    """Ending `contract` as `by` with the choice that was made, if it is done at `at`."""

    contract: Contract
    people: People
    by: Role
    at: datetime
    choice: Choice

    @property
    def seen(self) -> Seen:
        """What the page is made from."""
        return Seen.of(self.contract)

    @property
    def why_not(self) -> Refused | None:
        """Why the contract cannot be ended now."""
        return ACTIONS["end"].why_not(self.contract, self.by, self.at)

    @property
    def is_ended_already(self) -> bool:
        """Whether it was ended before, and only the money that is left is to be decided about."""
        return self.contract.status == Status.ENDING and self.why_not is None

    @property
    def ended_by(self) -> str:
        """Who ended it before: "You" where that was the person who looks."""
        ending = self.contract.ending
        return self.people.who(ending.by) if ending else ""

    @property
    def deadlines(self) -> list[Deadline]:
        """What happens by itself as things stand."""
        return [show_clock(clock, self.people) for clock in clocks(self.contract)]

    @property
    def other(self) -> str:
        """The name of the other side."""
        return self.people.name(self.by.other)

    @property
    def client(self) -> str:
        """The client at the beginning of a sentence: "You" where that is the person who looks."""
        return self.people.who(Role.CLIENT)

    @property
    def escrow(self) -> Money:
        """What is in escrow and not in dispute."""
        return self.contract.money(self.contract.free_escrow)

    @property
    def frozen(self) -> Money:
        """What is in dispute, which ending leaves as it is."""
        return self.contract.money(self.contract.escrow - self.contract.free_escrow)

    @property
    def asks(self) -> bool:
        """Whether there is something to choose: it is the client's to say what happens to money in escrow."""
        return self.by == Role.CLIENT and self.contract.free_escrow > 0

    @property
    def lapsing(self) -> list[tuple[str, Money]]:
        """The milestones that were never funded."""
        unfunded = [m for m in self.contract.milestones if m.status == MilestoneStatus.UNFUNDED]
        return [(milestone.title, self.contract.money(milestone.amount)) for milestone in unfunded]

    @property
    def forfeited(self) -> list[tuple[str, Money]]:
        """The milestones whose money goes back because the freelancer has handed nothing in for them."""
        if self.by != Role.FREELANCER:
            return []
        contract = self.contract
        funded = [m for m in contract.milestones if m.status == MilestoneStatus.FUNDED and contract.free(m)]
        return [(milestone.title, contract.money(contract.free(milestone))) for milestone in funded]

    @property
    def stopped(self) -> list[Milestone]:
        """The milestones whose review would have ended with a release by itself, and does not any more."""
        waiting = (
            {m.id for m in self.outcome.contract.milestones if m.escrow and not m.release_at} if self.outcome else ()
        )
        return [m for m in self.contract.milestones if m.release_at and m.id in waiting]

    @cached_property
    def decided(self) -> Outcome | Refused | None:
        """What comes of the choice; None as long as there is one to make."""
        if self.asks and not self.choice.is_made:
            return None
        return self._act(self.choice)

    @property
    def outcome(self) -> Outcome | None:
        """The outcome of the choice, if it makes sense."""
        return self.decided if isinstance(self.decided, Outcome) else None

    @property
    def invalid(self) -> str:
        """What is wrong with the choice."""
        return self.decided.errors[0][1] if isinstance(self.decided, Refused) and self.decided.errors else ""

    @property
    def shown(self) -> Shown | None:
        """What happens at once."""
        return show(self.outcome, self.people) if self.outcome else None

    @property
    def branches(self) -> list[Branch]:
        """What comes of each answer that is then waited for, and of silence."""
        return branches(self.outcome, self.people) if self.outcome else []

    @property
    def ahead(self) -> list[Shown]:
        """What then happens by itself."""
        return ahead(self.outcome, self.people) if self.outcome else []

    @property
    def if_nothing_is_said(self) -> Shown | None:
        """What comes of silence about the money that is asked back."""
        return next((later for later in self.ahead if later.action == "escrow_refund_unanswered"), None)

    @property
    def is_hourly(self) -> bool:
        """Whether hours are billed, not milestones."""
        return self.contract.kind == "hourly"

    @property
    def hours(self) -> list[SoFar]:
        """The hours that are not billed yet and will be, with what they come to."""
        return so_far(self.contract, timeline(self.outcome.contract), self.at) if self.outcome else []

    @property
    def reviewed_until(self) -> datetime | None:
        """Until when the last hours can be disputed, if there are any and it is known."""
        all_weeks = self.outcome.contract.weeks if self.outcome else ()
        weeks = [week for week in all_weeks if week.status != WeekStatus.UNPAID]
        ends = [week.review_ends or review_ends(week.start, self.contract.policy) for week in weeks]
        return max(ends, default=None)

    @property
    def from_now_on(self) -> list[Shown]:
        """What happens at once, and by itself after it."""
        return [self.shown, *self.ahead] if self.shown else []

    @property
    def sums(self) -> list[Sum]:
        """Who gets what if nobody says anything more; what the holds do then is part of what was received."""
        told = [later for later in self.from_now_on if later.action != "hold_ends"]
        return [
            Sum(share, later.at if later.at > self.at else None, self._unless(later.action))
            for later in told
            for share in later.shares
        ]

    def _unless(self, action: str) -> str:
        """What somebody can do before that happens by itself."""
        if action in (*ENDS_BY_ITSELF, "hours_dispute_unanswered"):
            return "by the dispute, unless that ends otherwise before"
        if action not in PREVENTED_BY:
            return ""
        side, do = PREVENTED_BY[action]
        return f"unless {self.people.does(side, do)} before"

    @property
    def left(self) -> Money:
        """What is still in escrow afterwards and not in dispute."""
        return self.contract.money(self.outcome.contract.free_escrow if self.outcome else 0)

    @property
    def answer_by(self) -> datetime | None:
        """Until when the other side can say that the money must not go back."""
        proposal = self.outcome and self.outcome.contract.proposal(ProposalKind.ESCROW_REFUND)
        return proposal.answer_by if proposal else None

    @property
    def deed(self) -> str:
        """What the button does, as its label says it."""
        assert self.outcome is not None, "there is a button only for what makes sense"
        done = self._moves(self.outcome)
        if not self.is_ended_already:
            done.insert(0, "end the contract")
        said = ", ".join(done[:-1]) + " and " + done[-1] if len(done) > 1 else done[0]
        return said[:1].upper() + said[1:]

    def _moves(self, outcome: Outcome) -> list[str]:
        before, after = self.contract, outcome.contract
        money, words = self.contract.money, []
        if after.paid > before.paid:
            words.append(f"release {money(after.paid - before.paid)}")
        if after.refunded > before.refunded:
            words.append(f"give {money(after.refunded - before.refunded)} back")
        if after.proposal(ProposalKind.ESCROW_REFUND):
            words.append(f"ask {money(after.free_escrow)} back")
        return words

    @property
    def if_released(self) -> Ending:
        """The same ending with everything released."""
        return replace(self, choice=Choice("release"))

    @property
    def if_refunded(self) -> Ending:
        """The same ending with everything asked back."""
        return replace(self, choice=Choice("refund"))

    def _act(self, choice: Choice) -> Outcome | Refused:
        return act(self.contract, "end", {"reason": "other", **choice.params}, by=self.by, at=self.at)
