"""What every request passes on its way to an operation and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja.operation import Operation

from amicable.api.auth import BearerToken, token_digest
from amicable.api.body import read_body, read_table, read_upload
from amicable.api.describe import takes_file, takes_table
from amicable.api.limits import count_request
from amicable.api.once import key_of, once
from amicable.api.problems import Problem, invalid, problem_of

View = Callable[..., HttpResponse]
TOKEN = BearerToken()


def entrance(view: View) -> View:
    """At an address of the API: whatever goes wrong on the way is answered as a problem."""

    @csrf_exempt
    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:  # noqa: BLE001 (problem_of logs what it does not know)
            response = problem_of(error).response()
        if response.status_code == 405:
            response = _not_allowed(response["Allow"])
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return enter


def gate(run: View) -> View:
    """Around an operation: who asks, how often, whether it can be read, and whether it was asked before."""
    operation = run.__self__  # type: ignore[attr-defined]
    needs_token = bool(operation.auth_callbacks)
    known = set(_query_names(operation))
    read = _reader(operation)

    @wraps(run)
    def guarded(request: HttpRequest, **path: Any) -> HttpResponse:
        scope = _admit(request) if needs_token else "sandbox"
        read(request)
        _refuse_unknown(request.GET, known)
        key = key_of(request) if request.method == "POST" else None
        if key is None:
            return run(request, **path)
        return once(request, scope, key, lambda: run(request, **path))

    return guarded


def _reader(operation: Operation) -> Callable[[HttpRequest], object]:
    """What reads the bodies that the operation takes."""
    if takes_file(operation.openapi_extra):
        return read_upload
    return read_table if takes_table(operation.openapi_extra) else read_body


def _admit(request: HttpRequest) -> str:
    """The id of the person who asks; raises 401 and 429."""
    person = TOKEN(request)
    count_request(token_digest(request))
    return str(person.id)


def _query_names(operation: Operation) -> Iterable[str]:
    for model in operation.models:
        if model.__ninja_param_source__ == "query":
            yield from model.__ninja_flatten_map__


def _refuse_unknown(given: Iterable[str], known: set[str]) -> None:
    for name in given:
        if name not in known:
            raise invalid(name, "There is no query parameter of this name here.")


def _not_allowed(methods: str) -> HttpResponse:
    problem = Problem(
        405, "method_not_allowed", f"This address takes {methods} and nothing else.", headers={"Allow": methods}
    )
    return problem.response()
