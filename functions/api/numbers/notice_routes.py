"""Notices of the tenant's accounts."""

from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from functions.api.numbers.notice_models import NoticeOut, NoticesOut
from shared.domain.accounts.account import Scope
from shared.store.numbers.notices import Notices

router = new_router()
deps = parts_for(router, Notices)


@router.get(
    "/v1/notices",
    **secured(Scope.READ, "notices", "list_notices", summary="What Meta told of the accounts, newest first"),
)
def list_notices(limit: Limit = 50, cursor: CursorText = None) -> NoticesOut:
    """Such as a template that was paused, or a number whose quality fell."""
    page = deps().page(caller(router).tenant_id, limit, cursor)
    return NoticesOut(items=[NoticeOut.of(notice) for notice in page.items], next_cursor=page.cursor)
