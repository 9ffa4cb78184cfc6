"""Imports, for the OpenAPI document."""

from functions.api.http.description import Description

DESCRIPTION = Description(
    tags={"imports": "Contacts from CSV files."},
    problems={
        "create_import": {404: ("not_found",)},
        "import_file": {404: ("not_found",), 413: ("body_too_large",), 422: ("bad_file",)},
        "start_import": {409: ("conflict", "upload_missing"), 413: ("body_too_large",)},
        "list_rejected_rows": {409: ("conflict",)},
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
        "RejectedOut": {"download_url": "https://data.example.com/rejected.csv?X-Amz-Signature=…"},
    },
)
