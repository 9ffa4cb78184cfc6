"""The document itself, for the document."""

from functions.api.http.description import Description

DESCRIPTION = Description(
    tags={"description": "This API, described."},
    files={"get_description": "application/json"},
    examples={"get_description": {"openapi": "3.1.0"}},
)
