"""A contract's evidence on paper: what a person reads first, and can hand to somebody who has no account here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC

from amicable.diary.reading import Logged
from amicable.paper.document import Document
from amicable.rules.diary import SEGMENT
from amicable.rules.differences import written as written_day
from amicable.rules.dispute import Dispute, Ruling
from amicable.rules.evidence import events_in, messages_in
from amicable.rules.money import Money
from amicable.rules.parts import Role
from amicable.rules.terms import Version
from amicable.rules.week import SEGMENT_MINUTES, hours_text
from amicable.rules.wording import tell_moment
from amicable.talk.dossier import Dossier, agreed_by, billed, changes, explained, written


def printed(of: Dossier) -> bytes:
    """The dossier as PDF. The same dossier makes the same file."""
    paper = Document(f"Evidence: {of.contract.title}", of.until)
    paper.small(
        f"Put together for the {of.reader} as things stood on {tell_moment(of.until)}. All times are UTC. Every "
        "event, message, file and movement of money is here; feedback is no part of it. The files beside this one have "
        "the same as data; manifest.json and SHA256SUMS have their checksums, which sha256sum -c SHA256SUMS compares."
    )
    _contract(of, paper)
    for version in of.versions:
        _terms(of, version, paper)
    _milestones(of, paper)
    for dispute in of.contract.disputes:
        _dispute(of, dispute, paper)
    _hours(of, paper)
    _files(of, paper)
    _messages(of, paper)
    _money(of, paper)
    _history(of, paper)
    return paper.pdf()


def _contract(of: Dossier, paper: Document) -> None:
    contract = of.contract
    facts = [
        ("Client", of.names[contract.client]),
        ("Freelancer", of.names[contract.freelancer]),
        ("Kind", f"{contract.kind}, in {contract.currency}"),
        ("Stands", contract.status),
        ("Offered", tell_moment(contract.created_at)),
    ]
    if contract.accepted_at:
        facts.append(("Accepted", tell_moment(contract.accepted_at)))
    if contract.ending:
        ending = contract.ending
        why = " ".join(filter(None, (ending.reason, ending.note)))
        facts.append((f"Ended by the {ending.by}", f"{tell_moment(ending.at)}: {why}"))
    facts += [
        ("In escrow", str(contract.money(contract.escrow))),
        ("Paid, before the service fee", str(contract.money(contract.paid))),
        ("Gone back to the client", str(contract.money(contract.refunded))),
        ("Contract", contract.id),
    ]
    paper.facts(facts)


def _terms(of: Dossier, version: Version, paper: Document) -> None:
    """A version of the terms, whole, and what it changed."""
    terms, money = version.terms, of.contract.money
    agreed = agreed_by(of, version)
    paper.heading(f"Terms, version {version.number}")
    paper.small(
        f"Proposed by the {version.proposed_by}, {f'agreed to by the {agreed}' if agreed else 'not agreed to'}, "
        f"{tell_moment(version.since)}."
    )
    if version.note:
        paper.text(f"“{version.note}”")
    for change in changes(of, version):
        paper.told(change)
    if terms.description:
        paper.small("Scope")
        paper.text(terms.description)
    rows = [(one.title, written_day(one.due) if one.due else "", str(money(one.amount))) for one in terms.milestones]
    if rows:
        paper.table(("Milestone", "Due", "Price"), rows, align="LLR", widths=(5, 2, 2))
        rounds = "no limit" if terms.change_rounds is None else str(terms.change_rounds)
        days = terms.review_days or of.contract.policy.submission_release_days
        paper.small(f"Rounds of changes for each milestone: {rounds}. Days to answer work handed in: {days}.")


def _milestones(of: Dossier, paper: Document) -> None:
    money = of.contract.money
    if of.contract.milestones:
        paper.heading("Milestones as they stand")
        rows = [
            (m.title, m.status, str(money(m.amount)), str(money(m.escrow)), str(money(m.paid)))
            for m in of.contract.milestones
        ]
        head = ("Milestone", "Stands", "Price", "In escrow", "Paid")
        paper.table(head, rows, align="LLRRR", widths=(4, 2, 2, 2, 2))
    if of.contract.hourly:
        paper.heading("By the hour")
        limits = [
            (
                f"from {terms.since}",
                str(money(terms.rate)),
                "none" if terms.limit_hours is None else f"{terms.limit_hours} h",
                "yes" if terms.manual else "no",
            )
            for terms in of.contract.hourly
        ]
        paper.table(("Terms", "Rate", "Weekly limit", "Manual time"), limits, align="LRRL")


def _dispute(of: Dossier, dispute: Dispute, paper: Document) -> None:
    paper.heading(f"Dispute about {dispute.about}: {of.contract.money(dispute.amount)}")
    paper.small(f"Opened by the {dispute.opened_by} on {tell_moment(dispute.opened_at)}; {dispute.status}.")
    paper.text(dispute.reason)
    _picked(of, dispute.evidence, paper)
    for statement in dispute.statements:
        what = statement.action.replace("_", " ")
        paper.small(f"{of.who(statement.person, statement.by)}, {tell_moment(statement.at)}: {what}")
        if statement.text:
            paper.text(statement.text)
        _picked(of, statement.evidence, paper)
    if dispute.appeal:
        _ruling(of, dispute.appeal.ruling, paper)
        paper.small(f"Appeal of the {dispute.appeal.by}, {tell_moment(dispute.appeal.at)}")
        paper.text(dispute.appeal.note)
    if dispute.ruling:
        _ruling(of, dispute.ruling, paper)
    _outcome(of, dispute, paper)


def _outcome(of: Dossier, dispute: Dispute, paper: Document) -> None:
    """What each side named, and how it came to its end."""
    money = of.contract.money
    for side, claim in ((Role.CLIENT, dispute.client_claim), (Role.FREELANCER, dispute.freelancer_claim)):
        if claim is not None:
            paper.told(f"What should go to the freelancer by the {side}: {money(claim)}.")
    if dispute.closing:
        closing = dispute.closing
        how = "" if closing.released is None else f"; {money(closing.released)} of it is the freelancer's"
        paper.told(f"Closed on {tell_moment(closing.at)} by {closing.action.replace('_', ' ')}{how}.")


def _picked(of: Dossier, picks: Sequence[str], paper: Document) -> None:
    """What was picked in beside what was said, by what stands elsewhere in it."""
    messages, events = set(messages_in(picks)), set(events_in(picks))
    for message in of.messages:
        if str(message.id) in messages:
            paper.small(f"Picked in: {of.who(str(message.author_id), Role.NOBODY)} wrote, {tell_moment(message.at)}")
            paper.text(message.text)
    for event in of.events:
        if event.version in events:
            paper.small(f"Picked in from the history: {event.action}, {tell_moment(event.at)}")


def _ruling(of: Dossier, ruling: Ruling, paper: Document) -> None:
    released = of.contract.money(ruling.release)
    paper.small(f"Ruling, {tell_moment(ruling.at)}: {released} to the freelancer, the rest back to the client.")
    paper.text(ruling.reason)


def _hours(of: Dossier, paper: Document) -> None:
    if not of.weeks:
        return
    paper.heading("Hours by week")
    money = of.contract.money
    rows = [
        (
            week.start.isoformat(),
            week.shown_status,
            hours_text(minutes),
            str(money(rate)),
            str(money(amount)),
            str(money(week.refunded)),
        )
        for week in of.weeks
        for minutes, rate, amount in [billed(of, week)]
    ]
    paper.table(("Week of", "Stands", "Hours", "Rate", "Amount", "Gone back"), rows, align="LLRRRR")
    _diary(of, paper)


def _diary(of: Dossier, paper: Document) -> None:
    """What was logged, segments that follow each other and are alike in one line."""
    if not of.segments:
        return
    paper.heading("The diary")
    pictures = sum(logged.has_screenshot for logged in of.segments)
    kept = f"its {pictures:,} screenshots are under screenshots/, and " if pictures else ""
    paper.small(f"Each line is a stretch of ten-minute segments; {kept}hours.json has every segment with its activity.")
    rows = [
        (
            f"{stretch[0].segment.start.astimezone(UTC):%a %-d %b %Y, %H:%M}",
            hours_text(len(stretch) * SEGMENT_MINUTES),
            stretch[0].segment.memo,
            _kind(stretch[0]),
            str(sum(logged.has_screenshot for logged in stretch) or ""),
        )
        for stretch in _stretches(of.segments)
    ]
    paper.table(("From", "Hours", "Memo", "Counts as", "Pictures"), rows, align="LRLLR", widths=(5, 2, 7, 4, 2))


def _stretches(segments: Iterable[Logged]) -> Iterator[list[Logged]]:
    stretch: list[Logged] = []
    for logged in segments:
        if stretch and not _goes_on(stretch[-1], logged):
            yield stretch
            stretch = []
        stretch.append(logged)
    if stretch:
        yield stretch


def _goes_on(before: Logged, after: Logged) -> bool:
    alike = (before.segment.memo, _kind(before)) == (after.segment.memo, _kind(after))
    return alike and after.segment.start - before.segment.start == SEGMENT


def _kind(logged: Logged) -> str:
    marks = ["by hand" if logged.segment.manual else "tracked"]
    marks += ["over the limit"] if logged.is_over_limit else []
    marks += ["late"] if logged.segment.late else []
    return ", ".join([*marks, "not covered" if logged.why_not else "covered"])


def _files(of: Dossier, paper: Document) -> None:
    if not of.files:
        return
    paper.heading("Files")
    for file in of.files:
        paper.text(f"{file.name} ({file.size:,} bytes, {file.purpose})")
        kept = "" if of.is_whole(file) else " Not paid yet: here is a preview, where there is one."
        paper.small(f"{of.names[str(file.author_id)]}, {tell_moment(file.at)}. SHA-256 {file.sha256}.{kept}")


def _messages(of: Dossier, paper: Document) -> None:
    if not of.messages:
        return
    paper.heading("Messages")
    for message in of.messages:
        paper.small(f"{of.names[str(message.author_id)]}, {tell_moment(message.at)}")
        paper.text(message.text)


def _money(of: Dossier, paper: Document) -> None:
    if not of.transfers:
        return
    paper.heading("Every movement of money")
    rows = [
        (
            tell_moment(transfer.at),
            f"{_account(transfer.source)} to {_account(transfer.target)}",
            transfer.why,
            str(Money(transfer.amount, transfer.currency)),
        )
        for transfer in of.transfers
    ]
    paper.table(("When", "From and to", "Why", "Amount"), rows, align="LLLR", widths=(5, 4, 4, 3))


def _account(name: str) -> str:
    return name.partition(":")[0].replace("_", " ")


def _history(of: Dossier, paper: Document) -> None:
    paper.heading("History")
    for event in of.events:
        paper.small(f"{tell_moment(event.at)} · {of.who(event.actor, event.by)} · {event.action.replace('_', ' ')}")
        paper.told(explained(of, event))
        for words in written(event):
            paper.text(f"“{words}”")
