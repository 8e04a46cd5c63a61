"""Making an offer: kept whole, once a key, under the newest figures."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError

from amicable.contracts.history import history
from amicable.contracts.models import Contract as ContractRow
from amicable.contracts.models import Event, Milestone, Outbox
from amicable.contracts.models import Policy as PolicyRow
from amicable.contracts.offers import make_offer
from amicable.contracts.perform import KEY_REUSED
from amicable.contracts.store import load
from amicable.people.models import Person
from amicable.rules.contract import Contract
from amicable.rules.outcome import Refused
from amicable.rules.parts import Role
from contracts.offers import terms
from contracts.together import at_once
from deals import START, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def clara() -> Person:
    return person("Clara", "client")


@pytest.fixture
def femi() -> Person:
    return person("Femi", "freelancer")


def offer(client: Person, freelancer: Person, wanted: dict[str, Any], key: str | None = None) -> Contract | Refused:
    return make_offer(client=str(client.id), freelancer=str(freelancer.id), terms=wanted, at=START, key=key)


def made(client: Person, freelancer: Person, wanted: dict[str, Any], key: str | None = None) -> Contract:
    contract = offer(client, freelancer, wanted, key)
    assert isinstance(contract, Contract), contract
    return contract


def test_an_offer_is_kept_as_it_was_made(clara: Person, femi: Person) -> None:
    wanted = terms("KWD", "1.250", "0.001")
    wanted["milestones"][1]["due"] = "2026-12-24"
    contract = made(clara, femi, {**wanted, "description": "“Zwei” Seiten 🙂"})
    assert load(contract.id, START) == contract
    (event,) = history(contract.id)
    assert (event.action, event.by, event.actor, event.at) == ("offer", Role.CLIENT, str(clara.id), START)
    assert Outbox.objects.get().topic == "notice"


def test_an_offer_that_makes_no_sense_leaves_nothing(clara: Person, femi: Person) -> None:
    refused = offer(clara, femi, terms("USD", "0"), key="key")
    assert isinstance(refused, Refused)
    assert refused.errors[0][0] == "milestones.0.amount"
    assert isinstance(offer(clara, clara, terms("USD", "1.00")), Refused)
    assert not ContractRow.objects.exists()
    made(clara, femi, terms("USD", "1.00"), key="key")


@pytest.mark.django_db(transaction=True)
def test_an_offer_to_nobody_is_no_offer(clara: Person) -> None:
    with pytest.raises(IntegrityError):
        make_offer(client=str(clara.id), freelancer=str(uuid4()), terms=terms("USD", "1.00"), at=START)
    assert not ContractRow.objects.exists()


def test_one_key_makes_one_offer(clara: Person, femi: Person) -> None:
    first = made(clara, femi, terms("USD", "1.00", "2.00"), key="key")
    again = made(clara, femi, terms("USD", "1.00", "2.00"), key="key")
    assert again == first
    assert (ContractRow.objects.count(), Milestone.objects.count(), Event.objects.count()) == (1, 2, 1)


def test_a_key_is_not_for_other_terms_or_another_freelancer(clara: Person, femi: Person) -> None:
    made(clara, femi, terms("USD", "1.00"), key="key")
    assert offer(clara, femi, terms("USD", "1.01"), key="key") == KEY_REUSED
    assert offer(clara, person("Finn", "freelancer"), terms("USD", "1.00"), key="key") == KEY_REUSED
    assert ContractRow.objects.count() == 1
    made(person("Cleo", "client"), femi, terms("USD", "1.00"), key="key")


def test_without_a_key_the_same_offer_is_made_again(clara: Person, femi: Person) -> None:
    for _ in range(2):
        made(clara, femi, terms("USD", "1.00"))
    assert ContractRow.objects.count() == 2


def test_an_offer_is_made_under_the_newest_figures(clara: Person, femi: Person) -> None:
    newest = PolicyRow.objects.create(figures={"milestone_min_minor": 500})
    refused = offer(clara, femi, terms("USD", "4.99"))
    assert isinstance(refused, Refused)
    assert made(clara, femi, terms("USD", "5.00")).policy.version == newest.version


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_offer() -> None:
    clara, femi = person("Clara", "client"), person("Femi", "freelancer")
    contracts = at_once(*[partial(made, clara, femi, terms("USD", "1.00"), key="click")] * 4)
    assert len({contract.id for contract in contracts}) == 1
    assert ContractRow.objects.count() == 1
