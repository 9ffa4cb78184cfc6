"""The audit log, as a list and as a file."""

from typing import Annotated
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.api.accounts.audit.look import Search, look, names_of
from functions.api.accounts.audit.models import AuditEntriesOut, AuditEntryOut, as_csv
from functions.api.accounts.audit.parts import AuditParts
from functions.api.http.fields import Given, epoch_ms_of
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope
from shared.domain.audit.actions import Action
from shared.domain.audit.entry import ActorKind
from shared.domain.audit.kinds import Kind

router = new_router()
deps = parts_for(router, AuditParts)
_CSV_ROWS = 1_000
_ActorKind = Annotated[ActorKind | None, Query(description="only what such a one did")]
_ActorId = Annotated[str | None, Query(max_length=100, description="id of a member or an API key: only what they did")]
_Action = Annotated[Action | None, Query(description="only this action")]
_Kind = Annotated[Kind | None, Query(description="only what was done to things of this kind")]
_ObjectId = Annotated[str | None, Query(max_length=100, description="id of the thing: only what was done to it")]
_Since = Annotated[Given | None, Query(description="only from this moment on, RFC 3339")]
_Until = Annotated[Given | None, Query(description="only up to this moment, RFC 3339")]


@router.get("/v1/audit", **secured(Scope.AUDIT, "audit", "list_audit_entries", summary="Who did what, newest first"))
def get_audit(
    actor_kind: _ActorKind = None,
    actor_id: _ActorId = None,
    action: _Action = None,
    object_kind: _Kind = None,
    object_id: _ObjectId = None,
    since: _Since = None,
    until: _Until = None,
    limit: Limit = 50,
    cursor: CursorText = None,
) -> AuditEntriesOut:
    """Every change by this API, but for what agents write and move all day, which conversations keep; and what the
    platform paused, restricted or ended by itself. Entries are kept for 400 days; nobody can change or remove them. A
    page looks at 1,000 entries at most: with filters it may hold fewer than `limit`, even none, and be followed by
    others."""
    search = _search(actor_kind, actor_id, action, object_kind, object_id, since, until)
    tenant_id = caller(router).tenant_id
    page = look(deps(), tenant_id, search, limit=limit, cursor=cursor, now=epoch_ms())
    names = names_of(deps(), tenant_id, page.items)
    return AuditEntriesOut(items=[AuditEntryOut.of(entry, names) for entry in page.items], next_cursor=page.cursor)


@router.get("/v1/audit.csv", **secured(Scope.AUDIT, "audit", "export_audit_entries", summary="The same as a CSV file"))
def get_audit_csv(
    actor_kind: _ActorKind = None,
    actor_id: _ActorId = None,
    action: _Action = None,
    object_kind: _Kind = None,
    object_id: _ObjectId = None,
    since: _Since = None,
    until: _Until = None,
    cursor: CursorText = None,
) -> Response[str]:
    """At most 1,000 entries a file, with a header row; `before` and `after` are JSON. The Link header leads to its next
    part."""
    search = _search(actor_kind, actor_id, action, object_kind, object_id, since, until)
    tenant_id = caller(router).tenant_id
    page = look(deps(), tenant_id, search, limit=_CSV_ROWS, cursor=cursor, now=epoch_ms())
    headers: dict[str, str | list[str]] = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    if page.cursor is not None:
        asked = router.current_event.query_string_parameters or {}
        query = urlencode({**asked, "cursor": page.cursor})
        headers["Link"] = f'</v1/audit.csv?{query}>; rel="next"'
    rows = as_csv(page.items, names_of(deps(), tenant_id, page.items))
    return Response(200, "text/csv; charset=utf-8", rows, headers)


def _search(
    actor_kind: ActorKind | None,
    actor_id: str | None,
    action: Action | None,
    object_kind: Kind | None,
    object_id: str | None,
    since: Given | None,
    until: Given | None,
) -> Search:
    return Search(
        actor_kind=actor_kind or "",
        actor_id=actor_id or "",
        action=action or "",
        object_kind=object_kind or "",
        object_id=object_id or "",
        since=None if since is None else epoch_ms_of(since),
        until=None if until is None else epoch_ms_of(until),
    )
