"""Addresses of the web app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from amicable.web.views import actions, clock, contracts, ending, offers, session, workroom

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", contracts.contracts, name="contracts"),
    path("sign-in", session.sign_in, name="sign_in"),
    path("sign-in/demo", session.sign_in_as, name="sign_in_as"),
    path("sign-out", session.sign_out, name="sign_out"),
    path("offers/new", offers.offer, name="offer"),
    path("contracts/<uuid:contract_id>", workroom.workroom, name="contract"),
    path("contracts/<uuid:contract_id>/messages", workroom.message, name="message"),
    path("contracts/<uuid:contract_id>/actions/<str:name>", actions.action, name="action"),
    path("contracts/<uuid:contract_id>/end", ending.end, name="end"),
    path("clock", clock.move, name="clock"),
]
