"""What happens by itself, when, and what it then does: every clock of a contract has exactly one default.

RULEBOOK, "One default for every clock" and "Exact windows".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from amicable.rules.contract import Contract, Status
from amicable.rules.dispute_clocks import ENDS_BY_ITSELF, dispute_clock
from amicable.rules.feedback import opens_at
from amicable.rules.hourly import Week, WeekStatus
from amicable.rules.money import Money
from amicable.rules.outcome import Clock
from amicable.rules.parts import ProposalKind, Role
from amicable.rules.policy import before_the_end, days
from amicable.rules.week import hours_text, locks, week_text
from amicable.rules.wording import Sentence, say


def clocks(contract: Contract) -> list[Clock]:
    """All the clocks that run on `contract`, the next to strike first."""
    running: list[Clock] = []
    for part, kinds in _KINDS:
        if part is None or getattr(contract, part):
            for kind in kinds:
                running += kind(contract)
    return sorted(running, key=lambda clock: clock.at)


def due(contract: Contract) -> Clock | None:
    """The next thing that happens by itself, or None when nothing will.

    While the card is being asked, money does not go back to it: such a clock strikes when the card has answered.
    """
    return first_due(contract, clocks(contract))


def first_due(contract: Contract, running: Sequence[Clock]) -> Clock | None:
    """The same, where the clocks of `contract` are known already."""
    if contract.is_charging:
        running = [clock for clock in running if clock.action not in _WAITS]
    return running[0] if running else None


def due_unseen(contract: Contract, running: Sequence[Clock] | None = None) -> Clock | None:
    """The next thing that happens by itself, the opening of sealed feedback included. `running` are the contract's
    clocks where they are known already."""
    seen = clocks(contract) if running is None else [clock for clock in running if clock.action != OPENING]
    clock, opens = first_due(contract, seen), opening(contract)
    if clock and opens:
        return min(clock, opens, key=lambda one: one.at)
    return clock or opens


def opening(contract: Contract) -> Clock | None:
    """The clock on which sealed feedback opens. It is on no list: to see it would be to learn that there is some."""
    at = opens_at(contract)
    return Clock(at, OPENING, say("Feedback opens.")) if at else None


OPENING = "feedback_opens"


def awaited(contract: Contract) -> Clock | None:
    """The card's yes to what it is asked for, which people are shown as what comes next; nobody can count on it."""
    if charge := contract.charge:
        amount = contract.money(charge.amount + charge.fee)
        return Clock(charge.asked_at, "charge_succeeded", _charged(amount), {"charge": charge.id})
    for week in contract.weeks:
        if week.status == WeekStatus.CHARGING and week.asked_at:
            return Clock(
                week.asked_at,
                "week_charged",
                _charged(contract.money(week.amount + week.fee)),
                {"week": week.start.isoformat()},
            )
    return None


def _charged(amount: Money) -> Sentence:
    return say("{client}'s card is charged {amount}.", amount=amount)


_WAITS = frozenset(
    {
        *ENDS_BY_ITSELF,
        "escrow_refund_unanswered",
        "hours_dispute_unanswered",
        "dormant_escrow_returns",
        "week_closes",
    }
)
"""What gives money back, or asks the card itself."""


def _offer(contract: Contract) -> Iterator[Clock]:
    if contract.status == Status.OFFERED:
        window = days(contract.policy.offer_expiry_days)
        clock = Clock(
            contract.created_at + window,
            "offer_expires",
            say("The offer expires unless {freelancer} accepts it before. No money has moved."),
            since=contract.created_at,
            asked=(Role.FREELANCER,),
        )
        yield replace(clock, at=clock.at + window) if clock.key in contract.extended else clock


def _reviews(contract: Contract) -> Iterator[Clock]:
    for milestone in contract.milestones:
        if milestone.release_at:
            yield Clock(
                milestone.release_at,
                "submission_unanswered",
                say(
                    "Unless {client} answers before, {amount} for “{title}” is released to {freelancer}.",
                    amount=contract.money(contract.free(milestone)),
                    title=milestone.title,
                ),
                {"milestone": milestone.id},
                since=milestone.submitted_at,
                asked=(Role.CLIENT,),
            )


def _refund_request(contract: Contract) -> Iterator[Clock]:
    proposal = contract.proposal(ProposalKind.ESCROW_REFUND)
    if proposal and proposal.answer_by:
        yield Clock(
            proposal.answer_by,
            "escrow_refund_unanswered",
            say(
                "Unless {freelancer} answers before, {amount} goes back to {client}'s card with the fee on it.",
                amount=contract.money(proposal.amount),
            ),
            {"proposal": proposal.id},
            since=proposal.opened_at,
            asked=(proposal.by.other,),
        )


def _weeks(contract: Contract) -> Iterator[Clock]:
    for week in contract.weeks:
        if week.status == WeekStatus.OPEN:
            yield _closes(contract, week)
        elif week.status == WeekStatus.IN_REVIEW and week.review_ends:
            yield _review(contract, week, week.review_ends)


def _closes(contract: Contract, week: Week) -> Clock:
    minutes, amount = contract.bill(week)
    at = locks(week.start, contract.policy)
    ending = contract.ending
    takes_hours = ending.takes_hours if ending else contract.status == Status.ACTIVE
    return Clock(
        at,
        "week_closes",
        say(
            "The week of {week} is closed and billed: {hours} hours and {amount} so far.",
            week=week_text(week.start),
            hours=hours_text(minutes),
            amount=contract.money(amount),
        ),
        {"week": week.start.isoformat()},
        asked=(Role.FREELANCER,) if takes_hours else (),
        announced=(before_the_end(at, contract.policy),) if takes_hours else (),
    )


def _review(contract: Contract, week: Week, ends: datetime) -> Clock:
    can_dispute = not week.disputed and week.billed & ~week.decided
    goes = "The review of the week of {week} ends: {amount} goes to {freelancer}"
    return Clock(
        ends,
        "review_ends",
        say(
            f"{goes}, unless {{client}} disputes hours before." if can_dispute else f"{goes}.",
            week=week_text(week.start),
            amount=contract.money(week.in_review - week.in_dispute),
        ),
        {"week": week.start.isoformat()},
        since=week.asked_at if can_dispute else None,
        asked=(Role.CLIENT,) if can_dispute else (),
    )


def _hours_disputes(contract: Contract) -> Iterator[Clock]:
    for proposal in contract.proposals:
        if proposal.kind != ProposalKind.HOURS_DISPUTE or not proposal.answer_by or not proposal.about:
            continue
        week = contract.week(date.fromisoformat(proposal.about))
        assert week is not None, "a week with a dispute is not settled"
        yield Clock(
            proposal.answer_by,
            "hours_dispute_unanswered",
            _silence_on_hours(contract, week),
            {"proposal": proposal.id},
            since=proposal.opened_at,
            asked=(Role.FREELANCER,),
        )


def _silence_on_hours(contract: Contract, week: Week) -> Sentence:
    protected = week.disputed & week.covered
    kept = week.share_of(protected)
    back = week.in_dispute - kept
    if not protected:
        return say(
            "Unless {freelancer} answers before, {back} goes back to {client}'s card: hourly protection covers none of "
            "these hours.",
            back=contract.money(back),
        )
    if protected == week.disputed:
        return say(
            "Unless {freelancer} answers before, {kept} goes to {freelancer}: hourly protection covers all of these "
            "hours.",
            kept=contract.money(kept),
        )
    return say(
        "Unless {freelancer} answers before, {back} goes back to {client}'s card for hours that hourly protection does "
        "not cover, and {kept} to {freelancer} for those that it covers.",
        back=contract.money(back),
        kept=contract.money(kept),
    )


def _reopening(contract: Contract) -> Iterator[Clock]:
    proposal = contract.proposal(ProposalKind.REOPENING)
    if contract.ended_at and proposal:
        yield Clock(
            contract.ended_at + days(contract.policy.reopening_days),
            "reopening_lapses",
            say("The request to reopen the contract closes unless it is accepted before. The contract stays ended."),
            since=proposal.opened_at,
            asked=(proposal.by.other,),
        )


def idle_since(contract: Contract) -> datetime | None:
    """When the count towards dormancy began: with the last activity, or the last milestone's date where that is later.

    None where nothing can become dormant: there is no escrow, or a review or a dispute decides about it.
    """
    in_review = any(milestone.release_at for milestone in contract.milestones)
    in_dispute = contract.free_escrow != contract.escrow
    if not contract.is_live or not contract.escrow or in_dispute or in_review:
        return None
    dates = [datetime.combine(m.due, time(), UTC) for m in contract.milestones if m.due]
    return max([contract.last_activity, *dates])


def dormant_from(contract: Contract, since: datetime) -> datetime:
    """When the escrow becomes dormant if nothing is done or said after `since`."""
    return since + days(contract.policy.dormant_days)


def goes_back_at(contract: Contract) -> datetime | None:
    """When escrow in which nothing is done goes back to the client; None where it cannot become dormant."""
    since, policy = idle_since(contract), contract.policy
    if since is None:
        return None
    if contract.dormancy is None:
        return dormant_from(contract, since) + days(policy.dormant_client_days + policy.dormant_freelancer_days)
    waits = policy.dormant_freelancer_days if contract.dormancy.waits_for == Role.CLIENT else 0
    return contract.dormancy.answer_by + days(waits)


def _dormancy(contract: Contract) -> Iterator[Clock]:
    since = idle_since(contract)
    if since is None:
        return
    policy, amount = contract.policy, contract.money(contract.escrow)
    dormancy = contract.dormancy
    if dormancy is None:
        yield Clock(
            dormant_from(contract, since),
            "escrow_goes_dormant",
            say(
                "Unless one of you does or writes something before, the {amount} in escrow becomes dormant: {client} "
                "then has {client_days} days to act, {freelancer} the {freelancer_days} after, and then it goes back "
                "to {client}'s card.",
                amount=amount,
                client_days=policy.dormant_client_days,
                freelancer_days=policy.dormant_freelancer_days,
            ),
            since=since,
            asked=(Role.CLIENT, Role.FREELANCER),
            announced=tuple(since + days(day) for day in policy.dormant_notice_days),
        )
    elif dormancy.waits_for == Role.CLIENT:
        yield Clock(
            dormancy.answer_by,
            "dormant_client_silent",
            say(
                "Unless {client} releases the dormant {amount}, ends the contract or keeps it, {freelancer} can ask "
                "for its release by handing work in.",
                amount=amount,
            ),
            since=dormancy.since,
            asked=(Role.CLIENT,),
        )
    else:
        yield Clock(
            dormancy.answer_by,
            "dormant_escrow_returns",
            say(
                "Unless {freelancer} hands work in before, the dormant {amount} goes back to {client}'s card with the "
                "fee on it, and the contract ends.",
                amount=amount,
            ),
            since=dormancy.since,
            asked=(Role.FREELANCER,),
        )


def _holds(contract: Contract) -> Iterator[Clock]:
    for payment in contract.payments:
        if payment.held > contract.frozen(payment.id):
            yield Clock(
                payment.available_at,
                "hold_ends",
                say(
                    "{freelancer} can withdraw {amount}.",
                    amount=contract.money(payment.held - contract.frozen(payment.id)),
                ),
                {"payment": payment.id},
            )


def _disputes(contract: Contract) -> Iterator[Clock]:
    return (dispute_clock(contract, dispute) for dispute in contract.open_disputes)


_KINDS: Sequence[tuple[str | None, Sequence[Callable[[Contract], Iterable[Clock]]]]] = (
    (None, (_offer,)),
    ("milestones", (_reviews,)),
    ("proposals", (_refund_request,)),
    ("disputes", (_disputes,)),
    ("weeks", (_weeks,)),
    ("proposals", (_hours_disputes, _reopening)),
    ("milestones", (_dormancy,)),
    ("payments", (_holds,)),
)
"""Of which part of a contract each kind of clock is; there is none without it. Of two that strike at one time the
earlier here is the first."""
