"""The books, for the operator."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from django.http import FileResponse
from ninja import Query, Router

from amicable.api import represent, schemas
from amicable.api.auth import Request, require_role
from amicable.api.describe import as_text, may_refuse
from amicable.api.downloads import download
from amicable.books.export import export
from amicable.diary.verify import verify

router = Router(tags=["books"])
Format = Annotated[Literal["hledger", "beancount", "csv"], Query(description="The program that is to read it.")]
ENDINGS = {"hledger": "journal", "beancount": "beancount", "csv": "csv"}


@router.get("/verify", response=schemas.Verification, operation_id="verify_books", openapi_extra=may_refuse(403))
def verify_books(request: Request) -> schemas.Verification:
    """Recompute the books from their entries, and compare."""
    require_role(request.auth, "operator")
    return represent.verification(verify())


@router.get(
    "/export",
    response=None,
    operation_id="export_books",
    openapi_extra=as_text("text/plain", "text/csv", refuses=(403,)),
)
def export_books(request: Request, format: Format) -> FileResponse:
    """The journal, for somebody else's program to check."""
    require_role(request.auth, "operator")
    media_type = "text/csv" if format == "csv" else "text/plain"
    return download(partial(export, format), name=f"books.{ENDINGS[format]}", media_type=media_type)
