"""Every address of the site: the API's and the web app's."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("amicable.api.urls")),
    path("", include("amicable.web.urls")),
]
