"""An Amicable somewhere else, asked over its REST interface."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from amicable.site.problems import ProblemError

TIMEOUT_SECONDS = 20
Json = Any


class AwayError(Exception):
    """There is no answer now, and there may be one later; the text says what happened."""


class RefusedError(Exception):
    """The answer is no; the text says why. `code` is the interface's, `status` HTTP's."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Remote:
    """Where it is, and as whom it is asked."""

    url: str
    token: str

    @classmethod
    def from_environment(cls) -> Remote:
        """AMICABLE_URL and AMICABLE_TOKEN; ProblemError when they are not usable."""
        url = (os.environ.get("AMICABLE_URL") or "http://127.0.0.1:8000").rstrip("/")
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise ProblemError(f"AMICABLE_URL is {url!r}, and should be an address such as https://amicable.example.")
        token = os.environ.get("AMICABLE_TOKEN", "").strip()
        if not token or not token.isascii() or not token.isprintable():
            raise ProblemError("Put your API token into AMICABLE_TOKEN first.")
        return cls(url, token)

    def get(self, path: str) -> Json:
        """What a GET answers. Raises AwayError and RefusedError."""
        return self._ask("GET", path)[0]

    def post(self, path: str, body: Json) -> Json:
        """What a POST of JSON answers. Raises AwayError and RefusedError."""
        return self._ask("POST", path, json.dumps(body).encode())[0]

    def clock(self) -> tuple[timedelta, bool]:
        """By how much the time there is ahead of this machine's, and whether it is a sandbox's, which stands still.
        Raises AwayError and RefusedError."""
        before = datetime.now(UTC)
        try:
            return datetime.fromisoformat(self.get("/sandbox/clock")["now"]) - before, True
        except RefusedError:
            _, date = self._ask("GET", "/me")
            return (parsedate_to_datetime(date) if date else before) - before, False

    def _ask(self, method: str, path: str, body: bytes | None = None) -> tuple[Json, str | None]:
        """(the answer, when it was given as HTTP says it)"""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/api/v1{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.loads(answer.read()), answer.headers["Date"]
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except urllib.error.URLError as error:
            reason = getattr(error.reason, "strerror", None) or error.reason
            raise AwayError(f"{self.url} cannot be reached: {reason}") from None
        except (OSError, http.client.HTTPException) as error:
            raise AwayError(f"{self.url} stopped answering: {error or type(error).__name__}") from None
        except ValueError:
            raise AwayError(f"{self.url} does not answer as Amicable does. Is AMICABLE_URL right?") from None


def _refusal(error: urllib.error.HTTPError) -> AwayError | RefusedError:
    try:
        problem = json.loads(error.read())
        code, reason = str(problem["code"]), str(problem["detail"])
    except (ValueError, KeyError, TypeError, OSError, http.client.HTTPException):
        code, reason = "unknown", f"{error.url} answers {error.code} {error.reason}."
    if error.code >= 500 or error.code == 429:
        return AwayError(reason)
    return RefusedError(error.code, code, reason)
