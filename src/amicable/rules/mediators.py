"""Which mediators a dispute is for: the one who has it, or all who may take it. RULEBOOK rows 1 and 20 of the first
table.

Nobody is appointed: a mediator has a dispute from the first thing they say in it. Until then it is anybody's who is no
party; after an appeal it is anybody's but the one's whose ruling is appealed against.
"""

from __future__ import annotations

from collections.abc import Iterator

from amicable.rules.contract import Contract
from amicable.rules.dispute import Dispute, DisputeStatus
from amicable.rules.outcome import Mediators
from amicable.rules.parts import Role


def mediators_of(dispute: Dispute) -> Mediators:
    """Whose the dispute is."""
    return Mediators(has_it(dispute), dispute.appeal.ruling.mediator if dispute.appeal else None)


def has_it(dispute: Dispute) -> str | None:
    """The mediator (an id) who has the dispute: who spoke last in it, or since the appeal; None while nobody has it."""
    for said in reversed(dispute.statements):
        if said.by == Role.MEDIATOR:
            return said.person
        if said.action == "appeal":
            return None
    return None


def awaits_ruling(dispute: Dispute | None) -> bool:
    """Whether it is a mediator's move: it was answered, or a ruling is appealed against."""
    return dispute is not None and dispute.status in (DisputeStatus.ANSWERED, DisputeStatus.APPEALED)


def concerned(before: Contract, after: Contract, actor: str | None) -> Iterator[Mediators]:
    """Which mediators are to know of what `actor` did: of a dispute that comes to mediation, or to a second mediator,
    all who may take it; of whatever else changes a dispute who has it, or had it."""
    if after.disputes is before.disputes:
        return
    known = {dispute.id: dispute for dispute in before.disputes}
    for dispute in after.disputes:
        was = known.get(dispute.id)
        if dispute == was:
            continue
        has = has_it(dispute)
        if has is None and awaits_ruling(dispute) and not awaits_ruling(was):
            yield mediators_of(dispute)
            continue
        had = has_it(was) if was else None
        for person in sorted(one for one in {has, had} if one and one != actor):
            yield Mediators(person)
