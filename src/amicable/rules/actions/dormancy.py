"""Escrow in which nothing is done for long: announced, then it waits for the client, for the freelancer, and goes back.

RULEBOOK section 2.3, rows 18 and 19 of the first table. Whatever somebody does or says begins the count anew.
"""

from __future__ import annotations

from datetime import datetime

from amicable.rules.actions.refund import give_back_escrow
from amicable.rules.change import Change
from amicable.rules.clocks import dormant_from, idle_since
from amicable.rules.contract import Contract, Status
from amicable.rules.guards import every, no_charge, status_is
from amicable.rules.outcome import Refused
from amicable.rules.parts import Dormancy, Ending, Role
from amicable.rules.policy import days
from amicable.rules.registry import Guard, action
from amicable.rules.wording import say

_LIVE = status_is(Status.ACTIVE, Status.PAUSED)


def _is_idle(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """There is escrow that nothing else decides about."""
    del by, at
    if idle_since(contract):
        return None
    return Refused("nothing_dormant", say("Nothing in escrow is about to become dormant."))


def _is_announced(contract: Contract, by: Role, at: datetime) -> Refused | None:
    """From the first notice on."""
    del by
    since = idle_since(contract)
    assert since is not None, "another guard sees to that"
    first = since + days(contract.policy.dormant_notice_days[0])
    if contract.dormancy or at >= first:
        return None
    return Refused(
        "not_dormant",
        say(
            "The escrow is not dormant. If nobody does or says anything, both of you are told on {first}, and it "
            "becomes dormant on {at}.",
            first=first,
            at=dormant_from(contract, since),
        ),
    )


@action(
    Role.CLIENT,
    Role.FREELANCER,
    does="keeps escrow that nothing was done about for long, so that it does not become dormant, or is not any more",
    guard=every(_LIVE, _is_idle, _is_announced),
)
def keep_escrow(change: Change) -> None:
    """The count begins anew."""
    contract = change.contract
    change.say(
        "{who} keeps the escrow: {amount} stays where it is, and the {days} days begin anew.",
        who=change.by,
        amount=contract.money(contract.escrow),
        days=contract.policy.dormant_days,
    )


@action(
    Role.NOBODY,
    does="nothing was done about the escrow for 90 days; it is dormant, and the client is to act",
    guard=every(_LIVE, _is_idle),
)
def escrow_goes_dormant(change: Change) -> None:
    """No money moves yet."""
    contract = change.contract
    until = change.at + days(contract.policy.dormant_client_days)
    change.set(dormant=Dormancy(change.at, Role.CLIENT, until))
    change.say(
        "Nothing was done or said for {days} days, so the {amount} in escrow is dormant. {client} has until {until} to "
        "release it, to end the contract, or to keep it.",
        days=contract.policy.dormant_days,
        amount=contract.money(contract.escrow),
        until=until,
    )
    change.say(
        "After that {freelancer} has {days} days to hand work in, which asks for its release. If neither does "
        "anything, it goes back to {client}'s card. Whatever either of you does or writes begins the count anew.",
        days=contract.policy.dormant_freelancer_days,
    )


def _is_dormant(role: Role) -> Guard:
    def guard(contract: Contract, by: Role, at: datetime) -> Refused | None:
        del by, at
        if contract.dormancy and contract.dormancy.waits_for == role:
            return None
        return Refused("nothing_dormant", say("No escrow is dormant."))

    return guard


@action(
    Role.NOBODY,
    does="the client did nothing about the dormant escrow; the freelancer can ask for its release",
    guard=every(_LIVE, _is_dormant(Role.CLIENT)),
)
def dormant_client_silent(change: Change) -> None:
    """No money moves yet."""
    contract = change.contract
    until = change.at + days(contract.policy.dormant_freelancer_days)
    change.set(dormant=Dormancy(change.at, Role.FREELANCER, until))
    change.say(
        "{client} did nothing about the dormant escrow. {freelancer} has until {until} to hand work in: then {client} "
        "has {days} days to answer, and silence pays {freelancer}. Otherwise {amount} goes back to {client}'s card.",
        until=until,
        days=contract.policy.dormant_answer_days,
        amount=contract.money(contract.escrow),
    )


@action(
    Role.NOBODY,
    does="neither side did anything about the dormant escrow; it goes back to the client, and the contract ends",
    guard=every(_LIVE, no_charge, _is_dormant(Role.FREELANCER)),
)
def dormant_escrow_returns(change: Change) -> None:
    """Silence of both refunds the client."""
    change.set(status=Status.ENDING, dormant=None, ending=Ending(Role.NOBODY, change.at, "dormant"))
    change.say("Neither side did anything about the dormant escrow, so the contract is closed.")
    give_back_escrow(change)
