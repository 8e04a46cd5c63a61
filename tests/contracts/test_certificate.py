"""Certificates: what the ledger says of a period, to the cent."""

from __future__ import annotations

from datetime import date

import pytest

from amicable.contracts.certificate import Period, PeriodError, certificate, sums
from amicable.contracts.statement import statement
from amicable.rules.parts import Role
from deals import START, Deal

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
TODAY = date(2026, 11, 24)


def told(person: object, side: Role, period: Period = YEAR) -> list[tuple[str, ...]]:
    """The lines of a certificate: what came, went back, the fee and the rest."""
    lines = sums(str(person), side, period)
    return [tuple(amount.decimal for amount in (one.came, one.went, one.fee, one.rest(side))) for one in lines]


@pytest.mark.django_db
def test_earnings_are_what_was_paid_less_refunds_and_fees() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.approve()
    assert told(deal.freelancer.id, Role.FREELANCER) == [("500.00", "0.00", "50.00", "450.00")]
    deal.does(deal.freelancer, "give_refund", amount="100.00", note="Sorry.")
    assert told(deal.freelancer.id, Role.FREELANCER) == [("500.00", "100.00", "40.00", "360.00")]
    assert told(deal.client.id, Role.FREELANCER) == []


@pytest.mark.django_db
def test_spend_is_what_the_card_was_charged_less_what_went_back_to_it() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.approve("300.00")
    deal.does(deal.client, "end", reason="other", escrow="refund")
    deal.days_pass(7)
    assert told(deal.client.id, Role.CLIENT) == [("525.00", "210.00", "15.00", "315.00")]


@pytest.mark.django_db
def test_the_rest_is_what_the_statement_ends_with() -> None:
    deal = Deal.funded("KWD", "12.345", "7.005")
    deal.approve("1.111")
    deal.fund(2)
    deal.approve(number=2)
    deal.does(deal.freelancer, "give_refund", amount="0.333", note="Sorry.")
    [(*_, rest)] = told(deal.freelancer.id, Role.FREELANCER)
    assert statement(str(deal.freelancer.id))[-1].balance.decimal == rest


@pytest.mark.django_db
def test_only_the_days_of_the_period_count_the_last_included() -> None:
    deal = Deal.funded("USD", "500.00")
    deal.approve()
    day = START.date()
    assert told(deal.freelancer.id, Role.FREELANCER, Period(day, day)) != []
    before, after = day.replace(day=day.day - 1), day.replace(day=day.day + 1)
    assert told(deal.freelancer.id, Role.FREELANCER, Period(before, before)) == []
    assert told(deal.freelancer.id, Role.FREELANCER, Period(after, after)) == []


@pytest.mark.django_db
def test_it_is_a_pdf_also_when_no_money_moved() -> None:
    deal = Deal.funded("USD", "500.00", title="Сайт")
    deal.approve()
    for side, person in (
        (Role.FREELANCER, deal.freelancer),
        (Role.CLIENT, deal.client),
        (Role.CLIENT, deal.freelancer),
    ):
        pdf = certificate(str(person.id), person.name, side, YEAR, deal.at)
        assert pdf.startswith(b"%PDF-")


def test_a_period_is_this_year_until_today_unless_it_is_named() -> None:
    assert Period.read("", "", TODAY) == Period(date(2026, 1, 1), TODAY)
    assert Period.read("2025-02-01", "2025-02-28", TODAY) == Period(date(2025, 2, 1), date(2025, 2, 28))


@pytest.mark.parametrize(
    ("first", "last"),
    [("yesterday", ""), ("2026-13-01", ""), ("20260101", ""), ("2026-02-02", "2026-02-01"), ("", "9999-12-31")],
)
def test_a_period_that_makes_no_sense_is_refused(first: str, last: str) -> None:
    with pytest.raises(PeriodError):
        Period.read(first, last, TODAY)
