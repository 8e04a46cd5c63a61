"""What makes an offer, and so a contract in its first status. RULEBOOK section 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import chain
from typing import Any

from amicable.rules import money
from amicable.rules.change import Change
from amicable.rules.contract import Contract
from amicable.rules.hourly import HourlyTerms
from amicable.rules.ids import derived_id
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.params import (
    CHANGE_ROUNDS,
    REVIEW_DAYS,
    UNLIMITED,
    Amount,
    Hours,
    Invalid,
    Number,
    Param,
    Text,
    read_day,
)
from amicable.rules.parts import Milestone, Role
from amicable.rules.policy import Policy
from amicable.rules.week import monday_of
from amicable.rules.wording import say

TITLE = Text("What the contract is about.", max_length=200)
DESCRIPTION = Text("The scope of the work.", required=False, max_length=20_000)
RATE = Amount("What an hour costs, before fees.")
LIMIT = Hours("The most hours that are billed of a week; no limit when left out.", required=False)
FIELDS = ("title", "description", "kind", "currency")
FIELDS_OF_KIND = {
    "fixed": ("milestones", "change_rounds", "review_days"),
    "hourly": ("rate", "weekly_limit_hours", "manual_time"),
}
_OF_ANY_KIND = tuple(chain.from_iterable(FIELDS_OF_KIND.values()))
MILESTONE_FIELDS = ("title", "amount", "due")


def offer(
    terms: Mapping[str, Any],
    *,
    contract_id: str,
    client: str,
    freelancer: str,
    provider: str,
    policy: Policy,
    at: datetime,
) -> Outcome | Refused:
    """The outcome of offering `terms`, as they come from JSON: a contract that waits for the freelancer.

    Refused as invalid, field by field, when the terms make no sense.
    """
    blank = Contract(contract_id, 0, "", "", client, freelancer, at, provider=provider, policy=policy)
    reader = _Reader(terms)
    contract = _read(reader, blank)
    if client == freelancer:
        reader.errors.append(("freelancer", "Nobody can hire themselves. Name somebody else."))
    if reader.errors:
        said = " ".join(f"{name}: {message}" for name, message in reader.errors)
        return Refused("invalid", say("{said}", said=said), Kind.INVALID, tuple(reader.errors))
    change = Change(contract, action="offer", by=Role.CLIENT, at=at, actor=client, params=dict(terms))
    _tell(change)
    return change.outcome()


def _tell(change: Change) -> None:
    contract = change.contract
    if contract.kind == "fixed":
        change.say(
            "{client} offers {freelancer} the contract “{title}” over {amount}. "
            "No money moves before a milestone is funded.",
            title=contract.title,
            amount=contract.money(sum(milestone.amount for milestone in contract.milestones)),
        )
        return
    terms = contract.hourly[0]
    change.say(
        "{client} offers {freelancer} the contract “{title}” at {rate} an hour. Each week's hours are billed on the "
        "Monday after it, at 12:00 UTC; no money moves before.",
        title=contract.title,
        rate=contract.money(terms.rate),
    )
    if terms.limit_hours is not None:
        change.say("At most {hours} hours a week are billed.", hours=terms.limit_hours)
    if terms.manual:
        change.say("Time may be entered by hand. Such hours are billed, but hourly protection does not cover them.")


@dataclass
class _Reader:
    """Reads fields and collects what is wrong with them, so that everything is told at once."""

    terms: Mapping[str, Any]
    errors: list[tuple[str, str]] = field(default_factory=list)

    def complain(self, name: str, message: str) -> None:
        self.errors.append((name, message))

    def known(self, names: tuple[str, ...], terms: Mapping[str, Any], where: str = "") -> None:
        for name in terms:
            if name not in names:
                self.complain(f"{where}{name}", "An offer has no field of this name.")

    def read(self, name: str, raw: object, param: Param, contract: Contract) -> Any:
        try:
            return param.read(raw, contract)
        except Invalid as error:
            self.complain(name, str(error))
            return None


def _read(reader: _Reader, blank: Contract) -> Contract:
    terms = reader.terms
    kind = terms.get("kind")
    if not isinstance(kind, str) or kind not in FIELDS_OF_KIND:
        reader.complain("kind", 'Write "fixed" for a price by milestones, or "hourly" for a price by the hour.')
        kind = ""
    reader.known((*FIELDS, *FIELDS_OF_KIND.get(kind, _OF_ANY_KIND)), terms)
    currency = _currency(reader)
    title = reader.read("title", terms.get("title"), TITLE, blank)
    described = terms.get("description")
    description = reader.read("description", "" if described is None else described, DESCRIPTION, blank)
    contract = replace(blank, kind=kind, title=title or "", description=description or "", currency=currency)
    if currency and (kind == "fixed" or (not kind and "milestones" in terms)):
        return _fixed(reader, contract)
    if currency and (kind == "hourly" or (not kind and "rate" in terms)):
        return replace(contract, hourly=(_hourly(reader, contract),))
    return contract


def _fixed(reader: _Reader, contract: Contract) -> Contract:
    return replace(
        contract,
        change_rounds=_figure(reader, "change_rounds", CHANGE_ROUNDS, contract),
        review_days=_figure(reader, "review_days", REVIEW_DAYS, contract),
        milestones=_milestones(reader, contract),
    )


def _hourly(reader: _Reader, contract: Contract) -> HourlyTerms:
    terms = reader.terms
    rate = reader.read("rate", terms.get("rate"), RATE, contract)
    limit = terms.get("weekly_limit_hours")
    if limit is not None:
        limit = reader.read("weekly_limit_hours", limit, LIMIT, contract)
    manual = terms.get("manual_time")
    if manual is not None and not isinstance(manual, bool):
        reader.complain("manual_time", "Write true where time may be entered by hand, else false.")
    return HourlyTerms(monday_of(contract.created_at), rate or 0, limit, manual is True)


def _figure(reader: _Reader, name: str, param: Number, contract: Contract) -> int | None:
    """A figure that the two may set themselves; without it the policy's holds, or none."""
    raw = reader.terms.get(name)
    figure = None if raw is None else reader.read(name, raw, param, contract)
    return None if figure == UNLIMITED else figure


def _currency(reader: _Reader) -> str:
    currency = reader.terms.get("currency")
    try:
        if isinstance(currency, str):
            money.exponent(currency)
            return currency
    except money.UnknownCurrency as error:
        reader.complain("currency", f"{error} Write a code such as USD.")
        return ""
    reader.complain("currency", "Write the code of a currency, such as USD.")
    return ""


def _milestones(reader: _Reader, contract: Contract) -> tuple[Milestone, ...]:
    listed = reader.terms.get("milestones")
    if not isinstance(listed, list) or not listed:
        reader.complain("milestones", "List at least one milestone, with its title and amount.")
        return ()
    if len(listed) > contract.policy.milestones_max:
        reader.complain("milestones", f"At most {contract.policy.milestones_max} milestones.")
        return ()
    return tuple(_milestone(reader, contract, position, raw) for position, raw in enumerate(listed))


def _milestone(reader: _Reader, contract: Contract, position: int, raw: object) -> Milestone:
    where = f"milestones.{position}."
    if not isinstance(raw, Mapping):
        reader.complain(where.rstrip("."), "A milestone is an object with a title and an amount.")
        raw = {}
    reader.known(MILESTONE_FIELDS, raw, where)
    title = reader.read(f"{where}title", raw.get("title"), TITLE, contract)
    amount = reader.read(f"{where}amount", raw.get("amount"), Amount(), contract)
    least = contract.policy.milestone_min_minor
    if amount and amount < least:
        reader.complain(f"{where}amount", f"A milestone is at least {contract.money(least)}.")
    milestone_id = derived_id(contract.created_at, contract.id, position)
    return Milestone(milestone_id, title or "", amount or 0, _due(reader, f"{where}due", raw.get("due")))


def _due(reader: _Reader, name: str, raw: object) -> date | None:
    try:
        return read_day(raw)
    except Invalid as error:
        reader.complain(name, str(error))
        return None
