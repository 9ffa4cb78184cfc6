"""The document itself, for the document."""

from functions.api.http.description import Description

DESCRIPTION = Description(tags={"description": "This API, described."})
