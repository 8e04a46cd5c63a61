"""Taking money out: no more than there is, once a key, and back again when it does not arrive."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import repeat

import pytest

from amicable.books.balances import balance
from amicable.contracts import outbox
from amicable.contracts.models import Outbox
from amicable.contracts.perform import KEY_REUSED
from amicable.contracts.verify import verify
from amicable.payments import jobs
from amicable.payments.models import SandboxCall
from amicable.payments.models import Withdrawal as Row
from amicable.payments.withdrawals import withdraw
from amicable.rules.money import Money
from amicable.rules.outcome import Kind, Refused
from contracts.together import at_once
from deals import START, Deal
from payments.conftest import Trouble
from payments.providers import away, broken

pytestmark = pytest.mark.django_db
Later = Callable[[], int]


def rich(currency: str = "USD", amount: str = "100.00") -> str:
    """A freelancer (an id) who was paid so much, less the service fee, and can withdraw it."""
    deal = Deal.struck(currency, amount)
    deal.pay(amount)
    Outbox.objects.all().delete()  # the deal itself told the contract what the card said
    deal.days_pass(5)
    return str(deal.freelancer.id)


def dollars(cents: int) -> Money:
    return Money(cents, "USD")


def purse(person: str, currency: str = "USD") -> tuple[int, int]:
    """What is available, and what is on its way."""
    return balance(f"available:{person}", currency), balance(f"payout:{person}", currency)


def taken(person: str, amount: Money, key: str | None = None) -> Row:
    result = withdraw(person, amount, START, key)
    assert isinstance(result, Row), result
    return result


def test_available_money_is_sent_out() -> None:
    femi = rich()
    withdrawal = taken(femi, dollars(8_999))
    assert (withdrawal.status, withdrawal.amount, withdrawal.requested_at) == (Row.Status.PAID, 8_999, START)
    assert purse(femi) == (1, 0)
    assert list(SandboxCall.objects.filter(kind="payout").values_list("key", "amount")) == [(str(withdrawal.id), 8_999)]
    assert verify().balanced


@pytest.mark.parametrize("cents", [9_001, 10_000, 99_999_999_999])
def test_no_more_is_taken_out_than_there_is(cents: int) -> None:
    femi = rich()
    refused = withdraw(femi, dollars(cents), START)
    assert isinstance(refused, Refused)
    assert (refused.code, refused.kind) == ("not_enough_available", Kind.RULE)
    assert (purse(femi), Row.objects.count(), outbox.pending(jobs.TOPICS)) == ((9_000, 0), 0, False)
    taken(femi, dollars(9_000))
    assert isinstance(withdraw(femi, dollars(1), START), Refused)


@pytest.mark.parametrize("cents", [0, -1])
def test_nothing_and_less_is_not_taken_out(cents: int) -> None:
    refused = withdraw(rich(), dollars(cents), START)
    assert isinstance(refused, Refused)
    assert (refused.kind, refused.errors[0][0]) == (Kind.INVALID, "amount")


def test_money_in_the_hold_or_in_another_currency_is_not_available() -> None:
    deal = Deal.struck("KWD", "1.000")
    deal.pay("1.000")
    femi = str(deal.freelancer.id)
    assert isinstance(withdraw(femi, Money(1, "KWD"), START), Refused)
    deal.days_pass(5)
    assert isinstance(withdraw(femi, Money(900, "USD"), START), Refused)
    taken(femi, Money(900, "KWD"))
    assert purse(femi, "KWD") == (0, 0)


def test_one_key_takes_once() -> None:
    femi = rich()
    first, again = taken(femi, dollars(9_000), "key"), taken(femi, dollars(9_000), "key")
    assert first.id == again.id
    assert (Row.objects.count(), purse(femi)) == (1, (0, 0))


def test_a_key_is_not_for_another_amount_and_belongs_to_who_used_it() -> None:
    femi, finn = rich(), rich()
    taken(femi, dollars(10), "key")
    assert withdraw(femi, dollars(11), START, "key") == KEY_REUSED
    assert withdraw(femi, Money(10, "EUR"), START, "key") == KEY_REUSED
    taken(finn, dollars(11), "key")
    taken(femi, dollars(10), "another")
    assert purse(femi) == (8_980, 0)


def test_a_refused_withdrawal_leaves_its_key_free() -> None:
    femi = rich()
    assert isinstance(withdraw(femi, dollars(9_001), START, "key"), Refused)
    taken(femi, dollars(9_000), "key")


def test_a_payout_that_does_not_arrive_comes_back(trouble: Trouble) -> None:
    femi = rich()
    trouble(declines="no such bank")
    assert taken(femi, dollars(9_000)).status == Row.Status.FAILED
    assert purse(femi) == (9_000, 0)
    assert not outbox.pending(jobs.TOPICS)
    trouble()
    assert taken(femi, dollars(9_000)).status == Row.Status.PAID
    assert verify().balanced


@pytest.mark.parametrize("fault", [away, broken])
def test_while_the_provider_is_away_the_money_is_on_its_way_and_then_sent_once(
    fault: Callable[[], None], trouble: Trouble, later: Later
) -> None:
    femi = rich()
    provider = trouble(before=[fault], after=[fault])
    withdrawal = taken(femi, dollars(9_000))
    assert (withdrawal.status, purse(femi)) == (Row.Status.ON_ITS_WAY, (0, 9_000))
    for _ in range(3):
        later()
    withdrawal.refresh_from_db()
    assert (withdrawal.status, purse(femi)) == (Row.Status.PAID, (0, 0))
    assert set(provider.asked) == {str(withdrawal.id)}
    assert SandboxCall.objects.filter(kind="payout").count() == 1
    assert verify().balanced


def test_a_process_killed_before_the_job_was_done_sends_once(later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        pass

    def killed(*_: object) -> None:
        raise KilledError

    femi = rich()
    with monkeypatch.context() as patch:
        patch.setattr("amicable.contracts.outbox.finish", killed)
        with pytest.raises(KilledError):
            withdraw(femi, dollars(9_000), START, "key")
    assert purse(femi) == (0, 9_000), "the provider may have sent it: it is not available"
    assert taken(femi, dollars(9_000), "key").status == Row.Status.ON_ITS_WAY
    later()
    assert (purse(femi), Row.objects.get().status) == ((0, 0), Row.Status.PAID)
    assert SandboxCall.objects.filter(kind="payout").count() == 1
    assert verify().balanced


@pytest.mark.django_db(transaction=True)
def test_two_withdrawals_of_everything_at_once_take_it_once() -> None:
    femi = rich()
    results = at_once(*repeat(partial(withdraw, femi, dollars(9_000), START), 4))
    assert sorted(type(result).__name__ for result in results) == ["Refused", "Refused", "Refused", "Withdrawal"]
    assert purse(femi) == (0, 0)
    assert verify().balanced


@pytest.mark.django_db(transaction=True)
def test_a_double_click_under_one_key_takes_once_and_is_answered_the_same() -> None:
    femi = rich()
    results = at_once(*repeat(partial(taken, femi, dollars(4_000), "click"), 4))
    assert len({result.id for result in results}) == 1
    assert (purse(femi)[0], Row.objects.count()) == (5_000, 1)


def test_two_workers_at_one_job_whose_lease_ran_out_send_once(trouble: Trouble) -> None:
    femi = rich()
    trouble(before=[away, away])
    first, second = taken(femi, dollars(3_000)), taken(femi, dollars(4_000))
    Outbox.objects.update(available_at=START)
    job, _ = outbox.claim(jobs.TOPICS)
    jobs.run(job)
    jobs.run(job)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Row.Status.PAID, Row.Status.ON_ITS_WAY)
    assert purse(femi) == (2_000, 4_000)
