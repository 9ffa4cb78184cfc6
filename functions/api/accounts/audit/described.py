"""The audit log, for the OpenAPI document."""

from functions.api.http.description import Description

_ENTRY: dict[str, object] = {
    "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0AU",
    "at": "2026-11-30T09:00:00Z",
    "status": "done",
    "action": "campaign.launched",
    "actor": {"kind": "member", "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0MB", "name": "Rui Lima"},
    "object": {"kind": "campaign", "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0CA"},
    "before": {"state": "draft"},
    "after": {"state": "scheduled"},
    "hidden_fields": [],
    "cause": None,
    "reason": None,
    "address": "192.0.2.7",
    "user_agent": "curl/8.9",
    "request_id": "Kx2vFgk5DoEEMQw=",
}
DESCRIPTION = Description(
    tags={"audit": "Who did what, when, and what was different afterwards."},
    files={"export_audit_entries": "text/csv"},
    examples={
        "AuditEntryOut": _ENTRY,
        "export_audit_entries": "id,at,status,action,actor_kind,actor_id,actor_name,object_kind,object_id,before,after,"
        "hidden_fields,cause,reason,address,user_agent,request_id\r\n",
    },
)
