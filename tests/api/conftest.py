"""People who use the interface, and contracts for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callers import Caller, Json, milestone, offer_of, succeeded

Person = Callable[..., Caller]


@pytest.fixture
def anybody(db: None) -> Caller:
    """Somebody without a token."""
    del db
    return Caller()


@pytest.fixture
def person(anybody: Caller) -> Person:
    """Makes people."""

    def make(name: str, *roles: str, **more: str) -> Caller:
        made = succeeded(anybody.post("/sandbox/people", {"name": name, "roles": list(roles), **more}))
        return Caller(made["id"], made["name"], made["token"])

    return make


@pytest.fixture
def clara(person: Person) -> Caller:
    """A client whose card works."""
    return person("Clara Weber", "client")


@pytest.fixture
def femi(person: Person) -> Caller:
    """A freelancer."""
    return person("Femi Adeyemi", "freelancer")


@pytest.fixture
def mo(person: Person) -> Caller:
    """A mediator."""
    return person("Mo Tanaka", "mediator")


@pytest.fixture
def offered(clara: Caller, femi: Caller) -> Json:
    """An offer of 500 USD and then 70, not answered yet."""
    return succeeded(clara.post("/contracts", offer_of(femi, "500.00", "70")))


@pytest.fixture
def active(offered: Json, femi: Caller) -> Json:
    """The offer, accepted."""
    return femi.do(offered, "accept")["contract"]


@pytest.fixture
def funded(active: Json, clara: Caller) -> Json:
    """The contract with 500 USD in escrow."""
    return clara.do(active, "fund", milestone=milestone(active))["contract"]


@pytest.fixture
def submitted(funded: Json, femi: Caller) -> Json:
    """The contract with work handed in for the 500 USD."""
    return femi.do(funded, "submit", milestone=milestone(funded), note="The pages are up.")["contract"]
