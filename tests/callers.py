"""People who use the REST interface, for the tests of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.test import Client

from amicable.rules.feedback import CATEGORIES

ROOT = "/api/v1"
CLIENT = Client()
Json = Any


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    body: Json
    headers: Mapping[str, str]

    @property
    def problem(self) -> tuple[int, str]:
        """The status and the code of a well-formed problem."""
        assert self.headers["Content-Type"] == "application/problem+json", self
        assert set(self.body) == {"type", "title", "status", "detail", "code", "errors"}
        assert self.body["status"] == self.status
        assert self.body["detail"]
        assert all(set(error) == {"field", "message"} and error["message"] for error in self.body["errors"])
        return self.status, self.body["code"]

    @property
    def wrong_fields(self) -> set[str]:
        """The fields that a 422 complains of."""
        assert self.problem[0] == 422
        return {error["field"] for error in self.body["errors"]}


@dataclass(frozen=True)
class Caller:
    """Somebody who sends requests, with a token or without."""

    id: str = ""
    name: str = ""
    token: str = ""

    def send(
        self, method: str, path: str, body: bytes = b"", content_type: str = "application/json", **headers: str
    ) -> Reply:
        """Send a body as it is; `If_Match="…"` is the header If-Match."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        kind = {"content_type": content_type} if body else {"content_type": ""}
        response = CLIENT.generic(method, ROOT + path, body, headers=sent, **kind)
        return Reply(response.status_code, _read(response), response.headers)

    def get(self, path: str, **headers: str) -> Reply:
        """GET."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Json = None, **headers: str) -> Reply:
        """POST JSON, or nothing."""
        return self.send("POST", path, b"" if body is None else json.dumps(body).encode(), **headers)

    def upload(self, contract: Json, content: bytes, name: str = "notes.txt", **words: str) -> Reply:
        """Send a file to a contract, with words beside it; `key` is the idempotency key."""
        headers = {"Idempotency_Key": words.pop("key")} if "key" in words else {}
        body, kind = multipart([("file", name, content)], words)
        return self.send("POST", f"{path_of(contract)}/files", body, kind, **headers)

    def put(self, path: str, body: Json) -> Reply:
        """PUT JSON."""
        return self.send("PUT", path, json.dumps(body).encode())

    def patch(self, path: str, body: Json) -> Reply:
        """PATCH JSON."""
        return self.send("PATCH", path, json.dumps(body).encode())

    def delete(self, path: str, body: Json = None) -> Reply:
        """DELETE, with JSON or nothing."""
        return self.send("DELETE", path, b"" if body is None else json.dumps(body).encode())

    def see(self, path: str) -> Json:
        """What a GET answers, which has to be 200."""
        return succeeded(self.get(path))

    def do(self, contract: Json, action: str, **params: Json) -> Json:
        """Perform an action that has to be allowed, and see that its preview showed exactly what was answered."""
        foreseen = succeeded(self.post(f"{path_of(contract)}/actions/{action}?preview=true", params))
        done = succeeded(self.post(f"{path_of(contract)}/actions/{action}", params))
        assert done == foreseen
        assert self.see(path_of(contract)) == done["contract"]
        return done

    def refused(self, contract: Json, action: str, **params: Json) -> Reply:
        """Try an action that has to be refused, in the preview and in earnest, and see that nothing changed."""
        before = self.get(path_of(contract)).body
        foreseen = self.post(f"{path_of(contract)}/actions/{action}?preview=true", params)
        tried = self.post(f"{path_of(contract)}/actions/{action}", params)
        assert tried.status >= 400
        assert tried.body == foreseen.body
        assert self.get(path_of(contract)).body == before
        return tried


def multipart(files: list[tuple[str, str, bytes]], words: Mapping[str, str]) -> tuple[bytes, str]:
    """A body of these files, (part, name, content) each, and words, as browsers make it; and its content type."""
    parts = [f'form-data; name="{name}"\r\n\r\n{word}'.encode() for name, word in words.items()]
    for part, name, content in files:
        head = f'form-data; name="{part}"; filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
        parts.append(head.encode() + content)
    body = b"".join(b"--frontier\r\nContent-Disposition: " + part + b"\r\n" for part in parts)
    return body + b"--frontier--\r\n", "multipart/form-data; boundary=frontier"


def _read(response: HttpResponse) -> Json:
    content = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    if "json" in response["Content-Type"]:
        return json.loads(content)
    return content.decode() if response["Content-Type"].startswith("text/") else content


def succeeded(reply: Reply) -> Json:
    """The body of an answer that has to be a yes."""
    assert reply.status in (200, 201), reply.body
    return reply.body


def path_of(contract: Json) -> str:
    """The address of a contract."""
    return f"/contracts/{contract['id']}"


def milestone(contract: Json, position: int = 0) -> str:
    """The id of one of its milestones."""
    return str(contract["milestones"][position]["id"])


def offer_of(freelancer: Caller, *amounts: str, currency: str = "USD", **more: Json) -> Json:
    """The body of an offer with a milestone for each amount."""
    milestones = [{"title": f"Part {number}", "amount": amount} for number, amount in enumerate(amounts, 1)]
    terms = {"title": "A website", "description": "", "kind": "fixed", "currency": currency, "milestones": milestones}
    return {"freelancer": freelancer.id, **terms, **more}


def hourly_offer_of(freelancer: Caller, rate: str = "40.00", currency: str = "USD", **more: Json) -> Json:
    """The body of an offer by the hour."""
    terms = {"title": "A shop", "description": "", "kind": "hourly", "currency": currency, "rate": rate}
    return {"freelancer": freelancer.id, **terms, **more}


def stars(count: int, **other: int) -> dict[str, int]:
    """So many stars in each category, but for those that are named."""
    return dict.fromkeys(CATEGORIES, count) | other


def move_clock(to: str) -> Json:
    """Move the sandbox's clock."""
    return succeeded(Caller().post("/sandbox/clock", {"to": to}))


def now() -> str:
    """The sandbox's time."""
    return str(Caller().see("/sandbox/clock")["now"])
