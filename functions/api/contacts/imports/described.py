"""Imports, for the OpenAPI document."""

from functions.api.http.description import Advice, Description

_BEGUN: dict[str, object] = {
    "status": "queued",
    "total_rows": None,
    "counts": {"rows": 0, "created": 0, "updated": 0, "unchanged": 0, "duplicate": 0, "rejected": 0},
    "rejected": [],
    "rejected_by_code": {},
    "started_at": None,
    "finished_at": None,
}
DESCRIPTION = Description(
    tags={"imports": "Contacts from CSV files."},
    problems={
        "create_import": {404: ("not_found",)},
        "import_file": {404: ("not_found",), 413: ("body_too_large",), 422: ("bad_file",)},
        "start_import": {409: ("conflict", "upload_missing"), 413: ("body_too_large",)},
        "list_rejected_rows": {409: ("conflict",)},
    },
    errors={
        "bad_file": Advice(
            "The file cannot be read as CSV with a header and a column of phone numbers.",
            "`detail` (of an import, `error`) says what is wrong and where: mend it, and save the file as CSV in "
            "UTF-8.",
        ),
        "body_too_large": Advice(
            "The file is larger than can be taken this way.",
            "Announce a file of more than 5 MB with `POST /v1/contacts/imports`, and split one of more than 200 MB.",
        ),
        "consent_column": Advice(
            "`error_code` of an import: a column says who may be written to, and is not mapped.",
            "Record each no with `POST /v1/contacts/{contact_id}/opt-out`, and map the column to `ignore` or to a "
            "custom field in `columns`.",
        ),
        "file_too_large": Advice(
            "`error_code` of an import: the file is larger than was announced.",
            "Split it, and announce each part with its size.",
        ),
        "header_too_long": Advice(
            "`error_code` of an import: the names of the columns are too long together.",
            "Shorten them, and check that the first line names the columns.",
        ),
        "import_failed": Advice(
            "`error_code` of an import that failed on our side; its counts say how far it came.",
            "Import the same file again: what was stored already is left unchanged. Quote the id of the import if it "
            "stays.",
        ),
        "too_many_columns": Advice(
            "`error_code` of an import: the file has more columns than are read.",
            "Leave columns out, and check that the first line names the columns.",
        ),
    },
    begun={
        "create_import": {
            **_BEGUN,
            "status": "awaiting_upload",
            "upload_url": "https://data.example.com/customers.csv?X-Amz-Signature=…",
            "upload_headers": {"content-type": "text/csv", "content-length": "48213"},
        },
        "import_file": _BEGUN,
    },
    examples={
        "{import_id}": "01JG7Q4W8ZC3N5X6Y7V8B9A0MP",
        "import_file": "phone,name,tags\r\n+55 11 91234-5678,Ana Souza,customer\r\n",
        "ImportIn": {"filename": "customers.csv", "tags": ["customer"], "default_country": "BR", "size": 48213},
        "ImportOut": {
            "id": "01JG7Q4W8ZC3N5X6Y7V8B9A0MP",
            "filename": "customers.csv",
            "status": "completed",
            "upload_url": None,
            "upload_headers": None,
            "total_rows": 1000,
            "error": None,
            "error_code": None,
            "rejected_by_code": {"invalid_phone": 1},
            "ignored_columns": [],
            "created_fields": [],
            "created_at": "2026-11-30T09:00:00Z",
            "started_at": "2026-11-30T09:00:02Z",
            "finished_at": "2026-11-30T09:00:09Z",
        },
        "CountsOut": {
            "rows": 1000,
            "created": 950,
            "updated": 30,
            "unchanged": 15,
            "duplicate": 4,
            "rejected": 1,
        },
        "RejectedRowOut": {"line": 17, "reason": "phone is not a number that can be called", "code": "invalid_phone"},
        "RejectedOut": {"total": 1, "download_url": "https://data.example.com/rejected.csv?X-Amz-Signature=…"},
    },
)
