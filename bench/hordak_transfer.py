"""django-hordak's `transfer_to` between accounts of its own."""

from __future__ import annotations

import random

import django

from bench.clients import Share, Turn, run

ACCOUNTS = 2_000


def main() -> None:
    """Run the clients of one process."""
    django.setup()
    run(Share.from_arguments(), _client)


def prepare() -> None:
    """Make the accounts. Call it once, with the schema in place."""
    from hordak.models import Account, AccountType

    for number in range(ACCOUNTS):
        Account.objects.create(name=f"Account {number}", type=AccountType.liability, currencies=["USD"])


def _client(number: int) -> Turn:
    from django.db import connection
    from hordak.models import Account
    from moneyed import Money

    accounts = list(Account.objects.all())
    connection.close()  # the clients' threads have their own, and the pool has no more than they need
    chance = random.Random(number)
    amount = Money("10.00", "USD")

    def transfer(done: int) -> None:
        del done
        source, target = chance.sample(accounts, 2)
        source.transfer_to(target, amount)

    return transfer


if __name__ == "__main__":
    main()
