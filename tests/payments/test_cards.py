"""What the card says, and what becomes of it; the money is charged once whatever dies in between."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import repeat
from threading import Event
from typing import Any

import pytest

from amicable.contracts import outbox
from amicable.contracts.history import history
from amicable.contracts.models import Outbox
from amicable.contracts.perform import Command, Done, Replayed, preview, view
from amicable.contracts.verify import verify
from amicable.payments import jobs
from amicable.payments.cards import card_of, set_card
from amicable.payments.commands import perform
from amicable.payments.models import SandboxCall
from amicable.payments.provider import Declined
from amicable.payments.providers import PROVIDERS
from amicable.rules.contract import Contract, Status
from amicable.rules.money import Money
from amicable.rules.outcome import Kind, Refused
from amicable.rules.parts import MilestoneStatus, Role
from amicable.rules.timeline import buttons
from contracts.together import at_once
from deals import Deal
from payments.conftest import Trouble
from payments.providers import away, broken
from rules.sensible import First, sensible

pytestmark = pytest.mark.django_db
Later = Callable[[], int]


class KilledError(BaseException):
    """The process is gone."""


def killed(*_: object, **__: object) -> None:
    raise KilledError


def fund(deal: Deal, key: str | None = None) -> Command:
    return Command(deal.contract.id, "fund", {"milestone": deal.milestone(1)}, str(deal.client.id), key=key)


def pay(deal: Deal, amount: str = "80.00", key: str | None = None) -> Command:
    return Command(deal.contract.id, "pay", {"amount": amount, "note": "Thanks."}, str(deal.client.id), key=key)


def now(deal: Deal) -> Contract:
    return view(deal.contract.id, str(deal.client.id), deal.at)[0]


def charged() -> list[tuple[str, int, str]]:
    """What the outside world remembers."""
    return list(SandboxCall.objects.order_by("kind", "amount").values_list("kind", "amount", "declined"))


def actions(deal: Deal) -> list[str]:
    return [event.action for event in history(deal.contract.id)]


@pytest.mark.parametrize(("ask", "amount"), [(fund, 52_500), (pay, 8_400)])
def test_a_card_that_works_is_charged_and_the_answer_is_what_was_shown(ask: Any, amount: int, deal: Deal) -> None:
    seen = preview(ask(deal), deal.at)
    done = perform(ask(deal), deal.at)
    assert isinstance(done, Done)
    assert done.outcome == seen
    assert charged() == [("charge", amount, "")]
    assert not outbox.pending(jobs.TOPICS)
    assert now(deal) == done.outcome.contract
    assert verify().balanced


@pytest.mark.parametrize("ask", [fund, pay])
@pytest.mark.parametrize("card", ["declines", None])
def test_a_declined_card_is_said_so_and_changes_nothing(ask: Any, card: str | None, deal: Deal) -> None:
    if card:
        set_card(str(deal.client.id), card)
    else:
        found = card_of(str(deal.client.id))
        assert found is not None
        found.delete()
    refused = perform(ask(deal), deal.at)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.kind) == ("card_declined", Kind.PAYMENT)
    assert "Nothing was charged" in refused.reason.tell()
    contract = now(deal)
    assert (contract.charge, contract.escrow, contract.paid) == (None, 0, 0)
    assert contract.milestones[0].status == MilestoneStatus.UNFUNDED
    assert (verify().balanced, verify().transfers) == (True, 0)
    set_card(str(deal.client.id), "works")
    assert isinstance(perform(ask(deal), deal.at), Done)
    assert verify().balanced


def test_a_refusal_asks_no_card(deal: Deal) -> None:
    assert isinstance(perform(pay(deal, "0"), deal.at), Refused)
    assert charged() == []


def test_the_same_key_charges_once_and_is_answered_as_the_first_time(deal: Deal) -> None:
    first, again = perform(fund(deal, "key"), deal.at), perform(fund(deal, "key"), deal.at)
    assert isinstance(first, Done)
    assert isinstance(again, Replayed)
    who_and_when = ("at", "action", "by", "actor", "params")
    for name in (*who_and_when, "before", "after", "transfers", "explanation", "deadlines", "standing"):
        assert getattr(again.event, name) == getattr(first.outcome, name), name
    assert charged() == [("charge", 52_500, "")]


def test_a_declined_card_is_told_again_under_the_same_key(deal: Deal) -> None:
    set_card(str(deal.client.id), "declines")
    first = perform(pay(deal, key="key"), deal.at)
    set_card(str(deal.client.id), "works")
    assert perform(pay(deal, key="key"), deal.at) == first
    assert isinstance(perform(pay(deal, key="another"), deal.at), Done)


def test_only_cards_that_there_are_can_be_set(deal: Deal) -> None:
    with pytest.raises(ValueError, match="explodes"):
        set_card(str(deal.client.id), "explodes")
    set_card(str(deal.client.id), "disputes")
    assert isinstance(perform(pay(deal), deal.at), Done)


# The provider is away


@pytest.mark.usefixtures("no_patience")
def test_while_the_provider_is_away_the_milestone_is_funding_and_later_it_is_funded_once(
    deal: Deal, trouble: Trouble, later: Later
) -> None:
    provider = trouble(before=[away, away])
    waiting = perform(fund(deal), deal.at)
    assert isinstance(waiting, Done)
    assert (waiting.outcome.transfers, now(deal).milestones[0].status) == ((), MilestoneStatus.FUNDING)
    assert Outbox.objects.get(topic="charge").last_error == "connection timed out"
    later()
    assert now(deal).milestones[0].status == MilestoneStatus.FUNDING
    later()
    assert now(deal).milestones[0].status == MilestoneStatus.FUNDED
    assert len(provider.asked) == 3
    assert len(set(provider.asked)) == 1, "always under the same key"
    assert charged() == [("charge", 52_500, "")]
    assert not outbox.pending(jobs.TOPICS)
    assert verify().balanced


def test_who_asks_again_under_the_same_key_waits_for_the_same_answer(
    deal: Deal, trouble: Trouble, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble(before=[away])
    monkeypatch.setattr("amicable.payments.commands.PATIENCE_SECONDS", 0.0)
    assert isinstance(perform(fund(deal, "key"), deal.at), Done)
    monkeypatch.setattr("amicable.payments.commands.PATIENCE_SECONDS", 5.0)
    monkeypatch.setattr("amicable.payments.commands.time.sleep", lambda _: later())
    again = perform(fund(deal, "key"), deal.at)
    assert isinstance(again, Replayed)
    assert [transfer.amount for transfer in again.event.transfers] == [52_500, 2_500, 50_000]


@pytest.mark.django_db(transaction=True)
def test_where_another_worker_is_at_the_job_its_answer_is_waited_for(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine_is_taken = Event()
    monkeypatch.setattr(jobs, "run_now", lambda _: mine_is_taken.set())

    def work() -> int:
        mine_is_taken.wait(10)
        return jobs.run_pending()

    done, tried = at_once(partial(perform, fund(deal), deal.at), work)
    assert tried == 1
    assert isinstance(done, Done)
    assert done.outcome.contract.escrow == 50_000


@pytest.mark.usefixtures("no_patience")
def test_a_provider_that_answered_and_was_not_heard_is_asked_again_and_charges_once(
    deal: Deal, trouble: Trouble, later: Later
) -> None:
    trouble(after=[away])
    perform(fund(deal), deal.at)
    assert (charged(), now(deal).escrow) == ([("charge", 52_500, "")], 0)
    later()
    assert (charged(), now(deal).escrow) == ([("charge", 52_500, "")], 50_000)
    assert verify().balanced


@pytest.mark.usefixtures("no_patience")
def test_a_card_changed_meanwhile_does_not_change_what_was_answered(deal: Deal, trouble: Trouble, later: Later) -> None:
    trouble(after=[away])
    perform(fund(deal), deal.at)
    set_card(str(deal.client.id), "declines")
    later()
    assert now(deal).escrow == 50_000


@pytest.mark.usefixtures("no_patience")
def test_while_a_charge_is_under_way_nothing_can_cross_with_it(deal: Deal, trouble: Trouble) -> None:
    perform(pay(deal, "10.00"), deal.at)
    trouble(before=repeat(away))
    perform(fund(deal), deal.at)
    contract = now(deal)
    for by, person in ((Role.CLIENT, deal.client), (Role.FREELANCER, deal.freelancer)):
        possible = {name for name, why_not in buttons(contract, by, deal.at) if why_not is None}
        assert possible <= {
            "open_dispute",
            "propose_cancellation",
            "propose_terms",
            "request_refund",
        }, "what only asks moves no money"
        for name in ("fund", "pay", "end", "give_refund"):
            command = Command(contract.id, name, sensible(name, contract, First(), by), str(person.id))
            refused = perform(command, deal.at)
            assert isinstance(refused, Refused), name
            assert refused.code in ("charge_in_progress", "other_side")
    assert actions(deal) == ["offer", "accept", "pay", "charge_succeeded", "fund"]


@pytest.mark.usefixtures("no_patience")
def test_a_charge_that_is_declined_in_the_end_leaves_the_contract_as_it_was(
    deal: Deal, trouble: Trouble, later: Later
) -> None:
    trouble(before=[away])
    perform(fund(deal), deal.at)
    set_card(str(deal.client.id), "declines")
    later()
    contract = now(deal)
    assert (contract.charge, contract.escrow, contract.status) == (None, 0, Status.ACTIVE)
    assert contract.milestones[0].status == MilestoneStatus.UNFUNDED
    assert actions(deal)[-1] == "charge_failed"


# Killed half way


@pytest.mark.parametrize("ask", [fund, pay])
@pytest.mark.parametrize("between", ["the provider's answer and the contract", "the contract and the job's end"])
def test_a_process_killed_between_two_steps_charges_once_and_forgets_nothing(
    ask: Any, between: str, deal: Deal, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = "amicable.payments.jobs.perform" if "provider" in between else "amicable.contracts.outbox.finish"
    with monkeypatch.context() as patch:
        patch.setattr(step, killed)
        with pytest.raises(KilledError):
            perform(ask(deal), deal.at)
    assert outbox.claim(jobs.TOPICS) == [], "the lease of the dead is not over"
    later()
    assert not outbox.pending(jobs.TOPICS)
    assert len(charged()) == 1
    assert actions(deal).count("charge_succeeded") == 1
    assert verify().balanced


def test_a_process_killed_before_it_asked_forgets_nothing(
    deal: Deal, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("amicable.payments.jobs.run_now", killed)
        with pytest.raises(KilledError):
            perform(fund(deal), deal.at)
    assert charged() == []
    later()
    assert now(deal).escrow == 50_000


@pytest.mark.usefixtures("no_patience")
def test_two_workers_at_one_job_whose_lease_ran_out_charge_once(deal: Deal, trouble: Trouble) -> None:
    trouble(before=[away])
    perform(fund(deal), deal.at)
    Outbox.objects.update(available_at=deal.at)
    (job,) = outbox.claim(jobs.TOPICS)
    jobs.run(job)
    jobs.run(job)
    assert (len(charged()), now(deal).escrow) == (1, 50_000)
    assert verify().balanced


# Money back to the card


def test_what_goes_back_goes_back_to_the_card_with_its_fee_once(deal: Deal, later: Later) -> None:
    perform(fund(deal), deal.at)
    end = Command(deal.contract.id, "end", {"reason": "other"}, str(deal.freelancer.id))
    assert isinstance(perform(end, deal.at), Done)
    later()
    later()
    assert charged() == [("charge", 52_500, ""), ("refund", 52_500, "")]
    assert verify().balanced


@pytest.mark.parametrize("provider", [{"before": [away, away]}, {"before": [broken]}, {"after": [away, broken]}])
def test_a_refund_is_asked_for_until_it_is_made_and_made_once(
    provider: dict[str, Any], deal: Deal, trouble: Trouble, later: Later
) -> None:
    perform(fund(deal), deal.at)
    asked = trouble(**provider)
    perform(Command(deal.contract.id, "end", {"reason": "other"}, str(deal.freelancer.id)), deal.at)
    for _ in range(4):
        later()
    assert charged() == [("charge", 52_500, ""), ("refund", 52_500, "")]
    assert len(set(asked.asked)) == 1
    assert not outbox.pending(jobs.TOPICS)


def test_a_refund_that_is_declined_is_not_forgotten(deal: Deal, trouble: Trouble, later: Later) -> None:
    perform(fund(deal), deal.at)
    provider = trouble(declines="account closed")
    perform(Command(deal.contract.id, "end", {"reason": "other"}, str(deal.freelancer.id)), deal.at)
    later()
    assert "account closed" in Outbox.objects.get(topic="card_refund").last_error
    provider.declines = ""
    later()
    assert charged()[-1] == ("refund", 52_500, "")


# One bad job


@pytest.mark.usefixtures("no_patience")
def test_a_job_that_goes_wrong_does_not_stop_the_others(deal: Deal, trouble: Trouble, later: Later) -> None:
    other = Deal.struck("USD", "7.00")
    set_card(str(other.client.id), "works")
    trouble(before=[away, away, broken])
    perform(fund(deal), deal.at)
    perform(fund(other), other.at)
    later()
    assert (now(deal).escrow, now(other).escrow) == (0, 700)
    assert "unexpected answer" in Outbox.objects.get(topic="charge").last_error
    later()
    assert now(deal).escrow == 50_000


@pytest.mark.usefixtures("no_patience")
def test_an_answer_that_the_contract_does_not_take_is_not_lost(deal: Deal, trouble: Trouble, later: Later) -> None:
    provider = trouble(declines="\x00")
    perform(fund(deal), deal.at)
    assert outbox.pending(["charge"]), "else the contract would wait for ever"
    provider.declines = "stolen"
    later()
    assert now(deal).charge is None


# The sandbox's provider


def test_asked_twice_under_one_key_the_provider_does_it_once_and_answers_the_same(deal: Deal) -> None:
    provider, person = PROVIDERS["sandbox"], str(deal.client.id)
    set_card(person, "declines")
    first = provider.charge(key="k", person=person, amount=Money(5, "USD"))
    set_card(person, "works")
    again = provider.charge(key="k", person=person, amount=Money(5, "USD"))
    assert first == again == Declined("insufficient funds")
