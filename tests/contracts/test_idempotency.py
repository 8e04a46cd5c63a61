"""One key, one effect: however often a command is sent, and whatever has happened since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from amicable.contracts.models import Event
from amicable.contracts.offers import make_offer
from amicable.contracts.perform import KEY_REUSED, Command, Done, Replayed, perform
from amicable.rules.contract import Contract
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from contracts.offers import terms
from deals import Deal

pytestmark = pytest.mark.django_db


def approve(deal: Deal, amount: str | None, key: str | None = "key") -> Command:
    params: dict[str, Any] = {"milestone": deal.milestone(1), **({"amount": amount} if amount else {})}
    return Command(deal.contract.id, "approve", params, str(deal.client.id), key=key)


def test_the_same_command_under_the_same_key_is_done_once_and_answered_as_the_first_time() -> None:
    deal = Deal.funded("USD", "500.00")
    first = perform(approve(deal, "100.00"), deal.at)
    again = perform(approve(deal, "100.00"), deal.at + timedelta(hours=3))
    assert isinstance(first, Done)
    assert isinstance(again, Replayed)
    outcome, event = first.outcome, again.event
    told = (
        "at",
        "action",
        "by",
        "actor",
        "params",
        "before",
        "after",
        "transfers",
        "explanation",
        "deadlines",
        "standing",
    )
    for name in told:
        assert getattr(event, name) == getattr(outcome, name), name
    assert event.version == outcome.contract.version
    assert Event.objects.filter(action="approve").count() == 1


def test_it_is_answered_so_also_when_it_could_not_be_done_any_more() -> None:
    deal = Deal.funded("USD", "500.00")
    perform(approve(deal, None), deal.at)
    assert isinstance(perform(approve(deal, None, key="another"), deal.at), Refused)
    deal.at += timedelta(days=400)
    deal.does(deal.freelancer, "end", reason="completed")
    replayed = perform(approve(deal, None), deal.at)
    assert isinstance(replayed, Replayed)
    assert replayed.event.by == Role.CLIENT


def test_without_a_key_the_same_command_is_done_again() -> None:
    deal = Deal.funded("USD", "500.00")
    for _ in range(2):
        assert isinstance(perform(approve(deal, "100.00", key=None), deal.at), Done)


def test_a_key_is_not_for_another_amount_action_or_contract() -> None:
    deal = Deal.funded("USD", "500.00")
    other = Deal.funded("USD", "500.00")
    other.client = deal.client
    done = approve(deal, "100.00")
    perform(done, deal.at)
    for reused in (
        approve(deal, "100.01"),
        approve(deal, None),
        replace(done, action="end", params={"reason": "other", "escrow": "refund"}),
        replace(done, action="end", params={}),
    ):
        assert perform(reused, deal.at) == KEY_REUSED
    assert Event.objects.filter(actor=deal.client.id, key="key").count() == 1


def test_a_key_of_an_action_is_not_for_an_offer_nor_one_of_an_offer_for_an_action() -> None:
    deal = Deal.funded("USD", "500.00")
    perform(approve(deal, "1.00", key="action"), deal.at)
    people = {"client": str(deal.client.id), "freelancer": str(deal.freelancer.id)}
    assert make_offer(**people, terms=terms("USD", "5.00"), at=deal.at, key="action") == KEY_REUSED
    assert isinstance(make_offer(**people, terms=terms("USD", "5.00"), at=deal.at, key="offer"), Contract)
    assert perform(approve(deal, "1.00", key="offer"), deal.at) == KEY_REUSED


def test_a_key_belongs_to_who_used_it() -> None:
    deal = Deal.funded("USD", "500.00")
    submit = {"milestone": deal.milestone(1), "note": "Here."}
    for actor, action, params in (
        (deal.client, "approve", {"milestone": deal.milestone(1), "amount": "1.00"}),
        (deal.freelancer, "submit", submit),
    ):
        done = perform(Command(deal.contract.id, action, params, str(actor.id), key="key"), deal.at)
        assert isinstance(done, Done)


def test_a_refused_command_leaves_its_key_free() -> None:
    deal = Deal.struck("USD", "500.00")
    assert isinstance(perform(approve(deal, None), deal.at), Refused)
    deal.fund()
    assert isinstance(perform(approve(deal, None), deal.at), Done)


def test_who_saw_something_else_is_still_answered_as_the_first_time() -> None:
    deal = Deal.funded("USD", "500.00")
    command = replace(approve(deal, "100.00"), seen=deal.contract.version)
    assert isinstance(perform(command, deal.at), Done)
    assert isinstance(perform(command, deal.at), Replayed)


def test_the_key_goes_to_what_was_asked_and_not_to_what_was_overdue() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Here.")
    deal.at += timedelta(days=30)
    end = Command(deal.contract.id, "end", {"reason": "completed"}, str(deal.client.id), key="late")
    assert isinstance(perform(end, deal.at), Done)
    assert list(Event.objects.filter(key="late").values_list("action", flat=True)) == ["end"]
    assert isinstance(perform(end, deal.at), Replayed)
