"""The rate card, for the OpenAPI document."""

from functions.api.http.description import Description

DESCRIPTION = Description(tags={"rate card": "Meta's prices, as the tenant noted them."})
