"""The subscription, for the OpenAPI document."""

from functions.api.http.description import Description

DESCRIPTION = Description(
    tags={"billing": "The plan, and what it allows."}, problems={"get_subscription": {404: ("not_found",)}}
)
