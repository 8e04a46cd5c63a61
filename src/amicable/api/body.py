"""Reading the body of a request: JSON of a sensible size, one file with a few words, or a table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, BinaryIO, NoReturn, cast

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from ninja.parser import Parser

from amicable.api.problems import Problem, invalid
from amicable.diary.imports.reading import MAX_BYTES as MAX_TABLE_BYTES
from amicable.talk.files import MAX_BYTES as MAX_FILE_BYTES
from amicable.talk.files import Upload, digest_of

MAX_BYTES = 1_000_000
MULTIPART = "multipart/form-data"
CSV = "text/csv"
TOO_LARGE = Problem(413, "too_large", "A file has at most 25 MB. Split it, or send a smaller one.")
METHODS = ("POST", "PUT", "PATCH", "DELETE")
UNREADABLE = Problem(400, "unreadable", "The body is not readable as JSON in UTF-8.")


class BodyParser(Parser):
    """Gives ninja what has been read already."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """The body's JSON."""
        return cast(dict[str, Any], read_body(request))


def read_body(request: HttpRequest) -> Any:
    """The JSON in the body, None when there is none; raises 400, 413 and 415. Read once a request."""
    if not hasattr(request, "json"):
        request.json = _read(request)  # type: ignore[attr-defined]
    return request.json  # type: ignore[attr-defined]


def parameters_of(request: HttpRequest) -> Mapping[str, Any]:
    """The JSON object in the body, empty when there is no body; raises 422 when it is something else."""
    body = read_body(request)
    if body is None:
        return {}
    if not isinstance(body, dict):
        raise invalid("body", "Send a JSON object.")
    return body


def read_upload(request: HttpRequest) -> tuple[Upload, Mapping[str, str]]:
    """The file in the body and the words beside it; raises 400, 413, 415 and 422. Read once a request."""
    if not hasattr(request, "upload"):
        request.upload = _upload(request)  # type: ignore[attr-defined]
    return request.upload  # type: ignore[attr-defined,no-any-return]


def read_table(request: HttpRequest) -> bytes:
    """The table in the body, as it was sent; raises 413 and 415. Read once a request."""
    if not hasattr(request, "table"):
        request.table = _table(request)  # type: ignore[attr-defined]
    return request.table  # type: ignore[attr-defined,no-any-return]


def fingerprint(request: HttpRequest) -> str:
    """A digest of what is asked: two requests that mean the same have the same one."""
    asked = [request.method, request.path, sorted(request.GET.lists()), _sent(request)]
    return hashlib.sha256(_written(asked).encode()).hexdigest()


def _sent(request: HttpRequest) -> Any:
    """What is in the body, as JSON; of a file its name and its digest, of a table its digest."""
    if hasattr(request, "table"):
        return hashlib.sha256(read_table(request)).hexdigest()
    if not hasattr(request, "upload"):
        return read_body(request)
    file, words = read_upload(request)
    return [file.name, file.media_type, digest_of(file.content), words]


def _upload(request: HttpRequest) -> tuple[Upload, Mapping[str, str]]:
    if request.content_type != MULTIPART:
        raise Problem(415, "not_multipart", f"Send the file as Content-Type: {MULTIPART}.")
    if _length(request) > MAX_FILE_BYTES + MAX_BYTES:
        raise TOO_LARGE
    try:
        sent, words = request.FILES.getlist("file"), {name: request.POST.getlist(name) for name in request.POST}
        others = [name for name in request.FILES if name != "file"]
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError):
        raise Problem(400, "unreadable", f"The body is not readable as {MULTIPART}.") from None
    if len(sent) != 1 or others:
        raise invalid("file", "Send exactly one file, in the part that is named file.")
    if any(len(values) != 1 for values in words.values()):
        raise invalid(next(name for name in words if len(words[name]) != 1), "Send this once.")
    [file] = sent
    if (file.size or 0) > MAX_FILE_BYTES:
        raise TOO_LARGE
    return Upload(file.name or "", file.content_type or "", cast(BinaryIO, file)), {
        name: value for name, [value] in words.items()
    }


def _table(request: HttpRequest) -> bytes:
    if request.content_type != CSV:
        raise Problem(415, "not_csv", f"Send the table as Content-Type: {CSV}.")
    if _length(request) > MAX_TABLE_BYTES:
        raise Problem(413, "too_large", "A table has at most 2 MB. Export a shorter time.")
    try:
        return request.body
    except UnreadablePostError:
        raise Problem(400, "unreadable", "The body could not be read to its end.") from None


def _length(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def _read(request: HttpRequest) -> Any:
    if request.method not in METHODS:
        return None
    if _length(request) > MAX_BYTES:
        raise Problem(413, "too_large", f"The body is larger than {MAX_BYTES:,} bytes.")
    if not request.body:
        return None
    if request.content_type != "application/json":
        raise Problem(415, "not_json", "Send the body as Content-Type: application/json.")
    return _parsed(request.body)


def _parsed(body: bytes) -> Any:
    """Strict JSON: no NaN, and no text that cannot be kept in UTF-8."""
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
        _written(value).encode()
    except (ValueError, RecursionError):
        raise UNREADABLE from None
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
