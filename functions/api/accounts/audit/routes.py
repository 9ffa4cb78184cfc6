"""The audit log, as a list and as a file."""

from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from functions.api.accounts.audit.look import look, names_of
from functions.api.accounts.audit.models import AuditEntriesOut, AuditEntryOut, AuditQuery, as_csv
from functions.api.accounts.audit.parts import AuditParts
from functions.api.http.query import from_query
from functions.api.http.request import CursorText, Limit, caller, new_router
from functions.api.http.routing import secured
from functions.api.http.wiring import parts_for
from shared.clock import epoch_ms
from shared.domain.accounts.account import Scope

router = new_router()
deps = parts_for(router, AuditParts)
_CSV_ROWS = 1_000


@router.get("/v1/audit", **secured(Scope.AUDIT, "audit", "list_audit_entries", summary="Who did what, newest first"))
@from_query
def get_audit(query: AuditQuery, limit: Limit = 50, cursor: CursorText = None) -> AuditEntriesOut:
    """Every change by this API, but for what agents write and move all day, which conversations keep; and what the
    platform paused, restricted or ended by itself. Entries are kept for 400 days; nobody can change or remove them. A
    page looks at 1,000 entries at most: with filters it may hold fewer than `limit`, even none, and be followed by
    others."""
    tenant_id = caller(router).tenant_id
    page = look(deps(), tenant_id, query, limit=limit, cursor=cursor, now=epoch_ms())
    names = names_of(deps(), tenant_id, page.items)
    return AuditEntriesOut(items=[AuditEntryOut.of(entry, names) for entry in page.items], next_cursor=page.cursor)


@router.get("/v1/audit.csv", **secured(Scope.AUDIT, "audit", "export_audit_entries", summary="The same as a CSV file"))
@from_query
def get_audit_csv(query: AuditQuery, cursor: CursorText = None) -> Response[str]:
    """At most 1,000 entries a file, with a header row; `before` and `after` are JSON. The Link header leads to its next
    part."""
    tenant_id = caller(router).tenant_id
    page = look(deps(), tenant_id, query, limit=_CSV_ROWS, cursor=cursor, now=epoch_ms())
    headers: dict[str, str | list[str]] = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    if page.cursor is not None:
        asked = router.current_event.query_string_parameters or {}
        rest = urlencode({**asked, "cursor": page.cursor})
        headers["Link"] = f'</v1/audit.csv?{rest}>; rel="next"'
    rows = as_csv(page.items, names_of(deps(), tenant_id, page.items))
    return Response(200, "text/csv; charset=utf-8", rows, headers)
