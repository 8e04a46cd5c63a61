"""Addresses of the web app."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from amicable.web.views import ending

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    path("contracts/<uuid:contract_id>/end", ending.end, name="end"),
]
