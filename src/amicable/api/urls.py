"""Addresses of the REST interface and of the health checks."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import URLPattern, URLResolver, include, path, re_path

from amicable.api import pages
from amicable.api.app import api
from amicable.api.endpoints import health
from amicable.api.gate import entrance


def _through_entrance(patterns: Sequence[URLPattern | URLResolver]) -> list[URLPattern]:
    return [
        URLPattern(one.pattern, entrance(one.callback), one.default_args, one.name)
        for one in patterns
        if isinstance(one, URLPattern)
    ]


_operations, _, _namespace = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/openapi.json", entrance(pages.openapi), name="api-openapi"),
    path("api/v1/docs", entrance(pages.docs), name="api-docs"),
    path("api/v1/", include((_through_entrance(_operations), "api"), namespace=_namespace)),
    re_path(r"^api(/[\s\S]*)?\Z", entrance(pages.nothing)),
    path("health/live", health.live),
    path("health/ready", health.ready),
]
