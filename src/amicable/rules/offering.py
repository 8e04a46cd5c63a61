"""What makes an offer, and so a contract in its first status. RULEBOOK section 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from amicable.rules import money
from amicable.rules.change import Change
from amicable.rules.contract import Contract, Milestone, Role
from amicable.rules.ids import derived_id
from amicable.rules.outcome import Kind, Outcome, Refused
from amicable.rules.params import Amount, Invalid, Text
from amicable.rules.policy import Policy
from amicable.rules.wording import say

TITLE = Text("What the contract is about.", max_length=200)
DESCRIPTION = Text("The scope of the work.", required=False, max_length=20_000)
FIELDS = ("title", "description", "kind", "currency", "milestones")
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
    change.say(
        "{client} offers {freelancer} the contract “{title}” over {amount}. "
        "No money moves before a milestone is funded.",
        title=contract.title,
        amount=contract.money(sum(milestone.amount for milestone in contract.milestones)),
    )
    return change.outcome()


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

    def read(self, name: str, raw: object, param: Text | Amount, contract: Contract) -> Any:
        try:
            return param.read(raw, contract)
        except Invalid as error:
            self.complain(name, str(error))
            return None


def _read(reader: _Reader, blank: Contract) -> Contract:
    terms = reader.terms
    reader.known(FIELDS, terms)
    if terms.get("kind") != "fixed":
        reader.complain("kind", 'Write "fixed": contracts over a fixed price are what can be offered.')
    currency = _currency(reader)
    title = reader.read("title", terms.get("title"), TITLE, blank)
    described = terms.get("description")
    description = reader.read("description", "" if described is None else described, DESCRIPTION, blank)
    contract = replace(blank, title=title or "", description=description or "", currency=currency)
    return replace(contract, milestones=_milestones(reader, contract) if currency else ())


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
    if raw is None:
        return None
    try:
        if isinstance(raw, str) and (due := date.fromisoformat(raw)).isoformat() == raw:
            return due
    except ValueError:
        pass
    reader.complain(name, "Write the date as YYYY-MM-DD.")
    return None
