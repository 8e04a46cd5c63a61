"""The whole audit: the books, contracts against them, and the hours that weeks are billed by against the diary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from amicable.books.reading import one_moment, rows
from amicable.books.verify import MOST, Report
from amicable.contracts import clock
from amicable.contracts import verify as contracts
from amicable.rules.week import SEGMENTS, segments_text, week_text

_NONE = f"0::bit({SEGMENTS})"
# Whether a memo says what was done is judged when it is written, and the words for it may change. Of the covered
# segments only that is checked for which no memo makes up.
_WEEKS = f"""
WITH segments AS (
    SELECT contract_id, (monday AT TIME ZONE 'UTC')::date AS week,
           set_bit({_NONE}, (extract(epoch FROM start - monday) / 600)::int, 1) AS slot,
           activity > 0 AND memo <> '' AND NOT manual AND NOT late AS can_be_covered
    FROM diary_segment CROSS JOIN LATERAL (SELECT date_trunc('week', start, 'UTC') AS monday) AS its
), diary AS (
    SELECT contract_id, week, bit_or(slot) AS logged, bit_or(slot) FILTER (WHERE can_be_covered) AS coverable
    FROM segments GROUP BY contract_id, week
), compared AS (
    SELECT coalesce(w.contract_id, d.contract_id)::text AS contract, coalesce(w.start, d.week) AS week,
           bit_count(coalesce(w.logged, {_NONE}) & ~coalesce(d.logged, {_NONE})) AS unknown,
           bit_count(coalesce(d.logged, {_NONE}) & ~coalesce(w.logged, {_NONE})) AS forgotten,
           bit_count(coalesce(w.covered & d.logged, {_NONE}) & ~coalesce(d.coverable, {_NONE})) AS flattered
    FROM contracts_week w FULL JOIN diary d ON d.contract_id = w.contract_id AND d.week = w.start
)
SELECT contract, week, unknown, forgotten, flattered FROM compared WHERE unknown + forgotten + flattered > 0
ORDER BY contract, week LIMIT %s
"""


def verify() -> Report:
    """Audit everything, as of this moment. Changes nothing."""
    at = clock.now()
    with one_moment():
        report = contracts.verify_at(at)
        problems = tuple(_weeks())
    return replace(report, problems=report.problems + problems)


def _weeks() -> Iterator[str]:
    """What is billed is what the diary has, and what is covered can be."""
    for contract, week, *amiss in rows(_WEEKS, [MOST]):
        for segments, what in zip(amiss, _AMISS, strict=True):
            if segments:
                hours = segments_text(segments)
                yield f"The week of {week_text(week)} of contract {contract} has {what.format(hours=hours)}"


_AMISS = (
    "{hours} hours of which the diary has no segments.",
    "not the {hours} hours for which the diary has segments besides.",
    "{hours} hours as covered that were entered by hand or late, without a memo or without activity.",
)
