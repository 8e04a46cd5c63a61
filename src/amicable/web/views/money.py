"""A person's money: where it is, taking it out, the card, and how everything came to be."""

from __future__ import annotations

import io
import secrets
from http import HTTPStatus

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from amicable.contracts import clock
from amicable.contracts.balance import balances_of
from amicable.contracts.invoices import unpaid_of
from amicable.contracts.statement import statement as statement_of
from amicable.contracts.statement import statement_csv as write_csv
from amicable.payments.cards import card_of
from amicable.payments.commands import change_card
from amicable.payments.models import Card, Withdrawal
from amicable.payments.withdrawals import withdraw as take_out
from amicable.rules.money import InvalidAmount, Money, parse
from amicable.rules.outcome import Refused, invalid
from amicable.web.looking import as_shown, is_looking
from amicable.web.purse import TakingOut, purses_of
from amicable.web.refusals import answers_posts, status_of
from amicable.web.viewer import one_time, person_of, reason_of

RECENT = 10
PAGE = 25
CARDS = {
    Card.Behaviour.WORKS: ("A card that works", "Every payment goes through."),
    Card.Behaviour.DECLINES: ("A card that declines", "Every payment is declined, and nothing is charged."),
    Card.Behaviour.DISPUTES: (
        "A card whose owner disputes",
        "Payments go through; the bank may be asked to undo them.",
    ),
}


@never_cache
@login_required
@require_safe
def balance(request: HttpRequest) -> HttpResponse:
    """What the person has, what it waits for, recent withdrawals and, for a client, the card."""
    return _balance(request)


def _balance(request: HttpRequest, refused: Refused | None = None) -> HttpResponse:
    """The same; with why another card was `refused`."""
    person = person_of(request)
    taken_out = Withdrawal.objects.filter(person=person).order_by("-id")[:RECENT]
    now = clock.now()
    page = {
        "purses": purses_of(person, now),
        "now": now,
        "earns": person.has_role("freelancer"),
        "withdrawals": [(one, Money(one.amount, one.currency)) for one in taken_out],
        "pays": person.has_role("client"),
        "card": card_of(str(person.pk)),
        "cards": CARDS if settings.SANDBOX else {},
        "unpaid": unpaid_of(str(person.pk)),
        "next": _next(request.POST or request.GET),
        "card_error": refused.errors[0][1] if refused else "",
    }
    return render(request, "web/balance.html", page, status=status_of(refused))


@never_cache
@login_required
@answers_posts("web:balance")
def card(request: HttpRequest) -> HttpResponse:
    """Give the person another card of the sandbox, and lead back to where the last one was declined."""
    person, behaviour = person_of(request), request.POST.get("card", "")
    if not settings.SANDBOX:
        raise Http404("This is not a demo.")
    if not person.has_role("client"):
        raise PermissionDenied("Only clients have a card: freelancers are paid, and pay nothing by card.")
    if behaviour not in Card.Behaviour.values:
        return _balance(request, invalid("card", "Choose one of the cards. Nothing was changed."))
    change_card(str(person.pk), behaviour)
    messages.success(request, f"From now on payments are asked from this card: {CARDS[Card.Behaviour(behaviour)][0]}.")
    return redirect(_next(request.POST) or "web:balance")


def _next(data: QueryDict) -> str:
    """The page of this site that was asked for; empty where none was."""
    asked = data.get("next", "")
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, currency: str) -> HttpResponse:
    """Show what taking money out comes to; POST takes it out. Nothing else is chosen than all there is."""
    available = _available(request, currency)
    if request.method == "POST" and not is_looking(request.POST):
        return _take_out(request, available)
    said = request.POST or request.GET
    taking_out = TakingOut(available, said.get("amount", available.decimal).strip())
    template = "web/withdraw_outcome.html" if "HX-Request" in request.headers else "web/withdraw.html"
    return render(request, template, _context(taking_out))


def _available(request: HttpRequest, currency: str) -> Money:
    person = person_of(request)
    found = {one.currency: one.available for one in balances_of(str(person.pk))}
    if currency not in found:
        raise Http404("You have no money in this currency.")
    return found[currency]


def _take_out(request: HttpRequest, available: Money) -> HttpResponse:
    person = person_of(request)
    taking_out = TakingOut(available, as_shown(request.POST).get("amount", "").strip())
    try:
        amount = parse(taking_out.typed, available.currency)
    except InvalidAmount:
        return render(request, "web/withdraw.html", _context(taking_out), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    result = take_out(str(person.pk), amount, clock.now(), one_time(request.POST.get("key")))
    if isinstance(result, Refused):
        left = TakingOut(_available(request, available.currency), taking_out.typed)
        page = _context(left) | {"nothing_done": reason_of(result).tell()}
        return render(request, "web/withdraw.html", page, status=status_of(result))
    _tell(request, result, amount)
    return redirect("web:balance")


def _tell(request: HttpRequest, withdrawal: Withdrawal, amount: Money) -> None:
    told = {
        Withdrawal.Status.PAID: (messages.SUCCESS, f"{amount} was sent to your bank."),
        Withdrawal.Status.ON_ITS_WAY: (messages.SUCCESS, f"{amount} is on its way to your bank."),
        Withdrawal.Status.FAILED: (messages.ERROR, f"{amount} did not arrive at your bank. It is available again."),
    }
    messages.add_message(request, *told[Withdrawal.Status(withdrawal.status)])


def _context(taking_out: TakingOut) -> dict[str, object]:
    return {"taking_out": taking_out, "key": secrets.token_urlsafe(16)}


@never_cache
@login_required
@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """Every movement of the person's money with the running balance, the newest first."""
    return statement_page(request)


def statement_page(request: HttpRequest, wrong: str = "") -> HttpResponse:
    """The same; with what is `wrong` with the period of a certificate that was asked for there."""
    after = request.GET.get("after", "")
    person = str(person_of(request).pk)
    lines = statement_of(person, after=_place(after), limit=PAGE + 1, newest_first=True)
    page = {
        "lines": lines[:PAGE],
        "older": lines[PAGE - 1].id if len(lines) > PAGE else None,
        "is_newest": not after,
        "earns": person_of(request).has_role("freelancer"),
        "pays": person_of(request).has_role("client"),
        "from": request.GET.get("from", f"{clock.now():%Y}-01-01"),
        "to": request.GET.get("to", f"{clock.now():%Y-%m-%d}"),
        "of": request.GET.get("of", ""),
        "wrong": wrong,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, "web/statement.html", page, status=status)


@never_cache
@login_required
@require_safe
def statement_csv(request: HttpRequest) -> HttpResponse:
    """The whole statement for a spreadsheet."""
    sheet = io.StringIO()
    write_csv(str(person_of(request).pk), sheet)
    named = {"Content-Disposition": 'attachment; filename="statement.csv"'}
    return HttpResponse(sheet.getvalue(), content_type="text/csv; charset=utf-8", headers=named)


def _place(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None
