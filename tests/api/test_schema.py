"""The OpenAPI document is true: what it promises is what the interface does with any input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from amicable.api.openapi import document, operations
from amicable.rules.registry import ACTIONS
from callers import CLIENT, Caller, Json

REJECTIONS = [400, 401, 403, 404, 409, 412, 413, 415, 422]
CONFIG = schemathesis.Config.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REJECTIONS}}},
)
schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application(), config=CONFIG)


@contextmanager
def one_connection() -> Iterator[None]:
    """A request does not close the connection that the test's transaction is open on."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


@schema.parametrize()
@settings(
    max_examples=6,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@pytest.mark.django_db
def test_any_input_is_answered_as_the_document_says(case: schemathesis.Case, submitted: Json, clara: Caller) -> None:
    if _is_id(case.path_parameters.get("contract_id")):
        case.path_parameters["contract_id"] = submitted["id"]
    if not _is_wrong_about_headers(case):
        case.headers["Authorization"] = f"Bearer {clara.token}"
    with one_connection():
        # That a request has the right shape does not mean that the rules allow it.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])


def _is_id(text: object) -> bool:
    try:
        return str(UUID(str(text))) == text
    except ValueError:
        return False


def _is_wrong_about_headers(case: schemathesis.Case) -> bool:
    """Whether a header, such as the token's, is missing or wrong on purpose."""
    headers = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    return headers is not None and headers.mode == schemathesis.GenerationMode.NEGATIVE


def test_the_document_has_every_action_with_its_parameters() -> None:
    paths = document()["paths"]
    for action in ACTIONS.values():
        address = f"/api/v1/contracts/{{contract_id}}/actions/{action.name}"
        assert (address in paths) != action.is_automatic
        if address in paths:
            body = paths[address]["post"]["requestBody"]["content"]["application/json"]["schema"]
            assert set(body["properties"]) == set(action.params)
            assert body["additionalProperties"] is False


def test_every_refusal_in_the_document_is_a_problem() -> None:
    for path, method, operation in operations(document()):
        refusals = {status: one for status, one in operation["responses"].items() if status >= "400"}
        assert {"422", "503"} <= set(refusals), (path, method)
        for refusal in refusals.values():
            [(media_type, content)] = refusal["content"].items()
            assert media_type == "application/problem+json"
            assert content["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_the_document_can_be_browsed_under_the_content_policy_and_without_a_network() -> None:
    reply = CLIENT.get("/api/v1/docs")
    assert reply.status_code == 200
    page = reply.content.decode()
    for _, _, operation in operations(document()):
        assert f'id="{operation["operationId"]}"' in page
    for name in document()["components"]["schemas"]:
        assert f"<code>{name}</code>" in page
    assert "<script" not in page
    assert " style=" not in page
    assert "<style" not in page
    assert set(re.findall(r'(?:src|href)="([^"#][^"]*)"', page)) == {"/static/api/docs.css", "/api/v1/openapi.json"}
    assert CLIENT.get("/static/api/docs.css").status_code == 200
