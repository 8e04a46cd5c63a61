"""A contract's evidence on paper: what a person reads first, and can hand to somebody who has no account here."""

from __future__ import annotations

from amicable.paper.document import Document
from amicable.rules.dispute import Dispute, Ruling
from amicable.rules.money import Money
from amicable.rules.week import hours_text
from amicable.rules.wording import tell_moment
from amicable.talk.dossier import Dossier, explained, written

MOST = 1_000
"""So many events, messages and transfers are printed at the most, the newest; the JSON has all."""


def printed(of: Dossier) -> bytes:
    """The dossier as PDF. The same dossier makes the same file."""
    paper = Document(f"Evidence: {of.contract.title}", of.until)
    paper.small(
        f"Put together for the {of.reader} as things stood on {tell_moment(of.until)}. All times are UTC. The files "
        "beside this one have everything as data; manifest.json has their checksums."
    )
    _contract(of, paper)
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
    if contract.description:
        paper.heading("Scope")
        paper.text(contract.description)


def _milestones(of: Dossier, paper: Document) -> None:
    money = of.contract.money
    if of.contract.milestones:
        paper.heading("Milestones")
        rows = [(m.title, m.status, str(money(m.amount)), str(money(m.paid))) for m in of.contract.milestones]
        paper.table(("Milestone", "Stands", "Price", "Paid"), rows, align="LLRR", widths=(4, 2, 2, 2))
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
    for statement in dispute.statements:
        paper.small(f"{of.who(statement.person, statement.by)}, {tell_moment(statement.at)}")
        paper.text(statement.text)
    if dispute.appeal:
        _ruling(of, dispute.appeal.ruling, paper)
        paper.small(f"Appeal of the {dispute.appeal.by}, {tell_moment(dispute.appeal.at)}")
        paper.text(dispute.appeal.note)
    if dispute.ruling:
        _ruling(of, dispute.ruling, paper)


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
            hours_text(week.minutes),
            str(money(week.rate)),
            str(money(week.amount)),
            str(money(week.refunded)),
        )
        for week in of.weeks
    ]
    paper.table(("Week of", "Stands", "Billed", "Rate", "Amount", "Gone back"), rows, align="LLRRRR")


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
    _note_left_out(len(of.messages), paper)
    for message in of.messages[-MOST:]:
        paper.small(f"{of.names[str(message.author_id)]}, {tell_moment(message.at)}")
        paper.text(message.text)


def _money(of: Dossier, paper: Document) -> None:
    if not of.transfers:
        return
    paper.heading("Every movement of money")
    _note_left_out(len(of.transfers), paper)
    rows = [
        (
            tell_moment(transfer.at),
            f"{_account(transfer.source)} to {_account(transfer.target)}",
            transfer.why,
            str(Money(transfer.amount, transfer.currency)),
        )
        for transfer in of.transfers[-MOST:]
    ]
    paper.table(("When", "From and to", "Why", "Amount"), rows, align="LLLR", widths=(4, 4, 3, 3))


def _account(name: str) -> str:
    return name.partition(":")[0].replace("_", " ")


def _history(of: Dossier, paper: Document) -> None:
    paper.heading("History")
    _note_left_out(len(of.events), paper)
    for event in of.events[-MOST:]:
        paper.small(f"{tell_moment(event.at)} · {of.who(event.actor, event.by)} · {event.action.replace('_', ' ')}")
        paper.text(explained(of, event))
        for words in written(event):
            paper.text(f"“{words}”")


def _note_left_out(count: int, paper: Document) -> None:
    if count > MOST:
        paper.small(f"The newest {MOST:,} of {count:,}; the data has all.")
