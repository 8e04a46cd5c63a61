"""What differs between two terms: as data for pages and programs, and in words. RULEBOOK row 8 of the first table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from amicable.rules.contract import Contract
from amicable.rules.money import Money
from amicable.rules.terms import MilestoneTerms, Terms
from amicable.rules.wording import Sentence, say

Side = str | int | date | MilestoneTerms | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not the same in two terms. `milestone` is the id where it is about one.

    `what` is a field of Terms or, of a milestone that is in both, a field of MilestoneTerms; for one that is in
    only one of the two it is `milestone`, and the other side is None.
    """

    what: str
    before: Side
    after: Side
    milestone: str | None = None
    title: str = ""
    """The milestone's, as it is then called."""


FIGURES = ("rate", "weekly_limit_hours", "change_rounds", "review_days")


def differences(before: Terms, after: Terms) -> list[Difference]:
    """All that differs, the scope first, then the milestones as they are then listed, then those left out."""
    found = _of_fields(before, after, ("description",))
    known = {one.id: one for one in before.milestones}
    for one in after.milestones:
        was = known.pop(one.id, None)
        if was is None:
            found.append(Difference("milestone", None, one, one.id, one.title))
        else:
            found += _of_fields(was, one, ("title", "amount", "due"), one.id, one.title)
    found += [Difference("milestone", one, None, one.id, one.title) for one in known.values()]
    found += _of_order(before, after)
    return found + _of_fields(before, after, FIGURES)


def _of_fields(
    before: object, after: object, names: tuple[str, ...], milestone: str | None = None, title: str = ""
) -> list[Difference]:
    pairs = [(name, getattr(before, name), getattr(after, name)) for name in names]
    return [Difference(name, was, then, milestone, title) for name, was, then in pairs if was != then]


def _of_order(before: Terms, after: Terms) -> list[Difference]:
    """Milestones that are in both, in another order than before."""
    kept = [one for one in after.milestones if one.id in {was.id for was in before.milestones}]
    was = [one.id for one in before.milestones if one.id in {one.id for one in kept}]
    if was == [one.id for one in kept]:
        return []
    titles = {one.id: one.title for one in kept}
    return [Difference("order", ", ".join(titles[one] for one in was), ", ".join(one.title for one in kept))]


def in_words(contract: Contract, one: Difference) -> Sentence:
    """The difference as a sentence."""
    if one.what == "milestone":
        return _milestone_in_words(contract, one)
    if one.milestone:
        return _part_in_words(contract, one)
    return _figure_in_words(contract, one)


def _milestone_in_words(contract: Contract, one: Difference) -> Sentence:
    if isinstance(one.after, MilestoneTerms):
        price = contract.money(one.after.amount)
        if one.after.due is None:
            return say("New: “{title}” for {amount}.", title=one.title, amount=price)
        return say("New: “{title}” for {amount}, due {due}.", title=one.title, amount=price, due=written(one.after.due))
    assert isinstance(one.before, MilestoneTerms), "a milestone is new or left out"
    return say("Left out: “{title}” for {amount}.", title=one.title, amount=contract.money(one.before.amount))


def _part_in_words(contract: Contract, one: Difference) -> Sentence:
    before, after = shown(contract, one, one.before), shown(contract, one, one.after)
    if one.what == "title":
        return say("“{before}” is called “{after}”.", before=before, after=after)
    if one.what == "amount":
        return say("“{title}”: {after} instead of {before}.", title=one.title, before=before, after=after)
    return say("“{title}”: due {after} instead of {before}.", title=one.title, before=before, after=after)


_FIGURES = {
    "description": say("The scope is written anew."),
    "order": say("The milestones are in another order."),
}


def _figure_in_words(contract: Contract, one: Difference) -> Sentence:
    if one.what in _FIGURES:
        return _FIGURES[one.what]
    before, after = shown(contract, one, one.before), shown(contract, one, one.after)
    match one.what:
        case "rate":
            return say("{after} an hour instead of {before}.", before=before, after=after)
        case "weekly_limit_hours":
            return say("Hours a week: {after} instead of {before}.", before=before, after=after)
        case "change_rounds":
            return say("Rounds of changes for each milestone: {after} instead of {before}.", before=before, after=after)
        case "review_days":
            return say("Days to answer work handed in: {after} instead of {before}.", before=before, after=after)
    raise AssertionError(f"nobody says how {one.what} differs")


def shown(contract: Contract, one: Difference, side: Side) -> str | int | Money:
    """One side of a difference as people read it."""
    if side is None:
        return contract.policy.submission_release_days if one.what == "review_days" else _NOTHING[one.what]
    if one.what in ("amount", "rate"):
        assert isinstance(side, int), "money is in minor units"
        return contract.money(side)
    if isinstance(side, date):
        return written(side)
    assert not isinstance(side, MilestoneTerms), "a milestone is shown by its parts"
    return side


_NOTHING = {"due": "no date", "weekly_limit_hours": "no limit", "change_rounds": "no limit", "rate": "none"}


def written(day: date) -> str:
    """A day: `4 Dec 2026`."""
    return f"{day.day} {day:%b %Y}"
