"""What contracts, outcomes and the rest look like from outside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from amicable.api import schemas
from amicable.books.verify import Report
from amicable.contracts.balance import Balance
from amicable.contracts.record import Recorded
from amicable.contracts.standing import Effect, Review
from amicable.contracts.statement import Line
from amicable.payments import models as payments
from amicable.people.models import Person
from amicable.people.profiles import author_of, authors_of
from amicable.rules import contract as rules
from amicable.rules import dispute as disputes
from amicable.rules import parts
from amicable.rules.differences import Difference, Side, differences
from amicable.rules.differences import in_words as difference_in_words
from amicable.rules.feedback import CATEGORIES, marks, rating, readable, tell_rating
from amicable.rules.hourly import HourlyTerms, Week, WeekStatus, to_come
from amicable.rules.money import Money
from amicable.rules.outcome import Outcome, Refused, Transfer
from amicable.rules.registry import Action
from amicable.rules.standing import WHOLE, Standing, Verdict
from amicable.rules.terms import MilestoneTerms, Terms, Version
from amicable.rules.week import (
    SEGMENTS_AN_HOUR,
    available_at,
    first,
    locks,
    minutes_of,
    monday_of,
    review_ends,
    slot_begins,
    slots,
)
from amicable.talk import models as talk
from amicable.talk.files import is_open_to

Names = Mapping[str, str]
"""People's names by their ids."""


def names_of(*contracts: rules.Contract) -> Names:
    """The names of the people who are party to the contracts. One query."""
    ids = {person for contract in contracts for person in (contract.client, contract.freelancer)}
    return {str(person): name for person, name in Person.objects.filter(id__in=ids).values_list("id", "name")}


def sides(contract: rules.Contract, names: Names) -> Names:
    """The names as sentences want them: those of {client} and {freelancer}."""
    return {"client": names[contract.client], "freelancer": names[contract.freelancer]}


def contract(of: rules.Contract, names: Names, at: datetime, reader: parts.Role) -> schemas.Contract:
    """A contract as `reader`'s side sees it at `at`; both sides see the same, but what is sealed."""
    hourly = of.terms_of(monday_of(at)) if of.hourly else None
    later = to_come(of.hourly, monday_of(at))
    return schemas.Contract(
        id=of.id,
        version=of.version,
        title=of.title,
        description=of.description,
        kind=of.kind,  # type: ignore[arg-type]
        currency=of.currency,
        status=of.status.value,
        client=_person(of.client, names),
        freelancer=_person(of.freelancer, names),
        created_at=of.created_at,
        accepted_at=of.accepted_at,
        ended_at=of.ended_at,
        ending=_ending(of.ending) if of.ending else None,
        milestones=[_milestone(milestone, of.currency) for milestone in of.milestones],
        rate=_decimal(hourly.rate, of.currency) if hourly else None,
        weekly_limit_hours=hourly.limit_hours if hourly else None,
        manual_time=hourly.manual if hourly else None,
        terms_to_come=_to_come(later, of.currency) if later else None,
        pause=_pause(of.pause) if of.pause and of.status == rules.Status.PAUSED else None,
        change_rounds=of.change_rounds,
        review_days=of.days_of_review,
        terms_version=of.terms_version,
        dormant=_dormancy(of.dormancy) if of.dormancy else None,
        money=_money(of),
        dispute=dispute(of.dispute, of) if of.dispute else None,
        disputes=[dispute(one, of) for one in of.disputes],
        chargebacks=[_chargeback(one, of.currency) for one in of.chargebacks],
        proposals=[_proposal(proposal, of) for proposal in of.proposals],
        feedback=schemas.FeedbackOfBoth(
            client=_feedback(of, parts.Role.CLIENT, reader), freelancer=_feedback(of, parts.Role.FREELANCER, reader)
        ),
    )


def _to_come(of: HourlyTerms, currency: str) -> schemas.TermsToCome:
    return schemas.TermsToCome(
        since=of.since, rate=_decimal(of.rate, currency), weekly_limit_hours=of.limit_hours, manual_time=of.manual
    )


def outcome(of: Outcome | Recorded, told: Names) -> schemas.Outcome:
    """An outcome, whether it is foreseen, done or read from the history; `told` are the `sides`."""
    return schemas.Outcome(
        status=schemas.StatusChange(before=of.before.value, after=of.after.value),
        transfers=_transfers(of.transfers),
        deadlines=[
            schemas.Deadline(at=clock.at, action=clock.action, explanation=clock.explanation.tell(told))
            for clock in of.deadlines
        ],
        explanation=[sentence.tell(told) for sentence in of.explanation],
        standing=of.standing.tell(told),
    )


def timeline_item(of: Outcome, told: Names) -> schemas.TimelineItem:
    """Something that will happen by itself."""
    return schemas.TimelineItem(
        at=of.at, action=of.action, explanation=_in_words(of, told), transfers=_transfers(of.transfers)
    )


def history_item(of: Recorded, told: Names) -> schemas.HistoryItem:
    """Something that has happened."""
    return schemas.HistoryItem(
        at=of.at,
        action=of.action,
        by=of.by.value,
        explanation=_in_words(of, told),
        transfers=_transfers(of.transfers),
    )


def week(of: Week, contract: rules.Contract) -> schemas.Week:
    """A billing week: what was or will be billed, and when it is whose."""
    minutes, amount = contract.bill(of) if of.status == WeekStatus.OPEN else (of.minutes, of.amount)
    terms, policy = contract.terms_of(of.start), contract.policy
    billed = first(of.logged, minutes * SEGMENTS_AN_HOUR // 60)
    ends = of.review_ends or review_ends(of.start, policy)
    return schemas.Week(
        start=of.start,
        minutes=minutes,
        amount=_decimal(amount, contract.currency),
        currency=contract.currency,
        status=of.shown_status.value,
        locks=locks(of.start, policy),
        review_ends=ends,
        available_at=available_at(ends, policy),
        rate=_decimal(of.rate or terms.rate, contract.currency),
        limit_hours=terms.limit_hours,
        logged_minutes=minutes_of(of.logged),
        over_limit_minutes=minutes_of(of.logged) - minutes,
        covered_minutes=minutes_of(of.covered & billed),
        disputed_minutes=minutes_of(of.disputed),
        disputed_segments=[slot_begins(of.start, slot) for slot in slots(of.disputed)],
        in_review=_decimal(of.in_review, contract.currency),
        disputed=_decimal(of.in_dispute, contract.currency),
        paid=_decimal(of.paid, contract.currency),
        refunded=_decimal(of.refunded, contract.currency),
    )


def action(of: Action, contract: rules.Contract, reader: parts.Role, no: Refused | None, told: Names) -> schemas.Action:
    """An action as it stands for the reader now; `no` is why they cannot do it."""
    return schemas.Action(
        name=of.name,
        does=of.does,
        allowed=no is None,
        why_not=no.reason.tell(told) if no else None,
        by=[role.value for role in of.by],
        params=of.schema(contract, reader),
    )


def message(of: talk.Message, contract: rules.Contract, reader: parts.Role) -> schemas.Message:
    """A message of the contract's workroom."""
    author = str(of.author_id)
    return schemas.Message(
        id=str(of.id),
        at=of.at,
        by=(contract.side_of(author) or parts.Role.MEDIATOR).value,
        author=schemas.PersonName(id=author, name=of.author.name),
        text=of.text,
        files=[file(one, contract, reader) for one in of.files.all()],
    )


def file(of: talk.File, contract: rules.Contract, reader: parts.Role) -> schemas.File:
    """A file of the contract's, as somebody on the side `reader` may have it."""
    author = str(of.author_id)
    return schemas.File(
        id=str(of.id),
        name=of.name,
        size=of.size,
        sha256=of.sha256,
        media_type=of.media_type,
        by=(contract.side_of(author) or parts.Role.MEDIATOR).value,
        author=schemas.PersonName(id=author, name=of.author.name),
        at=of.at,
        purpose=of.purpose,  # type: ignore[arg-type]
        milestone=str(of.milestone) if of.milestone else None,
        message=str(of.message_id) if of.message_id else None,
        is_open=is_open_to(of, contract, reader),
        has_preview=hasattr(of, "preview"),
    )


def profile(
    of: Person, freelancer: Standing | None, client: Standing | None, reviews: Sequence[Review]
) -> schemas.Profile:
    """What everybody may know of a person."""
    authors = authors_of(reviews)
    return schemas.Profile(
        id=str(of.id),
        name=of.name,
        roles=of.roles,
        member_since=of.member_since,
        standing=_standing(freelancer if of.has_role("freelancer") else client),
        standing_as_client=_standing(client),
        feedback=[_review(review, authors) for review in reviews],
    )


def effect(of: Effect, verdict: Verdict, told: Names) -> schemas.Effect:
    """What a contract does to the standing of one of its sides."""
    return schemas.Effect(
        before=of.before.score if of.before else None,
        after=of.after.score if of.after else None,
        kind=verdict.kind.value,
        weight=verdict.weight / WHOLE,
        explanation=" ".join(sentence.tell(told) for sentence in verdict.because),
    )


def me(of: Person) -> schemas.Me:
    """What a person sees of themselves."""
    return schemas.Me(
        id=str(of.id),
        name=of.name,
        roles=of.roles,
        member_since=of.member_since,
        time_zone=of.time_zone,
        named=of.is_named,
    )


def balance(of: Balance) -> schemas.Balance:
    """What a person has in one currency."""
    return schemas.Balance(
        currency=of.currency,
        available=of.available.decimal,
        held=of.held.decimal,
        in_review=of.in_review.decimal,
        escrow=of.escrow.decimal,
    )


def statement_line(of: Line) -> schemas.StatementLine:
    """One line of a statement."""
    return schemas.StatementLine(
        at=of.at,
        kind=of.kind.value,
        amount=of.amount.decimal,
        currency=of.amount.currency,
        balance=of.balance.decimal,
        contract=of.contract,
        description=of.description,
    )


def verification(of: Report) -> schemas.Verification:
    """What an audit of the books found."""
    return schemas.Verification(
        balanced=of.balanced,
        accounts=of.accounts,
        transfers=of.transfers,
        entries=of.entries,
        checked_at=of.checked_at,
        problems=list(of.problems),
    )


def withdrawal(of: payments.Withdrawal) -> schemas.Withdrawal:
    """Money on its way out."""
    return schemas.Withdrawal(
        id=str(of.id),
        amount=_decimal(of.amount, of.currency),
        currency=of.currency,
        status=of.status,  # type: ignore[arg-type]
        requested_at=of.requested_at,
    )


def _standing(of: Standing | None) -> schemas.Standing | None:
    if of is None:
        return None
    return schemas.Standing(score=of.score, window_months=of.window_months, contracts=of.contracts, neutral=of.neutral)


def _review(of: Review, authors: dict[str, Person]) -> schemas.Review:
    feedback, policy, author = of.feedback, of.contract.policy, author_of(of, authors)
    return schemas.Review(
        contract=of.contract.id,
        by=feedback.by.value,  # type: ignore[arg-type]
        author=schemas.PersonName(id=str(author.pk), name=author.name) if author else None,
        stars=_stars(feedback),
        rating=tell_rating(rating(feedback.stars, policy)),
        comment=feedback.comment,
        left_at=feedback.left_at,
        marks=[mark.value for mark in marks(of.contract)],
        response=_response(feedback),
        edited_at=feedback.edited_at,
    )


def _feedback(of: rules.Contract, side: parts.Role, reader: parts.Role) -> schemas.Feedback | None:
    feedback = readable(of, side, reader)
    if feedback is None:
        return None
    is_author = reader == side
    return schemas.Feedback(
        stars=_stars(feedback),
        rating=tell_rating(rating(feedback.stars, of.policy)),
        comment=feedback.comment,
        left_at=feedback.left_at,
        sealed=feedback.opened_at is None,
        opened_at=feedback.opened_at,
        marks=[mark.value for mark in marks(of)],
        response=_response(feedback),
        unlocked_at=feedback.unlocked_at,
        edited_at=feedback.edited_at,
        private_score=feedback.private_score if is_author else None,
        private_reason=(feedback.private_reason or None) if is_author else None,
    )


def _stars(of: parts.Feedback) -> schemas.Stars:
    return schemas.Stars(**dict(zip(CATEGORIES, of.stars, strict=True)))


def _response(of: parts.Feedback) -> schemas.Response | None:
    return schemas.Response(comment=of.response, at=of.responded_at) if of.responded_at else None


def _decimal(amount: int, currency: str) -> str:
    return Money(amount, currency).decimal


def _person(person: str, names: Names) -> schemas.PersonName:
    return schemas.PersonName(id=person, name=names[person])


def _in_words(of: Outcome | Recorded, told: Names) -> str:
    return " ".join(sentence.tell(told) for sentence in of.explanation)


def _transfers(of: Iterable[Transfer]) -> list[schemas.Transfer]:
    return [
        schemas.Transfer(
            source=one.source,
            target=one.target,
            amount=_decimal(one.amount, one.currency),
            currency=one.currency,
            why=one.why.value,
        )
        for one in of
    ]


def _money(of: rules.Contract) -> schemas.MoneyOfContract:
    return schemas.MoneyOfContract(
        escrow=_decimal(of.escrow, of.currency),
        in_review=_decimal(of.in_review, of.currency),
        paid=_decimal(of.paid, of.currency),
        refunded=_decimal(of.refunded, of.currency),
        fees=_decimal(of.fees_earned, of.currency),
    )


def _milestone(of: parts.Milestone, currency: str) -> schemas.Milestone:
    return schemas.Milestone(
        id=of.id,
        title=of.title,
        amount=_decimal(of.amount, currency),
        due=of.due,
        status=of.status.value,
        escrow=_decimal(of.escrow, currency),
        paid=_decimal(of.paid, currency),
        submitted_at=of.submitted_at,
        release_at=of.release_at,
        changes=of.changes,
    )


def _proposal(of: parts.Proposal, contract: rules.Contract) -> schemas.Proposal:
    currency = contract.currency
    return schemas.Proposal(
        id=of.id,
        kind=of.kind.value,
        by=of.by.value,
        status="open",
        amount=_decimal(of.amount, currency),
        release=None if of.release is None else _decimal(of.release, currency),
        about=of.about,
        terms=_terms(of.terms, currency) if of.terms else None,
        differs=_differs(contract, of.was, of.terms) if of.was and of.terms else [],
        note=of.note,
        opened_at=of.opened_at,
        answer_by=of.answer_by,
    )


def terms_version(of: Version, contract: rules.Contract) -> schemas.TermsVersion:
    """A version of the contract's terms; an offer's is accepted with the offer."""
    accepted_by = of.accepted_by or (parts.Role.FREELANCER.value if contract.accepted_at else None)
    return schemas.TermsVersion(
        version=of.number,
        since=of.since,
        proposed_by=of.proposed_by,  # type: ignore[arg-type]
        accepted_by=accepted_by,  # type: ignore[arg-type]
        note=of.note,
        terms=_terms(of.terms, contract.currency),
        differs=_differs(contract, of.was, of.terms) if of.was else [],
    )


def _differs(contract: rules.Contract, was: Terms, terms: Terms) -> list[schemas.Difference]:
    return [
        schemas.Difference(
            what=one.what,
            milestone=one.milestone,
            before=_side(one, one.before, contract.currency),
            after=_side(one, one.after, contract.currency),
            explanation=difference_in_words(contract, one).tell(),
        )
        for one in differences(was, terms)
    ]


def _side(one: Difference, side: Side, currency: str) -> str | int | schemas.MilestoneTerms | None:
    """One side of a difference, as the terms show it."""
    if isinstance(side, MilestoneTerms):
        return _milestone_terms(side, currency)
    if isinstance(side, date):
        return side.isoformat()
    if isinstance(side, int) and one.what in ("amount", "rate"):
        return _decimal(side, currency)
    return side


def _milestone_terms(of: MilestoneTerms, currency: str) -> schemas.MilestoneTerms:
    return schemas.MilestoneTerms(id=of.id, title=of.title, amount=_decimal(of.amount, currency), due=of.due)


def _dormancy(of: parts.Dormancy) -> schemas.Dormancy:
    return schemas.Dormancy(since=of.since, waits_for=of.waits_for.value, answer_by=of.answer_by)


def _terms(of: Terms, currency: str) -> schemas.Terms:
    return schemas.Terms(
        description=of.description,
        milestones=[_milestone_terms(one, currency) for one in of.milestones],
        rate=None if of.rate is None else _decimal(of.rate, currency),
        weekly_limit_hours=of.weekly_limit_hours,
        manual_time=of.manual_time,
        change_rounds=of.change_rounds,
        review_days=of.review_days,
    )


def dispute(of: disputes.Dispute, contract: rules.Contract) -> schemas.Dispute:
    """A dispute of a contract as both sides and mediators see it."""
    currency = contract.currency
    client, freelancer = of.claims
    return schemas.Dispute(
        id=of.id,
        about=of.about.value,
        status=of.status.value,
        opened_by=of.opened_by.value,
        opened_at=of.opened_at,
        amount=_decimal(of.amount, currency),
        reason=of.reason,
        evidence=list(of.evidence),
        answer_by=of.answer_by,
        answered_at=of.answered_at,
        answer=of.answer,
        statements=[_statement(statement) for statement in of.statements],
        claims=schemas.Claims(
            client=_decimal(client, currency),
            freelancer=_decimal(freelancer, currency),
            middle=_decimal(of.middle, currency),
        ),
        offers=[_offer(one, of, currency) for one in contract.proposals if one.about == of.id],
        ruling=_ruling(of.ruling, of, currency) if of.ruling else None,
        appeal=_appeal(of.appeal, of, currency) if of.appeal else None,
        closing=_closing(of.closing, currency) if of.closing else None,
        charge=of.charge,
        week=of.week,
        segments=_segments(of, of.segments),
    )


def _segments(of: disputes.Dispute, bits: int | None) -> list[datetime] | None:
    """When segments of the week in dispute begin."""
    return None if bits is None or of.week is None else [slot_begins(of.week, slot) for slot in slots(bits)]


def _offer(of: parts.Proposal, dispute: disputes.Dispute, currency: str) -> schemas.SettlementOffer:
    return schemas.SettlementOffer(
        proposal=of.id,
        by=of.by.value,
        release=_decimal(of.release or 0, currency),
        note=of.note,
        at=of.opened_at,
        accepted_by=[by.value for by in dispute.accepted_by] if of.kind == parts.ProposalKind.SPLIT else [],
    )


def _chargeback(of: disputes.Chargeback, currency: str) -> schemas.Chargeback:
    return schemas.Chargeback(
        charge=of.charge,
        at=of.at,
        taken=_decimal(of.taken, currency),
        covered=_decimal(of.covered, currency),
        carried=_decimal(of.carried, currency),
        status=of.status.value,
        decided_at=of.decided_at,
    )


def dispute_listed(of: disputes.Dispute, contract: rules.Contract, names: Names) -> schemas.DisputeListed:
    """A dispute as it stands in a mediator's list."""
    return schemas.DisputeListed(
        contract=contract.id,
        title=contract.title,
        currency=contract.currency,
        client=_person(contract.client, names),
        freelancer=_person(contract.freelancer, names),
        dispute=dispute(of, contract),
    )


def _statement(of: disputes.Statement) -> schemas.Statement:
    return schemas.Statement(
        by=of.by.value, person=of.person, at=of.at, action=of.action, text=of.text, evidence=list(of.evidence)
    )


def _ruling(of: disputes.Ruling, dispute: disputes.Dispute, currency: str) -> schemas.Ruling:
    return schemas.Ruling(
        release=_decimal(of.release, currency),
        reason=of.reason,
        mediator=of.mediator,
        at=of.at,
        takes_effect_at=of.takes_effect_at,
        segments=_segments(dispute, of.segments),
    )


def _pause(of: parts.Pause) -> schemas.Pause:
    return schemas.Pause(by=of.by.value, at=of.at, cause=of.cause.value, note=of.note)


def _appeal(of: disputes.Appeal, dispute: disputes.Dispute, currency: str) -> schemas.Appeal:
    return schemas.Appeal(by=of.by.value, at=of.at, note=of.note, ruling=_ruling(of.ruling, dispute, currency))


def _closing(of: disputes.Closing, currency: str) -> schemas.Closing:
    return schemas.Closing(
        at=of.at, action=of.action, released=None if of.released is None else _decimal(of.released, currency)
    )


def _ending(of: parts.Ending) -> schemas.Ending:
    return schemas.Ending(by=of.by.value, at=of.at, reason=of.reason, note=of.note, agreed=of.agreed)
