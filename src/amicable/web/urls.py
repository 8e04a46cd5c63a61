"""Addresses of the web app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from amicable.web.styleguide import styleguide
from amicable.web.views import (
    actions,
    clock,
    contracts,
    diary,
    disputing_hours,
    ending,
    files,
    importing,
    invoices,
    money,
    my_hours,
    notices,
    offers,
    people,
    session,
    terms,
    workroom,
)

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="web:contracts")),
    path("contracts", contracts.contracts, name="contracts"),
    path("sign-in", session.sign_in, name="sign_in"),
    path("sign-in/demo", session.sign_in_as, name="sign_in_as"),
    path("sign-out", session.sign_out, name="sign_out"),
    path("offers/new", offers.offer, name="offer"),
    path("contracts/<uuid:contract_id>", workroom.workroom, name="contract"),
    path("contracts/<uuid:contract_id>/messages", workroom.message, name="message"),
    path("contracts/<uuid:contract_id>/evidence", files.evidence, name="evidence"),
    path("contracts/<uuid:contract_id>/files/<uuid:file_id>", files.file, name="file"),
    path("contracts/<uuid:contract_id>/files/<uuid:file_id>/preview", files.preview, name="file_preview"),
    path("contracts/<uuid:contract_id>/actions/<str:name>", actions.action, name="action"),
    path("contracts/<uuid:contract_id>/diary", diary.diary, name="diary"),
    path("contracts/<uuid:contract_id>/diary/time", diary.log, name="diary_log"),
    path("contracts/<uuid:contract_id>/diary/segments", diary.change, name="diary_change"),
    path("contracts/<uuid:contract_id>/diary/timer", diary.timer, name="diary_timer"),
    path("contracts/<uuid:contract_id>/diary/screenshots/<str:start>", diary.screenshot, name="diary_screenshot"),
    path("contracts/<uuid:contract_id>/diary/import", importing.import_time, name="import_time"),
    path("contracts/<uuid:contract_id>/hours/dispute", disputing_hours.dispute, name="dispute_hours"),
    path("contracts/<uuid:contract_id>/end", ending.end, name="end"),
    path("contracts/<uuid:contract_id>/terms", terms.versions, name="terms"),
    path("contracts/<uuid:contract_id>/terms/propose", terms.propose, name="propose_terms"),
    path("styleguide", styleguide, name="styleguide"),
    path("clock", clock.move, name="clock"),
    path("hours", my_hours.hours, name="my_hours"),
    path("hours.csv", my_hours.hours_csv, name="my_hours_csv"),
    path("balance", money.balance, name="balance"),
    path("balance/card", money.card, name="card"),
    path("balance/withdraw/<str:currency>", money.withdraw, name="withdraw"),
    path("notices", notices.notices, name="notices"),
    path("notices/read", notices.read, name="notices_read"),
    path("notices/settings", notices.choices, name="notice_settings"),
    path("mail", notices.mails, name="mails"),
    path("mail/<int:mail_id>", notices.mail, name="mail"),
    path("mail/<int:mail_id>/html", notices.mail_html, name="mail_html"),
    path("people/<uuid:person_id>", people.profile, name="person"),
    path("me/consent", people.consent, name="consent"),
    path("me/certificate.pdf", people.certificate_pdf, name="certificate_pdf"),
    path("statement", money.statement, name="statement"),
    path("invoices", invoices.invoices, name="invoices"),
    path("invoices.csv", invoices.invoices_csv, name="invoices_csv"),
    path("invoices/<uuid:invoice_id>", invoices.invoice, name="invoice"),
    path("statement.csv", money.statement_csv, name="statement_csv"),
]
