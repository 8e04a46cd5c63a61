"""Feedback under seal and what contracts count for, in the database."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from amicable.contracts.history import history, history_as_seen
from amicable.contracts.models import Contract, Counted, Event, Feedback, Outbox
from amicable.contracts.perform import Command, Done, Replayed, perform, view
from amicable.contracts.queries import contracts_of
from amicable.contracts.standing import effect_of, recount, reviews_of, standing_of, track
from amicable.contracts.worker import perform_due
from amicable.people.models import Person
from amicable.rules.feedback import CATEGORIES
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from contracts.together import all_have_read_before_anybody_writes, at_once
from deals import Deal, person

MARKER = "marker7391"


def review(count: int = 5, comment: str = MARKER, **more: object) -> dict[str, object]:
    """Parameters of feedback."""
    return {"stars": dict.fromkeys(CATEGORIES, count), "comment": comment, **more}


def ended(**who: Person) -> Deal:
    """A contract over 500 USD that ended paid."""
    deal = Deal.funded("USD", "500.00", **who)
    deal.does(deal.client, "end", reason="completed", escrow="release")
    return deal


def leave(deal: Deal, who: Person, key: str | None = None, **params: object) -> Done | Replayed | Refused:
    """Somebody leaves feedback."""
    command = Command(deal.contract.id, "leave_feedback", params or review(), str(who.id), key=key)
    return perform(command, deal.at)


@pytest.mark.django_db
def test_leaving_feedback_under_seal_leaves_no_trace_but_its_own_row() -> None:
    deal = ended()
    kept = Contract.objects.values("version", "status", "proposals", "record").get(id=deal.contract.id)
    events, jobs = Event.objects.count(), Outbox.objects.count()
    leave(deal, deal.client)
    assert Contract.objects.values("version", "status", "proposals", "record").get(id=deal.contract.id) == kept
    assert (Event.objects.count(), Outbox.objects.count()) == (events, jobs)
    assert Feedback.objects.get().opened_at is None
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table != "contracts_feedback":
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{MARKER}%"])
                assert cursor.fetchone() == (0,), table


@pytest.mark.django_db
def test_it_opens_with_the_second_side_s_in_one_deed_of_which_the_preview_says_nothing() -> None:
    deal = ended()
    leave(deal, deal.client)
    done = leave(deal, deal.freelancer)
    assert isinstance(done, Done)
    assert done.outcome.is_sealed
    assert all(feedback.opened_at == deal.at for feedback in done.contract.feedback)
    assert history(deal.contract.id)[-1].action == "feedback_opens"


@pytest.mark.django_db
def test_what_one_left_is_opened_by_the_worker_after_14_days() -> None:
    deal = ended()
    leave(deal, deal.client)
    deal.days_pass(13.9)
    assert not deal.contract.feedback[0].opened_at
    deal.days_pass(0.1)
    assert deal.contract.feedback[0].opened_at == deal.at


@pytest.mark.django_db
def test_under_a_key_it_is_left_once_and_answered_as_the_first_time() -> None:
    deal = ended()
    first = leave(deal, deal.client, key="k")
    again = leave(deal, deal.client, key="k")
    assert isinstance(first, Done)
    assert isinstance(again, Replayed)
    assert again.event.explanation == first.outcome.explanation
    other = leave(deal, deal.client, key="k", **review(1))
    assert isinstance(other, Refused)
    assert other.code == "idempotency_key_reused"
    nobody_s = leave(deal, deal.freelancer, key="k")
    assert isinstance(nobody_s, Done), "a key is its owner's alone"


@pytest.mark.django_db
def test_the_history_shows_what_was_left_to_its_author_and_to_the_other_side_once_it_is_open() -> None:
    deal = ended()
    leave(deal, deal.client)

    def actions(reader: Role) -> list[str]:
        found, after = [], 0
        while page := history_as_seen(deal.contract.id, reader, after=after, limit=2):
            found += [event.action for _, event in page]
            after = page[-1][0]
        return found

    assert actions(Role.CLIENT)[-1] == "leave_feedback"
    assert "leave_feedback" not in actions(Role.FREELANCER)
    assert "leave_feedback" not in actions(Role.MEDIATOR)
    deal.days_pass(14)
    for reader in (Role.CLIENT, Role.FREELANCER):
        assert actions(reader).count("leave_feedback") == 1
        assert actions(reader)[-1] == "feedback_opens"


@pytest.mark.django_db(transaction=True)
def test_both_sides_at_once_leave_theirs_once_and_it_opens() -> None:
    deal = ended()
    people = (deal.client, deal.freelancer, deal.client, deal.freelancer)
    with all_have_read_before_anybody_writes(len(people)):
        results = at_once(*[partial(leave, deal, who) for who in people])
    done = [result for result in results if isinstance(result, Done)]
    assert len(done) == 2
    assert {result.code for result in results if isinstance(result, Refused)} == {"feedback_left"}
    perform_due(deal.at)
    contract, _ = view(deal.contract.id, str(deal.client.id), deal.at)
    assert len(contract.feedback) == 2
    assert all(feedback.opened_at for feedback in contract.feedback)
    assert [event.action for event in history(contract.id)].count("feedback_opens") == 1


# What contracts count for


@pytest.mark.django_db
def test_one_ended_contract_changes_only_what_it_touches() -> None:
    first = ended()
    leave(first, first.client)
    first.days_pass(14)
    before = list(Counted.objects.order_by("contract", "side").values())
    second = ended(client=first.client, freelancer=first.freelancer)
    after = list(Counted.objects.exclude(contract=second.contract.id).order_by("contract", "side").values())
    assert after == before
    assert {one.contract for one in track(str(first.client.id), Role.CLIENT)} == {first.contract.id, second.contract.id}


@pytest.mark.django_db
def test_a_standing_comes_from_two_contracts_with_two_clients() -> None:
    femi = person("Femi", "freelancer")
    deals = [ended(freelancer=femi), ended(freelancer=femi)]
    for deal in deals:
        leave(deal, deal.client)
        leave(deal, femi)
    at = deals[0].at
    shown = standing_of(str(femi.id), Role.FREELANCER, at)
    assert shown
    assert (shown.score, shown.contracts) == (100, 2)
    contract, _ = view(deals[1].contract.id, str(femi.id), at)
    effect = effect_of(contract, Role.FREELANCER, at)
    assert (effect.before, effect.after) == (None, shown)


@pytest.mark.django_db
def test_reviews_are_those_that_have_opened_and_were_paid_for() -> None:
    femi = person("Femi", "freelancer")
    deals = [ended(freelancer=femi), ended(freelancer=femi)]
    leave(deals[0], deals[0].client)
    leave(deals[1], deals[1].client)
    leave(deals[1], femi)
    unpaid = Deal.struck("USD", "5.00", freelancer=femi)
    unpaid.does(unpaid.client, "end", reason="other")
    leave(unpaid, unpaid.client)
    leave(unpaid, femi)
    assert [review.contract.id for review in reviews_of(str(femi.id))] == [deals[1].contract.id]
    assert [review.feedback.by for review in reviews_of(str(deals[1].client.id))] == [Role.FREELANCER]


@pytest.mark.django_db
def test_a_full_recomputation_gives_the_same_and_mends_what_is_wrong() -> None:
    deal = ended()
    leave(deal, deal.client)
    deal.days_pass(14)
    assert recount(deal.at) == []
    right = list(Counted.objects.order_by("side").values())
    Counted.objects.filter(side="client").update(weight=7)
    Counted.objects.filter(side="freelancer").delete()
    assert recount(deal.at) == [deal.contract.id]
    assert list(Counted.objects.order_by("side").values()) == right


@pytest.mark.django_db
def test_reopening_deletes_what_is_sealed_and_counts_for_nothing() -> None:
    deal = ended()
    leave(deal, deal.client)
    proposed = deal.does(deal.freelancer, "propose_reopening", note="There is more to do.")
    deal.does(deal.client, "accept_reopening", proposal=proposed.contract.proposals[0].id)
    assert not Feedback.objects.exists()
    assert track(str(deal.client.id), Role.CLIENT) == []
    assert recount(deal.at) == []
    deal.does(deal.client, "end", reason="completed")
    assert isinstance(leave(deal, deal.client), Done)


@pytest.mark.django_db
def test_lists_show_what_has_opened_by_then_although_no_worker_came() -> None:
    deal = ended()
    leave(deal, deal.client)
    at = deal.at + timedelta(days=14)
    (contract,) = contracts_of(str(deal.freelancer.id), at)
    assert contract.feedback[0].opened_at == at
