"""Two people press at the same moment: one is done, the other is told no, and never both.

Each race is first shown to be one, with the guard off.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from amicable.contracts import perform as performing
from amicable.contracts.models import Event
from amicable.contracts.perform import Command, Done, Replayed, perform
from amicable.contracts.store import load
from amicable.contracts.verify import verify
from amicable.contracts.worker import perform_due
from amicable.payments.withdrawals import withdraw
from amicable.rules.money import Money
from amicable.rules.outcome import Refused
from contracts.offers import offered
from contracts.together import all_have_read_before_anybody_writes, at_once, rewritten
from deals import Deal, person

pytestmark = pytest.mark.django_db(transaction=True)
Press = Callable[[], Done | Replayed | Refused]
ROUNDS = range(3)


def press(
    deal: Deal, who: Any, action: str, *, key: str | None = None, seen: int | None = None, **params: Any
) -> Press:
    """A button under somebody's finger."""
    command = Command(deal.contract.id, action, params, str(who.id), key=key, seen=seen)
    return lambda: perform(command, deal.at)


def race(*presses: Press) -> list[Any]:
    """Everybody reads the same contract, and then all write."""
    with all_have_read_before_anybody_writes(len(presses)):
        return at_once(*presses)


def won(results: list[Any]) -> list[Done]:
    return [result for result in results if isinstance(result, Done)]


def codes(results: list[Any]) -> list[str]:
    return [result.code for result in results if isinstance(result, Refused)]


@pytest.fixture
def no_version_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes last wins; and the history's key, which would notice, is got around."""
    rewritten(
        monkeypatch,
        (" AND c.version = u.seen", ""),
        (
            "SELECT u.contract, u.version, u.at, u.action",
            "SELECT u.contract, u.version + (random() * 1000000)::int, u.at, u.action",
        ),
    )


@contextmanager
def overdrafts_allowed() -> Iterator[None]:
    """Within, accounts may fall below zero."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE books_account DROP CONSTRAINT books_account_not_overdrawn")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE books_account ADD CONSTRAINT books_account_not_overdrawn CHECK (balance >= 0) NOT VALID"
            )


def contract_of(deal: Deal) -> Any:
    contract = load(deal.contract.id, deal.at)
    assert contract is not None
    return contract


# The race is there


@pytest.mark.usefixtures("no_version_guard")
def test_without_the_guard_a_part_is_paid_twice_and_only_one_is_remembered() -> None:
    deal = Deal.funded("USD", "500.00")
    twice = press(deal, deal.client, "approve", milestone=deal.milestone(1), amount="200.00")
    assert len(won(race(twice, twice))) == 2
    assert contract_of(deal).escrow == 30_000, "by the contract 200 were released"
    assert any("should be 300.00 USD" in problem for problem in verify().problems), "by the books 400"


@pytest.mark.usefixtures("no_version_guard")
def test_without_the_guard_what_was_just_released_is_asked_back_too() -> None:
    deal = Deal.funded("USD", "500.00")
    release = press(deal, deal.client, "approve", milestone=deal.milestone(1))
    refund = press(deal, deal.client, "end", reason="other", escrow="refund")
    released, asked_back = sorted(won(race(release, refund)), key=lambda done: done.outcome.action)
    assert released.outcome.contract.escrow == 0
    assert asked_back.outcome.contract.proposals[0].amount == 50_000


def test_without_the_guard_the_history_still_refuses_a_second_event_of_one_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rewritten(monkeypatch, (" AND c.version = u.seen", ""))
    deal = Deal.funded("USD", "500.00")
    all_of_it = press(deal, deal.client, "approve", milestone=deal.milestone(1))
    results = race(all_of_it, all_of_it)
    assert (len(won(results)), codes(results)) == (1, ["nothing_in_escrow"])


def test_without_the_guard_on_balances_money_is_given_back_and_withdrawn() -> None:
    deal = _with_money_available()
    with overdrafts_allowed():
        race(*_give_back_and_withdraw(deal))
    with connection.cursor() as cursor:
        cursor.execute("SELECT balance FROM books_account WHERE name = %s", [f"available:{deal.freelancer.id}"])
        assert cursor.fetchone() == (-9_000,)
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE books_account SET balance = 0 WHERE balance < 0")
        cursor.execute("SET session_replication_role = origin")


def _offers_cross() -> tuple[Deal, Press, Press]:
    """A dispute in which both have offered, and each is about to accept the other's offer."""
    deal = Deal.funded("USD", "500.00", "500.00")
    deal.does(deal.client, "open_dispute", reason="Late.", about="escrow")
    deal.fund(2)
    deal.does(deal.freelancer, "offer_settlement", release="400.00")
    deal.does(deal.client, "offer_settlement", release="100.00")
    by_freelancer, by_client = deal.contract.proposals
    accepts = press(deal, deal.client, "accept_settlement", proposal=by_freelancer.id)
    return deal, accepts, press(deal, deal.freelancer, "accept_settlement", proposal=by_client.id)


@pytest.mark.usefixtures("no_version_guard")
def test_without_the_guard_the_sum_in_dispute_is_divided_by_both_offers() -> None:
    both = False
    for _ in range(10):
        _, *presses = _offers_cross()
        both = both or len(won(race(*presses))) == 2
    assert both, "the database breaks a tie of locks now and then, and the loser decides again"
    assert not verify().balanced, "both are paid by the books, and one by the contract"


# And the guard holds


def test_two_approvals_of_the_whole_pay_once() -> None:
    for _ in ROUNDS:
        deal = Deal.funded("USD", "500.00")
        all_of_it = press(deal, deal.client, "approve", milestone=deal.milestone(1))
        results = race(all_of_it, all_of_it)
        assert (len(won(results)), codes(results)) == (1, ["nothing_in_escrow"])
        assert contract_of(deal).paid == 50_000
        assert verify().balanced


def test_who_releases_and_who_asks_back_what_both_saw_are_not_both_served() -> None:
    for _ in ROUNDS:
        deal = Deal.funded("USD", "500.00")
        seen = deal.contract.version
        results = race(
            press(deal, deal.client, "approve", seen=seen, milestone=deal.milestone(1)),
            press(deal, deal.client, "end", seen=seen, reason="other", escrow="refund"),
        )
        assert (len(won(results)), codes(results)) == (1, ["stale"])
        assert verify().balanced


def test_an_offer_is_accepted_or_withdrawn() -> None:
    for _ in ROUNDS:
        deal = offered("USD", "500.00")
        results = race(press(deal, deal.freelancer, "accept"), press(deal, deal.client, "withdraw"))
        assert len(won(results)) == 1
        assert codes(results) in (["contract_active"], ["contract_withdrawn"])


def test_a_refund_is_agreed_to_or_contested() -> None:
    for _ in ROUNDS:
        deal = Deal.funded("USD", "500.00")
        deal.does(deal.client, "end", reason="other", escrow="refund")
        request = deal.contract.proposals[0].id
        results = race(
            press(deal, deal.freelancer, "accept_refund", proposal=request),
            press(deal, deal.freelancer, "decline_refund", proposal=request),
            press(deal, deal.client, "approve", milestone=deal.milestone(1)),
        )
        assert len(won(results)) == 1
        contract = contract_of(deal)
        assert contract.escrow in (0, 50_000)
        assert (contract.dispute is None) == (contract.escrow == 0)
        assert verify().balanced


def test_both_accept_each_others_offer_and_one_is_done() -> None:
    for _ in ROUNDS:
        deal, *presses = _offers_cross()
        results = race(*presses)
        assert (len(won(results)), codes(results)) == (1, ["no_dispute"])
        assert contract_of(deal).paid in (10_000, 40_000)
        assert verify().balanced


def test_an_offer_is_accepted_or_the_dispute_is_withdrawn_or_decided() -> None:
    for _ in ROUNDS:
        deal, _, accepts = _offers_cross()
        mediator = person("Mo", "mediator")
        ruling = Command(
            deal.contract.id, "decide", {"release": "1.00", "reason": "So."}, str(mediator.id), is_mediator=True
        )
        results = race(accepts, press(deal, deal.client, "withdraw_dispute"), partial(perform, ruling, deal.at))
        closed = [done for done in won(results) if done.outcome.action != "decide"]
        assert len(closed) == 1, "a ruling leaves the dispute open: the other two may still come first or after"
        assert set(codes(results)) <= {"no_dispute", "already_decided"}
        assert contract_of(deal).dispute is None
        assert verify().balanced


def test_the_same_money_is_given_back_once() -> None:
    for _ in ROUNDS:
        deal = Deal.funded("USD", "500.00")
        deal.approve()
        all_of_it = press(deal, deal.freelancer, "give_refund", amount="500.00", note="Sorry.")
        results = race(all_of_it, all_of_it)
        assert (len(won(results)), codes(results)) == (1, ["nothing_to_refund"])
        assert verify().balanced


def test_money_is_given_back_or_withdrawn() -> None:
    for _ in ROUNDS:
        deal = _with_money_available()
        given, taken = race(*_give_back_and_withdraw(deal))
        assert isinstance(given, Refused) != isinstance(taken, Refused)
        assert (given if isinstance(given, Refused) else taken).code in ("nothing_to_refund", "not_enough_available")
        assert verify().balanced


def test_what_is_due_happens_once_whoever_comes_first() -> None:
    for _ in ROUNDS:
        deal = Deal.funded("USD", "500.00")
        deal.does(deal.freelancer, "submit", milestone=deal.milestone(1), note="Done.")
        deal.at += timedelta(days=16)
        pays = press(deal, deal.client, "pay", amount="1.00", note="Thanks.")
        works = partial(perform_due, deal.at)
        at_once(pays, works, works)
        works()
        assert Event.objects.filter(action="submission_unanswered", contract=deal.contract.id).count() == 1
        assert contract_of(deal).paid == 50_000
        assert verify().balanced


def test_a_double_click_under_one_key_has_one_effect_and_the_same_answer() -> None:
    for _ in ROUNDS:
        deal = Deal.funded("USD", "500.00")
        click = press(deal, deal.client, "approve", key="click", milestone=deal.milestone(1), amount="100.00")
        results = race(click, click)
        (done,) = won(results)
        (replayed,) = (result for result in results if isinstance(result, Replayed))
        assert (replayed.event.version, replayed.event.transfers) == (
            done.outcome.contract.version,
            done.outcome.transfers,
        )
        assert contract_of(deal).paid == 10_000


def test_many_who_press_anything_at_once_lose_no_cent_and_never_wait_for_ever() -> None:
    deal = Deal.funded("USD", "500.00")

    def somebody(seed: int) -> Callable[[], int]:
        chance = random.Random(seed)
        presses = [
            press(deal, deal.client, "approve", milestone=deal.milestone(1), amount="0.07"),
            press(deal, deal.freelancer, "submit", milestone=deal.milestone(1), note="Here."),
            press(deal, deal.client, "request_changes", milestone=deal.milestone(1), note="No."),
            press(deal, deal.freelancer, "give_refund", amount="0.05", note="Sorry."),
        ]
        return lambda: len(won([chance.choice(presses)() for _ in range(12)]))

    before = contract_of(deal).version
    done = sum(at_once(*map(somebody, range(6))))
    assert contract_of(deal).version == before + done
    assert list(Event.objects.order_by("version").values_list("version", flat=True)) == list(
        range(1, before + done + 1)
    )
    assert verify().balanced


def _with_money_available() -> Deal:
    """100 paid, of which 90 are the freelancer's to withdraw."""
    deal = Deal.struck("USD", "500.00")
    deal.pay("100.00")
    deal.days_pass(5)
    return deal


def _give_back_and_withdraw(deal: Deal) -> tuple[Press, Callable[[], Any]]:
    give_back = press(deal, deal.freelancer, "give_refund", amount="100.00", note="Sorry.")

    def take() -> Any:
        performing.load(deal.contract.id, deal.at)  # waits until the other has read too
        return withdraw(str(deal.freelancer.id), Money(9_000, "USD"), deal.at)

    return give_back, take
