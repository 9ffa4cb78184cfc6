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
)
