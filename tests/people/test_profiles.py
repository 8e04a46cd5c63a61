"""What everybody may know of a person, and what moved their standing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from amicable.contracts.perform import Command, Done, perform
from amicable.contracts.standing import reviews_of, standing_of
from amicable.people.models import Person
from amicable.people.profiles import author_of, authors_of, profile_of
from amicable.rules.feedback import CATEGORIES
from amicable.rules.parts import Role
from deals import Deal, person


@pytest.fixture
def femi(db: None) -> Person:
    """A freelancer."""
    del db
    return person("Femi", "freelancer")


def finished(femi: Person, stars: int, at: datetime | None = None, amount: str = "500.00") -> Deal:
    """A contract of Femi's with somebody new, paid and ended, with feedback of both."""
    deal = Deal.funded("USD", amount, freelancer=femi, title=f"Work for {stars}")
    deal.at = at or deal.at
    deal.does(deal.client, "end", reason="completed", escrow="release")
    for who, count in ((deal.client, stars), (femi, 5)):
        params = {"stars": dict.fromkeys(CATEGORIES, count), "comment": "So."}
        assert isinstance(perform(Command(deal.contract.id, "leave_feedback", params, str(who.id)), deal.at), Done)
    return deal


def test_the_other_side_is_named_only_with_its_consent(femi: Person) -> None:
    shy, open_ = finished(femi, 5), finished(femi, 4)
    Person.objects.filter(pk=open_.client.pk).update(is_named=True)
    profile = profile_of(femi, Role.FREELANCER, shy.at)
    assert {past.other and past.other.pk for past in profile.past} == {None, open_.client.pk}
    reviews = reviews_of(str(femi.pk))
    authors = authors_of(reviews)
    assert [author_of(review, authors) for review in reviews].count(None) == 1


def test_the_history_has_what_counts_by_then_the_newest_first(femi: Person) -> None:
    first = finished(femi, 5)
    second = finished(femi, 2, first.at + timedelta(days=40))
    open_yet = Deal.funded("USD", "5.00", freelancer=femi)
    open_yet.does(open_yet.client, "end", reason="completed", escrow="release")
    profile = profile_of(femi, Role.FREELANCER, second.at)
    assert [past.title for past in profile.past] == ["Work for 2", "Logo", "Work for 5"]
    assert [past.counted.kind for past in profile.past] == ["bad", "neutral", "good"]
    earlier = profile_of(femi, Role.FREELANCER, first.at)
    assert [past.title for past in earlier.past] == ["Work for 5"]


def test_the_course_tells_what_moved_the_standing_and_ends_with_it(femi: Person) -> None:
    first = finished(femi, 5)
    finished(femi, 5, first.at + timedelta(days=5))
    bad = finished(femi, 1, first.at + timedelta(days=70))
    now = bad.at + timedelta(days=30)
    course = profile_of(femi, Role.FREELANCER, now).course
    assert [point.standing and point.standing.score for point in course] == [100, 100, 33, 33]
    assert [[move.title for move in point.moves] for point in course] == [
        ["Work for 5", "Work for 5"],
        [],
        ["Work for 1"],
        [],
    ]
    assert course[-1].standing == standing_of(str(femi.pk), Role.FREELANCER, now)
    later = profile_of(femi, Role.FREELANCER, now + timedelta(days=650))
    assert later.standing is None
    assert {move.came for point in later.course for move in point.moves} == {True, False}


@pytest.mark.parametrize(
    ("amount", "least", "below"),
    [("1.00", "0.00", "1000.00"), ("1000.00", "1000.00", "10000.00"), ("100000.00", "100000.00", None)],
)
def test_what_somebody_earned_is_told_roughly(femi: Person, amount: str, least: str, below: str | None) -> None:
    deal = finished(femi, 5, amount=amount)
    for someone, side in ((femi, Role.FREELANCER), (deal.client, Role.CLIENT)):
        (band,) = profile_of(someone, side, deal.at).bands
        assert (band.least.decimal, band.below and band.below.decimal) == (least, below)


def test_a_profile_takes_the_same_queries_however_much_there_is_on_it(
    femi: Person, django_assert_max_num_queries: object
) -> None:
    for stars in (5, 4, 3, 2):
        deal = finished(femi, stars)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        profile_of(femi, Role.FREELANCER, deal.at)
