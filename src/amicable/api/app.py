"""The REST interface, put together."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI

from amicable import __version__
from amicable.api.body import BodyParser
from amicable.api.endpoints import (
    actions,
    books,
    contracts,
    diary,
    disputes,
    files,
    imports,
    invoices,
    messages,
    money,
    notices,
    people,
    sandbox,
    screenshots,
    summaries,
)
from amicable.api.gate import TOKEN, gate
from amicable.api.problems import problem_of


class Api(NinjaAPI):
    """Ninja, with every error answered as a problem."""

    def on_exception(self, request: HttpRequest, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """The problem that the error is."""
        del request
        return problem_of(exc).response()


api = Api(
    title="Amicable",
    version=__version__,
    description="Contracts for people who hire freelancers and people who are hired.",
    auth=TOKEN,
    parser=BodyParser(),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
api.add_decorator(gate, mode="view")
api.add_router("/sandbox", sandbox.router)
api.add_router("", people.router)
api.add_router("", money.router)
api.add_router("", invoices.router)
api.add_router("", summaries.router)
api.add_router("", notices.router)
OF_CONTRACTS = (contracts, actions, messages, files, diary, screenshots, imports)
for router in (room.router for room in OF_CONTRACTS):
    api.add_router("/contracts", router)
api.add_router("/disputes", disputes.router)
api.add_router("/books", books.router)
