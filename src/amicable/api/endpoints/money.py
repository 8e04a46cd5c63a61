"""A person's money: what there is, how it came to be, and taking it out."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from django.http import FileResponse
from ninja import Query, Router, Status
from pydantic import Field

from amicable.api import represent, schemas
from amicable.api.auth import Request
from amicable.api.describe import as_text, may_refuse
from amicable.api.downloads import download
from amicable.api.once import key_of
from amicable.api.paging import Paging, Window, a_number, among, page
from amicable.api.problems import invalid, refused
from amicable.contracts import clock
from amicable.contracts.balance import balances_of
from amicable.contracts.statement import statement, statement_csv
from amicable.payments.withdrawals import withdraw
from amicable.rules import money
from amicable.rules.outcome import Refused

router = Router(tags=["money"])


class StatementWindow(Window):
    """Which part of the statement, and in which form."""

    format: Annotated[Literal["json", "csv"], Field(description="With `csv` the statement comes as a whole.")] = "json"


@router.get("/me/balance", response=schemas.Page[schemas.Balance], operation_id="get_balance")
def get_balance(request: Request, window: Paging) -> schemas.Page[schemas.Balance]:
    """What the person has, in each currency."""
    balances = sorted(balances_of(str(request.auth.id)), key=lambda balance: balance.currency)
    shown, cursor = page(
        window,
        among(balances, lambda balance: balance.currency),
        place=lambda balance: balance.currency,
        read=str,
    )
    return schemas.Page[schemas.Balance](items=[represent.balance(balance) for balance in shown], next=cursor)


@router.get(
    "/me/transactions",
    response=schemas.Page[schemas.StatementLine],
    operation_id="get_transactions",
    openapi_extra=as_text("text/csv"),
)
def get_transactions(
    request: Request, window: Query[StatementWindow]
) -> schemas.Page[schemas.StatementLine] | FileResponse:
    """The person's statement, oldest first."""
    person = str(request.auth.id)
    if window.format == "csv":
        return download(partial(statement_csv, person), name="statement.csv", media_type="text/csv")
    shown, cursor = page(
        window,
        lambda after, limit: statement(person, after=after, limit=limit),
        place=lambda line: line.id,
        read=a_number,
    )
    return schemas.Page[schemas.StatementLine](items=[represent.statement_line(line) for line in shown], next=cursor)


@router.post(
    "/me/withdrawals", response={201: schemas.Withdrawal}, operation_id="withdraw_money", openapi_extra=may_refuse(409)
)
def withdraw_money(request: Request, new: schemas.NewWithdrawal) -> Status[schemas.Withdrawal]:
    """Take out available money."""
    made = withdraw(str(request.auth.id), _amount(new), clock.now(), key_of(request))
    if isinstance(made, Refused):
        raise refused(made)
    return Status(201, represent.withdrawal(made))


def _amount(new: schemas.NewWithdrawal) -> money.Money:
    try:
        return money.parse(new.amount, new.currency)
    except money.UnknownCurrency as error:
        raise invalid("currency", str(error)) from None
    except money.InvalidAmount as error:
        raise invalid("amount", str(error)) from None
