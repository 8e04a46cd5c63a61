"""What the person is told, and how they want to be told."""

from __future__ import annotations

from ninja import Router

from amicable.api import news, schemas
from amicable.api.auth import Request
from amicable.api.paging import Paging, a_number, page
from amicable.api.problems import refused
from amicable.contracts import clock
from amicable.rules.outcome import Refused
from amicable.talk.choices import Ways, choices_of, choose
from amicable.talk.notices import count_unread, mark_read, notices_of

router = Router(tags=["notices"])


@router.get("/me/notices", response=schemas.Page[news.Notice], operation_id="list_notices")
def list_notices(request: Request, window: Paging) -> schemas.Page[news.Notice]:
    """What the person is told in the app, newest first."""
    shown, cursor = page(
        window,
        lambda before, limit: notices_of(str(request.auth.id), before=before, limit=limit),
        place=lambda told: told.notice.pk,
        read=a_number,
    )
    return schemas.Page[news.Notice](items=[news.represent(told) for told in shown], next=cursor)


@router.post("/me/notices/read", response=news.Unread, operation_id="read_notices")
def read_notices(request: Request, seen: news.Seen) -> news.Unread:
    """The person has seen all of them, or those up to one."""
    person = str(request.auth.id)
    mark_read(person, clock.now(), until=int(seen.until) if seen.until else None)
    return news.Unread(unread=count_unread(person))


@router.get("/me/notice-settings", response=news.NoticeSettings, exclude_none=True, operation_id="get_notice_settings")
def get_notice_settings(request: Request) -> news.NoticeSettings:
    """How the person wants to be told, by kind of news."""
    person = str(request.auth.id)
    return news.represent_settings(choices_of([person])[person], request.auth.roles)


@router.put("/me/notice-settings", response=news.NoticeSettings, exclude_none=True, operation_id="set_notice_settings")
def set_notice_settings(request: Request, wanted: news.NewNoticeSettings) -> news.NoticeSettings:
    """Choose how to be told; a kind that is left out stays as it was. Disputes and deadlines are always in the app."""
    ways = {name: Ways(app=one.app, email=one.email) for name, one in wanted if one is not None}
    chosen = choose(str(request.auth.id), ways)
    if isinstance(chosen, Refused):
        raise refused(chosen)
    return news.represent_settings(chosen, request.auth.roles)
